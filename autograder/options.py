"""Options that many verbs of the command line share, and the search for the course's folder."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.errors import CourseError

COURSE = click.option(
    "--course",
    "root",
    metavar="PATH",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the course (it holds solutions/). Default: this folder or the nearest above it.",
)
BOX = click.option(
    "--box",
    type=click.Choice(["bubblewrap", "landlock"]),
    default="bubblewrap",
    show_default=True,
    help="The wall around foreign code. landlock is the weaker one, for machines where bubblewrap cannot run.",
)


def find_root(given: Path | None, start: Path | None = None) -> Path:
    """The course's folder: the given one, else the nearest from `start` upwards. Raises CourseError."""
    start = (start or Path.cwd()).absolute()
    for folder in [given.absolute()] if given else [start, *start.parents]:
        if (folder / "solutions" / "course.toml").is_file():
            return folder
    where = "the folder of --course" if given else "this folder and those above it"
    raise CourseError("there is no course here", where, "go to the folder that holds solutions/, or say --course PATH")
