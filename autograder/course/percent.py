"""Percent text → cells: the one format in which an assignment is written.

A cell begins at a line `# %%`, `# %% [markdown]`, `# %% NAME role="ROLE" key=value …`. It is the strict part of
jupytext's py:percent that we need (a test reads every course notebook with both), with line numbers and short roles.
"""

import re
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from autograder.course.toml import is_number
from autograder.errors import CourseError, place
from autograder.log import noted

Role = Literal["given", "solution", "check", "manual", "other"]
Kind = Literal["code", "markdown"]

CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # nbgrader's defaults; `build` compares with nbgrader
TEXT_STUB = ("YOUR ANSWER HERE",)
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
FOREIGN = ("BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME", "AUTOTEST")  # of nbgrader, and nothing that we release

MARKER = re.compile(r"# %%(?:\s+(?P<kind>\[\w+\]))?(?:\s+(?P<name>[^\s=\[\]]+)(?=\s|$))?(?:\s+(?P<options>.*))?\s*$")
OPTION = re.compile(r"""(\w+)=("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\d.]+)(?:\s+|$)""")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}", re.ASCII)
MAGIC = re.compile(r"^# (%{1,2}[a-z])", re.MULTILINE)
TRIED = re.compile(r"^check\(\s*([\w.]+)", re.MULTILINE)
ROLES = frozenset(get_args(Role)) - {"other"}
OPTIONS = ("role", "points", "stretch", "title")


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell as the author wrote it, with the answer."""

    kind: Kind
    role: Role
    name: str | None  # the grade id
    source: str
    line: int  # of its marker
    points: float | None = None
    title: str = ""
    stretch: bool = False  # its points are extra credit

    @property
    def built(self) -> str:
        """The source in the notebook, with the answer. Of a folded check one sees only the first line, or its title."""
        if self.role != "check":
            return self.source
        tried = ", ".join(dict.fromkeys(TRIED.findall(self.source))) or self.title
        return f"# @title Check{f' of {tried}' if tried else ''}: run this cell\n{self.source}"

    @property
    def released(self) -> str:
        """The source that students get: answers replaced by nbgrader's stubs."""
        if self.role not in ("solution", "manual"):
            return self.built
        stub = CODE_STUB if self.kind == "code" else TEXT_STUB
        return _without_answers(self.source, stub) if BEGIN in self.source else "\n".join(stub)


@dataclass
class _Open:
    """A cell that is still being read."""

    line: int
    marker: str
    body: list[str] = field(default_factory=list)


def read_source_cells(path: Path) -> tuple[SourceCell, ...]:
    """Every cell of a percent text, in order. Raises CourseError with file and line."""
    try:
        lines = noted(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing", place(path), "create it, see CONTRIBUTING") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path.name} is not valid UTF-8: {error}", place(path), "save it as UTF-8") from None
    found: list[_Open] = []
    for number, line in enumerate(lines, 1):
        if re.match(r"# %%(\s|$)", line):
            found.append(_Open(number, line))
        elif found:
            found[-1].body.append(line)
        elif line.strip() and not line.startswith("#"):
            raise CourseError("text before the first cell", place(path, number), "start the file with a line `# %%`")
    return tuple(_cell(path, item) for item in found)


def _cell(path: Path, item: _Open) -> SourceCell:
    where = place(path, item.line)
    match = MARKER.match(item.marker)
    if not match:
        raise CourseError(f"invalid cell marker: {item.marker}", where, 'write `# %% name role="…" points=…`')
    if match["kind"] not in (None, "[markdown]"):
        raise CourseError(f"unknown cell type {match['kind']}", where, "write [markdown] or nothing")
    options = _options(match["options"] or "", where)
    kind: Kind = "markdown" if match["kind"] else "code"
    points, title = options.get("points", options.get("stretch")), str(options.get("title", ""))
    if "points" in options and "stretch" in options:
        raise CourseError("points and a stretch", where, "keep points=… or stretch=…, which is extra credit")
    cell = SourceCell(
        kind=kind,
        role=cast(Role, options.get("role", "other")),
        name=match["name"],
        source=_markdown(item, path) if kind == "markdown" else MAGIC.sub(r"\1", "\n".join(item.body).strip("\n")),
        line=item.line,
        points=None if points is None else float(points),
        title=title,
        stretch="stretch" in options,
    )
    _refuse_contradictions(cell, where)
    return cell


def _options(text: str, where: str) -> dict[str, str | float]:
    found: dict[str, str | float] = {}
    rest = text.strip()
    while rest:
        match = OPTION.match(rest)
        key = match[1] if match else ""
        if not match or key not in OPTIONS or key in found:
            todo = f"the options are {', '.join(OPTIONS)}, each once, text in quotes"
            raise CourseError(f"invalid option: {rest}", where, todo)
        try:
            value = literal_eval(match[2])
        except (ValueError, SyntaxError):
            value = None
        if not (is_number(value) if key in ("points", "stretch") else isinstance(value, str)):
            todo = "points and stretch are numbers, the others are text"
            raise CourseError(f"invalid value {key}={match[2]}", where, todo)
        found[key], rest = value, rest[match.end() :]
    if found.get("role", "given") not in ROLES:
        raise CourseError(f"unknown role “{found['role']}”", where, f"the roles are {', '.join(sorted(ROLES))}")
    return found


def _markdown(item: _Open, path: Path) -> str:
    lines = []
    for number, line in enumerate(item.body, item.line + 1):
        if line.strip() and not line.startswith("#"):
            raise CourseError("line without # in a markdown cell", place(path, number), "start every line with `# `")
        lines.append(re.sub(r"^# ?", "", line))
    return "\n".join(lines).strip("\n")


def _refuse_contradictions(cell: SourceCell, where: str) -> None:
    begins, ends = cell.source.count(BEGIN), cell.source.count(END)
    named = cell.name is not None and NAME.fullmatch(cell.name) is not None
    scored = cell.role in ("check", "manual")
    closes = cell.role == "manual" or cell.points is not None or cell.title  # else it tries a part
    refusals = (
        (cell.role == "other" and cell.name is not None, f"“{cell.name}” has no role", 'add role="…"'),
        (cell.role != "other" and not named, "a cell with a role needs a valid name", 'write `# %% name role="…"`'),
        (
            cell.role in ("check", "solution") and cell.kind != "code",
            f"a {cell.role} cell must be code",
            "remove [markdown]",
        ),
        (
            scored and closes and not (cell.points or 0) > 0,
            f"“{cell.name}” has no points",
            "add points=…, above 0",
        ),
        (cell.stretch and cell.role == "manual", "a stretch that people mark", "write points=…"),
        (not scored and cell.points is not None, "points on a cell that is not graded", "move them to the check cell"),
        (begins != ends, "unbalanced solution markers", f"pair ### {BEGIN} and ### {END}"),
        (begins and cell.role not in ("solution", "manual"), "a solution in a cell that is released", "move it"),
        (
            cell.role == "solution" and not begins,
            "a solution cell without a solution",
            f"add ### {BEGIN} and ### {END}",
        ),
        (any(word in cell.source for word in FOREIGN), "hidden tests in a notebook", "move them into the hidden suite"),
    )
    for refused, what, todo in refusals:
        if refused:
            raise CourseError(what, where, todo)


def _without_answers(source: str, stub: tuple[str, ...]) -> str:
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if BEGIN in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines.extend(indent + part for part in stub)
        elif END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)
