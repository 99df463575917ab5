"""Known mistakes: wrong implementations that a hint can be given for."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from autograder.errors import CourseError, place
from autograder.model import Verdict

T = TypeVar("T", bound=Callable[..., Any])  # a function or a class
_MARK = "__convgrade_mistake__"
ENDS = ("", Verdict.RAISED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.BLOCKED)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known wrong implementation of `replaces`; `ends` is the verdict it ends in when it cannot be replayed."""

    name: str
    exercise: str
    replaces: str
    hint: str
    implementation: Callable[..., Any]
    ends: str = ""
    below: str = ""  # the threshold that it must not reach


def mistake(exercise: str, *, replaces: str, hint: str, ends: str = "", below: str = "") -> Callable[[T], T]:
    """Makes a function or class a known mistake of `exercise`; `hint` says what to try, `ends` is a verdict's value.

    `below` is the name of a threshold that it must not reach; `convgrade calibrate` measures it.
    """
    if ends not in ENDS:
        raise ValueError(f"ends is one of {', '.join(repr(str(verdict)) for verdict in ENDS)}, not {ends!r}")

    def decorate(implementation: T) -> T:
        declared = Mistake(implementation.__name__, exercise, replaces, hint, implementation, ends, below)
        setattr(implementation, _MARK, declared)
        return implementation

    return decorate


def load_mistakes(path: Path) -> tuple[Mistake, ...]:
    """The mistakes of a file, in its order; none when there is no file. Raises CourseError for a broken one."""
    if not path.exists():
        return ()
    with importing_from(path.parent):
        module = load_module(path)
    found = (getattr(value, _MARK, None) for value in vars(module).values())
    return tuple(item for item in found if isinstance(item, Mistake))


def load_module(path: Path) -> ModuleType:
    """A module of the course by its path. Raises CourseError with the file and line where it fails."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        raise CourseError(f"there is no {path.name}", place(path.parent), "every assignment needs one")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a broken file of the course raises
        what = f"{path.name} cannot be imported: {type(error).__name__}: {error}"
        raise CourseError(what, place(path, ([*_lines(error, path)] or [1])[-1]), "repair that file") from error
    return module


def _lines(error: Exception, path: Path) -> Iterator[int]:
    if isinstance(error, SyntaxError) and error.lineno and error.filename == str(path):
        yield error.lineno
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            yield trace.tb_lineno
        trace = trace.tb_next


@contextmanager
def importing_from(folder: Path) -> Iterator[None]:
    """`import reference` means the one of this folder, and nothing is left behind: no module, no byte code.

    The folder itself never gets on the path: its notebook.py would stand in for Jupyter's package `notebook`.
    """
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    ours = {path.stem for path in folder.glob("*.py")} - {"notebook"}
    hidden = {name: sys.modules.pop(name) for name in ours & set(sys.modules)}
    try:
        load_module(folder / "reference.py")
        yield
    finally:
        for name in ours:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        sys.dont_write_bytecode = wrote
