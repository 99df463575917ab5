"""What the verbs of the command line do, each a page at most. Results go to stdout, everything else to stderr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import Assignment, load_course
from autograder.grading.session import GradingOptions, GradingSession, store_of
from autograder.layout import DEMO, DEMO_SUBMITTED, reports_folder
from autograder.log import is_on, stage
from autograder.progress import progress
from autograder.submission.find import Found, discover
from autograder.text.escape import terminal

if TYPE_CHECKING:
    from autograder.authoring.calibrate import CalibrateOptions
    from autograder.authoring.prove import ProveOptions
    from autograder.gradebook.context import StudentContext
    from autograder.model import Report

DONE, NOT_GRADED, NOTHING = 0, 1, 3


def build(root: Path, check: bool) -> int:
    """Release every notebook; with `check`, only tell what is stale."""
    from autograder.authoring import notebooks

    return _written(root, notebooks.build(load_course(root), check), "build", check)


def coverage(root: Path, check: bool) -> int:
    """Write the table of what is taught and checked; with `check`, only tell whether it is stale."""
    from autograder.authoring.coverage import write

    return _written(root, write(load_course(root), check), "coverage", check)


def _written(root: Path, changed: Sequence[Path], verb: str, check: bool) -> int:
    for path in changed:
        _say(f"{'stale' if check else 'written'}: {path.relative_to(root)}")
    if check and changed:
        _note(f"run `convgrade {verb}` and commit what it writes")
    elif not changed:
        _say("everything is up to date")
    return NOT_GRADED if check and changed else DONE


def grade(root: Path, paths: Sequence[Path], slug: str, settings: GradingOptions, as_json: bool) -> int:
    """Grade everything at `paths`, assignment by assignment; `slug` says which one all of them are."""
    course = load_course(root)
    discovery = discover(paths, course, slug)
    complete = not discovery.passed_over
    for name, group in groupby(discovery.found, key=lambda item: item.slug):
        reports = _graded(GradingSession(course.assignment(name), settings), list(group), as_json)
        complete = complete and all(report.graded for report in reports)
        if not as_json:
            _show(reports, is_on() or len(reports) == 1)
        if settings.record:
            _record(reports, root)
            _note(f"for the page of the class: convgrade report {name}")
    for sentence in discovery.passed_over:
        _note(f"not graded: {sentence}")
    if not discovery.found and complete:
        _note(
            "no notebook there; give a file, a folder of .ipynb files, or the folder that holds <student>/<assignment>/"
        )
        return NOTHING
    return DONE if complete else NOT_GRADED


def prove(root: Path, slug: str, options: ProveOptions) -> int:
    """The suite against right, differently written and wrong solutions."""
    assignment = load_course(root).assignment(slug)
    names = [exercise.name for exercise in assignment.exercises]
    if options.only and options.only not in names:
        raise click.UsageError(f"{slug} has no exercise {options.only}; it has {', '.join(names)}")
    from autograder.authoring.prove import run

    return DONE if run(assignment, options) else NOT_GRADED


def calibrate(root: Path, slug: str, options: CalibrateOptions) -> int:
    """The accuracy gates against many runs of the right solution."""
    assignment = load_course(root).assignment(slug)
    if not assignment.thresholds:
        _note(f"{slug} has no threshold; write [thresholds.NAME] with at_least = 0.9 into its assignment.toml first")
        return NOTHING
    from autograder.authoring.calibrate import run

    return DONE if run(assignment, options) else NOT_GRADED


def doctor(box: str) -> int:
    """What the wall promises, tried here."""
    from autograder import doctor as surgery
    from autograder.box.zygote import Wall

    return DONE if surgery.run(Wall(mode=box)) else NOT_GRADED


def report(root: Path, slug: str) -> int:
    """The page of a class from what is stored, and from the gradebook where there is one."""
    course = load_course(root)
    assignment = course.assignment(slug)
    reports = store_of(assignment).all()
    if not reports:
        _note(f"nothing of {slug} is graded yet; run `convgrade grade PATH`")
        return NOTHING
    from autograder.gradebook.gather import gather_contexts

    _pages(assignment, reports, root, store_of(assignment).folder, gather_contexts(course, assignment, reports))
    return DONE


def demo(root: Path, slug: str, jobs: int, box: str) -> int:
    """An invented class; its reports stay apart from those of the real one."""
    from autograder.authoring.demo import make_class
    from autograder.gradebook.context import context_without_gradebook
    from autograder.grading.store import Store

    course = load_course(root)
    assignment = course.assignment(slug) if slug else course.assignments[0]
    make_class(assignment, root / DEMO_SUBMITTED)
    found = discover([root / DEMO_SUBMITTED], course, assignment.slug).found
    store = Store(reports_folder(root / DEMO, assignment.slug))
    grading = GradingSession(assignment, GradingOptions(jobs, box=box), store)
    reports = _graded(grading, found, as_json=False)
    _show(reports, whole=False)
    real = store_of(assignment)
    place = store.folder if real.all() else real.folder  # a real class keeps its own page
    _pages(
        assignment, reports, root, place, {one.student: context_without_gradebook(assignment, one) for one in reports}
    )
    return NOT_GRADED if any(report.fault == "ours" for report in reports) else DONE


@stage("grading")
def _graded(grading: GradingSession, found: Sequence[Found], as_json: bool) -> list[Report]:
    """Reports in stable order, printed as they come where they are wanted as JSON."""
    reports = []
    with progress(f"Grading {grading.assignment.slug}", len(found)) as grading.on_report:
        for report in grading.reports(found):
            reports.append(report)
            if as_json:
                click.echo(report.to_json())
    return reports


@stage("recording in the gradebook")
def _record(reports: Sequence[Report], root: Path) -> None:
    """Points into nbgrader's gradebook; what has no verdict waits there for a person."""
    from autograder.gradebook.database import record

    _note(f"recorded in the gradebook: {record(reports, root)}")


def _show(reports: Sequence[Report], whole: bool) -> None:
    from autograder.reports.terminal import show_class, show_student

    for report in reports if whole else ():
        show_student(report)
    if len(reports) > 1:
        show_class(reports)


@stage("writing pages")
def _pages(
    assignment: Assignment, reports: Sequence[Report], root: Path, folder: Path, contexts: Mapping[str, StudentContext]
) -> None:
    from autograder.reports.class_page import write_pages

    page = write_pages(reports, assignment.title, folder, contexts)
    _say(f"page of the class: {page.relative_to(root)}")


def _say(line: str) -> None:
    click.echo(terminal(line, 1000))


def _note(line: str) -> None:
    click.echo(terminal(line, 1000), err=True)
