"""What `watch` and `similar` print and how they end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from autograder.course import load_course
from autograder.grading.session import GradingOptions
from autograder.layout import SIMILAR, SUBMITTED
from autograder.model import Report
from autograder.reports.words import judged, number
from autograder.text.escape import terminal

DONE, NOT_GRADED, NOTHING = 0, 1, 3


def watch(root: Path, folder: Path, options: Mapping[str, Any]) -> int:
    """Grades what arrives; with `once`, what is there."""
    from autograder.watch import Watcher

    settings = GradingOptions(jobs=options["jobs"], box=options["box"])
    watcher = Watcher(load_course(root), folder, settings, options["slug"])
    watcher.to = None if options["beside"] else options["to"] or watcher.to
    watcher.on_report = _told
    if not options["once"]:
        click.echo(f"watching {terminal(str(folder))}; Ctrl-C ends it", err=True)
        watcher.watch(options["every"])
    watcher.look()
    time.sleep(options["every"])  # whatever changes in this time is not there yet
    reports = watcher.look()
    return NOT_GRADED if any(not report.graded for report in reports) else DONE


def _told(report: Report) -> None:
    score = f"{number(report.score)}/{number(report.points)}" if judged(report) else report.problem
    click.echo(f"{report.assignment}  {terminal(report.student, 60)}  {terminal(score)}")


def similar(root: Path, slug: str, paths: Sequence[Path], archive: Sequence[Path], least: int) -> int:
    """Writes the page of close pairs and names the closest."""
    from autograder.similar.report import similarity, write_page

    course = load_course(root)
    assignment = course.assignment(slug)
    submitted = [root / SUBMITTED]
    found = similarity(course, assignment, paths or [one for one in submitted if one.is_dir()], archive, least / 100)
    if not found.compared:
        click.echo("no submission there; give the folder that holds them", err=True)
        return NOTHING
    for pair in found.pairs[:20]:
        names = " · ".join(terminal(side.document.student, 40) for side in (pair.first, pair.second))
        click.echo(f"{100 * pair.share:3.0f} %  {pair.first.tokens:5} tokens  {names}")
    page = write_page(found, assignment, root / SIMILAR).relative_to(root)
    click.echo(f"{found.compared} compared, {len(found.pairs)} close pairs: {page}")
    return DONE
