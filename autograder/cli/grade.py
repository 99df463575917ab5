"""Verbs for students' work: grade it, show the class; and the same with a sample class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import ASSIGNMENT, BOX, CLUSTER, COURSE, DEVICE, FOLDER, JOBS, PATH, jobs_option, loaded
from autograder.cli.output import note, note_all, say, show_reports
from autograder.cli.profile import PROFILE
from autograder.cli.verb import Verb, verbose
from autograder.errors import NotStored
from autograder.layout import DEMO, DEMO_SUBMITTED, FEEDBACK_PAGES, SUBMITTED, reports_folder, submission_file
from autograder.log import is_on, span, stage
from autograder.text.words import amount

if TYPE_CHECKING:
    from autograder.course import Assignment, Course
    from autograder.grading.session import GradingSession
    from autograder.model import Report
    from autograder.submission.find import Found


@click.command(cls=Verb, short_help="Grade notebooks: files, folders, or nbgrader's tree.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=PATH)
@ASSIGNMENT
@JOBS
@CLUSTER
@click.option("--json", "as_json", is_flag=True, help="Print only the reports, as JSON, one per line.")
@click.option("--force", is_flag=True, help="Grade everything, even where the stored report is up to date.")
@click.option("--record", is_flag=True, help="Also write the points to nbgrader's gradebook.")
@verbose("Show the checks of every student; log files, timings and what workers print.")
@PROFILE
@BOX
@DEVICE
@COURSE
def grade(root: Path, paths: Sequence[Path], slug: str, as_json: bool, record: bool, **options: Any) -> int:
    """Grade notebooks: files, folders, or nbgrader's tree <student>/<slug>/<slug>.ipynb.

    Reports are stored under build/reports/. Unchanged submissions are not graded twice; an interrupted run resumes
    where it stopped.

    \b
    Examples:
      convgrade grade ada.ipynb --verbose
      convgrade grade build/submitted --jobs 4 --record
      convgrade grade downloads --assignment a1_convolution --json > reports.jsonl
    """
    from autograder.course import load_course
    from autograder.grading.session import GradingOptions, GradingSession
    from autograder.submission.find import discover

    with span("read"):
        course, settings = load_course(root), GradingOptions(**options)
        discovery = discover(paths, course, slug)
    complete = not discovery.passed_over
    if record:
        _ready_to_record([course.assignment(name) for name in dict.fromkeys(item.slug for item in discovery.found)])
    for name, group in groupby(discovery.found, key=lambda found: found.slug):
        files = list(group)
        reports, stored = _graded(GradingSession(course.assignment(name), settings), files, as_json)
        complete = complete and stored and all(report.graded for report in reports)
        if not as_json:
            with span("page"):
                show_reports(reports, in_full=is_on() or len(reports) == 1)
        if record:
            complete = _record(reports, root) and complete
            _show(course.assignment(name), _in_the_tree(reports, files, root))
            note(f"for the class page: convgrade report {name}")
    note_all(f"not graded: {sentence}" for sentence in discovery.passed_over)
    if not discovery.found and complete:
        note("no notebook found; give a file, a folder of .ipynb files, or one that holds <student>/<assignment>/")
        return NOTHING
    return DONE if complete else NOT_GRADED


@stage("grading")
def _graded(session: GradingSession, found: Sequence[Found], as_json: bool = False) -> tuple[list[Report], bool]:
    """Reports in stable order, printed as they come where they are wanted as JSON; and whether all are stored."""
    from autograder.grading.progress import progress

    reports = []
    try:
        with progress(f"Grading {session.assignment.slug}", len(found)) as tick:
            for report in session.reports(found, tick):
                reports.append(report)
                if as_json:
                    click.echo(report.to_json())
    except NotStored as error:
        note_all(str(error).splitlines())
        return reports, False
    return reports, True


def _show(assignment: Assignment, reports: Sequence[Report]) -> None:
    """In formgrader. Imported here, since nbformat takes longer than a class that did not change."""
    from autograder.hosts.nbgrader_shown import show_recorded

    show_recorded(assignment, reports)


def _in_the_tree(reports: Sequence[Report], found: Sequence[Found], root: Path) -> list[Report]:
    """Those of files that are where nbgrader looks."""
    homes = {item.student for item in found if item.path == submission_file(root / SUBMITTED, item.student, item.slug)}
    return [report for report in reports if report.student in homes]


@span("gradebook")
def _ready_to_record(assignments: Sequence[Assignment]) -> None:
    """Before minutes of grading: the gradebook can be used and knows them. Raises ConvgradeError."""
    from autograder.authoring.notebooks import enter_assignment
    from autograder.gradebook.database import refuse_old_entry

    for assignment in assignments:
        if enter_assignment(assignment):
            note(f"entered in the gradebook: {assignment.slug}")
        refuse_old_entry(assignment)


@span("gradebook")
@stage("recording in the gradebook")
def _record(reports: Sequence[Report], root: Path) -> bool:
    """Points into nbgrader's gradebook; what has no verdict waits there for a person. False if a time is unreadable."""
    from autograder.gradebook.database import record
    from autograder.intake.stamps import unread_stamps

    note(f"recorded in the gradebook: {record(reports, root)}")
    slugs = {report.assignment: None for report in reports}
    unread = [sentence for slug in slugs for sentence in unread_stamps(root, slug)]
    note_all(unread)
    return not unread


@click.command(cls=Verb, short_help="Write the class page and a page per student.")
@click.argument("slug")
@click.option(
    "--archive",
    multiple=True,
    metavar="PATH",
    type=FOLDER,
    help="Instead, compare terms: reports of an earlier one (a course's folder or one with reports). Repeatable.",
)
@PROFILE
@COURSE
def report(root: Path, slug: str, archive: Sequence[Path]) -> int:
    """Write the class page, and one page per student, from the stored reports.

    Where [feedback] of solutions/course.toml says when, the pages of those to whom they are due are also put into
    build/feedback-pages; a page is due when that time and the student's own deadline are over.

    Students whose hand-in could not be taken, or is not graded, are listed; then the exit code is 1.

    With --archive, once for each earlier term, oldest first: how hard every check is and how well it discriminates,
    what went wrong, and what changed in the suite, over all terms, in build/reports/SLUG/archive.html and archive.csv.

    \b
    Examples:
      convgrade report a1_convolution
      convgrade report a1_convolution --archive terms/2028 --archive terms/2029
    """
    from autograder.gradebook.gather import everybody_else, gather_contexts
    from autograder.gradebook.ungraded import NOT_GRADED_YET
    from autograder.grading.session import store_of
    from autograder.reports.class_page import write_pages

    with span("read"):
        course, assignment = loaded(root, slug)
    if archive:
        return _over_terms(assignment, archive)
    store = store_of(assignment)
    with span("store"):
        reports = store.all()
        others, sentences = everybody_else(course, assignment, reports)
    if not reports and not store.unread(reports) and set(others.values()) <= {NOT_GRADED_YET}:
        note_all((*sentences, f"nothing of {slug} is graded yet; run `convgrade grade PATH`"))
        return NOTHING
    with span("gradebook"):
        contexts = gather_contexts(course, assignment, reports)
    with span("page"):
        page = write_pages(reports, assignment.title, store.folder, contexts, others)
    say(f"class page: {page.relative_to(root)}")
    _hand_out(course, slug, [report.student for report in reports], page.parent / "students")
    note_all(sentences)
    return NOT_GRADED if sentences else DONE


def _over_terms(assignment: Assignment, folders: Sequence[Path]) -> int:
    """The page, the table and the CSV of earlier terms and of this one, where it has reports."""
    from autograder.exports.table import to_csv
    from autograder.files import PUBLIC, write_atomically
    from autograder.grading.progress import in_steps
    from autograder.grading.session import store_of
    from autograder.reports import archive as over
    from autograder.reports.archive_page import archive_lines, archive_page
    from autograder.reports.terminal import show_lines

    home, slug = store_of(assignment).folder, assignment.slug
    places = {folder.resolve(): over.reports_in(folder, slug) for folder in folders}
    note_all(f"no reports of {slug}: {folder}" for folder, place in places.items() if not place)
    terms = {place.resolve(): over.archive_name(folder, slug) for folder, place in places.items() if place}
    if over.reports_in(home, slug) and home.resolve() not in terms:
        terms[home.resolve()] = "now"
    sums = [over.term_sums(name, place, slug) for place, name in in_steps("Reading reports", list(terms.items()))]
    sums = [term for term in sums if term.submissions]
    if not sums:
        note(f"none of the reports there is a judged one of {slug}")
        return NOTHING
    show_lines(archive_lines(sums))
    files = {"archive.html": archive_page(sums, assignment.title)}
    files["archive.csv"] = to_csv(over.TABLE_HEAD, over.item_rows(sums))
    for name, text in files.items():
        write_atomically(home / name, text.encode(), PUBLIC)
        say(f"written: {(home / name).relative_to(assignment.root)}")
    note("in each term's column: difficulty (share that fails) and discrimination (point-biserial, rest score)")
    return DONE if all(places.values()) else NOT_GRADED


def _hand_out(course: Course, slug: str, students: Sequence[str], pages: Path) -> None:
    """Pages to those to whom they are due; says who waits, and whose page was taken back."""
    from autograder.gradebook.database import term_of
    from autograder.reports.released import feedback_times, hand_out, take_back, who_had_it, who_waits

    due, to = feedback_times(term_of(course, slug), slug, students), course.root / FEEDBACK_PAGES / slug
    waiting = hand_out(due, pages, to, datetime.now(UTC), due)
    if len(waiting) < len(due):
        say(f"feedback: {to.relative_to(course.root)} ({amount(len(due) - len(waiting), 'page')})")
    note_all(filter(None, [who_waits(waiting, due), who_had_it(take_back(waiting, to))]))


@click.command(cls=Verb, short_help="Grade a sample class and show its page.")
@click.argument("slug", required=False, default="")
@jobs_option(2)
@BOX
@COURSE
def demo(root: Path, slug: str, jobs: int, wall: str) -> int:
    """Grade a class of invented students, print its table and write its page. Real reports are left alone.

    \b
    Example:
      convgrade demo
    """
    from autograder.authoring.demo import make_class
    from autograder.course import load_course
    from autograder.gradebook.context import context_without_gradebook
    from autograder.grading.session import GradingOptions, GradingSession, store_of
    from autograder.grading.store import Store
    from autograder.reports.class_page import write_pages
    from autograder.submission.find import discover

    course = load_course(root)
    assignment = course.assignment(slug) if slug else course.assignments[0]
    note(f"{assignment.title}: a class of invented students hands in …")
    make_class(assignment, root / DEMO_SUBMITTED)
    found = discover([root / DEMO_SUBMITTED], course, assignment.slug).found
    note(f"{amount(len(found), 'notebook')} to grade, {jobs} at a time; the first one waits for a warm box …")
    store, real = Store(reports_folder(root / DEMO, assignment.slug)), store_of(assignment)
    reports, stored = _graded(GradingSession(assignment, GradingOptions(jobs, wall=wall), store), found)
    show_reports(reports)
    place = store.folder if real.all() else real.folder  # a real class keeps its own page
    contexts = {report.student: context_without_gradebook(assignment, report) for report in reports}
    say(f"class page: {write_pages(reports, assignment.title, place, contexts).relative_to(root)}")
    return DONE if stored and not any(report.fault == "ours" for report in reports) else NOT_GRADED
