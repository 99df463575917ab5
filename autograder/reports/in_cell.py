"""The report of one exercise as it appears below its check cell in nbgrader's notebooks: text, and bare HTML."""

from typing import NamedTuple

from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports import heatmap
from autograder.reports.render import fragment
from autograder.reports.words import Look, all_told, input_of, look_of, problem_of, worth_of
from autograder.text import escape

COLOURS = {"good": "#1d6b3a", "bad": "#a3320b", "wait": "#5c5c58", "ours": "#5b3a8e"}


class Item(NamedTuple):
    """One check of the list, and by title those that end like it for the same reason."""

    look: Look
    title: str
    lines: list[str]
    others: str
    panels: tuple[heatmap.Panel, ...]
    caption: str


def as_text(report: Report, exercise: ExerciseResult | None) -> str:
    """Plain text: the points, then each check that asks for something; without `exercise`, why nothing was graded."""
    lines = [_headline(report, exercise)]
    for group in all_told(_checks(report, exercise)):
        for check in group:
            lines.append(f"{look_of(check).icon} {check.title} ({look_of(check).label})")
        lines += [f"    {line}" for line in _lines(group)]
    return escape.block("\n".join(lines), limit=20_000)


def as_html(report: Report, exercise: ExerciseResult | None) -> str:
    """The same as `as_text`, with figures. Every word goes through `escape`; no script, no style sheet, no address."""
    found = all_told(_checks(report, exercise))
    todo, done = ([_item(group) for group in found if group[0].earns is earns] for earns in (False, True))
    groups = [group for group in (todo, done) if group]
    return fragment("in_cell.html.j2", headline=_headline(report, exercise), groups=groups, colours=COLOURS)


def _checks(report: Report, exercise: ExerciseResult | None) -> list[CheckResult]:
    """Those that say more than the headline: what a problem of the whole file left without a verdict does not."""
    checks = exercise.checks if exercise else ()
    return [check for check in checks if not (report.problem and check.verdict is Verdict.UNGRADED)]


def _headline(report: Report, exercise: ExerciseResult | None) -> str:
    if report.problem:
        return f"Not graded yet: {problem_of(report)}"
    if exercise is None:
        return "Not graded yet: this is graded by hand."
    return f"{exercise.title or exercise.name}: {worth_of(exercise)}"


def _lines(checks: list[CheckResult]) -> list[str]:
    """What is said about checks that end alike."""
    check = checks[0]
    labelled = [("", check.message), ("Hint: ", check.hint), ("Smallest failing input: ", input_of(checks))]
    return [label + text for label, text in labelled if text]


def _item(checks: list[CheckResult]) -> Item:
    check = checks[0]
    others = "; ".join(other.title for other in checks[1:])
    return Item(look_of(check), check.title, _lines(checks), others, *heatmap.drawn(check.picture))
