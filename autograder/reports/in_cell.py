"""The report of one exercise as it stands below its check cell in nbgrader's notebooks: text, and bare HTML."""

from __future__ import annotations

from markupsafe import Markup

from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports import heatmap
from autograder.reports.render import prose
from autograder.reports.words import alike, look_of, problem_of
from autograder.text import escape
from autograder.text.words import number

COLOURS = {"good": "#1d6b3a", "bad": "#a3320b", "wait": "#5c5c58", "ours": "#5b3a8e"}
_SHEET = "max-width:60em;padding:2px 10px;background:#fff;color:#1f1e1b"  # its own paper: themes may be dark
_FIGURE = "display:inline-block;margin:4px 12px 4px 0;text-anchor:middle;dominant-baseline:central;font-size:12px"


def as_text(report: Report, exercise: ExerciseResult | None) -> str:
    """Plain text: the points, then each check that asks for something; without `exercise`, why nothing was graded."""
    lines = [_headline(report, exercise)]
    for check in _checks(report, exercise):
        look = look_of(check)
        lines.append(f"{look.icon} {check.title} ({look.label})")
        lines += [f"    {said}" for _, said in _said(check)]
    return escape.block("\n".join(lines), limit=20_000)


def as_html(report: Report, exercise: ExerciseResult | None) -> str:
    """The same as `as_text`, with figures. Every word goes through `escape`; no script, no style sheet, no address."""
    checks = _checks(report, exercise)
    todo = alike([check for check in checks if check.verdict is not Verdict.PASSED])
    done = [[check] for check in checks if check.verdict is Verdict.PASSED]
    parts = [Markup("<p><strong>{}</strong></p>").format(prose(_headline(report, exercise)))]
    for groups in (todo, done):
        if groups:
            items = Markup("").join(map(_item, groups))
            parts.append(Markup('<ul role="list" style="list-style:none;padding:0">{}</ul>').format(items))
    return str(Markup('<div style="{}">{}</div>').format(_SHEET, Markup("").join(parts)))


def _checks(report: Report, exercise: ExerciseResult | None) -> list[CheckResult]:
    """Those that say more than the headline: what a problem of the whole file left without a verdict does not."""
    checks = exercise.checks if exercise else ()
    return [check for check in checks if not (report.problem and check.verdict is Verdict.UNGRADED)]


def _headline(report: Report, exercise: ExerciseResult | None) -> str:
    if report.problem:
        return f"Not graded yet: {problem_of(report)}"
    if exercise is None:
        return "Not graded yet: a person reads this."
    return f"{exercise.title or exercise.name}: {number(exercise.score)} of {number(exercise.points)} points"


def _said(check: CheckResult) -> list[tuple[str, str]]:
    """What is said about one check, each with its label."""
    smallest = "" if check.unwritten else check.counterexample  # where nothing is written, no input matters
    said = [("", check.message), ("Hint: ", check.hint), ("Smallest input that fails: ", smallest)]
    return [(label, label + text) for label, text in said if text]


def _item(checks: list[CheckResult]) -> Markup:
    """One check, and by name those that end like it for the same reason."""
    check, look = checks[0], look_of(checks[0])
    head = Markup('<span style="color:{}"><span aria-hidden="true">{}</span> {}</span>: {}').format(
        COLOURS[look.tone], look.icon, look.label, prose(check.title)
    )
    said = Markup("").join(Markup("<br>{}").format(prose(text)) for _, text in _said(check))
    others = "; ".join(other.title for other in checks[1:])
    more = Markup("<div>For the same reason, it seems: {}</div>").format(prose(others)) if others else ""
    return Markup('<li style="margin:6px 0">{}{}{}{}</li>').format(head, said, _figure(check), more)


def _figure(check: CheckResult) -> Markup:
    """*Yours, expected, difference* where the check has a picture."""
    if check.picture is None:
        return Markup("")
    panels = [
        Markup('<div style="{}">{}<br>{}</div>').format(_FIGURE, panel.heading, panel.svg)
        for panel in heatmap.panels(check.picture)
    ]
    caption = Markup("<div>{}</div>").format(prose(heatmap.caption(check.picture)))
    return Markup("<div>{}{}</div>").format(Markup("").join(panels), caption)
