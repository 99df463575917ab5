"""Which files are submissions, whose they are, and of which assignment."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.course import Course, ReleaseCell
from autograder.errors import UnknownAssignment
from autograder.submission.find import discover


def assignment(slug: str, *ids: str) -> SimpleNamespace:
    return SimpleNamespace(slug=slug, release=tuple(ReleaseCell(name, "solution", "code", "") for name in ids))


ASSIGNMENTS = {"a1_conv": assignment("a1_conv", "corr2d", "conv2d"), "a2_pool": assignment("a2_pool", "pool2d")}
COURSE = Course(Path(), tuple(ASSIGNMENTS), ASSIGNMENTS.__getitem__)


def place(root: Path, *names: str, ids: tuple[str, ...] = ()) -> Path:
    cells = [{"cell_type": "code", "source": "", "id": name, "metadata": {}} for name in ids]
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    return root


def found(*paths: Path, slug: str = "") -> list[tuple[str, str]]:
    return [(item.student, item.slug) for item in discover(paths, COURSE, slug).found]


def test_nbgraders_tree_is_read(tmp_path):
    place(tmp_path, "bob/a1_conv/a1_conv.ipynb", "Ada 10/a1_conv/a1_conv.ipynb", "Ada 9/a1_conv/a1_conv.ipynb")
    place(tmp_path, "bob/a2_pool/a2_pool.ipynb", "bob/a1_conv/scratch.ipynb")
    students = [("Ada 9", "a1_conv"), ("Ada 10", "a1_conv"), ("bob", "a1_conv"), ("bob", "a2_pool")]
    assert found(tmp_path) == students


@pytest.mark.parametrize("given", ["bob", "bob/a1_conv", "bob/a1_conv/a1_conv.ipynb", "."])
def test_any_part_of_the_tree_names_the_same_student(tmp_path, given):
    place(tmp_path, "bob/a1_conv/a1_conv.ipynb")
    assert found(tmp_path / given) == [("bob", "a1_conv")]


@pytest.mark.parametrize("file", ["Copy of a1_conv", "a1_conv_final", "Untitled", "a1_conv-Copy1", "bob"])
def test_in_the_tree_the_folder_names_the_student_whatever_the_file_is_called(tmp_path, file):
    place(tmp_path, f"jane/a1_conv/{file}.ipynb")
    assert found(tmp_path) == [("jane", "a1_conv")]


def test_in_the_tree_nobody_without_a_notebook_vanishes(tmp_path):
    place(tmp_path, "max/a1_conv/a1_conv.ipynb.txt", "ada/a1_conv/a1_conv.ipynb")
    (tmp_path / "eve/a1_conv").mkdir(parents=True)
    (tmp_path / "eve/a1_conv/answer.py").write_text("x = 1")
    result = discover([tmp_path], COURSE)
    assert [item.student for item in result.found] == ["ada", "max"]
    assert result.passed_over == ["eve: there is no notebook of a1_conv, only answer.py"]


def test_nobody_vanishes_behind_a_name_that_begins_like_another(tmp_path):
    place(tmp_path, "ada/a1_conv/a1_conv.ipynb")
    for name in ("eve", "eve: no"):
        (tmp_path / name / "a1_conv").mkdir(parents=True) if name != "eve" else (tmp_path / name).mkdir()
    assert [sentence.rpartition(":")[0] for sentence in discover([tmp_path], COURSE).passed_over] == ["eve: no", "eve"]


def test_what_our_commands_made_is_nobodys(tmp_path):
    """A container keeps its reports in the folder that it grades."""
    course = Course(tmp_path / "course", tuple(ASSIGNMENTS), ASSIGNMENTS.__getitem__)
    place(tmp_path, "class/ada/a1_conv/a1_conv.ipynb", "class/build/autograded/ada/a1_conv/a1_conv.ipynb")
    course.root.mkdir()
    (course.root / "build").symlink_to(tmp_path / "class/build")
    result = discover([tmp_path / "class"], course)
    assert ([item.student for item in result.found], result.passed_over) == (["ada"], [])
    inside = discover([tmp_path / "class/build/autograded"], course)
    assert [item.student for item in inside.found] == ["ada"]


def test_a_folder_of_files_is_named_by_its_files(tmp_path):
    place(tmp_path, "a1_conv/perfect.ipynb", "a1_conv/empty.IPYNB", "a1_conv/notes.txt")
    assert found(tmp_path) == [("empty", "a1_conv"), ("perfect", "a1_conv")]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("doe_jane_123_a1_conv.ipynb", "doe_jane_123"),
        ("Jane Doe - A1-Conv (2).ipynb", "Jane Doe"),
        ("Jane Doe_77/a1_conv (1).ipynb", "Jane Doe_77"),
        ("a1_conv_jane_doe.ipynb", "jane_doe"),
        ("Copy of jane_a1_conv-Copy1.ipynb", "jane"),
        ("Jane Doe/Copy of a1_conv.ipynb", "Jane Doe"),
        ("a1_conv_final.ipynb", "downloads"),
        ("a1_conv_4711234.ipynb", "4711234"),
        ("a1_conv (12345).ipynb", "12345"),
        ("Jane (Ada) a1_conv.ipynb", "Jane (Ada)"),
        ("a1_conv_20241001.ipynb", "downloads"),
        ("a1_conv_01102024.ipynb", "downloads"),
        ("a1_conv_20241001-123456.ipynb", "downloads"),
    ],
)
def test_file_names_tell_student_and_assignment(tmp_path, name, student):
    assert found(place(tmp_path / "downloads", name)) == [(student, "a1_conv")]


def test_the_ids_inside_tell_the_assignment(tmp_path):
    place(tmp_path, "jane.ipynb", ids=("pool2d", "mine"))
    assert found(tmp_path) == [("jane", "a2_pool")]


def test_what_fits_no_assignment_is_told(tmp_path):
    (tmp_path / "jane.ipynb").write_bytes(b"{")
    result = discover([tmp_path], COURSE)
    assert result.found == []
    assert result.passed_over == ["jane.ipynb: no matching assignment; name it with --assignment"]
    assert found(tmp_path, slug="a2_pool") == [("jane", "a2_pool")]


def test_an_unknown_assignment_is_refused(tmp_path):
    with pytest.raises(UnknownAssignment, match="a1_conv"):
        discover([tmp_path], COURSE, "a1_conf")


def test_links_are_not_followed(tmp_path):
    secret = place(tmp_path / "private", "a1_conv.ipynb") / "a1_conv.ipynb"
    handed_in = place(tmp_path / "handed_in", "ada_a1_conv.ipynb")
    (handed_in / "eve_a1_conv.ipynb").symlink_to(secret)
    (handed_in / "mallory").symlink_to(tmp_path / "private")
    result = discover([handed_in], COURSE)
    assert [item.student for item in result.found] == ["ada"]
    assert result.passed_over == [
        f"{name}: not a regular file; links are not followed" for name in ("eve_a1_conv.ipynb", "mallory")
    ]


def test_a_file_that_becomes_a_link_is_not_read(tmp_path):
    (item,) = discover([place(tmp_path, "ada_a1_conv.ipynb")], COURSE).found
    item.path.unlink()
    item.path.symlink_to(__file__)
    with pytest.raises(OSError, match="symbolic"):
        item.read()


def test_a_pipe_does_not_stop_the_class(tmp_path):
    os.mkfifo(tmp_path / "eve_a1_conv.ipynb")
    place(tmp_path, "ada_a1_conv.ipynb", ".ipynb_checkpoints/ada_a1_conv.ipynb")
    result = discover([tmp_path, tmp_path / "ada_a1_conv.ipynb"], COURSE)
    assert [item.student for item in result.found] == ["ada"]
    assert len(result.passed_over) == 1


def test_equal_names_are_told_apart(tmp_path):
    place(tmp_path, "class/ada.ipynb", "class/eve.ipynb", "bob.ipynb", ids=("corr2d",))
    assert [name for name, _ in found(tmp_path)] == ["bob", "class/ada", "class/eve"]


@pytest.mark.parametrize("form", ["{}/a1_conv/a1_conv.ipynb", "{}.ipynb", "{}/x.ipynb"])
def test_names_that_look_the_same_are_told_apart_in_words(tmp_path, form):
    """A folder of macOS beside the same of Windows: two lines of a table that nobody could tell apart."""
    place(tmp_path, *(form.format(name) for name in ("M\u00fcller", "Mu\u0308ller", "Zoe\u0308")))
    students = sorted(student for student, _ in found(tmp_path, slug="a1_conv"))
    assert students == ["M\u00fcller", "M\u00fcller (decomposed letters)", "Zo\u00eb"]


@pytest.mark.parametrize("other", ["x.IPYNB", "x.Ipynb", "x (1).ipynb"])
def test_names_that_nothing_tells_apart_are_numbered(tmp_path, other):
    """No class waits because of somebody who hands in x.ipynb beside x.IPYNB."""
    place(tmp_path, "bob/x.ipynb", f"bob/{other}", "bob/x.iPynb", "jane/x.ipynb")
    names = [name for name, _ in found(tmp_path, slug="a1_conv")]
    assert (len(set(names)), "jane" in names, sorted(names)[0]) == (4, True, "bob/x (1)")


def test_names_that_are_no_text_are_told_apart(tmp_path):
    place(tmp_path, "jane/x.ipynb")
    (tmp_path / "bob").mkdir()
    for name in (b"\xff.ipynb", b"\xfe.ipynb"):
        Path(os.fsdecode(os.fsencode(tmp_path / "bob") + b"/" + name)).write_text("{}")
    names = [name for name, _ in found(tmp_path, slug="a1_conv")]
    assert names == ["bob/\N{REPLACEMENT CHARACTER} (1)", "bob/\N{REPLACEMENT CHARACTER} (2)", "jane"]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("jane/john.ipynb", "jane"),
        ("jane/a1_conv/john/a1_conv/a1_conv.ipynb", "jane"),
        ("jane/a1_conv/a2_pool/john.ipynb", "jane"),
        ("jane/john/a1_conv.ipynb", "jane"),
        ("a1_conv/jane/john.ipynb", "jane"),
    ],
)
def test_a_name_that_a_student_chose_makes_nobody_else(tmp_path, path, student):
    place(tmp_path, path, "bob/a1_conv/a1_conv.ipynb")
    assert found(tmp_path, slug="a1_conv") == [("bob", "a1_conv"), (student, "a1_conv")]


def test_what_lies_below_the_notebook_that_counts_is_not_handed_in(tmp_path):
    place(tmp_path, "jane/a1_conv/a1_conv.ipynb", "jane/a1_conv/john/a1_conv/a1_conv.ipynb", "jane/a1_conv/x/y.ipynb")
    assert found(tmp_path) == [("jane", "a1_conv")]


def test_names_that_are_no_text_are_shown(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9_a1_conv.ipynb"
    with open(path, "w"):
        pass
    assert found(tmp_path) == [("caf\ufffd", "a1_conv")]


def test_in_the_tree_another_assignments_notebook_is_nobodys_of_this_one(tmp_path):
    """`regrade a1` took a2's notebooks for hand-ins of a1, and a student for as many people as there were folders."""
    place(tmp_path, "bob/a1_conv/a1_conv.ipynb", "bob/a2_pool/a2_pool.ipynb", "ada/a2_pool/a2_pool.ipynb")
    for given in (tmp_path, tmp_path / "bob"):
        result = discover([given], COURSE, "a1_conv")
        assert [(item.student, item.slug) for item in result.found] == [("bob", "a1_conv")]
        assert result.passed_over == []
    assert [item.student for item in discover([tmp_path], COURSE, "a2_pool").found] == ["ada", "bob"]


@pytest.mark.parametrize("form", ["{}/a1_conv/a1_conv.ipynb", "{}/a1_conv.ipynb", "{}.ipynb"])
def test_a_persons_name_may_begin_with_a_dot(tmp_path, form):
    place(tmp_path, *(form.format(name) for name in (".jane", "ada")), ids=("corr2d",))
    assert {name for name, _ in found(tmp_path)} == {".jane", "ada"}
    place(tmp_path, ".venv/a1_conv.ipynb", "._ada.ipynb", ".git/x.ipynb", ".DS_Store", ids=("corr2d",))
    assert {name for name, _ in found(tmp_path)} == {".jane", "ada"}


@pytest.mark.parametrize(
    "what", ["eve/a1_conv/timestamp.txt", "eve/essay.pdf", "eve/a1_conv/x/y.txt", "eve/.work/x.ipynb"]
)
def test_somebody_without_a_notebook_is_named(tmp_path, what):
    place(tmp_path, "ada/a1_conv/a1_conv.ipynb", what)
    result = discover([tmp_path], COURSE)
    assert [item.student for item in result.found] == ["ada"]
    (sentence,) = result.passed_over
    assert sentence.startswith("eve: there is no notebook")


@pytest.mark.parametrize("what", ["eve/a1_conv", "eve/a2_pool", "eve"])
def test_an_empty_folder_is_somebodys(tmp_path, what):
    place(tmp_path, "ada/a1_conv/a1_conv.ipynb").joinpath(what).mkdir(parents=True)
    (sentence,) = discover([tmp_path], COURSE).passed_over
    assert sentence.startswith("eve: there is no notebook")


def test_a_link_in_somebodys_place_names_them(tmp_path):
    place(tmp_path, "ada/a1_conv/a1_conv.ipynb")
    (tmp_path / "bob").symlink_to("ada")
    for student in ("eve", "cy"):
        (tmp_path / student).mkdir()
    (tmp_path / "eve/a1_conv").symlink_to("../ada/a1_conv")
    os.mkfifo(place(tmp_path, "cy/a1_conv/a1_conv.txt") / "cy/a1_conv/a1_conv.ipynb")
    told = discover([tmp_path], COURSE).passed_over
    assert [sentence.split(":")[0].split("/")[0] for sentence in told] == ["cy", "bob", "eve"]


def test_beside_a_class_of_files_what_is_no_notebook_is_named(tmp_path):
    place(tmp_path, "ada.ipynb", "cy.ipynb.txt", ids=("corr2d",))
    for name in ("bob.pdf", "di.ipynb.html", "eve.py", "students.csv", "README.md"):
        (tmp_path / name).write_text("x")
    result = discover([tmp_path], COURSE)
    assert [item.student for item in result.found] == ["ada", "cy"]
    assert result.passed_over == [f"{name}: no notebook" for name in ("bob.pdf", "di.ipynb.html", "eve.py")]


def test_an_archive_is_no_person(tmp_path):
    (tmp_path / "bob.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    result = discover([tmp_path / "bob.zip"], COURSE, "a1_conv")
    assert (result.found, result.passed_over) == ([], ["bob.zip: an archive; convgrade collect takes what is in a zip"])


def test_a_notebook_whatever_its_name_ends_with_is_found_in_a_flat_folder(tmp_path):
    """Those that end with a space, or with nothing, were passed over without a word."""
    place(tmp_path, "ada.ipynb", "bob.ipynb ", "cai.ipynb.", "dan.json", "eve", "flo.ipynb.txt", ids=("corr2d",))
    for name in ("gus.ipynb~", "data.json", "LICENSE"):
        (tmp_path / name).write_text("{}")
    result = discover([tmp_path], COURSE)
    assert [item.student for item in result.found] == ["ada", "bob", "cai", "dan", "eve", "flo"]
    assert result.passed_over == ["gus.ipynb~: no notebook"]


def test_a_folder_without_a_notebook_is_told_where_other_folders_are_people(tmp_path):
    """Beside a notebook without a folder it was not."""
    place(tmp_path, "ada.ipynb", "bob/x.ipynb", ids=("corr2d",))
    (tmp_path / "eve").mkdir()
    assert discover([tmp_path], COURSE).passed_over == ["eve: there is no notebook in it"]
