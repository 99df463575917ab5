"""Prerequisites: in which order checks are tried, and which one to fix first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.model import CheckResult, Verdict

After = Mapping[str, Sequence[str]]
"""The checks that each check comes after; a graph without cycles (autograder.course.declarations refuses them)."""


def ordered(after: After) -> tuple[str, ...]:
    """Declaration order, except that a prerequisite comes before what depends on it."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in done:
            for parent in after[name]:
                visit(parent)
            done[name] = None

    for name in after:
        visit(name)
    return tuple(done)


def roots(names: Sequence[str], after: After, results: Mapping[str, CheckResult]) -> list[str]:
    """Of checks that were tried, those that did not pass and came after nothing that did not."""
    found: list[str] = []
    for name in names:
        if results[name].verdict is not Verdict.PASSED:
            found += roots(after[name], after, results) or [name]
    return list(dict.fromkeys(found))
