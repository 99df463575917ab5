"""A sample class, as `make demo` grades it: invented students who did what real ones do, and some who do worse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from autograder.authoring import notebooks, variants
from autograder.course import Assignment
from autograder.course.answers import mistakes_of, wrong_definition
from autograder.files import write_atomically
from autograder.layout import submission_file

Item = TypeVar("Item")
HOSTILE = "=1+1<img src=x onerror=alert(1)>\x1b[31m"
_PRINTS = 'print("\\x1b[2J<script>alert(1)</script>" * 3)\nraise ValueError("<b>\\x1b]0;title\\x07=cmd|calc")'


def make_class(assignment: Assignment, folder: Path) -> list[Path]:
    """Writes `folder`/<student>/<slug>/<slug>.ipynb, nbgrader's tree, and removes everybody else; returns the files."""
    students = sample_class(assignment)
    for other in folder.iterdir() if folder.is_dir() else ():
        if other.name not in students:
            shutil.rmtree(other)
    written = []
    for student, raw in students.items():
        path = submission_file(folder, student, assignment.slug)
        write_atomically(path, raw)  # two demos at once do not meet half a file
        written.append(path)
    return written


def sample_class(assignment: Assignment) -> dict[str, bytes]:
    """What each student hands in; the same assignment gives the same bytes."""
    makers: dict[str, Callable[[SampleClass], bytes]] = {
        "Amara Okafor": SampleClass.half_done,
        "Ingrid Solberg": lambda sample: sample.mistaken(1),
        "Jonas Lindqvist": SampleClass.untouched,
        "Kwame Mensah": lambda sample: sample.mistaken(1, -1),
        "Lucía Fernández": lambda sample: sample.mistaken(2),
        "Mei Tanaka": SampleClass.cut_off,
        "Noor de Vries": SampleClass.perfect,
        "Priya Raman": SampleClass.syntax_error,
        "Sam Whitaker": lambda sample: sample.body(-2, "return bytearray(64 << 30)"),
        "Tomasz Nowak": lambda sample: sample.body(-1, "while True:\n    pass"),
        "Yusuf Demir": SampleClass.deleted_cell,
        "Zoë Prefilled": SampleClass.prefilled,
        HOSTILE: lambda sample: sample.body(0, _PRINTS),
    }
    sample = SampleClass(assignment)
    return {student: make(sample) for student, make in makers.items()}


class SampleClass:
    """Where the submissions are made. Exercises are numbered as in the notebook, around the end of a short one."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.exercises = [exercise for exercise in assignment.exercises if not exercise.manual]
        self.answers = variants.answers(assignment)
        plain = [item for item in mistakes_of(assignment) if "." not in item.replaces]  # whole functions
        self.mistakes = list({item.exercise: item for item in reversed(plain)}.values())[::-1]  # one per exercise

    def perfect(self) -> bytes:
        """The author's answers."""
        return self._file(self.answers)

    def cut_off(self) -> bytes:
        """The upload broke off: no JSON."""
        raw = self.perfect()
        return raw[: len(raw) // 2]

    def untouched(self) -> bytes:
        """The release as it is."""
        return self._file({})

    def half_done(self) -> bytes:
        """The first half of the exercises."""
        names = [exercise.name for exercise in self.exercises[: (len(self.exercises) + 1) // 2]]
        return self._file(variants.answers(self.assignment, names))

    def mistaken(self, *exercises: int) -> bytes:
        """A known mistake in each of these exercises, counting those that have one."""
        chosen = [_around(self.mistakes, index) for index in exercises if self.mistakes]
        replaced = {item.replaces: wrong_definition(self.assignment, item) for item in chosen}
        return variants.with_solution(self.assignment, replaced)

    def body(self, position: int, body: str) -> bytes:
        """The first function of an exercise does something else."""
        own = {cell: self.answers[cell] for cell in _around(self.exercises, position).cells}
        return self._file(variants.with_body(self.answers, variants.answered_functions(own)[0], body))

    def syntax_error(self) -> bytes:
        """One answer is no Python."""
        cell = _around(self.exercises, 3).cells[0]
        return self._file(self.answers | {cell: self.answers[cell].replace(":\n", "\n", 1)})

    def deleted_cell(self) -> bytes:
        """One answer's cell is gone."""
        gone = _around(self.exercises, 1).cells[0]
        return self._changed(self.perfect(), lambda cell: [] if cell.get("id") == gone else [cell])

    def prefilled(self) -> bytes:
        """No answer, but outputs that claim full marks, and a check that is worth a thousand points."""
        return self._changed(self.untouched(), _claiming)

    def _file(self, answers: variants.Answers) -> bytes:
        return notebooks.submission(self.assignment, answers)

    @staticmethod
    def _changed(raw: bytes, change: Callable[[dict[str, Any]], Sequence[dict[str, Any]]]) -> bytes:
        notebook = json.loads(raw)
        notebook["cells"] = [kept for cell in notebook["cells"] for kept in change(cell)]
        return json.dumps(notebook, indent=1).encode()


def _around(items: Sequence[Item], index: int) -> Item:
    return items[index % len(items)]


def _claiming(cell: dict[str, Any]) -> list[dict[str, Any]]:
    about = cell["metadata"].get("nbgrader", {})
    if about.get("grade") and cell["cell_type"] == "code":
        about["points"] = 1000
        data = {"text/plain": "1000"}
        cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}}]
    return [cell]
