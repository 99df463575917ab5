"""Who is known, and whom course.toml may name: an extension for nobody would cost somebody points in silence."""

import re
from collections.abc import Collection
from pathlib import Path

from autograder.course.term import Term
from autograder.course.toml import line_of, nearest
from autograder.errors import CourseError, place
from autograder.layout import COURSE_FILE, SUBMITTED
from autograder.text.plain import letters

_ALIKE = 0.8  # how near a name has to be to be meant


def refuse_strangers(root: Path, term: Term, listed: Collection[str] = ()) -> None:
    """Raises CourseError for an extension of somebody who is not there; `listed` are the gradebook's students.

    Where the gradebook lists somebody who handed in nothing it is a list of the class: nobody else is in it. Else
    whoever did not hand in yet may have an extension, unless the name is almost that of somebody who did.
    """
    submitted = root / SUBMITTED
    handed_in = {folder.name for folder in submitted.iterdir() if folder.is_dir()} if submitted.is_dir() else set()
    known = handed_in | set(listed)
    for student in term.extensions.keys() - known:
        question = _meant(student, known)
        if question or set(listed) - handed_in:
            path = root / COURSE_FILE
            where = place(path, line_of(path, student, start=line_of(path, "extensions")))
            add = f"for somebody new: nbgrader db student add {student}"
            raise CourseError(f"[extensions] names “{student}”, whom nobody knows", where, f"{question} {add}".strip())


def _meant(student: str, known: Collection[str]) -> str:
    """Who of the known ones this name is for, as a question: the same in another form, else almost the same."""
    words, digits = _words(student), _digits(student)
    same = [name for name in known if _words(name) == words and digits in ("", _digits(name))]
    if same:
        return f"did you mean “{min(same)}”?"
    return nearest(student, (name for name in known if _digits(name) == digits), _ALIKE)


def _words(name: str) -> list[str]:
    """The words of a name in any order, without case, accents, numbers and what follows an @."""
    words = (letters(word) for word in re.split(r"[\W_]+", name.split("@")[0]))
    return sorted(word for word in words if word and not word.isdecimal())


def _digits(name: str) -> str:
    """Numbers of students differ by a digit: then they are near to each other, and yet different people."""
    return "".join(character for character in letters(name) if character.isdecimal())
