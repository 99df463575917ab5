"""The arithmetic of `make bench`: noise cannot make a figure ok."""

from __future__ import annotations

import itertools
import math

import pytest

from bench import history
from bench.__main__ import compare_with
from bench.evidence import Figure, Goal, Outcome, exit_code, interval, quotients
from bench.steady import shuffled

SMALL = Goal("≤", 0.35)


def figure(*samples: float, goal: Goal | None = SMALL, most: float = math.inf) -> Figure:
    return Figure("overhead", samples, "s", goal, (0.0, most))


def test_a_figure_is_ok_or_missed_where_its_whole_interval_is():
    assert figure(0.20, 0.21, 0.22, 0.23, 0.24).outcome is Outcome.OK
    assert figure(0.40, 0.41, 0.42, 0.43, 0.44).outcome is Outcome.MISSED


def test_a_spread_that_reaches_across_the_goal_measures_nothing():
    noisy = figure(0.10, 0.11, 0.12, 0.13, 2.11)
    assert noisy.outcome is Outcome.NOT_MEASURED
    assert "across the goal" in noisy.told()[3]


@pytest.mark.parametrize(
    "impossible",
    [
        figure(-0.11, -0.10, -0.12, -0.11, -0.11),
        figure(-0.01, 0.10, 0.10, 0.10, 0.10),
        figure(2.1, 2.2, 2.1, 2.3, 2.2, goal=Goal("≥", 1.9), most=2.0),
        figure(*quotients([9.0] * 5, [0.0, 0.1, 0.1, 0.1, 0.1]), goal=Goal("≥", 10)),
        figure(*quotients([9.0] * 5, [-0.11] * 5), goal=Goal("≥", 10)),
        figure(math.nan, 0.1, 0.1, 0.1, 0.1),
    ],
)
def test_what_no_machine_can_do_is_not_measured_however_good_it_looks(impossible: Figure):
    assert impossible.outcome is Outcome.NOT_MEASURED
    assert exit_code([impossible]) == 3


def test_fewer_than_five_repetitions_measure_nothing():
    assert figure(0.1, 0.1, 0.1, 0.1).outcome is Outcome.NOT_MEASURED
    assert figure(0.1, 0.1, 0.1, 0.1, goal=None).outcome is Outcome.NOT_MEASURED


def test_what_is_counted_needs_one_sample_and_its_worst_one_decides():
    counts = [Figure("failed", samples, goal=Goal("≤", 0), exact=True) for samples in ((0.0,), (0.0, 1.0))]
    assert [count.outcome for count in counts] == [Outcome.OK, Outcome.MISSED]


def test_the_interval_holds_the_median_in_nine_of_ten_cases():
    # The pairs of order statistics of the sign test; their coverages are 93.8, 92.9, 96.1 and 91.8 %.
    pairs = {count: interval([float(place) for place in range(1, count + 1)]) for count in (5, 8, 9, 14)}
    assert pairs == {5: (1, 5), 8: (2, 7), 9: (2, 8), 14: (4, 11)}


def test_the_order_of_the_samples_says_nothing():
    assert interval([3.0, 1.0, 2.0, 5.0, 4.0]) == (1.0, 5.0)


def test_a_missed_goal_outweighs_one_that_was_not_measured():
    good, bad, unclear = figure(*[0.1] * 5), figure(*[0.9] * 5), figure(0.1)
    codes = [exit_code(figures) for figures in ([good], [good, unclear], [good, unclear, bad])]
    assert codes == [0, 3, 1]


def test_the_history_has_no_number_for_what_was_divided_by_nothing(tmp_path):
    file = tmp_path / "history.jsonl"
    endless = Figure("multiple", quotients([9.0] * 5, [0.0] * 5), goal=Goal("≥", 10))
    history.append(history.entry([endless], 1.5, {"commit": "abc"}), file)
    assert (history.of_commit("abc", file) or {})["figures"]["multiple"]["median"] is None


def test_the_history_keeps_seconds_as_ratios_and_ratios_as_they_are():
    ratio = Figure("two workers", (1.9,) * 5, goal=Goal("≥", 1.9))
    line = history.entry([figure(*[0.3] * 5), ratio], 1.5, {"commit": "abc"})
    assert [line["figures"][name]["median"] for name in ("overhead", "two workers")] == [0.2, 1.9]


def test_the_latest_line_of_a_commit_is_found(tmp_path):
    file = tmp_path / "history.jsonl"
    for commit, run in (("abc", 1), ("def", 2), ("abc", 3)):
        history.append({"commit": commit, "run": run}, file)
    assert (history.of_commit("abc", file) or {})["run"] == 3
    assert history.of_commit("123", file) is None


def test_only_figures_whose_intervals_do_not_touch_have_moved():
    def line(**samples: tuple[float, ...]) -> dict[str, object]:
        return history.entry([Figure(name, values) for name, values in samples.items()], 1.0, {})

    before = line(slower=(1, 1.1, 1.2, 1.1, 1), same=(1, 1.1, 1.2, 1.1, 1), unclear=(1,))
    after = line(slower=(2, 2.1, 2.2, 2.1, 2), same=(1.1, 1.2, 1.3, 1.2, 1.2), unclear=(2,))
    assert history.moved(before, after) == ["slower: 1.1 → 2.1"]


def test_a_commit_that_does_not_exist_is_named(capsys):
    assert compare_with("no-such-commit", "a1_convolution", 1, 1) == 2
    assert "no commit “no-such-commit”" in capsys.readouterr().out


def test_another_order_keeps_every_test_and_what_shares_a_fixture_together():
    places = [(file, shared) for file in "ab" for shared in (1, 2) for _ in range(3)]
    order = [places[number] for number in shuffled(range(12), places, "7")]
    assert sorted(order) == places
    assert sum(here != following for here, following in itertools.pairwise(order)) == 3


def test_an_order_follows_from_its_seed():
    places = [("a", 0)] * 30
    orders = [shuffled(range(30), places, seed) for seed in ("1", "1", "2")]
    assert orders[0] == orders[1] != orders[2]
