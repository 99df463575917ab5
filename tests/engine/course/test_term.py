"""Deadlines, extensions and what lateness costs."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import load_course
from autograder.course.term import Late, Term, read_term
from autograder.errors import CourseError
from autograder.model import cents

HOUR, DAY = 3600, 86400
GENTLE = Late(per_day=10, grace_minutes=15, most=50, zero_after_days=7)


def read(tmp_path, text):
    path = tmp_path / "course.toml"
    path.write_text(text)
    return read_term(path, tomllib.loads(text), {"a1", "a2"})


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(0, 0), (15 * 60, 0), (15 * 60 + 1, 10), (DAY, 10), (DAY + 1, 20), (6 * DAY, 50), (7 * DAY, 50), (8 * DAY, 100)],
)
def test_every_day_that_has_begun_costs(seconds, percent):
    assert GENTLE.percent(seconds) == percent


def test_a_flat_penalty_is_taken_at_once():
    assert Late(flat=20).penalty(1, 80, 100) == 16
    assert Late(flat=20, per_day=5).penalty(2 * DAY, 80, 100) == 24


def test_a_penalty_of_the_points_is_at_most_what_was_earned():
    late = Late(per_day=30, of="points")
    assert late.penalty(HOUR, 80, 100) == 30
    assert late.penalty(HOUR, 20, 100) == 20


def test_extra_credit_is_not_lost_unless_the_course_says_so():
    assert Late(flat=50).penalty(1, 90, 100, extra=10) == 40
    assert Late(flat=50, keep_extra_credit=False).penalty(1, 90, 100, extra=10) == 45


def test_without_rules_lateness_costs_nothing():
    assert Late().penalty(100 * DAY, 80, 100) == 0


@given(
    seconds=st.floats(0, 1e7),
    score=st.floats(0, 110),
    late=st.builds(Late, per_day=st.floats(0, 200), flat=st.floats(0, 200), of=st.sampled_from(["score", "points"])),
)
def test_a_penalty_is_never_more_than_the_score(seconds, score, late):
    penalty = late.penalty(seconds, score, 100)
    assert 0 <= penalty <= cents(score)
    assert penalty <= late.penalty(seconds + DAY, score, 100)


@pytest.mark.parametrize(("points", "shown"), [(0.005, 0.01), (1.005, 1.01), (2.675, 2.68), (-0.0, 0.0), (7, 7)])
def test_cents_round_halves_upwards(points, shown):
    assert cents(points) == shown
    assert math.copysign(1, cents(points)) == 1


def test_an_extension_moves_the_deadline_of_one_student(tmp_path):
    term = read(tmp_path, '[extensions]\n"Ada L." = "1 day 12 hours"\nbob = { a1 = "90 minutes" }\n')
    assert term.seconds_late("Ada L.", "a2", 2 * DAY) == 12 * HOUR
    assert term.seconds_late("bob", "a1", HOUR) == 0
    assert term.seconds_late("bob", "a2", HOUR) == HOUR
    assert term.seconds_late("eve", "a1", HOUR) == HOUR


def test_lateness_counts_from_the_course_s_deadline_else_from_the_gradebook_s(tmp_path):
    term = read(tmp_path, '[deadlines]\na1 = 2030-01-10T12:00:00Z\n[extensions]\nbob = "1 hour"\n')
    noon = datetime(2030, 1, 10, 12, tzinfo=UTC)
    other = noon - timedelta(days=1)
    term = term.or_due("a1", other).or_due("a2", other)
    assert term.lateness("ada", "a1", noon + timedelta(hours=2)) == 2 * HOUR
    assert term.lateness("ada", "a2", noon) == DAY
    assert term.lateness("bob", "a2", noon) == DAY - HOUR


NIGHT = 'zone = "Europe/Berlin"\n[deadlines]\na1 = 2027-10-31T02:30:00\na2 = 2027-10-30\n'
SPRING = 'zone = "Europe/Berlin"\n[deadlines]\na1 = 2027-03-27\n'


def test_of_an_hour_that_clocks_show_twice_a_deadline_is_the_last(tmp_path):
    assert read(tmp_path, NIGHT).deadlines["a1"] == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    release = read(
        tmp_path, 'zone = "America/Havana"\n[feedback]\na1 = 2027-11-07\na2 = 2027-11-07T00:30:00\n'
    ).feedback
    assert release["a1"] == datetime(2027, 11, 7, 4, tzinfo=UTC)  # a day begins when clocks first show its midnight
    assert release["a2"] == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_a_day_that_begins_without_a_midnight_begins_with_its_first_moment(tmp_path):
    term = read(tmp_path, 'zone = "Asia/Beirut"\n[feedback]\na1 = 2027-03-28\n')
    assert term.feedback["a1"] == datetime(2027, 3, 27, 22, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_time_that_no_clock_shows_is_refused(tmp_path, zone):
    day = {"Europe/Berlin": "2027-03-28", "America/New_York": "2027-03-14"}[zone]
    for table in ("deadlines", "feedback"):
        with pytest.raises(CourseError, match="clocks are put forward over that hour"):
            read(tmp_path, f'zone = "{zone}"\n[{table}]\na1 = {day}T02:30:00\n')
    assert read(tmp_path, f'zone = "{zone}"\n[deadlines]\na1 = {day}T02:30:00Z\n').deadlines["a1"].hour == 2


def test_one_day_more_ends_at_the_same_time_of_day(tmp_path):
    term = read(tmp_path, NIGHT + '[extensions]\nada = "1 day"\nbob = "2 hours"\n')
    due = datetime(2027, 10, 30, 21, 59, 59, tzinfo=UTC)
    assert term.lateness("ada", "a2", due + timedelta(hours=25)) == 0
    assert term.lateness("ada", "a2", due + timedelta(hours=26)) == HOUR
    assert term.lateness("bob", "a2", due + timedelta(hours=2)) == 0
    assert term.lateness("bob", "a2", due + timedelta(hours=2, seconds=1)) == 1


def test_a_day_of_lateness_is_as_long_as_clocks_say(tmp_path):
    autumn, spring = read(tmp_path, NIGHT + "[late]\nper_day = 10\n"), read(tmp_path, SPRING + "[late]\nper_day = 10\n")
    due = autumn.deadlines["a2"]
    for hours, percent in ((24, 10), (25, 10), (25.01, 20), (49, 20)):
        late = autumn.lateness("ada", "a2", due + timedelta(hours=hours))
        assert autumn.late.percent(late) == percent, hours
    due = spring.deadlines["a1"]  # the day has 23 hours; nobody loses the 24th
    late = [spring.lateness("ada", "a1", due + timedelta(hours=hours)) for hours in (23.5, 24.5)]
    assert [spring.late.percent(seconds) for seconds in late] == [10, 20]


def test_where_clocks_are_put_back_right_after_the_deadline_who_is_late_is_late(tmp_path):
    term = read(tmp_path, 'zone = "Europe/Berlin"\n[deadlines]\na1 = 2027-10-31T02:59:59+02:00\n')
    due = term.deadlines["a1"]
    late = [term.lateness("ada", "a1", due + timedelta(minutes=minutes)) for minutes in (1, 59, 61, 25 * 60)]
    assert late == [60, 59 * 60, 61 * 60, DAY]


def test_a_zone_that_does_not_exist_is_refused_with_its_line(tmp_path):
    for name in ("Europe/Atlantis", "CET+1", "../etc/passwd", "/etc/passwd"):
        with pytest.raises(CourseError, match=r"course\.toml:1.*\n.*Europe/Berlin|Europe/Berlin"):
            read(tmp_path, f'zone = "{name}"\n')
    with pytest.raises(CourseError, match="Europe/Berlin"):
        read(tmp_path, "zone = 0\n")


def test_nobody_is_late_without_a_deadline_or_a_time(tmp_path):
    term = read(tmp_path, "[deadlines]\na1 = 2030-01-10T12:00:00Z\n")
    assert term.lateness("ada", "a1", None) == 0
    assert term.lateness("ada", "a2", datetime(2031, 1, 1, tzinfo=UTC)) == 0


def test_deadlines_are_days_or_times(tmp_path):
    term = read(tmp_path, "[deadlines]\na1 = 2030-10-31T18:00:00+02:00\na2 = 2030-11-30\n")
    assert term.deadlines["a1"] == datetime(2030, 10, 31, 16, tzinfo=UTC)
    assert term.deadlines["a2"].astimezone().timetuple()[:5] == (2030, 11, 30, 23, 59)


def test_a_name_may_have_any_form_of_its_accents(tmp_path):
    """macOS writes é as two characters: the extension was nobody's, without a word."""
    term = read(tmp_path, "[extensions]\n'Jose\u0301' = '2 days'\n[teams]\nred = ['Jose\u0301', 'ada']\n")
    assert (term.extension("Jos\u00e9", "a1"), term.teams_of("a1")) == (172_800, (("Jos\u00e9", "ada"),))


def test_a_course_without_these_tables_has_no_rules(tmp_path):
    assert read(tmp_path, "") == Term()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[late]\nper_day = -1\n", "per_day"),
        *(
            (f"[late]\n{key} = {value}\n", "from 0 to 100")
            for key in ("per_day", "flat", "most")
            for value in (101, "inf", "nan", 1e300)
        ),
        ("[late]\nof = 'all'\n", "points"),
        ("[late]\nkeep_extra_credit = 1\n", "true or false"),
        ("[late]\nper_week = 1\n", "per_week"),
        ("[deadlines]\na1 = 'soon'\n", "2030-10-31"),
        ("[deadlines]\na9 = 2030-10-31\n", "a9"),
        ("[extensions]\nada = 'a while'\n", "2 days"),
        ("[extensions]\nada = 3\n", "2 days"),
        ("[extensions]\nada = { a9 = '1 day' }\n", "a1, a2"),
        ("[extensions]\nada = '2 days'\nAda = '3 days'\n", "“ada” and “Ada” are one person"),
        ("[extensions]\n'Jos\u00e9' = '2 days'\n'Jose\u0301' = '3 days'\n", "are one person"),
        ("[extensions]\n' ada' = '2 days'\n", "without spaces"),
        ("[extensions]\n'' = '2 days'\n", "“” is no student's name"),
        ("[teams]\nred = ['ada', 'Ada']\n", "“ada” and “Ada” are one person"),
        ("[teams]\nred = ['ada ', 'bob']\n", "without spaces"),
        ("[teams]\nred = [['ada', 'bob']]\n", "write students"),
        ("[teams]\nred = []\n", "write students"),
        ("[teams.tini]\nred = ['ada']\n", "unknown assignment “tini”"),
        ("[attempts]\ncount = 'first'\n", "best"),
        ("[gradebook]\nwait_seconds = -1\n", "at least 0"),
        ("[late]\nper_dya = 1\n", "did you mean “per_day”"),
        ("[deadlines]\na_1 = 2030-10-31\n", "did you mean “a1”"),
        ("[deadlines]\na1 = 0001-01-01\n", "a year from 1990"),
        ("[deadlines]\na1 = 9999-12-31T10:00:00Z\n", "a year from 1990"),
        ("[feedback]\nrelease = 0202-01-01\n", "a year from 1990"),
        ("[extensions]\nada = '999999 days 999999 days 999999 days'\n", "at most 3660 days"),
        ("[teams]\nred = ['ada', 'bob']\n[extensions]\nred = '2 days'\n", "write a line for each of ada, bob"),
        ("[teams.a1]\nred = ['ada', 'bob']\n[extensions]\nred = '2 days'\n", "“red”, which is a team"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(tmp_path, text, word):
    with pytest.raises(CourseError, match=word) as error:
        read(tmp_path, text)
    line = text.count(chr(10)) - ("[teams.tini]" in text)  # whose heading is wrong, not what is below it
    assert re.search(rf"course\.toml:{line}(?!\d)", str(error.value))


def test_the_course_carries_its_term(sample_course):
    rules = 'name = "Sample"\nsecret = "sample"\n[late]\nper_day = 10\n'
    assert load_course(sample_course({"course.toml": rules})).term.late.per_day == 10
