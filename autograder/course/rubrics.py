"""How people mark written answers: `marking.toml` beside the notebook, clicked on the marking page, never released."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.toml import is_number, line_of, nearest, read_toml
from autograder.errors import CourseError, place
from autograder.model import cents

MARKING = "marking.toml"
QUESTION = {
    "asks": ("text", "what a good answer says, in a sentence; must be there"),
    "notes": ("text", "for those who mark: what costs nothing, what is right as well"),
    "criteria": ("tables [[<question>.criteria]]", "what is marked on its own; together the question's points"),
    "examples": ("tables [[<question>.examples]]", "answers with their points, to mark by"),
}
CRITERION = {
    "name": ("text", "two to five words; must be there"),
    "levels": ('a list of { points = 2, sentence = "…" }', "2 to 9 of them, most points first, the last with 0"),
}
LEVEL = {
    "points": ("a number of at least 0", "what this level is worth"),
    "sentence": ("text", "what such an answer says"),
}
EXAMPLE = {
    "points": ("a number of at least 0", "what this answer gets"),
    "answer": ("text", "as a student wrote it, or might"),
    "why": ("text", "why it gets that"),
}
MOST_LEVELS = 9  # each is a key of the keyboard


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a criterion."""

    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that an answer is marked for; its levels, most points first."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    """An answer with the points that it gets."""

    points: float
    answer: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """How one question is marked."""

    asks: str
    criteria: tuple[Criterion, ...]
    notes: str = ""
    examples: tuple[ExampleAnswer, ...] = ()

    def points_of(self, levels: Sequence[int]) -> float:
        """The points of one level, by its number from 0, of each criterion. Raises ValueError for others."""
        if len(levels) != len(self.criteria):
            raise ValueError("one level of each criterion")
        chosen = list(zip(self.criteria, levels, strict=True))
        if any(not 0 <= level < len(criterion.levels) for criterion, level in chosen):
            raise ValueError("no such level")
        return cents(sum(criterion.levels[level].points for criterion, level in chosen))


def plain_rubric(points: float) -> Rubric:
    """That of a question without one: all of the points, half of them, none."""
    words = ((points, "All that was asked for."), (points / 2, "About half of it."), (0.0, "Nothing of it."))
    return Rubric("", (Criterion("The answer", tuple(Level(*level) for level in words)),))


def read_rubrics(folder: Path, questions: Mapping[str, float]) -> dict[str, Rubric]:
    """The rubrics in a folder of `solutions/`, none without the file; `questions` are all that people mark: name →
    points. Raises CourseError with file and line, also where the levels do not add up to the points.
    """
    path = folder / MARKING
    if not path.is_file():
        return {}
    raw = read_toml(path, None)
    for name in sorted(raw.keys() - questions.keys()):
        todo = nearest(name, questions) or f"questions that people mark: {', '.join(questions) or 'none'}"
        raise CourseError(f"people mark no question “{name}”", place(path, line_of(path, name)), todo)
    return {name: _rubric(path, name, table, questions[name]) for name, table in raw.items()}


def _rubric(path: Path, name: str, table: Any, points: float) -> Rubric:
    where = _Where(path, line_of(path, name))
    where.keys(table, QUESTION)
    criteria = tuple(_criteria(where, table.get("criteria")))
    most = sum(criterion.levels[0].points for criterion in criteria)
    if abs(most - points) > 1e-9:
        raise where.error(
            f"the criteria of “{name}” add up to {most:g}, not {points:g}",
            f"the question is worth {points:g} in notebook.py",
        )
    examples = table.get("examples", [])
    notes = where.text(table, "notes") if "notes" in table else ""
    return Rubric(where.text(table, "asks"), criteria, notes, tuple(_examples(where, examples, points)))


def _criteria(where: "_Where", tables: Any) -> Iterator[Criterion]:
    known: set[str] = set()
    here = where
    for table in where.tables(tables, "criteria"):
        where.keys(table, CRITERION)
        name = where.text(table, "name")
        here, same = here.below(name), " ".join(name.casefold().split())
        if same in known:
            raise here.error(f"two criteria are called “{name}”", "give each a name of its own")
        known.add(same)
        levels = tuple(_level(here, level) for level in here.tables(table.get("levels"), "levels"))
        points = [level.points for level in levels]
        if not 2 <= len(levels) <= MOST_LEVELS or points != sorted(set(points), reverse=True) or points[-1]:
            raise here.error(f"the levels of “{name}” are worth {points}", f"write {CRITERION['levels'][1]}")
        yield Criterion(name, levels)


def _level(where: "_Where", table: Any) -> Level:
    where.keys(table, LEVEL)
    return Level(where.points(table), where.text(table, "sentence"))


def _examples(where: "_Where", tables: Any, most: float) -> Iterator[ExampleAnswer]:
    for table in where.tables(tables, "examples") if tables else ():
        where.keys(table, EXAMPLE)
        answer = where.text(table, "answer")
        yield ExampleAnswer(where.points(table, most), answer, where.text(table, "why") if "why" in table else "")


@dataclass(frozen=True, slots=True)
class _Where:
    """A place in the file, for what is wrong near it."""

    path: Path
    line: int

    def below(self, text: str) -> "_Where":
        """The first line after this one that holds the text."""
        lines = enumerate(self.path.read_text("utf-8").splitlines(), 1)
        return _Where(
            self.path, next((number for number, line in lines if number > self.line and text in line), self.line)
        )

    def error(self, what: str, todo: str) -> CourseError:
        """What is wrong here."""
        return CourseError(what, place(self.path, self.line), todo)

    def keys(self, table: Any, known: Mapping[str, tuple[str, str]]) -> None:
        """Refuses what is no table, and a key that means nothing."""
        if not isinstance(table, dict):
            raise self.error(f"{table!r} is no table", f"with the keys {', '.join(known)}")
        for key in sorted(table.keys() - known.keys()):
            raise self.below(key).error(f"unknown setting “{key}”", f"known settings: {', '.join(known)}")

    def tables(self, value: Any, key: str) -> list[Any]:
        """A list that is not empty."""
        if not isinstance(value, list) or not value:
            raise self.error(f"“{key}” is missing or no list", f"write {(QUESTION | CRITERION)[key][0]}")
        return value

    def text(self, table: Mapping[str, Any], key: str) -> str:
        """A required text, without the line ends of the file."""
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"“{key}” is missing or not text", f'write {key} = "…"')
        return value.strip()

    def points(self, table: Mapping[str, Any], most: float = float("inf")) -> float:
        """Points within what there is."""
        value = table.get("points")
        if not is_number(value, least=0, most=most):
            raise self.error(f"invalid value points = {value!r}", f"write a number from 0 to {most:g}")
        return float(value)  # type: ignore[arg-type]
