"""One answer as it is marked in the browser: what was written, what is like it, the rubric as buttons."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from markupsafe import Markup

from autograder.course.rubrics import Rubric
from autograder.gradebook.agreement import Agreement
from autograder.gradebook.marked import EARLIER_ANSWER
from autograder.gradebook.marks import AnswerToMark
from autograder.model import WrittenAnswer
from autograder.reports.render import page
from autograder.submission.pictures import picture_uri

BANK_KEYS = "qwert"  # of the comments that are offered first
_MAX_BANK = 30


class Neighbour(NamedTuple):
    """An answer in similar words."""

    label: str
    href: str
    text: str
    points: float | None  # by the one who looks
    here: bool


class Progress(NamedTuple):
    """How much of a question is marked."""

    done: int
    total: int
    blank: int  # handed in without a word: they have their 0


class MarkingView(NamedTuple):
    """All that the page says."""

    title: str  # the assignment's
    question: str
    points: float
    rubric: Rubric
    marker: str
    label: str  # of the answer: a number, or a name
    key: str
    shown: AnswerToMark
    progress: Progress
    neighbours: Sequence[Neighbour]
    around: tuple[str, str]  # addresses of the answers before and after
    bank: Sequence[str]
    questions: Sequence[tuple[str, str]]  # the others of this assignment, with their addresses
    agreed: Sequence[Agreement]
    differing: int
    settling: bool  # the markers differ, and agree here on what counts

    @property
    def own(self) -> tuple[int, ...]:
        """The levels that this marker chose before; none where the rubric has others since, worth other points."""
        mark = self.shown.settled if self.settling else self.shown.marks.get(self.marker)
        with suppress(ValueError):
            if mark and self.rubric.points_of(mark.levels) == mark.points:
                return mark.levels
        return ()

    @property
    def comment(self) -> str:
        """What stands in the comment box: nobody reads what another marker wrote before marking."""
        own = self.shown.marks.get(self.marker)
        if self.settling or not self.shown.marks:
            return self.shown.comment
        return own.comment if own else ""

    @property
    def elsewhere(self) -> float | None:
        """The gradebook's points, where they are not those that were clicked."""
        counting = self.shown.counting
        points = self.shown.points
        hidden = bool(self.shown.marks) and self.marker not in self.shown.marks  # another's mark is not told
        return None if hidden or points is None or (counting and counting.points == points) else points


def marking_page(view: MarkingView) -> str:
    """The whole page as HTML."""
    answer, earlier = view.shown.recorded.answer, view.shown.recorded.earlier
    return page(
        "mark.html.j2",
        script="mark.js",
        style="mark.css",
        view=view,
        answer=answer,
        pictures=_shown(answer),
        earlier=earlier,
        earlier_pictures=_shown(earlier),
        earlier_answer=EARLIER_ANSWER,
        bank=[(text, BANK_KEYS[place : place + 1]) for place, text in enumerate(view.bank[:_MAX_BANK])],
    )


def _shown(answer: WrittenAnswer | None) -> list[Markup]:
    return list(filter(None, map(picture_uri, answer.pictures if answer else ())))
