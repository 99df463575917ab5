"""A source as the rules for platforms see it, and what they all make: the hand-in of a unit."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import cached_property

from autograder.errors import ConvgradeError
from autograder.intake.entries import Entry
from autograder.intake.gradescope import submitters
from autograder.intake.handin import HandIn, Who
from autograder.intake.times import When
from autograder.intake.units import METADATA, Unit, Units
from autograder.text.plain import folder_name

ILIAS = re.compile(r"(?P<name>[^_].*_.+)_(?P<login>[^_]+)_(?P<id>\d{2,12})", re.ASCII)
ILIAS_TEAM = re.compile(r"Team[ _]\d+", re.ASCII)


@dataclass(frozen=True)
class Download:
    """A source as the rules see it."""

    units: Units
    slug: str
    slugs: frozenset[str]  # of all assignments
    zone: tzinfo | None  # of times without one; None: this machine's

    @cached_property
    def files(self) -> dict[str, Entry]:
        """The files beside the units, by name."""
        return {unit.name: unit.entries[0] for unit in self.units.all if unit.entries and not unit.is_folder}

    @cached_property
    def submitters(self) -> dict[str, list[tuple[Who, When]]]:
        """What Gradescope's file says, by folder."""
        return submitters(self.files[METADATA], self.zone) if METADATA in self.files else {}

    @cached_property
    def of_ilias(self) -> bool:
        """Whether all folders have ILIAS's form, and no two the same number: it is a weak one, many names end so."""
        units = [unit for unit in self.units.all if unit.is_folder]
        inner = [name for unit in units if ILIAS_TEAM.fullmatch(unit.name) for name in unit.folders]
        names = [*inner, *(unit.name for unit in units if not ILIAS_TEAM.fullmatch(unit.name))]
        numbers = {found["id"] for name in names if (found := ILIAS.fullmatch(name))}
        return 0 < len(names) == len(numbers)


Rule = Callable[[Unit, Download], list[HandIn] | None]


def one_hand_in(unit: Unit, person: Who, place: str, **more: object) -> list[HandIn]:
    """One hand-in with all files of the unit."""
    student = folder_name(person.student)
    hand_in = HandIn(replace(person, student=student), place, tuple(unit.entries))
    return [replace(hand_in, **more)]  # type: ignore[arg-type]


def beginning_of(entry: Entry) -> str:
    """The beginning of a small file that the platform wrote; "" where it cannot be read."""
    try:
        return entry.read()[:4000].decode("utf-8", "replace").removeprefix("\ufeff")
    except (OSError, ConvgradeError):
        return ""
