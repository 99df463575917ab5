"""The page of a class: how it went, what went wrong most often, what needs a person; and a page per student."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autograder.files import natural_key, safe_name, write_atomically
from autograder.gradebook.context import StudentContext, mark_of
from autograder.gradebook.grades import Grade, Mark
from autograder.log import stage
from autograder.model import Report, Verdict, cents
from autograder.reports import statistics, suspicious_checks
from autograder.reports.render import page
from autograder.reports.student_page import student_page
from autograder.reports.verdict_history import VerdictChange, VerdictHistory
from autograder.reports.words import counts, judged, look_at, needs_a_person

_STUDENTS = "students"
_MAX_MOVED = 100  # submissions in one list
_OPEN = 10  # items of a list that are seen at once
_FOLDED, _BRIEF = 40, 400  # from so many submissions on, tables are folded, and rows have no drawings
StudentContexts = Mapping[str, StudentContext]
_NOTHING: StudentContexts = MappingProxyType({})
_NOBODY: Mapping[str, str] = MappingProxyType({})


class ClassNews(NamedTuple):
    """What the class page says besides the reports."""

    changes: Sequence[VerdictChange] = ()
    not_taken: Mapping[str, str] = _NOBODY  # by student why nothing of theirs is graded


_ONLY_REPORTS = ClassNews()


class Row(NamedTuple):
    """One submission in the table of the class."""

    report: Report
    href: str
    tally: dict[Verdict, int]
    look: str
    person: str
    waits: bool  # for a person: without a verdict, or with an answer to read; formgrader counts the same
    score: float | None  # with a person's points and lateness, where they are known
    points: float  # that the score is of
    marks: tuple[Mark, ...]
    grade: Grade | None

    @property
    def is_part(self) -> bool:
        """Whether the score is of less than all points: of what was judged so far."""
        return bool(self.grade and self.points < self.grade.points)


class Scale(NamedTuple):
    """What the figures of a class are of: the exercises in which nobody who has a score waits for a person.

    With all others an answer that nobody read would count as nothing, or would be left out for some and not for others.
    """

    waiting: frozenset[str]  # exercises that are left out
    points: float
    what: str  # in words

    def scores(self, rows: Sequence[Row]) -> list[float]:
        """The points of all submissions that have a score, on this scale."""
        scored = [row for row in rows if row.score is not None]
        return [row.grade.score_without(self.waiting) if row.grade else row.score or 0.0 for row in scored]


@stage("writing pages")
def write_pages(
    reports: Sequence[Report],
    title: str,
    folder: Path,
    contexts: StudentContexts = _NOTHING,
    not_taken: Mapping[str, str] = _NOBODY,
) -> Path:
    """Write `folder`/index.html and students/<safe name>.html for each; returns the path of the class page.

    Pages of an earlier run whose submission is gone go too; `contexts`, by student, say what is no part of the reports.
    """
    ordered = sorted(reports, key=lambda report: natural_key(report.student))
    files = [f"{_STUDENTS}/{safe_name(report.student)}.html" for report in ordered]
    history = VerdictHistory.read(folder)
    changes = history.see(ordered)
    history.begin(files)
    for report, file in zip(ordered, files, strict=True):
        write_atomically(folder / file, student_page(report, title, contexts.get(report.student)).encode())
    index = folder / "index.html"
    write_atomically(index, class_page(ordered, title, files, contexts, ClassNews(changes, not_taken)).encode())
    history.end(files)
    return index


def class_page(
    reports: Sequence[Report],
    title: str,
    hrefs: Sequence[str],
    contexts: StudentContexts = _NOTHING,
    news: ClassNews = _ONLY_REPORTS,
) -> str:
    """The class page as HTML; `hrefs` lead to the students' pages, in the order of the reports."""
    rows = [_row(report, href, contexts.get(report.student)) for report, href in zip(reports, hrefs, strict=True)]
    scale = _scale(rows)
    summary = statistics.summed_up(scores := scale.scores(rows), len(rows), scale.points)
    bars = statistics.distribution(scores, summary.points)
    titles = {check.name: check.title for report in reports for check in report.checks}
    return page(
        "class.html.j2",
        script="class.js",
        title=title,
        rows=rows,
        people=[row for row in rows if row.person],
        not_taken=news.not_taken,
        suspicious=[*suspicious_checks.flaky(news.changes, titles), *suspicious_checks.suspicious(reports)],
        moved=suspicious_checks.moved_verdicts(news.changes, titles),
        most_moved=_MAX_MOVED,
        waiting=sum(row.waits for row in rows),
        requests=sum(_undecided(context) for context in contexts.values()),
        open=_OPEN,
        folded=_FOLDED,
        brief=len(rows) > _BRIEF,
        summary=summary,
        scale=scale.what,
        bars=bars,
        most=max(bar.count for bar in bars) or 1,
        told=", ".join(f"{bar.count} from {bar.low:g} to {bar.high:g}" for bar in bars if bar.count),
        exercises=statistics.exercises(reports, {student: tuple(a.marks.values()) for student, a in contexts.items()}),
        checks=statistics.checks(reports),
        names={exercise.name: exercise.title for report in reports for exercise in report.exercises},
        mistakes=statistics.mistakes(reports),
        load=statistics.load(reports),
        passed=Verdict.PASSED,
    )


def _scale(rows: Sequence[Row]) -> Scale:
    marks = [mark for row in rows if row.score is not None for mark in row.marks]
    waiting = frozenset(mark.name for mark in marks if mark.waiting)
    parts = [cents(sum(mark.maximum for mark in row.marks if mark.name not in waiting)) for row in rows]
    by_hand = {mark.name for mark in marks if mark.by_hand}
    what = "points" if not waiting else "automatic points" if waiting == by_hand else "points so far"
    return Scale(waiting, max(parts, default=0.0), what)


def _undecided(context: StudentContext) -> int:
    """How many regrade requests of a student a person has to look at."""
    return sum(asked.state in ("open", "again") for several in context.asked.values() for asked in several)


def _row(report: Report, href: str, context: StudentContext | None) -> Row:
    context = context or StudentContext()
    grade = context.grade
    alone = report.score if judged(report) else None
    score = grade.counted if grade else alone  # as in every export
    marks = tuple(context.marks.values() or map(mark_of, report.exercises))
    trouble = needs_a_person(report)
    return Row(
        report,
        href,
        counts(report.checks) if judged(report) else {},
        look_at(report),
        trouble,
        bool(trouble) or any(mark.waiting or mark.again for mark in marks),
        score,
        grade.points_so_far if grade else report.points,
        marks,
        grade,
    )
