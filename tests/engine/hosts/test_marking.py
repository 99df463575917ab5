"""The marking page: what it shows of hostile answers, what it hides, and who may ask for it."""

from __future__ import annotations

import asyncio
import json
import re
import stat
from dataclasses import replace
from pathlib import Path
from urllib.request import url2pathname

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import UsageError
from autograder.gradebook import database
from autograder.gradebook.marks import question_to_mark
from autograder.hosts import marking_server
from autograder.hosts.marking import Desk
from autograder.hosts.marking_server import application
from autograder.model import WrittenAnswer
from tests.engine.samples.book import book_of, make_book, make_course, report, url_of
from tests.engine.samples.rubric import RUBRIC

TEXTS = {"ada": "Two is even, so twice is.", "bob": "Because.", "cai": "Twice is even, so two is.", "dan": ""}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\n\u202eevil `a`b` </div></main>" + "x" * 60_000


@pytest.fixture
def root(tmp_path):
    make_course(tmp_path)
    (tmp_path / "solutions/tiny/marking.toml").write_text(RUBRIC)
    make_book(url_of(tmp_path))
    record(tmp_path, TEXTS)
    return tmp_path


def record(root, texts):
    answers = {name: (WrittenAnswer("why", text, "given" if text else "blank"),) for name, text in texts.items()}
    database.record([replace(report(name), answers=answer) for name, answer in answers.items()], root)


def desk_of(root, marker="una", with_names=False):
    return Desk(root, load_course(root).assignment("tiny"), marker, with_names)


def shown(desk, key="", choice=""):
    """The page, and what its form says about the answer."""
    page = desk.page(desk.question("why"), key, choice)
    return page, dict(re.findall(r'data-(answer|digest)="(\w+)"', page))


def click(desk, said, *levels, **more):
    return desk.click(desk.question("why"), said | {"levels": list(levels), "comment": ""} | more)


def points(root):
    with book_of(root) as book:
        rows = {name: book.find_grade("why", "tiny", "tiny", name) for name in TEXTS}
        return {name: row.manual_score for name, row in rows.items() if row.manual_score is not None}


def test_a_page_has_no_name_unless_it_is_asked_for(root):
    pages = [desk_of(root, with_names=asked).page(desk_of(root).question("")) for asked in (False, True)]
    assert [name in page for page in pages for name in ("ada", "bob", "cai")] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    assert "Answer 1" in pages[0]
    assert "In similar words" in pages[0]


def test_only_where_a_person_has_to_look_into_the_file_its_name_is_folded_in(root):
    unsure = replace(report("bob"), answers=(WrittenAnswer("why", "Because?", "unsure"),))
    database.record([unsure], root)
    desk = desk_of(root)
    pages = [shown(desk, desk.key(answer))[0] for answer in question_to_mark(root, "tiny", "why").answers]
    assert ["bob" in page for page in pages] == [False, True, False, False]
    assert "<details><summary>Whose file it is</summary><p>bob</p></details>" in pages[1]


def test_what_a_student_wrote_has_no_power(root):
    record(root, {"bob": HOSTILE})
    desk = desk_of(root)
    key = next(desk.key(answer) for answer in question_to_mark(root, "tiny", "why").answers if answer.student == "bob")
    page, _ = shown(desk, key)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "‹U+202E›" in page
    assert (page.count("</main>"), page.count("<script>")) == (1, 1)
    assert len(page) < 150_000


def test_clicks_give_points_and_the_next_answer_that_waits(root):
    desk = desk_of(root)
    _, said = shown(desk)
    after = click(desk, said, 0, 1)
    assert list(points(root).values()) == [8]
    page, again = shown(desk, after.partition("=")[2])
    assert again["answer"] != said["answer"]
    assert '<strong class="figure">1</strong> of 3 marked' in page
    assert "1 without an answer has 0" in page


MIDDLE = '  { points = 3, sentence = "It is even, without a reason." },\n'


@pytest.mark.parametrize(
    ("change", "ticked"),
    [(("", ""), 2), ((MIDDLE, ""), 0), (("points = 3", "points = 2"), 0), (("points = 4", "points = 4.0"), 2)],
)
def test_a_level_that_the_rubric_has_no_more_is_not_ticked(root, change, ticked):
    """Levels are kept by their number: after one was taken out, the next one stood there as chosen."""
    desk = desk_of(root)
    said = shown(desk)[1]
    click(desk, said, 1, 0)
    (root / "solutions/tiny/marking.toml").write_text(RUBRIC.replace(*change))
    page, _ = shown(replace(desk, assignment=load_course(root).assignment("tiny")), said["answer"])
    assert page.count(" checked>") == ticked
    assert list(points(root).values()) == [7]


@pytest.mark.parametrize(
    "wrong",
    [{"levels": [0]}, {"levels": [0, 9]}, {"levels": "00"}, {"levels": [True, 0]}, {"comment": 3}, {"digest": "x"}],
)
def test_what_is_no_mark_is_refused(root, wrong):
    desk = desk_of(root)
    with pytest.raises(UsageError):
        click(desk, shown(desk)[1], 0, 0, **wrong)
    assert points(root) == {}


def test_a_new_answer_is_not_marked_among_those_in_similar_words(root):
    desk = desk_of(root)
    click(desk, shown(desk)[1], 0, 0)
    (marked,) = points(root)
    record(root, {marked: f"{TEXTS[marked]} Really."})
    assert "The earlier one has 10." in shown(desk)[0]
    assert "10 of 10" not in shown(desk)[0]


def test_a_second_marker_sees_the_first_ones_marks_only_after_an_own_one(root):
    first, second = desk_of(root, "una"), desk_of(root, "vic")
    said = shown(first)[1]
    click(first, said, 0, 0, comment="Una wrote this.")
    blind, said = shown(second)
    form = blind[: blind.index('class="bank"')]
    assert "Una wrote this." not in form
    assert " checked>" not in form
    assert "entered elsewhere" not in form
    click(second, said, 1, 1)
    assert "have both marked 1 answer: the same points for 0" in shown(second)[0]


def test_where_they_differ_they_settle(root):
    for marker, levels in (("una", (0, 0)), ("vic", (1, 1))):
        desk = desk_of(root, marker)
        click(desk, shown(desk)[1], *levels)
    page, said = shown(desk, choice="differing")
    assert "una: 10" in page
    assert "data-settled" in page
    click(desk, said, 0, 1, settled=True)
    assert (list(points(root).values()), "data-settled" in shown(desk, choice="differing")[0]) == ([8], False)


def test_where_nothing_is_recorded_the_sentence_says_what_to_type(tmp_path):
    make_course(tmp_path)
    make_book(url_of(tmp_path))
    with pytest.raises(UsageError, match="--record"):
        shown(desk_of(tmp_path))
    with pytest.raises(UsageError, match="no question “wy” of tiny, but why"):
        desk_of(tmp_path).question("wy")


def asked(desk, path, **about):
    """The answer of a server to one request: status, headers, text."""

    async def ask():
        socket, port = bind_unused_port()
        host = f"127.0.0.1:{port}"
        server = HTTPServer(application(desk, "token", host))
        server.add_sockets([socket])
        given = {key: value.replace("HOST", host) for key, value in about.pop("headers", {}).items()}
        reply = await AsyncHTTPClient().fetch(f"http://{host}{path}", headers=given, raise_error=False, **about)
        server.stop()
        return reply

    reply = asyncio.run(ask())
    return reply.code, reply.headers, reply.body.decode()


def test_the_page_is_for_those_who_have_its_address(root):
    code, headers, page = asked(desk_of(root), "/token/why")
    assert (code, "Answer 1" in page) == (200, True)
    assert (headers["X-Frame-Options"], headers["Cache-Control"]) == ("DENY", "no-store")
    assert "script-src &#39;sha256-" in page
    for path, host in (("/other/why", "HOST"), ("/token/why", "evil.example"), ("/", "HOST"), ("/token/wy", "HOST")):
        assert asked(desk_of(root), path, headers={"Host": host})[0] == 404


def test_no_other_user_of_the_machine_sees_the_token_where_the_browser_is_started(root, monkeypatch):
    started = []

    def browse(address):
        file = Path(url2pathname(address.removeprefix("file:")))
        started.append((address, stat.S_IMODE(file.stat().st_mode), file.read_text(), file))

    monkeypatch.setattr("webbrowser.open", browse)
    monkeypatch.setattr(marking_server, "serve_marking", lambda *about: about[-1]("http://127.0.0.1:1/TOKEN/why"))
    with pytest.raises(SystemExit, match="0"):
        main(["mark", "tiny", "--course", str(root)])
    ((address, mode, page, file),) = started
    assert ("TOKEN" in address, mode, "0; url=http://127.0.0.1:1/TOKEN/why" in page) == (False, 0o600, True)
    assert not file.exists()


GOOD = {"X-Convgrade-Token": "token", "Origin": "http://HOST"}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (GOOD, 200),
        ({"X-Convgrade-Token": "token"}, 200),
        (GOOD | {"Origin": "https://evil.example"}, 403),
        (GOOD | {"Origin": "null"}, 403),
        ({"Origin": "http://HOST"}, 403),
        (GOOD | {"Host": "evil.example"}, 404),
    ],
)
def test_another_site_cannot_give_a_mark(root, headers, code):
    desk = desk_of(root)
    body = json.dumps(shown(desk)[1] | {"levels": [0, 0], "comment": ""})
    assert asked(desk, "/token/why", method="POST", body=body, headers=headers)[0] == code
    assert bool(points(root)) is (code == 200)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"levels": [0, 0]}', "\ud800".encode("utf-8", "replace").decode()])
def test_a_request_that_is_no_mark_gets_a_sentence(root, body):
    code, _, text = asked(desk_of(root), "/token/why", method="POST", body=body, headers=GOOD)
    assert code == 400
    assert json.loads(text)["error"]
