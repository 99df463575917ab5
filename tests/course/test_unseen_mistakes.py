"""Of mistakes that nobody listed something right is said, or nothing; also of real notebooks in the box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from autograder.authoring import notebooks, variants
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, Course
from autograder.grading.worker import in_a_fork, zygote_for
from autograder.judge.local import LocalBox
from autograder.judge.pairs import combined
from autograder.judge.plugin import with_suite
from autograder.judge.stance import put_in
from autograder.judge.suite import Suite
from autograder.model import CheckResult, Report, Verdict
from autograder.submission.handed_in import HandedIn
from tests.course.unseen.measure import SLUGS, measured

ONE_IN = 5  # `python -m tests.course.unseen` asks about all of them


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_told_of_an_unseen_mistake_is_right(slug: str) -> None:
    rows = measured(slug, ONE_IN)
    assert {row.name: row.wrong for row in rows if row.wrong} == {}
    assert [row.name for row in rows if not row.failed] == []


UNSEEN_IN_THE_BOX = [
    ("a1_convolution", "conv2d", """
_right = conv2d
def conv2d(x, weight, bias=None, stride=1, padding=0):
    return _right(x, weight, bias, stride, padding).flip(-2, -1)
""", "turned by 180°"),
    ("a4_trainer", "Steps", """
class Steps(Steps):
    def valid_step(self, batch):
        found = super().valid_step(batch)
        return found | {"loss_sum": found["loss_sum"] / found["count"]}
""", "mean"),
    ("a4_trainer", "Steps", """
class Steps(Steps):
    def train_step(self, batch):
        zero_grad, self.optim.zero_grad = self.optim.zero_grad, lambda *args, **kwargs: None
        try:
            return super().train_step(batch)
        finally:
            self.optim.zero_grad = zero_grad
""", "Gradients add up"),
]  # fmt: skip


Hints = Callable[[str, str, str], set[str]]


@pytest.fixture(scope="module")
def hints(course: Course) -> Iterator[Hints]:
    """`hints(slug, name, source)`: those of a right notebook with this code after the definition of `name`."""
    with ExitStack() as stack:

        @cache
        def zygote(slug: str) -> Zygote:
            return stack.enter_context(zygote_for(course.assignment(slug), Wall()))

        def told(slug: str, name: str, source: str) -> set[str]:
            assignment = course.assignment(slug)
            handed_in = HandedIn("ada", "ada.ipynb", "key", written_after(assignment, name, source))
            raw = with_suite(assignment, lambda suite: in_a_fork(handed_in, suite, zygote(slug)))
            return {check.hint for check in Report.from_json(raw.decode()).checks if check.hint}

        yield told


@pytest.mark.parametrize(("slug", "name", "source", "says"), UNSEEN_IN_THE_BOX)
def test_a_notebook_is_told_what_its_answers_are(hints: Hints, slug: str, name: str, source: str, says: str) -> None:
    told = hints(slug, name, source)
    assert len(told) == 1
    assert says in told.pop()


def written_after(assignment: Assignment, name: str, source: str) -> bytes:
    """A right notebook with this code after the definition of `name`."""
    answers = variants.answers(assignment)
    (cell,) = (cell for cell, text in answers.items() if f"def {name}(" in text or f"class {name}:" in text)
    return notebooks.submission(assignment, answers | {cell: f"{answers[cell]}\n{source}"})


TWO_AT_ONCE = [
    ("a1_convolution", "conv2d", "forgets_the_bias", "stride_and_padding_exchanged"),
    ("a4_trainer", "data", "loses_the_rest", "seeds_everybody"),
]


@pytest.mark.parametrize(("slug", "exercise", "first", "second"), TWO_AT_ONCE)
def test_two_known_mistakes_at_once_are_told_together(
    course: Course, slug: str, exercise: str, first: str, second: str
) -> None:
    def told(suite: Suite) -> set[str]:
        known = {each.name: each for each in suite.mistakes}
        both = combined(known[first], known[second])
        assert both is not None
        others = [check for check in suite.assignment.checks if check.exercise != exercise]
        passed = {each.name: CheckResult(each.exercise, each.name, each.title, Verdict.PASSED) for each in others}
        names = dict(suite.reference) | put_in(both, suite.reference)
        return {check.hint for check in suite.run(LocalBox(names).ask, passed) if not check.earns and check.hint}

    hints = with_suite(course.assignment(slug), told)
    assert len(hints) == 1
    assert hints.pop().startswith("Two things at once. ")
