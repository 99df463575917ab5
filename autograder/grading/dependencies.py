"""What each exercise's verdicts depend on, so that after a change only what it touches is graded again.

A check's fingerprint covers its own source, what it uses of the suite and of the reference, and the thresholds it
names; comments, empty lines and the order of functions do not count. Where that cannot be told, everything counts.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.declarations import bound, parse
from autograder.files import digest_of, write_atomically
from autograder.grading.keys import context_digest, engine_facts

if TYPE_CHECKING:
    from autograder.course import Assignment

Definitions = Mapping[str, Sequence[ast.stmt]]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The state of an assignment at one time."""

    context: str  # the digest that its reports' keys are made with
    base: str  # engine, secret, wall, device, release, what feedback shows: a change touches everything
    limits: Mapping[str, float]
    checks: Mapping[str, str]  # by name
    mistakes: Mapping[str, str]  # by exercise

    def save(self, folder: Path) -> None:
        """Keep it beside the reports that were made in this state."""
        path = folder / "contexts" / f"{self.context[:32]}.json"
        if not path.is_file():
            write_atomically(path, json.dumps(asdict(self), sort_keys=True).encode())


def load_all(folder: Path) -> list[Fingerprints]:
    """Every state that reports in this folder were made in; what cannot be read is left out."""
    found = []
    for path in sorted((folder / "contexts").glob("*.json")):
        try:
            found.append(Fingerprints(**json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return found


def fingerprints(assignment: Assignment, box: str, device: str = "cpu") -> Fingerprints:
    """The state of `assignment` now."""
    suite, reference = _Module(parse(assignment.suite)), _Module(parse(assignment.reference))
    mistakes = _Module(parse(assignment.mistakes)) if assignment.mistakes.exists() else _Module(ast.Module([], []))
    release = [(cell.grade_id, cell.role, cell.source) for cell in assignment.release]
    return Fingerprints(
        context=context_digest(assignment, box, device),
        base=_digest(engine_facts(assignment, box, device), assignment.show, release, sorted(assignment.hidden)),
        limits=asdict(assignment.limits),
        checks={
            check.name: _of_check(f"test_{check.name}", suite, reference, assignment) for check in assignment.checks
        },
        mistakes=_of_mistakes(mistakes, reference, assignment),
    )


class _Module:
    """The top level of a file: what defines which name, and what is always executed."""

    def __init__(self, tree: ast.Module) -> None:
        self.definitions: dict[str, list[ast.stmt]] = {}
        self.always: list[ast.stmt] = []
        for node in tree.body:
            names = list(bound(node))
            for name in names:
                self.definitions.setdefault(name, []).append(node)
            if not names and not _is_text(node):
                self.always.append(node)

    def closure(self, names: Iterable[str]) -> list[ast.stmt]:
        """The statements that define `names`, and all that those use, in the order of the names."""
        seen: dict[str, None] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.definitions and name not in seen:
                seen[name] = None
                waiting += [used for node in self.definitions[name] for used in _names(node)]
        return [*(node for name in sorted(seen) for node in self.definitions[name]), *self.always]

    def whole(self) -> list[ast.stmt]:
        """Everything."""
        return self.closure(self.definitions)


def _of_check(function: str, suite: _Module, reference: _Module, assignment: Assignment) -> str:
    nodes = suite.closure([function])
    named = {one.attr for node in nodes for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    thresholds = {name: assignment.thresholds[name].at_least for name in sorted(named & assignment.thresholds.keys())}
    return _digest(_dump(nodes), _dump(_used_of_reference(nodes, reference)), thresholds)


def _of_mistakes(mistakes: _Module, reference: _Module, assignment: Assignment) -> dict[str, str]:
    """By exercise: a hint changes when a mistake does, or the reference that it is told apart from."""
    from autograder.course.declarations import read_mistakes

    groups: dict[str, list[str]] = {}
    for mistake in read_mistakes(assignment.mistakes):
        groups.setdefault(mistake.exercise, []).append(mistake.name)
    found = {}
    for exercise, names in groups.items():
        nodes = mistakes.closure(names)
        found[exercise] = _digest(_dump(nodes), _dump(_used_of_reference(nodes, reference)), names)
    return found


def _used_of_reference(nodes: Sequence[ast.stmt], reference: _Module) -> list[ast.stmt]:
    """What `nodes` use of reference.py: `reference.name` and imported names, or all where the module itself is used."""
    used: set[str] = set()
    uses = [one for node in nodes for one in ast.walk(node)]
    through = [one for one in uses if isinstance(one, ast.Attribute) and _is_reference(one.value)]
    used.update(one.attr for one in through)
    if sum(_is_reference(one) for one in uses) > len(through):
        return reference.whole()
    for one in uses:
        if isinstance(one, ast.ImportFrom) and one.module == "reference":
            used.update(alias.name for alias in one.names)
    return reference.whole() if "*" in used else reference.closure(used)


def _is_reference(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "reference"


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _dump(nodes: Iterable[ast.stmt]) -> list[str]:
    return [ast.dump(node) for node in nodes]


def _digest(*parts: object) -> str:
    return digest_of({"parts": json.dumps(parts, sort_keys=True, default=str).encode()})
