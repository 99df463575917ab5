"""The verbs of a term on the command line: intake, regrading, late work, exports. They do it in `term_verbs.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from autograder.cli.options import BOX, COURSE, find_root
from autograder.exports import FORMATS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Take hand-ins from Moodle, Canvas, GitHub, folders.")
@click.argument("slug")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(exists=True, path_type=Path))
@click.option("--at", metavar="TIME", default="", help="When they were handed in, where nobody wrote that down.")
@COURSE
def collect(slug: str, paths: Sequence[Path], at: str, root: Path | None) -> int:
    """Take hand-ins of an assignment into build/submitted, nbgrader's tree. Every attempt is kept in build/attempts.

    PATH is a zip archive that Moodle or Canvas made, a folder of notebooks, nbgrader's tree or the inbound folder of
    its exchange, or a folder of cloned repositories. Names say whose file it is. Links, paths that lead out of an
    archive and what is too large are not taken, and told.

    \b
    Examples:
      convgrade collect a1_convolution submissions.zip --at "2030-10-31 23:50"
      convgrade collect a1_convolution a1-convolution-submissions
    """
    from autograder.cli.term_verbs import collect as run

    return run(find_root(root), slug, paths, _moment(at))


def _moment(text: str) -> datetime | None:
    """A time that was typed; without a zone it is this machine's. Raises BadParameter."""
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise click.BadParameter("write it like 2030-10-31T23:50 or 2030-10-31T23:50Z", param_hint="--at") from None


@click.command(short_help="Write grades for a spreadsheet, Canvas, Moodle…")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True, help="For whom.")
@click.option("--output", metavar="FILE", type=OUTPUT, help="Where to. Default: standard output.")
@click.option("--roster", metavar="CSV", type=FILE, help="What Canvas or Moodle exported: it says who is who.")
@COURSE
def export(slug: str, form: str, output: Path | None, roster: Path | None, root: Path | None) -> int:
    """Write the grades of an assignment: from nbgrader's gradebook where one exists, else from the reports.

    People's points, extra credit and lateness are in them. Whoever could not be found in the roster, or fits several
    of its lines, is told; then the exit code is 1.

    \b
    Examples:
      convgrade export a1_convolution --output grades.csv
      convgrade export a1_convolution --format canvas --roster exported-from-canvas.csv --output import.csv
      convgrade export a1_convolution --format moodle --roster worksheet.csv --output import.csv
      convgrade export a1_convolution --format jsonl | jq .score
    """
    from autograder.cli.term_verbs import export as run

    return run(find_root(root), slug, form, output, roster)


@click.command(short_help="Work out the penalties for late work anew.")
@click.argument("slug")
@COURSE
def late(slug: str, root: Path | None) -> int:
    """Work out the penalties for late work anew, after a deadline, an extension or points have changed.

    The rules stand in solutions/course.toml: [late], [deadlines], [extensions].

    \b
    Example:
      convgrade late a1_convolution
    """
    from autograder.cli.term_verbs import late as run

    return run(find_root(root), slug)


@click.command(short_help="Grade again what a change of the course touches.")
@click.argument("slug")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(exists=True, path_type=Path))
@click.option("--record", is_flag=True, help="Keep the new reports, and write the points into nbgrader's gradebook.")
@click.option("--force", is_flag=True, help="Judge everything again, also what the change does not touch.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), help="Workers. Default: one for each processor.")
@BOX
@COURSE
def regrade(slug: str, paths: Sequence[Path], root: Path | None, **options: Any) -> int:
    """Grade an assignment again after a check, a threshold or a limit was mended: only what the change touches.

    Shows whose points would change, and why, before anything is recorded. What a person entered in formgrader stays.
    Where the best attempt counts ([attempts] in solutions/course.toml), all attempts are graded.

    \b
    Example:
      convgrade regrade a1_convolution
      convgrade regrade a1_convolution --record
    """
    from autograder.cli.term_verbs import regrade as run
    from autograder.grading.session import GradingOptions, processors

    settings = GradingOptions(**options | {"jobs": options["jobs"] or processors()})
    return run(find_root(root), slug, paths, settings)


VERBS: list[click.Command] = [collect, regrade, late, export]


def add_to(group: click.Group) -> None:
    """Make every verb of this page a verb of `group`."""
    for verb in VERBS:
        group.add_command(verb)
