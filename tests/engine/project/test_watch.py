"""A hand-in folder: each file once, when it is whole, also after a restart. Workers are fakes."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from autograder.grading import session
from autograder.grading.session import GradingOptions
from autograder.watch import Watcher, write_beside
from tests.engine.samples import fake_workers
from tests.engine.samples.book import book_of, make_book, make_course, url_of


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


def test_a_page_waits_for_a_deadline_that_formgrader_has(tmp_path, monkeypatch):
    """Only course.toml's was looked at: the page came while others could still hand in."""
    root = make_course(tmp_path, "[feedback]\nrelease = 2000-01-01\n")
    make_book(url_of(root))
    with book_of(root) as book:
        book.update_or_create_assignment("tiny", duedate=datetime(2199, 1, 1))
    for folder in ("traces", "inbox"):
        (root / folder).mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(session, "worker_main", fake_workers.serve)
    (root / "inbox/ada.ipynb").write_text("")
    watch = watcher(root)
    watch.look()
    assert names(watch.look()) == ["ada"]
    assert not (root / "build/feedback-pages").exists()


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
    write_beside(inbox / "ada.ipynb", b"page")
    assert (inbox / "ada.feedback.html").read_bytes() == b"page"
    assert target.read_text() == "precious"
    (tmp_path / "way").symlink_to(inbox)
    with pytest.raises(OSError):
        write_beside(tmp_path / "way" / "bob.ipynb", b"page")
    assert os.listdir(inbox) == ["ada.feedback.html"]


def test_once_grades_what_is_there_and_ends(watched, capsys):
    (watched / "inbox" / "ada.ipynb").write_text("")
    with pytest.raises(SystemExit) as ended:
        main(["watch", "inbox", "--once", "--every", "0.1", "--beside"])
    assert ended.value.code == 0
    assert "tiny  ada" in capsys.readouterr().out
    assert (watched / "inbox" / "ada.feedback.html").exists()
