"""The page of every setting is the one that the code prints, and the code reads nothing else."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.settings import settings_page
from autograder.course import settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def test_the_page_in_docs_is_the_one_that_the_command_prints():
    """Else: `convgrade settings > docs/settings.md`."""
    assert PAGE.read_text("utf-8") == settings_page()


def test_every_table_that_a_file_may_have_is_on_the_page():
    page = settings_page()
    tables = (*settings.COURSE_TABLES, *settings.ASSIGNMENT_TABLES)
    assert [name for name in tables if f"### [{name}]" not in page and f"### [{name}." not in page] == []
