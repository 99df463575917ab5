"""Figures of a class, compared with numbers worked out by hand and with numpy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Verdict
from autograder.reports import statistics
from tests.engine.reports_sample import a_class, failing, mixed, report, unreadable, untouched

WRONG = failing("corr2d/1", mistake="flipped_kernel", hint="Your kernel is flipped.")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100)), min_size=2, max_size=40))
def test_point_biserial_is_pearson_correlation(pairs):
    passed, scores = [yes for yes, _ in pairs], [float(score) for _, score in pairs]
    found = statistics.point_biserial(passed, scores)
    if len(set(passed)) < 2 or len(set(scores)) < 2:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(np.array(passed, float), scores)[0, 1], abs=1e-9)


@given(st.lists(st.sampled_from([mixed(), untouched(), unreadable(), report("Zoe")]), max_size=12))
def test_every_score_falls_into_one_bar(reports):
    bars = statistics.distribution(reports)
    assert sum(bar.count for bar in bars) == len(statistics.graded(reports))


def test_pass_rates_count_only_what_was_judged():
    ours = report("Ada", failing("corr2d/1", Verdict.UNGRADED))
    row = statistics.checks([report("Bo"), report("Cy", WRONG), ours, unreadable()])[1]
    assert (row.name, row.passed, row.tried, row.rate) == ("corr2d_1", 1, 2, 0.5)


def test_discrimination_leaves_the_check_itself_out():
    alone = statistics.checks([report("Bo"), report("Cy", WRONG)])[1]
    assert alone.discrimination is None
    separating = statistics.checks([report("Bo"), report("Bea"), untouched()])[1]
    assert separating.discrimination == pytest.approx(1.0)


def test_a_mistake_counts_once_per_submission():
    twice = report("Cy", WRONG, failing("corr2d/2", mistake="flipped_kernel", hint="Your kernel is flipped."))
    rows = statistics.mistakes([twice, report("Bo", WRONG), report("Ada")])
    assert [(row.mistake, row.students) for row in rows] == [("flipped_kernel", ("Cy", "Bo"))]


def test_summary_ignores_what_was_not_graded():
    figures = statistics.summary([report("Ada"), untouched(), unreadable()])
    assert (figures.submissions, figures.graded, figures.mean, figures.median) == (3, 2, 45.0, 45.0)


def test_an_empty_class_has_figures():
    assert statistics.summary([]).mean == 0.0
    assert sum(bar.count for bar in statistics.distribution([])) == 0
    assert statistics.checks([]) == statistics.exercises([]) == statistics.mistakes([]) == []


def test_a_check_that_everybody_fails_raises_an_alarm():
    reports = [report(name, WRONG) for name in "abcde"]
    assert "Nobody passes" in statistics.alarms(reports)[0]
    assert statistics.alarms(reports[:3]) == []


def test_an_exercise_without_checks_is_graded_by_hand():
    rows = {row.name: row for row in statistics.exercises(a_class())}
    assert rows["why_flip"].manual
    assert not rows["corr2d"].manual


def test_verdicts_add_up_to_all_checks():
    reports = a_class()
    assert sum(statistics.verdicts(reports).values()) == sum(len(each.checks) for each in reports)


def test_exercises_report_means_and_extremes():
    first = statistics.exercises([report("Ada"), replace(untouched(), student="Bo")])[0]
    assert (first.mean, first.full, first.none, first.graded) == (7.0, 1, 1, 2)
