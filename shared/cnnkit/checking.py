"""The inline check below each exercise: one line per example, in the grader's own words, and one small figure."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from cnnkit.compare.relations import Pair, related
from cnnkit.example import Example, Outcome
from cnnkit.figures.plots import Picture, difference
from cnnkit.notebook import in_notebook, say, show, validating
from cnnkit.switched_off import noticing
from cnnkit.trouble import explain

INDENT = "      "
WIDTH = 90  # characters of a line
SWITCHED_OFF = "⚠ {name} uses {what}, switched off while it is graded: there it would not count. Write it without."


def check(function: Callable[..., Any], *examples: Example, through: Callable[..., Any] | None = None) -> None:
    """Try the examples and print a line for each: ✓ right, ✗ with what is wrong, ○ not written yet.

    `function` is the student's. Where an example needs more than a call of it, `through` is what is called instead: a
    helper of the notebook that uses the function.

    The first wrong array is drawn: *yours · expected · difference*. Nothing is raised, so Run All goes on; only under
    nbgrader's Validate does a wrong example raise AssertionError.
    """
    name = _heading(function)
    with noticing(function) as banned:
        outcomes = [example.run(through or function) for example in examples]
    if outcomes and all(outcome.unwritten for outcome in outcomes):
        say(f"○ {name}: not written yet.")
    else:
        _print_lines(name, examples, outcomes)
    if banned:
        say(_indented(SWITCHED_OFF.format(name=name, what=" and ".join(banned))))
    if validating() and not all(outcome.ok for outcome in outcomes):
        wrong = sum(not outcome.ok for outcome in outcomes)
        raise AssertionError(f"{name}: {wrong} of {len(outcomes)} examples are not right yet")


def _heading(function: Callable[..., Any]) -> str:
    """The name of a function or class; of a method `Steps.train_step`."""
    name: str = getattr(function, "__qualname__", "") or getattr(function, "__name__", "your function")
    return name.rpartition("<locals>.")[2]


def _print_lines(name: str, examples: tuple[Example, ...], outcomes: list[Outcome]) -> None:
    say(name)
    for example, outcome in zip(examples, outcomes, strict=True):
        say(f"  {'✓' if outcome.ok else '✗'} {example.title(name, outcome.ok)}")
        if not outcome.ok:
            say(_indented(outcome.sentence))
    pairs = [Pair(outcome.actual, outcome.expected, outcome.given) for outcome in outcomes if outcome.mismatch]
    relation = related(pairs)
    if relation:
        say(_indented(f"→ {relation.sentence}"))
    say(_summary(examples, outcomes))
    picture = next(filter(None, map(_picture, outcomes)), None)
    if picture and in_notebook():
        show(picture)


def _summary(examples: tuple[Example, ...], outcomes: list[Outcome]) -> str:
    judged = [outcome.ok for example, outcome in zip(examples, outcomes, strict=True) if not example.accepts]
    if not judged:
        return "Whether the answer is right, grading tells."
    right, total = sum(judged), len(judged)
    end = ". Grading tries more than this, on other inputs." if right == total else "."
    return f"{right} of {total} right{end}"


def _picture(outcome: Outcome) -> Picture | None:
    """A figure for an array that differs: the slice around the first wrong value, or both arrays when shapes differ."""
    mismatch = outcome.mismatch
    if mismatch is None or mismatch.kind not in ("value", "finite", "shape"):
        return None
    yours, expected = mismatch.yours_slice, mismatch.expected_slice
    if yours is not None and expected is not None:
        caption = mismatch.caption if any(character.isdigit() for character in mismatch.caption) else ""
        return difference(np.array(yours, dtype=float), np.array(expected, dtype=float), caption)
    yours_plane, expected_plane = _last_two(outcome.actual), _last_two(outcome.expected)
    if yours_plane is None or expected_plane is None:
        return None
    return difference(yours_plane, expected_plane)


def _last_two(value: Any) -> Any:
    """The first 2-D slice of an array as NumPy, or None where it cannot be drawn."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().double().numpy()
    if not isinstance(value, np.ndarray) or value.size == 0 or value.ndim == 0:
        return None
    return np.atleast_2d(value).reshape(-1, *np.atleast_2d(value).shape[-2:])[0]


@contextmanager
def after_writing(name: str) -> Iterator[None]:
    """A picture that needs the function `name`: until that is written and works, a line says so, not an error."""
    try:
        yield
    except (Exception, SystemExit) as error:  # noqa: BLE001  a student's code may raise anything, and Run All goes on
        unwritten = isinstance(error, NotImplementedError) and not str(error)
        if unwritten or _needs_an_earlier_cell(error):
            verb = "are" if " and " in name or " to " in name else "is"
            say(f"○ This picture appears once {name} {verb} written.")
        else:
            say(f"✗ No picture yet: {name} stopped with\n{_indented(explain(error))}")


def _needs_an_earlier_cell(error: BaseException) -> bool:
    """Whether the cell itself, not a student's function, misses a name: the cell that defines it has not run."""
    trace = error.__traceback__.tb_next if error.__traceback__ else None  # the first frame is the context manager's own
    return isinstance(error, NameError) and trace is not None and trace.tb_next is None


def _indented(text: str) -> str:
    """The lines of a text, wrapped to the width of a notebook and indented."""
    wrapped = (textwrap.wrap(line, WIDTH, break_long_words=False) or [""] for line in text.splitlines())
    return "\n".join(INDENT + part for parts in wrapped for part in parts)
