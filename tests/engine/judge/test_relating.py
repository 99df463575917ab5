"""What is behind wrong answers that no known mistake gives: a relation to the right ones, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.causes import Cause, Layer, told
from autograder.judge.conversation import Compared, Exchange
from autograder.judge.diagnose import diagnose
from autograder.judge.mistakes import Mistake
from autograder.judge.replay import Case
from autograder.model import CheckResult, Verdict
from tests.engine.samples.judge import judged, one_result, right, sample


def test_a_relation_is_told_where_no_mistake_is_known(tmp_path: Path) -> None:
    result = judged(sample(tmp_path), double=lambda x: -2 * x)["double_doubles"]
    assert (result.mistake, result.hint) == ("negated", "Your result is the expected one, with the other sign.")


def test_a_known_mistake_comes_first(tmp_path: Path) -> None:
    assert judged(sample(tmp_path), double=lambda x: x**2)["double_doubles"].hint == "Multiply, do not square."


def test_a_gradient_is_told_as_a_gradient(tmp_path: Path) -> None:
    results = judged(sample(tmp_path), double=lambda x: 2 * x.detach() + 4 * (x - x.detach()))
    assert results["double_doubles"].verdict is Verdict.PASSED
    assert results["double_has_a_gradient"].hint == (
        "The gradient of the first argument is the expected one, times 2: is something counted twice?"
    )


def test_an_unrelated_answer_is_told_nothing(tmp_path: Path) -> None:
    results = judged(sample(tmp_path), double=lambda x: x**3 + 0.3 * x)
    assert {result.hint for result in results.values()} == {""}


def test_what_is_compared_is_what_counts_and_not_what_was_asked(tmp_path: Path) -> None:
    body = "x = torch.arange(12.0).double() ** 2\nexpect(student.double(x).cumsum(0)).to_match((2 * x).cumsum(0))"
    assert one_result(tmp_path, body, double=lambda x: -2 * x).mistake == "negated"


def test_a_claim_that_does_not_hold_is_traced_to_the_answers(tmp_path: Path) -> None:
    body = "x = cases.tensor(3, 4)\nexpect(bool((student.double(x) == 2 * x).all())).to_hold('it doubles')"
    assert one_result(tmp_path, body, "student, cases", double=lambda x: -2 * x).mistake == "negated"


@pytest.mark.parametrize("error", [IndexError, None])
def test_an_error_that_is_missing_or_another_is_not_traced_to_earlier_answers(
    tmp_path: Path, error: type[Exception] | None
) -> None:
    def negated(n: int) -> int:
        if n % 2 and error:
            raise error("odd")
        return -(n // 2)

    accepted = "[expect(student.halve(n)).to_be_a(int) for n in (10, 24, 46, 88, 118, 512)]\n"
    body = f"{accepted}expect(lambda: student.halve(7)).to_raise(ValueError)"
    result = one_result(tmp_path, body, halve=negated)
    assert (result.verdict, result.mistake, result.hint) == (Verdict.FAILED, "", "")


def call(name: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    return {"op": "call", "target": ["name", name], "args": list(args), "kwargs": kwargs, "ban": []}


def scaled(x: torch.Tensor, factor: float = 1.0, shift: float = 0.0) -> torch.Tensor:
    """The right answer."""
    return x * factor + shift


def asked(answer: Any, *args: Any, **kwargs: Any) -> Case:
    exchange = Exchange(call("scaled", *args, **kwargs), Reply(answer))
    return Case(f"check {kwargs}", "scaled", Verdict.FAILED, (exchange,))


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def causes(*cases: Case) -> list[tuple[str, str]]:
    return [(cause.name, cause.sentence) for cause in diagnose(cases, [], {"scaled": scaled})]


def test_a_share_that_is_taken_the_wrong_way_round_is_told() -> None:
    x, share = numbers(3, 4), numbers(3, 4).sigmoid()
    found = causes(asked(x * (1 - share) + 2, x, factor=share, shift=2.0))
    assert found == [("factor_complement", "Your result is the right one for 1 - `factor` in the place of `factor`.")]


def test_a_setting_that_is_ignored_is_told() -> None:
    x = numbers(3, 4)
    found = causes(asked(x + 2, x, factor=3.0, shift=2.0), asked(x + 1, x, factor=5.0, shift=1.0))
    assert found == [("factor_ignored", "Your result is the right one for factor=1.0: is `factor` used?")]


def test_arguments_that_were_exchanged_are_told() -> None:
    x = numbers(3, 4)
    assert causes(asked(x * 2 + 3, x, 3.0, 2.0)) == [
        ("arguments_exchanged", "Your result is the right one for `factor` and `shift` exchanged.")
    ]


def mean_loss(batches: list[torch.Tensor]) -> dict[str, float]:
    """The right answer: over all numbers."""
    return {"loss": float(torch.cat(batches).mean())}


def mean_gap(x: torch.Tensor, y: torch.Tensor, power: int = 2) -> float:
    """The right answer: over the whole batch."""
    return float(((x - y) ** power).mean())


def named_of(answer: Any, function: Any, *args: Any) -> str:
    exchange = Exchange(call(function.__name__, *args), Reply(answer))
    case = Case("a check", "scaled", Verdict.FAILED, (exchange,))
    found = diagnose([case], [], {function.__name__: function})
    return found[0].name if found else ""


def test_the_mean_of_the_means_of_unequal_batches_is_told() -> None:
    batches = list(numbers(11).split([4, 4, 3]))
    means = {"loss": float(torch.stack([batch.mean() for batch in batches]).mean())}
    assert named_of(means, mean_loss, batches) == "mean_of_means"
    assert named_of({"loss": 0.7}, mean_loss, batches) == ""


HELPER = """
def measured(batches):
    return {"loss": student.mean_loss(batches)["loss"], "count": sum(len(batch) for batch in batches)}
"""


def test_the_mean_of_means_is_told_of_the_part_that_is_one_also_where_a_helper_asks() -> None:
    batches = list(numbers(11).split([4, 4, 3]))
    means = {"loss": float(torch.stack([batch.mean() for batch in batches]).mean()), "count": 11}
    exchanges = (
        Exchange({"op": "run", "source": HELPER, "ban": []}, Reply(None)),
        Exchange(call("measured", batches) | {"target": ["env", "measured"]}, Reply(means)),
    )
    (cause,) = diagnose([Case("a check", "scaled", Verdict.FAILED, exchanges)], [], {"mean_loss": mean_loss})
    assert (cause.name, cause.sentence[:26]) == ("mean_of_means", "Your result['loss'] is the")


class Meter:
    """A right answer that is a class."""

    def mean(self, batches: list[torch.Tensor]) -> float:
        """Over all numbers."""
        return float(torch.cat(batches).mean())


def test_a_method_is_asked_otherwise_as_well() -> None:
    batches = list(numbers(11).split([4, 4, 3]))
    means = float(torch.stack([batch.mean() for batch in batches]).mean())
    made = Exchange(call("Meter"), Reply(Handle(7, "Meter")))
    asked = Exchange(call("mean", batches) | {"target": ["handle", 7, ["attr", "mean"]]}, Reply(means))
    (cause,) = diagnose([Case("a check", "scaled", Verdict.FAILED, (made, asked))], [], {"Meter": Meter})
    assert cause.name == "mean_of_means"


def test_what_is_right_for_the_first_of_a_batch_alone_is_told() -> None:
    x, y = numbers(5, 3), numbers(5, 3).sigmoid()
    assert named_of(mean_gap(x[:1], y[:1]), mean_gap, x, y) == "first_of_batch"
    assert named_of(1.0, mean_gap, torch.ones(4, 2), torch.zeros(4, 2)) == ""


def test_a_setting_that_is_not_ignored_everywhere_is_not_told() -> None:
    x = numbers(3, 4)
    wrong = [asked(x + 2, x, factor=3.0, shift=2.0), asked(x.exp(), x, factor=5.0, shift=1.0)]
    assert "factor_ignored" not in {name for name, _ in causes(*wrong)[1:]}


def test_a_check_of_its_own_is_told_where_no_relation_holds_for_all() -> None:
    cases = [
        Case(
            name, "scaled", Verdict.FAILED, (Exchange(call("scaled", numbers(3, 4)), Reply(0)),), Compared(mine, theirs)
        )
        for name, mine, theirs in (
            ("one", -numbers(3, 4), numbers(3, 4)),
            ("two", numbers(3, 4).exp() + 1, numbers(3, 4)),
        )
    ]
    found = diagnose(cases, [], {"scaled": scaled})
    assert [(cause.name, cause.checks) for cause in found] == [("negated", ("one",))]


def test_nothing_is_told_of_an_error(tmp_path: Path) -> None:
    def raises(_x: Any) -> None:
        raise ValueError("no")

    assert {result.hint for result in judged(sample(tmp_path), double=raises).values()} == {""}


def test_the_first_cause_is_kept() -> None:
    failed = CheckResult("double", "it", "It", Verdict.FAILED)
    passed = CheckResult("double", "other", "Other", Verdict.PASSED)
    line = Cause(Layer.LINE, "line 7", "Line 7: look at the index.", ("it", "other"))
    relation = Cause(Layer.RELATION, "negated", "It is negated.", ("it",))
    results = told({"it": failed, "other": passed}, [line, relation])
    assert [result.hint for result in results.values()] == ["It is negated.", ""]


def agreeing(name: str, function: Any) -> Mistake:
    return Mistake(name, "double", "double", f"Hint of {name}.", function)


def test_a_mistake_that_contradicts_another_failed_check_is_not_named() -> None:
    cases = [
        Case(f"{x}", "double", Verdict.FAILED, (Exchange(call("double", x), Reply(answer)),))
        for x, answer in ((3, 9), (5, 26))
    ]
    assert diagnose(cases, [agreeing("squares", lambda x: x * x)], right()) == []


def test_a_mistake_is_named_although_another_check_fails_that_it_never_touches() -> None:
    cases = [
        Case(f"{x}", "double", Verdict.FAILED, (Exchange(call("double", torch.tensor([x] * 3)), Reply(answer)),))
        for x, answer in ((2.0, torch.zeros(2)), (3.0, torch.tensor([9.0] * 3)))
    ]
    found = diagnose(cases, [agreeing("squares", lambda x: x * x)], right())
    assert [(cause.name, cause.checks) for cause in found] == [("squares", ("3.0",))]


def test_mistakes_that_answer_alike_are_told_as_a_question() -> None:
    asked_once = Case("it", "double", Verdict.FAILED, (Exchange(call("double", numbers(9)), Reply(numbers(9) ** 2)),))
    one, another = agreeing("squares", lambda x: x * x), agreeing("powers", lambda x: x**2)
    (cause,) = diagnose([asked_once], [one, another], right())
    assert cause.sentence == "Which of these is it? Hint of squares. Or: Hint of powers."


def test_a_mistake_with_little_to_show_for_it_is_a_question() -> None:
    asked_once = Case("it", "double", Verdict.FAILED, (Exchange(call("double", 3), Reply(9)),))
    (cause,) = diagnose([asked_once], [agreeing("squares", lambda x: x * x)], right())
    assert cause.sentence == "Could this be it? Hint of squares."


def test_another_class_of_error_does_not_break_a_replay() -> None:
    def shouts(x: Any) -> Any:
        if x < 0:
            raise KeyError("negative")
        return x * x

    error = StudentError(Verdict.RAISED, "ValueError", "other words")
    cases = [
        Case("value", "double", Verdict.FAILED, (Exchange(call("double", 3), Reply(9)),)),
        Case("error", "double", Verdict.RAISED, (Exchange(call("double", -3), error),)),
    ]
    (cause,) = diagnose(cases, [agreeing("shouts", shouts)], right())
    assert cause.checks == ("error", "value")


@pytest.mark.parametrize("left", [0.0, 5.0])
def test_what_stands_where_nothing_was_computed_does_not_break_a_replay(left: float) -> None:
    def misses_the_last(x: torch.Tensor) -> torch.Tensor:
        made = torch.zeros_like(x)
        made[:-1] = x[:-1] ** 2
        return made

    short = numbers(4)
    answer = torch.cat((numbers(9)[:-1] ** 2, torch.tensor([left], dtype=torch.float64)))
    cases = [
        Case("whole", "double", Verdict.FAILED, (Exchange(call("double", numbers(9)), Reply(answer)),)),
        Case(
            "ends",
            "double",
            Verdict.FAILED,
            (Exchange(call("double", short), Reply(misses_the_last(short))),),
        ),
    ]
    found = diagnose(cases, [agreeing("misses_the_last", misses_the_last)], right())
    assert [(cause.name, cause.checks) for cause in found] == [("misses_the_last", ("ends", "whole"))]


def test_a_random_answer_speaks_neither_for_a_mistake_nor_against_it() -> None:
    def starts_at_random(x: torch.Tensor) -> torch.Tensor:
        return torch.rand(3) if x.ndim == 1 else x * x

    cases = [
        Case("start", "double", Verdict.FAILED, (Exchange(call("double", numbers(3)), Reply(torch.rand(3))),)),
        Case("rest", "double", Verdict.FAILED, (Exchange(call("double", numbers(3, 4)), Reply(numbers(3, 4) ** 2)),)),
    ]
    found = diagnose(cases, [agreeing("starts_at_random", starts_at_random)], right())
    assert [(cause.name, cause.checks) for cause in found] == [("starts_at_random", ("rest",))]
