"""One student's feedback: a self-contained page that says what is wrong, where, and what to do next."""

from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote, urlencode

from markupsafe import Markup

from autograder.gradebook.context import Asked, StudentContext, mark_of
from autograder.gradebook.grades import Mark
from autograder.gradebook.marked import EARLIER_ANSWER
from autograder.grading.scoring import worth
from autograder.intake.letters import request_text
from autograder.model import CellRun, CheckResult, ExerciseResult, Report, Verdict, WrittenAnswer
from autograder.reports import heatmap
from autograder.reports.render import page
from autograder.reports.roots import Before, Roots, cause_of, first_of_all, follow_ups, shared_causes
from autograder.reports.words import Task, alike, counts, findings, input_of, judged, problem_of, tasks
from autograder.submission.pictures import picture_uri, png_uri

_MAX_TASKS = 3
_MAX_ALIKE = 3  # checks that fail for the same reason, shown without a click
_MAX_FIGURES = 16
_MAX_FIGURE_CHARACTERS = 8_000_000


class SecondLook(NamedTuple):
    """How a student asks for a second look at a check or an exercise."""

    text: str  # to copy
    href: str  # "" where there is no address


class Finding(NamedTuple):
    """Checks of one exercise that fail for the same reason, told once."""

    anchor: str
    checks: list[CheckResult]
    worth: float
    panels: tuple[heatmap.Panel, ...]
    caption: str
    ask: SecondLook
    before: Before | None  # where its cause is told in full
    after: tuple[str, ...]  # titles of later exercises that stop for the same reason

    @property
    def others(self) -> list[tuple[CheckResult, str]]:
        """The checks but the first, each with its message where that says more."""
        told, cause = self.checks[0].message, cause_of(self.checks[0])
        same = [each.message == told or (cause and cause_of(each) == cause) for each in self.checks]
        return [(each, "" if known else each.message) for each, known in zip(self.checks[1:], same[1:], strict=True)]

    @property
    def smallest(self) -> str:
        """The smallest failing input; "" where none matters."""
        return input_of(self.checks)

    @property
    def folded(self) -> bool:
        """Whether there are so many that they are hidden behind a click."""
        return len(self.checks) - 1 > _MAX_ALIKE


class Section(NamedTuple):
    """One exercise of the page."""

    anchor: str
    exercise: ExerciseResult
    findings: list[Finding]
    waiting: list[CheckResult]
    carried: list[list[CheckResult]]  # right, given right answers to the same earlier exercises
    passed: list[CheckResult]
    mark: Mark  # its points, a person's among them
    read: str
    comment: str
    answer: WrittenAnswer | None  # where people mark it
    pictures: list[Markup]
    earlier: WrittenAnswer | None  # that the points are for
    earlier_pictures: list[Markup]
    asked: tuple[Asked, ...]
    ask: SecondLook


def student_page(report: Report, title: str, context: StudentContext | None = None) -> str:
    """The whole page as HTML; `title` is the assignment's."""
    context = context or StudentContext()
    report = context.allowed(report)
    shown = _shown(report, context)
    common, numbered = shared_causes(shown), enumerate(shown, 1)
    sections = [_section(f"exercise-{index}", exercise, context, report, common) for index, exercise in numbered]
    stopped = (*first_of_all(report), *follow_ups(report))
    cells = _cells((*stopped, *(cell for cell in report.cells if cell.ok)))
    return page(
        "student.html.j2",
        report=report,
        title=title,
        problem=problem_of(report),
        file=PurePath(report.source).name,
        grade=context.grade,
        score=context.grade.score if context.grade else report.score,
        points=context.grade.points if context.grade else report.points,
        sections=sections,
        steps=_steps(report, sections) if judged(report) else [],
        tally=counts(report.checks),
        first=first_of_all(report)[:1],
        failed=[(cell, figures) for cell, figures in cells if not cell.ok],
        follow_ups=follow_ups(report),
        drawn=[(cell, figures) for cell, figures in cells if cell.ok and figures],
        passed=Verdict.PASSED,
        carried=Verdict.CARRIED,
        earlier_answer=EARLIER_ANSWER,
        by_hand=sum(section.mark.points for section in sections if section.mark.waiting and section.mark.by_hand),
    )


def _shown(report: Report, context: StudentContext) -> tuple[ExerciseResult, ...]:
    """What the page has a section for: nothing where there is no verdict, unless a person gave all points."""
    if judged(report):
        return context.exercises(report)
    if not context.grade or context.grade.counted is None:
        return ()
    return context.exercises(replace(report, exercises=tuple(replace(each, checks=()) for each in report.exercises)))


def _section(anchor: str, exercise: ExerciseResult, context: StudentContext, report: Report, common: Roots) -> Section:
    waiting = [check for check in exercise.checks if check.verdict is Verdict.SKIPPED]
    passed = [check for check in exercise.checks if check.verdict is Verdict.PASSED]
    carried = alike([check for check in exercise.checks if check.verdict is Verdict.CARRIED])
    wrong = findings([check for check in exercise.checks if check not in waiting])
    asks = [_ask(report.assignment, group[0].name, context.mail) for group in wrong]
    numbered = enumerate(zip(wrong, asks, strict=True), 1)
    found = [_finding(f"{anchor}-{n}", exercise, group, ask, common) for n, (group, ask) in numbered]
    mark = context.marks.get(exercise.name) or mark_of(exercise)
    texts = context.read.get(exercise.name, ""), context.comments.get(exercise.name, "")
    answer = next((each for each in report.answers if each.exercise == exercise.name), None)
    earlier = context.earlier.get(exercise.name)
    pasted, before = _pasted(answer), _pasted(earlier)
    answers = (answer, pasted, earlier, before)
    asked, ask = context.asked.get(exercise.name, ()), _ask(report.assignment, exercise.name, context.mail)
    return Section(anchor, exercise, found, waiting, carried, passed, mark, *texts, *answers, asked, ask)


def _ask(slug: str, about: str, mail: str) -> SecondLook:
    text = request_text(slug, about)
    subject, _, body = text.partition("\n")
    fields = {"subject": subject, "body": body.lstrip("\n")}
    return SecondLook(text, f"mailto:{mail}?{urlencode(fields, quote_via=quote)}" if mail else "")


def _pasted(answer: WrittenAnswer | None) -> list[Markup]:
    """Its pictures, as far as they are sound."""
    return list(filter(None, map(picture_uri, answer.pictures if answer else ())))


def _finding(
    anchor: str, exercise: ExerciseResult, checks: list[CheckResult], ask: SecondLook, common: Roots
) -> Finding:
    drawn = heatmap.drawn(next((check.picture for check in checks if check.picture), None))
    before, after = common.before.get(id(checks[0])), common.after.get(id(checks[0]), ())
    return Finding(anchor, checks, sum(worth(exercise, check) for check in checks), *drawn, ask, before, after)


def _steps(report: Report, sections: list[Section]) -> list[tuple[str, Task]]:
    """The lines of "What to do next", each with the anchor that it leads to."""
    anchors = {id(check): finding.anchor for s in sections for finding in s.findings for check in finding.checks}
    homes = {id(section.exercise): section.anchor for section in sections}
    first = tasks(report)[:_MAX_TASKS]
    return [(anchors.get(id(task.check), homes[id(task.exercise)]), task) for task in first]


def _cells(cells: tuple[CellRun, ...]) -> list[tuple[CellRun, list[Markup]]]:
    """Cells with their sound figures, as many as one page carries; failed cells first come to their share."""
    left, room, views = _MAX_FIGURES, _MAX_FIGURE_CHARACTERS, {}
    for cell in sorted(cells, key=lambda cell: cell.ok):
        shown = []
        for uri in filter(None, map(png_uri, cell.figures[:left])):
            if len(uri) <= room:
                shown.append(uri)
                left, room = left - 1, room - len(uri)
        views[id(cell)] = shown
    return [(cell, views[id(cell)]) for cell in cells]
