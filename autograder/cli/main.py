"""The command `convgrade`: verbs → functions → exit codes. Nothing is imported before the verb that needs it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from autograder import log
from autograder.cli import more_verbs, term_cli
from autograder.cli.options import BOX, COURSE, DEVICE, find_root
from autograder.errors import ConvgradeError, CourseError

DONE, NOT_GRADED, WRONG, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130


class _InOrder(click.Group):
    """A group that lists its verbs in the order in which a course needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="convgrade", prog_name="convgrade")
def cli() -> None:
    """Grade notebooks of a course on convolutional networks. Student code runs in a box, behind a wall.

    \b
    First time here?         convgrade demo
    Is this machine safe?    convgrade doctor
    Grade one file:          convgrade grade ada.ipynb
    Grade a class:           convgrade grade build/submitted --assignment a1_convolution

    Exit codes: 0 all graded · 1 something could not be graded · 2 wrong usage or broken course · 3 nothing matched ·
    130 interrupted. A low score is not a failed command.
    """


@cli.command(short_help="Make the notebooks that students get.")
@click.option("--check", is_flag=True, help="Write nothing; fail if a released notebook is not what solutions/ says.")
@COURSE
def build(check: bool, root: Path | None) -> int:
    """Make the notebooks that students get from solutions/.

    \b
    Example: change solutions/a1_convolution/notebook.py, then
      convgrade build
    """
    from autograder.cli.verbs import build as run

    return run(find_root(root), check)


@cli.command(short_help="Grade files, folders, or nbgrader's tree.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--assignment", metavar="SLUG", default="", help="Which assignment. Default: told by folder, name or cells."
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), help="Workers. Default: one for each processor.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one report per line, and nothing else, on standard output."
)
@click.option("--force", is_flag=True, help="Grade again what is stored and has not changed.")
@click.option("--record", is_flag=True, help="Write the points into nbgrader's gradebook, too.")
@click.option(
    "--verbose", is_flag=True, expose_value=False, help="Every check of every student; files, times, what workers say."
)
@BOX
@DEVICE
@COURSE
def grade(paths: Sequence[Path], root: Path | None, **options: Any) -> int:
    """Grade notebooks: files, folders, or nbgrader's tree <student>/<slug>/<slug>.ipynb.

    Reports are kept under build/reports/. What has not changed is not graded twice; an interrupted run goes on
    where it was.

    \b
    Examples:
      convgrade grade ada.ipynb --verbose
      convgrade grade build/submitted --jobs 4 --record
      convgrade grade downloads --assignment a1_convolution --json > reports.jsonl
    """
    from autograder.cli.verbs import grade as run
    from autograder.grading.session import GradingOptions, processors

    slug, as_json = options.pop("assignment"), options.pop("as_json")
    settings = GradingOptions(**options | {"jobs": options["jobs"] or processors()})
    return run(find_root(root), paths, slug, settings, as_json)


@cli.command(short_help="Which task and which checks serve each row of the course notes.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if docs/coverage.md is stale.")
@COURSE
def coverage(check: bool, root: Path | None) -> int:
    """Write docs/coverage.md: row of the course notes, task, checks. A row that no task serves is an error.

    \b
    Example:
      convgrade coverage --check
    """
    from autograder.cli.verbs import coverage as run

    return run(find_root(root), check)


@cli.command(short_help="Prove a hidden suite with right and wrong solutions.")
@click.argument("slug")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), help="Workers. Default: one for each processor.")
@click.option("--together", is_flag=True, help="Mistakes of different exercises share a notebook: much faster.")
@click.option("--only", metavar="EXERCISE", default="", help="Alternatives and mistakes of one exercise only.")
@BOX
@DEVICE
@COURSE
def prove(slug: str, root: Path | None, jobs: int | None, **options: Any) -> int:
    """Prove a hidden suite: right solutions get full marks, every known mistake loses points and is named.

    \b
    Examples:
      convgrade prove a1_convolution
      convgrade prove a1_convolution --only corr2d
      convgrade prove a1_convolution --together --device cuda
    """
    from autograder.authoring.prove import ProveOptions
    from autograder.cli.verbs import prove as run
    from autograder.grading.session import processors

    return run(find_root(root), slug, ProveOptions(jobs or processors(), **options))


@cli.command(short_help="Measure accuracy thresholds and write them.")
@click.argument("slug")
@click.option(
    "--runs", metavar="N", type=click.IntRange(5, 1000), default=24, show_default=True, help="Runs of what is right."
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), help="Workers. Default: one for each processor.")
@click.option("--dry-run", is_flag=True, help="Show the table; write nothing.")
@BOX
@COURSE
def calibrate(slug: str, root: Path | None, jobs: int | None, **options: Any) -> int:
    """Measure accuracy thresholds with the perfect notebook and other secrets, and write them into assignment.toml.

    A threshold is set where a right solution fails less than once in 10,000. Nothing is written when a known mistake
    that must stay below reaches it.

    \b
    Examples:
      convgrade calibrate a3_networks --dry-run
      convgrade calibrate a3_networks --runs 50
    """
    from autograder.authoring.calibrate import CalibrateOptions
    from autograder.cli.verbs import calibrate as run
    from autograder.grading.session import processors

    return run(find_root(root), slug, CalibrateOptions(jobs=jobs or processors(), **options))


@cli.command(short_help="Try to break out of the box on this machine.")
@BOX
def doctor(box: str) -> int:
    """Try to break out of the box on this machine, one line for each promise.

    \b
    Example:
      convgrade doctor
    """
    from autograder.cli.verbs import doctor as run

    return run(box)


@cli.command(short_help="Write the page of a class.")
@click.argument("slug")
@COURSE
def report(slug: str, root: Path | None) -> int:
    """Write the page of a class, and one page per student, from the stored reports.

    \b
    Example:
      convgrade report a1_convolution
    """
    from autograder.cli.verbs import report as run

    return run(find_root(root), slug)


@cli.command(short_help="Grade an invented class and show its page.")
@click.argument("slug", required=False, default="")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=2, show_default=True, help="Workers.")
@BOX
@COURSE
def demo(slug: str, jobs: int, box: str, root: Path | None) -> int:
    """Grade an invented class, print its table and write its page.

    \b
    Example:
      convgrade demo
    """
    from autograder.cli.verbs import demo as run

    return run(find_root(root), slug, jobs, box)


term_cli.add_to(cli)
more_verbs.add_to(cli)
log.offer(cli)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console command; always ends in SystemExit."""
    with log.narration(), log.stage("in all"):
        code = _exit_code(lambda: cli.main(arguments and list(arguments), prog_name="convgrade", standalone_mode=False))
    sys.exit(code)


def _exit_code(run: Callable[[], Any]) -> int:
    """What `run` returns as an exit code, and a message without a traceback for everything that we raise on purpose."""
    try:
        return run() or DONE
    except click.ClickException as error:
        error.show()
        return WRONG
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was graded is kept, the same command goes on from there", err=True)
        return INTERRUPTED
    except ConvgradeError as error:
        log.note_error(error)
        _show(str(error))
        return WRONG if isinstance(error, CourseError) else NOT_GRADED
    except BrokenPipeError:  # `convgrade grade … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_GRADED


def _show(message: str) -> None:
    from autograder.text.escape import block

    click.echo(f"convgrade: {block(message)}", err=True)


if __name__ == "__main__":
    main()
