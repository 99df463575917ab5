"""The hidden suite, asked in this process about the author's answers and what was changed in them.

No wall: everything here is the course's own code. It takes milliseconds where a box takes seconds.
"""

from __future__ import annotations

import ast
import contextlib
import io
import random
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder.authoring.holes.forks import Batch, Trial, in_forks
from autograder.authoring.holes.mutants import BLOCKS
from autograder.box.inside.child import SEED
from autograder.course.percent import SourceCell
from autograder.course.thresholds import FIXTURE
from autograder.errors import ConvgradeError
from autograder.judge.local import LocalBox
from autograder.judge.mistakes import MAGICS
from autograder.judge.suite import Suite
from autograder.model import CheckResult, Verdict

PATIENCE = 120.0  # seconds of the processor for the author's own answers
MARK = "_convgrade_ran"

Namespace = dict[str, Any]
Spot = tuple[str, int]
"""A cell and a line of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One check on the author's answers: how long it took, and which lines of which cells it executed."""

    name: str
    seconds: float
    gate: bool  # it trains a network to a threshold
    spots: frozenset[Spot]


class Rehearsal:
    """The cells that students get and the answers in them, ready to be changed and asked."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.cells = [
            cell for cell in suite.assignment.cells if cell.kind == "code" and cell.role in ("given", "solution")
        ]
        self.trees = {id(cell): ast.parse(MAGICS.sub("", cell.source)) for cell in self.cells}

    def tree(self, cell: SourceCell) -> ast.Module:
        """The syntax tree of a cell: the one that is executed."""
        return self.trees[id(cell)]

    @cached_property
    def names(self) -> Namespace:
        """What the author's notebook defines."""
        names = self._fresh()
        for cell in self.cells:
            self.execute(self.tree(cell), cell.name or "", names)
        return names

    @cached_property
    def checks(self) -> dict[str, Seen]:
        """Every check on the author's answers. Raises ConvgradeError where they do not pass in this process."""
        rows = next(in_forks([Batch(((0, Trial(self._watched, PATIENCE)),), lambda: True)], 1))
        if rows is None:
            raise ConvgradeError("the author's answers cannot be tried without a box: the process ended")
        failing = [f"{name}: {verdict} {why}" for name, verdict, why, _, _ in rows if verdict != Verdict.PASSED]
        if failing:
            raise ConvgradeError("\n  ".join(["the author's answers do not pass without a box", *failing]))
        return {
            name: Seen(name, seconds, self._is_gate(name), frozenset((cell, line) for cell, line in spots))
            for name, _, _, seconds, spots in rows
        }

    def _is_gate(self, check: str) -> bool:
        return FIXTURE in self.suite.items[check].fixturenames

    def answered(self, answers: Mapping[str, str]) -> Namespace:
        """What the notebook defines with these answers, by the grade id of their cells."""
        names = self._fresh()
        for cell in self.cells:
            source = answers.get(cell.name or "", cell.source)
            self.execute(ast.parse(MAGICS.sub("", source)), cell.name or "", names)
        return names

    def again(self, cell: SourceCell) -> Namespace:
        """The names after this cell, which was changed, and those below it have been executed again."""
        for each in self.cells[self.cells.index(cell) :]:
            self.execute(self.tree(each), each.name or "", self.names)
        return self.names

    def verdict(self, check: str, names: Namespace) -> Verdict:
        """How one check ends for these names, whatever it comes after."""
        return self.result(check, names).verdict

    def result(self, check: str, names: Namespace) -> CheckResult:
        """One check on these names, without hints."""
        torch.set_grad_enabled(True)
        random.seed(SEED)
        np.random.seed(SEED)
        torch.manual_seed(SEED)
        try:
            return self.suite.unexplained(check, LocalBox(names).ask)
        finally:
            plt.close("all")

    def execute(self, tree: ast.Module, cell: str, names: Namespace) -> None:
        """Runs the code of a cell."""
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, f"<{cell}>", "exec"), names)  # noqa: S102  # the author's text, not a student's

    def _fresh(self) -> Namespace:
        return {"__name__": "__main__"}

    def _watched(self) -> list[Any]:
        """In a fork: every check on answers that note which of their lines are executed."""
        spots: set[Spot] = set()
        names = self._fresh() | {MARK: lambda *spot: spots.add(spot)}
        for cell in self.cells:
            tree = deepcopy(self.tree(cell))
            if cell.role == "solution":
                _mark(tree, cell.name or "")
            self.execute(ast.fix_missing_locations(tree), cell.name or "", names)
        rows = []
        for name in self.suite.order:
            spots.clear()
            start = time.process_time()
            result = self.suite.unexplained(name, LocalBox(names).ask)
            seconds = time.process_time() - start
            rows.append((name, result.verdict, f"{result.message} {result.staff}", seconds, sorted(spots)))
        return rows


def _mark(parent: Any, cell: str) -> None:
    """Puts a note of its line before every statement below `parent`."""
    for name in BLOCKS:
        block = getattr(parent, name, [])
        for node in block:
            _mark(node, cell)
        if block and isinstance(block[0], ast.stmt):
            marked = [each for node in block for each in (_note(node, cell), node)]
            text = isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant)
            future = isinstance(block[0], ast.ImportFrom) and block[0].module == "__future__"
            setattr(parent, name, marked[1:] if text or future else marked)


def _note(node: ast.stmt, cell: str) -> ast.stmt:
    values: list[ast.expr] = [ast.Constant(cell), ast.Constant(node.lineno)]
    return ast.copy_location(ast.Expr(ast.Call(ast.Name(MARK, ast.Load()), values, [])), node)
