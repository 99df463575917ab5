"""`convgrade requests`: everything that came in is open, decided or listed; points are a person's, and stay."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import UsageError
from autograder.files import raw_digest
from autograder.gradebook import database, decisions, late_penalties
from autograder.gradebook.gather import gather_contexts
from autograder.gradebook.requests import request_of
from autograder.grading.session import store_of
from autograder.reports.student_page import student_page
from tests.engine.samples.book import book_of, enter, hand_in, make_book, make_course, report, rule, url_of

FORM = """\
Email,Assignment,Check,Why
ada@x.edu,tiny,add_sums,It is <right>.
bob@x.edu,tiny,why,
eve@x.edu,tiny,add_sums,Mine too
ada@x.edu,tiny,nonsense,What?
ada@x.edu,huge,add_sums,What?
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """ada's addition failed, bob's did not; both are in the gradebook with their addresses."""
    root = make_course(tmp_path_factory.mktemp("recorded"))
    make_book(url_of(root))
    reports = [report("ada", ("add_sums",)), report("bob")]
    for item in reports:
        hand_in(root, item.student, raw=b"first")
        store_of(load_course(root).assignment("tiny")).put(item)
    database.record(reports, root)
    with book_of(root) as book:
        for student in book.students:
            student.email = f"{student.id.title()}@x.edu"
    (root / "form.csv").write_text(FORM)
    return root


@pytest.fixture
def root(recorded, tmp_path, monkeypatch):
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def requests(root, capsys):
    """requests("list") → (exit code, stdout, stderr)"""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["requests", *map(str, words)])
        return ended.value.code, *capsys.readouterr()

    return run


def id_of(requests, student, about="add_sums"):
    return re.search(rf"^(\w+)  open .* {student}  {about}", requests("list")[1], re.MULTILINE)[1]


def page_of(root, student):
    course = load_course(root)
    assignment = course.assignment("tiny")
    reports = store_of(assignment).all()
    contexts = gather_contexts(course, assignment, reports)
    (mine,) = (item for item in reports if item.student == student)
    return " ".join(student_page(mine, "Tiny", contexts[student]).split())


def points_of_add(root, student="ada"):
    with book_of(root) as book:
        grade = book.find_grade("add_check", "tiny", "tiny", student)
        return grade.auto_score, grade.manual_score, grade.needs_manual_grade


def test_the_number_of_requests_in_is_open_and_decided_and_listed(requests):
    code, out, err = requests("add", "form.csv")
    assert (code, out) == (1, "5 requests read, 5 new, 3 listed; convgrade requests list\n")
    requests("decide", id_of(requests, "ada"), "--refuse", "--because", "no")
    assert requests("list")[1].splitlines()[-1] == "5 requests: 1 open, 1 decided, 3 listed"
    assert "form.csv:4, eve@x.edu: its sender is nobody whom we know" in err


def test_the_same_request_is_kept_once_and_a_stranger_may_be_known_later(root, requests):
    requests("add", "form.csv")
    (root / "students.csv").write_text("Name,Username,Email\nBob,bob,eve@x.edu\n")
    code, out, _ = requests("add", "form.csv", "--roster", "students.csv")
    assert (code, out.split(";")[0]) == (1, "5 requests read, 0 new, 2 listed")
    assert requests("list")[1].splitlines()[-1] == "5 requests: 3 open, 2 listed"


def test_no_two_requests_have_one_id(root, requests):
    """Eight digits: who tries words until they fit took another one's place, and that one was “0 new”."""
    requests("add", "form.csv")
    folder = root / "build/requests"
    ids = [path.stem for path in folder.iterdir()]
    assert {len(id) for id in ids} == {32}
    short = [line.split()[0] for line in requests("list", "--all")[1].splitlines()[:-1]]
    assert sorted(short) == sorted(id[:8] for id in ids)
    mine, *_ = (path for path in folder.iterdir() if "It is <right>" in path.read_text())
    other = json.loads(mine.read_text()) | {"id": mine.stem[:8], "sender": "eve@x.edu", "text": "words that fit"}
    (folder / f"{mine.stem[:8]}.json").write_text(json.dumps(other))
    assert requests("add", "form.csv")[1].split(";")[0] == "5 requests read, 0 new, 3 listed"
    mine.unlink()
    assert requests("add", "form.csv")[1].split(";")[0] == "5 requests read, 1 new, 3 listed"
    assert requests("list")[1].splitlines()[-1].startswith("6 requests")
    shown = [line.split()[0] for line in requests("list")[1].splitlines()[:-1]]
    assert len(set(shown)) == 6
    assert all(requests("show", id)[0] == 0 for id in shown)


def test_a_request_of_an_earlier_version_stays_itself(root, requests):
    requests("add", "form.csv")
    for path in list((root / "build/requests").iterdir()):
        path.write_text(path.read_text().replace(path.stem, path.stem[:8]))
        path.rename(path.with_stem(path.stem[:8]))
    assert requests("add", "form.csv")[1].split(";")[0] == "5 requests read, 0 new, 3 listed"
    (root / "students.csv").write_text("Name,Username,Email\nBob,bob,eve@x.edu\n")
    requests("add", "form.csv", "--roster", "students.csv")
    assert requests("list")[1].splitlines()[-1] == "5 requests: 3 open, 2 listed"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"decisions": [1]}', b"\xff\xfe"])
def test_a_damaged_request_is_listed_and_never_begun_anew(root, requests, damage):
    requests("add", "form.csv")
    id = next(line.split()[0] for line in requests("list")[1].splitlines() if "add_sums" in line and "ada" in line)
    path = root / "build/requests" / f"{id}.json"
    path.write_bytes(damage)
    (path.parent / "notes.json").write_text("somebody's")
    requests("add", "form.csv")
    assert path.read_bytes() == damage
    told = next(line for line in requests("list")[1].splitlines() if id in line)
    assert "listed" in told
    assert "damaged" in told
    assert requests("decide", id, "--points", 1, "--because", "x")[0] == 2


def test_a_person_sees_the_request_beside_the_verdict_and_what_was_decided_before(root, requests):
    requests("add", "form.csv")
    name = id_of(requests, "ada")
    requests("decide", name, "--refuse", "--because", "the sum is wrong")
    code, out, _ = requests("show", name[:4])
    assert (code, "It is <right>." in out, "worth 30 points" in out) == (0, True, True)
    assert "decided before: add_sums: refused: the sum is wrong" in out


def test_points_are_a_persons_and_stay_when_the_same_file_is_graded_again(root, requests):
    requests("add", "form.csv")
    code, out, _ = requests("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    assert (code, "add has 1.5 points now" in out) == (0, True)
    database.record([report("ada", ("add_sums",))], root)
    assert points_of_add(root) == (0, 1.5, False)


def test_what_is_decided_is_not_decided_twice_by_mistake(root, requests):
    requests("add", "form.csv")
    words = ("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    requests(*words)
    code, _, err = requests(*words)
    assert (code, "decided already (+1.5 points)" in err, points_of_add(root)[1]) == (2, True, 1.5)
    assert (requests(*words, "--again")[0], points_of_add(root)[1]) == (0, 3)


def test_the_class_page_says_how_many_wait(root, requests):
    requests("add", "form.csv")
    main_page = root / "build/reports/tiny/index.html"
    with pytest.raises(SystemExit):
        main(["report", "tiny"])
    assert "2 regrade requests to decide" in main_page.read_text()


def test_a_new_file_keeps_the_points_and_a_person_is_asked_once_more(root, requests):
    requests("add", "form.csv")
    requests("decide", id_of(requests, "ada"), "--points", "2", "--because", "half right")
    hand_in(root, "ada", raw=b"second")
    database.record([report("ada", ("add_sums",))], root)
    assert points_of_add(root) == (0, 2, True)
    assert "1 to decide again" in requests("list")[1]
    with book_of(root) as book:  # in formgrader
        book.find_grade("add_check", "tiny", "tiny", "ada").needs_manual_grade = False
    database.record([report("ada", ("add_sums",))], root)
    assert points_of_add(root) == (0, 2, False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--points", "31", "--because", "x"), "add has 0 of 30 points now"),
        (("--points", "-1", "--because", "x"), "that would be -1"),
        (("--points", "nan", "--because", "x"), "give --points"),
        (("--because", "x"), "give --points"),
        (("--refuse", "--points", "1", "--because", "x"), "give --points"),
        (("--refuse",), "--because"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(root, requests, words, told):
    requests("add", "form.csv")
    code, _, err = requests("decide", id_of(requests, "ada"), *words)
    assert (code, told in err) == (2, True)
    assert points_of_add(root) == (0, None, False)


def test_the_students_page_has_a_text_to_copy_or_a_mail_and_then_the_decision(root, requests):
    before = page_of(root, "ada")
    assert "Regrade request: tiny / add_sums" in before
    assert "mailto:" not in before
    rule(root, '[requests]\nmail = "staff@x.edu"\n')
    requests("add", "form.csv")
    mailed = page_of(root, "ada")
    assert "mailto:staff@x.edu?subject=Regrade%20request%3A%20tiny%20%2F%20add_sums&amp;body=" in mailed
    assert "A person will decide" in mailed
    requests("decide", id_of(requests, "ada"), "--points", "+2", "--because", "a <b> is fine")
    assert "+2 points. a &lt;b&gt; is fine" in page_of(root, "ada")
    hand_in(root, "ada", raw=b"second")
    assert "a person looks at the new one" in page_of(root, "ada")


# interrupted, or at the same time ---------------------------------------------------------------


def test_a_decision_that_was_cut_off_is_completed_and_its_points_are_not_given_twice(root, requests, monkeypatch):
    """Between the gradebook and the request's own file: the points were there, the request was open."""
    requests("add", "form.csv")
    words = ("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    with monkeypatch.context() as patch:
        patch.setattr(decisions, "save", _killed)
        assert requests(*words)[0] == 130
    assert points_of_add(root)[1] == 1.5
    code, _, err = requests(*words)
    assert (code, "was decided meanwhile (+1.5 points)" in err, points_of_add(root)[1]) == (2, True, 1.5)
    assert "1 decided" in requests("list", "--all")[1]
    assert (requests(*words, "--again")[0], points_of_add(root)[1]) == (0, 3)


@pytest.mark.parametrize("points", [1.5, 0.0])
def test_of_two_who_decide_at_once_the_second_is_told(root, requests, points):
    requests("add", "form.csv")
    seen = request_of(root, id_of(requests, "ada"))
    decisions.decide(root, seen, 1.5, "the first")
    with pytest.raises(UsageError, match=r"was decided meanwhile \(\+1.5 points\)"):
        decisions.decide(root, seen, points, "the second")
    assert points_of_add(root)[1] == 1.5
    assert [item.because for item in request_of(root, seen.id).decisions] == ["the first"]


def test_who_has_to_look_again_is_asked_even_where_the_first_recording_was_cut_off(root, requests, monkeypatch):
    requests("add", "form.csv")
    requests("decide", id_of(requests, "ada"), "--points", "2", "--because", "half right")
    hand_in(root, "ada", raw=b"second")
    with monkeypatch.context() as patch:
        patch.setattr(late_penalties, "_penalty", _killed)
        with pytest.raises(KeyboardInterrupt):
            database.record([report("ada", ("add_sums",))], root)
    database.record([report("ada", ("add_sums",))], root)
    assert points_of_add(root) == (0, 2, True)


def test_a_decision_waits_until_what_is_handed_in_now_is_graded(root, requests):
    """The person has seen verdicts of another file than the one that the points would be for."""
    requests("add", "form.csv")
    store_of(load_course(root).assignment("tiny")).put(report("ada", ("add_sums",), digest=raw_digest(b"first")))
    words = ("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    hand_in(root, "ada", raw=b"second")
    code, _, err = requests(*words)
    assert (code, "ada has handed in another file since" in err, points_of_add(root)[1]) == (1, True, None)
    hand_in(root, "ada", raw=b"first")
    assert (requests(*words)[0], points_of_add(root)[1]) == (0, 1.5)


def test_points_on_request_follow_in_the_team_where_the_work_is_the_same(root, requests):
    """Both had 4 for their answer; only who asked used to get more."""
    rule(root, '[teams]\npair = ["ada", "bob"]\n')
    for student in ("ada", "bob"):
        enter(root, student, add_check=4)
    requests("add", "form.csv")
    requests("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    assert points_of_add(root, "bob")[1] == 5.5


def test_points_on_request_stay_with_their_file_in_a_team_with_several(root, requests):
    """Both left the question blank, so their answers are the same; their code is not."""
    rule(root, '[teams]\npair = ["ada", "bob"]\n')
    hand_in(root, "bob", raw=b"own")
    requests("add", "form.csv")
    requests("decide", id_of(requests, "ada"), "--points", "+1.5", "--because", "half right")
    assert points_of_add(root, "bob") == (30, None, False)


def _killed(*_):
    raise KeyboardInterrupt
