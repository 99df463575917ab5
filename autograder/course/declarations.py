"""What the hidden suite, the reference and the mistakes of an assignment declare, read without importing them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from autograder.course.definitions import Function, bound
from autograder.course.parts import PartFile, files_of
from autograder.course.toml import is_number
from autograder.errors import CourseError, place
from autograder.log import noted


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One hidden check, as declared in the suite."""

    exercise: str
    name: str  # the test function's name without "test_"
    title: str  # the first line of its docstring
    weight: float  # 0: earns nothing by itself, a gate for others
    after: tuple[str, ...]  # names of the checks that must pass first
    line: int
    path: Path  # the file that declares it
    quotes: tuple[str, ...] = ()  # the sentences of the notebook that it rests on


@dataclass(frozen=True, slots=True)
class MistakeSpec:
    """One known mistake, as declared: a definition of its own, or an edit of a right one."""

    exercise: str
    name: str
    replaces: str
    hint: str
    line: int
    path: Path  # the file that declares it
    ends: str = ""  # the verdict it ends in, where it cannot be replayed
    below: str = ""  # the threshold that it must not reach
    pairs: tuple[tuple[str, str], ...] = ()  # of an edit: texts and what takes their places
    of: str = ""  # of an edit: the alternative that is edited, the author's answer by default


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file of the course. Raises CourseError when it is missing or not Python."""
    try:
        return ast.parse(noted(path).read_bytes(), filename=path.name)
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing", place(path), "create it, see CONTRIBUTING") from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise CourseError(f"{path.name} is not valid Python: {error}", place(path, line), "fix it") from None


def read_checks(path: Path, exercises: Sequence[str] = ()) -> tuple[CheckSpec, ...]:
    """Every check of a hidden suite: by file in the order of the exercises, then by line.

    Raises CourseError with file and line.
    """
    checks = [check for file in files_of(path, exercises) for check in _checks_in(file)]
    if not checks:
        parse(path / "<exercise>.py" if path.is_dir() else path)  # says that it is missing
    _refuse_repeated_names(checks)
    _refuse_bad_prerequisites(checks)
    return tuple(checks)


def read_mistakes(
    path: Path, exercises: Sequence[str] = (), homes: Mapping[str, str] | None = None
) -> tuple[MistakeSpec, ...]:
    """Every known mistake: by file in the order of the exercises, then by line; none where there is no such file.

    `homes` says whose exercise a function is, for edits in a file that is not named after one.
    Raises CourseError with file and line.
    """
    found = [mistake for file in files_of(path, exercises) for mistake in _mistakes_in(file, homes or {})]
    _refuse_repeated_names(found)
    return tuple(found)


def read_designs(path: Path, exercises: Sequence[str], homes: Mapping[str, str]) -> tuple[MistakeSpec, ...]:
    """Every design: an edit of a right definition that leaves it right, so it has no hint. Raises CourseError."""
    calls = [(call, file) for file in files_of(path, exercises) for call in _calls(file, "design")]
    found = [_edit(call, file, homes) for call, file in calls]
    _refuse_repeated_names(found)
    return tuple(found)


def _calls(file: PartFile, name: str) -> Iterator[ast.Call]:
    """The calls of that function which are lines of their own at the top of the file."""
    for node in parse(file.path).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _called(node.value) == name:
            yield node.value


def _checks_in(file: PartFile) -> Iterator[CheckSpec]:
    tree = parse(file.path)
    top = {node for node in tree.body if isinstance(node, ast.FunctionDef)}
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    for node in sorted(tests, key=lambda test: test.lineno):
        if node not in top:
            where = place(file.path, node.lineno)
            raise CourseError(f"{node.name} is not at the top of the file", where, "move it there")
        yield _check(file, node)


def _mistakes_in(file: PartFile, homes: Mapping[str, str]) -> Iterator[MistakeSpec]:
    for node in parse(file.path).body:
        if isinstance(node, Function) and (call := _decorator(node, "mistake")):
            where = place(file.path, node.lineno)
            exercise, replaces = _exercise(call, file, where), _text(call, 1, "replaces", where)
            yield MistakeSpec(exercise, node.name, replaces, *_told(call, file, node.lineno))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _called(node.value) == "edit":
            yield _edit(node.value, file, homes)


def _edit(call: ast.Call, file: PartFile, homes: Mapping[str, str]) -> MistakeSpec:
    where = place(file.path, call.lineno)
    names = ("the function", "the name", *("an old or new text" for _ in call.args[2:]))
    texts = [str(_plain(argument, name, where, str)) for argument, name in zip(call.args, names, strict=True)]
    if len(texts) < 4 or len(texts) % 2:
        todo = f'write {_called(call)}("function", "name", "old", "new", …), more pairs after the first'
        raise CourseError(f"{_called(call)}() needs at least one old/new pair", where, todo)
    function, name, *rest = texts
    if not name.isidentifier():
        raise CourseError(f"invalid name “{name}”", where, "use letters, digits and _, e.g. forgets_the_bias")
    owner = function.partition(".")[0]
    exercise = file.exercise or homes.get(owner, "")
    if not exercise or (homes and homes.get(owner) != exercise):
        of = f"the exercise “{exercise}”" if exercise else "this assignment"
        raise CourseError(f"no answer of {of} defines “{owner}”", where, "correct the first argument")
    pairs = tuple(zip(rest[::2], rest[1::2], strict=True))
    return MistakeSpec(exercise, name, function, *_told(call, file, call.lineno), pairs, _option(call, "of", where))


def _told(call: ast.Call, file: PartFile, line: int) -> tuple[str, int, Path, str, str]:
    """What a mistake and an edit say alike: hint, line, file, `ends` and `below`."""
    where = place(file.path, line)
    position = 2 if _called(call) == "mistake" else None
    return (
        "" if _called(call) == "design" else _text(call, position, "hint", where),
        line,
        file.path,
        _option(call, "ends", where),
        _option(call, "below", where),
    )


def _option(call: ast.Call, name: str, where: str) -> str:
    return str(_literal(call, None, name, where, ""))


def _exercise(call: ast.Call, file: PartFile, where: str) -> str:
    """The exercise that a decorator names, or that the file is named after."""
    if not file.exercise:
        return _text(call, 0, "exercise", where)
    named = _literal(call, 0, "exercise", where, file.exercise)
    if named != file.exercise:
        todo = f"leave it out: everything in this file belongs to “{file.exercise}”"
        raise CourseError(f"“{named}” is not the exercise of this file", where, todo)
    return file.exercise


def defined_names(path: Path) -> frozenset[str]:
    """Names that a module binds at its top level."""
    return frozenset(name for node in parse(path).body for name in bound(node))


def _check(file: PartFile, node: ast.FunctionDef) -> CheckSpec:
    where = place(file.path, node.lineno)
    call = _decorator(node, "check")
    if call is None:
        todo = "add @check() above it" if file.exercise else 'add @check("exercise") above it'
        raise CourseError(f"{node.name} has no exercise", where, todo)
    title = (ast.get_docstring(node) or "").strip().split("\n")[0]
    if not title:
        raise CourseError(f"{node.name} has no docstring", where, "write the line that the student reads")
    weight = _literal(call, None, "weight", where, 1)
    if not is_number(weight, least=0):
        raise CourseError(f"the weight of {node.name} must be a number of at least 0", where, "write e.g. weight=2")
    after = _texts(call, "after", where, f"after= of {node.name} must name checks", "write names without “test_”")
    todo = "write a sentence of the notebook in quotes, or several as a tuple"
    quotes = _texts(call, "quote", where, f"quote= of {node.name} is not text", todo)
    exercise, name = _exercise(call, file, where), node.name.removeprefix("test_")
    return CheckSpec(exercise, name, title, float(weight), after, node.lineno, file.path, quotes)


def _texts(call: ast.Call, name: str, where: str, what: str, todo: str) -> tuple[str, ...]:
    """One text or several."""
    given = _literal(call, None, name, where, ())
    texts = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, (tuple, list)) else (None,)
    if not all(isinstance(text, str) for text in texts):
        raise CourseError(what, where, todo)
    return texts


def _decorator(node: Function, name: str) -> ast.Call | None:
    for item in node.decorator_list:
        if isinstance(item, ast.Call) and _called(item) == name:
            return item
    return None


def _called(call: ast.Call) -> str:
    """The name of what is called, without its module."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(call: ast.Call, position: int | None, name: str, where: str, default: object = None) -> Any:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if position is not None and position < len(call.args):
        given[name] = call.args[position]
    return _plain(given[name], f"{name}=", where) if name in given else default


def _plain(node: ast.expr, name: str, where: str, kind: type = object) -> object:
    """The value of a literal."""
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        raise CourseError(f"{name} is computed", where, "write it as a plain value: it is read, not run") from None
    if not isinstance(value, kind):
        raise CourseError(f"{name} must be text: {value!r}", where, "write it in quotes")
    return value


def _text(call: ast.Call, position: int | None, name: str, where: str) -> str:
    value = _literal(call, position, name, where)
    if not isinstance(value, str) or not value.strip():
        raise CourseError(f"{name} is missing or not text", where, f'write {name}="…"')
    return value


def _refuse_repeated_names(items: Sequence[CheckSpec] | Sequence[MistakeSpec]) -> None:
    seen: dict[str, CheckSpec | MistakeSpec] = {}
    for item in items:
        first = seen.setdefault(item.name, item)
        if first is not item:
            too = f"line {first.line}" if first.path == item.path else f"{first.path.name}, line {first.line},"
            raise CourseError(f"duplicate name “{item.name}” (also {too})", place(item.path, item.line), "rename one")


def _refuse_bad_prerequisites(checks: Sequence[CheckSpec]) -> None:
    declared = {check.name: check for check in checks}
    for check in checks:
        for name in check.after:
            if name not in declared:
                where = place(check.path, check.line)
                raise CourseError(f"{check.name} comes after the unknown check “{name}”", where, "correct after=")
    try:
        TopologicalSorter({check.name: check.after for check in checks}).prepare()
    except CycleError as error:
        names = error.args[1]
        first = min((declared[name] for name in names), key=lambda check: (check.path, check.line))
        where = place(first.path, first.line)
        raise CourseError(f"circular after=: {' → '.join(names)}", where, "remove one after=") from None
