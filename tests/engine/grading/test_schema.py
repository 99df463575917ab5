"""The Report's JSON: documented by a schema, held by golden files, met by real reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from autograder.model import Report
from autograder.reports.schema import report_schema, schema_text
from tests.engine.samples import reports as sample

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(__file__).parent / "golden"
REPORTS = sorted(GOLDEN.glob("*.json"))


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(report_schema())
    return Draft202012Validator(report_schema())


def test_the_committed_schema_is_the_models():
    committed = (ROOT / "docs" / "report.schema.json").read_text("utf-8")
    assert committed == schema_text(), "write it anew: python -m autograder.reports.schema > docs/report.schema.json"


def test_golden_reports_are_there():
    assert [path.stem for path in REPORTS] == ["hostile", "mixed", "ours", "unreadable"]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_golden_reports_are_read_and_written_to_the_byte(path, validator):
    """A difference here breaks whoever reads reports: raise REPORT_VERSION, and say so in the changelog."""
    text = path.read_text("utf-8")
    assert Report.from_json(text).to_json() + "\n" == text
    validator.validate(json.loads(text))


def test_a_report_of_version_1_is_still_read():
    """It had no `unwritten`: the beginning of the message said so."""
    raw = json.loads(sample.untouched().to_json()) | {"version": 1}
    for check in (check for exercise in raw["exercises"] for check in exercise["checks"]):
        del check["unwritten"]
        check["message"] = "This part is not filled in yet in corr2d. Replace `raise NotImplementedError()` by code."
    report = Report.from_json(json.dumps(raw))
    assert report.version == 7
    assert all(check.unwritten for check in report.checks)


@pytest.mark.parametrize("report", sample.a_class(), ids=lambda report: report.source)
def test_a_class_is_valid(report, validator):
    validator.validate(json.loads(report.to_json()))


@pytest.mark.parametrize(
    ("key", "value"),
    [("version", 0), ("student", None), ("seconds", "1"), ("extra", 1), ("exercises", {}), ("notes", [1])],
)
def test_what_is_no_report_is_refused(validator, key, value):
    raw = json.loads(sample.mixed().to_json()) | {key: value}
    assert not validator.is_valid(raw)


@pytest.mark.parametrize("key", ["verdict", "exercise", "measured"])
def test_a_check_without_its_verdict_is_refused(validator, key):
    raw = json.loads(sample.mixed().to_json())
    del raw["exercises"][0]["checks"][0][key]
    assert not validator.is_valid(raw)


def test_every_field_is_explained_or_plain():
    schema = report_schema()
    for name, part in [("Report", schema), *schema["$defs"].items()]:
        assert part["description"], name
    assert schema["$defs"]["Verdict"]["oneOf"][3]["description"].startswith("the student's")
