"""The sample class: who is in it, and that it is the same on every run."""

import json

import pytest

from autograder.authoring import demo
from autograder.course import load_course
from autograder.errors import UnreadableSubmission
from autograder.submission.read import read_submission


@pytest.fixture
def assignment(sample_course):
    return load_course(sample_course()).assignment("tiny")


def test_the_class_is_the_same_on_every_run(assignment):
    made = demo.sample_class(assignment)
    assert made == demo.sample_class(assignment)
    assert len(made) >= 12
    assert len(set(made.values())) >= 10


def test_one_file_is_no_notebook_and_all_others_are(assignment):
    broken = set()
    for student, raw in demo.sample_class(assignment).items():
        try:
            read_submission(raw, assignment)
        except UnreadableSubmission:
            broken.add(student)
    assert broken == {"Mei Tanaka"}


def test_the_files_lie_in_the_tree_of_nbgrader(assignment, tmp_path):
    (tmp_path / "submitted" / "left over from before").mkdir(parents=True)
    files = demo.make_class(assignment, tmp_path / "submitted")
    assert {path.relative_to(tmp_path / "submitted").parts[1:] for path in files} == {("tiny", "tiny.ipynb")}
    assert files == demo.make_class(assignment, tmp_path / "submitted")
    assert len(files) == len(list((tmp_path / "submitted").iterdir()))


def sources(raw: bytes) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(raw)["cells"]}


def test_each_student_did_what_they_are_there_for(assignment):
    made = demo.sample_class(assignment)
    perfect, mistaken = sources(made["Noor de Vries"]), sources(made["Ingrid Solberg"])
    assert {key for key in perfect if perfect[key] != mistaken[key]} == {"double"}
    assert "x ** 2" in mistaken["double"]
    assert "while True" in made["Tomasz Nowak"].decode()
    assert perfect.keys() - sources(made["Yusuf Demir"]).keys() == {"add"}
    assert b'"points": 1000' in made["Zo\u00eb Prefilled"]
