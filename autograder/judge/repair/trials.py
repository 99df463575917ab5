"""The student's definitions in a box, some of them changed: which failed checks pass then, or come nearer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.box.box import Box
from autograder.box.outcome import StudentError
from autograder.course.answers import Definition
from autograder.judge.repair.edits import Edit
from autograder.judge.repair.near import nearness
from autograder.judge.repair.question import STOPPED, Question, question_of
from autograder.judge.repair.reading import code_of_definition
from autograder.judge.repair.watched import MOST_NOTES, NOTES, lines_that_ran, watched
from autograder.judge.replay import Case
from autograder.judge.suite import Suite
from autograder.model import Verdict
from autograder.submission.read import Cell

TIMES, MOST_AGAIN = 3, 3  # that a repair is asked again with other inputs, of so many checks

Place = tuple[str, int]  # a cell, and the line of a statement in it
Leads = Mapping[str, Question | None]  # checks, and the one question that most of them fail at


@dataclass(frozen=True, slots=True)
class Own:
    """A definition of the student's, and the cell that it is in."""

    cell: Cell
    node: Definition

    @property
    def source(self) -> str:
        """Without its comments."""
        return code_of_definition(self.node)


Changed = Mapping[Own, str]  # definitions of the student's → what stands in their place


@dataclass(frozen=True, slots=True)
class Effect:
    """How it goes with a change: the failed checks that pass then, and how near each leading one comes."""

    mended: tuple[str, ...]
    near: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit, and what becomes of the checks with it."""

    own: Own
    edit: Edit
    checks: tuple[str, ...]  # that failed, and pass then
    near: tuple[float, ...] = ()

    @property
    def place(self) -> Place:
        """The cell, and the line of the statement in it."""
        return self.own.cell.label, self.edit.statement


class Trials:
    """The student's definitions in a box, some of them changed at a time."""

    def __init__(
        self, suite: Suite, box: Box, cases: Sequence[Case], passed: Sequence[str], skipped: Sequence[str]
    ) -> None:
        self.suite, self.box = suite, box
        self.questions = {case.name: question_of(case) for case in cases}
        self.failed = [case.name for case in cases]
        self.passed, self.skipped = passed, skipped
        others = [name for name in self.failed[1:] if self.questions[name]]
        # Asked of every edit: the check that asks least, and another one that takes a single question.
        self.leads = self._of([self.failed[0], *others[:1]])
        self.ask_little = all(self.leads.values())
        self.changed: list[Own] = []

    def leads_without(self, mended: Sequence[str]) -> Leads:
        """What is asked of a second edit: the check that asks least of those that the first one did not mend."""
        return self._of([name for name in self.failed if name not in mended][:1]) if mended else self.leads

    def _of(self, names: Sequence[str]) -> Leads:
        return {name: self.questions[name] for name in names}

    def ran(self, own: Iterable[Own]) -> dict[str, set[int]]:
        """Definition → the lines of its statements that the leading checks execute."""
        notes: list[object] = []
        with self.box.trial():
            for each in own:
                self._put(each, watched(each.node))
            for name in self.leads:
                self._passes(name)
            with contextlib.suppress(StudentError):
                answer = self.box.ask({"op": "items", "target": ["name", NOTES], "most": MOST_NOTES}).value
                notes = answer if isinstance(answer, list) else []
            for each in own:
                self._put(each, each.source)
        return {each.node.name: lines_that_ran(each.node, notes) for each in own}

    def as_it_is(self) -> tuple[float, ...]:
        """How near each leading check comes with nothing changed."""
        with self.box.trial():
            self._put_all({own: own.source for own in self.changed})
            return tuple(self._asked(*lead)[1] for lead in self.leads.items())

    def repaired(self, changed: Changed, leads: Leads | None = None) -> Effect:
        """The failed checks that pass so: none where no leading one does, or one that passed does not.

        The leading one fails without it, then as before.
        """
        leads = self.leads if leads is None else leads
        for own in self.changed:
            if own not in changed:
                self._put(own, own.source)
        self.changed = list(changed)
        with self.box.trial():
            self._put_all(changed)
            lead, near = self._leading(leads)
            if not lead or not (mended := self._mended(lead)):
                return Effect((), near)
        with self.box.trial():
            self._put_all({own: own.source for own in changed})
            return Effect(() if self._passes(lead) else mended, near)

    def _mended(self, lead: str) -> tuple[str, ...]:
        """The failed checks that pass now; none where one that passed does not, or where they pass by chance."""
        mended = [name for name in self.failed if name == lead or self._passes(name)]
        others = [*self.passed, *(self.skipped if len(mended) == len(self.failed) else ())]
        sure = all(self._passes(name) for name in others) and self._passes_again(mended)
        return tuple(mended) if sure else ()

    def _leading(self, leads: Leads) -> tuple[str, tuple[float, ...]]:
        """The first leading check that passes, or "", and how near each comes that was asked."""
        near: list[float] = []
        for name, question in leads.items():
            passes, how = self._asked(name, question)
            near.append(how)
            if passes:
                return name, tuple(near)
        return "", tuple(near)

    def _asked(self, name: str, question: Question | None) -> tuple[bool, float]:
        """Whether a leading check passes, and how near it comes; most fail at a single question."""
        if question:
            wrong, near = question.asked(self.box.ask)
            return (False, near) if wrong else (self._passes(name), near)
        case = self.suite.case(name, self.box.ask)
        last = case.exchanges[-1].outcome if case.exchanges else None
        if case.compared:
            near = nearness(case.compared.actual, case.compared.expected)
        else:
            near = STOPPED if isinstance(last, StudentError) else 0.0
        return case.verdict is Verdict.PASSED, len(case.exchanges) + case.expectations + near

    def _passes_again(self, mended: Sequence[str]) -> bool:
        """Whether these checks pass with other inputs, too: a number may be right for one question by chance."""
        secrets = [f"{self.suite.assignment.secret} again {number}" for number in range(TIMES)]
        asked = [(name, secret) for name in mended[:MOST_AGAIN] for secret in secrets]
        return all(self.suite.case(name, self.box.ask, secret).verdict is Verdict.PASSED for name, secret in asked)

    def _put_all(self, changed: Changed) -> None:
        for own, source in changed.items():
            self._put(own, source)

    def _put(self, own: Own, source: str) -> None:
        self.box.run_cell(source, own.cell.label)

    def _passes(self, name: str) -> bool:
        return self.suite.unexplained(name, self.box.ask).verdict is Verdict.PASSED
