"""A hidden suite as a whole: verdicts, prerequisites, whose fault."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from autograder.box.outcome import Reply, StudentError
from autograder.course.bans import Bans
from autograder.errors import BoxFailure, CourseError
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.model import Verdict
from tests.engine.samples.judge import REFERENCE, SUITE, judged, judged_by, one_check, one_result, right, sample, stub

PARAMETRIZED = SUITE.replace("import torch", "import pytest").replace(
    '@check("double")\ndef test_double_keeps_the_shape(',
    '@pytest.mark.parametrize("n", [1, 2])\n@check("double")\ndef test_double_keeps_the_shape(n, ',
)


def test_a_right_submission_passes_everything(tmp_path: Path) -> None:
    results = judged(sample(tmp_path))
    assert {result.verdict for result in results.values()} == {Verdict.PASSED}
    assert [result.weight for result in results.values()] == [1, 3, 1, 1, 1, 1]
    assert results["double_doubles"].title == "double doubles"


def test_a_wrong_answer_fails(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: x * 3)["double_doubles"]
    assert result.verdict is Verdict.FAILED
    assert result.message.startswith("The shape (3, 4) is right, but 12 of 12 values differ")
    assert result.counterexample.startswith("double(x=[[")
    assert result.picture is not None
    assert len(result.picture.yours) == 3


def test_a_swapped_shape_is_told(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: (2 * x).T)["double_keeps_the_shape"]
    assert result.message == "The shape is (4, 3), expected (3, 4): height and width look swapped."


def test_a_check_waits_for_its_prerequisite(tmp_path: Path) -> None:
    results = judged(sample(tmp_path), double=lambda x: x.sum())
    skipped = results["double_leaves_its_input_alone"]
    assert results["double_doubles"].verdict is skipped.verdict is Verdict.SKIPPED
    assert "“double keeps the shape”" in skipped.message


def test_an_exception_is_told_with_its_name(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: x[99])["double_keeps_the_shape"]
    assert result.verdict is Verdict.RAISED
    assert "IndexError: index 99" in result.message


def test_its_text_stays_secret_where_only_shapes_are_shown(tmp_path: Path) -> None:
    def leaks(x: torch.Tensor) -> None:
        raise ValueError(f"the hidden input is {x.tolist()}")

    result = judged(sample(tmp_path, show="shapes"), double=leaks)["double_keeps_the_shape"]
    assert "ValueError" in result.message
    assert "hidden" not in result.message
    assert result.counterexample == "double(x of shape (3, 4))"


def test_a_stub_is_told_to_be_one(tmp_path: Path) -> None:
    results = judged(sample(tmp_path), double=stub, halve=stub)
    assert {result.verdict for result in results.values()} == {Verdict.RAISED, Verdict.SKIPPED}
    assert results["halve_refuses_odd_numbers"].unwritten


def test_a_missing_function_is_told(tmp_path: Path) -> None:
    names = right()
    del names["double"]
    result = judged_by(sample(tmp_path), LocalBox(names).ask)["double_keeps_the_shape"]
    assert result.verdict is Verdict.RAISED
    assert "There is no `double` in your notebook" in result.message


def test_a_bug_of_the_suite_costs_nobody_points(tmp_path: Path) -> None:
    result = one_result(tmp_path, "expect(student.double(1)).to_equal(2)\nraise KeyError('ours')")
    assert result.verdict is Verdict.UNGRADED
    assert "KeyError: 'ours'" in result.staff


def test_what_comes_after_an_ungraded_check_is_ungraded(tmp_path: Path) -> None:
    suite = SUITE.replace("expect(student.double(cases.tensor(3, 4))).to_have_shape(3, 4)", "1 / 0")
    results = judged(sample(tmp_path, suite))
    assert results["double_keeps_the_shape"].verdict is Verdict.UNGRADED
    assert results["double_leaves_its_input_alone"].verdict is Verdict.UNGRADED
    assert results["halve_halves"].verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "body",
    [
        "student.double(1)",
        "expect(2).to_equal(2)",
        "pass",
        "expect(student.double(1))",
        "assert student.double(1) == 3",
        "pytest.skip('later')",
        "expect(student.double(lambda: 1)).to_equal(2)",
        "expect(student.double(1)).to_match(float('nan'))",
        "expect(student.double(1)).to_hold('one')",
    ],
)
def test_without_evidence_a_check_is_ungraded(tmp_path: Path, body: str) -> None:
    result = one_result(tmp_path, body)
    assert result.verdict is Verdict.UNGRADED
    assert result.staff
    assert "not" in result.message


def test_a_broken_box_is_our_fault(tmp_path: Path) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise BoxFailure("the zygote ended")

    assert {result.verdict for result in judged_by(sample(tmp_path), ask).values()} == {Verdict.UNGRADED}


@pytest.mark.parametrize(
    ("verdict", "kind", "words"),
    [
        (Verdict.TIMED_OUT, "Timeout", "after 2 seconds"),
        (Verdict.OUT_OF_MEMORY, "MemoryError", "512 MB"),
        (Verdict.BLOCKED, "Violation", "not allowed during grading"),
        (Verdict.RAISED, "Exit", "ended the Python process"),
        (Verdict.RAISED, "Crash", "brought Python itself down"),
    ],
)
def test_every_ending_has_its_sentence(tmp_path: Path, verdict: Verdict, kind: str, words: str) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise StudentError(verdict, kind, "text")

    result = judged_by(sample(tmp_path), ask)["double_keeps_the_shape"]
    assert result.verdict is verdict
    assert words in result.message


@pytest.mark.parametrize(
    "said",
    [
        "Torch not compiled with CUDA enabled",
        "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver",
        "No CUDA GPUs are available",
        "PyTorch is not linked with support for mps devices",
        "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.",
    ],
)
def test_who_asks_for_a_gpu_reads_that_there_is_none(tmp_path: Path, said: str) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise StudentError(Verdict.RAISED, "RuntimeError", said)

    result = judged_by(sample(tmp_path), ask)["double_keeps_the_shape"]
    assert "grading has no GPU, so use the device of the input" in result.message
    assert "driver" not in result.message


def test_who_misses_a_package_reads_which_ones_there_are(tmp_path: Path) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise StudentError(Verdict.RAISED, "ModuleNotFoundError", "No module named 'pandas'")

    result = judged_by(sample(tmp_path), ask)["double_keeps_the_shape"]
    assert "No module named 'pandas': grading has only the packages that the course's kit installs" in result.message


def test_the_calls_of_a_check_share_its_time(tmp_path: Path) -> None:
    given: list[float] = []

    def ask(request: dict[str, Any], seconds: float) -> Reply:
        given.append(seconds)
        return replace(LocalBox(right()).ask(request), seconds=min(1.4, seconds))

    body = "for n in range(9):\n    expect(student.double(n)).to_equal(2 * n)"
    result = judged_by(sample(tmp_path, one_check(body)), ask)["it"]
    assert result.verdict is Verdict.TIMED_OUT
    assert given[:3] == pytest.approx([2, 1.6, 0.2])
    assert "after 3 seconds" in result.message


def test_text_from_the_box_is_capped_and_cleaned(tmp_path: Path) -> None:
    def hostile(_x: object) -> None:
        raise type("\x1b[31mEvil" * 40, (Exception,), {})("\x1b]0;title\x07\u202e" + "x" * 5000)

    result = judged(sample(tmp_path), double=hostile)["double_keeps_the_shape"]
    assert "\x1b" not in result.message
    assert "\u202e" not in result.message
    assert len(result.message) < 600


def test_what_was_printed_is_for_the_staff(tmp_path: Path) -> None:
    def talks(x: torch.Tensor) -> torch.Tensor:
        print("peek\x1b[0m", x.shape)
        return x

    result = judged(sample(tmp_path), double=talks)["double_doubles"]
    assert "peek[0m torch.Size([3, 4])" in result.staff
    assert "peek" not in result.message


def bans_of_requests(folder: Path, body: str, **of: tuple[str, ...]) -> dict[str, list[str]]:
    """What each request of the check's exercise, and of the other one, bans: by what it asks."""
    box, asked = LocalBox(right()), {}

    def ask(request: dict[str, Any], seconds: float) -> Reply:
        asked.setdefault(str(request.get("target", request["op"])), request.get("ban", []))
        return box.ask(request, seconds)

    judged_by(replace(sample(folder, one_check(body)), bans={"double": Bans(of)}), ask)
    return asked


def test_a_ban_holds_for_every_request_of_its_exercise_and_for_no_other(tmp_path: Path) -> None:
    body = "student.on_views.double(torch.ones(2))\nstudent.env.torch.ones(2)\nexpect(student.double(1)).to_equal(2)"
    asked = bans_of_requests(tmp_path, body, **{"": ("fold",)})
    other = asked.pop("['name', 'halve']")
    assert set(map(tuple, asked.values())) == {("col2im",)}
    assert len(asked) == 4
    assert other == []


def test_a_ban_of_one_function_holds_for_its_calls_and_for_helpers(tmp_path: Path) -> None:
    body = "student.on_views.double(torch.ones(2))\nstudent.env.torch.ones(2)\nexpect(student.double(1)).to_equal(2)"
    asked = bans_of_requests(tmp_path, body, double=("fold",), triple=("upsampling",))
    assert asked["['name', 'double']"] == asked["['env', 'double_on_views']"] == ["col2im"]
    assert "col2im" in asked["run"]
    assert any(word.startswith("upsample|") for word in asked["run"])


def test_a_banned_operation_is_named(tmp_path: Path) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise StudentError(Verdict.BLOCKED, "BannedOperation", "aten::mul")

    result = judged_by(sample(tmp_path), ask)["double_keeps_the_shape"]
    assert result.verdict is Verdict.BLOCKED
    assert "aten::mul" in result.message


def test_a_suite_runs_the_same_way_again_and_in_a_fork(tmp_path: Path) -> None:
    def serve(suite: Any) -> bool:
        verdicts = [[result.verdict for result in suite.run(LocalBox(right()).ask)] for _ in range(2)]
        child = os.fork()
        if child == 0:
            os._exit([result.verdict for result in suite.run(LocalBox(right()).ask)] != verdicts[0])
        return verdicts[0] == verdicts[1] and os.waitpid(child, 0)[1] == 0

    assert with_suite(sample(tmp_path), serve)


def test_nothing_is_written_beside_the_suite(tmp_path: Path) -> None:
    judged(sample(tmp_path), halve=lambda n: n)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mistakes.py", "reference.py", "test_tiny.py"]


def test_inputs_depend_on_the_secret_and_the_check(tmp_path: Path) -> None:
    seen: list[list[float]] = []

    def keeps(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.flatten().tolist())
        return x * 2

    for _ in range(2):
        judged(sample(tmp_path), double=keeps)
    half = len(seen) // 2  # what passed is asked again
    assert seen[:half] == seen[half:]
    assert seen[0] != seen[-1]


@pytest.mark.parametrize(
    ("suite", "words"),
    [
        ("import nothing_like_this\n" + SUITE, "nothing_like_this"),
        (SUITE.replace("student, n)", "student)"), "has no argument 'n'"),
        (PARAMETRIZED, "declared checks and the collected tests disagree"),
    ],
)
def test_a_broken_suite_is_refused(tmp_path: Path, suite: str, words: str) -> None:
    with pytest.raises(CourseError, match="test_tiny") as caught:
        judged(sample(tmp_path, suite))
    assert words in str(caught.value)


def test_a_broken_file_of_the_course_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"mistakes\.py:3") as caught:
        judged(sample(tmp_path, mistakes="import torch\n\n1 / 0\n"))
    assert "ZeroDivisionError" in str(caught.value)


def test_an_interrupt_reaches_the_caller(tmp_path: Path) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged_by(sample(tmp_path), ask)


UNFIT = {
    "a list is indexed": ("expect(value_of(student.double([1]))[1]).to_equal(1)", 3),
    "a loop finds nothing": ("for x in value_of(student.double([1])):\n    expect(x).to_equal(1)", []),
    "a key is missing": ("expect(set(value_of(student.double([1]))[1:])).to_be_a(set)", {}),
    "a number is too large": ("expect(student.double(1)).to_reach(0.5)", 10**400),
    "a difference is too large": ("expect(student.double(1.0)).to_match(2.0)", 10**400),
    "a tensor has no axes": ("expect(len(value_of(student.double([1])))).to_equal(2)", torch.tensor(1.0)),
    "an assertion of the suite's": ("assert value_of(student.double(1)) == 2\nexpect(1).to_equal(1)", 3),
}


@pytest.mark.parametrize("name", UNFIT)
def test_an_answer_that_breaks_the_body_of_a_check_is_a_wrong_answer(tmp_path: Path, name: str) -> None:
    body, answer = UNFIT[name]
    result = one_result(tmp_path, body, double=lambda _x: answer)
    assert result.verdict is Verdict.FAILED
    assert "Compare the type" in result.message
    assert result.staff


def test_how_the_form_of_an_answer_differs_is_said_without_its_values(tmp_path: Path) -> None:
    result = one_result(tmp_path, UNFIT["a list is indexed"][0], double=lambda _x: {"secret": 1})
    assert "answers with a dict of length 1, expected a list of length 2." in result.message


def test_a_body_that_breaks_on_the_right_answer_too_is_our_bug(tmp_path: Path) -> None:
    result = one_result(tmp_path, "expect(value_of(student.double(1))['labels']).to_equal(1)", double=lambda _x: {})
    assert result.verdict is Verdict.UNGRADED
    assert "KeyError" in result.staff


def running_total() -> Callable[[torch.Tensor], torch.Tensor]:
    total = [0]

    def double(x: torch.Tensor) -> torch.Tensor:
        total[0] += 1
        return x * (2 if total[0] < 3 else 3)

    return double


TWICE = "x = cases.tensor(2, 3)\nexpect(student.double(x)).to_match(2 * x)\nexpect(student.double(-x)).to_match(-2 * x)"


def test_what_is_kept_between_calls_is_found_by_asking_again(tmp_path: Path) -> None:
    result = one_result(tmp_path, TWICE, "student, cases", double=running_total())
    assert result.verdict is Verdict.FAILED
    assert result.message.startswith("Asked again with the same input, `double` answers differently")


class Growing:
    """Its instances share a list."""

    seen: ClassVar[list[int]] = []

    def __init__(self, n: int) -> None:
        self.seen.append(n)

    def total(self) -> int:
        return sum(self.seen)


def test_what_the_instances_of_a_class_share_is_found_by_making_another(tmp_path: Path) -> None:
    body = "expect(student.double(4).total()).to_equal(4)"
    assignment = sample(tmp_path, one_check(body))
    (tmp_path / "reference.py").write_text(f"{REFERENCE}\n{RIGHT_CLASS}")
    result = judged(assignment, double=Growing)["it"]
    assert result.verdict is Verdict.FAILED
    assert "something is kept between the calls" in result.message


RIGHT_CLASS = "class double:\n    def __init__(self, n): self.n = n\n    def total(self): return self.n\n"


def test_what_is_drawn_at_random_may_change(tmp_path: Path) -> None:
    body = "expect(student.double(torch.zeros(3))).to_have_shape(3)"
    result = one_result(tmp_path, body, double=lambda x: x + torch.rand(3))
    assert result.verdict is Verdict.PASSED


def test_what_the_reference_keeps_too_may_change(tmp_path: Path) -> None:
    assignment = sample(tmp_path, one_check("expect(student.double(1)).to_be_a(int)"))
    (tmp_path / "reference.py").write_text(
        f"{REFERENCE}\nfrom itertools import count\nN = count()\ndouble = lambda x: next(N)\n"
    )
    counter = itertools.count()
    assert judged(assignment, double=lambda _x: next(counter))["it"].verdict is Verdict.PASSED


def test_asking_again_leaves_the_random_numbers_of_later_checks(tmp_path: Path) -> None:
    seen: list[torch.Tensor] = []

    def double(x: torch.Tensor) -> torch.Tensor:
        return x * 2 + 0 * torch.rand(1)

    def halve(n: int) -> int:
        seen.append(torch.get_rng_state())
        return n // 2

    torch.manual_seed(0)
    one_result(
        tmp_path, "expect(student.double(torch.ones(1))).to_match(torch.full((1,), 2.0))", double=double, halve=halve
    )
    torch.manual_seed(0)
    torch.rand(1)
    assert torch.equal(seen[0], torch.get_rng_state())
