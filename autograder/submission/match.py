"""Which cell of a handed-in notebook is which cell of the release, and which copy of it counts.

Names are found in the text, not in a syntax tree: a cell need not parse, and parsing foreign code in this process
is a risk without a gain. Every pattern here is linear in the length of the text.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from autograder import messages
from autograder.course import ReleaseCell
from autograder.submission.parse import RawCell

Claims = dict[str, list["RawCell"]]  # grade id → the cells that answer to it, in the student's order

_FUNCTION = re.compile(r"^(?:async[ \t]++)?(?:def|class)[ \t]++(\w++)", re.MULTILINE)
_VARIABLE = re.compile(r"^(\w++)[ \t]*+(?::[^=\n]++)?=(?!=)", re.MULTILINE)
_TARGETS = re.compile(r"^\(?+(\w[\w \t,*]*+)\)?+[ \t]*+(?::[^=\n]++)?=(?!=)", re.MULTILINE)  # "a, (b, c) =" is not seen
_IMPORTED = re.compile(r"^(?:import|from\b.*\bimport)[ \t]++(.++)", re.MULTILINE)
_LEFT_BY = re.compile(r"^for\b([^\n:]{1,200}?)\bin\b|^with\b[^\n]{1,300}\bas[ \t]++(\w++)", re.MULTILINE)
_DELETED = re.compile(r"^del\b([\w \t,()]++)$", re.MULTILINE)
_WORD = re.compile(r"\w++(?![ \t]++as\b)")
_ANYWHERE = re.compile(r"\b(?:def|class)[ \t]++(\w++)|\b(\w++)[ \t]*+=(?!=)")
_ROLES = ("given", "solution", "check", "manual")


def tidy(source: str) -> str:
    """`source` without what an editor changes on its own: spaces at line ends, empty lines around."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def functions(source: str) -> set[str]:
    """Functions and classes that a cell defines at its left margin."""
    return {_as_python_reads(name) for name in _FUNCTION.findall(source)}


def bodies(source: str) -> list[tuple[str, str]]:
    """The same with their texts, each up to the next one."""
    _, *parts = _FUNCTION.split(source)
    return list(zip(parts[::2], parts[1::2], strict=True))


def defined_anywhere(source: str) -> set[str]:
    """Every name that a cell may define: functions, variables, imports, at any depth."""
    found = {name for names in _ANYWHERE.findall(source) for name in names}
    for line in source.splitlines():
        if line.lstrip().startswith(("from ", "import ")):
            found.update(re.findall(r"\w++", line))
    return {_as_python_reads(name) for name in found}


def bound_anew(source: str) -> set[str]:
    """Names that a cell gives a meaning at its left margin."""
    imported = _WORD.findall("\n".join(_IMPORTED.findall(source)))
    return assigned(source) | {_as_python_reads(name) for name in imported}


def assigned(source: str) -> set[str]:
    """The same without what it imports."""
    left = [name for names in _LEFT_BY.findall(source) for name in names]
    targets = "\n".join([*_TARGETS.findall(source), *left])
    return functions(source) | {_as_python_reads(name) for name in _WORD.findall(targets)}


def deleted(source: str) -> set[str]:
    """Names that a cell deletes at its left margin."""
    return {_as_python_reads(name) for names in _DELETED.findall(source) for name in _WORD.findall(names)}


def _as_python_reads(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


Say = Callable[[Sequence[str]], str]  # grade ids → one sentence about all of these cells


class Notes:
    """Sentences about repairs, in the order in which they came up; what is said of several cells is said once."""

    def __init__(self, sentences: Iterable[str] = ()) -> None:
        self._found: dict[str | Say, list[str]] = {sentence: [] for sentence in sentences}

    def append(self, sentence: str) -> None:
        """One sentence; the same one again says nothing new."""
        self._found.setdefault(sentence, [])

    def about(self, grade_id: str, say: Say) -> None:
        """What `say` says, of this cell too."""
        self._found.setdefault(say, []).append(grade_id)

    def sentences(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(key if isinstance(key, str) else key(cells) for key, cells in self._found.items())


class Release:
    """The released code cells that have an id, and the search for them in a file."""

    def __init__(self, cells: Iterable[ReleaseCell], practice: Iterable[str] = ()) -> None:
        self.all, self.practice = tuple(cells), frozenset(practice)
        named = [cell for cell in self.all if cell.grade_id and cell.kind == "code" and cell.role in _ROLES]
        self.cells: dict[str, ReleaseCell] = {str(cell.grade_id): cell for cell in named}
        self.rank = {grade_id: rank for rank, grade_id in enumerate(self.cells)}
        texts = Counter(tidy(cell.source) for cell in named)
        self._by_text = {tidy(cell.source): name for name, cell in self.cells.items() if texts[tidy(cell.source)] == 1}

    @property
    def answers(self) -> list[str]:
        """The ids of the cells with answers that are graded."""
        return [name for name, cell in self.cells.items() if cell.role == "solution" and name not in self.practice]

    def names(self, grade_id: str) -> set[str]:
        """The functions and classes that the released stub defines."""
        return functions(self.cells[grade_id].source)

    def claims(self, cells: Sequence[RawCell]) -> Claims:
        """Every released cell that is found: by its id, else by the same text, else by the functions it defines."""
        found: defaultdict[str, list[RawCell]] = defaultdict(list)
        homeless: list[RawCell] = []
        for cell in cells:
            grade_id = next((claim for claim in cell.ids if claim in self.cells), None)
            if not grade_id and cell.number:
                grade_id = self._by_text.get(tidy(cell.source))
            if grade_id:
                found[grade_id].append(cell)
            elif cell.number:
                homeless.append(cell)
        self._adopt(homeless, found)
        return dict(found)

    def _adopt(self, homeless: list[RawCell], found: defaultdict[str, list[RawCell]]) -> None:
        """Give each missing answer the cell that defines its functions."""
        defined = {id(cell): functions(cell.source) for cell in homeless}
        for grade_id, released in self.cells.items():
            if released.role != "solution" or grade_id in found:
                continue
            namesakes = [cell for cell in homeless if self.names(grade_id) & defined[id(cell)]]
            if namesakes:  # the last one is in force when the notebook runs from top to bottom
                found[grade_id].append(namesakes[-1])
                homeless.remove(namesakes[-1])


def counting_copies(grade_id: str, copies: list[RawCell], released: ReleaseCell, notes: Notes) -> list[RawCell]:
    """The copies of one cell that count: one, or the parts into which an answer was split. Adds to `notes`."""
    edited = [copy for copy in copies if tidy(copy.source) != tidy(released.source)]
    if released.role in ("given", "check"):
        if edited:
            notes.about(grade_id, messages.given_edited if released.role == "given" else messages.check_edited)
        return copies[:1]
    parts = _disjoint([copy for copy in edited if copy.number] or edited) or copies[:1]
    if len(parts) < len(copies):
        notes.append(messages.duplicated(grade_id, len(copies)))
    elif len(parts) > 1:
        notes.append(messages.split(grade_id, len(parts)))
    if not parts[0].number:
        notes.append(messages.not_code(grade_id))
    elif grade_id not in parts[0].ids:
        notes.about(grade_id, messages.lost_label)
    return parts


def _disjoint(copies: list[RawCell]) -> list[RawCell]:
    """The first copy, and those after it that define nothing again: Jupyter's “split cell” copies the label too."""
    parts: list[RawCell] = []
    seen: set[str] = set()
    for copy in copies:
        names = functions(copy.source) | set(_VARIABLE.findall(copy.source))
        if not parts or (copy.source.strip() and not names & seen):
            parts.append(copy)
            seen |= names
    return parts
