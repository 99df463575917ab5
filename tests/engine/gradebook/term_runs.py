"""What people do with a gradebook, each as a function that a process of its own can run: it may be killed there."""

from __future__ import annotations

import os
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.gradebook import database
from autograder.grading import session
from tests.engine.samples import fake_workers
from tests.engine.samples.book import report, url_of

MANY = tuple(f"student {number}" for number in range(15))
_TERM = (("grade", "build/submitted", "--record", "--jobs", "2"), ("report", "tiny"), ("late", "tiny"))


@cache
def processes() -> ForkServerContext:
    """Makes processes that have everything imported from the start, forked from one that has no threads."""
    context = ForkServerContext()
    rooms = ("cli.main", "gradebook.gather", "grading.session", "reports.class_page", "submission.find")
    context.set_forkserver_preload([*(f"autograder.{room}" for room in rooms), "pytest"])
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
