"""The notebooks of a proof: the perfect one, the untouched one, every alternative and every known mistake.

Each variant is a notebook like any other. What a student may delete anyway, the ordinary cells, is left out of all but
the perfect and the untouched one. Variants of different exercises may share a notebook: alternatives always do, and
mistakes when asked to be put `together`. Then a few notebooks more, in which some exercises are not done, show that no
exercise leans on another, so that what goes wrong in one cannot be felt in the others.
"""

import ast
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count, zip_longest
from math import comb
from pathlib import Path
from typing import Any

from autograder.authoring import notebooks, variants
from autograder.course import Assignment
from autograder.course.answers import definition, mistakes_of, parsed, wrong_definition
from autograder.course.parts import files_of
from autograder.submission.match import functions

PERFECT, UNTOUCHED, WITHOUT, ALTERNATIVE, MISTAKE = "perfect", "untouched", "without", "alternative", "mistake"


@dataclass(frozen=True, slots=True)
class Variant:
    """What a notebook of the proof stands for, and which function is replaced in which exercise."""

    kind: str
    name: str
    raw: bytes
    exercise: str = ""  # of the replaced function
    function: str = ""
    alone: bool = True  # in its notebook
    undone: tuple[str, ...] = ()  # exercises that are left as they were given out

    @property
    def touched(self) -> tuple[str, ...]:
        """The exercises in which points may be lost."""
        return self.undone or (self.exercise,)

    def __str__(self) -> str:
        return " › ".join(filter(None, (self.exercise, self.function, self.kind, self.exercise and self.name)))


@dataclass(frozen=True, slots=True)
class Replacement:
    """One definition that takes the place of the author's."""

    kind: str
    name: str
    exercise: str
    function: str
    source: str
    alone: bool = False  # it stops or eats the box, so it shares no notebook


def proof_notebooks(
    assignment: Assignment, together: bool = False, only: str = "", one_in: int = 1
) -> Iterator[Variant]:
    """Every variant, or `only` those of one exercise; one mistake `one_in` so many. A shared notebook is one `raw`."""
    answers = variants.answers(assignment)
    perfect = notebooks.submission(assignment, answers)
    yield Variant(PERFECT, PERFECT, perfect)
    yield Variant(UNTOUCHED, UNTOUCHED, notebooks.submission(assignment, {}))
    chosen = share([each for each in replacements(assignment) if only in ("", each.exercise)], one_in)
    sharing = [each for each in chosen if not each.alone and (together or each.kind == ALTERNATIVE)]
    stubs = {cell.grade_id: cell.source for cell in assignment.release if cell.grade_id}
    for undone in left_out([exercise.name for exercise in assignment.exercises if together and not exercise.manual]):
        cells = [cell for name in undone for cell in assignment.exercise(name).cells]
        raw = answered(perfect, answers | {cell: stubs[cell] for cell in cells})
        yield Variant(WITHOUT, ", ".join(undone), raw, ", ".join(undone), undone=undone)
    for group in (*_rounds(sharing), *([each] for each in chosen if each not in sharing)):
        answer = variants.with_replaced(answers, {each.function: each.source for each in group})
        raw = answered(perfect, answer)
        for each in group:
            yield Variant(each.kind, each.name, raw, each.exercise, each.function, len(group) == 1)


def share(right_and_wrong: Iterable[Replacement], one_in: int) -> list[Replacement]:
    """Every right solution, and of each exercise one mistake in so many: others when any of them changes."""
    of_exercise: dict[str, list[Replacement]] = {}
    for each in right_and_wrong:
        of_exercise.setdefault(each.exercise if each.kind == MISTAKE else "", []).append(each)
    kept = of_exercise.pop("", [])
    for wrong in of_exercise.values():
        seed = zlib.crc32("".join(each.source for each in wrong).encode())
        kept += wrong[seed % min(one_in, len(wrong)) :: one_in]
    return kept


def left_out(exercises: Sequence[str]) -> list[tuple[str, ...]]:
    """Exercises to leave undone, a notebook each: for any two exercises some notebook has the first without the second.

    As few as can be (Sperner's theorem): of k notebooks every exercise is missing in another half.
    """
    if len(exercises) < 2:
        return []
    notebooks_needed = next(number for number in count(2) if comb(number, number // 2) >= len(exercises))
    halves = combinations(range(notebooks_needed), notebooks_needed // 2)
    missing = dict(zip(exercises, halves, strict=False))
    return [tuple(name for name in exercises if number in missing[name]) for number in range(notebooks_needed)]


def replacements(assignment: Assignment) -> list[Replacement]:
    """Every alternative (`function__how`) and every mistake of what is graded, in the order of the files."""
    owner = owners(assignment)
    found = []
    for path, name in _alternatives(assignment):
        function = name.split("__")[0]
        if function in owner or not assignment.practice:
            found.append(Replacement(ALTERNATIVE, name, owner[function], function, definition(path, name, function)))
    for mistake in mistakes_of(assignment):
        exercise = owner[mistake.replaces.partition(".")[0]]  # of a method, its class
        source, alone = wrong_definition(assignment, mistake), bool(mistake.ends)
        found.append(Replacement(MISTAKE, mistake.name, exercise, mistake.replaces, source, alone))
    return found


def right_answers(assignment: Assignment, only: str = "") -> Iterator[tuple[dict[str, str], variants.Answers]]:
    """The author's answers, and those with alternatives in their places: their names by exercise, and the answers."""
    answers = variants.answers(assignment)
    yield {}, answers
    chosen = [each for each in replacements(assignment) if only in ("", each.exercise) and each.kind == ALTERNATIVE]
    for group in _rounds(chosen):
        exercises = {each.exercise for each in group}
        named = {name: ", ".join(each.name for each in group if each.exercise == name) for name in exercises}
        yield named, variants.with_replaced(answers, {each.function: each.source for each in group})


def _alternatives(assignment: Assignment) -> Iterator[tuple[Path, str]]:
    """Every right solution with the file that holds it."""
    for file in files_of(assignment.alternatives, assignment.names):
        for node in parsed(file.path.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "__" in node.name.strip("_"):
                yield file.path, node.name


def owners(assignment: Assignment) -> dict[str, str]:
    """Function or class that students write → its exercise."""
    found: dict[str, str] = {}
    for exercise in assignment.exercises:
        cells = [cell for cell in assignment.release if cell.grade_id in exercise.cells and cell.kind == "code"]
        found |= {name: exercise.name for cell in cells for name in functions(cell.source)}
    return found


def _rounds(chosen: Iterable[Replacement]) -> Iterator[list[Replacement]]:
    """Groups of one kind: alternatives of different functions, mistakes of different exercises."""
    queues: dict[tuple[str, str], list[Replacement]] = {}
    for each in chosen:
        queues.setdefault((each.kind, each.function if each.kind == ALTERNATIVE else each.exercise), []).append(each)
    for wanted in (ALTERNATIVE, MISTAKE):
        for group in zip_longest(*(queue for (kind, _), queue in queues.items() if kind == wanted)):
            yield [each for each in group if each is not None]


def answered(perfect: bytes, answers: variants.Answers) -> bytes:
    """The perfect notebook with other answers, without its ordinary cells."""
    notebook: dict[str, Any] = json.loads(perfect)
    cells = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader")]
    for cell in cells:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return json.dumps(notebook | {"cells": cells}).encode()
