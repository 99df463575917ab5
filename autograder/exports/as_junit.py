"""JUnit XML, as build servers read it: a suite per student, a case per check."""

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from autograder.exports import Export, Platform
from autograder.gradebook.grades import Grade, Mark
from autograder.model import CheckResult, Verdict
from autograder.text.escape import block, terminal
from autograder.text.words import number

_TAGS = {Verdict.SKIPPED: "skipped", Verdict.UNGRADED: "error"}  # all others that lose points: failure


def write(title: str, grades: Sequence[Grade], platform: Platform) -> Export:
    """The document; every character that XML forbids is written out. `platform` is not needed."""
    root = Xml.Element("testsuites", name=terminal(title))
    for grade in grades:
        _suite(root, grade)
    _count(root)
    Xml.indent(root)
    return Export(f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n')


def _suite(root: Xml.Element, grade: Grade) -> None:
    suite = Xml.SubElement(root, "testsuite", name=terminal(grade.student))
    if grade.handed_in:
        suite.set("timestamp", f"{grade.handed_in:%Y-%m-%dT%H:%M:%S}")
    score = "" if grade.counted is None else number(grade.counted)
    values = {"assignment": grade.assignment, "score": score, "points": number(grade.points_so_far)}
    properties = Xml.SubElement(suite, "properties")
    for name, value in (values | {"late_penalty": number(grade.penalty)}).items():
        Xml.SubElement(properties, "property", name=name, value=value)
    for mark in grade.marks if grade.submitted else ():
        _exercise(suite, grade, mark)
    if grade.not_taken:
        case = Xml.SubElement(suite, "testcase", classname=grade.assignment, name="hand-in", time="0.000")
        Xml.SubElement(case, "error", message=terminal(grade.not_taken, 1000))
    _count(suite)


def _exercise(suite: Xml.Element, grade: Grade, mark: Mark) -> None:
    """A case per check; an exercise that people grade is one case, skipped until they did."""
    home = f"{grade.assignment}.{mark.name}"
    for check in mark.checks:
        case = Xml.SubElement(suite, "testcase", classname=home, name=terminal(check.name), time=f"{check.seconds:.3f}")
        _outcome(case, check)
    if not mark.checks:
        case = Xml.SubElement(suite, "testcase", classname=home, name=mark.name, time="0.000")
        if mark.waiting:
            Xml.SubElement(case, "skipped", message="waiting for points set by hand")


def _outcome(case: Xml.Element, check: CheckResult) -> None:
    if check.earns:
        return
    tag = _TAGS.get(check.verdict, "failure")
    outcome = Xml.SubElement(case, tag, message=terminal(check.message or check.title, 1000), type=str(check.verdict))
    lines = (check.title, check.message, check.hint and f"Hint: {check.hint}", check.counterexample)
    outcome.text = block("\n".join(line for line in lines if line))


def _count(element: Xml.Element) -> None:
    """The totals that readers of the format expect as attributes."""
    cases = list(element.iter("testcase"))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(key, str(sum(case.find(tag) is not None for case in cases)))
    element.set("tests", str(len(cases)))
    element.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
