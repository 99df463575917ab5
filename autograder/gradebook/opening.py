"""How the gradebook is opened: in turns, waiting for other programs, and with one sentence where it cannot be used.

Whatever SQLAlchemy or nbgrader say about the database becomes a ConvgradeError here; no verb shows their tracebacks.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from filelock import FileLock, Timeout
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import URL, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.course.term import load_term
from autograder.errors import ConvgradeError, CourseError, place
from autograder.layout import BUILD, RECORDED, RECORDING

FAULTS = (InvalidEntry, SQLAlchemyError)  # what the database or nbgrader say; both become a sentence
_TURN = 10.0  # times the wait for another program: so long may those who record one after the other take together
_REVISION = re.compile(r"^(down_)?revision = ['\"](\w+)['\"]", re.MULTILINE)
_ITS_TABLES = {"student", "assignment", "grade"}  # nbgrader's, in every release
_DATABASE_SAYS = re.compile(r"^\([\w.]{1,80}\) (.{1,300})", re.MULTILINE)  # as SQLAlchemy quotes it
_KEPT = "the reports are kept; run the same command again"
# A piece of what the database says → what it means, and what to do. The first that fits counts.
_MEANINGS = (
    ("database is locked", "another program holds the gradebook", f"wait for it or end it; {_KEPT}"),
    ("disk is full", "the disk is full: the gradebook cannot be written", f"make room; {_KEPT}"),
    ("readonly database", "the gradebook is read-only", f"make its file and its folder writable; {_KEPT}"),
    ("unable to open", "the gradebook cannot be opened", f"its file and its folder must be writable; {_KEPT}"),
    ("not a database", "the gradebook is no database", "restore it from a backup; the reports are kept"),
    ("malformed", "the gradebook is damaged", "restore it from a backup; the reports are kept"),
)
# nbgrader logs tracebacks there; who listens hears them, and without a listener Python would print them.
logging.getLogger("tornado.application").addHandler(logging.NullHandler())


def settings(root: Path) -> tuple[Config, CourseDirectory]:
    """What the instructor's nbgrader_config.py says, and the course directory made from it."""
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        return config, CourseDirectory(config=config)
    except ConfigFileNotFound:
        raise CourseError("there is no nbgrader_config.py", place(root), "convgrade build writes it") from None
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  # the file is a program of the instructor's
        why = f"nbgrader_config.py cannot be used: {type(error).__name__}: {error}"
        raise CourseError(why, place(root), "correct it, or take the one of the course that you began with") from None


@contextmanager
def one_at_a_time(root: Path) -> Iterator[float]:
    """Commands that change the gradebook take turns, on this machine; the kernel releases the lock of a killed one.

    Gives the seconds that each of them waits for a program that is not ours.
    """
    wait = load_term(root).gradebook.wait_seconds
    (root / BUILD).mkdir(exist_ok=True)
    lock = FileLock(root / RECORDING)
    try:
        turn = lock.acquire(timeout=wait * _TURN, poll_interval=0.05)
    except Timeout:
        raise ConvgradeError("another command is using the gradebook\n  run the same command again later") from None
    with turn:
        yield wait


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A gradebook that nobody else's command has now."""

    book: Gradebook
    config: Config
    where: CourseDirectory
    wait: float  # seconds for a program that is not ours


@contextmanager
def gradebook(root: Path) -> Iterator[OpenBook]:
    """The open gradebook of the course at `root`. Raises ConvgradeError where it cannot be used, at any moment."""
    config, where = settings(root)
    with one_at_a_time(root) as wait, _in_a_sentence():
        url = make_url(where.db_url)
        if url.drivername.startswith("sqlite") and "timeout" not in url.query:
            url = url.update_query_dict({"timeout": f"{wait:g}"})
        _refuse_another_version(url)
        _refuse_lost(root, url)
        with Gradebook(url.render_as_string(hide_password=False), where.course_id) as book:
            (root / RECORDED).touch()
            yield OpenBook(book, config, where, wait)


@contextmanager
def opened(root: Path, slug: str) -> Iterator[tuple[Gradebook, Config] | None]:
    """The gradebook of the course at `root` with its configuration; None where there is none that knows `slug`."""
    if not exists(root):
        yield None
        return
    with gradebook(root) as found:
        known = any(assignment.name == slug for assignment in found.book.assignments)
        yield (found.book, found.config) if known else None


def exists(root: Path) -> bool:
    """Whether there is a gradebook to look into: looking must not make one. Raises ConvgradeError where it was lost.

    Else everybody's points would be those of the reports, and what people gave would be gone without a word.
    """
    if not (root / "nbgrader_config.py").is_file():
        return False
    with _in_a_sentence():
        url = make_url(settings(root)[1].db_url)
    if not url.drivername.startswith("sqlite"):
        return True
    _refuse_lost(root, url)
    return _is_file(url)


def _refuse_lost(root: Path, url: URL) -> None:
    """Raises ConvgradeError where there was a gradebook and is none: people's points were in it."""
    if url.drivername.startswith("sqlite") and (root / RECORDED).is_file() and not _is_file(url):
        todo = f"restore it from a backup, or remove {RECORDED} to begin a new one; the reports are kept"
        raise ConvgradeError(f"the gradebook is gone, with the points that people gave\n  {url.database}\n  {todo}")


def _is_file(url: URL) -> bool:
    """Whether SQLite's file is there. Raises ConvgradeError for anything else in its place."""
    path = Path(url.database or "")
    if not path.is_file() and (path.is_symlink() or path.exists()) and url.database:
        raise ConvgradeError(f"the gradebook is no file\n  {path}\n  put it there again; {_KEPT}")
    return path.is_file()


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except FAULTS as error:
        raise ConvgradeError(_meaning(error)) from error


def _meaning(error: Exception) -> str:
    """What is wrong with the gradebook and what to do, from what the database says."""
    text = str(error)
    said = next(iter(_DATABASE_SAYS.findall(text) or text.splitlines()), type(error).__name__)
    for piece, what, todo in _MEANINGS:
        if piece in said:
            return f"{what}\n  {said}\n  {todo}"
    return f"the gradebook cannot be read or written\n  {said}\n  {_KEPT}"


def _refuse_another_version(url: URL) -> None:
    """Raises ConvgradeError where another release of nbgrader made the tables: its columns have other meanings.

    Or where there is a file without nbgrader's tables: nbgrader would add them, and everybody's points were gone.
    """
    is_file = url.drivername.startswith("sqlite")
    if is_file and not _is_file(url):
        return
    with _connected(url) as engine:
        tables = set(inspect(engine).get_table_names())
        if is_file and not tables >= _ITS_TABLES:
            what = "no gradebook" if tables else "empty"
            todo = "restore it from a backup, or remove the file to begin a new one; the reports are kept"
            raise ConvgradeError(f"the gradebook is {what}\n  {url.database}\n  {todo}")
        if "alembic_version" not in tables:
            return
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    pairs = [match for file in _revisions().iterdir() if file.suffix == ".py" for match in _told(file)]
    known, older = {name for down, name in pairs if not down}, {name for down, name in pairs if down}
    if found not in known:
        raise ConvgradeError("a newer nbgrader made the gradebook\n  install that nbgrader; nothing was changed")
    if found in older:
        raise ConvgradeError("an older nbgrader made the gradebook\n  run `nbgrader db upgrade`; nothing was changed")


@contextmanager
def _connected(url: URL) -> Iterator[Engine]:
    """A connection of its own, before nbgrader's, which would add tables that it misses."""
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _revisions() -> Path:
    return Path(str(files("nbgrader"))) / "alembic" / "versions"


def _told(file: Path) -> list[tuple[str, str]]:
    """("", its own name) and ("down_", the name of the one before it)."""
    return _REVISION.findall(file.read_text("utf-8"))
