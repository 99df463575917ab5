"""Feedback is handed out when the course says so, to those who can hand in no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest

from autograder.cli import grade
from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import CourseError
from autograder.files import safe_name
from autograder.grading.session import store_of
from autograder.reports.released import feedback_times, hand_out, who_waits
from tests.engine.samples.book import hand_in, make_course, report, rule

NOON = datetime(2030, 1, 10, 12, tzinfo=UTC)
RULES = """[deadlines]
tiny = 2030-01-09T12:00:00Z
[extensions]
bob = "2 days"
[feedback]
release = 2030-01-10T12:00:00Z
"""


def times(root, rules=RULES):
    return feedback_times(load_course(make_course(root, rules)).term, "tiny", ["ada", "bob"])


def test_a_page_is_due_at_the_release_and_never_before_the_own_deadline(tmp_path):
    assert times(tmp_path) == {"ada": NOON, "bob": NOON + timedelta(days=1)}


def test_nobody_of_a_team_gets_the_page_while_another_one_of_it_can_still_hand_in(tmp_path):
    """What one hands in counts for all, and so what one reads is read by all."""
    due = times(tmp_path, RULES + '[teams]\npair = ["ada", "bob"]\n')
    assert due == dict.fromkeys(("ada", "bob"), NOON + timedelta(days=1))
    assert times(tmp_path, RULES + '[teams]\npair = ["ada", "eve"]\n')["ada"] == NOON


def test_an_assignments_own_time_counts_there(tmp_path):
    own = times(tmp_path, RULES + "tiny = 2030-01-12T12:00:00Z\n")
    assert set(own.values()) == {NOON + timedelta(days=2)}


def test_without_a_time_nothing_waits(tmp_path):
    assert times(tmp_path, "") == {}


def test_only_those_to_whom_it_is_due_get_their_page(tmp_path):
    due = times(tmp_path)
    for name in due:
        (tmp_path / f"{safe_name(name)}.html").write_text(name)
    waiting = hand_out(due, tmp_path, tmp_path / "out", NOON, due)
    assert (waiting, [path.name for path in (tmp_path / "out").iterdir()]) == (["bob"], [f"{safe_name('ada')}.html"])
    assert who_waits(waiting, due) == "feedback waits for 1: bob until 2030-01-11 12:00 UTC"
    assert hand_out(due, tmp_path, tmp_path / "out", NOON + timedelta(days=1), due) == []


def test_who_gets_more_time_later_has_the_page_no_more(tmp_path, monkeypatch, capsys):
    """bob could read the answers, and hand in for two more days."""
    before = "[deadlines]\ntiny = 2020-01-09T12:00:00Z\n[feedback]\nrelease = 2020-01-10T12:00:00Z\n"
    root = make_course(tmp_path, before)
    for student in ("ada", "bob", "cy"):
        hand_in(root, student)
        store_of(load_course(root).assignment("tiny")).put(report(student))
    monkeypatch.chdir(root)
    monkeypatch.setattr(grade, "datetime", Mock(now=lambda _: datetime(2020, 6, 1, tzinfo=UTC)))
    out = root / "build/feedback-pages/tiny"
    assert written(capsys) == (3, "")
    rule(root, before + '[extensions]\nbob = "365 days"\n[teams]\npair = ["bob", "cy"]\n')
    count, told = written(capsys)
    assert [path.name for path in out.iterdir()] == [f"{safe_name('ada')}.html"]
    assert (count, "feedback of 2 taken back" in told, told.count("bob, cy")) == (1, True, 1)
    assert "taken back" not in written(capsys)[1]
    rule(root, before)
    assert written(capsys) == (3, "")


def written(capsys):
    """How many pages are out after `convgrade report`, and what it told about them."""
    with pytest.raises(SystemExit):
        main(["report", "tiny"])
    out, err = capsys.readouterr()
    return int((re.search(r"feedback: .*\((\d+) page", out) or [0, 0])[1]), "".join(
        line for line in err.splitlines(keepends=True) if line.startswith("feedback"))  # fmt: skip


@pytest.mark.parametrize(
    ("line", "why"), [("tini = 2030-01-10", "did you mean “tiny”"), ('release = "soon"', "without quotes")]
)
def test_a_release_that_cannot_be_is_refused(tmp_path, line, why):
    with pytest.raises(CourseError, match=f"(?s){why}"):
        times(tmp_path, f"[feedback]\n{line}\n")
