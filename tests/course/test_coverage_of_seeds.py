"""Every row of the five course notes has its sentence and its checks, and docs/coverage.md says so."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.coverage import notes, write_coverage
from autograder.course import load_course

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current_and_names_a_sentence_for_every_row():
    """A row without a task, a sentence that students do not read, a check that is not there: a CourseError here."""
    assert write_coverage(load_course(ROOT), dry_run=True) == []


def test_all_five_notes_are_there():
    found = notes(load_course(ROOT))
    assert [note.name for note in found] == ["S0", "S1", "S2", "S3", "S4"]
    assert sum(len(note.rows) for note in found) == 144
