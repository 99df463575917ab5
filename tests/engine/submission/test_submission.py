"""Hostile, broken and merely unlucky notebooks: each ends in a Submission or in one clear sentence."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import UnreadableSubmission
from autograder.submission import remarks
from autograder.submission.parse import MAX_BYTES
from autograder.submission.read import Submission, read_submission

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
SETUP = "import numpy as np"
CORR = f"def corr2d(X, K):\n    {STUB}"
SIZE = f"def out_size(n, k):\n    {STUB}"
RIGHT_CORR = "def corr2d(X, K):\n    return X"
RIGHT_SIZE = "def out_size(n, k):\n    return n - k + 1"


def released(grade_id, role, source, kind="code"):
    return SimpleNamespace(grade_id=grade_id, role=role, kind=kind, source=source)


ASSIGNMENT = SimpleNamespace(
    exercises=(SimpleNamespace(name="corr2d", maximum=14.0),),
    practice=(),
    title="Convolution",
    release=(
        released(None, "other", "# Convolution", "markdown"),
        released("setup", "given", SETUP),
        released("corr2d", "solution", CORR),
        released("corr2d_check", "check", "check('corr2d', corr2d)"),
        released("out_size", "solution", SIZE),
        released("out_size_check", "check", "check('out_size', out_size)"),
        released("why", "manual", "Because …", "markdown"),
    ),
)


def cell(source, grade_id=None, kind="code", **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": kind, "metadata": metadata, "source": source, **more}


def handed_in():
    """A right answer to everything, as it comes back from a student."""
    return [
        cell("# Convolution", kind="markdown"),
        cell(SETUP, "setup"),
        cell(RIGHT_CORR, "corr2d"),
        cell("check('corr2d', corr2d)", "corr2d_check"),
        cell("print('my own cell')"),
        cell(RIGHT_SIZE, "out_size"),
        cell("check('out_size', out_size)", "out_size_check"),
        cell("Because it is flipped.", "why", kind="markdown"),
    ]


def notebook(cells, **more) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more).encode()


def read(cells, **more) -> Submission:
    return read_submission(notebook(cells, **more), ASSIGNMENT)


def labels(submission):
    return [cell.label for cell in submission.cells]


def source(submission, label):
    return next(cell.source for cell in submission.cells if cell.label == label)


def outcome(raw: bytes) -> Submission | str:
    """The submission, or the sentence that refuses it; every source can be sent through the wall."""
    try:
        submission = read_submission(raw, ASSIGNMENT)
    except UnreadableSubmission as refused:
        return str(refused)
    assert all(item.source.encode() and "\0" not in item.source for item in submission.cells)
    return submission


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableSubmission) as caught:
        read_submission(raw, ASSIGNMENT)
    return str(caught.value)


# What is run ------------------------------------------------------------------------------------


def test_a_right_notebook_needs_no_repair():
    submission = read(handed_in())
    assert labels(submission) == ["setup", "corr2d", "cell 4", "out_size"]
    assert submission.notes == ()


def test_checks_are_dropped_and_given_cells_come_from_the_release():
    cells = handed_in()
    cells[1]["source"], cells[3]["source"] = "import os", "points = 100"
    submission = read(cells)
    assert source(submission, "setup") == SETUP
    assert "corr2d_check" not in labels(submission)
    assert len(submission.notes) == 2


def test_changed_points_are_told_to_have_no_effect():
    cells = handed_in()
    cells[3]["metadata"]["nbgrader"]["points"] = 1000
    assert "points come from the released notebook" in " ".join(read(cells).notes)
    cells[3]["metadata"]["nbgrader"]["points"] = 14
    assert read(cells).notes == ()


def test_points_roles_and_outputs_in_the_file_count_for_nothing():
    cells = handed_in()
    cells[4]["metadata"] = {"nbgrader": {"grade_id": "bonus", "points": 1000, "grade": True, "solution": False}}
    cells[4]["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "100"}}]
    cells[2]["metadata"]["nbgrader"] |= {"points": -5, "grade": True, "solution": False, "locked": True}
    assert read(cells) == read(handed_in())


def test_the_students_order_is_kept():
    cells = handed_in()
    cells[2], cells[5] = cells[5], cells[2]
    assert labels(read(cells)) == ["setup", "out_size", "cell 4", "corr2d"]


def test_a_given_cell_is_moved_back_up():
    cells = handed_in()
    submission = read(cells[2:] + cells[1:2])
    assert labels(submission) == ["setup", "corr2d", "cell 3", "out_size"]
    assert "setup" in submission.notes[0]


# Repairs ----------------------------------------------------------------------------------------


def test_a_deleted_cell_is_restored():
    cells = handed_in()
    del cells[2]
    submission = read(cells)
    assert source(submission, "corr2d") == CORR
    assert labels(submission)[:2] == ["setup", "corr2d"]
    assert "`corr2d` was missing" in submission.notes[0]


def test_a_deleted_given_cell_comes_first_again():
    cells = handed_in()
    del cells[1]
    assert labels(read(cells)) == ["setup", "corr2d", "cell 3", "out_size"]


def test_the_first_edited_copy_counts():
    cells = handed_in()
    cells[2:3] = [cell(CORR, "corr2d"), cell(RIGHT_CORR, "corr2d"), cell("def corr2d(X, K):\n    return K", "corr2d")]
    submission = read(cells)
    assert source(submission, "corr2d") == RIGHT_CORR
    assert len(submission.cells) == 4
    assert "3 copies" in submission.notes[0]


def test_a_split_answer_is_run_in_both_parts():
    cells = handed_in()
    cells[2:3] = [cell("import math", "corr2d"), cell(RIGHT_CORR, "corr2d")]
    submission = read(cells)
    assert labels(submission)[1:3] == ["corr2d", "corr2d (part 2)"]
    assert "2 cells" in submission.notes[0]


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", "nonsense", None])
def test_a_retyped_answer_is_still_code(kind):
    cells = handed_in()
    cells[2]["cell_type"] = kind
    submission = read(cells)
    assert source(submission, "corr2d") == RIGHT_CORR
    assert len(submission.notes) == 1


def test_lost_metadata_is_recovered_by_cell_id():
    cells = handed_in()
    cells[2] = cell("corr2d = lambda X, K: X", id="corr2d")
    assert source(read(cells), "corr2d") == "corr2d = lambda X, K: X"


def test_lost_metadata_everywhere_is_recovered_by_names():
    submission = read([item | {"metadata": {}} for item in handed_in()])
    assert labels(submission) == ["setup", "corr2d", "cell 4", "out_size"]
    # setup and the checks are known by their text, the answers by their names
    assert submission.notes == (
        "2 cells had lost their labels (`corr2d`, `out_size`); they were recognised by what they define.",
        "Your written answer `why` was found in another cell, by its place.",
    )


def test_a_missing_answer_is_the_last_cell_that_defines_it():
    cells = handed_in()
    cells[2:3] = [cell("def corr2d(X, K):\n    return K"), cell(RIGHT_CORR)]
    submission = read(cells)
    assert source(submission, "corr2d") == RIGHT_CORR
    assert labels(submission)[1:3] == ["cell 2", "corr2d"]


def test_a_stub_never_hides_an_answer_in_another_cell():
    cells = handed_in()
    cells[5]["source"] += "\n\n" + RIGHT_CORR
    del cells[2]
    submission = read(cells)
    assert labels(submission) == ["setup", "cell 3", "out_size"]
    assert "another cell" in submission.notes[0]


def test_a_renamed_function_is_noted():
    cells = handed_in()
    cells[2]["source"] = "def my_corr2d(X, K):\n    return X"
    assert "no longer defines `corr2d`" in read(cells).notes[0]


@pytest.mark.parametrize(
    "later",
    ["corr2d = corr2d(1, 2)", "X, corr2d = 1, 2", "corr2d: int = 3", "def corr2d(X):\n    return 0",
     "class corr2d: pass", "from scipy.signal import correlate2d as corr2d"],
)  # fmt: skip
def test_a_later_cell_that_gives_an_answer_another_meaning_is_named(later):
    notes = read([*handed_in(), cell(later)]).notes
    assert len(notes) == 1
    assert notes[0].startswith("In cell 7, `corr2d` gets another meaning, which was graded.")


def test_a_later_cell_that_deletes_an_answer_is_named():
    assert read([*handed_in(), cell("x = 1\ndel x, corr2d")]).notes[0].startswith("In cell 7, `corr2d` is deleted")


@pytest.mark.parametrize(
    ("later", "why"),
    [
        ("from torch import *", "`from torch import *` may give names of yours"),
        ("x = 1\n%reset -f", "`%reset` deletes"),
    ],
)
def test_a_later_cell_that_may_take_every_name_is_named(later, why):
    """All points were lost, and no sentence said why."""
    assert read([*handed_in(), cell(later)]).notes[0].startswith(f"In cell 7, {why}")
    assert read([cell(later), *handed_in()]).notes == ()


@pytest.mark.parametrize(
    "later", ["y = corr2d(1, K=2)", "f(corr2d=3)", "assert corr2d == f", "def f():\n    corr2d = 3", "x.corr2d = 1"]
)
def test_using_an_answer_is_no_other_meaning(later):
    assert read([*handed_in(), cell(later)]).notes == ()


HELPER = "def window(X):\n    return X\n\ndef corr2d(X, K):\n    return window(X)"
WITH_WINDOWS = SimpleNamespace(
    **{
        **vars(ASSIGNMENT),
        "release": (
            released("setup", "given", "import numpy as np\nfrom cnnkit import data\ndef show(x): print(x.sum())"),
            *ASSIGNMENT.release[2:4],
            released(None, "other", "window = data.image()\nshow(max(window, 1))"),
            *ASSIGNMENT.release[4:],
        ),
    }
)


def notes_of(*answers: str) -> tuple[str, ...]:
    """What is said of a notebook with a given cell that has a `window`, and these cells before it."""
    first, _, *rest = WITH_WINDOWS.release
    mine = [cell(source, "corr2d" if "def corr2d" in source else None) for source in answers]
    after = [cell(each.source, each.grade_id) for each in rest if each.role == "other"]
    given = [cell(first.source, "setup"), *mine, *after, cell(RIGHT_SIZE, "out_size")]
    return read_submission(notebook(given), WITH_WINDOWS).notes


def test_a_given_cell_that_takes_the_name_of_a_helper_is_named():
    (note,) = notes_of(HELPER)
    assert note.startswith("In cell 3, which came with this notebook, `window` gets another meaning")


@pytest.mark.parametrize(
    "answer", [RIGHT_CORR, "def window(): pass\n\n" + RIGHT_CORR, HELPER.replace("window", "windows")]
)
def test_a_helper_that_keeps_its_name_or_is_not_used_is_not_named(answer):
    assert notes_of(answer) == ()


@pytest.mark.parametrize("name", ["data", "np", "show", "max", "sum"])
def test_a_name_that_hides_what_others_need_is_named(name):
    answer = "def corr2d(X, K):\n    return np.zeros(sum(X.shape))"
    for hides in (f"{name} = 3", f"def {name}(): pass", f"for {name} in (1, 2):\n    pass"):
        (note,) = notes_of(answer, hides)
        assert note.startswith(f"In cell 3, `{name}` gets another meaning, which was graded.")


@pytest.mark.parametrize("harmless", ["list = 3", "import numpy as np", "min = 3\nmin(3)", "x = 3", "np.random = 3"])
def test_a_name_that_hides_nothing_that_is_used_is_not_named(harmless):
    assert notes_of("def corr2d(X, K):\n    data = X\n    return data.min()", harmless) == ()


def test_a_name_with_a_ligature_is_the_name_that_python_reads():
    cells = handed_in()
    cells[5]["source"] = RIGHT_SIZE.replace("out_size", "out_\N{LATIN SMALL LETTER LONG S}ize")
    assert read(cells).notes == ()


def test_the_notebook_of_another_assignment_is_noted():
    submission = read([cell("print(1)"), cell("x = 2", "something_else")])
    assert len(submission.notes) == 1
    assert "“Convolution”" in submission.notes[0]
    assert [item.grade_id for item in submission.cells].count("corr2d") == 1


def test_syntax_errors_do_not_matter_here():
    cells = handed_in()
    cells[2]["source"] = "def corr2d(X, K:\n    return (((("
    assert source(read(cells), "corr2d").endswith("((((")


def test_nul_bytes_and_surrogates_are_taken_out():
    cells = handed_in()
    cells[4]["source"] = "x = '\0a\ud800'\r\ny = 1"
    submission = read(cells)
    assert source(submission, "cell 4") == "x = 'a\ufffd'\ny = 1"
    assert len(submission.notes) == 1


# Formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_of_4_is_read(minor):
    assert read(handed_in(), nbformat_minor=minor) == read(handed_in())


@pytest.mark.parametrize("version", [2, 3])
def test_older_formats_are_read(version):
    cells = [item | {"outputs": [], "execution_count": 1} for item in handed_in()]
    current = nbformat.reads(notebook(cells, nbformat_minor=4), 4)
    older = nbformat.convert(current, 3)
    raw = json.loads(nbformat.writes(older, version=3)) | {"nbformat": version}
    submission = read_submission(json.dumps(raw).encode(), ASSIGNMENT)
    assert labels(submission) == ["setup", "corr2d", "cell 4", "out_size"]
    assert f"nbformat {version}" in submission.notes[0]


def test_cells_are_found_where_other_programs_keep_them():
    """Jupyter's server wraps a notebook; a half-converted one of nbformat 3 has an empty list beside its worksheets."""
    wrapped = json.dumps({"name": "a.ipynb", "type": "notebook", "content": json.loads(notebook(handed_in()))})
    assert read_submission(wrapped.encode(), ASSIGNMENT) == read(handed_in())
    sheets = {"nbformat": 3, "cells": [], "worksheets": [{"cells": handed_in()}]}
    assert labels(read_submission(json.dumps(sheets).encode(), ASSIGNMENT)) == labels(read(handed_in()))


def test_a_file_in_an_old_encoding_of_windows_keeps_its_letters():
    """Every ü was the same sign, so a name with one in it was no name any more."""
    cells = [cell("größe = 1  # für alle", "double")]
    raw = json.dumps({"nbformat": 4, "cells": cells}, ensure_ascii=False).encode("cp1252")
    submission = read_submission(raw, ASSIGNMENT)
    assert "größe = 1  # für alle" in [item.source for item in submission.cells]
    assert remarks.READ_AS_WINDOWS in submission.notes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_read(encoding):
    raw = notebook(handed_in()).decode().encode(encoding)
    assert read_submission(raw, ASSIGNMENT) == read(handed_in())


def test_bytes_that_are_no_text_are_replaced():
    raw = notebook(handed_in()).replace(b"my own", "für ".encode() + b"my \xff\xfe own")
    assert "not valid text" in read_submission(raw, ASSIGNMENT).notes[0]


def test_sources_may_be_lists_of_lines():
    cells = handed_in()
    cells[2]["source"] = RIGHT_CORR.splitlines(keepends=True)
    assert read(cells) == read(handed_in())


def test_lines_without_line_ends_get_them_back():
    cells = handed_in()
    cells[2]["source"] = RIGHT_CORR.splitlines()
    submission = read(cells)
    assert submission.cells == read(handed_in()).cells
    assert "no line ends" in submission.notes[0]


def test_attachments_and_equal_cell_ids_do_no_harm():
    cells = [item | {"id": "same", "attachments": {"a.png": {"image/png": "AAAA"}}} for item in handed_in()]
    assert read(cells).cells == read(handed_in()).cells


def test_nan_in_an_output_does_no_harm():
    cells = handed_in()
    cells[4]["outputs"] = [{"data": {"application/json": [float("nan"), float("inf")]}}]
    assert read(cells) == read(handed_in())


# Refusals ---------------------------------------------------------------------------------------

DEEP = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\0" * 1000, "empty"),
        (b"not json", "not valid JSON"),
        (b'{"cells": [', "line 1"),
        (b'{"cells": []}}', "line 1"),
        (b"[]", "not a JSON object"),
        (b'"{}"', "not a JSON object"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n", "a pointer of Git LFS"),
        (rb"{\rtf1\ansi {\fonttbl}}", "a text document (RTF)"),
        (b"bplist00\xd1\x01\x02_\x10\x0f", "macOS"),
        (b"\x1f\x8b\x08\x00\xff", "an archive"),
        (b"7z\xbc\xaf\x27\x1c", "an archive"),
        (b"Rar!\x1a\x07\x01", "an archive"),
        (b"{'cells': []}", "a Python dictionary"),
        (b"<<<<<<< HEAD\n{}", "conflict"),
        (b"%PDF-1.7 \xff\xff", "PDF"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"<!doctype html><html>", "web page"),
        (b"import numpy as np\n", "Python script"),
        (b'"""What I wrote."""\nimport numpy as np\n', "Python script"),
        (b'{"cells":\n<<<<<<< HEAD\n[]}', "conflict"),
        (b"{}", "no list of cells"),
        (b'{"cells": 7}', "no list of cells"),
        (b'{"cells": {"0": 1}}', "no list of cells"),
        (b'{"worksheets": [1, {"cells": 2}]}', "no list of cells"),
        (b'{"cells": [], "cells": []}', "duplicate key “cells”"),
        (DEEP, "more deeply"),
        (b"[" * MAX_BYTES, "not a JSON object"),
        (b'{"a":' + b"[" * (MAX_BYTES - 10), "more deeply"),
        (b" " * (MAX_BYTES + 1), "larger than 20 MB"),
        (b'{"cells": [' + b"1," * 3000 + b"1]}", "3001 cells"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_notebook_gets_one_sentence(raw, word):
    start = time.process_time()
    message = refusal(raw)
    assert word in message
    assert len(message) < 300
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "bomb",
    ["9" * 1_000_000, "1e" + "9" * 1_000_000, '"' + '\\"' * 9_000_000, "[],[]," * 1_000_000, '"",' * 3_000_000],
    ids=["digits", "exponent", "open string", "lists", "strings"],
)
def test_bombs_are_defused_quickly(bomb):
    raw = b'{"cells": [], "metadata": {"x": [' + bomb.encode() + b"]}}"
    start = time.process_time()
    assert outcome(raw)
    assert time.process_time() - start < 15


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_more_code_than_can_be_looked_through_is_refused(kind):
    """A word of three letters takes a hundred bytes where names are looked for: 20 MB of them end the grader."""
    cells = [cell(f"def f{number}():\n    #" + "word " * 190_000, "corr2d", kind) for number in range(3)]
    assert "time and memory" in refusal(notebook(cells))


def test_long_texts_are_no_code():
    assert read([*handed_in(), *[cell("word " * 190_000, kind="markdown")] * 5]).notes == ()


@pytest.mark.parametrize("wrong", [None, 7, True, "text", [], {}, [1], {"nbgrader": 3}, {"nbgrader": {"grade_id": []}}])
@pytest.mark.parametrize("key", ["metadata", "source", "cell_type", "outputs", "id", "attachments"])
def test_wrong_types_everywhere_are_survived(key, wrong):
    cells = handed_in()
    cells[2] |= {key: wrong}
    assert read(cells + [wrong]).cells


def test_a_giant_cell_is_left_out():
    cells = handed_in()
    cells[4]["source"] = "x" * 1_000_001
    assert "1,000,000" in read(cells).notes[0]


# Fuzz -------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(["cell_type", "metadata", "source", "input", "id", "text", "outputs"])


@settings(deadline=2000, max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_end_well(raw):
    assert outcome(raw)


@settings(deadline=2000, max_examples=200)
@given(st.lists(st.integers(0, 7)), st.lists(st.tuples(st.integers(0, 7), KEYS, JSON), max_size=6))
def test_any_mutated_notebook_ends_well(order, changes):
    cells = handed_in()
    for index, key, value in changes:
        cells[index] = cells[index] | {key: value}
    assert outcome(notebook([cells[index] for index in order]))


@settings(deadline=2000, max_examples=200)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_any_overwritten_bytes_end_well(position, patch):
    raw = bytearray(notebook(handed_in()))
    raw[position : position + len(patch)] = patch
    assert outcome(bytes(raw))
