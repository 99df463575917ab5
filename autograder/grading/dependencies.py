"""What each exercise's verdicts depend on, so that after a change only what it touches is graded again.

A check's digest covers its own source, what it uses of the suite and of the reference, and the thresholds it
names; comments, empty lines and the order of functions do not count. Where that cannot be told, everything counts.
"""

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.course import Assignment
from autograder.course.answers import mistakes_of, parsed, wrong_definition
from autograder.course.bans import NOTHING
from autograder.course.declarations import CheckSpec, MistakeSpec, parse
from autograder.course.definitions import TopLevel, names_in, top_level
from autograder.course.parts import HELD_OUT
from autograder.files import digest_of, write_atomically
from autograder.grading.keys import context_among, engine_facts


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The state of an assignment at one time."""

    context: str  # the digest that its reports' keys are made with
    base: str  # engine, secret, wall, device, release, what feedback shows: a change touches everything
    limits: Mapping[str, float]
    checks: Mapping[str, str]  # by name
    mistakes: Mapping[str, str]  # by exercise
    answers: Mapping[str, str]  # the author's, by exercise: they stand in where an error is carried forward

    def save(self, folder: Path) -> None:
        """Keep it beside the reports that were made in this state."""
        write_atomically(_home(folder, self.context), json.dumps(asdict(self), sort_keys=True).encode())


def are_kept(folder: Path, context: str) -> bool:
    """Whether what `context` stands for is kept in this folder: to find it out again takes a second."""
    return _home(folder, context).is_file()


def _home(folder: Path, context: str) -> Path:
    return folder / "contexts" / f"{context[:32]}.json"


def load_all(folder: Path) -> list[Dependencies]:
    """Every state that reports in this folder were made in; what cannot be read is left out."""
    found = []
    for path in sorted((folder / "contexts").glob("*.json")):
        try:
            found.append(Dependencies(**json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return found


def dependencies_of(assignment: Assignment, wall: str, device: str = "cpu") -> Dependencies:
    """The state of `assignment` now."""
    facts = engine_facts(assignment, wall, device)
    return state_among(assignment, facts, context_among(assignment, facts))


def state_among(assignment: Assignment, facts: Mapping[str, Any], context: str) -> Dependencies:
    """The same among these `engine_facts`, for whoever has them, and the context that they make, already."""
    whole = assignment.whole  # what is chosen touches nothing but what is chosen
    release = [(cell.grade_id, cell.role, cell.source) for cell in whole.release]
    read = _Read(assignment)
    return Dependencies(
        context=context,
        base=_digest(facts, assignment.show, release, sorted(assignment.hidden)),
        limits=asdict(assignment.limits),
        checks={check.name: _of_check(check, read) for check in assignment.checks},
        mistakes=_of_mistakes(read),
        answers={
            exercise.name: _digest(*(_dump(parsed(whole.solution_source(cell)).body) for cell in exercise.cells))
            for exercise in whole.exercises
        },
    )


class _Read:
    """An assignment's sources, each parsed once."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.reference = TopLevel(parse(assignment.reference))
        self._files: dict[Path, TopLevel] = {}

    def file(self, path: Path) -> TopLevel:
        """The top level of this file of the suite or of the mistakes."""
        if path not in self._files:
            self._files[path] = top_level(path, parse(path))
        return self._files[path]

    def held_out(self, nodes: Sequence[ast.stmt]) -> list[str]:
        """The module of held-out data, where these statements import it."""
        path = self.assignment.folder.parent / f"{HELD_OUT}.py"
        imported = any(HELD_OUT in _modules(part) for node in nodes for part in ast.walk(node))
        return _dump(self.file(path).whole()) if imported and path.exists() else []


def _of_check(check: CheckSpec, read: _Read) -> str:
    nodes = read.file(check.path).closure([f"test_{check.name}"])
    named = {part.attr for node in nodes for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    known = read.assignment.thresholds
    thresholds = {name: known[name].at_least for name in sorted(named & known.keys())}
    used = _dump(_used_of_reference(nodes, read.reference))
    banned = {name: list(families) for name, families in read.assignment.bans.get(check.exercise, NOTHING).of.items()}
    return _digest(check.exercise, _dump(nodes), used, thresholds, banned, read.held_out(nodes))


def _of_mistakes(read: _Read) -> dict[str, str]:
    """By exercise: a hint changes when a mistake does, or the reference that it is told apart from."""
    groups: dict[str, list[MistakeSpec]] = {}
    for mistake in mistakes_of(read.assignment):
        groups.setdefault(mistake.exercise, []).append(mistake)
    return {exercise: _digest(*(_of_mistake(mistake, read) for mistake in group)) for exercise, group in groups.items()}


def _of_mistake(mistake: MistakeSpec, read: _Read) -> list[object]:
    """Of an edit: what it makes of the right definition, which may use every name of the reference."""
    if mistake.pairs:
        tree = ast.parse(wrong_definition(read.assignment, mistake))
        told = [mistake.name, mistake.replaces, mistake.hint, mistake.ends, mistake.below]
        return [told, _dump(tree.body), _dump(read.reference.closure(names_in(tree)))]
    nodes = read.file(mistake.path).closure([mistake.name])
    return [mistake.name, _dump(nodes), _dump(_used_of_reference(nodes, read.reference))]


def _used_of_reference(nodes: Sequence[ast.stmt], reference: TopLevel) -> list[ast.stmt]:
    """What `nodes` use of reference.py: `reference.name` and imported names, or all where the module itself is used."""
    used: set[str] = set()
    uses = [part for node in nodes for part in ast.walk(node)]
    through = [part for part in uses if isinstance(part, ast.Attribute) and _is_reference(part.value)]
    used.update(attribute.attr for attribute in through)
    if sum(_is_reference(part) for part in uses) > len(through):
        return reference.whole()
    for part in uses:
        if isinstance(part, ast.ImportFrom) and part.module == "reference":
            used.update(alias.name for alias in part.names)
    return reference.whole() if "*" in used else reference.closure(used)


def _is_reference(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "reference"


def _modules(node: ast.AST) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def _dump(nodes: Iterable[ast.stmt]) -> list[str]:
    return [ast.dump(node) for node in nodes]


def _digest(*parts: object) -> str:
    return digest_of({"parts": json.dumps(parts, sort_keys=True, default=str).encode()})
