"""What is the author's in the place of the student's, wherever that one is held: a partial, a closure, a list.

The student's function stays the same object, and gets other code; an object with `__call__` stays the same, and gets
another class; a class stays the same, and makes what the author's makes.
"""

import contextlib
import functools
from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import Any

_CACHE = type(functools.cache(len))
_PARTS = {  # of the code that passes on: what it takes, and what it gives
    False: ("*a, _answer, **more", "_answer(*a, **more)"),
    True: (
        "_self, /, *a, _answer, _of, _own, **more",
        "_answer(*a, **more) if _self is _of else _own(_self, *a, **more)",
    ),
}


def stand_in_for(old: Any, answer: Any, names: dict[str, Any]) -> None:
    """Whoever calls `old`, made by the cells whose namespace this is, calls `answer`. What a library made stays."""
    if old is answer:
        return
    if type(old) is functools.partial:
        old.__setstate__((answer, (), {}, {}))  # type: ignore[attr-defined]  # which typeshed leaves out
    elif isinstance(old, type) and _is_of(names, old):
        _make_others(old, answer)
    elif _is_of(names, type(old)):
        _be_another(old, answer)
    else:
        _enter_another(old, answer, names)


def _is_of(names: dict[str, Any], kind: type) -> bool:
    return bool(type.__getattribute__(kind, "__module__") == names.get("__name__"))


def _make_others(old: type, answer: Any) -> None:
    """The class makes what `answer` makes; what was built on it is built on `answer`, where that is possible."""
    own: Any = old.__new__
    plain = own is object.__new__

    def made(kind: Any, /, *a: Any, **more: Any) -> Any:
        if kind is old:
            return answer(*a, **more)
        return own(kind) if plain else own(kind, *a, **more)

    with contextlib.suppress(TypeError):  # one that is not like the other in memory
        built: list[Any] = type.__subclasses__(old) if isinstance(answer, type) else []
        for kind in built:
            kind.__bases__ = tuple(answer if base is old else base for base in kind.__bases__)
    type.__setattr__(old, "__new__", staticmethod(made))


def _be_another(old: Any, answer: Any) -> None:
    """The object gets a class of its own, whose objects are called as `answer` is."""
    kind: Any = type(old)
    passed_on = {"__call__": lambda _, /, *a, **more: answer(*a, **more)}
    with contextlib.suppress(Exception):  # one that has `__slots__`, or says no in `__init_subclass__`
        called = type.__new__(type(kind), kind.__name__, (kind,), passed_on)
        object.__setattr__(old, "__class__", called)


def _enter_another(old: Any, answer: Any, names: dict[str, Any]) -> None:
    """The function below what decorates `old`, or of which it is the method, gets other code."""
    inner, bound, caches = old, type(old) is MethodType, list[Callable[..., Any]]()
    while type(inner) in (_CACHE, MethodType, FunctionType) and not _is_made_in(names, inner):
        caches += [inner] if type(inner) is _CACHE else []
        inner = inner.__func__ if type(inner) is MethodType else getattr(inner, "__wrapped__", None)
    if _is_made_in(names, inner):
        kept = {"_of": old.__self__, "_own": _copied(inner)} if bound else {}
        inner.__code__ = _entered(len(inner.__code__.co_freevars), bound)
        inner.__defaults__, inner.__kwdefaults__ = None, {"_answer": answer} | kept
    for cache in caches:
        cache.cache_clear()  # type: ignore[attr-defined]  # as every one of functools has


def _is_made_in(names: dict[str, Any], thing: Any) -> bool:
    return type(thing) is FunctionType and thing.__globals__ is names


def _copied(function: FunctionType) -> FunctionType:
    copy = FunctionType(function.__code__, function.__globals__, "", function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


@functools.cache
def _entered(cells: int, bound: bool) -> CodeType:
    """Code that passes everything on to `_answer`: a function keeps as many cells of its closure as it has."""
    held, (takes, gives) = "".join(f"_{number}, " for number in range(cells)), _PARTS[bound]
    text = f"def outer({held}):\n def f({takes}):\n  ({held})\n  return {gives}\n return f"
    code = compile(text, "<given>", "exec")
    for _ in range(2):
        code = next(part for part in code.co_consts if isinstance(part, CodeType))
    return code
