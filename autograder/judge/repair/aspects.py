"""What kind of thing to look at in a line, and the sentence that says so: never what to put there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from autograder.text.escape import terminal

QUOTED = 60  # characters of a line of the student's


class Aspect(StrEnum):
    """What kind of thing to look at in a line that makes a function wrong."""

    INDEX = "index"
    AXIS = "axis"
    RANGE = "range"
    VALUE = "value"
    COMPARISON = "comparison"
    OPERATOR = "operator"
    SIGN = "sign"
    ROUNDING = "rounding"
    NAME = "name"
    ARGUMENT = "argument"
    ORDER = "order"
    CALL = "call"
    MISSING = "missing"
    EXTRA = "extra"
    ASSIGNMENT = "assignment"
    CONDITION = "condition"
    MOVED = "moved"
    ANEW = "anew"
    OTHERS = "others"
    ENDS = "ends"
    WEIGHT = "weight"


ASPECTS: Mapping[Aspect, str] = {
    Aspect.INDEX: "the index",
    Aspect.AXIS: "the axis",
    Aspect.RANGE: "where the range begins and ends",
    Aspect.VALUE: "the number",
    Aspect.COMPARISON: "the comparison",
    Aspect.OPERATOR: "the operator, and what stands on which side of it",
    Aspect.SIGN: "the sign",
    Aspect.ROUNDING: "how it rounds",
    Aspect.NAME: "which name is used where",
    Aspect.ARGUMENT: "the arguments of the call",
    Aspect.ORDER: "the order",
    Aspect.CALL: "which function is called",
    Aspect.MISSING: "is a step missing there?",
    Aspect.EXTRA: "does all of it belong there?",
    Aspect.ASSIGNMENT: "does it add, or assign anew?",
    Aspect.CONDITION: "the condition",
    Aspect.MOVED: "is it in the right place, before, after, inside or outside of its neighbours?",
    Aspect.ANEW: "does it begin anew each time?",
    Aspect.OTHERS: "does it change what others use, too?",
    Aspect.ENDS: "does it end there, or go on?",
    Aspect.WEIGHT: "does each of them count as much as it should?",
}
"""What kind of thing to look at; never what to put there."""


def line_to_look_at(cell: str, lines: Mapping[int, str], aspect: Aspect | None = None) -> str:
    """Where to look: the line, or those that belong together, and what kind of thing there, where that may be told.

    `lines` has the code of each by its number in the cell.
    """
    many = " and ".join(f"line {line}" for line in lines)
    place = f"Look at {many} of `{cell}`{' together' if len(lines) > 1 else ''}{_quoted(lines.values())}"
    what = ASPECTS[aspect] if aspect else ""
    return f"{place}: {what.removesuffix('?')}{'?' if what.endswith('?') else '.'}" if what else f"{place}."


def excerpt(code: str, column: int) -> str:
    """A line of code without its indentation; of a long one, what is quoted has this column about in the middle."""
    shown = code.strip()
    column -= len(code) - len(code.lstrip())
    begin = max(min(column - QUOTED // 2, len(shown) - QUOTED), 0)
    return f"…{shown[begin + 1 :]}" if begin else shown


def _quoted(code: Iterable[str]) -> str:
    """What stands there, since not every notebook shows the numbers of its lines; nothing where quotes would break."""
    shown = [terminal(line, QUOTED) for line in dict.fromkeys(code)]
    return f" ({' and '.join(f'`{line}`' for line in shown)})" if all(shown) and "`" not in "".join(shown) else ""
