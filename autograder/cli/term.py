"""Verbs of a running term: intake, late work, regrading, exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import BOX, CLUSTER, COURSE, FILE, JOBS, PATH, loaded
from autograder.cli.output import note, note_all, say
from autograder.cli.verb import Verb
from autograder.exports import FORMATS
from autograder.layout import SUBMITTED

if TYPE_CHECKING:
    from autograder.intake.collect import Collected


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    """A time that was typed; without a zone it is of `zone`, or of this machine's."""
    from autograder.intake.times import when

    typed = when(text, zone)
    if text and not typed.at:
        raise click.BadParameter(f"{typed.doubt}; one that is: 2030-10-31T23:50Z", param_hint="--at")
    return typed.at


def _zone(_ctx: click.Context, _option: click.Parameter, name: str) -> tzinfo | None:
    """A time zone that was typed; none: this machine's."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter("write it like Europe/Berlin") from None


@click.command(cls=Verb, short_help="Import submissions from Moodle, Canvas, GitHub, folders.")
@click.argument("slug")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=PATH)
@click.option("--at", metavar="TIME", default="", help="When they were handed in, if no source records it readably.")
@click.option(
    "--roster",
    "roster_file",
    metavar="CSV",
    type=FILE,
    help="The class, as Canvas or Moodle exports it: whoever is not in it is listed, not taken.",
)
@click.option(
    "--zone",
    metavar="NAME",
    default="",
    callback=_zone,
    help="Zone, such as Europe/Berlin, of --at and of a platform's times that name none. Default: course.toml's.",
)
@COURSE
def collect(root: Path, slug: str, paths: Sequence[Path], roster_file: Path | None, **times: Any) -> int:
    """Import submissions into build/submitted, nbgrader's tree. Every attempt is kept in build/attempts.

    PATH is what Moodle, Canvas, Blackboard, Brightspace, Sakai, Gradescope, ILIAS, OpenOLAT, Teams, CodeGrade, Submitty
    or Google Classroom downloads (the archive or its folder), a folder of cloned repositories, nbgrader's tree or the
    inbound folder of its exchange, or a folder of notebooks. Students and times are read from the part of a name that
    the platform wrote (docs/intake.md). Everybody who handed in is taken, or listed with the reason; then the exit code
    is 1.

    \b
    Examples:
      convgrade collect a1_convolution submissions.zip --at "2030-10-31 23:50" --roster students.csv
      convgrade collect a1_convolution a1-convolution-submissions
    """
    from autograder.gradebook.database import term_of
    from autograder.intake.collect import Rules, collect_from
    from autograder.intake.roster import read_roster
    from autograder.intake.tables import table_text

    course, assignment = loaded(root, slug)
    term = term_of(course, slug)
    roster = read_roster(table_text(roster_file)) if roster_file else None
    zone = times["zone"] or term.zone
    rules = Rules(term, _moment(times["at"], zone), zone, roster)
    results = [collect_from(root, assignment, path, rules) for path in paths]
    if not any(result.students or result.listed or result.refused for result in results):
        note("no notebook found; give what a learning platform downloads, a folder, or cloned repositories")
        return NOTHING
    say_collected(results)
    if term.attempts == "best":
        note(f"the best attempt counts: convgrade regrade {slug} grades all of them")
    return DONE if all(result.complete for result in results) else NOT_GRADED


def say_collected(results: Sequence[Collected]) -> None:
    """Everybody who is not taken, by name, then the rest, then the sum."""
    from autograder.text.words import amount

    students: set[str] = set().union(*(result.students for result in results))
    reasons = [item for result in results for item in result.listed.items()]
    note_all(f"not taken: {student}: {why}" for student, why in dict.fromkeys(reasons))
    listed = {student for student, _ in reasons} - students  # who is taken from another source is in
    for result in results:
        note_all((*(f"not taken: {refused}" for refused in result.refused), *result.untimed, *result.notes))
    new, placed = sum(result.new for result in results), sum(result.placed for result in results)
    people = f"; {amount(len(listed), 'person', 'people')} not taken" if listed else ""
    say(f"{amount(len(students), 'student')}, {amount(new, 'new attempt')}, {placed} to grade{people}")


@click.command(cls=Verb, short_help="Recompute the penalties for late work.")
@click.argument("slug")
@COURSE
def late(root: Path, slug: str) -> int:
    """Recompute the penalties for late work after a deadline, an extension or points have changed.

    The rules are in solutions/course.toml: [late], [deadlines], [extensions].

    \b
    Example:
      convgrade late a1_convolution
    """
    from autograder.gradebook import opening
    from autograder.gradebook.late_penalties import recompute
    from autograder.intake.stamps import unread_stamps
    from autograder.text.words import amount, number

    loaded(root, slug)
    with opening.opened(root, slug) as opened:
        if opened is None:
            note(f"{slug} is not in the gradebook; `convgrade grade PATH --record` puts it there")
            return NOTHING
        book, config = opened
        changed = recompute(book, slug, config)
    for student, (before, after) in sorted(changed.items()):
        say(f"{student}: {number(before)} → {number(after)} points lost")
    note(f"{amount(len(changed), 'penalty', 'penalties')} changed")
    unread = unread_stamps(root, slug)
    note_all(unread)
    return NOT_GRADED if unread else DONE


@click.command(cls=Verb, short_help="Regrade what a change of the course affects.")
@click.argument("slug")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=PATH)
@click.option("--record", is_flag=True, help="Keep the new reports and write the points to nbgrader's gradebook.")
@click.option("--force", is_flag=True, help="Regrade everything, also what the change does not affect.")
@JOBS
@CLUSTER
@BOX
@COURSE
def regrade(root: Path, slug: str, paths: Sequence[Path], record: bool, **options: Any) -> int:
    """Regrade an assignment after a check, a threshold or a limit was fixed: only what the change affects.

    Shows whose points would change, and why, before anything is recorded. Points that a person entered in formgrader
    stay. Where the best attempt counts ([attempts] in solutions/course.toml), all attempts are graded.

    \b
    Example:
      convgrade regrade a1_convolution
      convgrade regrade a1_convolution --record
    """
    from autograder.gradebook.gather import recomputed_grades
    from autograder.gradebook.regrading import rerun
    from autograder.grading.session import GradingOptions
    from autograder.hosts.nbgrader_shown import show_recorded
    from autograder.text.words import amount

    (course, assignment), settings = loaded(root, slug), GradingOptions(**options)
    grades, _ = recomputed_grades(course, assignment)
    result = rerun(course, assignment, paths or [root / SUBMITTED], settings, grades)
    note_all(f"not graded: {sentence}" for sentence in result.passed_over)
    if not result.reports:
        note(f"no notebook of {slug} found; give their folder: convgrade regrade {slug} PATH")
        return NOTHING
    changes = [change for change in result.changes if change.matters]
    for change in changes:
        say(change.line())
    note(f"{amount(result.run.judged, 'submission')} judged again; {amount(len(changes), 'grade')} would change")
    if record:
        note(f"recorded in the gradebook: {result.record(root)}")
        show_recorded(assignment, result.reports)
    elif changes or result.moved:
        note("nothing is recorded yet; add --record to do so")
    return DONE if all(report.graded for report in result.reports) and not result.passed_over else NOT_GRADED


@click.command(cls=Verb, short_help="Export grades for a spreadsheet, Canvas, Moodle…")
@click.argument("slug")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True, help="Output format."
)
@click.option(
    "--output",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write. Default: standard output.",
)
@click.option(
    "--roster", "roster_file", metavar="CSV", type=FILE, help="An export of Canvas or Moodle, which says who is who."
)
@COURSE
def export(root: Path, slug: str, form: str, file: Path | None, roster_file: Path | None) -> int:
    """Export the grades of an assignment: from nbgrader's gradebook if there is one, else from the reports.

    Manual points, extra credit and late penalties are included. Students who are missing from the roster, or match
    several of its lines, or whose hand-in could not be taken, are listed, and the exit code is 1.

    \b
    Examples:
      convgrade export a1_convolution --output grades.csv
      convgrade export a1_convolution --format canvas --roster exported-from-canvas.csv --output import.csv
      convgrade export a1_convolution --format moodle --roster worksheet.csv --output import.csv
      convgrade export a1_convolution --format jsonl | jq .score
    """
    from autograder.exports import Platform, write
    from autograder.files import write_atomically
    from autograder.gradebook.gather import not_final, recomputed_grades, with_not_taken
    from autograder.intake.stamps import unread_stamps
    from autograder.intake.tables import table_text

    course, assignment = loaded(root, slug)
    graded, complaints = recomputed_grades(course, assignment)
    grades, listed = with_not_taken(course, assignment, graded)
    complaints = [*listed, *unread_stamps(root, slug), *complaints]
    if not grades:
        note_all((*complaints, f"nothing of {slug} is graded yet; run `convgrade grade PATH --record`"))
        return NOTHING
    result = write(form, assignment.title, grades, Platform(table_text(roster_file), course.term.exports.scale))
    note_all(complaints)  # first of all: whose cell is empty
    if file:
        write_atomically(file.absolute(), result.text.encode())
        note(f"written: {file}")
    else:
        click.echo(result.text, nl=False)
    note_all((*not_final(grades), *result.complaints))
    return NOT_GRADED if complaints or result.complaints else DONE
