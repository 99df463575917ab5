"""A Report as Gradescope's results.json. Pure: nothing here runs, reads or writes anything.

Format: gradescope-autograders.readthedocs.io, “Autograder Specifications”. All text is sent as plain text. No test is
ever hidden by us: one hidden test hides the total from the student, so what is for the staff goes to stdout instead.
"""

from collections.abc import Iterator
from typing import Any

from autograder import messages
from autograder.grading.scoring import worth
from autograder.model import CheckResult, ExerciseResult, Report, Verdict, cents
from autograder.reports.words import look_of
from autograder.text import escape
from autograder.text.words import number

ResultsJson = dict[str, Any]


def results(
    report: Report, visibility: str = "visible", output: str = "", board: bool = False, by_hand: float = 0.0
) -> ResultsJson:
    """The content of results.json; `output` comes first, above the sentences of the report.

    With `board`, what gates measured goes to the leaderboard, which the whole class sees; `by_hand` are the points of
    answers that people read.
    """
    sentences = [output, *_sentences(report, by_hand)]
    content: ResultsJson = {
        "score": report.score,
        "execution_time": round(report.seconds),
        "output": escape.block("\n".join(filter(None, sentences))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"assignment": report.assignment, "wall": report.box, "key": report.key},
        "tests": [_test(*item, visibility) for item in _numbered(report)] or [_whole(report)],
    }
    measured = [{"name": name, "value": value} for check in report.checks for name, value in check.measured.items()]
    return content | ({"leaderboard": measured} if board and measured else {})


def _sentences(report: Report, by_hand: float) -> Iterator[str]:
    if report.problem:
        yield report.problem if report.fault == "student" else f"{messages.CRASHED}\n{report.problem}"
    if by_hand:
        yield messages.graded_by_hand(number(by_hand))
    yield from report.notes
    yield from (messages.cell_stopped(cell.label, cell.error) for cell in report.cells if not cell.ok)
    yield messages.ran_behind(report.box if report.box == "bubblewrap" else f"{report.box} (the weaker one)")


def _numbered(report: Report) -> Iterator[tuple[str, ExerciseResult, CheckResult]]:
    for place, exercise in enumerate((exercise for exercise in report.exercises if exercise.checks), 1):
        for index, check in enumerate(exercise.checks, 1):
            yield f"{place}.{index}", exercise, check


def parts(exercise: ExerciseResult) -> dict[str, float]:
    """What each check is worth, to the cent, so that the checks that earn add up to what the exercise earned."""
    found: dict[str, float] = {}
    exact = given = 0.0
    for check in sorted(exercise.checks, key=lambda check: not check.earns):
        exact += worth(exercise, check)
        found[check.name] = cents(cents(exact) - given)
        given = cents(exact)
    return found


def _test(number_: str, exercise: ExerciseResult, check: CheckResult, visibility: str) -> ResultsJson:
    points = parts(exercise)[check.name]
    judged = check.verdict is not Verdict.UNGRADED
    return {
        "number": number_,
        "name": escape.block(f"{'Extra credit · ' * exercise.stretch}{exercise.title}: {check.title}", 200),
        "score": points if check.earns else 0.0,
        "max_score": points,
        "output": escape.block("\n".join(_lines(check))),
        "tags": [exercise.name, str(check.verdict)],
        "visibility": visibility,
    } | ({"status": "passed" if check.earns else "failed"} if judged else {})


def _lines(check: CheckResult) -> Iterator[str]:
    """What the student reads under one check: never what is for the staff."""
    if check.verdict is Verdict.UNGRADED:
        yield check.message or messages.NOT_YET
    elif check.earns:
        yield check.message
    else:
        yield f"{look_of(check).label}{f': {check.message}' if check.message else ''}"
    if check.hint:
        yield f"Hint: {check.hint}"
    if check.counterexample:
        yield f"Smallest failing input: {check.counterexample}"


def _whole(report: Report) -> ResultsJson:
    """The one line of a report without checks."""
    return {"name": "Submission", "score": 0.0, "max_score": report.points, "status": "failed", "output": ""}
