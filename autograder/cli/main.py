"""The command `convgrade`: its verbs under headings, and what an error is as an exit code.

Nothing is imported before the verb that needs it runs, so that the command starts at once.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from autograder import log
from autograder.cli import author, canvas, grade, hosts, requests, staff, term
from autograder.cli.exits import DONE, INTERRUPTED, NOT_GRADED, WRONG
from autograder.cli.streams import hold_streams
from autograder.cli.verb import verbose
from autograder.errors import ConvgradeError, CourseError
from autograder.files import refusal
from autograder.text.escape import block

# In the order in which a course needs them.
HEADINGS: dict[str, tuple[click.Command, ...]] = {
    "Students' work": (grade.grade, grade.report, staff.explain, staff.watch, staff.mark, staff.similar),
    "Authors": (
        author.new,
        author.build,
        author.prove,
        author.calibrate,
        author.learn,
        author.coverage,
        author.print_map,
        author.print_settings,
    ),
    "A term": (term.collect, term.late, term.regrade, requests.requests, term.export),
    "Other systems": (canvas.canvas, hosts.gradescope, hosts.classroom),
    "This machine": (staff.doctor, grade.demo),
}


class _UnderHeadings(click.Group):
    """A group that lists its verbs under headings."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a verb; where nobody reads its results any more that is said, which click would not."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `convgrade grade … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise ConvgradeError("whoever read the results has stopped; they are not complete") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs and their one line, in columns of the same width under every heading."""
        width = max(len(name) for name in self.commands)
        for heading, verbs in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{verb.name:{width}}", verb.get_short_help_str()) for verb in verbs])


@click.group(cls=_UnderHeadings, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="convgrade", prog_name="convgrade")
@verbose()
def cli() -> None:
    """Grade notebooks of a course on convolutional networks. Student code runs in a box, behind a wall.

    \b
    First time here?         convgrade demo
    Is this machine safe?    convgrade doctor
    Grade one file:          convgrade grade ada.ipynb
    Grade a class:           convgrade grade build/submitted --assignment a1_convolution

    Exit codes: 0 all graded · 1 something could not be graded · 2 wrong usage or broken course · 3 nothing found ·
    130 interrupted. A low score is not a failed command.
    """


for _verb in (verb for verbs in HEADINGS.values() for verb in verbs):
    cli.add_command(_verb)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console command; always ends in SystemExit."""
    with log.narration(), log.stage("total"):
        code = _exit_code(lambda: _run(arguments))
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> Any:
    hold_streams()
    return cli.main(arguments and list(arguments), prog_name="convgrade", standalone_mode=False)


def _exit_code(run: Callable[[], Any]) -> int:
    """What `run` returns as an exit code, and a message without a traceback for everything that we raise on purpose."""
    try:
        return run() or DONE
    except click.ClickException as error:
        error.show()
        return WRONG
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; finished reports are kept, the same command resumes from there", err=True)
        return INTERRUPTED
    except ConvgradeError as error:
        log.note_error(error)
        click.echo(f"convgrade: {block(str(error))}", err=True)
        return WRONG if isinstance(error, CourseError) else NOT_GRADED
    except OSError as error:  # a full disk, a folder that is read-only, too many open files
        log.note_error(error)
        click.echo(f"convgrade: {block(refusal(error))}\n  run the same command again when it is mended", err=True)
        return NOT_GRADED


if __name__ == "__main__":
    main()
