"""Where students write a test of somebody else's function, it learns nothing but what that function gives."""

import pytest

from autograder.course import load_course
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.model import Verdict

READING = """
import inspect, sys

def read(thing, depth=0):
    "All names that can be read from a function, and from what it holds."
    code = getattr(thing, "__code__", None)
    yield from (getattr(thing, "__name__", ""), getattr(thing, "__qualname__", ""), *(code.co_names if code else ()))
    yield from read(thing.__wrapped__, depth + 1) if hasattr(thing, "__wrapped__") else ()
    for cell in getattr(thing, "__closure__", None) or ():
        yield from read(cell.cell_contents, depth + 1) if callable(cell.cell_contents) and depth < 5 else ()

def trustworthy(given):
    asked = str(sys._getframe(1).f_locals.get("name"))
    return bool({RIGHT!r} & {asked, *read(given)})
"""
RIGHT = {
    "a2_pooling_im2col": {"torch_itself", "in_double", "a_layer", "image_by_image"},
    "a6_looking_inside": {"batch", "product", "one by one"},
}


def test_names_are_read_through_decorators_and_closures():
    names = {}
    exec(READING.replace("{RIGHT!r}", "set()"), names)  # noqa: S102  # as a notebook would

    def torch_itself(x):
        return x

    def handed(x):
        return torch_itself(x)

    assert {"handed", "torch_itself"} <= set(names["read"](handed))


@pytest.mark.parametrize("slug", RIGHT)
def test_a_test_that_reads_names_instead_earns_nothing(course, slug):
    names = {}
    exec(READING.replace("{RIGHT!r}", repr(RIGHT[slug])), names)  # noqa: S102  # as a notebook would
    assignment = load_course(course.root).assignment(slug)
    checks = [check.name for check in assignment.whole.checks if check.exercise == "trustworthy"]
    box = LocalBox(names)
    found = with_suite(
        assignment.whole, lambda suite: {name: suite.unexplained(name, box.ask).verdict for name in checks}
    )
    assert {name for name, verdict in found.items() if verdict is Verdict.PASSED} == set()
