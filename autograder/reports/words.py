"""How a page or a table names things: verdicts, points, and what to look at first."""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from autograder import messages
from autograder.model import CheckResult, ExerciseResult, Report, Verdict, cents
from autograder.reports.roots import cause_of
from autograder.text.words import amount, first_sentence, number


class Look(NamedTuple):
    """How a verdict is shown: never by colour alone."""

    label: str
    icon: str
    tone: str  # "good" | "bad" | "wait" | "ours"


_ICONS = {
    Verdict.PASSED: ("✓", "good"),
    Verdict.CARRIED: ("»", "good"),
    Verdict.FAILED: ("✗", "bad"),
    Verdict.RAISED: ("!", "bad"),
    Verdict.TIMED_OUT: ("◷", "bad"),
    Verdict.OUT_OF_MEMORY: ("▲", "bad"),
    Verdict.BLOCKED: ("⊘", "bad"),
    Verdict.SKIPPED: ("→", "wait"),
    Verdict.UNGRADED: ("?", "ours"),
}
LOOKS = MappingProxyType({verdict: Look(messages.LABELS[verdict], *icon) for verdict, icon in _ICONS.items()})
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_TODO = Look("not filled in yet", "○", "wait")


class Task(NamedTuple):
    """What to do next: the most telling check of an exercise and the points that wait there."""

    exercise: ExerciseResult
    check: CheckResult
    lost: float
    others: tuple[ExerciseResult, ...] = ()  # that stop for the same reason; their points are among the lost ones


def tasks(report: Report) -> list[Task]:
    """One task per reason why exercises lost points, the most valuable first; ties keep the order of the notebook."""
    todo: dict[object, list[Task]] = {}
    for exercise in report.exercises:
        open_checks = [check for check in exercise.checks if not check.earns]
        if open_checks:
            task = Task(exercise, min(open_checks, key=_telling), cents(exercise.points - exercise.score))
            todo.setdefault(_reason(task), []).append(task)
    return sorted(map(_as_one, todo.values()), key=lambda task: (task.exercise.stretch, -task.lost))


def _reason(task: Task) -> object:
    """The same for tasks that are done at once."""
    cause = cause_of(task.check)
    return (cause, task.check.hint, task.exercise.stretch) if cause else task.exercise.name


def _as_one(same: Sequence[Task]) -> Task:
    others = tuple(task.exercise for task in same[1:])
    return same[0]._replace(lost=cents(sum(task.lost for task in same)), others=others)


def worth_of(exercise: ExerciseResult) -> str:
    """What an exercise earned, in words: extra credit is on top of all points."""
    if exercise.stretch:
        return f"extra credit: +{number(exercise.score)} of {number(exercise.points)}"
    return f"{number(exercise.score)} of {number(exercise.points)} points"


def _telling(check: CheckResult) -> int:
    """Lower says more: a diagnosed mistake, then the student's own verdicts, then what only waits for another check."""
    if check.hint and check.verdict is not Verdict.SKIPPED:
        return 0
    return {"bad": 1, "ours": 2}.get(LOOKS[check.verdict].tone, 3)


def judged(report: Report) -> bool:
    """Whether the submission was judged at all: its score means something."""
    return bool(report.exercises) and not report.problem


def problem_of(report: Report) -> str:
    """Why a submission could not be graded, as the student may read it; "" when it was."""
    return messages.NOT_YOUR_FAULT if report.fault == "ours" else report.problem


def needs_a_person(report: Report) -> str:
    """Why a member of the staff must look, or nothing."""
    if report.problem:
        return report.problem
    ungraded = sum(check.verdict is Verdict.UNGRADED for check in report.checks)
    return f"{amount(ungraded, 'check')} without a verdict" if ungraded else ""


def look_at(report: Report) -> str:
    """One line for the staff: the most valuable thing to look at, raw (escape it before showing)."""
    if why := needs_a_person(report):
        return first_sentence(why)
    todo = tasks(report)
    if not todo:
        return "everything passes"
    if untouched(report):
        return "nothing answered yet"
    exercise, check, *_ = todo[0]
    if check.mistake:
        return f"{exercise.name}: {check.mistake.replace('_', ' ')}{' (hint given)' if check.hint else ''}"
    return f"{exercise.name}: {first_sentence(check.message) or LOOKS[check.verdict].label}"


def untouched(report: Report) -> bool:
    """Whether every check that ran met the stub of the release."""
    ran = [check for check in report.checks if check.verdict is not Verdict.SKIPPED]
    return bool(ran) and all(check.unwritten for check in ran)


def look_of(check: CheckResult) -> Look:
    """How one check is shown: what is not written yet is no error."""
    return _TODO if check.unwritten else LOOKS[check.verdict]


def alike(checks: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """Checks with the same hint, or without one with the same cause or message; one with a picture comes first."""
    groups: dict[tuple[str, ...], list[CheckResult]] = {}
    for check in checks:
        groups.setdefault(_told(check), []).append(check)
    return [sorted(group, key=lambda check: check.picture is None) for group in groups.values()]


def _told(check: CheckResult) -> tuple[str, ...]:
    """The same for checks of an exercise that end alike; in a hint only the numbers of lines tell two apart."""
    if check.hint:
        by_line = not check.mistake or check.mistake.startswith("line")
        return ("hint", check.hint if by_line else _NUMBERS.sub("0", check.hint))
    return "", *(cause_of(check) or (check.verdict, check.message))


def findings(checks: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """What does not earn its points, each reason once; what says most comes first."""
    return sorted(alike([check for check in checks if not check.earns]), key=lambda group: _telling(group[0]))


def all_told(checks: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """What to mend; what is right but for an earlier exercise, each reason once; then what passed, one by one."""
    carried = alike([check for check in checks if check.verdict is Verdict.CARRIED])
    return [*findings(checks), *carried, *([check] for check in checks if check.verdict is Verdict.PASSED)]


def input_of(checks: Sequence[CheckResult]) -> str:
    """The smallest failing input of checks that end alike; "" where no input matters, as nothing is there to try."""
    if checks[0].unwritten or checks[0].verdict is Verdict.SKIPPED or checks[0].message.startswith("There is no `"):
        return ""
    return next((check.counterexample for check in checks if check.counterexample), "")


def counts(checks: Sequence[CheckResult]) -> dict[Verdict, int]:
    """How often each verdict occurs, in the order of `Verdict`, without zeros."""
    totals = {verdict: sum(check.verdict is verdict for check in checks) for verdict in Verdict}
    return {verdict: many for verdict, many in totals.items() if many}
