"""What a mistake costs is the weight of its own checks and of those that come after them."""

from __future__ import annotations

from autograder.authoring.prices import find_prices
from autograder.course import load_course


def test_a_mistake_costs_its_checks_and_what_comes_after_them(sample_course):
    assignment = load_course(sample_course()).assignment("tiny")
    (price,) = [price for price in find_prices(assignment, "double") if price.mistake.endswith("squares")]
    weights = {check.name: check.weight for check in assignment.checks if check.exercise == "double"}
    lost = {*price.failed, "double_leaves_its_input_alone"}  # after double_doubles
    assert "double_doubles" in price.failed
    assert price.share == sum(weights[name] for name in lost) / sum(weights.values())
