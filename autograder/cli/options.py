"""Options that many verbs of the command line share, and the search for the course's folder."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.box.gpu import DEVICES
from autograder.errors import CourseError, NoDevice
from autograder.layout import COURSE_FILE

NO_GPU = "Leave --device out to grade on the CPU; for a GPU, `nvidia-smi` has to list one and torch to be built for it."
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


DEVICE = click.option(
    "--device",
    type=click.Choice(DEVICES),
    default="cpu",
    show_default=True,
    callback=lambda _context, _option, device: usable(device),
    help="Where the submission's tensors live. The suite stays on the CPU, and so do the verdicts: cuda shows that the"
    " same code is right on a GPU. Its reports are kept apart; its wall is a little weaker (docs/security.md).",
)


def usable(device: str) -> str:
    """The device. Raises NoDevice where torch cannot use it."""
    if device != "cpu":
        import torch  # seconds: only for who wants a GPU

        if not torch.cuda.is_available():
            raise NoDevice(f"torch sees no GPU on this machine.\n  {NO_GPU}")
    return device


def find_root(given: Path | None, start: Path | None = None) -> Path:
    """The course's folder: the given one, else the nearest from `start` upwards. Raises CourseError."""
    start = (start or Path.cwd()).absolute()
    for folder in [given.absolute()] if given else [start, *start.parents]:
        if (folder / COURSE_FILE).is_file():
            return folder
    where = "the folder of --course" if given else "this folder and those above it"
    raise CourseError("there is no course here", where, "go to the folder that holds solutions/, or say --course PATH")
