"""Verbs for staff: look into a verdict, answer hand-ins as they come, compare submissions, check this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import ASSIGNMENT, BOX, CLUSTER, COURSE, DEVICE, FILE, FOLDER, PATH, jobs_option, loaded
from autograder.cli.output import note, say
from autograder.cli.verb import Verb, verbose
from autograder.layout import FEEDBACK_PAGES, SIMILAR, SUBMITTED
from autograder.log import is_on

if TYPE_CHECKING:
    from autograder.box.box import Box
    from autograder.model import Report

_PAIRS = 20  # named in the terminal; the page has more


@click.command(cls=Verb, short_help="Explain a check's verdict; run the check again.")
@click.argument("what", metavar="REPORT")
@click.argument("check", required=False, default="")
@click.option("--file", type=FILE, help="The notebook that was graded. Default: looked up in build/submitted.")
@click.option("--assignment", "slug", metavar="SLUG", default="", help="Which assignment, where several fit.")
@click.option("--shell", is_flag=True, help="Open a prompt inside the box after the check.")
@verbose("Show the hidden test's source, all calls and all that was printed.")
@BOX
@DEVICE
@COURSE
def explain(root: Path, what: str, check: str, slug: str, **options: Any) -> int:
    """Explain why a CHECK ended as it did, and run it again in a fresh box. Without CHECK: list the checks.

    REPORT is a student's name, SLUG/STUDENT, a report under build/reports, or a notebook.

    \b
    Examples:
      convgrade explain "Ingrid Solberg"
      convgrade explain "Ingrid Solberg" corr2d_matches_torch
      convgrade explain ada.ipynb corr2d_matches_torch --shell
    """
    from rich.console import Console

    from autograder.box.zygote import Wall
    from autograder.course import load_course
    from autograder.explain.again import Again, try_again
    from autograder.explain.shell import stay
    from autograder.explain.show import Explanation, overview
    from autograder.explain.subject import find_subject, spec_name

    subject = find_subject(load_course(root), what, options["file"], slug, options["device"])
    console = Console(soft_wrap=True, highlight=False)
    if not check:
        overview(subject, console)
        return DONE
    told = Explanation(subject, spec_name(subject.assignment, check), console, is_on())
    told.stored()
    if is_on():
        told.source()
    if subject.raw is None:
        note("the graded file is not under build/submitted; give it with --file, and the check is run again")
        return NOTHING

    def look(box: Box, again: Again) -> None:
        told.again(again)
        if options["shell"]:
            stay(box, again)

    try_again(subject.assignment, subject.raw, told.spec.name, Wall(options["wall"], device=options["device"]), look)
    return DONE


@click.command(cls=Verb, short_help="Grade notebooks as they arrive in a folder.")
@click.argument("folder", type=FOLDER)
@ASSIGNMENT
@click.option(
    "--every", metavar="SECONDS", type=click.FloatRange(0.1), default=2.0, show_default=True, help="How often to look."
)
@click.option("--once", is_flag=True, help="Grade what is there now, then exit.")
@click.option("--beside", is_flag=True, help="Write NAME.feedback.html next to each notebook.")
@click.option("--to", metavar="FOLDER", type=FOLDER, help="Where pages go. Default: build/feedback-pages.")
@jobs_option(1)
@CLUSTER
@BOX
@DEVICE
@COURSE
def watch(root: Path, folder: Path, slug: str, every: float, **options: Any) -> int:
    """Grade notebooks as they arrive in FOLDER, each version once, and write a feedback page for each. Ctrl-C ends it.

    A file is graded when it has stopped changing. After a restart, only what is new is graded.

    \b
    Examples:
      convgrade watch handed-in --assignment a1_convolution --beside
      convgrade watch handed-in --once --to pages
    """
    from autograder.course import load_course
    from autograder.grading.session import GradingOptions
    from autograder.watch import Watcher

    grading = GradingOptions(**{name: options[name] for name in ("jobs", "wall", "device", "cluster")})
    pages = None if options["beside"] else options["to"] or root / FEEDBACK_PAGES
    watcher = Watcher(load_course(root), folder, grading, pages, slug, _say_score, _say_fault)
    if not options["once"]:
        note(f"watching {folder}; Ctrl-C ends it")
        watcher.watch(every)
    watcher.look()
    time.sleep(every)  # what changes during this time has not arrived whole
    reports = watcher.look()
    return DONE if all(report.graded for report in reports) and not watcher.faults else NOT_GRADED


def _say_fault(fault: str) -> None:
    from autograder.text.escape import block

    click.echo(f"a page waits: {block(fault)}", err=True)


def _say_score(report: Report) -> None:
    from autograder.reports.words import judged
    from autograder.text.words import number

    score = f"{number(report.score)}/{number(report.points)}" if judged(report) else report.problem
    say(f"{report.assignment}  {report.student}  {score}")


@click.command(cls=Verb, short_help="Find submissions that are suspiciously alike.")
@click.argument("slug")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=PATH)
@click.option(
    "--archive", multiple=True, metavar="PATH", type=FOLDER, help="Submissions of an earlier term. Repeatable."
)
@click.option(
    "--least",
    metavar="PERCENT",
    type=click.IntRange(1, 100),
    default=40,
    show_default=True,
    help="Report pairs that share at least this much code.",
)
@COURSE
def similar(root: Path, slug: str, paths: Sequence[Path], archive: Sequence[Path], least: int) -> int:
    """Find pairs of submissions that are more alike than released code and right answers explain.

    Writes build/similar/SLUG.html with the pairs side by side. It only reports; no score changes.

    \b
    Examples:
      convgrade similar a1_convolution
      convgrade similar a1_convolution build/submitted --archive terms/last-year
    """
    from autograder.similar.report import similarity, write_page
    from autograder.text.escape import terminal
    from autograder.text.words import amount

    (course, assignment), submitted = loaded(root, slug), root / SUBMITTED
    paths = paths or [folder for folder in (submitted,) if folder.is_dir()]
    found = similarity(course, assignment, paths, archive, least / 100)
    if not found.compared:
        note("no submission found; give the folder that holds them")
        return NOTHING
    for pair in found.pairs[:_PAIRS]:
        names = " · ".join(terminal(side.document.student, 40) for side in (pair.first, pair.second))
        say(f"{100 * pair.share:3.0f} %  {pair.first.tokens:5} tokens  {names}")
    page = write_page(found, assignment, root / SIMILAR).relative_to(root)
    say(f"{found.compared} compared, {amount(len(found.pairs), 'close pair')}: {page}")
    return DONE


@click.command(cls=Verb, short_help="Mark written answers in the browser: one question, everybody.")
@click.argument("slug")
@click.option("--question", metavar="NAME", default="", help="Which question. Default: the first that people mark.")
@click.option("--marker", metavar="NAME", default="", help="Who marks. Default: the name of your account.")
@click.option("--names", is_flag=True, help="Show the students' names. Default: answers have numbers.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen on 127.0.0.1. Default: any.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@COURSE
def mark(root: Path, slug: str, question: str, marker: str, **options: Any) -> int:
    """Mark written answers: one question over everybody who handed in, by keyboard, without names.

    Opens a page on this machine, for you alone. Levels come from solutions/SLUG/marking.toml and are clicked, or
    chosen with 1 to 9; Enter saves into nbgrader's gradebook and opens the next answer, j and k move. Similar answers
    follow each other, and comments that were written before are offered again. With --marker two people mark the same
    answers: each sees only their own marks, the page shows how far they agree (Cohen's kappa), and where they differ
    they settle what counts. Record first: convgrade grade build/submitted --record. Ctrl-C ends it; every mark is
    saved already.

    \b
    Examples:
      convgrade mark a1_convolution
      convgrade mark a1_convolution --marker ben --question which_kernel
      convgrade mark a1_convolution --names --no-browser --port 8765
    """
    import getpass
    import webbrowser

    from autograder.hosts.marking import Desk
    from autograder.hosts.marking_server import serve_marking, way_in
    from autograder.layout import BUILD

    desk = Desk(root, loaded(root, slug)[1], " ".join(marker.split())[:60] or getpass.getuser(), options["names"])
    asked = desk.question(question)
    desk.page(asked)  # what cannot be marked is said here, not in the browser

    def on_start(address: str) -> None:
        say(address)
        note(f"marking {slug} as {desk.marker}; Ctrl-C ends it")
        if not options["no_browser"]:
            webbrowser.open(lead_to(address))

    try:
        with way_in(root / BUILD) as lead_to:
            serve_marking(desk, asked, options["port"], on_start)
    except KeyboardInterrupt:
        note("every mark is in the gradebook")
    return DONE


@click.command(cls=Verb, short_help="Try to break out of the box on this machine.")
@BOX
def doctor(wall: str) -> int:
    """Try to break out of the box on this machine, one line per promise.

    \b
    Example:
      convgrade doctor
    """
    from autograder.box.zygote import Wall
    from autograder.cli.doctor import examine

    return DONE if examine(Wall(mode=wall)) else NOT_GRADED
