"""Modules of the course, imported for one assignment at a time and forgotten afterwards.

`import reference` means the assignment's own; `import held_out` means solutions/held_out.py; files in checks/ and
mistakes/ import what they share with `from ._helpers import …`. Two assignments' modules of one name never mix.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from autograder.course.parts import CHECKS, HELD_OUT, MISTAKES
from autograder.errors import CourseError, place


class _Finder(MetaPathFinder):
    """Finds the course's own modules; the folder itself never gets on the path.

    Its notebook.py would stand in for Jupyter's package `notebook`.
    """

    def __init__(self, folder: Path) -> None:
        self._packages = {name: folder / name for name in (CHECKS, MISTAKES) if (folder / name).is_dir()}
        self._held_out = folder.parent / f"{HELD_OUT}.py"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A package for each folder, and the module of held-out data."""
        if fullname in self._packages:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(self._packages[fullname])]
            return spec
        if fullname == HELD_OUT and self._held_out.exists():
            return importlib.util.spec_from_file_location(fullname, self._held_out)
        return None


def load_module(path: Path, name: str = "") -> ModuleType:
    """A module of the course by its path. Raises CourseError with the file and line where it fails."""
    name = name or path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise CourseError(f"{path.name} is missing", place(path.parent), "every assignment needs one")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a broken file of the course raises
        what = f"{path.name} cannot be imported: {type(error).__name__}: {error}"
        raise CourseError(what, place(path, ([*_lines(error, path)] or [1])[-1]), "fix that file") from error
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
    """`import reference` means the one of this folder, and nothing is left behind: no module, no byte code."""
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    ours = {path.stem for path in folder.glob("*.py")} - {"notebook"} | {CHECKS, MISTAKES, HELD_OUT}
    hidden = {name: sys.modules.pop(name) for name in _loaded(ours)}
    finder = _Finder(folder)
    sys.meta_path.insert(0, finder)
    try:
        load_module(folder / "reference.py")
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in _loaded(ours):
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        sys.dont_write_bytecode = wrote


def _loaded(names: set[str]) -> list[str]:
    """These modules and what is inside them, as far as they are imported."""
    return [name for name in sys.modules if name.partition(".")[0] in names]
