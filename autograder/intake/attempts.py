"""Every attempt of every student, kept; the one that counts is placed where nbgrader looks for it.

`build/attempts/<slug>/<student>/<number>_<time>_<digest>.ipynb`. Nothing is ever removed from there. The one that
counts, by the course's rule, is copied to `build/submitted/<student>/<slug>/<slug>.ipynb` with its time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course.term import Term
from autograder.files import natural_key, raw_digest, write_atomically
from autograder.intake.stamps import STAMP, stamp_in
from autograder.layout import ATTEMPTS, SUBMITTED, submission_file
from autograder.submission.find import Found

_NAME = re.compile(r"(?P<number>\d{3,})_(?P<at>\d{8}T\d{6}Z|unknown)_(?P<digest>[0-9a-f]{12})\.ipynb")
_STAMP = "%Y%m%dT%H%M%SZ"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One file that a student handed in."""

    student: str
    number: int  # from 1, in the order in which they came
    at: datetime | None  # when it was handed in, where that is known
    digest: str
    path: Path

    def found(self, slug: str) -> Found:
        """The same as something to grade."""
        return Found(self.student, f"{self.student}, attempt {self.number}", slug, self.path)


class Attempts:
    """The attempts at one assignment in the course at `root`."""

    def __init__(self, root: Path, slug: str) -> None:
        self.slug, self.folder, self.submitted = slug, root / ATTEMPTS / slug, root / SUBMITTED

    def students(self) -> list[str]:
        """Everybody with an attempt."""
        names = [path.name for path in self.folder.iterdir() if path.is_dir()] if self.folder.is_dir() else []
        return sorted(names, key=natural_key)

    def of(self, student: str) -> list[Attempt]:
        """One student's, the oldest first: by the time of handing in, where all are known, else as they came."""
        found = [item for path in (self.folder / student).glob("*.ipynb") if (item := _read(path, student))]
        known = all(item.at for item in found)
        return sorted(found, key=lambda item: ((item.at if known else None) or _NEVER, item.number))

    def keep(self, student: str, raw: bytes, at: datetime | None) -> bool:
        """Keeps one more; False if this exact file is already there. A time that becomes known is written to it."""
        digest, kept = raw_digest(raw), self.of(student)
        at = at.astimezone(UTC).replace(microsecond=0) if at else None
        same = [item for item in kept if item.digest == digest]
        if (same and not at) or any(item.at == at for item in same):
            return False
        if untimed := next((item for item in same if not item.at), None):
            untimed.path.replace(untimed.path.with_name(_name(untimed.number, at, digest)))
            return False
        number = max((item.number for item in kept), default=0) + 1
        write_atomically(self.folder / student / _name(number, at, digest), raw)
        return True

    def adopt(self) -> int:
        """Keep what others, such as nbgrader's collect, have put into the tree of submissions; how many were new."""
        files = [path for path in self.submitted.glob(f"*/{self.slug}/{self.slug}.ipynb") if not _odd(path)]
        return sum(self._adopt(path.parents[1].name, path) for path in files)

    def _adopt(self, student: str, path: Path) -> bool:
        """A file with the time of a kept attempt is what an interrupted `place` left behind, no new one."""
        raw, at = _collected(path)
        kept = self.of(student)
        known = raw_digest(raw) in {item.digest for item in kept} and at in {None, *(item.at for item in kept)}
        return not known and self.keep(student, raw, at)

    def place(self, attempt: Attempt) -> bool:
        """Put the attempt that counts where it is graded; False if it is already there."""
        file = self._file(attempt.student)
        stamp = file.parent / STAMP
        if self.is_placed(attempt):
            return False
        if attempt.at:
            write_atomically(stamp, f"{attempt.at:%Y-%m-%d %H:%M:%S} UTC".encode())
        else:
            stamp.unlink(missing_ok=True)
        write_atomically(file, attempt.path.read_bytes())
        return True

    def is_placed(self, attempt: Attempt) -> bool:
        """Whether this attempt is the one in the place where it is graded, with its time."""
        file = self._file(attempt.student)
        return file.is_file() and _collected(file) == (attempt.path.read_bytes(), attempt.at)

    def is_place(self, path: Path) -> bool:
        """Whether `path` is where somebody's counting attempt is placed."""
        return path == self._file(path.parents[1].name).resolve()

    def _file(self, student: str) -> Path:
        return submission_file(self.submitted, student, self.slug)


def counting_attempt(attempts: Sequence[Attempt], term: Term, slug: str) -> Attempt:
    """The attempt that counts by the course's rule; where the best one does, the last, until all are graded.

    An attempt within the grace, or within an extension, is in time.
    """
    if term.attempts != "deadline":
        return attempts[-1]
    grace = term.late.grace_minutes * 60
    in_time = [each for each in attempts if term.lateness(each.student, slug, each.at) <= grace]
    return in_time[-1] if in_time else attempts[0]


def best(attempts: Sequence[Attempt], scores: Mapping[int, float]) -> Attempt:
    """The attempt with most points, the last of equals; `scores` by number, lateness taken off."""
    return max(attempts, key=lambda item: (scores.get(item.number, -1.0), attempts.index(item)))


def _read(path: Path, student: str) -> Attempt | None:
    found = _NAME.fullmatch(path.name)
    if not found:
        return None
    at = None if found["at"] == "unknown" else datetime.strptime(found["at"], _STAMP).replace(tzinfo=UTC)
    return Attempt(student, int(found["number"]), at, found["digest"], path)


def _name(number: int, at: datetime | None, digest: str) -> str:
    return f"{number:03}_{at.strftime(_STAMP) if at else 'unknown'}_{digest}.ipynb"


def _collected(path: Path) -> tuple[bytes, datetime | None]:
    """A file of nbgrader's tree and its time."""
    return Found("", path.name, "", path).read(), stamp_in(path.parent).at


def _odd(path: Path) -> bool:
    return any(item.is_symlink() for item in (path, path.parent, path.parents[1])) or not path.is_file()
