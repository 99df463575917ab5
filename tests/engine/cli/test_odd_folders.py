"""Folders whose names have spaces and umlauts, of the course and of the class."""

from __future__ import annotations

import pytest

from autograder.authoring import notebooks
from autograder.authoring.variants import answers
from autograder.cli.main import main
from autograder.course import load_course
from tests.conftest import write_course


@pytest.mark.parametrize("wall", ["bubblewrap", "landlock"])
def test_a_class_is_graded_and_its_pages_written(tmp_path, monkeypatch, capsys, wall):
    root = write_course(tmp_path / "Übung 1" / "kurs")
    assignment = load_course(root).assignment("tiny")
    place = root / "Abgaben für März" / "Jürgen Groß" / "tiny"
    place.mkdir(parents=True)
    (place / "tiny.ipynb").write_bytes(notebooks.submission(assignment, answers(assignment)))
    monkeypatch.chdir(root)
    for words in (["grade", "Abgaben für März", "--box", wall, "--jobs", "1"], ["report", "tiny"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code in (0, None), capsys.readouterr()
    said = capsys.readouterr().out
    assert "Jürgen Groß" in said
    assert "90/90" in said
    assert "Jürgen Groß" in (root / "build" / "reports" / "tiny" / "index.html").read_text("utf-8")
