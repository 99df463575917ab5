"""The map of the course says what the notebooks say."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.course_map import course_map, tasks_of
from autograder.course import load_course

ROOT = Path(__file__).resolve().parents[3]
HEADED = """# ## T1 · Twice
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 30 minutes · 60 points*
#
# Double a number"""


@pytest.fixture(scope="module")
def course():
    return load_course(ROOT)


def test_the_page_in_docs_is_the_one_that_is_printed(course):
    """Else: `convgrade map > docs/course.md`."""
    assert (ROOT / "docs" / "course.md").read_text("utf-8") == course_map(course)


def test_every_point_of_the_course_belongs_to_a_task_of_the_map(course):
    points = {each.slug: sum(task.points for task in tasks_of(each) if not task.stretch) for each in course.assignments}
    assert points == dict.fromkeys(points, 100.0)


def test_no_task_needs_the_code_of_another(course):
    """As the notebooks promise: each is graded on its own."""
    assert [task.label for each in course.assignments for task in tasks_of(each) if task.uses] == []


def test_a_heading_gives_title_minutes_and_importance(sample_course):
    course = load_course(sample_course({"tiny/notebook.py": ("# Double a number", HEADED)}))
    (task,) = tasks_of(course.assignments[0])
    assert (task.label, task.title, task.minutes, task.importance) == ("T1", "Twice", 30, 5)
    assert "| 2 | all | 0.5 | 0.2 |" in course_map(course)


def test_what_an_answer_calls_is_on_the_map(sample_course):
    changes = {"tiny/notebook.py": ("# %% double role", f"# %% [markdown]\n{HEADED}\n\n# %% double role")}
    root = sample_course(changes)
    path = root / "solutions/tiny/notebook.py"
    text = path.read_text().replace("twice = x * 2", "twice = add(x, x)")
    before, after = text.split("# %% add role", 1)
    again = HEADED.replace("T1 · Twice", "T2 · Add")
    path.write_text(f"{before}# %% [markdown]\n{again}\n\n# %% add role{after}")
    first, second = tasks_of(load_course(root).assignments[0])
    assert (first.uses, second.uses) == (("add",), ())
