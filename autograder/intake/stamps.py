"""nbgrader's timestamp.txt in the tree of submissions, as all of us read it."""

from contextlib import suppress
from pathlib import Path

from autograder.files import natural_key
from autograder.intake.times import When, when
from autograder.layout import SUBMITTED
from autograder.submission.find import Found
from autograder.text.escape import terminal

STAMP = "timestamp.txt"


def stamp_in(folder: Path) -> When:
    """What the stamp in this folder says, UTC where it names no zone; nothing where there is none."""
    with suppress(OSError):
        return when(Found("", STAMP, "", folder / STAMP).read()[:200].decode("utf-8", "replace"))
    return When()


def unread_stamps(root: Path, slug: str) -> list[str]:
    """A sentence for every hand-in at its place whose time is written down and not understood: it never is late."""
    folders = sorted((root / SUBMITTED).glob(f"*/{slug}"), key=lambda path: natural_key(path.parent.name))
    found = [(path.parent.name, stamp_in(path).doubt) for path in folders]
    way_out = f"it never counts as late; correct the file, or run convgrade collect {slug} {SUBMITTED} --at TIME"
    return [f"{terminal(student, 60)}: the time {doubt}: {way_out}" for student, doubt in found if doubt]
