"""`convgrade canvas`: the class, its hand-ins and its grades by Canvas's API, where there is a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import COURSE, FILE, loaded
from autograder.cli.output import note, note_all, say
from autograder.cli.term import say_collected
from autograder.cli.verb import Verb, Verbs
from autograder.layout import BUILD

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.course.term import Term
    from autograder.gradebook.grades import Grade
    from autograder.hosts.canvas_client import CanvasClient
    from autograder.hosts.canvas_grades import CanvasPlan

TOKEN_FILE: Callable[[Any], Any] = click.option(
    "--token-file",
    metavar="FILE",
    type=FILE,
    help="A file with the token that only you can read (chmod 600). Default: the environment variable CANVAS_TOKEN.",
)


@click.group(cls=Verbs, short_help="Class, hand-ins and grades by Canvas's API.")
def canvas() -> None:
    """Take the class and its hand-ins from Canvas, and send the grades there, by its API.

    \b
    Once, in solutions/course.toml (docs/canvas.md says more):
      [canvas]
      url = "https://canvas.example.edu"
      course = 4711
      [canvas.assignments]
      a1_convolution = 88
    Then make a token in Canvas (Account, Settings, New Access Token) and set CANVAS_TOKEN.

    \b
    Examples:
      convgrade canvas collect a1_convolution
      convgrade canvas grades a1_convolution --dry-run
      convgrade canvas grades a1_convolution
    """


@contextmanager
def _client(term: Term, token_file: Path | None) -> Iterator[CanvasClient]:
    from autograder.hosts.canvas_class import numbers_of
    from autograder.hosts.canvas_client import CanvasClient, read_token

    numbers_of(term)
    with CanvasClient(term.canvas.url, read_token(token_file), note) as client:
        yield client


@canvas.command("roster", cls=Verb, short_help="Print who is in the class, as a table.")
@TOKEN_FILE
@COURSE
def canvas_roster(root: Path, token_file: Path | None) -> int:
    """Print who is in the class, as the table that `convgrade collect --roster` and `export --roster` read.

    \b
    Example:
      convgrade canvas roster > students.csv
    """
    from autograder.course import load_course
    from autograder.exports.table import to_csv
    from autograder.hosts.canvas_class import numbers_of, people_of

    term = load_course(root).term
    with _client(term, token_file) as client:
        people, _ = people_of(client, numbers_of(term))
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Email", "Section"]
    rows = [[p.sortable or p.name, str(p.number), p.sis, p.login, p.email, ""] for p in people]
    click.echo(to_csv(header, rows), nl=False)
    note(f"students: {len(people)}")
    return DONE if people else NOTHING


@canvas.command("collect", cls=Verb, short_help="Take every attempt of the class.")
@click.argument("slug")
@TOKEN_FILE
@COURSE
def canvas_collect(root: Path, slug: str, token_file: Path | None) -> int:
    """Take every attempt of the class, with its time, by the same rules as `convgrade collect`.

    People are known by Canvas's numbers. Whoever is not in the class there, or handed in no notebook, is listed with
    the reason; then the exit code is 1. A file is downloaded once and kept in build/canvas.

    \b
    Example:
      convgrade canvas collect a1_convolution
    """
    from autograder.gradebook.database import term_of
    from autograder.grading.progress import in_steps
    from autograder.hosts import canvas_class as api
    from autograder.intake.attempts import Attempts
    from autograder.intake.collect import Rules, collect_hand_ins
    from autograder.intake.roster import Roster

    course, assignment = loaded(root, slug)
    term = term_of(course, slug)
    where, home = api.numbers_of(term, slug), api.numbers_of(term)
    with _client(term, token_file) as client:
        people, tests = api.people_of(client, home)
        more = ("submission_history", "user")
        raw = [item for item in client.all(f"{where}/submissions", include=more) if item.get("user_id") not in tests]
        known = Attempts(root, slug).students()
        found = api.hand_ins_of(raw, people, known, api.Downloads(client, root / BUILD / "canvas"))
        for item in in_steps("Downloading", found):
            api.fetch(item)
        rules = Rules(term, roster=Roster(tuple(person.identity for person in people)))
        result = collect_hand_ins(root, assignment, found, rules)
    if not found:
        note(f"nobody of {len(people)} students has handed in {slug}")
        return NOTHING
    say_collected([result])
    return DONE if result.complete else NOT_GRADED


@canvas.command("grades", cls=Verb, short_help="Send the grades that are not there yet.")
@click.argument("slug")
@click.option("--dry-run", is_flag=True, help="Only show what would change there.")
@click.option("--comments", is_flag=True, help="Also write what to do next as a comment, once [feedback] is due.")
@TOKEN_FILE
@COURSE
def canvas_grades(root: Path, slug: str, dry_run: bool, comments: bool, token_file: Path | None) -> int:
    """Send grades to Canvas: those that are other there, many in one form. While a verdict or an answer
    waits, nothing of that student is sent.

    An interrupted run is finished by the same command: what is there already is not sent again.

    \b
    Examples:
      convgrade canvas grades a1_convolution --dry-run
      convgrade canvas grades a1_convolution --comments
    """
    from autograder.gradebook.gather import not_final, recomputed_grades, with_not_taken
    from autograder.hosts.canvas_class import numbers_of, people_of
    from autograder.hosts.canvas_grades import plan_of, scale_of, submissions_at

    course, assignment = loaded(root, slug)
    graded, complaints = recomputed_grades(course, assignment)
    ours, listed = with_not_taken(course, assignment, graded)
    if not ours:
        note_all((*listed, *complaints, f"nothing of {slug} is graded yet; run `convgrade grade PATH --record`"))
        return NOTHING
    where, home = numbers_of(course.term, slug), numbers_of(course.term)
    with _client(course.term, token_file) as client:
        factor = scale_of(client.one(where), ours, course.term.exports.scale)
        people, _ = people_of(client, home)
        told = _commented(course, slug, ours) if comments else frozenset()
        plan = plan_of(ours, people, submissions_at(client, where), factor, told)
        note_all((*listed, *complaints, *plan.complaints, *not_final(ours)))
        if dry_run:
            _say_plan(plan)
        failed = 0 if dry_run else _send(client, where, plan)
    return NOT_GRADED if failed or listed or complaints or plan.complaints else DONE


def _commented(course: Course, slug: str, ours: Sequence[Grade]) -> frozenset[str]:
    """To whom what is wrong may be told by now."""
    from autograder.gradebook.database import term_of

    now, term = datetime.now(UTC), term_of(course, slug)
    due = {grade.student: term.feedback_at(grade.student, slug) for grade in ours}
    return frozenset(student for student, at in due.items() if not at or at <= now)


def _say_plan(plan: CanvasPlan) -> None:
    for change in plan.changes:
        say(change.line())
    _say_sum(plan, f"{len(plan.changes)} would be sent")
    if plan.changes:
        note("nothing is sent; leave --dry-run out to do so")


def _send(client: CanvasClient, where: str, plan: CanvasPlan) -> int:
    """How many could not be sent; the sum is told whatever happens."""
    from autograder.grading.progress import in_steps
    from autograder.hosts.canvas_grades import send_grades

    sent, failed = 0, 0
    try:
        for change, why in send_grades(client, where, in_steps("Sending", plan.changes)):
            sent, failed = (sent, failed + 1) if why else (sent + 1, failed)
            say(f"{change.line()}: failed: {why}" if why else change.line())
    finally:
        left = len(plan.changes) - sent - failed
        parts = [f"{sent} sent", *([f"{failed} failed"] if failed else []), *([f"{left} not tried"] if left else [])]
        _say_sum(plan, ", ".join(parts))
        if left:
            note("run the same command again: only what is missing is sent")
    return failed


def _say_sum(plan: CanvasPlan, done: str) -> None:
    """Everybody of the class is in it."""
    from autograder.text.words import amount

    rest = {"as they are": plan.same, "not final": plan.without, "not in Canvas": plan.unmatched}
    parts = [f"{len(students)} {what}" for what, students in rest.items() if students]
    say(f"{amount(plan.people, 'student')}: {', '.join([done, *parts])}")
