"""Every sentence that a student reads about a verdict, a repair or a refusal.

Each says what is wrong, where, and what to do next. Nothing here escapes: whoever prints, escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from autograder.model import Verdict

LABELS = MappingProxyType(
    {
        Verdict.PASSED: "passed",
        Verdict.FAILED: "not right yet",
        Verdict.RAISED: "stopped with an error",
        Verdict.TIMED_OUT: "took too long",
        Verdict.OUT_OF_MEMORY: "needed too much memory",
        Verdict.BLOCKED: "used something that is not allowed",
        Verdict.SKIPPED: "not tried",
        Verdict.UNGRADED: "not graded yet, and not your fault",
    }
)
"""Two to six words per verdict, for tables."""

EXPLANATIONS = MappingProxyType(
    {
        Verdict.PASSED: "Your code does what this check asks.",
        Verdict.FAILED: "Your code ran, and its answer differs from the right one.",
        Verdict.RAISED: "Your code stopped with an error before it gave an answer.",
        Verdict.TIMED_OUT: "Your code gave no answer in the time that this check allows.",
        Verdict.OUT_OF_MEMORY: "Your code asked for more memory than a submission may use.",
        Verdict.BLOCKED: "Your code used something that this exercise, or grading in general, does not allow.",
        Verdict.SKIPPED: "Another check has to pass first; it did not.",
        Verdict.UNGRADED: "This check could not be run. That is our problem; the staff sees it and grades it again.",
    }
)
"""One sentence per verdict, for a legend."""


# Verdicts of one check ----------------------------------------------------------------------------


def raised(type_name: str, message: str, where: str = "") -> str:
    """The student's code raised `type_name` at `where` ("corr2d, line 3")."""
    error = f"{type_name}: {message.rstrip(' .')}" if message else type_name
    place = f" in {where}" if where else ""
    return f"Your code stopped{place} with {error}. Call it with such an input in your notebook and read that line."


def not_implemented(where: str = "") -> str:
    """The stub is still there."""
    place = f" in {where}" if where else ""
    return f"This part is not filled in yet{place}. Replace `raise NotImplementedError()` by your own code."


def missing_name(name: str) -> str:
    """The notebook defines nothing called `name`."""
    return (
        f"There is no `{name}` in your notebook. Did its cell stop with an error, or did you rename it? "
        "Restart the kernel, run all cells, and look at the first error."
    )


def timed_out(seconds: float, where: str = "") -> str:
    """No answer after `seconds`."""
    place = f" in {where}" if where else ""
    return (
        f"Your code was stopped{place} after {seconds:g} seconds. Look for a loop that never ends, "
        "and for work that is repeated for every pixel."
    )


def out_of_memory(megabytes: int, where: str = "") -> str:
    """More than `megabytes` were asked for."""
    place = f" in {where}" if where else ""
    return (
        f"Your code was stopped{place} because it needed more than {megabytes} MB of memory. "
        "Look for a list that keeps growing, or an array that is much larger than its input."
    )


def banned(operation: str) -> str:
    """The student's code dispatched `operation`, which the exercise asks to write by hand."""
    return (
        f"Your code calls `{operation}`, and this exercise asks you to write that step yourself. "
        "Use sums, products and slices instead; the ready-made one may only be used to compare."
    )


def blocked(what: str) -> str:
    """The box refused `what` ("opening a network connection")."""
    return f"Your code was stopped because of {what}, which is not possible while grading. Take that line out."


def ended() -> str:
    """The student's code ended its own process."""
    return "Your code ended the whole program instead of answering. Take out `exit`, `quit` or `os._exit`."


def crashed(how: str) -> str:
    """The student's code brought Python itself down; `how` is "the Python process crashed (SIGSEGV)"."""
    return f"Your code brought Python itself down: {how}. Look for calls into C (ctypes) and for endless recursion."


def not_reached(actual: float, asked: float, on: str) -> str:
    """A network was trained, and its accuracy `on` some data stays below what is asked; both to as many decimals."""
    places = min(max(2, -int(Decimal(repr(asked)).as_tuple().exponent)), 6)
    exact = Decimal(repr(min(max(actual, -1e9), 1e9)))
    below = exact.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR)  # 0.8999 is not shown as 0.90
    return f"Your network reaches {below} on {on}; {asked:.{places}f} is asked."


def skipped(prerequisites: Iterable[str]) -> str:
    """Titles of the checks that must pass first."""
    names = " and ".join(f"“{name}”" for name in prerequisites)
    return f"Not tried: {names} has to pass first. Start there." if names else EXPLANATIONS[Verdict.SKIPPED]


def ungraded() -> str:
    """The check did not run and it is ours to repair."""
    return EXPLANATIONS[Verdict.UNGRADED]


# Repairs of a submission --------------------------------------------------------------------------


def _listed(grade_ids: Sequence[str]) -> str:
    named = [f"`{grade_id}`" for grade_id in grade_ids[:3]]
    more = [f"{len(grade_ids) - 3} more"] if len(grade_ids) > 3 else []
    return ", ".join(named) + "".join(f" and {rest}" for rest in more)


def restored(grade_ids: Sequence[str]) -> str:
    """Solution cells are gone; the released ones, with their stubs, took their places."""
    if len(grade_ids) > 1:
        what = f"{len(grade_ids)} cells were missing ({_listed(grade_ids)}), so the empty ones were put back."
        return f"{what} Download the notebook again and copy your answers into those cells."
    return (
        f"The cell {_listed(grade_ids)} was missing, so the empty one from the assignment was put back. "
        "Download the notebook again and copy your answer into that cell."
    )


def lost_label(grade_ids: Sequence[str]) -> str:
    """Solution cells that no longer carry their ids."""
    if len(grade_ids) > 1:
        named = f"{len(grade_ids)} cells had lost their labels ({_listed(grade_ids)})"
        return f"{named}; they were recognised by what they define."
    return f"The cell {_listed(grade_ids)} had lost its label; it was recognised by what it defines."


def duplicated(grade_id: str, copies: int) -> str:
    """A graded cell stands there more than once."""
    return f"The cell `{grade_id}` stood there {copies} times; the first edited copy was graded. Delete the others."


def check_edited(grade_ids: Sequence[str]) -> str:
    """Check cells differ from the released ones; they count for nothing."""
    if len(grade_ids) > 1:
        what = f"The checks under {len(grade_ids)} exercises were changed ({_listed(grade_ids)})"
    else:
        what = f"The check under the exercise, {_listed(grade_ids)}, was changed"
    return f"{what}. That costs and earns nothing."


def given_edited(grade_ids: Sequence[str]) -> str:
    """Read-only cells differ from the released ones."""
    if len(grade_ids) > 1:
        what = f"{len(grade_ids)} read-only cells were changed ({_listed(grade_ids)}); the originals were used"
    else:
        what = f"The read-only cell {_listed(grade_ids)} was changed; the original was used"
    return f"{what}. Put your code into another cell."


def upgraded(found: str) -> str:
    """An older notebook format was read."""
    return f"Your notebook is in an older format ({found}). It was read all the same; saving it in Jupyter renews it."


def points_changed() -> str:
    """The file's metadata names other points than the release."""
    return "The points written in this file were changed. That has no effect: points come from the released notebook."


# Refusals of a submission -------------------------------------------------------------------------

AGAIN = "Open it in Jupyter, save it, and hand it in again."


def empty_file() -> str:
    """Zero bytes, or only white space."""
    return f"The file is empty, so there is nothing to grade. {AGAIN}"


def not_json(line: int | None = None) -> str:
    """The file is no JSON at all."""
    place = f" (the first problem is in line {line})" if line else ""
    return f"The file is not a notebook: it is no JSON{place}. It may be cut off, or another kind of file. {AGAIN}"


def not_a_notebook(what: str) -> str:
    """JSON, but no notebook; `what` is wrong with it ("it has no list of cells")."""
    return f"The file is not a notebook: {what}. {AGAIN}"


def too_large(megabytes: float, limit: float) -> str:
    """The file is over the limit."""
    return (
        f"The file has {megabytes:.0f} MB; at most {limit:.0f} MB can be read. Clear all outputs "
        "(in Jupyter: Edit, Clear Outputs of All Cells), save it, and hand it in again."
    )


def too_many_cells(count: int, limit: int) -> str:
    """More cells than can be read."""
    return f"The notebook has {count} cells; at most {limit} can be read. Delete some and hand it in again."


def too_deep() -> str:
    """JSON nested deeper than any notebook is."""
    return f"The file is nested deeper than any notebook is, so it was not read. {AGAIN}"


def repeated_key(key: str) -> str:
    """A JSON object says the same key twice."""
    return f"The file says “{key}” twice in one place, so it is not clear which one counts. {AGAIN}"


def too_long_to_read() -> str:
    """The reader's own time or memory limit was reached."""
    return f"The file could not be read in the time and memory that reading a notebook may take. {AGAIN}"


def other_assignment(title: str) -> str:
    """Not one graded cell of the assignment is in there."""
    return f"No graded cell of “{title}” is in this notebook. If it belongs to another one, hand in the right one."


def ours(what: str) -> str:
    """Something of ours broke; `what` says what."""
    return f"This submission could not be graded: {what}. That is our problem; the staff sees it and grades it again."


def not_your_fault() -> str:
    """What the student reads of `ours`: whatever broke is the staff's to read."""
    return "Something of ours broke, nothing of yours. The staff sees it and grades it again; you need not do anything."
