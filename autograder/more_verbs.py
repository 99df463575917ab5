"""The verbs of a term beside grading itself. As in `cli.py`: nothing is imported before the verb that needs it runs."""

from __future__ import annotations

import click

VERBS: list[click.Command] = []


def add_to(group: click.Group) -> None:
    """Make every verb of this page a verb of `group`."""
    for verb in VERBS:
        group.add_command(verb)
