"""A new assignment that proves green at once, to be changed from there."""

import json
import re
import secrets
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path

from autograder.authoring.notebooks import write_config
from autograder.course import Assignment, load_course
from autograder.course.declarations import defined_names
from autograder.course.load import SLUG
from autograder.course.parts import ALTERNATIVES, CHECKS, MISTAKES
from autograder.errors import UsageError
from autograder.files import SHARED, write_atomically
from autograder.layout import COURSE_FILE, SOLUTIONS
from autograder.text.templates import environment

NEW, EXERCISE = (Path(__file__).parent / "templates" / name for name in ("new", "exercise"))
POINTS = 10.0  # of a new exercise, where another one has that many to give
_POINTS = re.compile(r"points=[\d.]+")


def new_assignment(root: Path, slug: str, title: str = "") -> list[Path]:
    """Writes solutions/<slug>/, and what a course needs besides where it is missing; gives what was written.

    Raises UsageError for a name that cannot be used or is taken: nothing is ever overwritten.
    """
    folder = root / SOLUTIONS / slug
    if not SLUG.fullmatch(slug):
        raise UsageError(f"invalid assignment name “{slug}”: start with a letter, use a-z, 0-9 and _")
    if folder.exists():
        raise UsageError(f"solutions/{slug} already exists; choose another name, or delete it first")
    title = " ".join(title.split()) or slug.replace("_", " ").capitalize()
    values = {"title": title, "title_toml": json.dumps(title, ensure_ascii=False), "secret": secrets.token_urlsafe(24)}
    targets = {f"{slug}/{name}": name for name in _names(NEW) if name != "course.toml"}
    if not (root / COURSE_FILE).exists():
        targets["course.toml"] = "course.toml"
    written = {root / SOLUTIONS / name: _rendered(NEW, template, values) for name, template in targets.items()}
    return [*_write(written), *write_config(root)]


def new_exercise(root: Path, slug: str, name: str, title: str = "") -> list[Path]:
    """Adds an exercise to an assignment whose parts are folders; gives the files that were written or changed.

    Its points are taken from the exercise that has most. Raises UsageError for a name that cannot be used or is taken.
    """
    assignment = load_course(root).assignment(slug).whole
    _refuse_name(assignment, name)
    title = " ".join(title.split()) or name.replace("_", " ").capitalize()
    giver = max(assignment.exercises, key=lambda exercise: exercise.maximum)
    points = min(POINTS, giver.points / 2)
    values = {"name": name, "title": title, "title_quoted": json.dumps(title, ensure_ascii=False)}
    values["points"] = f"{points:g}"
    lines = assignment.notebook.read_text("utf-8").rstrip("\n").split("\n")
    lines[giver.line - 1] = _POINTS.sub(f"points={giver.points - points:g}", lines[giver.line - 1])
    reference = assignment.reference.read_text("utf-8").rstrip("\n")
    written = {
        assignment.notebook: "\n".join(lines) + "\n" + _rendered(EXERCISE, "notebook.py", values),
        assignment.reference: reference + "\n" + _rendered(EXERCISE, "reference.py", values),
    }
    for part in (CHECKS, MISTAKES, ALTERNATIVES):
        written[assignment.folder / part / f"{name}.py"] = _rendered(EXERCISE, f"{part}/exercise.py", values)
    return _write(written)


def _refuse_name(assignment: Assignment, name: str) -> None:
    taken = defined_names(assignment.reference) | set(assignment.names)
    files = [path for path in (assignment.suite, assignment.mistakes, assignment.alternatives) if path.is_file()]
    if not SLUG.fullmatch(name) or iskeyword(name):
        raise UsageError(f"invalid exercise name “{name}”: start with a letter, use a-z, 0-9 and _")
    if name in taken:
        raise UsageError(f"{assignment.slug} has a {name} already; choose another name")
    if files:
        names = ", ".join(path.name for path in files)
        raise UsageError(f"{assignment.slug} has {names}: split it into a folder with a file for each exercise first")


def _names(templates: Path) -> list[str]:
    """What a folder of templates makes, by name."""
    return [path.relative_to(templates).as_posix().removesuffix(".j2") for path in sorted(templates.rglob("*.j2"))]


def _rendered(templates: Path, name: str, values: Mapping[str, str]) -> str:
    return environment(templates).get_template(f"{name}.j2").render(values)


def _write(texts: Mapping[Path, str]) -> list[Path]:
    for path, text in texts.items():
        write_atomically(path, text.encode(), SHARED)
    return list(texts)
