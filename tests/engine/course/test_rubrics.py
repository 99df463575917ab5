"""How people mark: the file is read and checked with the course; what does not add up is refused with its line."""

from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.course.rubrics import plain_rubric
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]
GOOD = """\
[why]
asks = "A reason."

[[why.criteria]]
name = "The reason"
levels = [
  { points = 7, sentence = "A reason." },
  { points = 0, sentence = "None." },
]

[[why.criteria]]
name = "Its words"
levels = [{ points = 3, sentence = "Clear." }, { points = 1.5, sentence = "Half." }, { points = 0, sentence = "No." }]

[[why.examples]]
points = 10
answer = "Twice is twice."
"""


def rubric(sample_course, text=GOOD):
    return load_course(sample_course({"tiny/marking.toml": text})).assignment("tiny").rubrics["why"]


def test_a_rubric_has_criteria_with_levels_and_examples(sample_course):
    read = rubric(sample_course)
    assert [len(criterion.levels) for criterion in read.criteria] == [2, 3]
    assert (read.asks, read.examples[0].points) == ("A reason.", 10)


def test_levels_are_chosen_by_their_number(sample_course):
    read = rubric(sample_course)
    assert (read.points_of([0, 1]), read.points_of([1, 2])) == (8.5, 0)
    for wrong in ([0], [0, 3], [-1, 0]):
        with pytest.raises(ValueError, match="level"):
            read.points_of(wrong)


def test_without_a_file_there_is_no_rubric_and_half_of_the_points_is_a_level(sample_course):
    assert load_course(sample_course()).assignment("tiny").rubrics == {}
    assert [level.points for level in plain_rubric(5).criteria[0].levels] == [5, 2.5, 0]


@pytest.mark.parametrize(
    ("old", "new", "what", "line"),
    [
        ("points = 7", "points = 6", "add up to 9, not 10", 1),
        ("[why]", "[wy]", "people mark no question “wy”", 1),
        ('points = 0, sentence = "None."', 'points = 1, sentence = "None."', "are worth [7.0, 1.0]", 5),
        ("points = 1.5", "points = 4", "are worth [3.0, 4.0, 0.0]", 12),
        ('sentence = "None."', 'sentence = " "', "“sentence” is missing or not text", 5),
        ("points = 10", "points = 11", "invalid value points = 11", 1),
        ("points = 10", f"points = 1{'0' * 400}", "invalid value points = 1000", 1),
        ("points = 10", "points = nan", "invalid value points = nan", 1),
        ("asks = ", "ask = ", "unknown setting “ask”", 2),
        ('name = "Its words"', "", "“name” is missing or not text", 1),
        ("levels = [{ points = 3", "steps = [{ points = 3", "unknown setting “steps”", 13),
        ("[[why.examples]]", "[[why.example]]", "unknown setting “example”", 15),
        ('name = "Its words"', 'name = "The  Reason"', "two criteria are called “The  Reason”", 12),
        ("[why]", "[why", "invalid TOML", 1),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(sample_course, old, new, what, line):
    with pytest.raises(CourseError) as refused:
        rubric(sample_course, GOOD.replace(old, new))
    assert what in refused.value.what
    assert refused.value.where.endswith(f"tiny/marking.toml:{line}")


def test_every_question_of_the_course_has_a_rubric():
    for assignment in load_course(ROOT).assignments:
        asked = {exercise.name for exercise in assignment.exercises if exercise.manual}
        assert assignment.rubrics.keys() == asked
