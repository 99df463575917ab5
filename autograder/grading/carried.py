"""Error carried forward, as people do who mark by hand: a mistake costs points where it was made, and only there.

An exercise that lost points, and uses functions of earlier exercises that lost points too, or that are only practice
this term, is asked again in a fresh box, in which the author's functions stand in their place. The better result
counts. Of what this box answers nothing is shown, since student code could read an answer there: only which checks
pass, and only of the exercise asked.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from autograder import messages
from autograder.box.box import open_box
from autograder.box.clock import Clock
from autograder.box.outcome import StudentError
from autograder.box.zygote import Zygote
from autograder.course import Exercise
from autograder.course.answers import homes, stand_in
from autograder.grading.scoring import earned
from autograder.judge.plugin import Suite
from autograder.model import CheckResult, Verdict
from autograder.submission.match import defined_anywhere, functions, tidy
from autograder.submission.read import Cell
from autograder.submission.uses import names_used

Results = tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Resit:
    """One submission whose exercises may be asked again, in the time that `clock` still leaves it."""

    suite: Suite
    zygote: Zygote
    cells: Sequence[Cell]
    clock: Clock
    ended: Set[Cell] = frozenset()  # their process, when they were run: with right functions they may not


def carried_forward(results: Results, resit: Resit) -> Results:
    """The results, better where an exercise is right given right answers to earlier ones."""
    assignment = resit.suite.assignment
    if len(results) < len(assignment.checks):
        return results  # a calibration asks gates only
    lost = [each.name for each in assignment.practice]  # nobody knows; then those whose answers are wrong
    for exercise in (exercise for exercise in assignment.exercises if not exercise.manual):
        given = _given(exercise, lost, resit) if lost and _may_gain(of_exercise(exercise.name, results)) else {}
        better = {check.name: check for check in _asked_again(exercise, given, results, resit)} if given else {}
        results = tuple(better.get(check.name, check) for check in results)
        if any(
            not check.earns and check.verdict is not Verdict.UNGRADED for check in of_exercise(exercise.name, results)
        ):
            lost.append(exercise.name)
    return results


def of_exercise(exercise: str, results: Results) -> Results:
    """The results of one exercise."""
    return tuple(check for check in results if check.exercise == exercise)


def _may_gain(checks: Results) -> bool:
    """Whether points were lost, and nothing is ours to repair."""
    wrong = [check.verdict for check in checks if not check.earns]
    return bool(wrong) and Verdict.UNGRADED not in wrong


def _is_written(exercise: Exercise, resit: Resit) -> bool:
    """Whether any of its cells is not the stub of the release."""
    released = {cell.grade_id: tidy(cell.source) for cell in resit.suite.assignment.release}
    own = [cell for cell in resit.cells if cell.grade_id in exercise.cells]
    return not own or any(tidy(cell.source) != released[cell.grade_id] for cell in own)


def _given(exercise: Exercise, lost: Sequence[str], resit: Resit) -> dict[str, str]:
    """Functions of lost exercises that this one uses, with their homes.

    Never with an answer to this exercise or a later one, should the author's function use one.
    """
    assignment = resit.suite.assignment
    if not _is_written(exercise, resit):
        return {}
    home = homes(assignment)
    order = [each.name for each in assignment.everything]
    earlier = order[: order.index(exercise.name)]
    later = {name for name, of in home.items() if of not in earlier}
    own = [name for name, of in home.items() if of == exercise.name]
    used = names_used(resit.cells, exercise.cells, own)
    wrong = {name: of for name, of in home.items() if of in lost and name in used}
    return {name: of for name, of in wrong.items() if not functions(stand_in(assignment, [name])) & later}


def _asked_again(exercise: Exercise, given: Mapping[str, str], results: Results, resit: Resit) -> Results:
    """The checks of one exercise, with what they gain by right functions in the place of those `given` (with homes)."""
    suite, names = resit.suite, list(given)
    give = {"op": "give", "source": stand_in(suite.assignment, names), "names": names}
    places = {cell for home in given.values() for cell in suite.assignment.exercise(home).cells}
    others = [check for check in results if check.exercise != exercise.name]
    kept = {check.name: replace(check, verdict=_given_verdict(check, given)) for check in others}
    with open_box(resit.zygote, suite.assignment.limits) as box:
        box.clock = resit.clock
        try:
            for cell in resit.cells:
                box.run_cell(cell.source, cell.label)
                if cell.grade_id in places or defined_anywhere(cell.source) & given.keys():
                    box.ask(give)
            box.ask(give)
        except StudentError:  # the time is up, or the code keeps the box from answering
            return ()
        found, cases = suite.verdicts_of(box.ask, kept)
    now = of_exercise(exercise.name, results)
    if any(not (check.earns or check.hint or found[check.name].earns) for check in now):
        found = {check.name: check for check in suite.with_hints(found, cases)}  # takes longer than all of the above
    return _better(exercise, now, of_exercise(exercise.name, tuple(found.values())), names)


def _given_verdict(check: CheckResult, given: Mapping[str, str]) -> Verdict:
    """What comes after a check of an exercise with given functions may be tried."""
    return Verdict.PASSED if check.exercise in given.values() else check.verdict


def _better(exercise: Exercise, now: Results, then: Results, names: Sequence[str]) -> Results:
    """The results that earn more; hints are taken from both."""
    if any(check.verdict is Verdict.UNGRADED for check in then):
        return now
    if earned(exercise.points, then) <= earned(exercise.points, now):
        return tuple(_with_hint(*pair) for pair in zip(now, then, strict=True))
    return tuple(_merged(*pair, names) for pair in zip(now, then, strict=True))


def _merged(now: CheckResult, then: CheckResult, names: Sequence[str]) -> CheckResult:
    """How a check ends given right functions, told without a word from that box."""
    if then.earns:
        return now if now.earns else _blank(now, Verdict.CARRIED, messages.carried(names))
    if now.earns:
        return _blank(now, Verdict.FAILED, messages.only_with_yours(names))
    if now.verdict is Verdict.SKIPPED:
        told = then.message if then.verdict is Verdict.SKIPPED else messages.not_even_then(names)
        now = _blank(now, then.verdict, told)
    return _with_hint(now, then)


def _blank(now: CheckResult, verdict: Verdict, message: str) -> CheckResult:
    """The check with another verdict; what was said of the first one is for the staff."""
    staff = f"With the student's own functions: {now.verdict}. {now.message}\n{now.staff}".strip()
    told = replace(now, verdict=verdict, message=message, hint="", mistake="", counterexample="", picture=None)
    return replace(told, unwritten=False, staff=staff)


def _with_hint(now: CheckResult, then: CheckResult) -> CheckResult:
    """A hint is a sentence of ours, chosen by what the code does: without earlier mistakes its own one is found."""
    settled = now.hint or now.earns or now.verdict is Verdict.SKIPPED
    return now if settled else replace(now, hint=then.hint, mistake=then.mistake)
