"""Every assignment of the course, one after the other, with the stretches that are off this term."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Assignment, Course, load_course

ROOT = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.parent.name for path in ROOT.glob("solutions/*/notebook.py"))


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course(ROOT)


@pytest.fixture(scope="session", params=SLUGS)
def assignment(request: pytest.FixtureRequest, course: Course) -> Assignment:
    return course.assignment(request.param).whole
