"""What the verbs of a term do: intake, exports, late work, regrading. Results go to stdout, all else to stderr."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import Assignment, Course, load_course
from autograder.errors import CourseError
from autograder.layout import SUBMITTED
from autograder.log import stage
from autograder.reports.words import amount, number
from autograder.text.escape import terminal

if TYPE_CHECKING:
    from autograder.gradebook.grades import Grade
    from autograder.grading.session import GradingOptions

DONE, NOT_GRADED, NOTHING = 0, 1, 3
_MOST_NAMES = 12


def export(root: Path, slug: str, form: str, output: Path | None, roster: Path | None) -> int:
    """The grades of an assignment in one of the formats; 1 where somebody's are missing or not sure."""
    from autograder.exports import write
    from autograder.files import write_atomically

    course = load_course(root)
    assignment = course.assignment(slug)
    grades, complaints = _grades(course, assignment)
    if not grades:
        note(f"nothing of {slug} is graded yet; run `convgrade grade PATH --record`")
        return NOTHING
    result = write(form, assignment.title, grades, _text(roster))
    if output:
        write_atomically(output.absolute(), result.text.encode())
        note(f"written: {output}")
    else:
        click.echo(result.text, nl=False)
    _note_waiting(grades)
    for sentence in (*complaints, *result.complaints):
        note(sentence)
    return NOT_GRADED if complaints or result.complaints else DONE


def collect(root: Path, slug: str, paths: Sequence[Path], at: datetime | None) -> int:
    """Hand-ins from elsewhere into build/submitted; 1 where something was not taken."""
    from autograder.intake.collect import collect as run

    course = load_course(root)
    assignment = course.assignment(slug)
    results = [run(root, assignment, path, course.term, at) for path in paths]
    for result in results:
        for sentence in (*result.notes, *(f"not taken: {item}" for item in result.refused)):
            note(sentence)
    students: set[str] = set().union(*(result.students for result in results))
    if not students:
        note("no notebook there; give a zip archive of Moodle or Canvas, a folder, or cloned repositories")
        return NOT_GRADED if any(result.refused for result in results) else NOTHING
    new, placed = sum(result.new for result in results), sum(result.placed for result in results)
    click.echo(f"{amount(len(students), 'student')}, {amount(new, 'new attempt')}, {placed} to be graded anew")
    if course.term.attempts == "best":
        note(f"the best attempt counts: convgrade regrade {slug} grades all of them")
    return NOT_GRADED if any(result.refused for result in results) else DONE


def late(root: Path, slug: str) -> int:
    """Every penalty of an assignment worked out anew."""
    from autograder.gradebook import database
    from autograder.gradebook.lateness import recompute

    load_course(root).assignment(slug)
    with database.opened(root, slug) as found:
        if found is None:
            note(f"the gradebook does not know {slug}; run `nbgrader generate_assignment {slug}` and record grades")
            return NOTHING
        changed = recompute(found[0], slug, found[1])
    for student, (before, after) in sorted(changed.items()):
        click.echo(f"{terminal(student, 60)}: {number(before)} → {number(after)} points lost")
    note(f"{amount(len(changed), 'penalty', 'penalties')} changed")
    return DONE


def regrade(root: Path, slug: str, paths: Sequence[Path], settings: GradingOptions) -> int:
    """What changes when everything is graded as the course is now; recorded only where that was asked for."""
    from autograder.gradebook.regrading import rerun

    course = load_course(root)
    grades, _ = _grades(course, course.assignment(slug))
    result = rerun(course, course.assignment(slug), paths or [root / SUBMITTED], settings, grades)
    for sentence in result.passed_over:
        note(f"not graded: {sentence}")
    if not result.reports:
        note(f"no notebook of {slug} there; say where they are: convgrade regrade {slug} PATH")
        return NOTHING
    changes = [change for change in result.changes if change.told]
    for change in changes:
        click.echo(change.line())
    note(f"{amount(result.run.judged, 'submission')} judged again; {amount(len(changes), 'grade')} would change")
    if settings.record:
        note(f"recorded in the gradebook: {result.record(root)}")
    elif changes or result.moved:
        note("nothing is recorded yet: the same command with --record does it")
    return DONE if all(report.graded for report in result.reports) and not result.passed_over else NOT_GRADED


def note(line: str) -> None:
    """One line for people, on standard error."""
    click.echo(terminal(line, 2000), err=True)


@stage("putting grades together")
def _grades(course: Course, assignment: Assignment) -> tuple[list[Grade], list[str]]:
    """The grades, from the gradebook where it knows anybody, else from reports; and what is not as it should be."""
    from autograder.gradebook import database
    from autograder.gradebook.grades import from_book, from_reports, unrecorded
    from autograder.gradebook.lateness import recompute
    from autograder.grading.session import store_of

    reports = store_of(assignment).all()
    with database.opened(course.root, assignment.slug) as found:
        if found and found[0].assignment_submissions(assignment.slug):
            recompute(found[0], assignment.slug, found[1])
            grades = from_book(assignment, found[0], reports, course.term)
            missing = unrecorded(grades, reports)
            todo = "graded, but not recorded like that in the gradebook (convgrade grade … --record)"
            return grades, [*_unjudged(grades), *_about(missing, todo)]
    grades = from_reports(assignment, reports, course.term, database.times(course.root, reports))
    return grades, _unjudged(grades)


def _unjudged(grades: Sequence[Grade]) -> list[str]:
    return _about([grade.student for grade in grades if grade.unjudged], "no verdict yet, a person has to look")


def _note_waiting(grades: Sequence[Grade]) -> None:
    waiting = [grade for grade in grades if grade.waiting and not grade.unjudged]
    if waiting:
        exercises = sorted({name for grade in waiting for name in grade.waiting})
        note(f"{amount(len(waiting), 'student')} without a person's points for {', '.join(exercises)}: not final")


def _about(students: Sequence[str], what: str) -> list[str]:
    shown = ", ".join(terminal(student, 40) for student in students[:_MOST_NAMES])
    more = f" and {len(students) - _MOST_NAMES} more" if len(students) > _MOST_NAMES else ""
    return [f"{what}: {shown}{more}"] if students else []


def _text(roster: Path | None) -> str:
    try:
        return roster.read_text("utf-8-sig") if roster else ""
    except UnicodeDecodeError:
        raise CourseError("the roster is no UTF-8 text", str(roster), "export it again, as CSV") from None
