"""What the pages of a class said the last time: their files, so that old ones go, and every verdict.

It is kept beside the pages, in `students/.pages`. Without it, or where it cannot be read, nothing is removed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from autograder.files import write_atomically
from autograder.model import Report, Verdict

NAME = "students/.pages"
PAGE_TAG = b'<meta name="generator" content="convgrade">'  # in every page of ours
_PAGE = re.compile(r"students/[a-z0-9-]{1,80}\.html", re.ASCII)
_LETTERS = {verdict[0]: verdict for verdict in Verdict}  # p f r t o b s u
_SILENT = ("u", "-")  # no verdict of ours, no such check: nothing that could have changed


class Run(NamedTuple):
    """One submission as it was judged once: its content key, and a letter for each check."""

    key: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """Verdicts of one submission that are not what they were before."""

    student: str
    flaky: bool  # neither the file nor the course has changed: the check itself is at fault
    checks: tuple[tuple[str, Verdict, Verdict], ...]  # name, before, now


@dataclass
class VerdictHistory:
    """Read it, ask it for `changes`, tell it what is about to be written, and then what is there."""

    folder: Path
    files: frozenset[str] = frozenset()
    now: dict[str, Run] = field(default_factory=dict)
    before: dict[str, Run] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> VerdictHistory:
        """The history of the pages in `folder`; an empty one where there is none."""
        try:
            raw = json.loads((folder / NAME).read_text("utf-8"))
            files = frozenset(name for name in raw["files"] if _PAGE.fullmatch(name))
            now, before = ({name: _run(*run) for name, run in raw[when].items()} for when in ("now", "before"))
            return cls(folder, files, now, before)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(folder)

    def see(self, reports: Iterable[Report]) -> list[VerdictChange]:
        """Takes note of every verdict; those that differ from the run before, also when this is seen once more."""
        runs = {report.student: _judged(report) for report in reports}
        changed = {student: self.now[student] for student, run in runs.items() if self.now.get(student, run) != run}
        self.before = {student: run for student, run in (self.before | changed).items() if student in runs}
        self.now = runs
        return [change for student in runs if (change := self._change(student))]

    def begin(self, files: Sequence[str]) -> None:
        """Pages are about to be written: whatever happens now, it is known whose they are."""
        self._write({*self.files, *files})

    def end(self, files: Sequence[str]) -> None:
        """Pages are written: those of earlier runs that are not among them go."""
        for name in sorted(self.files - set(files)):
            path = self.folder / name
            with suppress(OSError):
                if not path.is_symlink() and PAGE_TAG in path.read_bytes()[:4096]:
                    path.unlink()
        self.files = frozenset(files)
        self._write(self.files)

    def _change(self, student: str) -> VerdictChange | None:
        old, new = self.before.get(student), self.now[student]
        checks = tuple(_differing(old.verdicts, new.verdicts)) if old else ()
        return VerdictChange(student, bool(old and old.key == new.key), checks) if checks else None

    def _write(self, files: Iterable[str]) -> None:
        raw: dict[str, Any] = {"files": sorted(files), "now": self.now, "before": self.before}
        write_atomically(self.folder / NAME, json.dumps(raw, separators=(",", ":")).encode())


def _run(key: str, verdicts: Mapping[str, str]) -> Run:
    """What JSON made of a run. Raises ValueError for anything else."""
    if not isinstance(key, str) or not set(verdicts.values()) <= _LETTERS.keys():
        raise ValueError("no run")
    return Run(key, dict(verdicts))


def _judged(report: Report) -> Run:
    return Run(report.key, {f"{check.exercise}.{check.name}": check.verdict[0] for check in report.checks})


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, Verdict, Verdict]]:
    for check, letter in new.items():
        was = old.get(check, "-")
        if was != letter and was not in _SILENT and letter not in _SILENT:
            yield check.split(".", 1)[1], _LETTERS[was], _LETTERS[letter]
