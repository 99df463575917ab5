"""Which text answers which question that people mark: nobody loses points because an editor took the labels."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest

from autograder.submission.pictures import picture_uri
from autograder.submission.read import read_submission
from tests.engine.samples.reports import png

STUB = "YOUR ANSWER HERE"
WORDS = "The kernel finds vertical edges."
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xd9"


def released(grade_id, role, source, kind="markdown"):
    return SimpleNamespace(grade_id=grade_id, role=role, kind=kind, source=source)


ASSIGNMENT = SimpleNamespace(
    exercises=(SimpleNamespace(name="f", maximum=14.0),),
    practice=(),
    title="Convolution",
    release=(
        released(None, "other", "# Convolution"),
        released("f", "solution", "def f():\n    raise NotImplementedError()", "code"),
        released(None, "other", "Which kernel?"),
        released("which", "manual", STUB),
        released(None, "other", "And why? Twice."),
        released("why", "manual", STUB),
        released("how", "manual", STUB),
        released(None, "other", "## The end"),
    ),
)


def text(source, grade_id=None, **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "markdown", "metadata": metadata, "source": source, **more}


def code(source):
    return {"cell_type": "code", "metadata": {}, "source": source}


def notebook(which, why=(), how=()):
    """The assignment with these cells where its questions are."""
    cells = [text("# Convolution"), code("def f():\n    return 1"), text("Which kernel?"), *which]
    return [*cells, text("And why? Twice."), *why, *how, text("## The end")]


def read(cells):
    raw = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return read_submission(json.dumps(raw).encode(), ASSIGNMENT)


def states(cells):
    return {answer.exercise: (answer.state, answer.text) for answer in read(cells).answers}


LABELLED = [text(STUB, "which")]
FOUND = {
    "with its label": [text(WORDS, "which")],
    "without a label": [text(WORDS)],
    "in a new cell below the stub": [text(STUB, "which"), text(WORDS)],
    "below a stub that lost its label": [text(STUB), text(WORDS)],
    "above the stub": [text(WORDS), text(STUB, "which")],
    "below an emptied cell": [text("", "which"), text(WORDS)],
}


@pytest.mark.parametrize("cells", FOUND.values(), ids=FOUND)
def test_an_answer_is_found_by_its_label_or_its_place(cells):
    assert states(notebook(cells))["which"] == ("given", WORDS)


def test_what_is_found_by_its_place_is_told():
    assert not [note for note in read(notebook(FOUND["with its label"])).notes if "by its place" in note]
    assert [note for note in read(notebook(FOUND["without a label"])).notes if "by its place" in note]


def test_an_answer_typed_into_the_question_is_found():
    cells = notebook(LABELLED)
    cells[2]["source"] += f"\n\n{WORDS}"
    assert states(cells)["which"] == ("given", f"Which kernel?\n\n{WORDS}")


def test_an_answer_in_two_cells_is_one():
    assert states(notebook([text("First.", "which"), text("Second.")]))["which"] == ("given", "First.\n\nSecond.")


@pytest.mark.parametrize("cells", [[], LABELLED, [text(STUB)], [text("", "which")], [*LABELLED, code("x = f()")]])
def test_nothing_is_blank(cells):
    found = states(notebook(cells))
    assert {state for state, _ in found.values()} == {"blank"}


INVISIBLE = [
    "\u200b\u200b",
    "\ufeff\u2060\u00a0",
    "&nbsp;",
    "<br>\n<br/>",
    "**YOUR ANSWER HERE**",
    "YOUR ANSWER HERE\u200b<br>",
]


@pytest.mark.parametrize("source", INVISIBLE)
def test_what_nobody_can_see_and_a_stub_in_other_clothes_are_blank(source):
    assert states(notebook([text(source, "which")]))["which"] == ("blank", "")
    assert {state for state, _ in states(notebook([*LABELLED, text(source)])).values()} == {"blank"}


@pytest.mark.parametrize(
    "source", ["-", ">", "∇", "<!-- vertical edges -->", "YOUR ANSWER HERE ∇", "![x](https://a.org/b.png)"]
)
def test_a_sign_is_an_answer(source):
    assert states(notebook([text(source, "which")]))["which"] == ("given", source)


def test_an_answer_in_the_words_of_a_heading_is_an_answer():
    """The release says "# Convolution"; without its sign it is what the student wrote."""
    assert states(notebook([*LABELLED, text("Convolution")]))["which"] == ("given", "Convolution")


MAGIC = [
    "%md\n{}",
    "%%markdown\n{}",
    "%md-sandbox {}",
    "\n%md\n{}",
    "# MAGIC %md\n# MAGIC {}",
    "%%html\n{}",
    "%%latex\n{}",
]


@pytest.mark.parametrize("form", MAGIC)
@pytest.mark.parametrize("label", [None, "which"])
def test_text_in_a_cell_that_a_magic_makes_text_is_an_answer(form, label):
    cell = text(form.format("Edges."), label) | {"cell_type": "code"}
    assert states(notebook([cell]))["which"] == ("given", "Edges.")
    cell["source"] = form.format(STUB)
    assert states(notebook([cell]))["which"] == ("blank", "")


@pytest.mark.parametrize(
    "source",
    [
        "# vertical",
        "# edges, of course",
        '"edges"',
        '"""\nedges\n"""',
        "x = 1  # \u8fd9\u4e2a\u6838\u627e",
        '"\u8fd9\u4e2a\u6838\u627e\u5230"',
    ],
)
def test_a_cell_of_comments_or_of_strings_is_left_to_a_person(source):
    assert states(notebook([*LABELLED, code(source)]))["which"] == ("unsure", source)


def test_a_labelled_cell_that_was_pasted_below_another_question_is_left_to_a_person():
    found = states(notebook([text(WORDS, "why")], [text("Because.", "why")], [text("Slowly.", "how")]))
    assert found["which"] == ("unsure", f"{WORDS}\n\nBecause.")
    assert WORDS in found["why"][1]


def test_an_answer_that_was_split_is_not_anybody_elses():
    found = states(notebook(LABELLED, [text("A.", "why"), text("B.", "why")], [text(STUB, "how")]))
    assert (found["which"][0], found["why"], found["how"][0]) == ("blank", ("given", "A.\n\nB."), "blank")


def test_prose_in_a_code_cell_is_left_to_a_person():
    found = states(notebook([*LABELLED, code("The kernel finds vertical edges")]))
    assert found["which"][0] == "unsure"


def test_text_at_another_place_is_left_to_a_person():
    cells = [*notebook(LABELLED), text(WORDS)]
    assert {state for state, _ in states(cells).values()} == {"unsure"}
    assert any("a person looks for it" in note for note in read(cells).notes)


def test_two_answers_in_one_place_keep_their_order():
    found = states(notebook(LABELLED, [text("Because.")], [text("Slowly.")]))
    assert (found["why"], found["how"]) == (("given", "Because."), ("given", "Slowly."))
    found = states(notebook(LABELLED, [text(STUB)], [text("Slowly.")]))
    assert (found["why"], found["how"]) == (("blank", ""), ("given", "Slowly."))


def test_three_texts_for_two_questions_are_left_to_a_person():
    found = states(notebook(LABELLED, [text("A.")], [text("B."), text("C.")]))
    assert found["why"] == found["how"] == ("unsure", "A.\n\nB.\n\nC.")


def test_released_text_in_other_pieces_is_nobodys_answer():
    cells = notebook(LABELLED)
    cells[4:5] = [text("And why? Twice.  "), text("## The end")]
    assert states(cells)["which"][0] == "blank"


# pictures -----------------------------------------------------------------------------------------


def pasted(data, kind="image/png", source="See ![my graph](attachment:my%20graph.png) here"):
    return notebook([text(source, "which", attachments={"my graph.png": {kind: data}})])


@pytest.mark.parametrize(("data", "kind"), [(png(), "image/png"), (base64.b64encode(JPEG).decode(), "image/jpeg")])
def test_a_pasted_picture_is_kept(data, kind):
    answer = read(pasted(data, kind)).answers[0]
    assert (answer.text, len(answer.pictures)) == ("See (picture 1) here", 1)
    assert picture_uri(answer.pictures[0]).startswith(f"data:{kind};base64,")


@pytest.mark.parametrize("source", [f"See ![x](data:image/png;base64,{png()})", "See my graph"])
def test_a_picture_is_kept_however_it_is_mentioned(source):
    cells = pasted(png(), source=source)
    if "base64" in source:
        del cells[3]["attachments"]
    assert len(read(cells).answers[0].pictures) == 1


def test_a_picture_alone_in_a_new_cell_is_an_answer():
    alone = text("", attachments={"graph.png": {"image/png": png()}})
    answer = read(notebook([*LABELLED, alone])).answers[0]
    assert (answer.state, answer.text.strip(), len(answer.pictures)) == ("given", "(picture 1)", 1)


@pytest.mark.parametrize("kind", ["raw", "heading", "html"])
def test_an_answer_in_a_cell_of_another_kind_is_found(kind):
    assert states(notebook([*LABELLED, text(WORDS) | {"cell_type": kind}]))["which"] == ("given", WORDS)


MENTIONED = {
    "with a title": '![a](attachment:g.png "my graph")',
    "in angle brackets": "![a](<attachment:g.png>)",
    "twice": "![a](attachment:g.png) ![b](attachment:g.png)",
    "as HTML": '<img src="attachment:g.png" width="200">',
    "with brackets": "![a](attachment:g(1).png)",
    "with a path": "![a](attachment:../../g.png)",
    "inline as HTML": f'<img width=9 src="data:image/png;base64,{png()}"/>',
}


@pytest.mark.parametrize("source", MENTIONED.values(), ids=MENTIONED)
def test_a_picture_is_told_once_however_it_is_written(source):
    names = [name for name in ("../../g.png", "g(1).png", "g.png") if f"attachment:{name}" in source][:1]
    found = read(notebook([text(source, "which", attachments={name: {"image/png": png()} for name in names})]))
    assert set(found.answers[0].text.replace("(picture 1)", "").strip()) <= {" "}
    assert len(found.answers[0].pictures) == 1
    assert not [note for note in found.notes if "picture" in note]


@pytest.mark.parametrize(
    "tag", ["<img " + "src=attachment:" * 20 + " " * 600, "<img src='" * 99, "![](attachment:" * 40]
)
def test_a_text_of_pictures_that_never_end_is_read_once(tag):
    """It took minutes, and more for each character."""
    assert states(notebook([text(tag * 1000, "which")]))["which"][0] == "given"


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/webp", "application/octet-stream", "x"])
def test_a_picture_of_another_kind_is_no_blank_answer(kind):
    found = read(notebook([text("", "which", attachments={"a": {kind: "PHN2Zy8+"}})]))
    assert found.answers[0].state == "given"
    assert any("PNG or JPEG" in note for note in found.notes)


def test_what_a_picture_is_its_bytes_say():
    found = read(notebook([text("", "which", attachments={"a": {"application/octet-stream": png()}})]))
    assert len(found.answers[0].pictures) == 1


def test_of_a_picture_in_two_kinds_the_readable_one_is_kept():
    both = {"a": {"image/svg+xml": "<svg/>", "image/png": png()}}
    found = read(notebook([text("![a](attachment:a)", "which", attachments=both)]))
    assert (found.answers[0].text, len(found.answers[0].pictures)) == ("(picture 1)", 1)


def _tall(height):
    return JPEG[:13] + height.to_bytes(2, "big") + JPEG[15:]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a",
        JPEG[:12],
        _tall(60_000),
        _tall(0),
        b"\xff\xd8\xff" + b"\xff\xe0\0\0" * 99,
    ],
)
def test_what_is_no_small_picture_is_left_out_and_told(raw):
    found = read(pasted(base64.b64encode(raw).decode(), "image/jpeg"))
    assert found.answers[0].pictures == ()
    assert any("could not be kept" in note for note in found.notes)


def test_pictures_are_capped():
    many = {f"{number}.png": {"image/png": png()} for number in range(300)}
    assert len(read(notebook([text(WORDS, "which", attachments=many)])).answers[0].pictures) == 6


@pytest.mark.parametrize("attachments", [[], {"a": []}, {"a": {"image/png": 1}}, {"a": {"image/png": [1]}}, "x"])
def test_attachments_of_no_form_are_passed_over(attachments):
    assert read(notebook([text(WORDS, "which", attachments=attachments)])).answers[0].pictures == ()
