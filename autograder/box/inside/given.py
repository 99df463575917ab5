"""A function of the author's in the place of the student's, wherever that one is held: a partial, a closure, a list.

The student's function stays the same object, and gets other code.
"""

import functools
from types import CodeType, FunctionType
from typing import Any

_CACHE = type(functools.cache(len))


def stand_in_for(old: Any, answer: Any, names: dict[str, Any]) -> None:
    """Whoever calls `old`, made by the cells whose namespace this is, calls `answer`. What a library made stays."""
    if type(old) is functools.partial:
        old.__setstate__((answer, (), {}, {}))  # type: ignore[attr-defined]  # which typeshed leaves out
    cached = type(old) is _CACHE
    inner = old.__wrapped__ if cached else old
    if type(inner) is FunctionType and inner.__globals__ is names:
        inner.__code__ = _entered(len(inner.__code__.co_freevars))
        inner.__defaults__, inner.__kwdefaults__ = None, {"_answer": answer}
    if cached:
        old.cache_clear()


@functools.cache
def _entered(cells: int) -> CodeType:
    """Code that passes everything on to `_answer`: a function keeps as many cells of its closure as it has."""
    held = "".join(f"_{number}, " for number in range(cells))
    text = f"def outer({held}):\n def f(*a, _answer, **more):\n  ({held})\n  return _answer(*a, **more)\n return f"
    code = compile(text, "<given>", "exec")
    for _ in range(2):
        code = next(part for part in code.co_consts if isinstance(part, CodeType))
    return code
