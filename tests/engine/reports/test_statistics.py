"""Figures of a class, compared with numbers worked out by hand and with numpy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.gradebook.grades import Mark
from autograder.model import Verdict
from autograder.reports import statistics
from autograder.reports.suspicious_checks import suspicious
from tests.engine.samples.reports import a_class, failing, mixed, report, unreadable, untouched

WRONG = failing("corr2d/1", mistake="flipped_kernel", hint="Your kernel is flipped.")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100)), min_size=2, max_size=40))
def test_discrimination_is_the_point_biserial_coefficient(pairs):
    passed, scores = [yes for yes, _ in pairs], [float(score) for _, score in pairs]
    found = statistics.discrimination(passed, scores)
    if len(set(passed)) < 2 or len(set(scores)) < 2:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(np.array(passed, float), scores)[0, 1], abs=1e-9)


@given(st.lists(st.sampled_from([mixed(), untouched(), unreadable(), report("Zoe")]), max_size=12))
def test_every_score_falls_into_one_bar(reports):
    scores = [each.score for each in statistics.graded(reports)]
    assert sum(bar.count for bar in statistics.distribution(scores, 90)) == len(scores)


def test_pass_rates_count_only_what_was_judged():
    ours = report("Ada", failing("corr2d/1", Verdict.UNGRADED))
    row = statistics.checks([report("Bo"), report("Cy", WRONG), ours, unreadable()])[1]
    assert (row.name, row.passed, row.tried, row.rate) == ("corr2d_1", 1, 2, 0.5)


def test_discrimination_leaves_the_check_itself_out():
    alone = statistics.checks([report("Bo"), report("Cy", WRONG)])[1]
    assert alone.discrimination is None
    separating = statistics.checks([report("Bo"), report("Bea"), untouched()])[1]
    assert separating.discrimination == pytest.approx(1.0)


def test_lines_and_relations_are_counted_whatever_their_words():
    words = {"Ada": "Look at line 4 of `add`: the sign.", "Bo": "Look at line 9 of `add`: the sign."}
    class_ = [report(who, failing("corr2d/1", mistake="line_sign", hint=hint)) for who, hint in words.items()]
    (row,) = statistics.mistakes(class_)
    assert (row.students, row.hint, row.varies) == (("Ada", "Bo"), words["Ada"], True)


def test_a_mistake_counts_once_per_submission():
    twice = report("Cy", WRONG, failing("corr2d/2", mistake="flipped_kernel", hint="Your kernel is flipped."))
    rows = statistics.mistakes([twice, report("Bo", WRONG), report("Ada")])
    assert [(row.mistake, row.students) for row in rows] == [("flipped_kernel", ("Cy", "Bo"))]


def test_summary_ignores_what_was_not_graded():
    figures = statistics.summary([report("Ada"), untouched(), unreadable()])
    assert (figures.submissions, figures.graded, figures.mean, figures.median) == (3, 2, 45.0, 45.0)


def test_an_empty_class_has_figures():
    assert statistics.summary([]).mean == 0.0
    assert sum(bar.count for bar in statistics.distribution([], 0)) == 0
    assert statistics.checks([]) == statistics.exercises([]) == statistics.mistakes([]) == []


def test_a_check_that_everybody_fails_raises_an_alarm():
    reports = [report(name, WRONG) for name in "abcde"]
    assert "Nobody passes" in suspicious(reports)[0]
    assert suspicious(reports[:3]) == []


def test_a_check_that_everybody_passes_separates_nobody():
    (told,) = suspicious([report(name) for name in "abcde"])
    assert told.startswith("Every submission passes 17 checks")


def test_a_check_that_strong_and_weak_pass_alike_separates_nobody():
    weak = [failing("conv2d/0"), failing("conv2d/1")]
    rows = [report("a", WRONG), report("b"), report("c", WRONG, *weak), report("d", *weak)]
    assert any("does not discriminate: strong" in remark for remark in suspicious(rows * 2))


def test_difficulty_counts_only_written_answers():
    row = statistics.checks([report("a"), report("b", WRONG), untouched(), untouched()])[1]
    assert (row.passed, row.tried, row.answered, row.difficulty) == (1, 4, 2, 0.5)
    nobody = statistics.checks([untouched()])[1]
    assert nobody.difficulty is None
    assert "Nobody passes" not in " ".join(suspicious([untouched()] * 5))


def test_load_names_the_median_and_the_heaviest():
    time, memory = statistics.load([report("a", seconds=2.0, memory_mb=400), report("b", seconds=5.0), unreadable()])
    assert (time.median, time.most, time.student) == (3.5, 5.0, "b")
    assert (memory.median, memory.most, memory.student) == (400, 400, "a")


def test_people_s_points_count_in_an_exercise():
    marks = {"Ada": (Mark("why_flip", "Why?", 10, manual=7.0, by_hand=True),)}
    (row,) = statistics.exercises([report("Ada")], marks)
    assert (row.mean, row.graded, row.waiting) == (7.0, 1, 0)
    assert statistics.exercises([report("Ada")])[-1].waiting == 1


def test_an_exercise_without_checks_is_graded_by_hand():
    rows = {row.name: row for row in statistics.exercises(a_class())}
    assert rows["why_flip"].manual
    assert not rows["corr2d"].manual


def test_exercises_report_means_and_extremes():
    first = statistics.exercises([report("Ada"), replace(untouched(), student="Bo")])[0]
    assert (first.mean, first.full, first.none, first.graded) == (7.0, 1, 1, 2)
