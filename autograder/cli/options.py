"""Options and paths that several verbs share, and the search for the course's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.box.gpu import DEVICES, ENVIRONMENT
from autograder.cli.output import note
from autograder.errors import CourseError, NoDevice
from autograder.layout import COURSE_FILE

if TYPE_CHECKING:
    from autograder.course import Assignment, Course

PATH = click.Path(exists=True, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NO_GPU = "Omit --device to grade on the CPU; for a GPU, `nvidia-smi` must list one and torch must support CUDA."


def find_root(chosen: Path | None) -> Path:
    """The course's folder: the given one, else the nearest from here upwards. Raises CourseError."""
    here = Path.cwd()
    for folder in [chosen.absolute()] if chosen else [here, *here.parents]:
        if (folder / COURSE_FILE).is_file():
            return folder
    where = "the folder of --course" if chosen else "this folder and those above it"
    raise CourseError("no course found", where, "go to the folder that holds solutions/, or give --course PATH")


def root_or_here(chosen: Path | None) -> Path:
    """The same for a verb that can begin a course: where there is none, the folder where it will be."""
    try:
        return chosen or find_root(None)
    except CourseError:
        return Path.cwd()


def loaded(root: Path, slug: str) -> tuple[Course, Assignment]:
    """The course at `root`, and its assignment `slug`. Raises CourseError."""
    from autograder.course import load_course

    course = load_course(root)
    return course, course.assignment(slug)


def usable(device: str) -> str:
    """The device. Raises NoDevice where torch cannot use it."""
    if device != "cpu":
        os.environ.update(ENVIRONMENT)  # so that asking starts nothing: this process may judge, in forks
        import torch  # seconds: only for those who want a GPU

        if not torch.cuda.is_available():
            raise NoDevice(f"torch sees no GPU on this machine.\n  {NO_GPU}")
    return device


def course_option(search: Callable[[Path | None], Path] = find_root) -> Callable[[Any], Any]:
    """`--course`; the verb's parameter `root` is the folder found."""
    return click.option(
        "--course",
        "root",
        metavar="PATH",
        type=FOLDER,
        callback=lambda _ctx, _option, given: search(given),
        help="The course's folder, which holds solutions/. Default: the current folder or the nearest one above it.",
    )


def device_option(check: Callable[[str], str] = usable) -> Callable[[Any], Any]:
    """`--device`; `check` is asked whether this machine can use it."""
    return click.option(
        "--device",
        type=click.Choice(DEVICES),
        default="cpu",
        show_default=True,
        callback=lambda _ctx, _option, device: check(device),
        help="Where the submission's tensors live. The suite and its verdicts stay on the CPU: cuda shows that the same"
        " code works on a GPU. Its reports are stored separately; its wall is slightly weaker (docs/security.md).",
    )


def jobs_option(default: int | None = None) -> Callable[[Any], Any]:
    """`--jobs`; without a number, as many workers as there are processors."""
    return click.option(
        "--jobs",
        metavar="N",
        type=click.IntRange(1, 256),
        default=default,
        show_default=default is not None,
        callback=lambda _ctx, _option, jobs: jobs or _processors(),
        help="Worker processes." if default else "Worker processes. Default: one per processor.",
    )


def _cluster(cluster: str) -> str:
    """The cluster as it was named; a warning where it is open to others. Raises BadParameter where it can be none."""
    if cluster:
        from autograder.grading.cluster import warning, why_no_cluster

        if why := why_no_cluster(cluster):
            raise click.BadParameter(why)
        if danger := warning(cluster):
            note(danger)
    return cluster


def _processors() -> int:
    from autograder.grading.session import processors

    return processors()


COURSE, JOBS = course_option(), jobs_option()
ASSIGNMENT = click.option(
    "--assignment",
    "slug",
    metavar="SLUG",
    default="",
    help="Which assignment. Default: inferred from the folder, the file name or the cells.",
)
CLUSTER = click.option(
    "--cluster",
    metavar="ADDRESS|NAME",
    default="",
    callback=lambda _ctx, _option, cluster: _cluster(cluster),
    help="Grade on a Dask cluster: the address of a running scheduler (tcp://host:8786), or slurm, pbs, sge, lsf, oar,"
    " htcondor, moab, which start --jobs workers as your Dask configuration says (docs/cluster.md).",
)
BOX = click.option(
    "--box",
    "wall",
    type=click.Choice(["bubblewrap", "landlock"]),
    default="bubblewrap",
    show_default=True,
    help="The wall around student code. landlock is weaker, for machines where bubblewrap cannot run.",
)
DEVICE = device_option()
