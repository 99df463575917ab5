"""Our grades beside Canvas's: what differs, and the sending of that; nothing is sent twice, no verdict is no zero."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from autograder.errors import CourseError
from autograder.exports.roster import match
from autograder.gradebook.grades import Grade
from autograder.hosts.canvas_class import CanvasPerson
from autograder.hosts.canvas_client import CanvasClient, CanvasRefused, objects_in
from autograder.model import cents
from autograder.reports.words import tasks
from autograder.text.escape import block, terminal
from autograder.text.words import first_sentence, number

_POINTS = ("points", "percent", "letter_grade", "gpa_scale")  # Canvas takes a number as points for all of these
_THEIRS = (400, 404, 422)  # answers that are about one person, not about all of them
_ENDED = ("completed", "failed")  # of "queued", "running" and these
_PAUSES = (0, 1, 2, 4, 8, *[15] * 40)  # seconds between questions, together ten minutes
_MOST_AT_ONCE = 200  # with comments of full length a form stays below what Canvas's server reads
_MAX_COMMENT = 4000
_MAX_TASKS = 5


@dataclass(frozen=True, slots=True)
class GradeChange:
    """What Canvas is to be told about one person."""

    number: int
    student: str
    before: float | None
    points: float
    comment: str = ""  # that is not there yet

    @property
    def matters(self) -> bool:
        """Whether anything is to be sent."""
        return self.points != self.before or bool(self.comment)

    def fields(self) -> dict[str, str]:
        """What is sent, as Canvas calls it."""
        grade = {"posted_grade": number(self.points)} if self.points != self.before else {}
        return grade | ({"text_comment": self.comment} if self.comment else {})

    def line(self) -> str:
        """ "doejane_502: – → 71.5"."""
        was = "–" if self.before is None else number(self.before)
        moved = number(self.points) if self.before == self.points else f"{was} → {number(self.points)}"
        return f"{terminal(self.student, 60)}: {moved}{', with a comment' if self.comment else ''}"


@dataclass
class CanvasPlan:
    """Changes, and everybody else by reason: together they are all of the class that we have."""

    changes: list[GradeChange] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)  # no verdict, or an answer that nobody has read: nothing is sent
    unmatched: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.changes) + len(self.same) + len(self.without) + len(self.unmatched)


def scale_of(on_canvas: dict[str, Any], grades: Sequence[Grade], scale: bool) -> float:
    """What our points are multiplied by. Raises CourseError where Canvas takes none, or has another maximum."""
    if on_canvas.get("grading_type") not in _POINTS:
        kind = terminal(str(on_canvas.get("grading_type")), 40)
        what = f"Canvas takes no points for this assignment: it is “{kind}”"
        raise CourseError(what, "the assignment in Canvas", "set “Display Grade as” to Points there")
    ours, most = max((grade.points for grade in grades), default=0.0), on_canvas.get("points_possible")
    if not isinstance(most, (int, float)) or not ours or abs(most - ours) < 0.005:
        return 1.0
    if not scale or most <= 0:  # a new assignment of Canvas has 0: everybody would get that
        what = f"Canvas's maximum is {number(most)}, the assignment has {number(ours)} points"
        todo = "set “Points” of the assignment in Canvas, or write `scale = true` below [exports] in course.toml"
        raise CourseError(what, "the assignment in Canvas", todo)
    return most / ours


def plan_of(
    grades: Sequence[Grade],
    people: Sequence[CanvasPerson],
    listed: Iterable[dict[str, Any]],
    factor: float,
    commented: frozenset[str] = frozenset(),
) -> CanvasPlan:
    """What is to be sent; `commented` are the students who get comments, too."""
    theirs = {raw.get("user_id"): raw for raw in listed}
    matched = match(grades, {person.number: person.identity for person in people}, "Canvas")
    homes = {grade.student: index for index, grade in matched.rows.items()}
    plan = CanvasPlan(complaints=list(matched.complaints))
    for grade in grades:
        home = homes.get(grade.student)
        there = theirs.get(home, {})
        if grade.final is None:
            plan.without.append(grade.student)
        elif home is None:
            plan.unmatched.append(grade.student)
        elif there.get("excused"):
            plan.same.append(grade.student)
            plan.complaints.append(f"{terminal(grade.student, 60)} is excused in Canvas: nothing is sent")
        else:
            points = cents(grade.final * factor)
            change = GradeChange(home, grade.student, entered(there), points)
            if grade.student in commented:
                change = replace(change, comment=_new_comment(grade, points, there))
            if change.matters:
                plan.changes.append(change)
            else:
                plan.same.append(grade.student)
            plan.complaints += _taken_off(grade, there)
    return plan


def _new_comment(grade: Grade, points: float, there: dict[str, Any]) -> str:
    """The comment, where it is not there yet."""
    comment = comment_on(grade, points)
    return "" if comment in _said(there) else comment


def _said(there: dict[str, Any]) -> set[object]:
    """The comments that are there."""
    return {each.get("comment") for each in objects_in(there.get("submission_comments"))}


def _taken_off(grade: Grade, there: dict[str, Any]) -> list[str]:
    """A sentence where Canvas's own late policy takes points off a second time."""
    off = there.get("points_deducted")
    if not isinstance(off, (int, float)) or off <= 0:
        return []
    return [f"{terminal(grade.student, 60)}: Canvas itself takes {number(off)} points off; switch its late policy off"]


def entered(submission: dict[str, Any]) -> float | None:
    """The points that were entered in Canvas, before it takes any off for lateness."""
    score = submission.get("entered_score", submission.get("score"))
    return cents(score) if isinstance(score, (int, float)) and not isinstance(score, bool) else None


def comment_on(grade: Grade, points: float) -> str:
    """The points, and what to do next, as plain text."""
    lines = [f"{number(grade.score)} of {number(grade.points)} points."]
    if points != grade.final:
        lines[0] += f" Here that is {number(points)}."
    if grade.penalty:
        lines.append(f"Handed in late: −{number(grade.penalty)}.")
    for task in tasks(grade.report)[:_MAX_TASKS] if grade.report else ():
        why = first_sentence(task.check.hint or task.check.message)
        titles = ", ".join(exercise.title or exercise.name for exercise in (task.exercise, *task.others))
        lines.append(f"– {titles}: {number(task.lost)} to gain. {why}".rstrip())
    return block("\n".join(lines), _MAX_COMMENT)


def send_grades(client: CanvasClient, route: str, changes: Iterable[GradeChange]) -> Iterator[tuple[GradeChange, str]]:
    """Each change with why it failed, "" where it did not; what one form did not bring about is sent alone.

    Raises CanvasRefused where it is about all of them: what was sent is there, and is not sent again the next time.
    """
    waiting = iter(changes)
    while batch := list(islice(waiting, _MOST_AT_ONCE)):
        there: dict[object, dict[str, Any]] = {}
        if len(batch) > 1:
            _send_together(client, route, batch)
            there = {raw.get("user_id"): raw for raw in submissions_at(client, route)}
        for change in batch:
            rest = _missing(change, there[change.number]) if change.number in there else change
            yield change, _send_alone(client, route, rest) if rest.matters else ""


def submissions_at(client: CanvasClient, route: str) -> Iterator[dict[str, Any]]:
    """Everybody's grade and comments as Canvas has them now. Raises CanvasRefused."""
    return client.all(f"{route}/submissions", include=("submission_comments",))


def _send_together(client: CanvasClient, route: str, batch: Sequence[GradeChange]) -> None:
    """One form for several; waits until Canvas's job has ended, well or not: one person can stop it for all.

    Raises CanvasRefused.
    """
    form = {f"grade_data[{each.number}][{key}]": text for each in batch for key, text in each.fields().items()}
    job = client.form("POST", f"{route}/submissions/update_grades", form)
    for pause in _PAUSES:
        if job.get("workflow_state") in _ENDED:
            return
        client.wait(pause)
        job = client.one(f"progress/{terminal(str(job.get('id')), 20)}")
    raise CanvasRefused("Canvas has not finished with the grades: run the same command again later")


def _missing(change: GradeChange, there: dict[str, Any]) -> GradeChange:
    """What of a change Canvas does not have."""
    return replace(change, before=entered(there), comment="" if change.comment in _said(there) else change.comment)


def _send_alone(client: CanvasClient, route: str, change: GradeChange) -> str:
    """Why Canvas does not take it; "" where it does. Raises CanvasRefused where that is not about this person."""
    homes = {"posted_grade": "submission[posted_grade]", "text_comment": "comment[text_comment]"}
    form = {homes[key]: text for key, text in change.fields().items()}
    try:
        kept = entered(client.form("PUT", f"{route}/submissions/{change.number}", form))
    except CanvasRefused as error:
        if error.status not in _THEIRS:
            raise
        return str(error)
    return "" if kept == change.points else f"Canvas has {'nothing' if kept is None else number(kept)} now"
