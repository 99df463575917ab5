"""A wrong answer is said in terms of the expected one, or nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit.compare.relations import Pair, related

Change = Callable[[torch.Tensor], Any]


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Numbers that no relation connects."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def told(got: Any, expected: Any, **context: Any) -> str:
    found = related([Pair(got, expected, **context)])
    return found.name if found else ""


def per_channel(x: torch.Tensor) -> torch.Tensor:
    return x + torch.tensor([0.5, -1.25, 3.0]).reshape(1, 3, 1, 1)


def padded(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.pad(x, (1, 1, 1, 1))


def shuffled(x: torch.Tensor) -> torch.Tensor:
    return x[torch.tensor([2, 0, 4, 1, 3])]


PLANE, IMAGES, ROWS, LINE = (4, 5), (5, 3, 4, 6), (6, 4), (7,)
TABLE: list[tuple[str, tuple[int, ...], Change]] = [
    ("turned_by_180", PLANE, lambda x: x.flip(0, 1)),
    ("turned_by_180", IMAGES, lambda x: x.flip(2, 3)),
    ("turned_to_the_left", (4, 4), lambda x: torch.rot90(x, 1)),
    ("turned_to_the_right", PLANE, lambda x: torch.rot90(x, 3)),
    ("upside_down", PLANE, lambda x: x.flip(0)),
    ("flipped_left_to_right", IMAGES, lambda x: x.flip(3)),
    ("axes_exchanged", PLANE, lambda x: x.T),
    ("axes_exchanged", IMAGES, lambda x: x.transpose(0, 1)),
    ("axes_exchanged", (3, 4, 5), lambda x: x.permute(1, 2, 0)),
    ("read_in_another_order", (4, 5), lambda x: x.T.reshape(4, 5)),
    ("read_in_another_order", (2, 3, 4, 5), lambda x: x.permute(0, 2, 3, 1).reshape(2, -1)),
    ("reversed", LINE, lambda x: x.flip(0)),
    ("channels_reversed", IMAGES, lambda x: x.flip(1)),
    ("rolled", PLANE, lambda x: x.roll(1, 1)),
    ("one_place_off", PLANE, lambda x: torch.cat((torch.zeros(1, 5), x[:-1]))),
    ("part_of_the_expected", PLANE, lambda x: x[:-1, :-1]),
    ("larger_than_expected", PLANE, padded),
    ("stride_left_out", (1, 1, 3, 4), lambda x: x.repeat_interleave(2, 2).repeat_interleave(2, 3)[..., :-1, :-1]),
    ("in_another_order", (5, 4), shuffled),
    ("first_everywhere", ROWS, lambda x: x[:1].expand(6, 4)),
    ("mean_everywhere", ROWS, lambda x: x.mean(0, keepdim=True).expand(6, 4)),
    ("first_only", ROWS, lambda x: torch.cat((x[:1], torch.zeros(5, 4)))),
    ("edge_empty", PLANE, lambda x: torch.cat((x[:-1], torch.zeros(1, 5)))),
    ("broadcast", LINE, lambda x: x[:, None] * torch.eye(7) + drawn(7, 7) * (1 - torch.eye(7))),
    ("negated", PLANE, lambda x: -x),
    ("absolute", PLANE, torch.abs),
    ("relu", PLANE, torch.relu),
    ("squared", PLANE, torch.square),
    ("exponential", PLANE, torch.exp),
    ("reciprocal", PLANE, torch.reciprocal),
    ("complement", PLANE, lambda x: 1 - x),
    ("sigmoid", PLANE, torch.sigmoid),
    ("no_sigmoid", PLANE, lambda x: x),
    ("softmax_on_top", ROWS, lambda x: x.softmax(1)),
    ("log_softmax_on_top", ROWS, lambda x: x.log_softmax(1)),
    ("divided_by_its_sum", ROWS, lambda x: x / x.sum(1, keepdim=True)),
    ("centred", ROWS, lambda x: x - x.mean(0)),
    ("rounded_down", IMAGES, lambda x: x.floor()),
    ("rounded_up", IMAGES, lambda x: x.ceil()),
    ("rounded", IMAGES, lambda x: x.round()),
    ("rounded_to_digits", IMAGES, lambda x: x.round(decimals=2)),
    ("scaled", PLANE, lambda x: x * 2),
    ("scaled", PLANE, lambda x: x * 0.693),
    ("shifted", PLANE, lambda x: x + 1),
    ("clipped", IMAGES, lambda x: x.clip(-1, 1)),
    ("channels_added", IMAGES, per_channel),
    ("framed_otherwise", (6, 7), lambda x: torch.cat((drawn(1, 5), x[:, 1:-1], drawn(1, 5)))),
    ("first_alone", IMAGES, lambda x: x[0]),
    ("one_step_off", LINE, lambda x: torch.cat((x[1:], drawn(1, seed=9)))),
    ("one_step_off", LINE, lambda x: torch.cat((drawn(1, seed=9), x[:-1]))),
    ("held", (8,), lambda x: x.repeat_interleave(4)[:8]),
    ("held", LINE, lambda x: x.repeat_interleave(3)),
    ("every_few", (12,), lambda x: x[3::4]),
    ("means_of_some", (12,), lambda x: x.reshape(-1, 4).mean(1)),
    ("running_sum", LINE, lambda x: x.cumsum(0)),
    ("running_mean", LINE, lambda x: x.cumsum(0) / torch.arange(1, 8)),
]


@pytest.mark.parametrize(("name", "shape", "change"), TABLE, ids=[f"{n}-{row[0]}" for n, row in enumerate(TABLE)])
def test_a_relation_is_told(name: str, shape: tuple[int, ...], change: Change) -> None:
    expected = drawn(*shape)
    got = change(expected)
    if name == "no_sigmoid":
        expected = expected.sigmoid()
    assert told(got, expected) == name


def test_a_bias_is_asked_about_only_where_there_may_be_one() -> None:
    expected = drawn(*IMAGES)
    plain, with_weights = (
        related([Pair(per_channel(expected), expected, given)]) for given in ({}, {"weight": drawn(3, 2, 2, 2)})
    )
    assert plain
    assert "bias" not in plain.sentence
    assert with_weights
    assert "is the bias left out" in with_weights.sentence


def missing() -> list[tuple[str, Callable[[torch.Tensor], torch.Tensor]]]:
    return [
        ("no_relu", torch.relu),
        ("no_softmax", lambda x: x.softmax(1)),
        ("no_log_softmax", lambda x: x.log_softmax(1)),
        ("no_absolute", torch.abs),
        ("not_added_up", lambda x: x.cumsum(0)),
        ("logarithm", torch.exp),
    ]


@pytest.mark.parametrize(("name", "function"), missing())
def test_a_step_that_is_left_out_is_told(name: str, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
    assert told(drawn(6, 4), function(drawn(6, 4))) == name


def test_a_root_and_a_whole_number_are_told() -> None:
    positive = drawn(4, 5).abs()
    assert told(positive.sqrt(), positive) == "root"
    assert told(positive.mul(9).floor(), positive.mul(9)) == "rounded_down"


def test_a_factor_is_told_by_what_it_counts() -> None:
    images = {"images": drawn(12, 3, 4, 4)}
    found = related([Pair(drawn(3).mul(12), drawn(3), images, (), "The gradient of `w`")])
    assert found is not None
    assert found.sentence == (
        "The gradient of `w` is the expected one, times 12, the number of images: a sum where a mean is asked?"
    )


def test_one_number_is_enough_where_it_is_no_whole_one() -> None:
    logits = {"logits": drawn(12, 10)}
    assert told(0.7312345 * 12, 0.7312345, given=logits) == "sum_for_mean"
    assert told(24, 2, given=logits) == ""


def test_shares_in_per_cent_are_told() -> None:
    found = related([Pair(90.0, 0.9), Pair(100.0, 1.0)])
    assert found is not None
    assert found.name == "in_per_cent"


def test_a_small_factor_is_not_said_to_count_anything() -> None:
    assert told(drawn(8) * 2, drawn(8), given={"x": drawn(2, 3, 4, 4)}) == "scaled"


def test_small_whole_numbers_tell_by_where_they_stand() -> None:
    counts = torch.tensor([[5, 0, 1, 2], [2, 7, 0, 0], [0, 1, 4, 3], [1, 0, 2, 6]])
    assert told(counts.T, counts) == "axes_exchanged"
    assert told(torch.tensor([[1, 0], [1, 1]]), torch.tensor([[1, 1], [0, 1]])) == ""


def test_the_bias_is_told_by_its_name() -> None:
    expected, bias = drawn(2, 3, 4, 4), drawn(3, seed=1)
    assert told(expected - bias.reshape(1, 3, 1, 1), expected, given={"bias": bias}) == "argument_missing"
    assert told(expected + bias.reshape(1, 3, 1, 1), expected, given={"bias": bias}) == "argument_twice"
    assert told(expected - 2 * bias.reshape(1, 3, 1, 1), expected, given={"bias": bias}) == "argument_subtracted"


def test_what_is_kept_of_earlier_calls_is_told() -> None:
    assert told(drawn(4), drawn(4, seed=1), earlier=[drawn(4)]) == "previous_call"
    assert told(drawn(4) + drawn(4, seed=1), drawn(4, seed=1), earlier=[drawn(4)]) == "never_reset"


def test_sequences_and_dicts_are_looked_into() -> None:
    losses = drawn(6).tolist()
    assert told([loss * 2 for loss in losses], losses) == "scaled"
    found = related([Pair({"loss": [-x for x in losses], "n": 3}, {"loss": losses, "n": 3})])
    assert found is not None
    assert found.sentence == "Your result['loss'] is the expected one, with the other sign."


def test_two_curves_of_a_figure_that_took_each_other_s_places_are_told() -> None:
    """As a figure comes from the box: a label and the two coordinates of each line."""
    lines = [{"label": name, "y": drawn(9, seed=seed).tolist()} for seed, name in enumerate(("train", "validation"))]
    swapped = [row | {"y": other["y"]} for row, other in zip(lines, lines[::-1], strict=True)]
    found = related([Pair({"lines": swapped}, {"lines": lines}, subject="Your figure")])
    assert found is not None
    assert found.sentence == "Your figure is the expected one, with ['lines'][0]['y'] and ['lines'][1]['y'] exchanged."


def figure(*titles: str, place: float = 0.1) -> list[dict[str, Any]]:
    """Axes with pictures and titles."""
    return [{"title": title, "place": [place], "image": torch.ones(2, 2) * n} for n, title in enumerate(titles)]


@pytest.mark.parametrize(
    ("titles", "place", "name"),
    [
        (("owl", "cat"), 0.1, "texts_of_other_places"),
        (("owl", "cat"), 0.2, "texts_of_other_places"),
        (("cat!", "dog"), 0.1, "texts_differ"),
        (("cat!", "dog"), 0.2, ""),
        (("cat 1", "dog"), 0.1, ""),
    ],
)
def test_titles_that_are_wrong_are_told_apart_from_all_else(titles: tuple[str, ...], place: float, name: str) -> None:
    pairs = [Pair(figure("owl", "cat", "dog"), figure("owl", "cat", "dog"))]
    found = related([*pairs, Pair(figure(*titles, place=place), figure("cat", "dog"))])
    assert (found.name if found else "") == name


def test_curves_are_told_by_what_was_done_to_both() -> None:
    curves = [(drawn(9, seed=seed).abs() + 0.1).tolist() for seed in (0, 1)]
    assert told([np.log(curve).tolist() for curve in curves], curves) == "logarithm"
    assert told([(100 * np.array(curve)).tolist() for curve in curves], curves) == "in_per_cent"


def test_it_must_hold_for_every_wrong_answer() -> None:
    good, other = Pair(drawn(4, 5).T, drawn(4, 5)), Pair(drawn(4, 4, seed=1), drawn(4, 4))
    assert related([good]) is not None
    assert related([good, other]) is None
    assert related([good, Pair(drawn(4, 4), drawn(4, 4))]) is not None  # this one is right


def test_what_holds_for_all_is_found_where_one_alone_is_not_clear() -> None:
    flat, whole = (Pair(x.flip(0, 1), x) for x in (drawn(1, 5), drawn(3, 5)))
    assert told(flat.got, flat.expected) == "flipped_left_to_right"
    found = related([flat, whole])
    assert found is not None
    assert found.name == "turned_by_180"


SILENT = [
    (torch.ones(4, 5) * 2, torch.ones(4, 5)),  # constant
    (torch.zeros(4, 5), drawn(4, 5)),
    (drawn(4, 5), torch.zeros(4, 5)),
    (torch.tensor([[2.0, 1.0]]), torch.tensor([[1.0, 2.0]])),  # tiny
    (2, 1),
    (4, 2),
    (True, False),
    ("a", "b"),
    (None, drawn(3)),
    (drawn(4, 5) * torch.linspace(1, 1.01, 20).reshape(4, 5), drawn(4, 5)),  # nearly scaled
    (drawn(4, 5).T + 1e-3, drawn(4, 5)),
    ([1.0, 2.0], [1.0, 2.0, 3.0]),
    ({"a": 1.0}, {"b": 1.0}),
    (torch.full((4, 5), torch.nan), drawn(4, 5)),
    (drawn(4, 5).to(torch.complex128), drawn(4, 5)),
    (drawn(6), drawn(7, seed=1)),
    (torch.zeros(9, 9), drawn(9, 9).abs().clip(0, 0.9)),  # rounded down, and anything else
    (drawn(3, 4)[:, :1], drawn(3, 4)),
    ([0.1] * 4, [0.1] * 8),  # a learning rate that never changes: once an epoch, or once a step?
    ([0.1, 0.1, 0.2, 0.2, 0.2, 0.2], [0.1, 0.2, 0.2, 0.2, 0.2, 0.2]),
    ([1.0, 2.0, 3.0, 4.0, 9.0], [0.0, 1.0, 2.0, 3.0, 4.0]),
    ({"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 1.0}),
    ({"a": [1.0] * 9, "b": [0.0] * 9}, {"a": [0.0] * 9, "b": [1.0] * 9}),
    ([drawn(9).tolist(), drawn(9, seed=2).tolist()], [drawn(9, seed=1).tolist(), drawn(9).tolist()]),
    (torch.ones(5), torch.ones(3, 5)),
    (drawn(4, 5) * 6.079e12, drawn(4, 5)),  # divided by nearly nothing: no factor that anybody wrote
    (drawn(4, 5) / 6.079e12, drawn(4, 5)),
    (torch.zeros(4, 6), torch.linspace(-0.4, 0.4, 24).reshape(4, 6)),  # forgotten, and not rounded
]


@pytest.mark.parametrize(("got", "expected"), SILENT, ids=range(len(SILENT)))
def test_nothing_is_told_of_constant_tiny_or_unrelated_answers(got: Any, expected: Any) -> None:
    assert told(got, expected) == ""


def test_nothing_is_told_where_several_relations_hold() -> None:
    half = drawn(4, 3)
    antisymmetric = torch.cat((half, -half.flip(1)), 1)
    assert told(-antisymmetric, antisymmetric) == ""


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.integers(0, 2**31), st.lists(st.integers(1, 5), max_size=4), st.booleans(), st.sampled_from(["f4", "f8", "i8"])
)
def test_unrelated_answers_are_never_related(seed: int, shape: list[int], positive: bool, kind: str) -> None:
    random = np.random.default_rng(seed)
    got, expected = (random.normal(size=shape) * 4 for _ in range(2))
    if positive:
        got, expected = np.abs(got), np.abs(expected)
    pair = Pair(np.asarray(got).astype(kind), np.asarray(expected).astype(kind), {"x": random.normal(size=(6, 3))})
    assert related([pair]) is None
