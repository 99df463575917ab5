"""Known mistakes are named, others are not, and none can hang the judge."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch

from autograder.box.outcome import Handle, Reply, StudentError
from autograder.errors import CourseError
from autograder.judge.catalogue import REPLAY
from autograder.judge.conversation import Exchange
from autograder.judge.diagnose import diagnose
from autograder.judge.mistakes import Mistake, load_mistakes
from autograder.judge.replay import Case, same_value
from autograder.model import Verdict
from tests.engine.samples.judge import judged, judged_by, right, sample, stub


def test_a_known_mistake_is_named(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: x**2)["double_doubles"]
    assert (result.mistake, result.hint) == ("squares", "Multiply, do not square.")


def test_a_gradient_betrays_a_mistake_too(tmp_path: Path) -> None:
    assert judged(sample(tmp_path), double=lambda x: x**2)["double_has_a_gradient"].mistake == "squares"


def test_a_changed_input_is_a_mistake_too(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: x.mul_(2))["double_leaves_its_input_alone"]
    assert (result.verdict, result.mistake) == (Verdict.FAILED, "in_place")


def test_the_smallest_example_is_what_is_replayed(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), halve=lambda n: n / 2)["halve_halves"]
    assert (result.counterexample, result.mistake) == ("halve(n=0)", "divides")


@pytest.mark.parametrize("double", [lambda x: (3 * x).sin(), lambda x: None, stub])
def test_an_unknown_mistake_gets_no_hint(tmp_path: Path, double: Any) -> None:
    assert {result.mistake for result in judged(sample(tmp_path), double=double).values()} == {""}


def test_a_hang_is_matched_by_its_verdict(tmp_path: Path) -> None:
    def ask(_request: dict[str, Any], _seconds: float) -> Reply:
        raise StudentError(Verdict.TIMED_OUT, "Timeout")

    assert judged_by(sample(tmp_path), ask)["halve_halves"].mistake == "loops"


def call(name: str, *args: Any) -> dict[str, Any]:
    return {"op": "call", "target": ["name", name], "args": list(args), "kwargs": {}, "ban": []}


def case(*exchanges: Exchange) -> Case:
    return Case("a_check", "double", Verdict.FAILED, exchanges)


def mistake(function: Any, ends: str = "") -> Mistake:
    return Mistake(function.__name__, "double", "double", "hint", function, ends)


def named(cases: Any, mistakes: Any, reference: Any, **options: float) -> dict[str, str]:
    """The mistake that is named for each check."""
    findings = diagnose(cases, mistakes, reference, **options)
    return {check: finding.name for finding in findings for check in finding.checks}


def test_a_mistake_that_agrees_with_nothing_is_asked_once(tmp_path: Path) -> None:
    """Whether it is unsteady, which takes two replays more, is nobody's question then."""
    path = tmp_path / "asked"

    def counted(x: Any) -> Any:
        with path.open("a") as file:  # the diagnosis is in a fork
            file.write(".")
        return x + 7

    asked = case(Exchange(call("double", torch.ones(3)), Reply(torch.full((3,), 5.0))))
    assert named([asked], [mistake(counted)], right()) == {}
    assert path.read_text() == "."


def test_a_mistake_that_a_passed_check_speaks_against_is_not_asked_at_a_gate(tmp_path: Path) -> None:
    """There it would train for seconds, and could not be named."""
    path = tmp_path / "asked"

    def noted(factor: int) -> Any:
        def replay(x: Any) -> Any:
            with path.open("a") as file:  # the diagnosis is in a fork
                file.write(f"{factor} of {int(x)}\n")
            return factor * x + (x > 5)

        replay.__name__ = f"times_{factor}"
        return replay

    def answered(x: int, value: int) -> tuple[Exchange]:
        return (Exchange(call("double", torch.tensor(x)), Reply(torch.tensor(value))),)

    gate = Case("trains", "double", Verdict.FAILED, answered(6, 19), gate=True)
    shape = Case("shape", "double", Verdict.PASSED, answered(3, 9))
    reference = {"double": lambda x: 3 * x}
    found = named([gate, shape], [mistake(noted(2)), mistake(noted(3))], reference)
    assert found == {"trains": "times_3"}
    assert "2 of 6" not in path.read_text()


def test_an_answer_that_the_reference_gives_is_no_mistake() -> None:
    same = mistake(lambda x: x + x)
    assert named([case(Exchange(call("double", 2), Reply(4)))], [same], right()) == {}


def test_a_mistake_must_agree_with_every_answer() -> None:
    square = mistake(lambda x: x * x)
    asked = [Exchange(call("double", 3), Reply(9)), Exchange(call("double", 4), Reply(17))]
    assert named([case(*asked[:1])], [square], right()) == {"a_check": square.name}
    assert named([case(*asked)], [square], right()) == {}


def test_the_same_kind_of_error_is_the_same_mistake() -> None:
    def indexes(x: Any) -> Any:
        return x[0]

    asked = case(Exchange(call("double", 3), StudentError(Verdict.RAISED, "TypeError", "other words")))
    assert named([asked], [mistake(indexes)], right()) == {"a_check": mistake(indexes).name}


def test_handles_are_followed_in_the_replay() -> None:
    class Box:
        def __init__(self, value: Any) -> None:
            self.value = value

    asked = case(
        Exchange(call("double", 3), Reply(Handle(41, "Box"))),
        Exchange({"op": "get", "target": ["handle", 41, ["attr", "value"]]}, Reply(9)),
        Exchange(call("is_box", Handle(41, "Box")), Reply(True)),
    )
    wrong = mistake(lambda x: Box(x * x))
    names = {"double": lambda x: Box(x * 2), "is_box": lambda x: isinstance(x, Box)}
    assert named([asked], [wrong], names) == {"a_check": wrong.name}


class Scaler:
    def __init__(self, factor: Any) -> None:
        self.factor = factor

    def scaled(self, x: Any) -> Any:
        return x * self.factor


def asked_of_a_scaler(answer: Any) -> Case:
    made = Exchange(call("Scaler", 3), Reply(Handle(7, "Scaler")))
    target = ["handle", 7, ["attr", "scaled"]]
    return case(made, Exchange({**call("", 2), "target": target}, Reply(answer)))


def test_a_wrong_class_is_named_by_what_its_objects_do() -> None:
    class Adder(Scaler):
        def scaled(self, x: Any) -> Any:
            return x + super().scaled(0) + self.factor

    wrong = Mistake("Adder", "double", "Scaler", "hint", Adder)
    assert named([asked_of_a_scaler(5)], [wrong], {"Scaler": Scaler}) == {"a_check": wrong.name}
    assert named([asked_of_a_scaler(7)], [wrong], {"Scaler": Scaler}) == {}


def test_a_wrong_method_is_tried_in_the_class_of_the_reference() -> None:
    def squares(self: Any, x: Any) -> Any:
        return (x * self.factor) ** 2

    wrong = Mistake("squares", "double", "Scaler.scaled", "hint", squares)
    assert named([asked_of_a_scaler(36)], [wrong], {"Scaler": Scaler}) == {"a_check": wrong.name}


def test_a_mistake_built_on_a_banned_operation_is_replayed() -> None:
    wrong = mistake(lambda x: x * 3)
    asked = Exchange(call("double", torch.ones(2)) | {"ban": ["mul"]}, Reply(torch.ones(2) * 3))
    assert named([case(asked)], [wrong], right()) == {"a_check": wrong.name}


def square(x: Any) -> Any:
    return x * x


def nine_once(x: Any) -> int:
    return 9 if x == 3 else 0


def rivals() -> list[Mistake]:
    return [Mistake("first", "double", "double", "", square), Mistake("second", "double", "double", "", nine_once)]


def test_the_mistake_that_explains_most_checks_wins() -> None:
    asked = [Exchange(call("double", 3), Reply(9)), Exchange(call("double", 5), Reply(0))]
    cases = [Case(str(n), "double", Verdict.FAILED, (exchange,)) for n, exchange in enumerate(asked)]
    assert set(named(cases, rivals(), right()).values()) == {"second"}


def test_passed_checks_tell_rivals_apart() -> None:
    failed = case(Exchange(call("double", 3), Reply(9)))
    passed = Case("other", "double", Verdict.PASSED, (Exchange(call("double", 5), Reply(0)),))
    assert named([failed, passed], rivals(), right()) == {"a_check": rivals()[1].name}


def test_the_words_of_an_error_tell_rivals_apart() -> None:
    def says(words: str) -> Mistake:
        def double(_x: Any) -> None:
            raise ValueError(words)

        return Mistake(words, "double", "double", "", double)

    asked = case(Exchange(call("double", 3), StudentError(Verdict.RAISED, "ValueError", "this")))
    assert named([asked], [says("that"), says("this")], right())["a_check"] == "this"


def test_a_check_that_never_asks_for_the_function_is_no_evidence() -> None:
    asked = case(Exchange(call("halve", 4), Reply(7)))
    assert named([asked], [mistake(lambda _x: 7)], right()) == {}


def child_seconds() -> float:
    """Processor time of the forked children so far: a busy machine does not stretch it."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def test_a_mistake_that_never_ends_costs_only_its_hint() -> None:
    def never_ends(_x: Any) -> None:
        while True:
            pass

    square = mistake(lambda x: x * x)
    asked = [Case(str(n), "double", Verdict.FAILED, (Exchange(call("double", 3), Reply(9)),)) for n in range(5)]
    before = child_seconds()
    assert len(named(asked, [mistake(never_ends), square], right())) == 5
    assert child_seconds() - before < 2 * REPLAY  # once, not for each of the five


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [900, 10**6])
def test_a_mistake_that_sleeps_in_c_meets_the_deadline(seconds: int) -> None:
    def sleeps(_x: Any) -> None:
        time.sleep(seconds)

    start = time.monotonic()
    asked = case(Exchange(call("double", 3), Reply(9)))
    assert named([asked], [mistake(lambda x: x * x), mistake(sleeps)], right(), seconds=1.0) != {}
    assert time.monotonic() - start < seconds  # one second, and what a busy machine adds: it was not waited for


def test_a_mistake_that_swells_costs_only_its_hint() -> None:
    def swells(_x: Any) -> Any:
        return np.ones(2**36)

    square = mistake(lambda x: x * x)
    asked = case(Exchange(call("double", 3), Reply(9)))
    assert named([asked], [mistake(swells), square], right()) == {"a_check": square.name}


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.001, False),
        (1, 1.0, False),
        (True, 1, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 1.0, False),
        (1.0, float("inf"), False),
        (float("inf"), float("inf"), True),
        (-float("inf"), float("inf"), False),
        (1e-13, 0.0, True),
        (1e300, 1e301, False),
        (np.float64(1.0), np.float64(1.0 + 1e-7), False),
        (torch.ones(2), torch.ones(2), True),
        (torch.ones(2), torch.ones(2).double(), False),
        (torch.ones(2), torch.ones(1), False),
        (torch.ones(2), torch.ones(2, requires_grad=True), False),
        (torch.ones(2), torch.ones(2).numpy(), False),
        (torch.ones(2).bool(), torch.ones(2).bool(), True),
        (np.ones(2), np.ones(2), True),
        ([1, (2,)], [1, (2,)], True),
        ([1], (1,), False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ("a", "a", True),
        (None, None, True),
        (Handle(1, "A"), Handle(9, "A"), True),
        (Handle(1, "A"), Handle(9, "B"), False),
    ],
)
def test_values_are_the_same_up_to_rounding(mine: Any, theirs: Any, same: bool) -> None:
    assert same_value(mine, theirs, {}) is same


def test_a_long_list_of_numbers_is_compared_without_a_tensor_for_each() -> None:
    """Answers of thousands of numbers are replayed to every known mistake."""
    answer = [[0.5] * 100] * 100
    with mock.patch.object(torch, "as_tensor", side_effect=AssertionError("one tensor more")):
        assert same_value(answer, [[0.5 + 1e-9] * 100] * 100, {})
        assert not same_value(answer, [[0.51] * 100] * 100, {})


def test_mistakes_are_loaded_in_order(tmp_path: Path) -> None:
    tiny = sample(tmp_path)
    loaded = load_mistakes(tiny)
    assert [mistake.name for mistake in loaded] == ["squares", "in_place", "never_ends", "divides", "loops"]
    assert loaded[-1].ends == "timed_out"
    (tmp_path / "mistakes.py").unlink()
    assert load_mistakes(tiny) == ()


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    mistake = "from autograder.judge import mistake\n@mistake('a', replaces='a', hint='b', ends='no')\ndef f(): pass\n"
    with pytest.raises(CourseError, match="ends is one of"):
        load_mistakes(sample(tmp_path, mistakes=mistake))
