"""`convgrade canvas` beside a small Canvas: class and hand-ins come in, grades go out, the token goes nowhere else."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import datetime

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from autograder.gradebook import database
from autograder.grading.session import store_of
from autograder.hosts.canvas_client import CanvasClient, CanvasRefused
from tests.engine.intake.handins import notebook, time_of
from tests.engine.samples.book import book_of, enter, hand_in, make_book, make_course, report, rule, url_of
from tests.engine.samples.canvas_stub import ASSIGNMENT, COURSE, TOKEN, person, running

AT = "2030-01-02T03:04:05Z"
USERS = f"/api/v1/courses/{COURSE}/users"
GRADE = f"/api/v1/courses/{COURSE}/assignments/{ASSIGNMENT}/submissions"
PEOPLE = {501: "Ada Lovelace", 502: "Bob Ross", 503: "Cy Twombly"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with a gradebook, ada and bob in it with points, cy without a verdict."""
    root = make_course(tmp_path_factory.mktemp("graded"))
    make_book(url_of(root))
    names = ("lovelaceada_501", "rossbob_502", "twomblycy_503")
    reports = [
        report(names[0]),
        report(names[1], ("add_sums",)),
        report(names[2], problem="the box broke", fault="ours"),
    ]
    for item in reports:
        hand_in(root, item.student)
        store_of(load_course(root).assignment("tiny")).put(item)
    database.record(reports, root)
    for name in names[:2]:
        enter(root, name, why=0)
    return root


@pytest.fixture
def stub():
    with running() as found:
        found.people = [person(number, name, name.split()[0].lower()) for number, name in PEOPLE.items()]
        found.people.append(person(999, "Test Student", kind="StudentViewEnrollment"))
        yield found


@pytest.fixture
def course(stub, tmp_path, monkeypatch):
    """A course that knows its Canvas, as working directory."""
    return at_home(make_course(tmp_path / "course"), stub, monkeypatch)


@pytest.fixture
def term(stub, graded, tmp_path, monkeypatch):
    """The graded course; nobody has a grade in Canvas."""
    for number in PEOPLE:
        stub.submit(number, stub.upload(number, notebook(), AT))
    root = tmp_path / "term"
    shutil.copytree(graded, root)
    return at_home(root, stub, monkeypatch)


def at_home(root, stub, monkeypatch, more=""):
    rule(root, f'[canvas]\nurl = "{stub.url}"\ncourse = {COURSE}\nassignments = {{tiny = {ASSIGNMENT}}}\n{more}')
    monkeypatch.chdir(root)
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    return root


@pytest.fixture
def canvas(capsys):
    """canvas("roster") → (exit code, stdout, stderr); the token is in neither, whatever happens."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["--verbose", "canvas", *map(str, words)])
        out, err = capsys.readouterr()
        assert TOKEN not in out + err
        return ended.value.code, out, err

    return run


# in ---------------------------------------------------------------------------------------------


def test_the_roster_has_everybody_of_all_pages_but_canvas_own_test_student(course, canvas):
    code, out, _ = canvas("roster")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["ID"], row["SIS Login ID"]) for row in rows] == [("501", "ada"), ("502", "bob"), ("503", "cy")]


def test_every_attempt_is_taken_with_canvas_time_and_downloaded_once(course, stub, canvas):
    stub.submit(501, stub.upload(1, notebook("a"), AT), stub.upload(2, notebook("b"), "2030-01-03T00:00:00Z"))
    stub.submit(999, stub.upload(3, notebook(), AT))
    first, second = canvas("collect", "tiny"), canvas("collect", "tiny")
    assert (first[0], second[0]) == (0, 0)
    assert "1 student, 2 new attempts, 1 to grade" in first[1]
    assert time_of(course, "lovelaceada_501") == "2030-01-03 00:00:00 UTC"
    assert len(stub.downloads()) == 2


def test_who_is_not_in_the_class_or_has_no_notebook_is_listed(course, stub, canvas):
    typed = {"submission_type": "online_text_entry", "body": "hello", "submitted_at": AT}
    stub.submit(501, stub.upload(1, notebook(), AT))
    stub.submit(502, typed)
    stub.submit(777, stub.upload(2, notebook(), AT))
    code, out, err = canvas("collect", "tiny")
    assert (code, "1 student, 1 new attempt, 1 to grade; 2 people not taken" in out) == (1, True)
    assert "rossbob_502: there is no notebook: typed_text.html is text that was typed in" in err
    assert "n777_777: is not in the roster" in err


def test_a_name_of_a_file_is_only_a_name(course, stub, canvas):
    stub.submit(501, stub.upload(1, notebook(), AT, "../../rossbob_502/tiny/x\x1b.ipynb"))
    assert canvas("collect", "tiny")[0] == 0
    assert [path.name for path in (course / "build/submitted").iterdir()] == ["lovelaceada_501"]


@pytest.mark.parametrize("url", ["", None])
def test_a_file_that_is_locked_stops_nobody_else(course, stub, canvas, url):
    locked = stub.upload(1, notebook(), AT)
    locked["attachments"][0]["url"] = url
    stub.submit(501, locked)
    stub.submit(502, stub.upload(2, notebook(), AT))
    _, _, err = canvas("collect", "tiny")
    assert "it is locked in Canvas" in err
    assert time_of(course, "rossbob_502")


def test_who_gets_another_name_in_canvas_stays_the_same_person(course, stub, canvas):
    stub.submit(501, stub.upload(1, notebook("a"), AT))
    canvas("collect", "tiny")
    stub.people[0] = person(501, "Ada King", "ada")
    stub.submit(501, stub.upload(1, notebook("a"), AT), stub.upload(2, notebook("b"), "2030-01-03T00:00:00Z"))
    canvas("collect", "tiny")
    assert [path.name for path in (course / "build/attempts/tiny").glob("*/")] == ["lovelaceada_501"]


# the way there ----------------------------------------------------------------------------------


def test_a_busy_canvas_is_asked_again_when_it_says(course, stub, canvas):
    now = {"Retry-After": "0"}
    stub.trouble["GET", USERS] = [(429, now, b""), (403, now, b"403 Forbidden (Rate Limit Exceeded)"), (502, now, b"")]
    code, _, err = canvas("roster")
    assert (code, err.count("Canvas is busy")) == (0, 3)


def test_a_file_at_another_host_is_downloaded_without_the_token(course, stub, canvas):
    with running() as other:
        other.files["/store/1"] = notebook()
        stub.submit(501, stub.upload(1, b"", AT))
        stub.elsewhere["/files/1/download"] = f"{other.url}/store/1"
        assert canvas("collect", "tiny")[0] == 0
        assert other.asked == [("GET", "/store/1", "")]
    assert f"Bearer {TOKEN}" in {secret for _, path, secret in stub.asked if path.startswith("/files/1/")}


def test_an_answer_that_is_cut_off_is_read_again_and_nothing_is_sent_twice(term, stub, canvas, monkeypatch):
    """One dropped connection used to end the reading of a class."""
    monkeypatch.setattr("autograder.hosts.canvas_client.time.sleep", lambda seconds: None)
    half = (200, {"Content-Length": "900", "Connection": "close"}, b'[{"id": 501,')
    stub.trouble["GET", USERS] = [half]
    code, out, err = canvas("roster")
    assert (code, out.count("\n"), "its answer was cut off" in err) == (0, 4, True)
    stub.trouble["POST", f"{GRADE}/update_grades"] = [half]
    code, out, err = canvas("grades", "tiny")
    assert (code, "0 sent, 2 not tried" in out, "answer was cut off" in err) == (1, True, True)
    assert sent_by(stub) == [("POST", "update_grades")]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, {}, b'{"errors": [{"message": "Invalid\\u001b access token."}]}'), "it is wrong, or has expired"),
        ((403, {}, b"{}"), "must be a teacher"),
        ((404, {}, b"[" * 100_000), "compare [canvas] of course.toml"),
        ((200, {}, b"<html>"), "is the address in [canvas] of course.toml right?"),
        ((200, {"Link": '<http://127.0.0.1:1/x>; rel="next"'}, b"[]"), "next page is at another host"),
        ((200, {"Link": f'<{USERS}>; rel="next"'}, b"[]"), "is not understood"),
        ((200, {"Link": '<http://x:y/>; rel="next"'}, b"[]"), "next page is at no address"),
        ((302, {"Location": "http://x:y/"}, b""), "Canvas cannot be reached"),
        ((302, {"Location": "http://canvas.example.edu/"}, b""), "not by https: canvas.example.edu"),
    ],
)
def test_what_canvas_refuses_is_one_sentence(course, stub, canvas, answer, told):
    stub.trouble["GET", USERS] = [answer, (200, {}, b"{}")]
    code, out, err = canvas("roster")
    assert (code, out) == (1, "")
    assert told in err
    assert "\x1b" not in err


def test_a_canvas_that_repeats_the_token_is_not_quoted(course, stub, canvas):
    stub.trouble["GET", USERS] = [(401, {}, f'{{"errors": "Bearer {TOKEN} has expired"}}'.encode())]
    _, out, err = canvas("roster")
    assert "has expired" in err
    assert TOKEN not in out + err


def test_a_canvas_that_is_not_there_is_one_sentence(course, canvas, stub, monkeypatch):
    rule(course, f'[canvas]\nurl = "http://127.0.0.1:1"\ncourse = {COURSE}\n')
    code, _, err = canvas("roster")
    assert (code, "Canvas cannot be reached" in err) == (1, True)


def test_an_answer_is_read_up_to_a_limit(stub):
    stub.files["/big"] = bytes(100_000)
    with CanvasClient(stub.url, TOKEN, print) as client:
        assert len(client.file(f"{stub.url}/big", 1000)) == 1001
        with pytest.raises(CanvasRefused, match="https"):
            client.file("http://example.org/big", 1000)


def test_a_token_file_must_be_ones_own(course, canvas, monkeypatch):
    monkeypatch.delenv("CANVAS_TOKEN")
    secret = course / "token"
    secret.write_text(f"{TOKEN}\n")
    secret.chmod(0o644)
    assert (canvas("roster", "--token-file", secret)[0], canvas("roster")[0]) == (2, 2)
    secret.chmod(0o600)
    assert canvas("roster", "--token-file", secret)[0] == 0


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("", "[canvas]: url, course"),
        ('[canvas]\nurl = "http://canvas.example.edu"\n', "course.toml:"),
        ("[canvas]\nassignments = {tinny = 88}\n", "did you mean “tiny”?"),
        ('[canvas]\ntoken = "7~x"\n', "unknown setting “token”"),
    ],
)
def test_a_canvas_that_course_toml_does_not_name_rightly_is_refused(course, canvas, rules, told):
    rule(course, rules)
    code, _, err = canvas("collect", "tiny")
    assert (code, told in err) == (2, True)


# out --------------------------------------------------------------------------------------------


def test_a_dry_run_sends_nothing_and_no_verdict_is_no_zero(term, stub, canvas):
    code, out, err = canvas("grades", "tiny", "--dry-run")
    assert out.splitlines()[:2] == ["lovelaceada_501: – → 90", "rossbob_502: – → 60"]
    assert "3 students: 2 would be sent, 1 not final" in out
    assert (code, stub.forms, "no verdict yet, needs a person: twomblycy_503" in err) == (1, [], True)


def test_only_what_is_other_there_is_sent(term, stub, canvas):
    stub.submissions[501]["entered_score"] = 90.0
    first, second = canvas("grades", "tiny"), canvas("grades", "tiny")
    assert stub.forms == [{"posted_grade": "60"}]
    assert "1 sent, 1 as they are, 1 not final" in first[1]
    assert "0 sent, 2 as they are, 1 not final" in second[1]


def test_a_comment_is_sent_when_it_is_asked_for_and_once(term, stub, canvas):
    canvas("grades", "tiny")
    assert not any("text_comment" in form for form in stub.forms)
    canvas("grades", "tiny", "--comments")
    canvas("grades", "tiny", "--comments")
    said = [form["text_comment"] for form in stub.forms if "text_comment" in form]
    assert [text.splitlines()[0] for text in said] == ["90 of 100 points.", "60 of 100 points."]
    assert "30 to gain" in said[1]


def test_nobody_is_told_before_feedback_is_due(term, stub, canvas, monkeypatch):
    at_home(term, stub, monkeypatch, "[feedback]\nrelease = 2199-01-01\n")
    canvas("grades", "tiny", "--comments")
    assert [sorted(form) for form in stub.forms] == [["posted_grade"]] * 2


def test_nobody_is_told_before_a_deadline_that_formgrader_has(term, stub, canvas, monkeypatch):
    at_home(term, stub, monkeypatch, "[feedback]\nrelease = 2000-01-01\n")
    with book_of(term) as book:
        book.update_or_create_assignment("tiny", duedate=datetime(2199, 1, 1))
    canvas("grades", "tiny", "--comments")
    assert [sorted(form) for form in stub.forms] == [["posted_grade"]] * 2


def test_what_was_cut_off_is_finished_by_the_same_command(term, stub, canvas):
    stub.stops_at, stub.trouble["PUT", f"{GRADE}/502"] = {502}, [(500, {}, b"")]
    code, out, err = canvas("grades", "tiny")
    assert (code, "1 sent, 1 not tried" in out, "run the same command again" in err) == (1, True, True)
    canvas("grades", "tiny")
    assert [form["posted_grade"] for form in stub.forms] == ["90", "60"]


def sent_by(stub):
    """How grades were sent, and how often it was asked whether that has ended."""
    ways = [(method, path.removeprefix("/api/v1/").partition("?")[0]) for method, path, _ in stub.asked]
    return [(method, path.rpartition("/")[2]) for method, path in ways if method != "GET" or "progress/" in path]


def test_several_grades_go_out_in_one_form_and_its_end_is_waited_for(term, stub, canvas, monkeypatch):
    """They used to go out one by one."""
    pauses, stub.slow = [], 3
    monkeypatch.setattr("autograder.hosts.canvas_client.time.sleep", pauses.append)
    _, out, _ = canvas("grades", "tiny", "--comments")
    assert ("2 sent" in out, [sorted(form) for form in stub.forms]) == (True, [["posted_grade", "text_comment"]] * 2)
    assert sent_by(stub) == [("POST", "update_grades"), *[("GET", "700")] * 4]
    assert pauses == [0, 1, 2, 4]


def test_a_job_of_canvas_without_an_end_is_one_sentence_and_sends_nothing_twice(term, stub, canvas, monkeypatch):
    monkeypatch.setattr("autograder.hosts.canvas_client.time.sleep", lambda seconds: None)
    stub.slow = 1000
    code, out, err = canvas("grades", "tiny", "--comments")
    assert (code, "0 sent, 2 not tried" in out, "has not finished with the grades" in err) == (1, True, True)
    assert {method for method, _ in sent_by(stub)} == {"POST", "GET"}
    assert "0 sent, 2 as they are" in canvas("grades", "tiny", "--comments")[1]


def test_one_whom_canvas_job_does_not_find_is_told_by_name(term, stub, canvas):
    del stub.submissions[501]
    code, out, _ = canvas("grades", "tiny")
    assert (code, "lovelaceada_501: – → 90: failed: Canvas does not know it" in out) == (1, True)
    assert "1 sent, 1 failed" in out


def test_one_grade_that_canvas_refuses_does_not_stop_the_others(term, stub, canvas):
    stub.stops_at, stub.trouble["PUT", f"{GRADE}/501"] = {501}, [(400, {}, b'{"errors": "closed grading period"}')]
    code, out, _ = canvas("grades", "tiny")
    assert (code, "failed: Canvas answers 400 (closed grading period)" in out) == (1, True)
    assert "1 sent, 1 failed" in out


def test_another_maximum_is_refused_or_scaled_and_a_pass_is_no_number(term, stub, canvas, monkeypatch):
    stub.assignment["points_possible"] = 50
    refused = canvas("grades", "tiny")
    at_home(term, stub, monkeypatch, "[exports]\nscale = true\n")
    scaled = canvas("grades", "tiny", "--dry-run")[1]
    stub.assignment["grading_type"] = "pass_fail"
    assert (refused[0], canvas("grades", "tiny")[0], stub.forms) == (2, 2, [])
    assert "lovelaceada_501: – → 45" in scaled


def test_a_maximum_of_zero_is_refused_even_where_points_are_scaled(term, stub, canvas, monkeypatch):
    """A new assignment of Canvas has 0 points: everybody would have got 0."""
    at_home(term, stub, monkeypatch, "[exports]\nscale = true\n")
    stub.assignment["points_possible"] = 0
    code, _, err = canvas("grades", "tiny")
    assert (code, "Canvas's maximum is 0" in err, stub.forms) == (2, True, [])


def test_canvas_own_rules_are_seen(term, stub, canvas):
    stub.submissions[501]["excused"] = True
    stub.submissions[502] |= {"entered_score": 60.0, "score": 50.0, "points_deducted": 10.0}
    code, _, err = canvas("grades", "tiny")
    assert (code, stub.forms) == (1, [])
    assert "lovelaceada_501 is excused in Canvas" in err
    assert "rossbob_502: Canvas itself takes 10 points off" in err
