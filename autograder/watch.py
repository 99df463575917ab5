"""A hand-in folder: what arrives is graded once, when it has arrived whole, and answered with a feedback page.

The folder is looked at again and again instead of listening to the kernel's events: hand-in folders are on network
shares, which send none. What was graded is known by content, so a restart answers only what has no answer yet.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.course.term import Term, load_term
from autograder.errors import ConvgradeError
from autograder.files import PUBLIC, raw_digest, refusal, remove, safe_name, write_atomically
from autograder.gradebook.context import context_without_gradebook
from autograder.grading.session import GradingOptions, GradingSession
from autograder.layout import PAGES_BESIDE
from autograder.model import Report
from autograder.reports.student_page import student_page
from autograder.submission.find import Found, discover
from autograder.text.escape import terminal

FileState = tuple[int, int, int]
"""Size, time and inode of a file: whether it is still the same, without reading it."""
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass
class Watcher:
    """What a folder held at the last look, and what has been answered."""

    course: Course
    folder: Path
    options: GradingOptions
    pages: Path | None  # where feedback pages go; None: beside each notebook
    slug: str = ""
    on_report: Callable[[Report], object] = lambda _: None
    on_fault: Callable[[str], object] = lambda _: None  # why pages wait that cannot be handed out; each reason once
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    faults: frozenset[str] = frozenset()  # why pages wait that could not be handed out at the last look
    _pages: dict[Found, tuple[datetime, bytes]] = field(default_factory=dict)  # not handed out; looked at again then
    _before: dict[Path, FileState] = field(default_factory=dict)
    _answered: dict[Path, FileState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    def look(self) -> list[Report]:
        """Grades what is new and has not changed since the last look: a file that still grows has to wait."""
        seen = dict(file_states(self.folder))
        ripe = [path for path, state in seen.items() if self._before.get(path) == state != self._answered.get(path)]
        self._before = seen
        reports = self._graded(set(ripe)) if ripe else []
        self._hand_out()
        self._answered |= {path: seen[path] for path in ripe}  # in this run none of them again, whatever came out
        return reports

    def watch(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> None:
        """Looks every so many seconds, until `stop` says so or the command is interrupted."""
        while not stop():
            self.look()
            time.sleep(seconds)

    def _graded(self, ripe: set[Path]) -> list[Report]:
        found = [item for item in discover([self.folder], self.course, self.slug).found if item.path in ripe]
        reports = []
        for slug, group in groupby(found, key=lambda item: item.slug):
            grading, items = GradingSession(self.course.assignment(slug), self.options), list(group)
            for item, report in zip(items, grading.reports(items), strict=True):
                self._answer(item, report, grading.assignment)
                self.on_report(report)
                reports.append(report)
        return reports

    def _answer(self, item: Found, report: Report, assignment: Assignment) -> None:
        page = student_page(report, assignment.title, context_without_gradebook(assignment, report)).encode()
        self._pages[item] = _AT_ONCE, page

    def _hand_out(self) -> None:
        """Writes the pages that are due; the others wait, also for a restart.

        Where that cannot be known or done now, nothing is handed out early: it is said, and tried at the next look.
        """
        now, faults = self.clock(), set[str]()
        ripe = [item for item, (at, _) in self._pages.items() if at <= now]
        for slug, group in groupby(sorted(ripe, key=lambda item: item.slug), key=lambda item: item.slug):
            with _noting(faults):
                term = self._term(slug)
                for item in group:
                    with _noting(faults):
                        self._hand_out_one(item, term.feedback_at(item.student, slug), now)
        for fault in sorted(faults - self.faults):
            self.on_fault(fault)
        self.faults = frozenset(faults)

    def _term(self, slug: str) -> Term:
        """The rules as they are now, for somebody may have more time since; a deadline may be formgrader's."""
        from autograder.gradebook.database import term_of  # nbgrader: slow, and for those who name no time not needed

        term = load_term(self.course.root)
        return term_of(replace(self.course, term=term), slug) if term.feedback else term

    def _hand_out_one(self, item: Found, due: datetime | None, now: datetime) -> None:
        page = self._pages[item][1]
        place = self.pages / item.slug / f"{safe_name(item.student)}.html" if self.pages else None
        ours = PagesBeside(self.course.root)
        if due and due > now:
            self._pages[item] = due, page
            if remove(place) if place else ours.take_back(item.path):  # more time was given since
                self.on_fault(f"{terminal(item.student, 60)} can hand in again: an earlier page was taken back")
            return
        if place:
            write_atomically(place, page)
        else:
            ours.write(item.path, page)
        del self._pages[item]


@contextmanager
def _noting(faults: set[str]) -> Iterator[None]:
    """What goes wrong with a page is noted, and the rest goes on."""
    try:
        yield
    except ConvgradeError as error:
        faults.add(str(error))
    except OSError as error:  # a full disk, a folder that is read-only, or a link in its place
        faults.add(refusal(error))


def file_states(folder: Path) -> Iterator[tuple[Path, FileState]]:
    """Every notebook below `folder` as it is now; links are not followed, hidden folders not entered."""
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(".ipynb") and not name.startswith("."):
                path = Path(top, name)
                try:
                    status = path.lstat()
                except OSError:  # gone again
                    continue
                yield path, (status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class PagesBeside:
    """Pages <name>.feedback.html beside notebooks, in folders that may belong to students.

    A student's own file may have that name. So what we write is recorded by its digest, in the course's folder, and
    nothing else is ever replaced or taken away.
    """

    root: Path

    def write(self, notebook: Path, page: bytes) -> None:
        """Whole or not at all, and through no link. Raises ConvgradeError where somebody else's file lies there."""
        place, record = _beside(notebook), self._record(notebook)
        if (there := _digest_at(place)) not in (None, *_lines(record)):
            raise ConvgradeError(f"{terminal(str(place), 200)} is there already, and is no page of ours: move it away")
        kept = [there] if there else []  # until the new page is there, the old one is ours
        write_atomically(record, "\n".join([*kept, raw_digest(page)]).encode())
        write_atomically(place, page, PUBLIC, follow=False)

    def take_back(self, notebook: Path) -> bool:
        """Takes our page away; whether there was one."""
        place = _beside(notebook)
        return _digest_at(place) in _lines(self._record(notebook)) and remove(place, follow=False)

    def _record(self, notebook: Path) -> Path:
        return self.root / PAGES_BESIDE / raw_digest(os.fsencode(_beside(notebook).absolute()))


def _beside(notebook: Path) -> Path:
    return notebook.with_name(f"{notebook.stem}.feedback.html")


def _digest_at(place: Path) -> str | None:
    """Of the file there; None where nothing is, "" where what is there is no file."""
    try:
        return raw_digest(Found("", place.name, "", place).read())
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _lines(record: Path) -> list[str]:
    """The digests of what we wrote at a place."""
    try:
        return record.read_text("ascii", "replace").split()
    except FileNotFoundError:
        return []
