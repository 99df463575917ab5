"""Teams hand in once: what one of them handed in is everybody's, with its time."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from autograder.course.toml import line_of, nearest
from autograder.errors import CourseError, place
from autograder.intake.handin import HandIn, Who
from autograder.intake.roster import Roster
from autograder.layout import COURSE_FILE
from autograder.text.escape import terminal

_Moment = TypeVar("_Moment")
_Item = TypeVar("_Item")
_ALIKE = 0.8  # how near a name has to be to be meant


def shared_hand_ins(
    people: Mapping[str, Mapping[_Moment, list[_Item]]], teams: Sequence[Sequence[str]], nobody: Collection[str]
) -> tuple[dict[str, dict[_Moment, list[_Item]]], list[str]]:
    """Everybody's hand-ins with those of the team, and a sentence where several of a team handed in.

    `nobody` are those whose own hand-ins cannot be taken; they get none of the team's either.
    """
    result = {student: dict(moments) for student, moments in people.items()}
    sentences = []
    for team in teams:
        whose = [student for student in team if student in people]
        merged: dict[_Moment, list[_Item]] = {}
        for student in whose:
            for moment, entries in people[student].items():
                merged.setdefault(moment, []).extend(entries)
        result |= {student: merged for student in team if merged and student not in nobody}
        if len(whose) > 1:
            names = " and ".join(terminal(student, 40) for student in whose)
            sentences.append(f"{names} are one team and handed in each: of all their files one counts, by [attempts]")
    return result, sentences


def strangers_in(teams: Sequence[Sequence[str]], found: Sequence[HandIn], roster: Roster | None) -> dict[str, str]:
    """Members who are not in the class, with the reason, of the teams of which somebody handed in."""
    own = {item.person.student for item in found}
    others = {student for team in teams if own & set(team) for student in team} - own
    people = {item.person for item in found} | {Who(student, _number(student)) for student in others}
    wrong = roster.missing(people) if roster else {}
    return {who.student: f"is in [teams], but {why}" for who, why in wrong.items() if who.student in others}


def _number(student: str) -> str:
    """The platform's, at the end of the name under which it has somebody filed: "doejane_502"."""
    end = re.search(r"_(\d+)$", student, re.ASCII)
    return end[1] if end else ""


def refuse_misspelt(root: Path, people: Collection[str], teams: Sequence[Sequence[str]]) -> None:
    """Raises CourseError for a member who handed in nothing, but has almost the name of somebody without a team."""
    members = {student for team in teams for student in team}
    for student in sorted(members - set(people)):
        if question := nearest(student, set(people) - members, _ALIKE):
            path = root / COURSE_FILE
            where = place(path, line_of(path, "teams"))
            raise CourseError(f"[teams] names “{student}”, who handed in nothing", where, question)
