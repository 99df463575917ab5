"""Feedback is handed out when the course says so, to those who can hand in no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from autograder.course import load_course
from autograder.errors import CourseError
from autograder.files import safe_name
from autograder.reports.released import feedback_times, hand_out, who_waits
from tests.engine.samples.book import make_course

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


@pytest.mark.parametrize(
    ("line", "why"), [("tini = 2030-01-10", "did you mean “tiny”"), ('release = "soon"', "without quotes")]
)
def test_a_release_that_cannot_be_is_refused(tmp_path, line, why):
    with pytest.raises(CourseError, match=f"(?s){why}"):
        times(tmp_path, f"[feedback]\n{line}\n")
