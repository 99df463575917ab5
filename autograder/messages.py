"""Every sentence that a student reads about a verdict, a wrong answer, a repair or a refusal.

Each says what is wrong, where, and what to do next. Nothing here escapes: whoever prints, escapes."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from autograder.model import Verdict

LABELS: Mapping[Verdict, str] = {  # two to six words each, for tables
    Verdict.PASSED: "passed",
    Verdict.CARRIED: "right, error carried forward",
    Verdict.FAILED: "not right yet",
    Verdict.RAISED: "stopped with an error",
    Verdict.TIMED_OUT: "took too long",
    Verdict.OUT_OF_MEMORY: "needed too much memory",
    Verdict.BLOCKED: "used something that is not allowed",
    Verdict.SKIPPED: "not tried",
    Verdict.UNGRADED: "not graded yet, and not your fault",
}

NO_VERDICT = "This check could not be run. That is our problem; the staff sees it and grades it again."

# Verdicts of one check ----------------------------------------------------------------------------

CUSTOM_ERROR = "a custom error"  # of a class that the student wrote: its name may say anything
NAMELESS_OPERATION = "an operation that is not allowed here"
ENDED = "Your code ended the Python process instead of answering. Remove `exit`, `quit` or `os._exit`."
UNCOMPARABLE = "Your answer has far more values, or lists in lists, than the notebook asks for. Print its type."
NO_GPU = "grading has no GPU, so use the device of the input"
KIT_ONLY = "grading has only the packages that the course's kit installs, and no files of yours"
STRAY_DATA = "data sent to the grader outside of an answer"


def _in(where: str) -> str:
    return f" in {where}" if where else ""


def _error(type_name: str, message: str) -> str:
    return f"{type_name}: {message.rstrip(' .')}" if message else type_name


def raised(type_name: str, message: str, where: str = "") -> str:
    """The student's code raised `type_name` at `where` ("corr2d, line 3")."""
    error = _error(type_name, message)
    return f"Your code stopped{_in(where)} with {error}. Call it with such an input in your notebook to see that line."


def not_implemented(where: str = "") -> str:
    """The stub is still there."""
    return f"This part is not filled in yet{_in(where)}. Replace `raise NotImplementedError()` with your own code."


def missing_name(name: str) -> str:
    """The notebook defines nothing called `name`."""
    what = f"There is no `{name}` in your notebook. Did its cell stop with an error, or did you rename it?"
    return f"{what} Restart the kernel, run all cells, and look at the first error."


def cut_short(name: str, cell: str) -> str:
    """The cell ("cell 6") that should have defined `name` stopped before it did."""
    return f"There is no `{name}` in your notebook, because {cell} stopped with an error. Mend it first."


def not_callable(name: str, type_name: str, message: str) -> str:
    """A call that failed outside of the student's cells: most often other parameters than the notebook's."""
    error = _error(type_name, message)
    return f"The notebook's way of calling `{name}` fails with {error}. Compare its parameters with the notebook's."


def not_usable(type_name: str, message: str) -> str:
    """A check stopped, outside of the student's cells, with what the student's code gave it."""
    error = _error(type_name, message)
    return f"The check stopped with {error} when it used what your code gave it. Compare its type with the notebook's."


def timed_out(seconds: float, where: str = "") -> str:
    """No answer after `seconds`."""
    return (
        f"Your code was stopped{_in(where)} after {seconds:g} seconds. Look for a loop that never ends, "
        "and for work that is repeated for every pixel."
    )


def out_of_memory(megabytes: int, where: str = "") -> str:
    """More than `megabytes` were asked for."""
    return (
        f"Your code was stopped{_in(where)} because it needed more than {megabytes} MB of memory. "
        "Look for a list that keeps growing, or an array that is much larger than its input."
    )


def banned(operation: str) -> str:
    """The student's code dispatched `operation`, which the exercise asks to write by hand."""
    return (
        f"Your code calls `{operation}`, but this exercise asks you to write that step yourself. "
        "Use sums, products and slices instead; use the ready-made function only to compare results."
    )


def blocked(what: str) -> str:
    """The box refused `what` ("opening a network connection")."""
    return f"Your code was stopped because of {what}, which is not allowed during grading. Remove that line."


def crashed(how: str) -> str:
    """The student's code brought Python itself down; `how` is "the Python process crashed (SIGSEGV)"."""
    return f"Your code brought Python itself down: {how}. Look for calls into C (ctypes) and for endless recursion."


def skipped(prerequisites: Iterable[str]) -> str:
    """Titles of the checks that must pass first."""
    names = " and ".join(f"“{name}”" for name in prerequisites)
    return f"Not tried: {names} must pass first. Start there." if names else "Not tried: another check must pass first."


def carried(names: Sequence[str]) -> str:
    """Right, once these earlier functions of the student's were replaced by right ones."""
    return f"Right, given a right {_listed(names)}. It earns its points in full."


def not_even_then(names: Sequence[str]) -> str:
    """Wrong, also with these earlier functions replaced; it could not be tried without."""
    return f"Not right yet, even with a right {_listed(names)}."


def only_with_yours(names: Sequence[str]) -> str:
    """It passes with the student's own functions, which are wrong, and fails with right ones."""
    return f"It passes with your own {_listed(names)}, but not with a right one."


# Wrong answers ------------------------------------------------------------------------------------

NOT_A_NUMBER = "The result is NaN."
REQUIRES_GRADIENTS = "The result still requires gradients (requires_grad is True): return it with `.detach()`."


def wrong_shape(yours: str, expected: str, hint: str = "") -> str:
    """A tensor of another shape; `hint` names a likely reason."""
    return f"The shape is {yours}, expected {expected}{hint}."


def wrong_dtype(yours: str, expected: str) -> str:
    """A tensor of another dtype."""
    return f"The dtype is {yours}, expected {expected}."


def wrong_type(yours: str, expected: str) -> str:
    """A value of another kind."""
    return f"The result is {yours}, expected {expected}."


def no_return(yours: str) -> str:
    """None where a tensor should be."""
    return f"The result is {yours}, expected a PyTorch tensor. Look for a missing `return` at the end of the function."


def wrong_length(count: int, limit: int) -> str:
    """A list or tuple of `count` items instead of `limit`."""
    return f"The result has {count} items, expected {limit}."


def no_gradient(argument: str) -> str:
    """The result does not depend on `argument` ("the first argument")."""
    return (
        f"No gradient reaches {argument}: the result was detached from its inputs "
        "(`.detach()`, `.item()`, `torch.tensor(...)` and NumPy do that) or has the wrong shape."
    )


def odd_answer(yours: str = "", expected: str = "") -> str:
    """An answer that cannot be judged, and how its form differs from the right one's, as far as that is known."""
    what = f"Your code answers with {yours}, expected {expected}." if yours else "Your code gives an unexpected answer."
    return f"{what} Compare the type, the length and the contents of what you return with the task."


def kept_between_calls(function: str) -> str:
    """The same call, made again after others, is answered otherwise."""
    return (
        f"Asked again with the same input, {function} answers differently: something is kept between the calls. "
        "Look for totals that are not reset, a list as a default argument, what a class or a global variable holds, "
        "and memory that is never filled (`torch.empty`)."
    )


def not_reached(actual: float, asked: float, on: str) -> str:
    """A network was trained, and its accuracy `on` some data stays below what is asked; both to as many decimals."""
    places = min(max(2, -int(Decimal(repr(asked)).as_tuple().exponent)), 6)
    exact = Decimal(repr(min(max(actual, -1e9), 1e9)))
    below = exact.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR)  # 0.8999 is not shown as 0.90
    return f"Your network reaches {below} on {on}; at least {asked:.{places}f} is required."


def too_low(name: str, asked: float) -> str:
    """A number that should have reached `asked`."""
    return f"The {name} does not reach {asked:g}."


def too_high(name: str, limit: float) -> str:
    """A number that should have stayed below `limit`."""
    return f"The {name} is not below {limit:g}."


def measured(actual: float) -> str:
    """The number itself, where the assignment shows values."""
    return f"It is {actual:.4g}."


def untrue(claim: str) -> str:
    """A property that the suite computed does not hold."""
    return f"This should be true but is not: {claim}."


def wrong_error(error: str, expected: str) -> str:
    """An error of another type."""
    return f"It raised {error}, expected {expected}."


def no_error(function: str, expected: str, yours: str) -> str:
    """An answer where there is none."""
    return f"This input has no valid answer, so {function} must raise {expected}. Yours returned {yours} instead."


def changed_in_place(argument: str) -> str:
    """The call changed one of its arguments."""
    return f"The call changed {argument} in place: work on a copy (`.clone()`) and leave the inputs unchanged."


# Repairs of a submission --------------------------------------------------------------------------

REPLACED_BYTES = "The file contains bytes that are not valid text; they were read as “\ufffd”."
REPLACED_CHARACTERS = "A cell contains characters that cannot be read; they were removed or replaced with “\ufffd”."
NO_LINE_ENDS = "The lines of some cells had no line ends; they were put back."
POINTS_CHANGED = "The points in this file were changed. That has no effect: points come from the released notebook."
NOT_A_CELL = "An entry in the file's list of cells is not a cell; it was left out."


def _listed(grade_ids: Sequence[str]) -> str:
    more = f" and {len(grade_ids) - 3} more" if len(grade_ids) > 3 else ""
    return ", ".join(f"`{grade_id}`" for grade_id in grade_ids[:3]) + more


def unreadable_cell(limit: int) -> str:
    """A cell that was left out."""
    return f"A cell without readable text, or with more than {limit:,} characters, was left out."


def restored(grade_ids: Sequence[str]) -> str:
    """Solution cells are gone; the released ones, with their stubs, took their places."""
    if len(grade_ids) > 1:
        what = f"{len(grade_ids)} cells were missing ({_listed(grade_ids)}), so the empty ones were put back."
        return f"{what} Download the notebook again and copy your answers into those cells."
    what = f"The cell {_listed(grade_ids)} was missing, so the empty one from the assignment was put back."
    return f"{what} Download the notebook again and copy your answer into that cell."


def found_elsewhere(grade_id: str) -> str:
    """A cell is gone, but another one defines the same."""
    return f"The cell `{grade_id}` was missing; what it defines was found in another cell."


def lost_label(grade_ids: Sequence[str]) -> str:
    """Solution cells that no longer carry their ids."""
    if len(grade_ids) > 1:
        named = f"{len(grade_ids)} cells had lost their labels ({_listed(grade_ids)})"
        return f"{named}; they were recognised by what they define."
    return f"The cell {_listed(grade_ids)} had lost its label; it was recognised by what it defines."


def lost_name(name: str) -> str:
    """A function of the release that nobody defines any more."""
    return f"This notebook no longer defines `{name}`. If you renamed it, change its name back to `{name}`."


def name_taken(cell: str, name: str, what: str = "gets another meaning, which was graded") -> str:
    """A later cell uses the name of an answer for something else, or does the like."""
    return f"In {cell}, `{name}` {what}. Use another name there."


def duplicated(grade_id: str, copies: int) -> str:
    """There is more than one copy of a graded cell."""
    return f"There are {copies} copies of the cell `{grade_id}`; the first edited one was graded. Delete the others."


def split(grade_id: str, count: int) -> str:
    """An answer that is split into several cells."""
    return f"The answer `{grade_id}` is spread over {count} cells; they were run one after the other."


def not_code(grade_id: str) -> str:
    """An answer whose cell became a text cell."""
    return f"The cell `{grade_id}` is no longer a code cell; its text was run as code anyway."


def moved(grade_id: str) -> str:
    """A read-only cell below cells that need it."""
    return f"The read-only cell `{grade_id}` was too far down; it was run in its original place."


def check_edited(grade_ids: Sequence[str]) -> str:
    """Check cells differ from the released ones; they count for nothing."""
    if len(grade_ids) > 1:
        return f"{len(grade_ids)} check cells were changed ({_listed(grade_ids)}). This does not affect your points."
    return f"The check cell {_listed(grade_ids)} was changed. This does not affect your points."


def given_edited(grade_ids: Sequence[str]) -> str:
    """Read-only cells differ from the released ones."""
    if len(grade_ids) > 1:
        what = f"{len(grade_ids)} read-only cells were changed ({_listed(grade_ids)}); the originals were used"
    else:
        what = f"The read-only cell {_listed(grade_ids)} was changed; the original was used"
    return f"{what}. Put your code into another cell."


def upgraded(found: str) -> str:
    """An older notebook format was read."""
    return f"Your notebook has an older format ({found}). It was read anyway; save it in Jupyter to update it."


# Refusals of a submission -------------------------------------------------------------------------

NOT_YOUR_FAULT = (  # what the student reads of `ours`: whatever broke is for the staff to read
    "Something broke on our side, not in your code. "
    "The staff sees it and grades it again; you do not need to do anything."
)
AGAIN = "Open it in Jupyter, save it, and hand it in again."
EMPTY_FILE = f"The file is empty, so there is nothing to grade. {AGAIN}"
TOO_DEEP = f"The file is nested more deeply than any notebook, so it was not read. {AGAIN}"
TOO_LONG_TO_READ = f"The file could not be read within the time and memory that reading a notebook may take. {AGAIN}"
CONFLICT = "it contains unresolved git conflict markers (<<<<<<<)"
NO_CELLS = "it has no list of cells"
NO_OBJECT = "it is not a JSON object"


def not_json(line: int | None = None) -> str:
    """The file is not JSON at all."""
    place = f" (first error in line {line})" if line else ""
    return f"The file is not a notebook: it is not valid JSON{place}. It may be cut off or of another type. {AGAIN}"


def not_a_notebook(what: str) -> str:
    """JSON, but not a notebook; `what` is wrong with it ("it has no list of cells")."""
    return f"The file is not a notebook: {what}. {AGAIN}"


def too_large(limit: float) -> str:
    """The file is over the limit. By how much nobody knows: no more than that is read of it."""
    return (
        f"The file is larger than {limit:.0f} MB, the most that can be read. Clear all outputs "
        "(in Jupyter: Edit, Clear Outputs of All Cells), save it, and hand it in again."
    )


def too_many_cells(count: int, limit: int) -> str:
    """More cells than can be read."""
    return f"The notebook has {count} cells; at most {limit} can be read. Delete some and hand it in again."


def repeated_key(key: str) -> str:
    """A JSON object has the same key twice."""
    return f"The file has the duplicate key “{key}”, so it is not clear which value counts. {AGAIN}"


def other_assignment(title: str) -> str:
    """Not one graded cell of the assignment is in there."""
    return f"This notebook has no graded cell of “{title}”. If it is for another assignment, hand in the right one."


def one_notebook(slug: str) -> str:
    """No notebook was handed in, or several were."""
    return f"A submission must contain exactly one notebook. Hand in {slug}.ipynb under its original name."


def ours(what: str) -> str:
    """Something of ours broke; `what` says what."""
    return f"This submission could not be graded: {what}. That is our problem; the staff sees it and grades it again."


# On other systems ---------------------------------------------------------------------------------

TELL_STAFF = "This is not your fault and does not count against you. The staff can see the reason; please tell them."
CUT_OFF = f"Grading was cut off before its end; the checks finished until then are below. {TELL_STAFF}"
CRASHED = f"The autograder failed, so this submission is not graded yet. {TELL_STAFF}"
NOT_YET = "Not graded yet."


def graded_by_hand(points: str) -> str:
    """Points that no check decides."""
    return f"Another {points} points are graded by hand."


def cell_stopped(label: str, error: str) -> str:
    """A cell of the notebook failed."""
    return f"Cell {label.removeprefix('cell ')} stopped with {error}."


def ran_behind(wall: str) -> str:
    """Which wall was in force."""
    return f"Your code ran behind this wall: {wall}."
