"""The page of a class: how it went, what went wrong most often, who needs a person; and a page per student."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from autograder.model import Report, Verdict
from autograder.reports import statistics
from autograder.reports.render import page
from autograder.reports.student_page import student_page
from autograder.reports.words import counts, judged, look_at, needs_a_person
from autograder.store import natural, safe_name, write_atomically

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


def write_pages(reports: Sequence[Report], title: str, folder: Path) -> Path:
    """Write `folder`/index.html and students/<safe name>.html for each; returns the path of the class page."""
    ordered = sorted(reports, key=lambda report: natural(report.student))
    files = [f"{_STUDENTS}/{safe_name(report.student)}.html" for report in ordered]
    for report, file in zip(ordered, files, strict=True):
        write_atomically(folder / file, student_page(report, title).encode())
    index = folder / "index.html"
    write_atomically(index, class_page(ordered, title, files).encode())
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
        groups=[list(group) for _, group in groupby(statistics.checks(reports), key=lambda row: row.exercise)],
        mistakes=statistics.mistakes(reports),
        passed=Verdict.PASSED,
    )


def _row(report: Report, href: str) -> Row:
    return Row(report, href, counts(report.checks) if judged(report) else {}, look_at(report), needs_a_person(report))


def _columns(bars: Sequence[statistics.Bar], width: float = 34, height: float = 120) -> list[Column]:
    most = max((bar.count for bar in bars), default=0) or 1
    return [
        Column(width * i, height * (1 - bar.count / most), height * bar.count / most, bar.count, bar.low, bar.high)
        for i, bar in enumerate(bars)
    ]
