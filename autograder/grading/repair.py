"""The student's own function, changed in one place, passes: then that place is the hint.

Tried only where neither a known mistake nor anything else explains what failed, after the verdicts stand: nothing here
changes a verdict or a point. In a fresh box, with the submission's own limits, definitions of the student's take each
other's places; they are made from the student's source alone (`autograder/judge/repair/`). What is counted are edits,
so the same submission gets the same hints on any machine; who reaches a bound gets none.
"""

from __future__ import annotations

import contextlib
import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from autograder.box.box import Box, open_box
from autograder.box.outcome import StudentError
from autograder.course import Exercise
from autograder.course.answers import Definition, homes
from autograder.course.limits import Limits
from autograder.errors import BoxFailure
from autograder.grading.carried import Resit, Results, of_exercise
from autograder.judge.causes import Cause, Layer, told
from autograder.judge.contrast import Contrast, contrasts
from autograder.judge.dependence import dependence, lines_with, parameters_in
from autograder.judge.fresh_inputs import related_when_asked_again
from autograder.judge.probes import probes_of, times_asked
from autograder.judge.repair.aspects import Aspect, excerpt, line_to_look_at
from autograder.judge.repair.edits import Edit, difference, edits_of
from autograder.judge.repair.question import question_of
from autograder.judge.repair.reading import MAX_CHARACTERS, code_of_definition, definitions_of, line_without_comment
from autograder.judge.repair.watched import MOST_NOTES, NOTES, lines_that_ran, watched
from autograder.judge.replay import Case
from autograder.judge.stance import REPLAYED
from autograder.judge.suite import Suite
from autograder.model import Verdict
from autograder.submission.read import Cell
from autograder.submission.uses import lasting, names_used

MOST_TRIED = 480  # edits for one submission
MOST_PLACES = 3  # that repair a group, each alone: which of them is wrong, nobody can tell
ANY_PLACES = 2  # where each is about another kind of thing
MOST_GROUPS = 3  # of failed checks, of one submission
EFFORT = 2.0  # seconds that the edits of one submission may take, as estimated: no clock decides what is tried
PER_EDIT = 0.0125  # seconds to put one in place and to ask a check, about
PER_QUESTION = 0.004  # where a single question is asked of most
DEAR = {"backward": 0.04, "grad": 0.04, "plt": 0.06, "subplots": 0.06}  # more, where a definition has such a word
SECONDS = 6.0  # of the processor for one submission: far from what the edits take
TIMES, MOST_AGAIN = 3, 3  # that a repair is asked again with other inputs, of so many checks
COMPARED = 1.0  # seconds that comparing wrong and right answers of one submission may take, as estimated
CALL_SECONDS = 1.0  # for one call: an edit that makes a loop endless is no repair


@dataclass(frozen=True, slots=True)
class _Own:
    """A definition of the student's, and the cell that it is in."""

    cell: Cell
    node: Definition

    @property
    def source(self) -> str:
        return code_of_definition(self.node)


@dataclass(frozen=True, slots=True)
class _Group:
    """Failed checks, the one that asks least first, and the definitions that they use."""

    failed: tuple[Case, ...]
    some: frozenset[str]  # that any of them uses
    all: frozenset[str]  # that each of them uses: a single mistake behind them is in one of these


def pinpointed(results: Results, resit: Resit) -> Results:
    """The results, with the line to look at where one is found."""
    assignment = resit.suite.assignment
    if len(results) < len(assignment.checks):
        return results  # a calibration asks gates only
    left = _Left(resit)
    for exercise in (exercise for exercise in assignment.exercises if not exercise.manual):
        if is_unexplained(of_exercise(exercise.name, results), resit.suite):
            # The verdicts stand, whatever becomes of a hint, also where a definition is made to be dear to change.
            with contextlib.suppress(BoxFailure, MemoryError, RecursionError):
                causes = _Search(exercise, results, resit, left).found()
                results = tuple(told({check.name: check for check in results}, causes).values())
    return results


def is_unexplained(checks: Results, suite: Suite) -> bool:
    """Whether a wrong answer or an error in an exercise has no word of ours yet, and all others are such, too."""
    wrong = [check for check in checks if not check.earns and check.verdict is not Verdict.SKIPPED]
    wrong = [check for check in wrong if not suite.is_gate(check.name)]
    without_a_word = any(not check.unwritten and not check.hint for check in wrong)
    return without_a_word and all(check.verdict in REPLAYED for check in wrong)


@dataclass(frozen=True, slots=True)
class _Line:
    """The place that, changed, makes a group's checks pass; or two or three, of which each does."""

    cell: str  # its label
    lines: Mapping[int, str]  # of that cell, from 1, with their code: one, or those that belong together
    aspect: Aspect | None  # what kind of thing to look at; None where that could be several
    change: str  # the edit, as a diff

    checks: tuple[str, ...]  # that pass then

    def cause(self, show: str) -> Cause:
        """What the student reads of it, and the staff."""
        aspect = self.aspect if show != "shapes" else None  # nor does the name say what the sentence may not
        name = f"line_{aspect}" if aspect else "line"
        sentence = line_to_look_at(self.cell, self.lines, aspect)
        staff = f"Line {next(iter(self.lines))} of {self.cell}, changed so, passes:\n{self.change}"
        return Cause(Layer.LINE, name, sentence, self.checks, staff)


class _Left:
    """What one submission may still use for all of its exercises."""

    def __init__(self, resit: Resit) -> None:
        self.groups, self.end = MOST_GROUPS, resit.clock.spent + SECONDS
        self.edits, self.effort, self.compared = MOST_TRIED, EFFORT, COMPARED

    def edits_of(self, effort: float) -> int:
        """How many edits may be tried that take so much each."""
        return min(self.edits, int(self.effort / effort))

    def use(self, tried: int, effort: float) -> None:
        """So many of them have been tried."""
        self.edits, self.effort = self.edits - tried, self.effort - tried * effort

    def limits(self, own: Limits) -> Limits:
        """The submission's own limits, and less time."""
        return replace(
            own,
            submission_seconds=min(own.submission_seconds, self.end),
            call_seconds=min(own.call_seconds, CALL_SECONDS),
        )


class _Search:
    """The search for the one place, in one exercise."""

    def __init__(self, exercise: Exercise, results: Results, resit: Resit, left: _Left) -> None:
        self.exercise, self.resit, self.left = exercise, resit, left
        self.limits = left.limits(resit.suite.assignment.limits)
        asked = [check for check in of_exercise(exercise.name, results) if not resit.suite.is_gate(check.name)]
        failed = [check for check in asked if check.verdict in REPLAYED and not check.unwritten]
        self.failed = [check.name for check in failed]
        self.explained = {check.name for check in failed if check.hint}
        self.passed = [check.name for check in asked if check.verdict is Verdict.PASSED]
        self.skipped = [check.name for check in asked if check.verdict is Verdict.SKIPPED]
        self.own = self._definitions()

    def found(self) -> list[Cause]:
        """A line for each group of failed checks that one line repairs."""
        found: list[Cause] = []
        if not self.own or not self.left.groups:
            return found
        with open_box(self.resit.zygote, self.limits) as box:
            box.clock = self.resit.clock
            for cell in lasting(self.resit.cells):
                box.run_cell(cell.source, cell.label)
            for group in self._groups(box):
                if self.left.groups and (cause := self._cause(group, box)):
                    found.append(cause)
                self.left.groups -= 1
        return found

    def _cause(self, group: _Group, box: Box) -> Cause | None:
        """What the group's answers are in terms of the right ones, also to other inputs; else a line."""
        with box.trial():
            related = related_when_asked_again(group.failed, self.resit.suite, box.ask)
        line = None if related else self._line(group, box)
        if related or line:
            return line.cause(self.resit.suite.assignment.show) if line else related
        return self._contrast(group, box)

    def _contrast(self, group: _Group, box: Box) -> Cause | None:
        """Which argument the wrong answers depend on, where no line is found, and asking is not too dear."""
        own = [self.own[name] for name in self.own if name in group.all]
        suite = self.resit.suite
        parameters = parameters_in([each.node for each in own], suite.reference)
        most = int(COMPARED / _effort(own, ask_little=True))
        failed = [case.name for case in group.failed]
        effort = times_asked(failed, self.passed) * _effort(own)
        if effort > self.left.compared:  # such as of what trains: before the reference is asked anything
            return None
        self.left.compared -= effort
        with box.trial():
            for each in own:
                box.run_cell(each.source, each.cell.label)
            found = list(contrasts(probes_of(suite, failed, self.passed), parameters, suite.reference, box.ask, most))
        about = next((each for each in found if {*failed}.intersection(each.checks)), None)
        return _told_of(about, own, {*failed}, suite.assignment.show) if about and not box.gave_up else None

    def _definitions(self) -> dict[str, _Own]:
        """The functions and classes that the student wrote for this exercise, and those of cells of their own."""
        release = {cell.grade_id for cell in self.resit.suite.assignment.release if cell.grade_id}
        mine = [
            cell for cell in self.resit.cells if cell.grade_id in self.exercise.cells or cell.grade_id not in release
        ]
        return {name: _Own(cell, node) for cell in mine for name, node in definitions_of(cell.source).items()}

    def _groups(self, box: Box) -> list[_Group]:
        """The failed checks, those together that use the same definitions; none, where one does not fail here."""
        of_author = [name for name, home in homes(self.resit.suite.assignment).items() if home == self.exercise.name]
        groups: list[_Group] = []
        for name in self.failed:
            case = self.resit.suite.case(name, box.ask)
            if case.verdict not in REPLAYED:
                return []
            used = names_used(self.resit.cells, (), [each for each in of_author if case.mentions(each)])
            own = frozenset(used & self.own.keys())
            same = [group for group in groups if group.some & own]
            cases = sorted([case, *(each for group in same for each in group.failed)], key=_weight)
            some, common = own.union(*(group.some for group in same)), own.intersection(*(group.all for group in same))
            groups = [*(group for group in groups if group not in same), _Group(tuple(cases), some, common)]
        return [
            group for group in groups if group.all and self.explained.isdisjoint(case.name for case in group.failed)
        ]

    def _line(self, group: _Group, box: Box) -> _Line | None:
        """The place that repairs the group's checks, or else some; None where there are many, or at a bound."""
        own = {name: self.own[name] for name in self.own if name in group.all}
        if sum(len(each.source) for each in own.values()) > MAX_CHARACTERS:
            return None  # the edits of all of them are held at once
        alone = len(group.failed) == len(self.failed)  # else what is skipped may wait for another group
        trials = _Trials(self.resit.suite, box, group.failed, self.passed, self.skipped if alone else ())
        ran = trials.ran(own.values())
        found: list[_Repair] = []
        effort = _effort(own.values(), trials.ask_little)
        for name, edit in _in_order(own, ran, _stopped(group), self.left.edits_of(effort)):
            self.left.use(1, effort)
            if checks := trials.repaired(own[name], edit):
                found.append(_Repair(own[name], edit, checks))
            if len({each.place for each in found if len(each.checks) == len(group.failed)}) > MOST_PLACES:
                return None
        bound = box.gave_up or box.clock.spent >= self.limits.submission_seconds
        whole = [each for each in found if len(each.checks) == len(group.failed)]
        return None if bound else _in_common(whole, MOST_PLACES) if whole else _in_common(found, 1)


@dataclass(frozen=True, slots=True)
class _Repair:
    """An edit that makes failed checks pass."""

    own: _Own
    edit: Edit
    checks: tuple[str, ...]

    @property
    def place(self) -> tuple[str, int]:
        """The cell, and the line of the statement in it."""
        return self.own.cell.label, self.edit.statement


class _Trials:
    """The student's definitions in a box, one of them changed at a time."""

    def __init__(
        self, suite: Suite, box: Box, cases: Sequence[Case], passed: Sequence[str], skipped: Sequence[str]
    ) -> None:
        self.suite, self.box, self.failed = suite, box, [case.name for case in cases]
        self.passed, self.skipped = passed, skipped
        questions = {case.name: question for case in cases[1:] if (question := question_of(case))}
        # Asked of every edit: the check that asks least, and another one that takes a single question.
        self.leads = {self.failed[0]: question_of(cases[0]), **dict(list(questions.items())[:1])}
        self.ask_little = all(self.leads.values())
        self.changed: _Own | None = None

    def ran(self, own: Iterable[_Own]) -> dict[str, set[int]]:
        """Definition → the lines of its statements that the leading checks execute."""
        notes: list[object] = []
        with self.box.trial():
            for each in own:
                self._put(each.cell, watched(each.node))
            for name in self.leads:
                self._passes(name)
            with contextlib.suppress(StudentError):
                answer = self.box.ask({"op": "items", "target": ["name", NOTES], "most": MOST_NOTES}).value
                notes = answer if isinstance(answer, list) else []
            for each in own:
                self._put(each.cell, each.source)
        return {each.node.name: lines_that_ran(each.node, notes) for each in own}

    def repaired(self, own: _Own, edit: Edit) -> tuple[str, ...]:
        """The failed checks that pass with this edit: none where no leading one does, or one that passed does not.

        The leading one fails without it, then as before.
        """
        if self.changed not in (None, own):
            self._put(self.changed.cell, self.changed.source)
        self.changed = own
        with self.box.trial():
            self._put(own.cell, edit.source)
            lead = next(filter(self._leads, self.leads), "")
            mended = [name for name in self.failed if lead and (name == lead or self._passes(name))]
            others = [*self.passed, *(self.skipped if len(mended) == len(self.failed) else ())]
            if not mended or not all(self._passes(name) for name in others) or not self._passes_again(mended):
                return ()
        with self.box.trial():
            self._put(own.cell, own.source)
            return () if self._passes(lead) else tuple(mended)

    def _leads(self, name: str) -> bool:
        """Whether a leading check passes; most fail at a single question."""
        question = self.leads[name]
        return not (question and question.is_still_wrong(self.box.ask)) and self._passes(name)

    def _passes_again(self, mended: Sequence[str]) -> bool:
        """Whether these checks pass with other inputs, too: a number may be right for one question by chance."""
        secrets = [f"{self.suite.assignment.secret} again {number}" for number in range(TIMES)]
        asked = [(name, secret) for name in mended[:MOST_AGAIN] for secret in secrets]
        return all(self.suite.case(name, self.box.ask, secret).verdict is Verdict.PASSED for name, secret in asked)

    def _put(self, cell: Cell, source: str) -> None:
        self.box.run_cell(source, cell.label)

    def _passes(self, name: str) -> bool:
        return self.suite.unexplained(name, self.box.ask).verdict is Verdict.PASSED


def _told_of(contrast: Contrast, own: Sequence[_Own], failed: Set[str], show: str) -> Cause:
    """The argument, and where it is used."""
    lines = {each: found for each in own if (found := lines_with(each.node, contrast.about))}
    first = next(iter(lines), own[0])
    quoted = {line: line_without_comment(first.cell.source, line).strip() for line in lines.get(first, ())}
    checks = tuple(name for name in contrast.checks if name in failed)
    name = "depends_on_" + "_and_".join(contrast.about)
    return Cause(Layer.CONTRAST, name, dependence(contrast, first.cell.label, quoted, show), checks)


def _stopped(group: _Group) -> set[str]:
    """The places where errors stopped the group's calls, such as "line 7 of cell conv2d"."""
    outcomes = (exchange.outcome for case in group.failed for exchange in case.exchanges)
    return {outcome.where for outcome in outcomes if isinstance(outcome, StudentError) and outcome.where}


def _in_order(
    own: Mapping[str, _Own], ran: Mapping[str, set[int]], stopped: Set[str], most: int
) -> Iterator[tuple[str, Edit]]:
    """The edits of what ran in these definitions, most likely ones first, as many as may be tried."""

    def of_one(name: str) -> Iterable[tuple[str, Edit]]:
        cell = own[name].cell.label.removeprefix("cell ")
        here = {int(line) for place in stopped for line in re.findall(rf"line (\d+) of cell {re.escape(cell)}$", place)}
        return ((name, edit) for edit in edits_of(own[name].node, most, ran[name], here))

    merged = heapq.merge(*(of_one(name) for name in own), key=lambda pair: pair[1].rank)
    for _, pair in zip(range(most), merged, strict=False):
        yield pair


def _effort(own: Iterable[_Own], ask_little: bool = False) -> float:
    """Seconds that one edit of these definitions takes, as far as their words tell: the same on any machine."""
    words = {word for each in own for word in re.findall(r"\w+", each.source)}
    return (PER_QUESTION if ask_little else PER_EDIT) + max((DEAR[word] for word in words & DEAR.keys()), default=0.0)


def _in_common(repairs: Sequence[_Repair], most: int) -> _Line | None:
    """What all these edits have in common; None where they are of more places than that, of two cells, or none."""
    places = {each.place for each in repairs}
    if not 1 <= len(places) <= most or len({cell for cell, _ in places}) > 1:
        return None
    first = repairs[0]
    aspects = {each.edit.aspect for each in repairs}
    if len(places) > ANY_PLACES and len(aspects) > 1:
        return None
    aspect = first.edit.aspect if len(aspects) == 1 else None
    checks = tuple(name for name in first.checks if all(name in each.checks for each in repairs))
    change = difference(first.own.source, first.edit.source)
    cell = first.own.cell
    columns = {line: column for each in reversed(repairs) for line, column in each.edit.columns.items()}
    lines = {
        line: excerpt(line_without_comment(cell.source, line), columns.get(line, 0)) for line in _lines_of(repairs)
    }
    return _Line(cell.label, lines, aspect, change, checks)


def _lines_of(repairs: Sequence[_Repair]) -> tuple[int, ...]:
    """The line that all of them change, or the first of its statement; of two statements both."""
    lines: set[int] = set()
    for statement in {each.edit.statement for each in repairs}:
        here = {line for each in repairs if each.edit.statement == statement for line in each.edit.lines}
        lines |= here if len(here) == 1 or all(len(each.edit.lines) == 2 for each in repairs) else {statement}
    return tuple(sorted(lines))


def _weight(case: Case) -> tuple[int, int]:
    """How much a check asks: the same on every machine."""
    return sum(exchange.weight for exchange in case.exchanges), len(case.exchanges)
