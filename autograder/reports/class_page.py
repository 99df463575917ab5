"""The page of a class: how it went, what went wrong most often, who needs a person; and a page per student."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from autograder.model import Report, Verdict
from autograder.reports import statistics
from autograder.reports.render import page, write
from autograder.reports.student_page import student_page
from autograder.reports.words import counts, look_at, needs_a_person

_STUDENTS = "students"


class Row(NamedTuple):
    """One submission in the table of the class."""

    report: Report
    href: str
    tally: dict[Verdict, int]
    look: str
    person: str


class Column(NamedTuple):
    """One bar of the histogram, in viewBox units."""

    x: float
    y: float
    height: float
    many: int
    low: float
    high: float


def write_pages(reports: Sequence[Report], title: str, folder: Path, name: Callable[[str, str], str]) -> Path:
    """Write `folder`/index.html and a page per student beside it; returns the path of the class page.

    `name` makes a safe file name of a student's name and the submission's file name; two equal ones get a number.
    """
    ordered = sorted(reports, key=lambda report: (report.student, report.source, report.key))
    files = _file_names([name(report.student, report.source) for report in ordered])
    for report, file in zip(ordered, files, strict=True):
        write(folder / _STUDENTS / file, student_page(report, title))
    index = folder / "index.html"
    write(index, class_page(ordered, title, [f"{_STUDENTS}/{quote(file)}" for file in files]))
    return index


def class_page(reports: Sequence[Report], title: str, hrefs: Sequence[str]) -> str:
    """The class page as HTML; `hrefs` lead to the students' pages, in the order of the reports."""
    rows = [_row(report, href) for report, href in zip(reports, hrefs, strict=True)]
    bars = statistics.distribution(reports)
    return page(
        "class.html.j2",
        script="class.js",
        title=title,
        rows=rows,
        people=[row for row in rows if row.person],
        alarms=statistics.alarms(reports),
        summary=statistics.summary(reports),
        columns=_columns(bars),
        told=", ".join(f"{bar.count} from {bar.low:g} to {bar.high:g}" for bar in bars if bar.count),
        exercises=statistics.exercises(reports),
        checks=statistics.checks(reports),
        mistakes=statistics.mistakes(reports),
        passed=Verdict.PASSED,
    )


def _row(report: Report, href: str) -> Row:
    return Row(report, href, counts(report.checks), look_at(report), needs_a_person(report))


def _columns(bars: Sequence[statistics.Bar], width: float = 34, height: float = 120) -> list[Column]:
    most = max((bar.count for bar in bars), default=0) or 1
    return [
        Column(width * i, height * (1 - bar.count / most), height * bar.count / most, bar.count, bar.low, bar.high)
        for i, bar in enumerate(bars)
    ]


def _file_names(names: Sequence[str]) -> list[str]:
    """One file per report; a name that is taken, also when only the case differs, gets a number."""
    taken: set[str] = set()
    files = []
    for name in names:
        file, number = name, 1
        while file.casefold() in taken:
            number += 1
            file = f"{name}-{number}"
        taken.add(file.casefold())
        files.append(f"{file}.html")
    return files
