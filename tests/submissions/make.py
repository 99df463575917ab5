"""Writes the golden submissions: `python -m tests.submissions.make [--record] [slug | slug/name …]`.

Without slugs those of every assignment. `--record` grades them and writes what came out beside them: read every line
that changed, and keep only what an instructor would call right.

The students of an assignment are the methods of the classes in the Python files of its folder.
"""

from __future__ import annotations

import argparse
import inspect
import json
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from autograder.course import Assignment, load_course
from tests.submissions import golden
from tests.submissions.desk import Desk

Student = Callable[[], bytes]


def students(slug: str, assignment: Assignment) -> dict[str, Student]:
    """Name → what makes the notebook; its docstring is the story."""
    package = f"{__package__}.{slug}"
    modules = [import_module(f"{package}.{path.stem}") for path in sorted((golden.HERE / slug).glob("*.py"))]
    kinds = [kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)]
    desks = [kind(assignment) for kind in kinds if issubclass(kind, Desk) and kind.__module__.startswith(package)]
    return {
        name: method
        for desk in desks
        for name, method in inspect.getmembers(desk, inspect.ismethod)
        if not name.startswith("_")
    }


def write(slug: str, made: dict[str, Student]) -> None:
    for name, method in made.items():
        (golden.HERE / slug / f"{name}.ipynb").write_bytes(method())


def record(slug: str, made: dict[str, Student]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assignment = golden.quick_course(Path(folder), slug)
        for report in golden.graded(assignment, made):
            expected = {"story": made[report.student].__doc__} | golden.outcome(report)
            text = json.dumps(expected, indent=1, ensure_ascii=False)
            (golden.HERE / slug / f"{report.student}.json").write_text(f"{text}\n", encoding="utf-8")
            print(f"{report.student:28} {report.score:6} {report.seconds:5.1f} s  {_losses(report)}")


def _losses(report: golden.Report) -> str:
    short = [exercise for exercise in report.exercises if exercise.score < exercise.points]
    return " ".join(f"{exercise.name} {exercise.score:g}/{exercise.points:g}" for exercise in short)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chosen", nargs="*", metavar="slug[/name]")
    parser.add_argument("--record", action="store_true", help="grade them and write the expectations")
    arguments = parser.parse_args()
    for slug in golden.SLUGS:
        made = students(slug, load_course(golden.ROOT).assignment(slug))
        chosen = arguments.chosen or [slug]
        made = {name: method for name, method in made.items() if {slug, f"{slug}/{name}"} & set(chosen)}
        write(slug, made)
        if arguments.record and made:
            record(slug, made)


if __name__ == "__main__":
    main()
