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
from autograder.course.answers import homes
from autograder.course.limits import Limits
from autograder.errors import BoxFailure
from autograder.grading.carried import Resit, Results, of_exercise
from autograder.judge import fresh_inputs
from autograder.judge.causes import MEASURED, Cause, Layer, told
from autograder.judge.contrast import Contrast, contrasts
from autograder.judge.dependence import dependence, lines_with, parameters_in, takes
from autograder.judge.fresh_inputs import related_when_asked_again
from autograder.judge.probes import probes_of, times_asked
from autograder.judge.repair.cells import cells_needed
from autograder.judge.repair.couples import Couple, couples
from autograder.judge.repair.edits import Edit, edits_of
from autograder.judge.repair.lines import line_in_common, places_told, two_lines
from autograder.judge.repair.reading import MAX_CHARACTERS, definitions_of, line_without_comment
from autograder.judge.repair.trials import Own, Repair, Trials
from autograder.judge.repair.work import steps_of_work
from autograder.judge.replay import Case
from autograder.judge.stance import REPLAYED
from autograder.judge.suite import Suite
from autograder.model import Verdict
from autograder.submission.uses import names_used

MOST_TRIED = 480  # edits for one submission
MOST_PLACES = 3  # that repair a group, each alone: which of them is wrong, nobody can tell
ASKED = 3.0  # seconds that asking failed checks of one submission again takes before an edit is tried, as estimated
EFFORT = 2.0  # seconds that the edits of one submission may take, as estimated: no clock decides what is tried
PAIRED = 1.6  # and those of two at once
PER_EDIT = 0.0125  # seconds to put one in place and to ask a check, about
PER_QUESTION = 0.004  # where a single question is asked of most
DEAR = {"backward": 0.04, "autograd": 0.012, "plt": 0.06, "subplots": 0.06}  # more, where a definition has such a word
SECONDS = 6.0  # of the processor for one submission: far from what the edits take
LEADING = 2  # checks that are asked which statements they execute
ASKED_ANEW = 5  # times that a question of what is dear is asked: of the reference, too, and without what is special
COMPARED = 1.0  # seconds that comparing wrong and right answers of one submission may take, as estimated
CALL_SECONDS = 1.0  # for one call: an edit that makes a loop endless is no repair


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
    left, measured = _Left(resit), results
    vague = MEASURED - {mistake.name for mistake in resit.suite.mistakes}
    results = tuple(replace(check, hint="", mistake="") if check.mistake in vague else check for check in results)
    for exercise in (exercise for exercise in assignment.exercises if not exercise.manual):
        if is_unexplained(of_exercise(exercise.name, results), resit.suite):
            # The verdicts stand, whatever becomes of a hint, also where a definition is made to be dear to change.
            with contextlib.suppress(BoxFailure, MemoryError, RecursionError):
                causes = _Search(exercise, results, resit, left).found()
                results = tuple(told({check.name: check for check in results}, causes).values())
    return tuple(now if now.hint else before for now, before in zip(results, measured, strict=True))


def is_unexplained(checks: Results, suite: Suite) -> bool:
    """Whether a wrong answer or an error in an exercise has no word of ours yet, and all others are such, too."""
    wrong = [check for check in checks if not check.earns and check.verdict is not Verdict.SKIPPED]
    wrong = [check for check in wrong if not suite.is_gate(check.name)]
    without_a_word = any(not check.unwritten and not check.hint for check in wrong)
    return without_a_word and all(check.verdict in REPLAYED for check in wrong)


class _Left:
    """What one submission may still use for all of its exercises."""

    def __init__(self, resit: Resit) -> None:
        self.asked, self.end = ASKED, resit.clock.spent + SECONDS
        self.edits, self.effort, self.compared = MOST_TRIED, EFFORT, COMPARED
        self.paired = PAIRED

    def edits_of(self, effort: float) -> int:
        """How many edits may be tried that take so much each."""
        return min(self.edits, int(self.effort / effort))

    def use(self, tried: int, effort: float) -> None:
        """So many of them have been tried."""
        self.edits, self.effort = self.edits - tried, self.effort - tried * effort

    def may_ask(self, seconds: float) -> bool:
        """Whether so much of asking is left; it is used then. A group that takes less may still be looked at."""
        enough = seconds <= self.asked
        self.asked -= seconds * enough
        return enough

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
        # What ended its process left nothing then, and would take all of its time again.
        self.cells = [cell for cell in resit.cells if cell not in resit.ended]
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
        if not self.own or self._is_late:
            return found
        with open_box(self.resit.zygote, self.limits) as box:
            box.clock = self.resit.clock
            for cell in cells_needed(self.cells, homes(self.resit.suite.assignment)):
                box.run_cell(cell.source, cell.label)
            for group in self._groups(box):
                if self.left.may_ask(self._seconds_of(group)) and (cause := self._cause(group, box)):
                    found.append(cause)
        return found

    @property
    def _is_late(self) -> bool:
        """Whether the time of all searches in this submission is over: then nothing is answered any more."""
        return self.resit.clock.spent >= self.limits.submission_seconds

    def _seconds_of(self, group: _Group) -> float:
        """What asking its checks again takes: with other inputs, and which statements they execute."""
        times = fresh_inputs.TIMES * len(group.failed[: fresh_inputs.MOST]) + LEADING
        return times * _effort([self.own[name] for name in group.all])

    def _cause(self, group: _Group, box: Box) -> Cause | None:
        """What the group's answers are in terms of the right ones, also to other inputs; else a line."""
        with box.trial():
            related = related_when_asked_again(group.failed, self.resit.suite, box.ask)
        line = None if related and related.name not in MEASURED else self._line(group, box)
        if related or line:
            return line or related
        return self._contrast(group, box)

    def _contrast(self, group: _Group, box: Box) -> Cause | None:
        """Which argument the wrong answers depend on, where no line is found, and asking is not too dear."""
        own = [self.own[name] for name in self.own if name in group.all]
        suite = self.resit.suite
        parameters = parameters_in([each.node for each in own], suite.reference)
        most = int(COMPARED / _effort(own, ask_little=True))
        failed = [case.name for case in group.failed]
        effort = times_asked(failed, self.passed) * (PER_EDIT + ASKED_ANEW * _dear(own))
        if not parameters or effort > self.left.compared:  # of what trains, before the reference is asked anything
            return None
        self.left.compared -= effort
        with box.trial():
            for each in own:
                box.run_cell(each.source, each.cell.label)
            probes = probes_of(suite, failed, self.passed, parameters.keys())
            found = list(contrasts(probes, parameters, suite.reference, box.ask, most))
        about = next((each for each in found if {*failed}.intersection(each.checks)), None)
        return _told_of(about, own, {*failed}, suite.assignment.show) if about and not box.gave_up else None

    def _definitions(self) -> dict[str, Own]:
        """The functions and classes that the student wrote for this exercise, and those of cells of their own."""
        release = {cell.grade_id for cell in self.resit.suite.assignment.release if cell.grade_id}
        mine = [cell for cell in self.cells if cell.grade_id in self.exercise.cells or cell.grade_id not in release]
        return {name: Own(cell, node) for cell in mine for name, node in definitions_of(cell.source).items()}

    def _groups(self, box: Box) -> list[_Group]:
        """The failed checks, those together that use the same definitions; none, where one does not fail here."""
        of_author = [name for name, home in homes(self.resit.suite.assignment).items() if home == self.exercise.name]
        groups, weights = list[_Group](), dict[str, tuple[int, int, int]]()
        for name in self.failed:
            case = self.resit.suite.case(name, box.ask)
            if case.verdict not in REPLAYED:
                return []
            used = names_used(self.cells, (), [each for each in of_author if case.mentions(each)])
            own = frozenset(used & self.own.keys())
            same = [group for group in groups if group.some & own]
            weights[name] = _weight(case, self.resit.suite.reference)
            together = [case, *(each for group in same for each in group.failed)]
            cases = sorted(together, key=lambda each: weights[each.name])
            some, common = own.union(*(group.some for group in same)), own.intersection(*(group.all for group in same))
            groups = [*(group for group in groups if group not in same), _Group(tuple(cases), some, common)]
        return [
            group for group in groups if group.all and self.explained.isdisjoint(case.name for case in group.failed)
        ]

    def _line(self, group: _Group, box: Box) -> Cause | None:
        """The place that repairs the group's checks, or else some; None where there are many, or at a bound."""
        own = {name: self.own[name] for name in self.own if name in group.all}
        if sum(len(each.source) for each in own.values()) > MAX_CHARACTERS:
            return None  # the edits of all of them are held at once
        show = self.resit.suite.assignment.show
        alone = len(group.failed) == len(self.failed)  # else what is skipped may wait for another group
        trials = Trials(self.resit.suite, box, group.failed, self.passed, self.skipped if alone else ())
        tried: list[Repair] = []
        effort = _effort(own.values(), trials.ask_little)
        for name, edit in _in_order(own, trials.ran(own.values()), _stopped(group), self.left.edits_of(effort)):
            if box.gave_up or self._is_late:  # every further edit would only start a process that may not compute
                return None
            self.left.use(1, effort)
            attempt = trials.repaired({own[name]: edit.source})
            tried.append(Repair(own[name], edit, attempt.mended, attempt.near))
            if len({each.place for each in _whole(tried, group)}) > MOST_PLACES:
                return None
        whole = _whole(tried, group)
        two = [] if whole else self._couples(trials, tried, group)
        if box.gave_up or self._is_late:
            return None
        if two:
            return two_lines(two, trials.failed, show)
        line = line_in_common(whole or [each for each in tried if each.checks], MOST_PLACES if whole else 1)
        return line.cause(show) if line else None

    def _couples(self, trials: Trials, tried: Sequence[Repair], group: _Group) -> list[Couple]:
        """The pairs of these edits that repair all of the group's checks; of the first two places and others."""
        found: list[Couple] = []
        before = trials.as_it_is()
        for couple, changed in couples(tried, before):
            leads = trials.leads_without(couple.first.checks)
            effort = _effort(changed, all(leads.values()))
            if trials.box.gave_up or self._is_late or self.left.paired < effort or (found and not places_told(found)):
                break
            self.left.paired -= effort
            if len(trials.repaired(changed, leads).mended) == len(group.failed):
                found.append(couple)
        return found


def _whole(tried: Sequence[Repair], group: _Group) -> list[Repair]:
    """Those that repair all of the group's checks; what may make up for a slip elsewhere, where nothing else does."""
    found = [each for each in tried if len(each.checks) == len(group.failed)]
    return [each for each in found if not each.edit.outweighs] or found


def _told_of(contrast: Contrast, own: Sequence[Own], failed: Set[str], show: str) -> Cause:
    """The argument, and where it is used."""
    lines = {each: found for each in own if (found := lines_with(each.node, contrast.about))}
    having = (each for each in own if takes(each.node, contrast.about))
    first = next(iter(lines), None) or next(having, own[0])  # a helper that is called has no such parameter to use
    quoted = {line: line_without_comment(first.cell.source, line).strip() for line in lines.get(first, ())}
    checks = tuple(name for name in contrast.checks if name in failed)
    name = "depends_on_" + "_and_".join(contrast.about)
    return Cause(Layer.CONTRAST, name, dependence(contrast, first.cell.label, quoted, show), checks)


def _stopped(group: _Group) -> set[str]:
    """The places where errors stopped the group's calls, such as "line 7 of cell conv2d"."""
    outcomes = (exchange.outcome for case in group.failed for exchange in case.exchanges)
    return {outcome.where for outcome in outcomes if isinstance(outcome, StudentError) and outcome.where}


def _in_order(
    own: Mapping[str, Own], ran: Mapping[str, set[int]], stopped: Set[str], most: int
) -> Iterator[tuple[str, Edit]]:
    """The edits of what ran in these definitions, most likely ones first, as many as may be tried."""

    def of_one(name: str) -> Iterable[tuple[str, Edit]]:
        cell = own[name].cell.label.removeprefix("cell ")
        here = {int(line) for place in stopped for line in re.findall(rf"line (\d+) of cell {re.escape(cell)}$", place)}
        return ((name, edit) for edit in edits_of(own[name].node, most, ran[name], here))

    merged = heapq.merge(*(of_one(name) for name in own), key=lambda pair: pair[1].rank)
    for _, pair in zip(range(most), merged, strict=False):
        yield pair


def _effort(own: Iterable[Own], ask_little: bool = False) -> float:
    """Seconds that one edit of these definitions takes, as far as their words tell: the same on any machine."""
    return (PER_QUESTION if ask_little else PER_EDIT) + _dear(own)


def _dear(own: Iterable[Own]) -> float:
    """Seconds more than most definitions take."""
    words = {word for each in own for word in re.findall(r"\w+", each.source)}
    return max((DEAR[word] for word in words & DEAR.keys()), default=0.0)


def _weight(case: Case, reference: Mapping[str, object]) -> tuple[int, int, int]:
    """How much a check computes and asks: the same on every machine."""
    asked = sum(exchange.weight for exchange in case.exchanges)
    return steps_of_work(case, reference), asked, len(case.exchanges)
