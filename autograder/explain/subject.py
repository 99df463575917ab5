"""What a TA asks about: a report, a notebook or a student, and the file that belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from autograder import layout
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.grading.keys import content_key, context_digest
from autograder.grading.session import store_of
from autograder.grading.store import Store
from autograder.intake.attempts import Attempts
from autograder.model import Report
from autograder.submission.find import Found, discover

SUBMITTED = (layout.SUBMITTED, layout.DEMO_SUBMITTED)  # where a graded file is looked for
_NO_REPORT = "not a report of this version; pass a file from build/reports, a notebook or a student's name"


@dataclass(frozen=True, slots=True)
class Subject:
    """One submission: what is stored about it, and its bytes where they were found."""

    assignment: Assignment
    student: str
    report: Report | None = None
    raw: bytes | None = None
    same: bool = False  # these bytes, graded now, would find the stored report


def find_subject(course: Course, what: str, file: Path | None = None, slug: str = "", device: str = "cpu") -> Subject:
    """`what` is a path to a report or a notebook, a student, or SLUG/STUDENT; `file` is the notebook where it is known.

    A report of another `device` counts as one of other bytes. Raises UsageError, with close matches.
    """
    path = Path(what)
    if path.is_file() and path.suffix.lower() == ".ipynb":
        return _of_notebook(course, path, slug, device)
    report = _read(path) if path.is_file() else _stored(course, what, slug)
    assignment = course.assignment(report.assignment)
    context = context_digest(assignment, report.box, device)
    raw = file.read_bytes() if file else graded_bytes(course, report, context)
    same = raw is not None and content_key(raw, context) == report.key
    return Subject(assignment, report.student, report, raw, same)


def spec_name(assignment: Assignment, name: str) -> str:
    """The check of that name, with or without “test_”. Raises UsageError with close matches."""
    names = [check.name for check in assignment.checks]
    wanted = name.removeprefix("test_")
    if wanted in names:
        return wanted
    close = get_close_matches(wanted, names, n=3, cutoff=0.3) or names
    raise UsageError(f"{assignment.slug} has no check {name}; did you mean {', '.join(close)}?")


def _of_notebook(course: Course, path: Path, slug: str, device: str) -> Subject:
    found = discover([path], course, slug)
    if not found.found:
        raise UsageError("; ".join(found.passed_over))
    item = found.found[0]
    assignment, raw = course.assignment(item.slug), item.read()
    stored = [report for report in _reports(course, assignment) if report.student == item.student]
    keys = {wall: content_key(raw, context_digest(assignment, wall, device)) for wall in {each.box for each in stored}}
    same = [report for report in stored if keys[report.box] == report.key]
    return Subject(assignment, item.student, next(iter(same or stored), None), raw, bool(same))


def _read(path: Path) -> Report:
    try:
        return Report.from_json(path.read_text("utf-8"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise UsageError(_NO_REPORT) from None


def _stored(course: Course, what: str, slug: str) -> Report:
    assignments = [course.assignment(slug)] if slug else course.assignments
    reports = [report for assignment in assignments for report in _reports(course, assignment)]
    wanted = what.casefold()
    names = {f"{report.assignment}/{report.student}": report for report in reports}
    fits = [report for name, report in names.items() if wanted in (name.casefold(), report.student.casefold())]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UsageError(f"choose one of {', '.join(f'{fit.assignment}/{fit.student}' for fit in fits)}")
    close = get_close_matches(what, [*names, *(report.student for report in reports)], n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(close)}?" if close else "grade it first, or pass the path of a notebook"
    raise UsageError(f"no report of “{what}” is stored; {hint}")


def _reports(course: Course, assignment: Assignment) -> list[Report]:
    """The stored ones; those of the demo's invented class only where there are no others."""
    return store_of(assignment).all() or Store(layout.reports_folder(course.root / layout.DEMO, assignment.slug)).all()


def graded_bytes(course: Course, report: Report, context: str) -> bytes | None:
    """The bytes that the report is about: exactly those where they are found, else what the student handed in last."""
    candidates = [handed_in.read() for handed_in in _handed_in(course, report)]
    exact = [raw for raw in candidates if content_key(raw, context) == report.key]
    return next(iter(exact or candidates), None)


def _handed_in(course: Course, report: Report) -> Iterator[Found]:
    attempts = Attempts(course.root, report.assignment)
    if report.student in attempts.students():
        yield from (attempt.found(report.assignment) for attempt in reversed(attempts.of(report.student)))
    for folder in SUBMITTED:
        if (course.root / folder).is_dir():
            for handed_in in discover([course.root / folder], course, report.assignment).found:
                if handed_in.student == report.student:
                    yield handed_in
