"""The verbs of a term beside grading itself. As in `cli.py`: nothing is imported before the verb that needs it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from autograder.cli.options import BOX, COURSE, find_root
from autograder.errors import CourseError

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Say why a check ended as it did; try it again.")
@click.argument("what", metavar="REPORT")
@click.argument("check", required=False, default="")
@click.option("--file", type=FILE, help="The notebook that was graded. Default: searched for in build/submitted.")
@click.option("--assignment", "slug", metavar="SLUG", default="", help="Which assignment, where it is not clear.")
@click.option("--shell", is_flag=True, help="A prompt inside the box when the check has ended.")
@click.option("--verbose", is_flag=True, help="The hidden test's source, all calls, all that was printed.")
@BOX
@COURSE
def explain(what: str, check: str, root: Path | None, **options: Any) -> int:
    """Say why a CHECK ended as it did, and try it again in a fresh box. Without a CHECK: list them.

    REPORT is a student's name, SLUG/STUDENT, a report under build/reports, or a notebook.

    \b
    Examples:
      convgrade explain "Ingrid Solberg"
      convgrade explain "Ingrid Solberg" corr2d_matches_torch
      convgrade explain ada.ipynb corr2d_matches_torch --shell
    """
    from autograder.explain.run import explain as run

    return run(find_root(root), what, check, **options)


@click.command(short_help="Make a small assignment to start from.")
@click.argument("slug")
@click.option("--title", default="", help="What students read above it. Default: made from the slug.")
@COURSE
def new(slug: str, title: str, root: Path | None) -> int:
    """Make solutions/SLUG: a complete small assignment that proves green, to be changed from there.

    Where there is no course yet, this folder becomes one.

    \b
    Example:
      convgrade new a7_averages --title "Averages"
      convgrade prove a7_averages
    """
    from autograder.authoring.scaffold import new_assignment

    folder = root or _course_or_here()
    for path in new_assignment(folder, slug, title):
        click.echo(f"written: {path.relative_to(folder)}")
    click.echo(f"next: convgrade prove {slug}, then change it; docs/tutorial.md tells how", err=True)
    return 0


def _course_or_here() -> Path:
    try:
        return find_root(None)
    except CourseError:
        return Path.cwd()


@click.command(short_help="Make the autograder zip for Gradescope.")
@click.argument("slug")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the checks. Hidden ones hide the total, too.",
)
@BOX
@COURSE
def gradescope(slug: str, visibility: str, box: str, root: Path | None) -> int:
    """Make build/gradescope/SLUG.zip: this engine and the one assignment, with setup.sh and run_autograder.

    Where Gradescope's container does not let bubblewrap work, ask by name for the weaker wall: --box landlock. Every
    result says which wall was in force.

    \b
    Example:
      convgrade gradescope a1_convolution --box landlock
    """
    from autograder.course import load_course
    from autograder.hosts.gradescope_zip import advice, write_zip

    course = load_course(find_root(root))
    assignment = course.assignment(slug)
    path = write_zip(course, assignment, box, visibility)
    click.echo(f"written: {path.relative_to(course.root)} ({path.stat().st_size / 1e6:.1f} MB)")
    for line in advice(assignment):
        click.echo(line, err=True)
    return 0


@click.command(short_help="Make a template repository for GitHub Classroom.")
@click.argument("slug")
@COURSE
def classroom(slug: str, root: Path | None) -> int:
    """Make build/classroom/SLUG: the release, the student kit, and a workflow with the public checks.

    Push it to a repository and make that the template of a GitHub Classroom assignment. Nothing in it is secret, and
    the points that GitHub shows are no grade: grade what students push with convgrade collect and convgrade grade.

    \b
    Example:
      convgrade classroom a1_convolution
    """
    from autograder.course import load_course
    from autograder.hosts.classroom import write_template

    course = load_course(find_root(root))
    folder = write_template(course, course.assignment(slug))
    click.echo(f"written: {folder.relative_to(course.root)}")
    return 0


@click.command(short_help="Grade what arrives in a folder.")
@click.argument("folder", type=FOLDER)
@click.option(
    "--assignment", "slug", metavar="SLUG", default="", help="Which one. Default: told by folder, name, cells."
)
@click.option("--every", metavar="SECONDS", type=click.FloatRange(0.1), default=2.0, show_default=True, help="Looks.")
@click.option("--once", is_flag=True, help="Grade what is there now, then end.")
@click.option("--beside", is_flag=True, help="Write NAME.feedback.html beside each notebook.")
@click.option("--to", metavar="FOLDER", type=FOLDER, help="Where pages go. Default: build/feedback-pages.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=1, show_default=True, help="Workers.")
@BOX
@COURSE
def watch(folder: Path, root: Path | None, **options: Any) -> int:
    """Grade what arrives in a FOLDER, each file once, and write a feedback page for it. Ctrl-C ends it.

    A file is graded when it has stopped changing. A restart goes on where the last run was.

    \b
    Examples:
      convgrade watch handed-in --assignment a1_convolution --beside
      convgrade watch handed-in --once --to pages
    """
    from autograder.cli.more import watch as run

    return run(find_root(root), folder, options)


@click.command(short_help="Find pairs that are closer than the scaffold explains.")
@click.argument("slug")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--archive", multiple=True, metavar="PATH", type=FOLDER, help="Submissions of an earlier term. Repeatable."
)
@click.option("--least", metavar="PERCENT", type=click.IntRange(1, 100), default=40, show_default=True, help="Share.")
@COURSE
def similar(slug: str, paths: Sequence[Path], archive: Sequence[Path], least: int, root: Path | None) -> int:
    """Find pairs of submissions that are closer than released code and right answers explain.

    Writes build/similar/SLUG.html with the pairs side by side. It reports; it never changes a score.

    \b
    Examples:
      convgrade similar a1_convolution
      convgrade similar a1_convolution build/submitted --archive terms/last-year
    """
    from autograder.cli.more import similar as run

    return run(find_root(root), slug, paths, archive, least)


VERBS: list[click.Command] = [explain, new, gradescope, classroom, watch, similar]


def add_to(group: click.Group) -> None:
    """Make every verb of this page a verb of `group`."""
    for verb in VERBS:
        group.add_command(verb)
