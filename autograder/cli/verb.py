"""What every verb has in common: `--verbose`, and its usage above the message when it was typed wrongly."""

import logging
from collections.abc import Callable
from typing import Any

import click

from autograder.errors import UsageError
from autograder.log import LOG

HELP = "Also log which files are read and written, how long each stage takes, and tracebacks of our own errors."


def verbose(help: str = HELP) -> Callable[[Any], Any]:
    """The option `--verbose`; verbs that show more with it than the log say so in `help`."""
    return click.option(
        "--verbose", is_flag=True, is_eager=True, expose_value=False, callback=_switch_on_log, help=help
    )


def _switch_on_log(_ctx: click.Context, _option: click.Parameter, on: bool) -> None:
    if on:
        LOG.setLevel(logging.DEBUG)


class Verb(click.Command):
    """A command with `--verbose`, of its own or the common one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not any("--verbose" in parameter.opts for parameter in self.params):
            verbose()(self)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; domain code knows nothing of click and raises UsageErrors of ours."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise click.UsageError(str(error), ctx) from None


class Verbs(click.Group):
    """Verbs under one name, with `--verbose` before or after the second word."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        verbose()(self)
