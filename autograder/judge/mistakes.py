"""Known mistakes: wrong implementations that a hint can be given for."""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from autograder.course.answers import mistakes_of, parsed, right_definition, wrong_text
from autograder.course.declarations import MistakeSpec
from autograder.course.definitions import Function, TopLevel, names_in
from autograder.course.parts import MISTAKES, PartFile, files_of
from autograder.errors import CourseError, place
from autograder.judge.course_modules import importing_from, load_module
from autograder.model import Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from autograder.course import Assignment

T = TypeVar("T", bound=Callable[..., Any])  # a function or a class
MAGICS = re.compile(r"^[%!].*", re.MULTILINE)  # lines that only Jupyter understands
ENDS = ("", Verdict.RAISED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.BLOCKED)


@dataclass(frozen=True, slots=True)
class EditOf:
    """What a mistake that is an edit is made of, for whoever puts two of them together."""

    spec: MistakeSpec
    right: str  # the definition that it changes
    names: Mapping[str, Any]  # what the definition may use


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
    edit: EditOf | None = None
    also: tuple[tuple[str, Callable[..., Any]], ...] = ()  # of two at once: what else is replaced, and by what

    @property
    def parts(self) -> tuple[tuple[str, Callable[..., Any]], ...]:
        """Everything that is replaced, and by what."""
        return (self.replaces, self.implementation), *self.also


def mistake(exercise: str = "", *, replaces: str, hint: str, ends: str = "", below: str = "") -> Callable[[T], T]:
    """Makes a function or class a known mistake; `hint` says what to try, `ends` is a verdict's value.

    In a file that is named after an exercise, `exercise` is left out. `below` is the name of a threshold that it must
    not reach; `convgrade calibrate` measures it. All of it is read from the source, before anything is imported.
    """
    _refuse_other_ends(ends)
    return lambda implementation: implementation


def edit(  # noqa: PLR0913  # a call of it reads like a line of a table
    function: str, name: str, *texts: str, hint: str, of: str = "", ends: str = "", below: str = ""
) -> None:
    """A known mistake that is a right definition with some of its text exchanged: `old, new`, and more such pairs.

    `function` is "f", "Class" or "Class.method". Its text is the author's answer, without the solution markers, or that
    of the alternative `of`; each old text is there exactly once. As with `mistake`, it is read from the source.
    """
    _refuse_other_ends(ends)


def design(function: str, name: str, *texts: str, of: str = "") -> None:
    """A right definition with some of its text exchanged, as in `edit`, so that it is right in another way.

    `convgrade calibrate` sets a threshold that all designs reach. As with `edit`, it is read from the source.
    """


def _refuse_other_ends(ends: str) -> None:
    if ends not in ENDS:
        raise ValueError(f"ends is one of {', '.join(repr(str(verdict)) for verdict in ENDS)}, not {ends!r}")


def load_mistakes(assignment: Assignment) -> tuple[Mistake, ...]:
    """Every mistake, in the order of the exercises and of the lines. Raises CourseError for a broken file.

    The answers that are edited may use what the reference, and the given cells of the notebook define.
    """
    known = mistakes_of(assignment)
    with importing_from(assignment.folder):
        reference = vars(importlib.import_module("reference"))
        modules = {file.path: _module(file) for file in files_of(assignment.mistakes)}
        right = {spec.name: right_definition(assignment, spec) for spec in known if spec.pairs}
        edits = {spec.name: wrong_text(right[spec.name], spec) for spec in known if spec.pairs}
        names = _names_of(edits.values(), reference, assignment)
        found = []
        for spec in known:
            edit = EditOf(spec, right[spec.name], names) if spec.pairs else None
            made = compiled(spec, edits[spec.name], dict(names)) if edit else getattr(modules[spec.path], spec.name)
            found.append(Mistake(spec.name, spec.exercise, spec.replaces, spec.hint, made, spec.ends, spec.below, edit))
    return tuple(found)


def _module(file: PartFile) -> ModuleType:
    return load_module(file.path, f"{MISTAKES}.{file.exercise}" if file.exercise else "")


def _names_of(sources: Iterable[str], reference: Mapping[str, Any], assignment: Assignment) -> dict[str, Any]:
    """What these definitions may use: names of the reference; of the notebook's given cells what defines nothing new.

    Given cells are not run: only their imports, functions, classes and plain constants, and only those that are used.
    """
    used = {name for source in sources for name in names_in(ast.parse(source))}
    names = dict(reference)
    given = [
        node
        for cell in assignment.release
        if cell.kind == "code" and cell.role == "given"
        for node in parsed(MAGICS.sub("", cell.source)).body
        if _is_definition(node)
    ]
    needed = {id(node) for node in TopLevel(ast.Module(given, [])).closure(used - names.keys() - vars(builtins).keys())}
    for node in (node for node in given if id(node) in needed):
        _run(ast.Module([node], []), names, "<given>", place(assignment.notebook))
    return names


def _is_definition(node: ast.stmt) -> bool:
    """Whether nothing is computed: an import, a function, a class, or a name for a plain value."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return isinstance(node, (ast.Import, ast.ImportFrom, Function))
    try:
        ast.literal_eval(node.value or ast.Constant(None))
    except ValueError:
        return False
    return True


def compiled(edit: MistakeSpec, source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """What the source of a wrong definition defines among these names. Raises CourseError."""
    _run(ast.parse(source), names, f"<{edit.name}>", place(edit.path, edit.line))
    made: Callable[..., Any] = names[edit.replaces.rpartition(".")[2]]
    return made


def _run(tree: ast.Module, names: dict[str, Any], called: str, where: str) -> None:
    """Executes definitions of the course, annotations unread. Raises CourseError."""
    code = compile(tree, called, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
    try:
        exec(code, names)  # noqa: S102  # the author's text, not a student's
    except Exception as error:  # whatever a broken definition raises
        what = f"{called.strip('<>')} cannot be defined: {type(error).__name__}: {error}"
        raise CourseError(what, where, "fix it") from error
