"""What people do with a gradebook, each as a function that a process of its own can run: it may be killed there."""

from __future__ import annotations

import os
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.course import load_course
from autograder.gradebook import database
from autograder.gradebook.marks import question_to_mark
from autograder.grading import session
from autograder.hosts.marking import Desk
from tests.engine.samples import fake_workers
from tests.engine.samples.book import report, url_of

MANY = tuple(f"student {number}" for number in range(15))
_TERM = (("grade", "build/submitted", "--record", "--jobs", "2"), ("report", "tiny"), ("late", "tiny"))


@cache
def processes() -> ForkServerContext:
    """Makes processes that have everything imported from the start, forked from one that has no threads."""
    context = ForkServerContext()
    rooms = ("cli.main", "gradebook.gather", "grading.session", "hosts.marking", "reports.class_page")
    context.set_forkserver_preload([*(f"autograder.{room}" for room in rooms), "autograder.submission.find", "pytest"])
    return context


def term(root: Path) -> None:
    """Grade → record → feedback → penalties, as they are typed one after the other, with workers that grade nothing."""
    os.chdir(root)
    session.worker_main = fake_workers.serve
    for words in _TERM:
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, words


def record_all(root: Path, backwards: bool) -> None:
    """An instructor records the class: every third has all points, the others lack those for `add`."""
    reports = [report(name, ("add_sums",) if index % 3 else ()) for index, name in enumerate(MANY)]
    database.record(reports[::-1] if backwards else reports, root)


def enter_all(root: Path) -> None:
    """A person in formgrader, as fast as can be."""
    for index, name in enumerate(MANY):
        with Gradebook(url_of(root)) as book:
            grade = book.find_grade("why", "tiny", "tiny", name)
            grade.manual_score, grade.extra_credit = float(index % 10), 0.5
            book.db.commit()


def mark_all(root: Path) -> None:
    """A marker, as fast as can be: whose answer was marked is in a file once the browser would know."""
    desk = Desk(root, load_course(root).assignment("tiny"), "una")
    waiting = [each for each in question_to_mark(root, "tiny", "why").answers if not each.done_by("una")]
    with (root / "told").open("a") as told:
        for shown in waiting:
            said = {"answer": desk.key(shown), "digest": shown.recorded.digest, "levels": [0, 1], "comment": ""}
            desk.click(desk.question("why"), said)
            told.write(f"{shown.student}\n")
            told.flush()
