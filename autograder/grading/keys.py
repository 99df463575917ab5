"""What a report is known by: the submission's bytes, and everything else that its verdicts depend on.

By construction, not by care: VERDICT_PACKAGES are hashed whole, and a contract in pyproject.toml lets them import
nothing of ours that is not among them. So what shows, files or records is no part of the key.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autograder.box.bubblewrap import kit
from autograder.course import Assignment
from autograder.course.answers import mistakes_of, right_definition
from autograder.course.parts import HELD_OUT, sources_of
from autograder.files import digest_of
from autograder.model import REPORT_VERSION

# Of `grading` only six modules decide; they stay beside those that call them, so they are named one by one.
VERDICT_PACKAGES = (
    *("errors", "files", "layout", "log", "messages", "model", "text"),
    *("course", "submission", "box", "judge"),
    *("grading.carried", "grading.one", "grading.repair", "grading.scoring", "grading.serve_spec", "grading.worker"),
)
_LIBRARIES = ("torch", "torchvision", "numpy", "ipython", "hypothesis", "pytest")
_ENGINE = Path(__file__).resolve().parents[1]


def context_digest(assignment: Assignment, wall: str, device: str = "cpu") -> str:
    """What a report depends on besides the bytes: suite, reference, limits, engine, wall, device, versions."""
    return context_among(assignment, engine_facts(assignment, wall, device))


def context_among(assignment: Assignment, facts: Mapping[str, Any]) -> str:
    """The `context_digest` among these `engine_facts`: to read the engine takes longer than all the rest."""
    folder = assignment.folder
    paths = [assignment.suite, assignment.mistakes, assignment.reference, assignment.notebook]
    paths += [folder / "assignment.toml", folder.parent / f"{HELD_OUT}.py"]
    parts = {name: path.read_bytes() for part in paths for name, path in sources_of(part).items()}
    edits = [mistake for mistake in mistakes_of(assignment) if mistake.of]  # of an alternative
    parts |= {f"of {edit.name}": right_definition(assignment, edit).encode() for edit in edits}
    chosen = [(exercise.name, exercise.points) for exercise in assignment.exercises]
    all_facts = {**facts, "limits": asdict(assignment.limits), "chosen": chosen}
    return digest_of(parts | {"facts": json.dumps(all_facts, sort_keys=True).encode()})


def engine_facts(assignment: Assignment, wall: str, device: str = "cpu") -> dict[str, Any]:
    """What changes every verdict of an assignment when it changes: engine, wall, device, versions, the secret."""
    return {
        "slug": assignment.slug,
        "secret": assignment.secret,
        "box": wall,
        "device": device,
        "engine": engine_digest(),
        "versions": {name: _version(name) for name in _LIBRARIES} | {"python": sys.version},
        "report": REPORT_VERSION,
    }


def content_key(raw: bytes, context: str) -> str:
    """What a report is known by: these bytes, graded in this `context_digest`."""
    return digest_of({"submission": raw, "context": context.encode()})


def engine_digest(engine: Path = _ENGINE, cnnkit: Path | None = None) -> str:
    """Digest of all that decides a verdict, the student kit and its data among them: another engine, another report."""
    tops = {f"autograder.{name}": engine / name.replace(".", "/") for name in VERDICT_PACKAGES}
    tops["cnnkit"] = cnnkit or kit()
    return digest_of({name: path.read_bytes() for room, top in tops.items() for name, path in _files(room, top)})


def _files(room: str, top: Path) -> list[tuple[str, Path]]:
    """The files of a package, or the one of a module, by name."""
    if not top.is_dir():
        return [(room, top.with_suffix(".py"))]
    paths = [path for path in sorted(top.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return [(f"{room}/{path.relative_to(top).as_posix()}", path) for path in paths]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
