"""Pages are handed out when the course says so, and to nobody who can still hand in.

Who gets more time after that can hand in again: the page is taken back, as far as that goes, and that is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.course.term import Term
from autograder.files import remove, safe_name, write_atomically
from autograder.text.escape import terminal

_MAX_NAMES = 8  # in one sentence


def hand_out(students: Iterable[str], pages: Path, to: Path, now: datetime, due: Mapping[str, datetime]) -> list[str]:
    """Copies the page of everybody to whom it is `due` from `pages` to the folder `to`; gives those who wait."""
    waiting = []
    for student in students:
        name = f"{safe_name(student)}.html"
        if due[student] > now:
            waiting.append(student)
        else:
            write_atomically(to / name, (pages / name).read_bytes())
    return waiting


def feedback_times(term: Term, slug: str, students: Iterable[str]) -> dict[str, datetime]:
    """When each student gets the page; empty where the course does not say when."""
    times = {student: term.feedback_at(student, slug) for student in students}
    return {student: at for student, at in times.items() if at}


def take_back(waiting: Iterable[str], to: Path) -> list[str]:
    """Removes the pages in the folder `to` of those who wait; whose pages were there."""
    return [student for student in waiting if remove(to / f"{safe_name(student)}.html")]


def who_had_it(students: Sequence[str]) -> str:
    """A sentence about pages that were taken back; empty where none was."""
    named = [terminal(student, 40) for student in students[:_MAX_NAMES]]
    more = [f"and {len(students) - _MAX_NAMES} more"] if len(students) > _MAX_NAMES else []
    what = "taken back, since it may have been read before the own or the team's new deadline"
    return f"feedback of {len(students)} {what}: {', '.join([*named, *more])}" if named else ""


def who_waits(waiting: Iterable[str], due: Mapping[str, datetime]) -> str:
    """ "feedback waits for 2: bob until 2030-11-05 08:00 UTC, …"; empty where nobody waits."""
    named = [f"{terminal(student, 40)} until {due[student]:%Y-%m-%d %H:%M} UTC" for student in waiting]
    more = [f"and {len(named) - _MAX_NAMES} more"] if len(named) > _MAX_NAMES else []
    return f"feedback waits for {len(named)}: {', '.join([*named[:_MAX_NAMES], *more])}" if named else ""
