"""Pairs that are more similar than the released code explains: renaming hides nothing, right answers prove nothing."""

from __future__ import annotations

import re
import time

import pytest

from autograder.authoring import variants
from autograder.cli.main import main
from autograder.course import load_course
from autograder.similar.pairs import explained, pairs
from autograder.similar.prints import GRAM, MAX_CODE, WINDOW, Document, grams, tokenize, winnowed
from autograder.similar.report import marked, similarity
from tests.conftest import write_course

COPIED = """def double(x):
    total = torch.zeros_like(x)
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            value = x[row, column]
            if value > 0:
                total[row, column] = value + value
            elif value < 0:
                total[row, column] = -(abs(value) * 2)
            else:
                total[row, column] = value
    return total
"""
RENAMED = re.sub(r"\bvalue\b", "w", re.sub(r"\btotal\b", "# mine\n    out", COPIED, count=1).replace("total", "out"))
OTHERS = """def double(x):
    flat = x.reshape(-1).tolist()
    found = [sum([number, number]) for number in flat]
    return torch.tensor(found, dtype=x.dtype).reshape(x.shape)
"""


@pytest.fixture
def course(tmp_path):
    return load_course(write_course(tmp_path))


def hand_in(course, folder="build/submitted", **students):
    assignment = course.assignment("tiny")
    for student, source in students.items():
        path = course.root / folder / student / "tiny/tiny.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(variants.with_solution(assignment, {"double": source} if source else {}))
    return course.root / folder


def close(course, paths, archive=()):
    return similarity(course, course.assignment("tiny"), paths, archive, 0.4)


# fingerprints -----------------------------------------------------------------------------------


def words(text):
    return [token.word for token in tokenize(text)]


def test_renaming_comments_and_layout_change_nothing():
    assert words(COPIED) == words(RENAMED.replace("    ", "  ")) != words(OTHERS)
    assert words("x.sum() # twice") == words("y . sum(\n)") != words("x.mean()")


def test_any_text_is_cut_into_tokens_in_linear_time():
    for text in ('"' * 100_000, "'''" + "\\" * 100_000, "((" * 50_000, "rb" * 50_000 + "\0\ud7ff"):
        start = time.process_time()
        assert all(token.end > token.start for token in tokenize(text))
        assert time.process_time() - start < 20  # quadratic time would be minutes


def test_no_document_is_longer_than_the_rest_of_a_class_pays_for():
    document = Document.of("eve", ["a" * MAX_CODE, "b " * 10_000, "c " * 10_000])
    assert (len(document.text.strip()), len(document.tokens)) == (MAX_CODE, 1)


def test_equal_passages_are_always_seen():
    shared = " ".join(f"a.w{number}" for number in range(GRAM + WINDOW - 1))
    texts = (f"1 {shared} {'2 ' * 40}", f"{'3 ' * 30} {shared} 4")
    kept = [{number for _, number in winnowed(grams(tuple(tokenize(text))))} for text in texts]
    assert kept[0] & kept[1]


# pairs ------------------------------------------------------------------------------------------


def test_a_renamed_copy_is_a_pair_with_both_places(course):
    found = close(course, [hand_in(course, ada=COPIED, bob=RENAMED, cy=OTHERS)])
    (pair,) = found.pairs
    assert {pair.first.document.student, pair.second.document.student} == {"ada", "bob"}
    assert pair.share > 0.8  # the ends of a passage lie between two fingerprints
    start, end = pair.first.ranges[0][0], pair.first.ranges[-1][1]
    assert "torch.zeros_like" in pair.first.document.text[start:end]


def test_the_same_right_answer_is_no_pair(course):
    assert close(course, [hand_in(course, ada="", bob="", cy="")]).pairs == []


def test_what_the_staff_knows_is_no_sign_of_copying(course):
    folder = hand_in(course, ada=COPIED, bob=RENAMED)
    (course.root / "solutions/tiny/alternatives.py").write_text(COPIED.replace("double", "double__loops"))
    assert close(load_course(course.root), [folder]).pairs == []


def test_an_earlier_term_is_compared_but_not_with_itself(course):
    old = hand_in(course, "old", zoe=COPIED, yan=RENAMED)
    found = close(course, [hand_in(course, ada=COPIED, cy=OTHERS)], [old])
    assert (found.compared, found.archived) == (2, 2)
    assert sorted(pair.second.document.student for pair in found.pairs) == ["yan (archive)", "zoe (archive)"]


def test_a_habit_of_the_class_is_no_pair():
    term = [Document.of(f"s{number}", [COPIED]) for number in range(12)]
    assert pairs(term, explained([]), 0.4) == []
    assert len(pairs(term[:3], explained([]), 0.4)) == 3


# the page ---------------------------------------------------------------------------------------


def test_every_piece_of_foreign_code_is_escaped():
    text = "<script>alert('\u202e')</script>\x1b[0m"
    assert str(marked(text, ((0, 8),))).startswith("<mark>&lt;script&gt;</mark>")
    assert "<script" not in str(marked(text, ((3, 8), (9, 12))))
    assert "\x1b" not in str(marked(text, ()))


def test_the_page_names_the_pair_and_changes_no_score(course, capsys, monkeypatch):
    hostile = COPIED.replace("total", "value", 1).replace("return", 'print("<img src=x onerror=alert(1)>")\n    return')
    folder = hand_in(course, **{"ada": hostile, "<b>bob": hostile})
    (folder / "eve.ipynb").write_text("{")
    before = {path for path in course.root.rglob("*") if path.is_file()}
    monkeypatch.chdir(course.root)
    with pytest.raises(SystemExit) as ended:
        main(["similar", "tiny"])
    page = (course.root / "build/similar/tiny.html").read_text()
    assert ended.value.code == 0
    assert "1 close pair:" in capsys.readouterr().out
    assert "&lt;b&gt;bob" in page
    assert "eve.ipynb" in page
    assert not re.search("<img|<b>|<script", page)
    assert {path for path in course.root.rglob("*") if path.is_file()} - before == {
        course.root / "build/similar/tiny.html"
    }
