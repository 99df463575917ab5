"""When something was handed in: forms that are read, what is refused with a sentence, nights when clocks change."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.intake.attempts import Attempts
from autograder.intake.times import when
from tests.engine.intake.handins import archive, collect, folder, notebook, time_of

BERLIN = ZoneInfo("Europe/Berlin")
DEADLINE = "[deadlines]\ntiny = 2026-02-01\n"


@pytest.fixture
def root(sample_course, monkeypatch):
    """The sample course; commands run in it."""
    root = sample_course()
    monkeypatch.chdir(root)
    return root


# read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2027-10-01 21:59:00 UTC",
        "2027-10-01 21:59 UTC",
        "2027-10-01T21:59Z",
        "2027-10-01 21:59:00.123456 UTC",
        "2027-10-01T23:59:00+02:00",
        "2027-10-01 23:59:00 +0200",
        "2027-10-01 23:59 +02",
        "2027-10-01 23:59:00 CEST",
        "2027-10-01 23:59:00 MESZ",
        "2027-10-01 17:59:00 EDT",
        "2027-10-01 14:59 PDT",
        "2027-10-02 06:59:00 JST",
        "2027-10-01 23:59:00 Europe/Berlin",
        "2027-10-01 17:59:00 America/New_York",
        "2027-10-01 23:59",
        "2027/10/01 23:59",
        "01.10.2027 23:59",
        "1. 10. 2027, 23:59:00",
        "2027-10-01-23-59-00",
        "20271001235900",
        "20271001235900000",
        "20271001T2159Z",
        "Oct 1, 2027 1159 PM",
        "Oct 1, 2027 at 11:59 PM",
        "October 1st, 2027 11:59pm",
        "1 October 2027, 11:59 PM",
        "Friday, 1 October 2027, 11:59 PM",
        "Friday, October 1, 2027 11:59:00 PM CEST",
        "Fri, 01 Oct 2027 23:59:00 +0200",
        "  2027-10-01 21:59:00 UTC\n",
        "2027-10-01 23:59 (CEST)",
        "Fri, 01 Oct 2027 14:59:00 -0700 (PDT)",
        "Freitag, 1. Oktober 2027, 23:59",
        "1. Okt. 2027, 23:59 Uhr",
        "1.10.2027 um 23:59 Uhr",
        "vendredi 1 octobre 2027, 23:59",
        "1er octobre 2027 à 23h59",
        "viernes, 1 de octubre de 2027, 11:59 p. m.",
        "venerdì 1 ottobre 2027, 23:59",
        "vrijdag 1 oktober 2027 om 23:59",
        "sexta-feira, 1 de outubro de 2027, 23:59",
        "sex., 1 out. 2027 às 23:59",
        "fredag den 1. oktober 2027 kl. 23:59",
        "fre 1 okt 2027, 23:59",
        "ven. 1 oct. 2027, 23:59",
        "vie, 1 oct 2027, 23:59",
        "le 1 octobre 2027 à 23 h 59",
        "1 octobre 2027 à 23h59min",
        "2027年10月1日 23:59",
        "2027年10月1日星期五 23:59",
        "2027年10月1日 下午11:59",
        "2027年10月01日(金) 23:59",
        "2027-10-01 下午11:59",
        "2027년 10월 1일 오후 11:59",
        "2027. 10. 1. 23:59",
        "2027.10.01 23:59",
        "2027-W39-5T23:59",
        "2027W395 23:59",
        "Fri Oct  1 23:59:00 2027",
        "Fri Oct  1 21:59:00 UTC 2027",
        "Fri Oct 01 23:59:00 +0200 2027",
        "Fri Oct 01 2027 23:59:00 GMT+0200 (Central European Summer Time)",
        "2027-10-01 16:59 −05:00",
        "2027-10-02 03:44 +05:45",
        "2027-10-02 03:44 UTC+5:45",
        "2027-10-02 03:44 Asia/Kathmandu",
    ],
)
def test_times_are_read_as_platforms_and_people_write_them(text):
    assert when(text, BERLIN).at == datetime(2027, 10, 1, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "write it like"),
        ("soon", "write it like"),
        ("yesterday evening", "write it like"),
        ("2026-03-01 10:00:00 PST", "several time zones are called PST"),
        ("2026-03-01 10:00:00 IST", "several time zones are called IST"),
        ("2026-03-01 10:00:00 EST", "several time zones are called EST"),
        ("2026-03-01 10:00:00 XYZT", "is no time zone that we know"),
        ("2026-03-01 10:00:00 Europe/Atlantis", "is no time zone that we know"),
        ("2026-03-01 10:00:00 ../../etc/passwd", "is no time zone that we know"),
        ("2026-03-01 10:00:00 +25:00", "no time zone is +25:00"),
        ("2026-03-01", "it has no time of day"),
        ("2026-03-01 late", "it has no readable time of day"),
        ("01/02/2026 10:00", "write it like"),
        ("26-03-01 10:00", "write it like"),
        ("2026-13-01 10:00", "month"),
        ("2026-02-30 10:00", "day"),
        ("2026-03-01 24:01", "24 is no hour"),
        ("2026-03-01 25:00", "25 is no hour"),
        ("2026-03-01 24:00 PM", "24 PM is no hour"),
        ("2027年10月1日 下午13:00", "13 下午 is no hour"),
        ("1 listopada 2027 10:00", "listopada is no month that we know"),  # October in Zagreb, November in Warsaw
        ("2026-03-01 10:60", "60 is no minute"),
        ("2026-03-01 13:00 PM", "13 PM is no hour"),
        ("0001-01-01 00:00 UTC", "the year 1"),
        ("9999-12-31 23:59 UTC", "the year 9999"),
        ("2026-Foo-01 10:00", "write it like"),
        ("1 Foo 2026 10:00", "Foo is no month"),
        ("3 marraskuu 2027 10:00", "marraskuu is no month that we know"),  # November, and was read as March
        ("3 Junk 2027 10:00", "Junk is no month that we know"),
        ("Mayday 1 2027 10:00", "Mayday is no month that we know"),
        ("1790000000000", "is not understood"),
        ("2027-W54-1 23:59", "week"),
        ("2027-W53-1 23:59", "week"),  # 2027 has 52
        ("2027-W39-8 23:59", "write it like"),
        ("2027-10-01 23:58:60 UTC", "60 is no second"),
        ("2027-10-01 23:59:60", "60 is no second"),  # in Berlin it would be 01:59:60 or 00:59:60
        ("2027-10-01 23:59:61 UTC", "61 is no second"),
        ("2027.10-01 23:59", "write it like"),
        ("2027-02-29 10:00", "day"),
        ("1 October 2027, 10:00 nachm.", "is no time zone that we know"),
        ("9" * 5000, "is not understood"),
        ("\x1b[2J2026", "is not understood"),
    ],
)
def test_other_times_are_refused_with_the_reason(text, why):
    told = when(text, BERLIN)
    assert told.at is None
    assert (why in told.doubt, "\x1b" in told.doubt) == (True, False)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2028-02-29 10:00 UTC", "2028-02-29 10:00:00"),
        ("2027-12-31 24:00 UTC", "2028-01-01 00:00:00"),
        ("2028-02-28T24:00:00Z", "2028-02-29 00:00:00"),
        ("2016-12-31 23:59:60 UTC", "2016-12-31 23:59:59"),  # a leap second is in favour of the student
        ("2017-01-01 05:44:60 +05:45", "2016-12-31 23:59:59"),
        ("2026-W53-7 10:00 UTC", "2027-01-03 10:00:00"),
        ("Fri, 31 December 2027, 12:00 AM UTC", "2027-12-31 00:00:00"),
        ("15 maio 2027, 12:00 UTC", "2027-05-15 12:00:00"),
        ("mar. 5 mars 2027 08:00 UTC", "2027-03-05 08:00:00"),
        ("Mar 5 2027 08:00 UTC", "2027-03-05 08:00:00"),
    ],
)
def test_ends_of_days_years_and_februaries_are_read(text, at):
    assert when(text).at == datetime.fromisoformat(f"{at}+00:00")


# nights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-03-28 01:59 Europe/Berlin", "2027-03-28 00:59"),
        ("2027-03-28 03:00 Europe/Berlin", "2027-03-28 01:00"),
        ("2027-10-31 02:30 Europe/Berlin", "2027-10-31 00:30"),  # the first of two: in favour of the student
        ("2027-10-31 02:30 CET", "2027-10-31 01:30"),
        ("2027-10-31 03:00 Europe/Berlin", "2027-10-31 02:00"),
        ("2027-11-07 01:30 America/New_York", "2027-11-07 05:30"),
        ("2027-04-04 01:45 Australia/Lord_Howe", "2027-04-03 14:45"),
        ("2027-03-27 02:30 Asia/Jerusalem", "2027-03-26 23:30"),
        ("5 aou\u0302t 2027, 10:00 Europe/Paris", "2027-08-05 08:00"),
    ],
)
def test_the_hour_that_comes_twice_is_the_first(text, at):
    assert when(text).at == datetime.fromisoformat(f"{at}+00:00")


@pytest.mark.parametrize(
    "text",
    ["2027-03-28 02:30 Europe/Berlin", "2027-03-14 02:30 America/New_York", "2027-10-03 02:15 Australia/Lord_Howe",
     "2027-03-26 02:30 Asia/Jerusalem"],
)  # fmt: skip
def test_an_hour_that_no_clock_showed_is_refused(text):
    assert "clocks were put forward over that hour" in when(text).doubt


def test_the_zone_is_this_machines_unless_it_is_named(root, tmp_path, capsys, monkeypatch):
    path = archive(tmp_path / "a.zip", {"A1_ada_attempt_2027-10-31-02-30-00_x.ipynb": notebook()})
    for zone, hour in (("America/New_York", "06"), ("Europe/Berlin", "00")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        collect(capsys, path)
        assert f"2027-10-31 {hour}:30:00 UTC" in {f"{item.at:%Y-%m-%d %H:%M:%S} UTC" for item in
                                                  Attempts(root, "tiny").of("ada") if item.at}  # fmt: skip
    collect(capsys, path, "--zone", "Asia/Tokyo")
    assert collect(capsys, path, "--at", "2027-01-01 10:00 PST")[0] == 2
    assert "2027-10-30 17:30" in {f"{item.at:%Y-%m-%d %H:%M}" for item in Attempts(root, "tiny").of("ada") if item.at}
    monkeypatch.undo()
    time.tzset()


def test_a_zone_that_does_not_exist_is_wrong_usage(root, tmp_path, capsys):
    path = archive(tmp_path / "a.zip", {"ada.ipynb": notebook()})
    assert [collect(capsys, path, "--zone", name)[0] for name in ("PST", "../etc", "Europe/Atlantis")] == [2, 2, 2]


# told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stamp", ["2026-03-01 10:00:00 PST", "last night", "2026-03-01", ""])
def test_a_time_that_is_not_understood_is_told_and_at_is_the_way_out(root, tmp_path, capsys, stamp):
    stamps = {"ada/tiny/timestamp.txt": b"2026-03-01 10:00:00.123456 UTC", "bob/tiny/timestamp.txt": stamp.encode()}
    tree = folder(tmp_path / "in", {f"{who}/tiny/tiny.ipynb": notebook(who) for who in ("ada", "bob")} | stamps)
    code, out, err = collect(capsys, tree)
    assert (code, out[:10], err.count("is not understood"), err.count("bob: the time")) == (1, "2 students", 1, 1)
    code, _, err = collect(capsys, tree, "--at", "2026-03-02T12:00Z")
    assert (code, time_of(root, "bob"), time_of(root, "ada")) == (
        0, "2026-03-02 12:00:00 UTC", "2026-03-01 10:00:00 UTC")  # fmt: skip
    assert len(Attempts(root, "tiny").of("bob")) == 1


@pytest.mark.parametrize(
    "name",
    ["A1_ada_attempt_2027-13-01-12-00-00_x.ipynb", "ada+tiny+2027-10-01 12:00 PST+x/tiny.ipynb",
     "1-2 - ada - Oct 41, 2027 1159 PM/x.ipynb"],
)  # fmt: skip
def test_a_platforms_time_that_cannot_be_is_told(root, tmp_path, capsys, name):
    code, out, err = collect(capsys, archive(tmp_path / "a.zip", {name: notebook()}))
    assert (code, out[:9], "is not understood" in err) == (1, "1 student", True)


def test_where_there_is_a_deadline_missing_times_are_told_in_one_sentence(root, tmp_path, capsys):
    path = archive(tmp_path / "a.zip", {f"s{number}.ipynb": notebook() for number in range(20)})
    assert "no time is written down" not in collect(capsys, path)[2]
    course = root / "solutions/course.toml"
    course.write_text(f"{course.read_text()}\n{DEADLINE}")
    code, _, err = collect(capsys, path)
    assert (code, err.count("no time is written down for 20 hand-ins"), err.count("--at TIME")) == (0, 1, 1)
    assert "no time is written down" not in collect(capsys, path, "--at", "2026-01-01T00:00Z")[2]


def test_what_nbgrader_collected_with_an_unread_time_is_told_in_the_export(root, capsys):
    from autograder.intake.stamps import unread_stamps

    folder(root / "build/submitted", {"bob/tiny/tiny.ipynb": notebook(), "bob/tiny/timestamp.txt": b"10 PST"})
    (sentence,) = unread_stamps(root, "tiny")
    assert sentence.startswith("bob: the time “10 PST” is not understood")
    assert collect(capsys, root / "build/submitted", "--at", "2026-01-01T00:00Z")[0] == 0
    assert unread_stamps(root, "tiny") == []
