"""A source of hand-ins → attempts that are kept, and the one that counts placed where it is graded.

Everybody who handed in anything is either taken or listed with the reason; nobody disappears.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.course import Assignment
from autograder.course.term import Term
from autograder.errors import UnreadableSubmission
from autograder.intake.attempts import Attempts, counting_attempt
from autograder.intake.choose import Candidate, choose
from autograder.intake.entries import Entry, Refused, is_notebook, open_source
from autograder.intake.handin import HandIn
from autograder.intake.kinds import under_other_names, why_nothing
from autograder.intake.not_taken import damage, remember
from autograder.intake.platforms import hand_ins
from autograder.intake.roster import Roster
from autograder.intake.teams import refuse_misspelt, shared_hand_ins, strangers_in
from autograder.layout import SOLUTIONS
from autograder.log import stage
from autograder.submission.read import read_submission
from autograder.text.escape import terminal
from autograder.text.words import amount

Moments = dict[datetime | None, list[Entry]]  # files that were handed in at the same time are one hand-in
_MAX_NAMES = 8  # in one sentence


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a collection: the term, when those handed in whose time nobody wrote down, who is in the class."""

    term: Term = field(default_factory=Term)
    at: datetime | None = None
    zone: tzinfo | None = None  # of times that name none; None: this machine's
    roster: Roster | None = None


@dataclass
class Collected:
    """What a collection came to; every sentence is safe to show."""

    students: set[str] = field(default_factory=set)
    listed: dict[str, str] = field(default_factory=dict)  # everybody else who handed in, and why nothing was taken
    new: int = 0  # attempts that were not there yet
    placed: int = 0  # files under build/submitted that are others now
    refused: list[str] = field(default_factory=list)  # files that were not taken, and why
    untimed: list[str] = field(default_factory=list)  # times that are not understood
    notes: list[str] = field(default_factory=list)  # what was taken, but has to be known

    @property
    def complete(self) -> bool:
        """Whether nothing is left for a person to look at."""
        return not (self.listed or self.refused or self.untimed)


@stage("collecting submissions")
def collect_from(root: Path, assignment: Assignment, path: Path, rules: Rules) -> Collected:
    """Take every hand-in at `path`. Raises Refused."""
    source = open_source(path)
    slugs = frozenset(folder.name for folder in (root / SOLUTIONS).iterdir() if folder.is_dir())
    found = hand_ins(source, assignment.slug, slugs | {assignment.slug}, rules.zone)
    result = collect_hand_ins(root, assignment, found, rules)
    result.refused[:0] = source.refused
    return result


def collect_hand_ins(root: Path, assignment: Assignment, found: Sequence[HandIn], rules: Rules) -> Collected:
    """Take these hand-ins, wherever they come from. Raises Refused."""
    attempts, result = Attempts(root, assignment.slug), Collected()
    attempts.adopt()
    teams = rules.term.teams_of(assignment.slug)
    result.listed = _not_themselves(found, rules.roster) | strangers_in(teams, found, rules.roster)
    own = _by_student(found, assignment.slug, rules, result)
    refuse_misspelt(root, own, teams)
    people, sentences = shared_hand_ins(own, teams, result.listed)
    result.notes += [*sentences, *_under_new_names(found, attempts.students())]
    for student, moments in people.items():
        _take(student, moments, assignment, attempts, result)
    result.notes += damage(root, assignment.slug)  # once: now it is begun anew
    remember(root, assignment.slug, result.students, result.listed)
    result.placed = place_counting(attempts, rules.term)
    return result


def place_counting(everybody: Attempts, term: Term) -> int:
    """Put everybody's counting attempt where it is graded; how many files changed."""
    kept = [everybody.of(student) for student in everybody.students()]
    return sum(everybody.place(counting_attempt(mine, term, everybody.slug)) for mine in kept if mine)


# whose ------------------------------------------------------------------------------------------


def _not_themselves(found: Sequence[HandIn], roster: Roster | None) -> dict[str, str]:
    """By student why it cannot be told that a hand-in is theirs."""
    wrong = {item.person.student: item.nobody for item in found if item.nobody}
    homes: defaultdict[str, dict[str, HandIn]] = defaultdict(dict)
    numbers: defaultdict[str, dict[str, HandIn]] = defaultdict(dict)
    for item in found:
        homes[item.person.student.casefold()].setdefault(item.place, item)  # one folder, where the disk ignores case
        if item.person.number == item.place:
            numbers[item.place].setdefault(item.person.student, item)
    for places in (places for places in homes.values() if len(places) > 1 and _differ(places.values())):
        why = f"files came from different places, and none was taken: {_shown(places.values())}"
        wrong |= {item.person.student: why for item in places.values()}
    for several in (several for several in numbers.values() if len(several) > 1):
        why = f"different names have the same number, and none was taken: {_shown(several.values())}"
        wrong |= dict.fromkeys(several, why)
    unknown = roster.missing({item.person for item in found if item.person.student not in wrong}) if roster else {}
    return wrong | {person.student: why for person, why in unknown.items()}


def _under_new_names(found: Sequence[HandIn], known: Sequence[str]) -> list[str]:
    """A sentence for everybody whose number somebody else had who handed in before: a person with a new name?

    Nothing is put together: two platforms may give one number to two people.
    """
    sentences = []
    before = {student.rpartition("_")[2]: student for student in known if "_" in student}
    new = {item.person.student: item.person.number for item in found if item.person.number == item.place}
    for student, number in new.items():
        if (other := before.get(number, student)) != student and student not in known:
            name, old = terminal(student, 60), terminal(other, 60)
            what = f"{name} has the number of {old}, who handed in before; if that is one person with a new name"
            sentences.append(f"{what}, write {old} in the name of what is collected: points and extensions are there")
    return sentences


def _differ(items: Iterable[HandIn]) -> bool:
    """Whether these hand-ins are not copies of one file."""
    files = [entry for item in items for entry in item.entries]
    raws = {candidate.raw for candidate in _read(files, [])}
    return len(raws) > 1 or len(files) != sum(is_notebook(entry.parts[-1]) for entry in files)


def _shown(items: Iterable[HandIn]) -> str:
    names = [item.entries[0].shown if item.entries else terminal(item.place, 60) for item in items]
    return ", ".join(names[:_MAX_NAMES])


# when -------------------------------------------------------------------------------------------


def _by_student(found: Sequence[HandIn], slug: str, rules: Rules, result: Collected) -> dict[str, Moments]:
    """The files of everybody who is themselves, by the time of handing in."""
    people: dict[str, Moments] = {}
    unknown: list[str] = []
    for item in (item for item in found if item.person.student not in result.listed):
        student = item.person.student
        moment = item.when.at or rules.at
        moment = moment.astimezone(UTC).replace(microsecond=0) if moment else None
        people.setdefault(student, {}).setdefault(moment, []).extend(item.entries)
        if item.when.doubt:
            _doubt(item, rules, result)
        elif item.late and not moment:
            result.untimed.append(f"{terminal(student, 60)}: marked late by Canvas, but not how late; pass --at TIME")
        elif not moment:
            unknown.append(student)
    if unknown and slug in rules.term.deadlines:
        result.notes.append(_without_time(sorted(set(unknown))))
    return people


def _doubt(item: HandIn, rules: Rules, result: Collected) -> None:
    who = terminal(item.person.student, 60)
    if rules.at:
        result.notes.append(f"{who}: the time {item.when.doubt}; --at counts instead")
    else:
        result.untimed.append(f"{who}: the time {item.when.doubt}; until you pass --at TIME it never counts as late")


def _without_time(students: Sequence[str]) -> str:
    shown = ", ".join(terminal(student, 40) for student in students[:_MAX_NAMES])
    more = f" and {len(students) - _MAX_NAMES} more" if len(students) > _MAX_NAMES else ""
    what = f"no time is written down for {amount(len(students), 'hand-in')} ({shown}{more})"
    return f"{what}: until you pass --at TIME they never count as late"


# what -------------------------------------------------------------------------------------------


def _take(student: str, moments: Moments, assignment: Assignment, attempts: Attempts, result: Collected) -> None:
    """Keep the notebook of each hand-in; list the student where there is none in any."""
    problems: list[str] = []
    for moment, entries in moments.items():
        if chosen := _one(entries, assignment, problems):
            result.students.add(student)
            result.new += attempts.keep(student, chosen.raw, moment)
            result.notes += _remarks(student, chosen, assignment)
    if student in result.students:
        result.refused += [f"{terminal(student, 60)}: {problem}" for problem in problems]
    else:
        result.listed[student] = "; ".join(dict.fromkeys(problems[:_MAX_NAMES]))


def _one(entries: Sequence[Entry], assignment: Assignment, problems: list[str]) -> Candidate | None:
    """The notebook that counts among the files of one hand-in; None, and a sentence, where that cannot be told."""
    candidates = list(_read(entries, problems))
    if not any(is_notebook(entry.parts[-1]) for entry in entries):
        candidates = [Candidate(entry, raw) for entry, raw in under_other_names(entries)]
        if not candidates:
            problems.append(why_nothing(entries))
    chosen = choose(candidates, assignment)
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        names = ", ".join(item.entry.shown for item in chosen[:4])
        problems.append(f"several notebooks match, so none was taken: {names}")
    elif candidates:
        problems.append(f"none of {len(candidates)} notebooks is of this assignment")
    return None


def _read(entries: Iterable[Entry], problems: list[str]) -> Iterator[Candidate]:
    """The notebooks among the files, and a sentence for each that cannot be read."""
    for entry in (entry for entry in entries if is_notebook(entry.parts[-1])):
        try:
            yield Candidate(entry, entry.read())
        except Refused as error:
            problems.append(f"{entry.shown} {error}")
        except OSError as error:
            problems.append(f"{entry.shown} cannot be read ({terminal(str(error.strerror or error), 80)})")


def _remarks(student: str, chosen: Candidate, assignment: Assignment) -> Iterator[str]:
    """What grading will say about the file itself, so that it can be asked for again before the deadline."""
    if not is_notebook(chosen.entry.parts[-1]):
        yield f"{terminal(student, 60)}: {chosen.entry.shown} is a notebook all the same, and was taken"
    try:
        notes = read_submission(chosen.raw, assignment).notes
    except UnreadableSubmission as error:
        notes = (str(error),)
    for note in notes:
        yield f"{terminal(student, 60)}: {terminal(note, 300)}"
