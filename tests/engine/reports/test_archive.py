"""Figures over terms: the same as of one class, small whatever the number of reports, and what the suite changed."""

from __future__ import annotations

import csv
import gc
import os
import tracemalloc
from dataclasses import replace

import pytest

from autograder.cli.main import main
from autograder.model import Verdict
from autograder.reports import archive, statistics
from autograder.reports.archive import TermSums, items_over, mistakes_over, suite_changes, term_sums
from autograder.reports.archive_page import archive_page
from tests.engine.samples import book
from tests.engine.samples.reports import HOSTILE, a_class, failing, hostile, report


def sums(reports, name="2028"):
    term = TermSums(name)
    for item in reports:
        term.add(item)
    return term


def changed(item, name, **values):
    """The report with another exercise."""
    exercises = tuple(
        replace(each, **{key: value(each) for key, value in values.items()}) if each.name == name else each
        for each in item.exercises
    )
    return replace(item, exercises=exercises)


def test_difficulty_and_discrimination_are_those_of_the_class_page():
    term = sums(a_class())
    figures = statistics.checks(a_class())
    assert term.submissions == len(statistics.graded(a_class()))
    for row in figures:
        item = term.items[row.exercise, row.name]
        assert (item.tried, item.passed, item.difficulty) == (row.tried, row.passed, row.difficulty)
        assert item.discrimination == (row.discrimination and pytest.approx(row.discrimination, abs=1e-9))


def test_mistakes_are_counted_once_for_each_submission_of_each_term():
    rows = dict(mistakes_over([sums(a_class()), sums(a_class()[:6], "2029")]))
    once = {(row.exercise, row.mistake): len(row.students) for row in statistics.mistakes(a_class())}
    assert {key: counts[0] for key, counts in rows.items()} == once


def test_what_the_suite_changed_is_told():
    old = report("Ada")
    checks = old.exercises[0].checks
    new = changed(old, "corr2d", points=lambda _: 20.0)
    new = changed(new, "pool2d", checks=lambda each: (*each.checks[:2], replace(each.checks[2], name="pool2d_new")))
    told = set(suite_changes(sums([old]), sums([new])))
    assert "the exercise corr2d has 20 points, it had 14" in told
    assert f"`{checks[0].name}` is worth 6.67 points, it was 4.67" in told
    assert {"new: `pool2d_new` in pool2d", "gone: `pool2d_2` of pool2d"} <= told
    assert list(suite_changes(sums([old]), sums([old]))) == []


def test_only_a_difference_that_chance_does_not_give_is_a_trend():
    wrong = report("Ada", failing("corr2d/1"), failing("pool2d/1", Verdict.RAISED))
    few = report("Ada", failing("pool2d/1"))
    before = sums([report("Ada")] * 20 + [few] * 10)
    now = sums([report("Ada")] * 10 + [wrong] * 20)
    trends = {row.name: row.trend for row in items_over([before, now])}
    assert (trends["corr2d_1"], trends["corr2d_0"]) == ("harder", "")
    assert {row.trend for row in items_over([now, sums([report("Ada")] * 4, "few")])} == {""}


def test_ten_times_as_many_reports_take_no_more_room(tmp_path):
    text = a_class()[1].to_json()

    def peak(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        (tmp_path / "one.json").write_text(text)
        for number in range(count):
            os.link(tmp_path / "one.json", folder / f"{number}.json")
        gc.collect()  # else what earlier tests left is counted as soon as it goes
        tracemalloc.start()
        try:
            assert term_sums("x", folder, "a1_convolution").submissions == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)  # what is imported and kept once
    few, many = peak(20), peak(200)
    assert many < few + 180 * len(text) / 2  # the names of the files, and no report


def test_the_page_names_nobody_and_nothing_on_it_acts(monkeypatch):
    monkeypatch.setattr(archive, "_MAX_MISTAKES", 2)
    term = sums([hostile(), *a_class()], HOSTILE)
    page = archive_page([term, sums(a_class())], HOSTILE)
    assert not {student for student in ("Amara Okafor", "Noor de Vries", "Ingrid Solberg") if student in page}
    assert "<script>alert" not in page
    assert len(term.mistakes) == 3


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A course with one report of this term, an archive with two and one with none."""
    root = book.make_course(tmp_path / "course")
    places = {"build/reports/tiny": ["now"], "terms/2028/build/reports/tiny": ["ada", "bob"]}
    for place, students in places.items():
        (root / place).mkdir(parents=True)
        for student in students:
            text = book.report(student, ("add_sums",) if student == "bob" else ()).to_json()
            (root / place / f"{student}.json").write_text(text)
    (root / "terms/2028/build/reports/tiny/other.json").write_text("[]")
    (root / "terms/empty").mkdir()
    monkeypatch.chdir(root)
    return root


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main(["report", "tiny", *words])
    return ended.value.code, *capsys.readouterr()


def test_terms_are_a_table_a_page_and_a_csv(root, capsys):
    code, out, _ = run(capsys, "--archive", "terms/2028")
    assert (code, out.split("\n", 1)[0].split()) == (0, ["check", "exercise", "2028", "(2)", "now", "(1)"])
    assert "1 file passed over" in (root / "build/reports/tiny/archive.html").read_text()
    rows = list(csv.DictReader((root / "build/reports/tiny/archive.csv").open()))
    assert [row["difficulty"] for row in rows if row["check"] == "add_sums"] == ["0.5", "0"]


def test_an_archive_without_reports_is_told(root, capsys):
    code, _, err = run(capsys, "--archive", "terms/empty", "--archive", "terms/2028/build/reports/tiny")
    assert (code, "no reports of tiny" in err) == (1, True)
    (root / "build/reports/tiny/now.json").unlink()
    assert run(capsys, "--archive", "terms/empty")[0] == 3
