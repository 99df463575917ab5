"""Grades for spreadsheets, Canvas, Moodle, scripts and build servers."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from autograder.errors import CourseError
from autograder.exports import FORMATS, Platform, write
from autograder.gradebook.grades import Grade, Mark, Person
from autograder.model import CheckResult, Verdict
from tests.engine.samples.reports import HOSTILE

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Quiz (11),Tiny (4711),Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,,10,100,(read only)
"Lovelace, Ada",501,S1,ada@uni.example,Lab 1,n,7,,80
"Doe, Jané",502,S2,jane,Lab 1,,9,50,90
"Smith, Sam",503,S3,sam1,Lab 1,,,,
"Smith, Sam",504,S4,sam2,Lab 2,,,,
"Student, Test",505,,x,Lab 1,,,,
"""
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments
Participant 901,Ada Lovelace,S1,ada@uni.example,Submitted,,100.00,-,<p>-good</p>
Participant 902,Jané Doe,S2,jane@uni.example,Submitted,50.00,100.00,-,
"""


def grade(student: str, double: float = 60.0, person: Person | None = None, **about: object) -> Grade:
    """A grade with two automatic checks, and an answer that a person gave 7.5 points."""
    checks = tuple(
        CheckResult("double", name, f"double {name}", verdict, message="", seconds=0.25)
        for name, verdict in (("shape", Verdict.PASSED), ("twice", Verdict.FAILED if double < 60 else Verdict.PASSED))
    )
    marks = (Mark("double", "Doubling", 60, double, checks=checks), Mark("why", "Why?", 40, None, 7.5, by_hand=True))
    return Grade(student, "tiny", marks, person or Person(), **about)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# csv --------------------------------------------------------------------------------------------


def test_a_row_has_every_exercise_and_every_check():
    at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    (row,) = table(write("csv", "Tiny", [grade("ada", 20, handed_in=at, penalty=2.5)]).text)
    assert (row["student_id"], row["timestamp"]) == ("ada", "2030-01-02 03:04:05 UTC")
    totals = [row[key] for key in ("raw_score", "late_submission_penalty", "score", "max_score")]
    assert totals == ["27.5", "2.5", "25", "100"]
    assert (row["double"], row["double.shape"], row["double.twice"], row["why"]) == ("20", "passed", "failed", "7.5")


def test_a_name_is_no_formula():
    for evil in ("=1+1", "+1", "-1", "@x", "\t=1", "＝1", 'a",b\n=2', HOSTILE):
        (row,) = table(write("csv", "Tiny", [grade(evil, person=Person(evil, evil, evil))]).text)
        for key in ("student_id", "first_name", "last_name", "email"):
            assert not row[key].lstrip().startswith(("=", "+", "-", "@", "＝"))
            assert "\n" not in row[key]


def test_what_waits_for_a_person_is_empty_and_named():
    waiting = Grade("ada", "tiny", (Mark("double", "", 60, None), Mark("why", "", 40, by_hand=True)))
    (row,) = table(write("csv", "Tiny", [waiting]).text)
    assert (row["double"], row["score"], row["needs_a_person"]) == ("", "", "double why")


# Canvas -----------------------------------------------------------------------------------------


def canvas(*grades: Grade, roster: str = CANVAS) -> tuple[dict[str, str], tuple[str, ...]]:
    result = write("canvas", "Tiny", grades, Platform(roster))
    rows = table(result.text)
    assert rows[0]["Student"].strip() == "Points Possible"
    assert rows[0]["Tiny (4711)"] == "100"
    return {row["ID"]: row["Tiny (4711)"] for row in rows[1:]}, result.complaints


def test_canvas_gets_its_own_identity_columns_back():
    result = write("canvas", "Tiny", [grade("ada")], Platform(CANVAS))
    assert result.text.splitlines()[0] == "Student,ID,SIS User ID,SIS Login ID,Section,Tiny (4711)"
    assert '"Lovelace, Ada",501,S1,ada@uni.example,Lab 1,67.5' in result.text.splitlines()
    assert "Test" not in result.text


@pytest.mark.parametrize("student", ["ada", "501", "S1", "ADA@uni.example", "lovelaceada_501", "Ada Lovelace"])
def test_canvas_students_are_found_by_number_login_or_name(student):
    points, complaints = canvas(grade(student))
    assert (points["501"], complaints) == ("67.5", ())
    assert points["502"] == ""


def test_names_are_compared_without_accents_and_case():
    assert canvas(grade("x", person=Person("Jane", "DOE")))[0]["502"] == "67.5"


def test_namesakes_are_told_and_left_alone():
    points, complaints = canvas(grade("Sam Smith"), grade("sam2"))
    assert (points["503"], points["504"]) == ("", "67.5")
    assert complaints == ("Sam Smith could be several people in Canvas: Smith, Sam (503), Smith, Sam (504)",)


def test_two_files_of_one_student_are_told():
    points, complaints = canvas(grade("ada"), grade("lovelaceada_501"))
    assert points["501"] == ""
    assert complaints == ("Lovelace, Ada (501) in Canvas could be any of: ada, lovelaceada_501",)


def test_a_stranger_is_told():
    points, complaints = canvas(grade("mallory"), grade("nobody", submitted=False))
    assert complaints == ("mallory is not in Canvas",)
    assert set(points.values()) == {""}


def test_other_points_in_canvas_are_told():
    other = CANVAS.replace(",10,100,", ",10,50,")
    assert "50 points" in canvas(grade("ada"), roster=other)[1][0]


def test_somebody_in_two_sections_of_canvas_is_one_person():
    twice = CANVAS + '"Lovelace, Ada",501,S1,ada@uni.example,Lab 2,,,,\n'
    result = write("canvas", "Tiny", [grade("ada")], Platform(twice))
    assert (result.complaints, result.text.count("ada@uni.example,Lab 1,67.5")) == ((), 1)
    assert "ada@uni.example,Lab 2,67.5" in result.text


def test_two_columns_of_one_title_are_refused():
    """The first was taken, without a word."""
    with pytest.raises(CourseError, match=r"2 assignments of this title: tiny \(11\), Tiny \(4711\)"):
        write("canvas", "Tiny", [grade("ada")], Platform(CANVAS.replace("Quiz (11)", "tiny (11)")))


def test_a_column_may_be_named_by_the_slug():
    result = write("canvas", "Tiny", [grade("ada")], Platform(CANVAS.replace("Tiny (4711)", "tiny (4711)")))
    assert "Section,tiny (4711)\n" in result.text


def test_a_new_assignment_gets_its_title():
    old = Platform(CANVAS.replace("Tiny (4711)", "Old"))
    assert "Section,Tiny\n" in write("canvas", "Tiny", [grade("ada")], old).text


def test_semicolons_and_byte_order_marks_are_read():
    german = "\ufeff" + CANVAS.replace('"Lovelace, Ada"', "'Lovelace'").replace(",", ";")
    assert "501,S1" in write("canvas", "Tiny", [grade("501")], Platform(german)).text


@pytest.mark.parametrize("roster", ["a,b\n1,2\n", "\n\n", 'Student,ID,Section\n"open'])
@pytest.mark.parametrize("form", ["canvas", "moodle"])
def test_another_table_is_refused(form, roster):
    with pytest.raises(CourseError, match=r"Canvas|Moodle"):
        write(form, "Tiny", [grade("ada")], Platform(roster))


def test_without_a_roster_canvas_gets_our_names():
    (possible, row) = table(write("canvas", "Tiny", [grade("ada", person=Person("Ada", "Lovelace"))]).text)
    assert (possible["Tiny"], row["Student"], row["SIS Login ID"], row["Tiny"]) == (
        "100",
        "Lovelace, Ada",
        "ada",
        "67.5",
    )


# Moodle -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", ["Ada Lovelace_901", "ada@uni.example", "S1", "ada", "Lovelace Ada"])
def test_moodles_worksheet_is_filled(student):
    result = write("moodle", "Tiny", [grade(student)], Platform(MOODLE))
    first, second = table(result.text)
    assert (first["Grade"], second["Grade"], first["Last modified (grade)"]) == ("67.5", "50.00", "-")
    assert (result.complaints, "Feedback comments" in first) == ((), False)


def test_more_than_moodles_maximum_is_told():
    result = write("moodle", "Tiny", [grade("ada", 94)], Platform(MOODLE))
    assert result.complaints == ("ada has 101.5 points; Moodle accepts at most 100",)


def test_another_maximum_is_refused_or_scaled():
    """It used to be 67.5 of 50, or 40 of 50 for 40 of 100, without a word."""
    halved = MOODLE.replace("100.00", '"50,00"')
    with pytest.raises(CourseError, match="Moodle's maximum is 50, the assignment has 100 points"):
        write("moodle", "Tiny", [grade("ada")], Platform(halved))
    first, _ = table(write("moodle", "Tiny", [grade("ada")], Platform(halved, scale=True)).text)
    assert first["Grade"] == "33.75"


def test_a_maximum_of_zero_is_refused_even_where_points_are_scaled():
    with pytest.raises(CourseError, match="maximum is 0, the assignment has 100"):
        write("moodle", "Tiny", [grade("ada")], Platform(MOODLE.replace("100.00", "0.00"), scale=True))


@pytest.mark.parametrize("most", ["1,000.00", "1.000,00", "1000"])
def test_a_maximum_above_a_thousand_is_read(most):
    """Its separator made it no number, and no number was no maximum."""
    with pytest.raises(CourseError, match="maximum is 1000, the assignment has 100 points"):
        write("moodle", "Tiny", [grade("ada")], Platform(MOODLE.replace("100.00", f'"{most}"')))


@pytest.mark.parametrize("most", ["Satisfactory", "A-F", "100 %", "1e3"])
def test_a_maximum_that_is_no_number_is_refused(most):
    with pytest.raises(CourseError, match=f"maximum “{most}” is no number"):
        write("moodle", "Tiny", [grade("ada")], Platform(MOODLE.replace("100.00", most)))


def test_a_grade_that_moodle_will_not_change_is_told():
    locked = MOODLE.replace("Status,", "Grade can be changed,").replace("Submitted", "No", 1)
    assert write("moodle", "Tiny", [grade("ada"), grade("Jane Doe_902")], Platform(locked)).complaints == (
        "ada: Moodle says that this grade cannot be changed",
    )


@pytest.mark.parametrize(
    ("header", "participant", "column"),
    [
        (
            "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
            "Zuletzt geändert (Bewertung),Feedback als Kommentar",
            "Teilnehmer/in",
            "Bewertung",
        ),
        (
            "Identifiant,Nom complet,Numéro d'identification,Adresse de courriel,Statut,Note,Note maximale,"
            "Dernière modification (note),Commentaires de feedback",
            "Participant ",
            "Note",
        ),
    ],
)
def test_worksheets_of_other_languages_are_filled_in_theirs(header, participant, column):
    lines = MOODLE.replace("Participant ", participant).splitlines()
    result = write("moodle", "Tiny", [grade("Ada Lovelace_901")], Platform("\n".join([header, *lines[1:]])))
    assert (result.complaints, [row[column] for row in table(result.text)]) == ((), ["67.5", "50.00"])


@pytest.mark.parametrize("form", ["csv", "canvas", "moodle"])
def test_who_was_not_judged_has_no_points_and_no_zero(form):
    marks = (Mark("double", "Doubling", 60, None), Mark("why", "Why?", 40, None, by_hand=True))
    unread = Grade("ada", "tiny", marks)
    for roster in ("", {"canvas": CANVAS, "moodle": MOODLE}.get(form, "")):
        row = next(row for row in table(write(form, "Tiny", [unread], Platform(roster)).text) if "da" in str(row))
        assert [row[name] for name in ("score", "Tiny", "Tiny (4711)", "Grade") if name in row] == [""]


def test_without_a_worksheet_moodle_gets_the_participants():
    (row,) = table(write("moodle", "Tiny", [grade("Jane Doe_902")]).text)
    assert (row["Identifier"], row["Full name"], row["Grade"]) == ("Participant 902", "Jane Doe", "67.5")


# names that are formulas ------------------------------------------------------------------------

ODD = ("=cmd|' /C calc'!A0", "+49171", "-5", "@eve", "علی\u200cرضا", 'a, "b"', "x" * 1500)


@pytest.mark.parametrize("odd", ODD)
def test_a_platform_gets_its_own_names_and_logins_back_as_they_were(odd):
    """They had an apostrophe, codes for what is invisible, an ellipsis; Canvas knows no login '+49171."""
    quoted = '"' + odd.replace('"', '""') + '"'
    canvas_table = CANVAS.replace('"Lovelace, Ada",501,S1,ada@uni.example', f"{quoted},501,{quoted},{quoted}")
    rows = table(write("canvas", "Tiny", [grade("lovelaceada_501")], Platform(canvas_table)).text)
    assert [rows[1][name] for name in ("Student", "SIS User ID", "SIS Login ID", "Tiny (4711)")] == [odd] * 3 + ["67.5"]
    sheet = MOODLE.replace("Ada Lovelace,S1,ada@uni.example", f"{quoted},{quoted},{quoted}")
    row = table(write("moodle", "Tiny", [grade("Ada Lovelace_901")], Platform(sheet)).text)[0]
    assert [row[name] for name in ("Full name", "ID number", "Email address", "Grade")] == [odd] * 3 + ["67.5"]


@pytest.mark.parametrize("form", ["csv", "canvas", "moodle"])
def test_without_a_platforms_own_table_no_name_is_a_formula(form):
    for row in table(write(form, "Tiny", [grade("=1+1", person=Person("=2", "=3", "=4"))]).text):
        assert not [value for value in row.values() if value.startswith("=")]


# others -----------------------------------------------------------------------------------------


def test_a_line_of_json_has_everything():
    text = write("jsonl", "Tiny", [grade("ada", 20), grade(HOSTILE)]).text
    first, second = map(json.loads, text.splitlines())
    assert (first["score"], first["exercises"][0]["checks"][1]["verdict"]) == (27.5, "failed")
    assert second["student"] == HOSTILE
    assert text.isascii()


def test_build_servers_read_the_checks():
    failing = grade("ada", 20)
    root = ElementTree.fromstring(write("junit", "Tiny", [failing, grade("bob")]).text)
    assert (root.get("tests"), root.get("failures"), root.get("skipped"), root.get("time")) == ("6", "1", "0", "1.000")
    case = root.find("testsuite[@name='ada']/testcase[@name='twice']")
    assert (case.get("classname"), case.find("failure").get("type")) == ("tiny.double", "failed")


def test_xml_carries_no_control_characters():
    evil = "\x00\x1b[2J\ud800\ufffe]]><b>&"
    checks = (CheckResult("double", evil, evil, Verdict.UNGRADED, message=evil, hint=evil),)
    marks = (Mark("double", evil, 60, None, checks=checks), Mark("why", evil, 40, by_hand=True))
    root = ElementTree.fromstring(write("junit", evil, [Grade(evil, "tiny", marks)]).text.encode())
    assert (root.get("errors"), root.get("skipped")) == ("1", "1")


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_gives_a_file_all_the_same(form):
    assert write(form, "Tiny", []).complaints == ()


@pytest.mark.parametrize("form", FORMATS)
def test_the_score_is_the_same_to_the_cent(form):
    text = write(form, "Tiny", [grade("ada", 19.995, penalty=0.333)]).text
    assert "27.17" in text


# extra credit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["csv", "jsonl", "canvas", "moodle", "junit"])
def test_a_score_above_the_maximum_is_exported_as_it_is(format_):
    """The maximum stays what it is; only Moodle refuses more, and is told by name."""
    marks = (Mark("double", "Doubling", 100, 99.5), Mark("thrice", "Thrice", 5, 2.0, stretch=True))
    best = Grade("ada", "tiny", marks)
    made = write(format_, "Tiny", [best])
    assert (best.points, best.score, best.extra) == (100, 101.5, 2)
    assert "101.5" in made.text
    told = ["ada has 101.5 points; Moodle accepts at most 100"] if format_ == "moodle" else []
    assert list(made.complaints) == told


UNREAD = (Mark("double", "Doubling", 60, 45), Mark("why", "Why?", 40, None, by_hand=True))


@pytest.mark.parametrize("format_", ["csv", "jsonl", "junit"])
def test_a_score_stands_beside_the_points_that_were_judged(format_):
    """45 of 100 counted an answer that nobody had read as a zero; the student's page said 45 of 60."""
    text = write(format_, "Tiny", [Grade("ada", "tiny", UNREAD)]).text
    if format_ == "csv":
        (row,) = table(text)
        assert (row["score"], row["max_score"], row["needs_a_person"]) == ("45", "60", "why")
    elif format_ == "jsonl":
        row = json.loads(text)
        assert (row["score"], row["points"], row["needs_a_person"]) == (45, 60, ["why"])
    else:
        assert all(f'name="{name}" value="{value}"' in text for name, value in (("score", 45), ("points", 60)))


@pytest.mark.parametrize(
    ("format_", "roster"), [("canvas", CANVAS), ("canvas", ""), ("moodle", MOODLE), ("moodle", "")]
)
def test_a_platform_with_one_maximum_gets_nothing_before_all_answers_are_read(format_, roster):
    waiting, whole = Grade("Ada Lovelace", "tiny", UNREAD), grade("Ada Lovelace", 45)
    cells = [write(format_, "Tiny", [each], Platform(roster)).text for each in (waiting, whole)]
    assert ("52.5" in cells[0], "52.5" in cells[1], ",45" in cells[0]) == (False, True, False)
