"""What an exercise switches off while it is graded: `[bans]` of assignment.toml, and the notebook that tells students.

    [bans]
    conv2d = ["convolutions", "padding"]              # every function of this exercise
    backward.col2im = ["convolutions", "unfold"]      # one function of that exercise

A ban holds for every call of the exercise's checks. What PyTorch's own operations use inside is not banned: see
`autograder/box/inside/innocent.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.course.stated import spoken
from autograder.course.toml import line_of, nearest, table_of
from autograder.errors import CourseError, place

TABLE = "bans"
KEYS = {
    "<exercise>": ("a list of families", "for every function of this exercise"),
    "<exercise>.<function>": ("a list of families", "for one function of it"),
}
Cells = Sequence[tuple[str, int]]
"""Sources of cells, with the lines where they begin."""

_ALL = ""  # stands for every function of the exercise
_OFF = "switched off"


@dataclass(frozen=True, slots=True)
class Family:
    """Operations that are switched off together, in the words of the notebook and of the box.

    `stops` are patterns of PyTorch's operators, without a dot, and modules, with a dot.
    """

    called: str
    means: str
    stops: tuple[str, ...]


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "convolutions": Family(
            "torch's own convolutions",
            "`F.conv2d`, `nn.Conv2d`, `F.conv_transpose2d` and relatives,"
            " `scipy.signal`, `scipy.ndimage` and `skimage.filters`",
            ("conv(?!ert)", "scipy.signal", "scipy.ndimage", "skimage.filters"),
        ),
        "unfold": Family(
            "`F.unfold`",
            "also `nn.Unfold` and scikit-image's `view_as_windows`",
            ("im2col|unfold3d", "skimage.util.shape"),
        ),
        "fold": Family("`F.fold`", "also `nn.Fold`", ("col2im",)),
        "padding": Family(
            "`F.pad`",
            "also `nn.ZeroPad2d`, `torch.constant_pad_nd` and relatives, and `np.pad`",
            ("constant_pad|(reflection|replication)_pad|_pad_(enum|circular)", "numpy.lib._arraypad_impl"),
        ),
        "poolings": Family(
            "torch's own poolings",
            "`F.max_pool2d`, `nn.AvgPool2d`, `F.max_unpool2d` and relatives, `scipy.ndimage` and `skimage.measure`",
            ("pool|roi_align|upsample\\w*_backward", "scipy.ndimage", "skimage.measure"),
        ),
        "upsampling": Family(
            "`F.interpolate`",
            "also `nn.Upsample` and relatives, `scipy.ndimage` and `skimage.transform`",
            ("upsample|pool\\w*_backward", "scipy.ndimage", "skimage.transform"),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Bans:
    """What one exercise switches off: names of families by function."""

    of: Mapping[str, tuple[str, ...]]

    def stops(self, function: str = "") -> list[str]:
        """What the box is told for a call of this function; for any other call, whatever is banned in the exercise."""
        names = self.of.get(function) or [name for families in self.of.values() for name in families]
        return list(dict.fromkeys(word for name in names for word in FAMILIES[name].stops))


NOTHING = Bans(MappingProxyType({}))


def read_bans(path: Path, table: Mapping[str, Any], exercises: Mapping[str, Iterable[str]]) -> Mapping[str, Bans]:
    """The bans of an assignment by exercise; `exercises` are those that there are, with the names that they define.

    Raises CourseError with file and line for an exercise, a function or a family that is not there.
    """
    given = table_of(path, table, TABLE, None)
    start = line_of(path, TABLE)
    found = {}
    for exercise, value in given.items():
        line = line_of(path, exercise, start=start, default=start)
        if exercise not in exercises:
            known = f"{nearest(exercise, exercises)} exercises are {', '.join(exercises)}".strip()
            raise CourseError(f"[{TABLE}] names the unknown exercise “{exercise}”", place(path, line), known)
        functions = value if isinstance(value, dict) else {_ALL: value}
        for function, families in functions.items():
            where = place(path, line_of(path, f"{exercise}.{function}", start=start, default=line))
            _refuse_unknown(function, families, tuple(exercises[exercise]), where)
        found[exercise] = Bans(MappingProxyType({name: tuple(families) for name, families in functions.items()}))
    return MappingProxyType(found)


def _refuse_unknown(function: str, families: object, defined: Sequence[str], where: str) -> None:
    if function and function not in defined:
        known = f"{nearest(function, defined)} one of {', '.join(defined)}".strip()
        raise CourseError(f"[{TABLE}] names the unknown function “{function}”", where, known)
    if not isinstance(families, list) or not families:
        raise CourseError(f"what [{TABLE}] switches off must be a list", where, f"some of {', '.join(FAMILIES)}")
    for family in families:
        if family not in FAMILIES:
            known = f"{nearest(str(family), FAMILIES)} one of {', '.join(FAMILIES)}".strip()
            raise CourseError(f"[{TABLE}] names the unknown family “{family}”", where, known)


# what the notebook says of it ------------------------------------------------------------------


def sentence(families: Sequence[str]) -> str:
    """How a docstring says what is switched off: “`F.unfold` and `F.pad` are switched off”."""
    *first, last = (FAMILIES[name].called for name in families)
    plural = first or last.endswith("s")
    return f"{', '.join(first)}{' and ' if first else ''}{last} {'are' if plural else 'is'} {_OFF}"


def meaning(family: str) -> str:
    """How the notebook says, once, what a family is."""
    return f"{FAMILIES[family].called}: {FAMILIES[family].means}"


def refuse_unsaid(bans: Mapping[str, Bans], path: Path, answers: Mapping[str, Cells], release: Iterable[str]) -> None:
    """The notebook names what is switched off, and nothing else: docstrings the families, its text what they are.

    `answers` are the solution cells by exercise, as released. Raises CourseError with the line of a cell in `path`.
    """
    text = spoken("\n".join(release))
    used = {name for switched in bans.values() for families in switched.of.values() for name in families}
    for name in FAMILIES:
        if (spoken(meaning(name)) in text) != (name in used):
            todo = f"{'write into' if name in used else 'remove from'} a text cell: {meaning(name)}"
            raise CourseError(f"[{TABLE}] and the notebook disagree about “{name}”", place(path), todo)
    for exercise, cells in answers.items():
        for function, families in bans.get(exercise, NOTHING).of.items():
            if not any(spoken(sentence(families)) in spoken(source) for source, _ in cells if function in source):
                todo = f"write into its docstring: {sentence(families)}"
                where = place(path, cells[0][1])
                raise CourseError(f"“{function or exercise}” does not say what [{TABLE}] switches off", where, todo)
        _refuse_more(bans.get(exercise, NOTHING), path, cells)


def _refuse_more(bans: Bans, path: Path, cells: Cells) -> None:
    for source, line in cells:
        rest = spoken(source)
        for families in bans.of.values():
            rest = rest.replace(spoken(sentence(families)), "")
        if _OFF in rest:
            todo = f"say it as [{TABLE}] does, or add it there"
            raise CourseError(f"this cell says of something else that it is {_OFF}", place(path, line), todo)
