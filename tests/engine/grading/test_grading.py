"""A class from files to reports, without the command line; and how progress is shown."""

from __future__ import annotations

import io

import pytest

from autograder.course import load_course
from autograder.grading import session
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions, GradingSession
from autograder.submission.find import Found
from tests.engine.samples import fake_workers
from tests.engine.samples.reports import a_class


@pytest.fixture
def assignment(sample_course, monkeypatch):
    root = sample_course()
    (root / "traces").mkdir()
    monkeypatch.setattr(session, "worker_main", fake_workers.serve)
    return load_course(root).assignments[0]


def files(folder, *orders):
    found = [Found(f"s{number}", f"s{number}.ipynb", "tiny", folder / f"{number}") for number in range(len(orders))]
    for item, order in zip(found, orders, strict=True):
        item.path.write_text(order)
    return found


def test_stored_and_new_reports_come_in_one_order(assignment, tmp_path):
    found = files(tmp_path, "", "sleep 0.2", "", "wrong", "")
    grading = GradingSession(assignment, GradingOptions(jobs=2))
    list(grading.reports(found[1::2]))
    heard = []
    reports = list(grading.reports(found, heard.append))
    assert [report.student for report in reports] == ["s0", "s1", "s2", "s3", "s4"]
    assert sorted(report.student for report in heard) == ["s0", "s1", "s2", "s3", "s4"]
    assert (tmp_path / "traces" / "seen").read_text().split().count("s1") == 1


def test_one_submission_is_graded_once(assignment, tmp_path):
    grading = GradingSession(assignment, GradingOptions())
    first, second = (grading.one(b"", "ada", name) for name in ("a.ipynb", "b.ipynb"))
    assert first.graded
    assert (first.source, second.source) == ("a.ipynb", "b.ipynb")
    assert (tmp_path / "traces" / "seen").read_text().split() == ["ada"]


def test_one_and_many_give_the_same_report(assignment, tmp_path):
    (many,) = GradingSession(assignment, GradingOptions(force=True)).reports(files(tmp_path, "wrong"))
    assert GradingSession(assignment, GradingOptions(force=True)).one(b"wrong", "s0", "s0.ipynb") == many


def test_a_pipe_gets_a_line_per_submission():
    out, reports = io.StringIO(), a_class()
    with progress("Grading", len(reports), out) as tick:
        for report in reports:
            tick(report)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(reports)
    assert lines[-1].startswith(f"{len(reports)}/{len(reports)}  ")


def test_a_terminal_gets_a_bar(monkeypatch):
    out, reports = io.StringIO(), a_class()
    monkeypatch.setattr(out, "isatty", lambda: True)
    with progress("Grading [b]x", len(reports), out) as tick:
        for report in reports:
            tick(report)
    assert f"{len(reports)}/{len(reports)}" in out.getvalue()
    assert "Grading [b]x" in out.getvalue()
