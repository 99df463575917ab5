"""Marks that people click: they are kept, they count in nbgrader's columns, and two markers are compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.gradebook import database
from autograder.gradebook.agreement import agreements, kappa
from autograder.gradebook.answer_groups import answer_groups
from autograder.gradebook.marks import AnswerChanged, ClickedMark, give_mark, question_to_mark
from autograder.model import WrittenAnswer
from tests.engine.samples.book import book_of, enter, make_book, make_course, report, rule, url_of


@pytest.fixture
def root(tmp_path):
    make_course(tmp_path)
    make_book(url_of(tmp_path))
    record(tmp_path, ada="Two is even.", bob="It is more.", cai="")
    return tmp_path


def record(root, **texts):
    answers = {name: (WrittenAnswer("why", text, "given" if text else "blank"),) for name, text in texts.items()}
    database.record([replace(report(name), answers=answer) for name, answer in answers.items()], root)


def answer_of(root, student):
    return next(answer for answer in question_to_mark(root, "tiny", "why").answers if answer.student == student)


def give(root, student, points, marker="una", **about):
    return give_mark(root, "tiny", answer_of(root, student), ClickedMark(marker, (0,), points, **about))


def columns(root, student):
    """What formgrader shows: the points, whether a person is asked, the comment."""
    with book_of(root) as book:
        row = book.find_grade("why", "tiny", "tiny", student)
        return row.manual_score, row.needs_manual_grade, book.find_comment("why", "tiny", "tiny", student).comment


def test_a_mark_is_points_and_a_comment_in_the_gradebook(root):
    give(root, "ada", 7, comment="Say more.")
    assert columns(root, "ada") == (7, False, "Say more.")
    assert [answer.waits for answer in question_to_mark(root, "tiny", "why").answers] == [False, True, False]


def test_an_answer_that_changed_is_not_marked_by_what_was_shown(root):
    shown = answer_of(root, "ada")
    record(root, ada="Another.")
    with pytest.raises(AnswerChanged):
        give_mark(root, "tiny", shown, ClickedMark("una", (0,), 7))
    assert columns(root, "ada")[:2] == (None, True)


def test_a_new_answer_waits_again_and_has_the_earlier_one_beside_it_until_it_is_marked(root):
    give(root, "ada", 7)
    record(root, ada="Another.")
    again = answer_of(root, "ada")
    assert (again.waits, again.points, again.recorded.earlier.text, again.marks) == (True, 7, "Two is even.", {})
    give(root, "ada", 8)
    record(root, ada="Another.")
    assert (columns(root, "ada")[:2], answer_of(root, "ada").recorded.earlier) == ((8, False), None)


def test_where_markers_differ_a_person_is_asked_until_it_is_settled(root):
    give(root, "ada", 7, "una", comment="Good.")
    give(root, "ada", 4, "vic", comment="Short.")
    assert columns(root, "ada") == (7, True, "Good.")
    record(root, ada="Two is even.", bob="It is more.")
    assert columns(root, "ada") == (7, True, "Good.")
    give(root, "ada", 5, "vic", comment="Between.", settled=True)
    assert columns(root, "ada") == (5, False, "Between.")


def test_who_changes_an_own_mark_changes_what_counts(root):
    give(root, "ada", 7, "una")
    give(root, "ada", 4, "vic")
    after = give(root, "ada", 4, "una")
    assert (after.differs, columns(root, "ada")[:2]) == (False, (4, False))


def test_a_team_is_marked_once(root):
    rule(root, '[teams]\npair = ["ada", "bob"]\n')
    record(root, ada="Ours.", bob="Ours.")
    give(root, "ada", 7, comment="Good.")
    assert columns(root, "bob") == (7, False, "Good.")
    assert answer_of(root, "bob").done_by("una")


def test_a_team_follows_when_its_mark_changes_and_whoever_has_other_points_does_not(root):
    """Only the first mark used to be everybody's: corrected, settled or marked again, it was one student's."""
    rule(root, '[teams]\ntrio = ["ada", "bob", "eve"]\n')
    record(root, ada="Ours.", bob="Ours.", eve="Ours.")
    give(root, "ada", 7, comment="Good.")
    enter(root, "eve", why=2)
    give(root, "ada", 4, comment="Not that good.")
    assert [columns(root, student)[::2] for student in ("ada", "bob")] == [(4, "Not that good.")] * 2
    assert columns(root, "eve")[0] == 2
    record(root, ada="New.", bob="New.", eve="New.")
    give(root, "ada", 4)
    assert [columns(root, student)[:2] for student in ("ada", "bob", "eve")] == [(4, False), (4, False), (2, True)]


def test_points_from_formgrader_are_shown_and_stay_under_an_equal_second_mark(root):
    give(root, "ada", 7, "una")
    enter(root, "ada", why=6)
    give(root, "ada", 7, "vic")
    assert (answer_of(root, "ada").points, columns(root, "ada")[:2]) == (6, (6, False))


def test_comments_are_kept_the_most_frequent_first(root):
    give(root, "ada", 7, comment="Say more.")
    give(root, "bob", 7, comment="Say more.")
    give(root, "bob", 6, comment="Why?")
    assert question_to_mark(root, "tiny", "why").comments == ("Say more.", "Why?")


def test_agreement_is_about_answers_that_both_have_marked(root):
    for student, points in (("ada", (7, 7)), ("bob", (4, 7))):
        for marker, given in zip(("una", "vic"), points, strict=True):
            give(root, student, given, marker)
    (found,) = agreements(question_to_mark(root, "tiny", "why").answers)
    assert (found.markers, found.both, found.same, found.kappa) == (("una", "vic"), 2, 1, 0)


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    pairs = [(3, 3), (2, 3), (0, 0), (1, 2), (3, 3), (0, 1), (2, 2), (4, 0)]
    one, other = zip(*pairs, strict=True)
    assert kappa(pairs) == pytest.approx(cohen_kappa_score(one, other))
    assert kappa([(3, 3), (3, 3)]) is None


def test_similar_answers_stand_beside_each_other():
    texts = [
        "The stamps overlap in every second row, so it alternates.",
        "",
        "More blocks are better because the receptive field grows.",
        "Stamps overlap in every second row and column, so it alternates there.",
        "The receptive field grows, so more blocks are better.",
    ]
    assert answer_groups(texts) == [[0, 3], [2, 4], [1]]
    assert answer_groups(["one"]) == [[0]]
    assert answer_groups(["", " "]) == [[0, 1]]
