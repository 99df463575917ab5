"""`convgrade requests`: regrade requests come in, are looked at, and are decided."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.exits import DONE, NOT_GRADED, NOTHING
from autograder.cli.options import COURSE, FILE, PATH
from autograder.cli.output import note, note_all, say
from autograder.cli.verb import Verb, Verbs
from autograder.errors import UsageError
from autograder.text.words import amount, number

if TYPE_CHECKING:
    from autograder.gradebook.requests import Decision, RegradeRequest

_STATES = {"open": "open", "again": "to decide again", "decided": "decided", "listed": "listed"}
_TEXT = 60  # characters of a request in the list


@click.group(cls=Verbs, short_help="Regrade requests: keep, look at, decide.")
def requests() -> None:
    """Keep regrade requests, look at them, decide.

    A student's page has a text to copy for every check that failed, or a link that writes a mail: [requests] mail = "…"
    in solutions/course.toml. What was decided stands on the student's page after the next `convgrade report`.

    \b
    Examples:
      convgrade requests add mails --roster students.csv
      convgrade requests list
      convgrade requests show 3f9a
      convgrade requests decide 3f9a --points +1.5 --because "the text allows both"
      convgrade requests decide 3f9a --refuse --because "the kernel is flipped"
    """


@requests.command("add", cls=Verb, short_help="Keep requests from mails or a form's table.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=PATH)
@click.option("--roster", "roster_file", metavar="CSV", type=FILE, help="The class: who has which address.")
@COURSE
def requests_add(root: Path, paths: Sequence[Path], roster_file: Path | None) -> int:
    """Keep the requests in PATH: mails (.eml, .txt), a form's table (.csv), or a folder of them. The same one, once.

    A table has the columns Email (or Username), Assignment, Check and Why. The sender decides whose a request is: the
    gradebook's address, a login, or a row of --roster. A stranger's is kept and listed, and the exit code is 1.

    \b
    Example:
      convgrade requests add form.csv mails --roster students.csv
    """
    from autograder.course import load_course
    from autograder.gradebook.decisions import persons_of
    from autograder.gradebook.requests import keep, request_from
    from autograder.intake.letters import read_letters
    from autograder.intake.roster import read_roster
    from autograder.intake.tables import table_text

    course, persons = load_course(root), persons_of(root)
    roster = read_roster(table_text(roster_file)) if roster_file else None
    letters = [letter for path in paths for letter in read_letters(path)]
    if not letters:
        note("no request found; give .eml, .txt or .csv files, or their folder")
        return NOTHING
    found = [request_from(letter, course, persons, roster) for letter in letters]
    new = keep(root, found)
    listed = {request.id: f"listed: {_whence(request)}: {request.problem}" for request in found if request.problem}
    note_all(listed.values())
    say(f"{amount(len(found), 'request')} read, {new} new, {len(listed)} listed; convgrade requests list")
    return NOT_GRADED if listed else DONE


def _whence(request: RegradeRequest) -> str:
    return ", ".join(filter(None, (request.where, request.sender)))


@requests.command("list", cls=Verb, short_help="Every request, and how many are open.")
@click.option("--all", "everything", is_flag=True, help="Also those that are decided.")
@COURSE
def requests_list(root: Path, everything: bool) -> int:
    """Show every request that a person must look at; the last line counts all of them.

    \b
    Example:
      convgrade requests list --all
    """
    from autograder.gradebook.requests import all_requests, shown_ids, state_of

    found = [(request, state_of(request, root)) for request in all_requests(root)]
    ids = shown_ids(request for request, _ in found)
    for request, state in found:
        if everything or state != "decided":
            who, about = request.student or request.sender or "–", request.check or request.exercise or "–"
            text = request.problem or " ".join(request.text.split())[:_TEXT]
            say(f"{ids[request.id]}  {_STATES[state]:15}  {request.slug or '–'}  {who[:40]}  {about}  {text}")
    counts = Counter(state for _, state in found)
    parts = [f"{counts[state]} {word}" for state, word in _STATES.items() if counts[state]]
    say(": ".join(filter(None, (amount(len(found), "request"), ", ".join(parts)))))
    return DONE if found else NOTHING


@requests.command("show", cls=Verb, short_help="One request beside the verdict it is about.")
@click.argument("id")
@COURSE
def requests_show(root: Path, id: str) -> int:
    """Show a request, what `convgrade explain` says about its check, and what was decided for this student before.

    \b
    Example:
      convgrade requests show 3f9a
    """
    from autograder.gradebook.requests import all_requests, of_student, request_of
    from autograder.text.escape import block

    request = request_of(root, id)
    say(f"{request.id}  {request.slug}  {request.student or 'nobody whom we know'}  {request.sender}  {request.at}")
    click.echo(f"\n{block(request.text or '(no text)')}\n")
    if request.problem:
        note(f"listed: {request.problem}")
        return DONE
    _explain(root, request)
    for other in of_student(all_requests(root), request.slug, request.student):
        for decision in other.decisions:
            say(f"decided before: {other.check or other.exercise}: {_told(decision)}: {decision.because}")
    return DONE


def _told(decision: Decision) -> str:
    sign = "+" if decision.points > 0 else ""
    return f"{sign}{number(decision.points)} points" if decision.points else "refused"


def _explain(root: Path, request: RegradeRequest) -> None:
    """The stored verdict of the check, or of all checks where the request is about an exercise."""
    from rich.console import Console

    from autograder.course import load_course
    from autograder.explain.show import Explanation, overview
    from autograder.explain.subject import find_subject

    try:
        subject = find_subject(load_course(root), f"{request.slug}/{request.student}")
    except UsageError as error:
        note(str(error))
        return
    console = Console(soft_wrap=True, highlight=False)
    if request.check in {check.name for check in subject.assignment.checks}:
        Explanation(subject, request.check, console, False).stored()
        note(f"to run it again: convgrade explain {request.slug}/{request.student} {request.check}")
    else:
        overview(subject, console)


@requests.command("decide", cls=Verb, short_help="Decide a request: points, or none.")
@click.argument("id")
@click.option(
    "--points", metavar="±N", type=float, help="Points that the exercise gets on top of what it has, as +1.5."
)
@click.option("--refuse", "refused", is_flag=True, help="The points stay as they are.")
@click.option("--again", is_flag=True, help="Decide once more what is decided already.")
@click.option("--because", metavar="TEXT", required=True, help="What the student reads.")
@COURSE
def requests_decide(root: Path, id: str, points: float | None, because: str, **flags: bool) -> int:
    """Decide a request. Points go into nbgrader's gradebook as a person's, and stay when the file is graded again.

    \b
    Examples:
      convgrade requests decide 3f9a --points +1.5 --because "the text allows both"
      convgrade requests decide 3f9a --refuse --because "the kernel is flipped"
    """
    from autograder.gradebook.decisions import decide
    from autograder.gradebook.requests import DECIDED, request_of, state_of

    refused = flags["refused"]
    if refused == bool(points) or not math.isfinite(points or 0.0):
        raise UsageError("give --points ±N, or --refuse")
    request = request_of(root, id)
    if request.problem:
        raise UsageError(f"this request is only listed: {request.problem}")
    if state_of(request, root) == DECIDED and not flags["again"]:
        raise UsageError(f"it is decided already ({_told(request.decisions[-1])}); give --again to add to that")
    decision = decide(root, request, points or 0.0, because).decisions[-1]
    total = "" if decision.total is None else f": {request.exercise} has {number(decision.total)} points now"
    say(f"{request.student}: {'refused' if refused else 'decided'}{total}")
    note(f"on the student's page after: convgrade report {request.slug}")
    return DONE
