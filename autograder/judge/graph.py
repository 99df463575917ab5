"""The order of checks: declaration order, except that a prerequisite comes before what depends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.errors import CourseError


def ordered(after: Mapping[str, Sequence[str]], where: Mapping[str, str]) -> tuple[str, ...]:
    """Names in an order in which every name follows the ones it comes after. Raises CourseError on a cycle or gap."""
    done: list[str] = []
    for name in after:
        _visit(name, after, where, done, ())
    return tuple(done)


def _visit(
    name: str, after: Mapping[str, Sequence[str]], where: Mapping[str, str], done: list[str], path: tuple[str, ...]
) -> None:
    if name in done:
        return
    if name in path:
        circle = " → ".join([*path[path.index(name) :], name])
        raise CourseError(f"Checks wait for each other: {circle}.", where[name], "Take one `after=` out.")
    for parent in after[name]:
        if parent not in after:
            what = f"The check {name} comes after {parent}, and there is no such check."
            raise CourseError(what, where[name], 'Write the name of a test function without "test_".')
        _visit(parent, after, where, done, (*path, name))
    done.append(name)
