"""An explanation on a terminal: plain words, one block for each question a TA asks. Everything is escaped."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from autograder.course import Assignment
from autograder.course.declarations import CheckSpec, parse
from autograder.course.definitions import first_line
from autograder.explain.again import Again, Call
from autograder.explain.subject import Subject
from autograder.grading.scoring import worth
from autograder.model import CheckResult, Report, Verdict
from autograder.reports.words import LOOKS, look_of
from autograder.text import escape
from autograder.text.words import number

MAX_CALLS = 20
OTHERWISE = {  # what a report knows and a check on its own does not
    Verdict.SKIPPED: " (skipped in the stored report; see “comes after”)",
    Verdict.CARRIED: " (right in the stored report, given right earlier answers; here it uses the student's)",
}


class Explanation:
    """Prints one verdict, question by question."""

    def __init__(self, subject: Subject, check: str, console: Console, verbose: bool = False) -> None:
        self.subject, self.console, self.verbose = subject, console, verbose
        self.spec = {spec.name: spec for spec in subject.assignment.checks}[check]

    def stored(self) -> None:
        """What the check is, and what the stored report says about it."""
        self._head(f"{self.subject.student} · {self.subject.assignment.slug} · {self.spec.name}")
        self._pairs(_about(self.spec, self.subject.assignment))
        report = self.subject.report
        if report is None:
            self._pairs([("stored", "nothing: this submission has not been graded yet")])
        elif report.problem:
            self._pairs([("stored", f"not graded: {report.problem}")])
        else:
            self._pairs(_report_lines(report, self.spec, self.verbose))

    def again(self, again: Again) -> None:
        """What happened when the check was tried again, call by call."""
        self._head("Run again in a fresh box, on its own")
        self._pairs(self._compared(again))
        calls = again.calls if self.verbose else again.calls[-MAX_CALLS:]
        if len(calls) < len(again.calls):
            self._pairs([("calls", f"{len(again.calls)}, the last {len(calls)} shown (--verbose: all)")])
        for place, call in enumerate(calls, len(again.calls) - len(calls) + 1):
            self._call(place, call)
        self._pairs(_result_lines(again.result, self.verbose))
        self._pairs([("cell stopped", f"{cell.label}: {cell.error}") for cell in again.cells if not cell.ok])
        cells = sum(cell.seconds for cell in again.cells)
        times = f"check {again.result.seconds:.2f} s ({again.seconds:.2f} s in the box); cells {cells:.2f} s"
        self._pairs([("time", times)])

    def source(self) -> None:
        """The hidden test itself."""
        suite = self.spec.path
        name = f"test_{self.spec.name}"
        (node,) = (statement for statement in parse(suite).body if getattr(statement, "name", "") == name)
        lines = suite.read_text("utf-8").splitlines()[first_line(node) - 1 : node.end_lineno]
        self._head(f"{suite.name}, line {self.spec.line}")
        self.console.print(Text(escape.block("\n".join(lines), 20_000)))

    def _compared(self, again: Again) -> Iterator[tuple[str, str]]:
        report = self.subject.report
        stored = next((check for check in report.checks if check.name == self.spec.name), None) if report else None
        if report and not self.subject.same:
            yield "warning", "the file, the suite or the engine has changed since the stored report was made"
        now = look_of(again.result)
        same = " as in the stored report" if stored and stored.verdict is again.result.verdict else ""
        yield "verdict", f"{now.icon} {now.label}{same}{OTHERWISE.get(stored.verdict, '') if stored else ''}"

    def _call(self, place: int, call: Call) -> None:
        self._pairs([(f"call {place}", call.text), ("  yours", call.yours)])
        expected = "the same" if call.same else call.expected
        more = {"  expected": expected, "  differs": call.difference, "  printed": call.printed.strip()}
        self._pairs([(name, text) for name, text in more.items() if text])

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        for name, text in pairs:
            lines = escape.block(text, 4000).split("\n")
            shown = f"\n{'':15}".join(lines)
            self.console.print(Text(f"  {name:<12} ", style="dim") + Text(shown))

    def _head(self, text: str) -> None:
        self.console.print(Text(f"\n{escape.terminal(text)}", style="bold"))


def overview(subject: Subject, console: Console) -> None:
    """Every check of the stored report with its verdict: what can be asked about."""
    report = subject.report
    for check in report.checks if report else ():
        look = look_of(check)
        console.print(Text(f"  {look.icon} {check.name}  {look.label}"))
    if not report:
        for spec in subject.assignment.checks:
            console.print(Text(f"    {spec.name}"))


def _about(spec: CheckSpec, assignment: Assignment) -> Iterator[tuple[str, str]]:
    exercise = assignment.exercise(spec.exercise)
    yield "checks", spec.title
    total = sum(check.weight for check in assignment.checks if check.exercise == spec.exercise)
    points = number(exercise.points * spec.weight / total) if total else "0"
    yield "exercise", f"{exercise.title} ({exercise.name}): {points} of {number(exercise.points)} points"
    if spec.after:
        yield "comes after", ", ".join(spec.after)


def _report_lines(report: Report, spec: CheckSpec, verbose: bool) -> Iterator[tuple[str, str]]:
    found = [(exercise, check) for exercise in report.exercises for check in exercise.checks if check.name == spec.name]
    if not found:
        yield "stored", "the report is older than this check"
        return
    exercise, check = found[0]
    look = look_of(check)
    yield "stored", f"{look.icon} {look.label}, worth {number(worth(exercise, check))} points; wall: {report.box}"
    gates = [gate for gate in report.checks if gate.name in spec.after and gate.verdict != "passed"]
    yield from (("  before it", f"{LOOKS[gate.verdict].icon} {gate.name}: {gate.message}") for gate in gates)
    yield from _result_lines(check, verbose)
    yield from (("note", note) for note in report.notes)


def _result_lines(check: CheckResult, verbose: bool) -> Iterator[tuple[str, str]]:
    """What the student reads, then what only the staff may know."""
    measured = ", ".join(f"{name} {value:.4g}" for name, value in check.measured.items())
    shown = {"message": check.message, "smallest": check.counterexample, "mistake": check.mistake, "hint": check.hint}
    staff = check.staff if verbose else check.staff[-1500:]
    return ((name, text) for name, text in (shown | {"measured": measured, "for staff": staff}).items() if text.strip())
