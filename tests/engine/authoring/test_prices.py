"""What a mistake costs is the weight of its own checks and of those that come after them."""

from __future__ import annotations

from autograder.authoring.prices import find_prices
from autograder.course import load_course

AFTER = '''

@check("double", after="double_is_twice", weight=3)
def test_double_of_nothing(student, cases):
    """double of zeros is zeros"""
    nothing = cases.tensor(2) * 0
    expect(student.double(nothing)).to_match(nothing)
'''


def test_a_mistake_costs_its_checks_and_what_comes_after_them(sample_course):
    root = sample_course()
    path = root / "solutions/tiny/test_tiny.py"
    path.write_text(path.read_text() + AFTER)
    assignment = load_course(root).assignment("tiny")
    (price,) = find_prices(assignment, "double")
    weights = {check.name: check.weight for check in assignment.checks if check.exercise == "double"}
    assert price.failed == ("double_is_twice",)
    assert price.share == 1 - weights["double_keeps_the_shape"] / sum(weights.values())
