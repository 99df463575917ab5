"""Writes the golden submissions: `python -m tests.submissions.make [--record] [name …]`.

Without names all of them. `--record` grades them and writes what came out beside them: read every line that changed,
and keep only what an instructor would call right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from autograder.course import load_course
from tests.submissions import golden
from tests.submissions.by_answer import ByAnswer
from tests.submissions.by_file import ByFile
from tests.submissions.by_running import ByRunning
from tests.submissions.desk import Desk

KINDS: tuple[type[Desk], ...] = (ByAnswer, ByFile, ByRunning)


def stories() -> dict[str, str]:
    """Name → what the student did."""
    own = {name: method for kind in KINDS for name, method in vars(kind).items() if not name.startswith("_")}
    return {name: str(method.__doc__) for name, method in own.items()}


def write(names: list[str]) -> None:
    assignment = load_course(golden.ROOT).assignment(golden.SLUG)
    golden.FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        desk = kind(assignment)
        for name in vars(kind).keys() & set(names):
            (golden.FOLDER / f"{name}.ipynb").write_bytes(getattr(desk, name)())


def record(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assignment = golden.quick_course(Path(folder))
        for report in golden.graded(assignment, names):
            expected = {"story": stories()[report.student]} | golden.outcome(report)
            text = json.dumps(expected, indent=1, ensure_ascii=False)
            (golden.FOLDER / f"{report.student}.json").write_text(f"{text}\n", encoding="utf-8")
            print(f"{report.student:28} {report.score:6} {report.seconds:5.1f} s  {_losses(report)}")


def _losses(report: golden.Report) -> str:
    short = [exercise for exercise in report.exercises if exercise.score < exercise.points]
    return " ".join(f"{exercise.name} {exercise.score:g}/{exercise.points:g}" for exercise in short)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--record", action="store_true", help="grade them and write the expectations")
    arguments = parser.parse_args()
    names = arguments.names or list(stories())
    write(names)
    if arguments.record:
        record(names)


if __name__ == "__main__":
    main()
