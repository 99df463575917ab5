"""The argument that failures depend on: told where every wrong answer has it and every control without it is right."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from autograder.box.outcome import StudentError
from autograder.judge.contrast import Contrast, contrasts
from autograder.judge.dependence import dependence, lines_with, parameters_in, takes
from autograder.judge.local import LocalBox
from autograder.judge.probes import CallAsked
from autograder.judge.repair.reading import definitions_of
from autograder.model import Verdict


def places(n, k, s=1, p=0):
    return (n + 2 * p - k) // s + 1


def total(x, weight=1.0):
    return x.sum(-1) * weight


SIZES = [(n, k, s, p) for n in (7, 8, 12) for k in (1, 2, 3) for s in (1, 2) for p in (0, 1)]
BATCHES = [(torch.arange(float(4 * rows)).reshape(rows, 4), weight) for rows in (1, 2, 3, 5) for weight in (1.0, 2.0)]


def probes(right: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[CallAsked]:
    """The calls as questions of one check."""
    names = tuple(inspect.signature(right).parameters)
    of = {"op": "call", "target": ["name", right.__name__], "kwargs": {}}
    return [CallAsked("checked", right.__name__, (), of | {"args": list(call)}, names) for call in calls]


def found(right: Callable[..., Any], wrong: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Contrast]:
    """What all wrong answers have in common."""
    reference, student = ({right.__name__: each} for each in (right, wrong))
    parameters = {
        each.name: None if each.default is each.empty else each.default
        for each in inspect.signature(right).parameters.values()
    }
    return list(contrasts(probes(right, calls), parameters, reference, LocalBox(student).ask, 250))


def test_the_argument_that_all_wrong_answers_depend_on_is_found():
    (told,) = found(places, lambda n, k, s=1, p=0: (n + p - k) // s + 1 + (p and s - 1), SIZES)
    assert (told.about, told.checks) == (("p",), ("checked",))
    (feature,) = told.features
    assert (feature.plain, feature.special) == ("`p` is 0", "`p` is not 0")


def test_what_is_always_beside_it_is_told_apart_by_controls():
    """The checks ask for both or none; with either alone only `p` matters."""
    both = [call for call in SIZES if (call[2] == 2) == (call[3] == 1)]
    (told,) = found(places, lambda n, k, s=1, p=0: (n - p - k) // s + 1, both)
    assert told.about == ("p",)


def test_two_slips_are_told_with_both_arguments():
    wrong = lambda n, k, s=1, p=0: (n + 2 * p - k) // s + 1 + 5 * (s == 2) + 9 * (p == 1)  # noqa: E731
    (told,) = found(places, wrong, SIZES)
    assert sorted(told.about) == ["p", "s"]


def test_of_two_arguments_none_is_said_to_make_every_answer_wrong():
    """A step of 2 is wrong on large images alone, and the checks ask for it on no others."""
    wrong = lambda n, k, s=1, p=0: (n + 2 * p - k) // s + 1 + 5 * (s == 2 and n > 7) + 9 * (p == 1)  # noqa: E731
    (told,) = found(places, wrong, [call for call in SIZES if call[0] > 7 or call[2] == 1])
    said = dependence(told, "cell 1", {}, "values")
    assert "wrong only where `" in said
    assert ", or where `" in said


def test_a_batch_is_told_even_where_no_check_asks_for_a_single_entry():
    wrong = lambda x, weight=1.0: x.sum(-1) * weight / len(x)  # noqa: E731
    (told,) = found(total, wrong, [each for each in BATCHES if len(each[0]) > 1])
    assert told.features[0].plain == "`x` has a single row"


@pytest.mark.parametrize(("shape", "said"), [((3, 4), "a single entry"), ((2, 3, 4), "a single channel")])
def test_channels_are_those_of_a_batch_of_images_alone(shape, said):
    """Of (texts, letters, numbers) the first axis was called channels, and of volumes the depth."""
    wrong = lambda x, weight=1.0: x.sum(-1) * weight / x.shape[-3]  # noqa: E731
    rows = [(torch.rand(n, *shape) if len(shape) == 2 else torch.rand(3, n, *shape[1:])) for n in (1, 2, 3, 5) * 4]
    (told,) = found(total, wrong, [(each, 1.0) for each in rows])
    assert told.features[0].plain == f"`x` has {said}"


def test_a_row_is_one_of_a_table_alone():
    """Of a batch of images "a single row" says something else."""
    wrong = lambda x, weight=1.0: x.sum(-1) * weight / len(x)  # noqa: E731
    images = [(torch.rand(rows, 2, 3, 4), 1.0) for rows in (1, 2, 3, 5)]
    (told,) = found(total, wrong, [*BATCHES, *images])
    assert [each.plain for each in told.features] == ["`x` has a single entry"]


@pytest.mark.parametrize(
    ("wrong", "calls"),
    [
        (lambda n, k, s=1, p=0: 1, SIZES),
        (lambda n, k, s=1, p=0: places(n, k, s, p), SIZES),
        (lambda n, k, s=1, p=0: places(n, k, s, p) + (n == 12 and k == 3 and s == 2), SIZES),
        (lambda n, k, s=1, p=0: (n - k) // s + 1, [call for call in SIZES if call[3]]),
    ],
    ids=["all are wrong", "none is", "two are", "no check asks for the plain ones"],
)
def test_silent_where_the_checks_do_not_show_it(wrong, calls):
    assert found(places, wrong, calls) == []


def test_silent_where_an_answer_takes_too_long():
    def late(n, k, s=1, p=0):
        raise StudentError(Verdict.TIMED_OUT, "Timeout", "too long")

    parameters = dict.fromkeys(("n", "k", "s", "p"), 0)
    asked = probes(places, SIZES)
    slow = lambda request, seconds=0.0: late(1, 1)  # noqa: E731
    assert list(contrasts(asked, parameters, {"places": places}, slow, 250)) == []


def far(layers):
    return sum((kernel - 1) * stride for kernel, stride in layers)


def test_what_a_row_of_numbers_is_about_has_the_name_that_the_right_answer_gives_it():
    layers = [([(kernel, stride), (3, 1)],) for kernel in (2, 3, 5, 7) for stride in (1, 2, 4)]
    (told,) = found(far, lambda layers: sum(kernel - 1 for kernel, _ in layers), layers)
    assert told.features[0].plain == "every `stride` in `layers` is 1"


def test_silent_where_what_is_right_is_always_the_same():
    """As of what prints nothing, unless it is asked to."""
    tells = lambda n, aloud=False: f"{n}" * aloud  # noqa: E731
    tells.__name__ = "tells"
    calls = [(n, aloud) for n in range(6) for aloud in (False, True)]
    assert found(tells, lambda n, aloud=False: f"{n + 1}" * aloud, calls) == []


def test_a_control_may_always_have_the_same_answer_where_other_plain_questions_have_others():
    """Of `k` cut to `n` nothing is left over; of smaller ones something is."""
    left = lambda n, k: abs(n - k) % 5  # noqa: E731
    left.__name__ = "left"
    calls = [(n, k) for n in range(2, 8) for k in range(2, 8)]
    wrong = lambda n, k: (n - k) % 5 + 7 * (k > n)  # noqa: E731
    (told,) = found(left, wrong, calls)
    assert told.features[0].special == "`k` is larger than `n`"


STUDENT = "def places(n, k, s=1, p=0):\n    n = n + p\n    return (n - k) // s + 1"


def test_the_sentence_says_where_the_argument_is_used():
    (told,) = found(places, lambda n, k, s=1, p=0: (n + p - k) // s + 1 - p * 9, SIZES)
    (definition,) = definitions_of(STUDENT).values()
    lines = {number: STUDENT.splitlines()[number - 1].strip() for number in lines_with(definition, told.about)}
    said = "As far as was tried, your answers are right wherever `p` is 0, and wrong only where `p` is not 0"
    where = "look at how `p` is used in line 2"
    assert dependence(told, "cell 1", lines, "values") == f"{said}: {where} (`n = n + p`) of `cell 1`."
    assert dependence(told, "cell 1", {}, "values") == f"{said}: `p` is used nowhere in `cell 1`."
    hidden = "As far as was tried, whether your answers are right depends on `p` alone"
    assert dependence(told, "cell 1", {}, "shapes") == f"{hidden}: `p` is used nowhere in `cell 1`."
    assert dependence(told, "cell 1", {2: "a `quote`"}, "values") == f"{said}: {where} of `cell 1`."
    many = dict.fromkeys((2, 3, 5), "x")
    assert dependence(told, "cell 1", many, "values").endswith("is used in line 2, line 3 and line 5 of `cell 1`.")
    assert dependence(told, "cell 1", dict.fromkeys(range(9), "x"), "values") == f"{said}: look at how `p` is used."


@pytest.mark.parametrize("parameters", ["n, p=0", "n, *, p=0", "p, /, n"])
def test_the_lines_of_every_kind_of_parameter_are_found(parameters):
    """Of one behind the star it was said that it is used nowhere."""
    (definition,) = definitions_of(f"def places({parameters}):\n    return n + p").values()
    assert lines_with(definition, ["p"]) == [2]


def test_a_helper_without_the_parameter_is_not_where_it_is_missing():
    """Of a temperature that was not used, it was said that the helper, which has none, used it nowhere."""
    helper, asked = definitions_of(
        "def logits(x):\n    return x\n\n\ndef proba(x, p=1):\n    return logits(x)"
    ).values()
    assert [takes(each, ["p"]) for each in (helper, asked)] == [False, True]


def test_parameters_are_the_student_s_with_the_defaults_of_the_right_answer():
    definitions = definitions_of("def places(n, k, s=3, other=0):\n    return 0").values()
    assert parameters_in(definitions, {"places": places}) == {"n": None, "k": None, "s": 1, "other": None}
