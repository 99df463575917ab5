"""A hand-in folder: each file once, when it is whole, also after a restart. Workers are fakes."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import ConvgradeError
from autograder.files import safe_name
from autograder.gradebook import opening
from autograder.grading import session
from autograder.grading.session import GradingOptions
from autograder.watch import PagesBeside, Watcher
from tests.engine.samples import fake_workers
from tests.engine.samples.book import book_of, make_book, make_course, rule, url_of


@pytest.fixture
def watched(sample_course, monkeypatch):
    """A course with a folder where students hand in."""
    root = sample_course()
    (root / "traces").mkdir()
    (root / "inbox").mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(session, "worker_main", fake_workers.serve)
    return root


def watcher(root):
    return Watcher(load_course(root), root / "inbox", GradingOptions(), root / "build/feedback-pages")


def names(reports):
    return [report.student for report in reports]


def seen(root):
    path = root / "traces" / "seen"
    return path.read_text().split() if path.exists() else []


def test_a_file_is_graded_once_when_it_has_stopped_changing(watched):
    watch = watcher(watched)
    file = watched / "inbox" / "ada.ipynb"
    file.write_text("wro")
    assert watch.look() == []
    file.write_text("wrong")
    assert watch.look() == []
    assert names(watch.look()) == ["ada"]
    assert watch.look() == []
    assert seen(watched) == ["ada"]


def test_what_is_handed_in_again_is_graded_again_and_nothing_else(watched):
    watch = watcher(watched)
    for name in ("ada", "bob"):
        (watched / "inbox" / f"{name}.ipynb").write_text("")
    watch.look(), watch.look()
    (watched / "inbox" / "bob.ipynb").write_text("wrong")
    watch.look()
    assert names(watch.look()) == ["bob"]
    assert sorted(seen(watched)) == ["ada", "bob", "bob"]


def test_a_restart_grades_only_what_is_new(watched):
    first = watcher(watched)
    (watched / "inbox" / "ada.ipynb").write_text("")
    first.look(), first.look()
    second = watcher(watched)
    (watched / "inbox" / "bob.ipynb").write_text("")
    second.look(), second.look()
    assert seen(watched) == ["ada", "bob"]


def test_a_restart_writes_the_page_that_a_crash_left_out(watched):
    (watched / "inbox" / "ada.ipynb").write_text("")
    first = watcher(watched)
    first.look(), first.look()
    (page,) = (watched / "build/feedback-pages/tiny").iterdir()
    page.unlink()
    second = watcher(watched)
    second.look(), second.look()
    assert "Tiny" in page.read_text()


def test_what_our_fault_left_ungraded_is_not_tried_for_ever(watched):
    watch = watcher(watched)
    (watched / "inbox" / "eve.ipynb").write_text("die 1")
    watch.look()
    assert [report.fault for report in watch.look()] == ["ours"]
    tried = len(seen(watched))
    assert watch.look() == []
    assert len(seen(watched)) == tried


RELEASED = "[gradebook]\nwait_seconds = 0.02\n[feedback]\nrelease = 2000-01-01\n"


@pytest.fixture
def released(tmp_path, monkeypatch):
    """The same with a gradebook; feedback is released but for a deadline that formgrader may have."""
    root = make_course(tmp_path, RELEASED)
    make_book(url_of(root))
    for folder in ("traces", "inbox"):
        (root / folder).mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(session, "worker_main", fake_workers.serve)
    (root / "inbox/ada.ipynb").write_text("")
    return root


def due(root, day):
    with book_of(root) as book:
        book.update_or_create_assignment("tiny", duedate=day)


def test_a_page_waits_for_a_deadline_that_formgrader_has(released):
    """Only course.toml's was looked at: the page came while others could still hand in."""
    due(released, datetime(2199, 1, 1))
    watch = watcher(released)
    watch.look()
    assert names(watch.look()) == ["ada"]
    assert not (released / "build/feedback-pages").exists()


def test_a_page_waits_for_whom_the_deadline_was_moved_meanwhile(released):
    """When it may come was asked once, when it was graded."""
    due(released, datetime(2030, 1, 1))
    watch, now = watcher(released), [datetime(2029, 12, 1, tzinfo=UTC)]
    watch.clock = lambda: now[0]
    watch.look(), watch.look()
    due(released, datetime(2030, 6, 1))
    rule(released, RELEASED + '[extensions]\nada = "40 days"\n')
    now[0] = datetime(2030, 7, 1, tzinfo=UTC)
    watch.look()
    assert not (released / "build/feedback-pages").exists()
    now[0] = datetime(2030, 7, 12, tzinfo=UTC)
    watch.look()
    assert pages(released) == ["ada"]


def pages(root):
    return sorted(path.name.partition("-")[0] for path in (root / "build/feedback-pages/tiny").glob("*"))


def locked(root):
    other = sqlite3.connect(root / "build/gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other.close


def lost(root):
    with opening.opened(root, "tiny"):
        (root / "build/gradebook.db").rename(root / "kept.db")
    return lambda: (root / "kept.db").rename(root / "build/gradebook.db")


def corrupt(root):
    whole = (root / "build/gradebook.db").read_bytes()
    (root / "build/gradebook.db").write_bytes(b"no database " * 4000)
    return lambda: (root / "build/gradebook.db").write_bytes(whole)


def misspelt(root):
    rule(root, RELEASED + '[extensions]\nadda = "2 days"\n')
    with book_of(root) as book:
        book.update_or_create_student("ada")
    return lambda: rule(root, RELEASED)


def without_sense(root):
    rule(root, RELEASED + "[teams]\nreds = 3\n")
    return lambda: rule(root, RELEASED)


def no_address(root):
    config = root / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(before + '\nc.CourseDirectory.db_url = "nowhere"\n')
    return lambda: config.write_text(before)


@pytest.mark.parametrize("beside", [True, False])
def test_who_gets_more_time_later_has_no_page_after_the_next_start(watched, beside):
    """Whoever handed in late, or anew, could read what was told about the first file."""
    rules = "[deadlines]\ntiny = 2020-01-01\n[feedback]\nrelease = 2020-01-01\n"
    rule(watched, rules)
    for name in ("ada", "bob"):
        (watched / "inbox" / f"{name}.ipynb").write_text("")
    told = []

    def start():
        watch = watcher(watched)
        watch.pages, watch.on_fault = None if beside else watch.pages, told.append
        watch.clock = lambda: datetime(2020, 6, 1, tzinfo=UTC)
        watch.look(), watch.look()
        pages = [*(watched / "inbox").glob("*.html"), *(watched / "build").glob("feedback-pages/tiny/*")]
        return sorted(page.name[:3] for page in pages)

    assert (start(), told) == (["ada", "bob"], [])
    rule(watched, f"{rules}[extensions]\nbob = '365 days'\n")
    assert (start(), len(told), "bob can hand in again" in told[0]) == (["ada"], 1, True)
    assert (start(), len(told)) == (["ada"], 1)


@pytest.mark.parametrize("damaged", [locked, lost, corrupt, misspelt, without_sense, no_address])
def test_where_it_cannot_be_known_whether_a_page_is_due_it_waits_and_the_watch_goes_on(released, damaged):
    watch, said = watcher(released), []
    watch.on_fault = said.append
    mend = damaged(released)
    watch.look()
    assert names(watch.look()) == ["ada"]
    (released / "inbox/bob.ipynb").write_text("")
    watch.look()
    assert names(watch.look()) == ["bob"]
    assert (len(said), pages(released)) == (1, [])
    mend()
    watch.look()
    assert (len(said), pages(released)) == (1, ["ada", "bob"])


def test_a_page_that_cannot_be_written_waits_and_the_others_come(watched):
    watch, said = watcher(watched), []
    watch.on_fault = said.append
    for name in ("ada", "bob"):
        (watched / f"inbox/{name}.ipynb").write_text("")
    in_the_way = watched / f"build/feedback-pages/tiny/{safe_name('ada')}.html"
    in_the_way.mkdir(parents=True)
    watch.look(), watch.look(), watch.look()
    assert (len(said), pages(watched)) == (1, ["ada", "bob"])
    in_the_way.rmdir()
    watch.look()
    assert in_the_way.is_file()


def test_once_ends_with_1_where_a_page_could_not_be_handed_out(released, capsys):
    corrupt(released)
    with pytest.raises(SystemExit) as ended:
        main(["watch", "inbox", "--once", "--every", "0.1"])
    out, err = capsys.readouterr()
    assert (ended.value.code, "tiny  ada" in out) == (1, True)
    assert "a page waits: the gradebook is no database" in err


def test_links_and_hidden_files_are_left_alone(watched):
    watch = watcher(watched)
    (watched / "inbox" / ".ipynb_checkpoints").mkdir()
    (watched / "inbox" / ".ipynb_checkpoints" / "ada.ipynb").write_text("")
    (watched / "inbox" / "eve.ipynb").symlink_to(watched / "solutions/course.toml")
    watch.look()
    assert watch.look() == []
    assert seen(watched) == []


def test_feedback_beside_a_notebook_follows_no_link(tmp_path):
    inbox, target = tmp_path / "inbox", tmp_path / "target"
    inbox.mkdir()
    target.write_text("precious")
    (inbox / "ada.feedback.html").symlink_to(target)
    with pytest.raises(ConvgradeError, match="is no page of ours"):
        PagesBeside(tmp_path).write(inbox / "ada.ipynb", b"page")
    assert target.read_text() == "precious"
    (tmp_path / "way").symlink_to(inbox)
    with pytest.raises(OSError):
        PagesBeside(tmp_path).write(tmp_path / "way" / "bob.ipynb", b"page")
    assert os.listdir(inbox) == ["ada.feedback.html"]


@pytest.mark.parametrize("extension", ["", "[extensions]\nada = '365 days'\n"])
def test_a_students_own_file_is_no_page_of_ours(watched, extension):
    """It was overwritten, and taken away where its student had more time."""
    rule(watched, f"[deadlines]\ntiny = 2020-01-01\n[feedback]\nrelease = 2020-01-01\n{extension}")
    own, told = watched / "inbox/ada.feedback.html", []
    own.write_text("my own notes")
    for name in ("ada", "bob"):
        (watched / "inbox" / f"{name}.ipynb").write_text("")
    watch = watcher(watched)
    watch.pages, watch.on_fault = None, told.append
    watch.clock = lambda: datetime(2020, 6, 1, tzinfo=UTC)
    watch.look(), watch.look(), watch.look()
    assert (own.read_text(), (watched / "inbox/bob.feedback.html").exists()) == ("my own notes", True)
    assert ["is no page of ours" in sentence for sentence in told] == [True] * (not extension)


def test_a_page_of_ours_is_replaced_by_the_next(watched):
    ours, notebook = PagesBeside(watched), watched / "inbox/ada.ipynb"
    for page in (b"one", b"two", b"two"):
        ours.write(notebook, page)
    assert (watched / "inbox/ada.feedback.html").read_bytes() == b"two"
    assert (ours.take_back(notebook), ours.take_back(notebook), os.listdir(watched / "inbox")) == (True, False, [])


def test_once_grades_what_is_there_and_ends(watched, capsys):
    (watched / "inbox" / "ada.ipynb").write_text("")
    with pytest.raises(SystemExit) as ended:
        main(["watch", "inbox", "--once", "--every", "0.1", "--beside"])
    assert ended.value.code == 0
    assert "tiny  ada" in capsys.readouterr().out
    assert (watched / "inbox" / "ada.feedback.html").exists()
