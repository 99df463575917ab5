"""A source of hand-ins → attempts that are kept, and the one that counts placed where it is graded."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import Assignment
from autograder.course.term import Term
from autograder.errors import UnreadableSubmission
from autograder.intake.attempts import Attempts, counting_attempt
from autograder.intake.choose import Candidate, choose
from autograder.intake.entries import Entry, Refused, open_source
from autograder.intake.names import owner
from autograder.log import stage
from autograder.submission.read import read_submission
from autograder.text.escape import terminal

Group = tuple[str, datetime | None]  # who handed in, and when; several files of one group are one hand-in


@dataclass
class Collected:
    """What a collection came to; every sentence is safe to show."""

    students: set[str] = field(default_factory=set)
    new: int = 0  # attempts that were not there yet
    placed: int = 0  # files under build/submitted that are others now
    refused: list[str] = field(default_factory=list)  # what was not taken, and why
    notes: list[str] = field(default_factory=list)  # what was taken, but has to be known


@stage("collecting submissions")
def collect_from(root: Path, assignment: Assignment, path: Path, term: Term, at: datetime | None) -> Collected:
    """Take every hand-in at `path`; `at` is when those came whose time nobody wrote down. Raises Refused."""
    source, attempts, result = open_source(path), Attempts(root, assignment.slug), Collected()
    result.refused += source.refused
    attempts.adopt()
    for (student, moment), entries in _groups(source.entries, assignment.slug, at, result).items():
        for candidate in _one(student, entries, assignment, result):
            result.students.add(student)
            result.new += attempts.keep(student, candidate.raw, moment)
            result.notes += _remarks(student, candidate.raw, assignment)
    result.placed = place_counting(attempts, term)
    return result


def place_counting(everybody: Attempts, term: Term) -> int:
    """Put everybody's counting attempt where it is graded; how many files changed."""
    kept = [everybody.of(student) for student in everybody.students()]
    return sum(everybody.place(counting_attempt(mine, term, everybody.slug)) for mine in kept if mine)


def _groups(entries: list[Entry], slug: str, at: datetime | None, result: Collected) -> dict[Group, list[Entry]]:
    groups: defaultdict[Group, list[Entry]] = defaultdict(list)
    for entry in entries:
        who = owner(entry, slug)
        moment = who.at or at
        groups[who.student, moment.astimezone(UTC).replace(microsecond=0) if moment else None].append(entry)
        if who.late and not moment:
            result.notes.append(f"{terminal(who.student, 60)}: marked late by Canvas, but not how late; pass --at TIME")
    return groups


def _one(student: str, entries: list[Entry], assignment: Assignment, result: Collected) -> Iterator[Candidate]:
    """The notebook that counts among those of one hand-in; none, and a sentence, where that cannot be told."""
    chosen = choose(list(_read(entries, result)), assignment)
    if len(chosen) == 1:
        yield chosen[0]
    elif chosen:
        names = ", ".join(item.entry.shown for item in chosen[:4])
        result.refused.append(f"{terminal(student, 60)}: several notebooks match, so none was taken: {names}")
    elif len(entries) > 1:
        result.refused.append(f"{terminal(student, 60)}: none of {len(entries)} notebooks is of this assignment")


def _read(entries: list[Entry], result: Collected) -> Iterator[Candidate]:
    for entry in entries:
        try:
            yield Candidate(entry, entry.read())
        except Refused as error:
            result.refused.append(f"{entry.shown}: {error}")
        except OSError as error:
            result.refused.append(f"{entry.shown}: cannot be read ({terminal(str(error.strerror or error), 80)})")


def _remarks(student: str, raw: bytes, assignment: Assignment) -> Iterator[str]:
    """What grading will say about the file itself, so that it can be asked for again before the deadline."""
    try:
        notes = read_submission(raw, assignment).notes
    except UnreadableSubmission as error:
        notes = (str(error),)
    for note in notes:
        yield f"{terminal(student, 60)}: {terminal(note, 300)}"
