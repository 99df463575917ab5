"""`convgrade mark`: which answer comes next, under which name, and what a click does; no network here."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Exercise
from autograder.course.rubrics import Rubric, plain_rubric
from autograder.errors import UsageError
from autograder.gradebook.agreement import agreements
from autograder.gradebook.answer_groups import answer_groups
from autograder.gradebook.marks import AnswerToMark, ClickedMark, MarkedQuestion, give_mark, question_to_mark
from autograder.reports.marking_page import MarkingView, Neighbour, Progress, marking_page

DIFFERING = "differing"  # the only other choice of answers: those that two markers see otherwise
_MAX_COMMENT = 4000
_MAX_NEIGHBOURS = 12


@dataclass(frozen=True)
class Desk:
    """What one marker works at: the questions of one assignment, everybody's answers, without names unless asked."""

    root: Path
    assignment: Assignment
    marker: str
    with_names: bool = False
    _salt: str = field(default_factory=lambda: secrets.token_hex(16))
    _groups: dict[tuple[str, ...], list[list[int]]] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[Exercise, ...]:
        """Those that people mark."""
        return tuple(exercise for exercise in self.assignment.exercises if exercise.manual)

    def question(self, name: str) -> Exercise:
        """The question of that name, or the first. Raises UsageError."""
        known = {question.name: question for question in self.questions}
        if not known:
            raise UsageError(f"{self.assignment.slug} has no question that people mark")
        if name and name not in known:
            raise UsageError(f"people mark no question “{name}” of {self.assignment.slug}, but {', '.join(known)}")
        return known[name or next(iter(known))]

    def page(self, question: Exercise, key: str = "", choice: str = "") -> str:
        """One answer: that of this key, else the first that waits."""
        sheet = self._sheet(question)
        settling = choice == DIFFERING and any(answer.differs for answer in sheet.answers)
        chosen = [answer for answer in sheet.answers if answer.differs] if settling else sheet.answers
        waiting = [answer for answer in chosen if settling or not answer.done_by(self.marker)]
        shown = next((answer for answer in chosen if self.key(answer) == key), (waiting or chosen)[0])
        return marking_page(self._view(sheet, chosen, shown, settling))

    def click(self, question: Exercise, said: dict[str, Any]) -> str:
        """Keeps a mark; gives the address of the answer that comes next. Raises UsageError for what is no mark."""
        sheet = self._sheet(question)
        shown = next((answer for answer in sheet.answers if self.key(answer) == said.get("answer")), None)
        if shown is None or shown.recorded.digest != said.get("digest"):
            raise UsageError("this answer is not there any more, or is another one now: load the page again")
        settled = bool(said.get("settled"))
        mark = ClickedMark(self.marker, *_levels(sheet.rubric, said), settled=settled)
        after = give_mark(self.root, self.assignment.slug, shown, mark)
        here = sheet.answers.index(shown)
        later = [*sheet.answers[here + 1 :], *sheet.answers[:here]]
        if settled:
            left = [answer for answer in later if answer.differs]
            return self._address(left[0], DIFFERING) if left else self._address(after)
        waiting = [answer for answer in later if not answer.done_by(self.marker)]
        return self._address(waiting[0] if waiting else after)

    def key(self, shown: AnswerToMark) -> str:
        """What an answer is called in addresses: nobody learns from it whose it is."""
        return hashlib.sha256(f"{self._salt}:{shown.student}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _sheet(self, question: Exercise) -> "_Sheet":
        """Raises UsageError where nothing is there to mark."""
        found = question_to_mark(self.root, self.assignment.slug, question.name)
        written = [answer for answer in found.answers if not answer.blank]
        if not written:
            blank = f"all {len(found.answers)} answers are blank" if found.answers else "no answer is in the gradebook"
            todo = "record what was handed in: convgrade grade build/submitted --record"
            raise UsageError(f"{self.assignment.slug}, {question.title}: {blank}\n  {todo}")
        texts = tuple(answer.recorded.answer.text for answer in written)
        if texts not in self._groups:
            self._groups.clear()
            self._groups[texts] = answer_groups(texts)
        groups = [[written[number] for number in group] for group in self._groups[texts]]
        rubric = self.assignment.rubrics.get(question.name) or plain_rubric(question.points)
        return _Sheet(question, rubric, found, groups)

    def _view(
        self, sheet: "_Sheet", chosen: Sequence[AnswerToMark], shown: AnswerToMark, settling: bool
    ) -> MarkingView:
        place, answers = chosen.index(shown), sheet.answers
        choice = DIFFERING if settling else ""
        around = (chosen[place - 1], chosen[(place + 1) % len(chosen)])
        done = sum(answer.done_by(self.marker) for answer in answers)
        return MarkingView(
            title=self.assignment.title,
            question=sheet.question.title,
            points=sheet.question.points,
            rubric=sheet.rubric,
            marker=self.marker,
            label=self._label(sheet, shown),
            key=self.key(shown),
            shown=shown,
            progress=Progress(done, len(answers), len(sheet.found.answers) - len(answers)),
            neighbours=self._neighbours(sheet, shown),
            around=(self._address(around[0], choice), self._address(around[1], choice)),
            bank=sheet.found.comments,
            questions=[(other.title, other.name) for other in self.questions if other != sheet.question],
            agreed=agreements(answers),
            differing=sum(answer.differs for answer in answers),
            settling=settling,
        )

    def _neighbours(self, sheet: "_Sheet", shown: AnswerToMark) -> list[Neighbour]:
        """The answers of its group around this one."""
        group = next(group for group in sheet.groups if shown in group)
        start = max(min(group.index(shown) - _MAX_NEIGHBOURS // 2, len(group) - _MAX_NEIGHBOURS), 0)
        found = []
        for answer in group[start : start + _MAX_NEIGHBOURS]:
            own = answer.marks.get(self.marker)
            points = own.points if own else None if answer.marks or answer.waits else answer.points
            text = answer.recorded.answer.text
            found.append(Neighbour(self._label(sheet, answer), self._address(answer), text, points, answer is shown))
        return found

    def _label(self, sheet: "_Sheet", answer: AnswerToMark) -> str:
        return answer.student if self.with_names else f"Answer {sheet.answers.index(answer) + 1}"

    def _address(self, answer: AnswerToMark, choice: str = "") -> str:
        return f"?at={self.key(answer)}" + (f"&show={choice}" if choice else "")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One question with the answers that somebody wrote, similar ones beside each other."""

    question: Exercise
    rubric: Rubric
    found: MarkedQuestion
    groups: list[list[AnswerToMark]]

    @property
    def answers(self) -> list[AnswerToMark]:
        return [answer for group in self.groups for answer in group]


def _levels(rubric: Rubric, said: dict[str, Any]) -> tuple[tuple[int, ...], float, str]:
    """The levels that were clicked, their points, and the comment. Raises UsageError."""
    levels, comment = said.get("levels"), said.get("comment", "")
    whole: Callable[[Any], bool] = lambda value: isinstance(value, int) and not isinstance(value, bool)  # noqa: E731
    if not isinstance(levels, list) or not all(map(whole, levels)) or not isinstance(comment, str):
        raise UsageError("this is no mark")
    try:
        return tuple(levels), rubric.points_of(levels), comment.strip()[:_MAX_COMMENT]
    except ValueError as error:
        raise UsageError(f"this is no mark: {error}") from None
