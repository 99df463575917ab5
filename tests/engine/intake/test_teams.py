"""A team hands in once: each of it has the file, its time and, in the end, the points."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from autograder.course import load_course
from autograder.errors import CourseError
from autograder.gradebook import database
from autograder.intake.collect import Rules, collect_from
from autograder.intake.roster import read_roster
from tests.engine.intake.handins import folder, handed_in, notebook, time_of
from tests.engine.samples.book import book_of, enter, hand_in, make_book, make_course, report, rule, url_of

TEAMS = '[teams]\nred = ["ada", "bob"]\n'
AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def take(root, files, rules=TEAMS, at=AT, roster=None):
    make_course(root, rules)
    course = load_course(root)
    return collect_from(
        root, course.assignment("tiny"), folder(root / "in", files), Rules(course.term, at, roster=roster)
    )


def test_the_whole_team_has_what_one_handed_in(tmp_path):
    result = take(tmp_path, {"ada/tiny/tiny.ipynb": notebook("one"), "eve/tiny/tiny.ipynb": notebook("two")})
    assert handed_in(tmp_path) == {"ada": notebook("one"), "bob": notebook("one"), "eve": notebook("two")}
    assert (result.students, result.complete) == ({"ada", "bob", "eve"}, True)
    assert time_of(tmp_path, "bob") == time_of(tmp_path, "ada")


def test_where_two_of_a_team_handed_in_the_last_one_counts_and_that_is_told(tmp_path):
    late = {"bob/tiny/tiny.ipynb": notebook("new"), "bob/tiny/timestamp.txt": b"2030-01-03 03:04:05 UTC"}
    result = take(tmp_path, {"ada/tiny/tiny.ipynb": notebook("old")} | late)
    assert handed_in(tmp_path) == {"ada": notebook("new"), "bob": notebook("new")}
    assert "ada and bob are one team" in " ".join(result.notes)


def test_two_files_of_the_same_time_are_refused_for_both(tmp_path):
    result = take(tmp_path, {f"{name}/tiny/tiny.ipynb": notebook(name) for name in ("ada", "bob")})
    assert (handed_in(tmp_path), set(result.listed)) == ({}, {"ada", "bob"})


def test_an_assignments_own_teams_count_there(tmp_path):
    take(tmp_path, {"ada/tiny/tiny.ipynb": notebook()}, TEAMS + '[teams.tiny]\nblue = ["ada", "eve"]\n')
    assert set(handed_in(tmp_path)) == {"ada", "eve"}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ('[teams]\nred = ["ada", "bob"]\nblue = ["Bob", "eve"]\n', "“Bob” is in two teams: red and blue"),
        ('[teams]\nred = ["ada", "ada"]\n', "“ada” and “ada” are one person"),
        ('[teams]\nred = "ada"\n', "write students"),
        ('[teams.tini]\nred = ["ada"]\n', "did you mean “tiny”"),
        ('[teams]\nred = ["bob", "adda"]\n', "“adda”, who handed in nothing.*did you mean “ada”"),
    ],
)
def test_a_team_that_cannot_be_is_refused(tmp_path, rules, why):
    with pytest.raises(CourseError, match=f"(?s){why}"):
        take(tmp_path, {"ada/tiny/tiny.ipynb": notebook()}, rules)


def test_a_member_whom_the_roster_does_not_know_gets_nothing_and_is_named(tmp_path):
    """A slip in [teams] used to make a person; the real one had nothing, and nobody was told."""
    roster = read_roster("Name,Username\nAda,ada\nRobert,bob\nEve,eve\n")
    teams = '[teams]\nred = ["ada", "bbo", "eve"]\nblue = ["nobody", "noone"]\n'
    result = take(tmp_path, {"ada/tiny/tiny.ipynb": notebook()}, teams, roster=roster)
    assert (set(handed_in(tmp_path)), list(result.listed), result.complete) == ({"ada", "eve"}, ["bbo"], False)
    assert "is in [teams], but is not in the roster; the nearest name there is Robert" in result.listed["bbo"]


def test_what_a_person_gave_one_is_given_to_the_team_and_a_difference_stays(tmp_path):
    rule(make_course(tmp_path), TEAMS)
    make_book(url_of(tmp_path))
    for student in ("ada", "bob", "eve"):
        hand_in(tmp_path, student, AT)
    everybody = [report(student) for student in ("ada", "bob", "eve")]
    database.record(everybody, tmp_path)
    enter(tmp_path, "ada", why=7)
    database.record(everybody, tmp_path)
    assert _points(tmp_path) == [(7, False), (7, False), (None, True)]
    enter(tmp_path, "bob", why=5)
    database.record(everybody, tmp_path)
    assert _points(tmp_path) == [(7, False), (5, False), (None, True)]


def _points(root):
    with book_of(root) as book:
        rows = [book.find_grade("why", "tiny", "tiny", student) for student in ("ada", "bob", "eve")]
        return [(row.manual_score, row.needs_manual_grade) for row in rows]
