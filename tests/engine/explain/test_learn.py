"""`convgrade learn`: what a class got wrong that no catalogue has, without a name, and ready to paste."""

from __future__ import annotations

import pytest

from autograder.authoring import variants
from autograder.cli.main import main
from autograder.course import load_course
from autograder.course.answers import mistakes_of
from autograder.explain.learn import clusters, example
from autograder.grading.keys import content_key, context_digest
from autograder.grading.session import store_of
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from tests.conftest import write_course

WRONG = 'def double(x):\n    """By Ada Lovelace"""\n    # Ada again\n    return 3 * x\n'
SAME_LINE = "def double(x):\n    twice = x * 3\n    return twice\n"
STAFF = "Line 2 of double, changed so, passes:\n-    twice = x * 3\n+    twice = x * 2"


@pytest.fixture
def course(tmp_path):
    return load_course(write_course(tmp_path))


def store(course, student, source=WRONG, **values):
    """A report of this student whose first exercise has a failed check, and the file that it is about."""
    assignment = course.assignment("tiny")
    raw = variants.with_solution(assignment, {"double": source})
    path = course.root / "build/submitted" / student / "tiny/tiny.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    told = {"verdict": Verdict.FAILED, "message": "3 numbers are wrong"} | values
    check = CheckResult("double", "double_is_twice", "double is twice", **told)
    key = content_key(raw, context_digest(assignment, "bubblewrap"))
    store_of(assignment).put(
        Report("tiny", student, "tiny.ipynb", (ExerciseResult("double", "Doubling", 60, 0, (check,)),), key=key)
    )


def found(course):
    assignment = course.assignment("tiny")
    return clusters(assignment, store_of(assignment).all())


def test_what_fails_alike_is_one_cluster_whatever_the_numbers(course):
    store(course, "Ada")
    store(course, "Bo", message="17 numbers are wrong")
    store(course, "Cy", message="The shape is wrong")
    assert [len(cluster.reports) for cluster in found(course)] == [2, 1]


@pytest.mark.parametrize(
    "known",
    [
        {"mistake": "squared"},
        {"mistake": "squared_and_squared"},
        {"unwritten": True},
        {"verdict": Verdict.SKIPPED},
        {"verdict": Verdict.PASSED},
    ],
)
def test_what_has_a_name_or_is_no_mistake_is_left_out(course, known):
    store(course, "Ada", **known)
    assert found(course) == []


def test_a_relation_is_told_apart_from_another_one(course):
    store(course, "Ada", mistake="scaled", hint="times 3")
    store(course, "Bo", mistake="negated", hint="with the other sign")
    assert {cluster.found for cluster in found(course)} == {"scaled", "negated"}


def test_an_example_has_no_name_in_it(course):
    store(course, "Ada")
    assert example(found(course)[0], course, 1).source == "def double(x):\n    return 3 * x"


def test_an_edit_becomes_a_known_mistake(course):
    store(course, "Ada", SAME_LINE, mistake="line_value", hint="Look at line 2 of `double`: the number.", staff=STAFF)
    stub = example(found(course)[0], course, 1).stub
    assert stub == 'edit("double", "line_value_1", "twice = x * 2", "twice = x * 3", hint="…")'
    path = course.root / "solutions/tiny/mistakes.py"
    path.write_text(f"from autograder.judge import edit\n\n{stub}\n".replace("edit(", "edit(", 1))
    assert [mistake.name for mistake in mistakes_of(load_course(course.root).assignment("tiny"))] == ["line_value_1"]


def test_without_an_edit_there_is_a_head_to_fill_and_none_of_the_student_s_code(course):
    store(course, "Ada")
    stub = example(found(course)[0], course, 1).stub
    assert stub == '@mistake(replaces="double", hint="…")\ndef unseen_1(x):\n    ...'


def test_the_verb_shows_clusters_and_names_nobody(course, capsys):
    store(course, "Ada", SAME_LINE, mistake="line_value", staff=STAFF)
    with pytest.raises(SystemExit) as ended:
        main(("learn", "tiny", "--course", str(course.root)))
    said = capsys.readouterr().out
    assert (ended.value.code, "Ada" in said) == (0, False)
    assert 'edit("double", "line_value_1"' in said


def test_without_reports_there_is_nothing_to_learn(course):
    with pytest.raises(SystemExit) as ended:
        main(("learn", "tiny", "--course", str(course.root)))
    assert ended.value.code == 3
