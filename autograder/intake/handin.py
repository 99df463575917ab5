"""What was handed in, by whom, from where and when: what the rules for platforms make of a unit."""

from dataclasses import dataclass, field

from autograder.intake.entries import Entry
from autograder.intake.times import When

NO_NAME = "the name is no person's"


@dataclass(frozen=True, slots=True)
class Who:
    """Who it is, as far as the platform says so."""

    student: str  # what everything is filed under
    number: str = ""  # the platform's
    login: str = ""  # or an address
    name: str = ""


@dataclass(frozen=True, slots=True)
class HandIn:
    """The files that one person handed in at once."""

    person: Who
    place: str  # the same for all hand-ins of a person; two places are two people, or one who claims to be another
    entries: tuple[Entry, ...]
    when: When = field(default_factory=When)
    late: bool = False  # Canvas says so, but not by how much
    nobody: str = ""  # why it is no person's
