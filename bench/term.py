"""A class of several hundred, from submissions on disk to gradebook, pages and CSV: what it costs besides grading.

A few different submissions are graded in the box. Their files (made unique by trailing spaces) and their reports are
then repeated under all the names of the class, so that `convgrade grade` finds every report and only the rest is left
to do.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.authoring import notebooks
from autograder.authoring.demo import SampleClass
from autograder.course import Assignment, load_course
from autograder.files import write_atomically
from autograder.gradebook import database, opening
from autograder.grading.keys import content_key, context_digest
from autograder.grading.session import GradingOptions, GradingSession, store_of
from autograder.grading.store import Store
from autograder.grading.worker_process import Job
from autograder.layout import BUILD, SUBMITTED
from autograder.model import Report
from bench.views import differing

ROOT = Path(__file__).resolve().parents[1]
RULES = "\n[deadlines]\n{slug} = 2030-01-01T00:00:00Z\n[late]\nper_day = 7\n"
_BOX = "bubblewrap"
_VERBS = (("grade", "build/submitted", "--record"), ("report", ""), ("export", "", "--output", "build/grades.csv"))


def measure(
    assignment: Assignment, count: int, distinct: int, folder: Path, times: int
) -> tuple[list[float], list[float], int]:
    """(seconds per submission besides grading, seconds to record all, both each time; students whose scores differ)."""
    root = make_course(folder, assignment.slug)
    assignment = load_course(root).assignment(assignment.slug)
    stored = hand_in(assignment, graded(assignment, distinct), count)
    book, added, recording = root / "build" / "gradebook.db", [], []
    empty, reports = book.read_bytes(), store_of(assignment).all()
    for _ in range(times):
        book.write_bytes(empty)
        seconds = sum(_run(root, "autograder.cli", *(word or assignment.slug for word in verb)) for verb in _VERBS)
        added.append((stored + seconds) / count)
        book.write_bytes(empty)
        start = time.perf_counter()
        database.record(reports, root)
        recording.append(time.perf_counter() - start)
    grade_by_hand(assignment)
    return added, recording, len(differing(assignment))


def make_course(root: Path, slug: str) -> Path:
    """A copy of the course in `root`, with an empty gradebook and a late penalty."""
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with (root / "solutions" / "course.toml").open("a") as rules:
        rules.write(RULES.format(slug=slug))
    notebooks.build(load_course(root))
    _run(root, "nbgrader", "generate_assignment", slug)
    return root


def graded(assignment: Assignment, distinct: int) -> list[tuple[bytes, Report]]:
    """Different notebooks with their reports: all right, half done, then known mistakes in one exercise each."""
    desk = SampleClass(assignment)
    raws = [desk.perfect(), desk.half_done(), *map(desk.mistaken, range(distinct - 2))]
    jobs = [Job(f"sample {number}", "notebook.ipynb", "", raw) for number, raw in enumerate(raws)]
    apart = Store(assignment.root / BUILD / "samples")
    reports = list(GradingSession(assignment, GradingOptions(jobs=2, wall=_BOX), apart).grade(jobs))
    if not all(report.graded for report in reports):
        raise RuntimeError("something could not be graded; run `convgrade doctor`")
    return list(zip(raws, reports, strict=True))


def hand_in(assignment: Assignment, samples: Sequence[tuple[bytes, Report]], count: int) -> float:
    """Write files, every third one late, and reports of `count` students; return the seconds spent storing."""
    store, context, seconds = store_of(assignment), context_digest(assignment, _BOX), 0.0
    for number in range(count):
        student, (raw, report) = f"student {number:03}", samples[number % len(samples)]
        raw += b" " * number
        folder = assignment.root / SUBMITTED / student / assignment.slug
        write_atomically(folder / f"{assignment.slug}.ipynb", raw)
        day = "2029-12-31" if number % 3 else "2030-01-02"
        write_atomically(folder / "timestamp.txt", f"{day} 12:00:00 UTC".encode())
        start = time.perf_counter()
        store.put(replace(report, student=student, key=content_key(raw, context)))
        seconds += time.perf_counter() - start
    return seconds


def grade_by_hand(assignment: Assignment) -> None:
    """Enter points for what people grade and some extra credit, then recompute the penalties."""
    dice = random.Random(assignment.slug)
    with opening.opened(assignment.root, assignment.slug) as found:
        for submission in found[0].assignment_submissions(assignment.slug) if found else ():
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                if grade.auto_score is None:
                    grade.manual_score = round(dice.uniform(0, grade.max_score), 3)
                elif dice.random() < 0.1:
                    grade.extra_credit = round(dice.uniform(0, 2), 3)
            found[0].db.commit()
    _run(assignment.root, "autograder.cli", "late", assignment.slug)


def _run(root: Path, module: str, *words: str) -> float:
    """Seconds that a command takes in the course's folder."""
    start = time.perf_counter()
    command = [sys.executable, "-m", module, *words]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {ended.returncode}:\n{ended.stderr}")
    return time.perf_counter() - start
