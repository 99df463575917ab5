"""Verbs for other systems that grade with this engine."""

from pathlib import Path
from typing import Any

import click

from autograder.cli.exits import DONE
from autograder.cli.options import BOX, COURSE, device_option, loaded
from autograder.cli.output import note_all, say, say_written
from autograder.cli.verb import Verb


@click.command(cls=Verb, short_help="Make the autograder zip for Gradescope.")
@click.argument("slug")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the checks. While they are hidden, so is the total.",
)
@click.option("--leaderboard", is_flag=True, help="Show the class what everybody's gates measured.")
@BOX
@device_option(check=str)  # of Gradescope's machine, not of this one
@COURSE
def gradescope(root: Path, slug: str, **options: Any) -> int:
    """Make build/gradescope/SLUG.zip: this engine and one assignment, with setup.sh and run_autograder.

    If bubblewrap does not work in Gradescope's container, choose the weaker wall by name: --box landlock. Every result
    says which wall was in force.

    \b
    Example:
      convgrade gradescope a1_convolution --box landlock
    """
    from autograder.hosts.gradescope_zip import ZipOptions, advice, write_zip

    course, assignment = loaded(root, slug)
    path = write_zip(course, assignment, ZipOptions(**options))
    say(f"written: {path.relative_to(root)} ({path.stat().st_size / 1e6:.1f} MB)")
    note_all(advice(assignment))
    return DONE


@click.command(cls=Verb, short_help="Make a template repository for GitHub Classroom.")
@click.argument("slug")
@COURSE
def classroom(root: Path, slug: str) -> int:
    """Make build/classroom/SLUG: the release, the student kit, and a workflow with the public checks.

    Push it to a repository and make that the template of a GitHub Classroom assignment. Nothing in it is secret, and
    the points that GitHub shows are not grades: grade what students push with convgrade collect and convgrade grade.

    \b
    Example:
      convgrade classroom a1_convolution
    """
    from autograder.hosts.classroom import write_template

    say_written(write_template(*loaded(root, slug)), root)
    return DONE
