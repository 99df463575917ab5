"""Names that mean something else in the end than where they were written: a notebook has one list of names for all.

What is graded, and what later cells find, is the last meaning. Found in the text, each pattern linear in its length.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder import messages
from autograder.submission import remarks
from autograder.submission.match import (
    Notes,
    Release,
    assigned,
    bound_anew,
    defined_anywhere,
    deleted,
    functions,
    tidy,
)

if TYPE_CHECKING:
    from autograder.submission.read import Cell

_BUILT_IN = frozenset(name for name in dir(builtins) if name.islower() and not name.startswith("_"))
_ALONE = re.compile(r"(?<![.\w])(?<!def )(?<!class )(\w++)")  # no attribute of something else
_FOLLOWED = re.compile(r"(?<![.\w])(\w++)[ \t]*+([.(,)])")
_STAR = re.compile(r"^from[ \t]++([\w.]++)[ \t]++import[ \t]*+\*", re.MULTILINE)
_RESET = re.compile(r"^%reset(?:_selective)?\b", re.MULTILINE)  # IPython's: deletes all names, or many
_PARAMETERS = re.compile(r"\b(?:def|lambda)\b([^:\n]{0,300})|\bfor\b([^:\n]{0,100}?)\bin\b")


def note_other_meanings(cells: Sequence[Cell], original: Release, notes: Notes) -> None:
    """Says which cell gives a name another meaning: an answer's, a helper's of the student's, one that others need."""
    ours = {tidy(cell.source) for cell in original.all if cell.kind == "code"}
    theirs = [tidy(cell.source) not in ours for cell in cells]
    _note_answers(cells, original, notes)
    _note_helpers(cells, theirs, original, notes)
    _note_hidden(cells, theirs, original, notes)


def _note_answers(cells: Sequence[Cell], release: Release, notes: Notes) -> None:
    """A later cell takes or deletes the name of an answer, or may."""
    written: set[str] = set()
    for cell in cells:
        answers = _answers_of(cell, release)
        for name in sorted(written & bound_anew(cell.source) - answers):
            notes.append(messages.name_taken(cell.label, name))
        for name in sorted(written & deleted(cell.source)):
            notes.append(messages.name_taken(cell.label, name, "is deleted, so nothing was left to grade"))
        for module in _STAR.findall(cell.source) if written else ():
            notes.append(remarks.all_names_of(cell.label, module))
        if written and _RESET.search(cell.source):
            notes.append(remarks.all_deleted(cell.label))
        written |= answers


def _note_helpers(cells: Sequence[Cell], theirs: Sequence[bool], release: Release, notes: Notes) -> None:
    """A later cell of the release takes the name of a function of the student's own that an answer uses."""
    own: set[str] = set()
    taken: list[tuple[str, str]] = []
    for cell, is_theirs in zip(cells, theirs, strict=True):
        bound = bound_anew(cell.source)
        taken += [] if is_theirs else [(cell.label, name) for name in sorted(own & bound)]
        own -= bound
        own |= functions(cell.source) - _answers_of(cell, release) if is_theirs else set()
    answers = [cell.source for cell, is_theirs in zip(cells, theirs, strict=True) if is_theirs and cell.grade_id]
    used = {name for source in answers for name in _ALONE.findall(source)} if taken else set()
    for label, name in taken:
        if name in used:
            notes.append(remarks.name_given(label, name))


def _note_hidden(cells: Sequence[Cell], theirs: Sequence[bool], release: Release, notes: Notes) -> None:
    """A cell of the student's hides a module, a function of the release or one of Python's that is used elsewhere."""
    given = [cell.source for cell in release.all if cell.kind == "code" and cell.role in ("given", "other")]
    needed = {name for source in given for name in bound_anew(source) - assigned(source) | functions(source)}
    hidden: dict[str, int] = {}  # name → place of the last cell that hides it
    for place, (cell, is_theirs) in enumerate(zip(cells, theirs, strict=True)):
        if is_theirs:
            names = assigned(cell.source) & (needed | _BUILT_IN) - _answers_of(cell, release)
            hidden |= dict.fromkeys(sorted(names), place)
    if not hidden:
        return
    used = [_used(cell.source) for cell in cells]
    for name, place in hidden.items():
        forms = ".(" if name in needed else "(,)"
        others = (uses for where, uses in enumerate(used) if where > place or (where < place and _lasts(cells[where])))
        if any((name, form) in uses for uses in others for form in forms):
            notes.append(messages.name_taken(cells[place].label, name))


def _lasts(cell: Cell) -> bool:
    """Whether a cell that has run is used again: it has functions."""
    return bool(functions(cell.source))


def _used(source: str) -> set[tuple[str, str]]:
    """Names that a text takes from elsewhere, each with the sign that follows it."""
    within = {name for pair in _PARAMETERS.findall(source) for part in pair for name in re.findall(r"\w++", part)}
    own = within | defined_anywhere(source)
    return {(name, sign) for name, sign in _FOLLOWED.findall(source) if name not in own}


def _answers_of(cell: Cell, release: Release) -> set[str]:
    return release.names(cell.grade_id) if cell.grade_id else set()
