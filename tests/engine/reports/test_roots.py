"""The root cause first and once, wherever it is met: across exercises, on the page and on the terminal."""

import io
from dataclasses import replace

from autograder import messages
from autograder.gradebook.context import StudentContext
from autograder.gradebook.grades import Grade, Mark
from autograder.model import CellRun, Verdict, WrittenAnswer
from autograder.reports.roots import first_of_all, follow_ups, shared_causes
from autograder.reports.student_page import student_page
from autograder.reports.terminal import show_student
from autograder.reports.words import tasks
from tests.engine.samples.reports import failing, report, untouched

TITLE = "A1 · Convolution by hand"
WHERE = "line 2 of cell 6"


def crash(check: str, kind: str = "int", **values: object) -> dict[str, dict[str, object]]:
    """A check that a helper of the student's stops, on its line 2."""
    message = messages.raised("AttributeError", f"'{kind}' object has no attribute 'item'", WHERE)
    known = {"stopped_at": WHERE, "error": "AttributeError", "message": message, "counterexample": f"{check}(1)"}
    return failing(check, Verdict.RAISED, **known, **values)


def crashed():
    """Three exercises, one crash."""
    return report("Ada", crash("corr2d/0"), crash("corr2d/1", "tuple"), crash("conv2d/0", "tuple"), crash("pool2d/2"))


def terminal(made) -> str:
    out = io.StringIO()
    show_student(made, out)
    return out.getvalue()


def test_one_crash_is_told_once_on_the_page_and_named_again_in_one_line():
    """It was printed in full for each exercise, with an input each."""
    page = student_page(crashed(), TITLE)
    assert page.count("Call it with such an input") == 1
    assert page.count("Smallest failing input") == 1
    assert page.count('For the same reason as in <a href="#exercise-1">Cross-correlation</a>: line 2 of cell 6.') == 2
    assert "2 more exercises stop for the same reason: Batches and channels, Pooling." in page


def test_one_crash_is_told_once_on_the_terminal_too():
    text = terminal(crashed())
    assert text.count("with AttributeError") == 1
    assert text.count("for the same reason as “Cross-correlation”: line 2 of cell 6") == 2
    assert "2 more exercises for the same reason: Batches and channels, Pooling" in text


def test_what_one_crash_costs_is_one_thing_to_do():
    """Each exercise was a step of its own, so that the list held one reason three times."""
    (task,) = tasks(crashed())
    assert (task.exercise.name, [other.name for other in task.others]) == ("corr2d", ["conv2d", "pool2d"])
    assert task.lost == round(sum(each.points - each.score for each in crashed().exercises[:-1]), 2)
    assert "The same stops 2 more exercises" in student_page(crashed(), TITLE)


def test_a_hint_of_its_own_is_never_folded():
    made = report("Ada", crash("corr2d/0"), crash("conv2d/0", hint="Look at line 3."))
    assert shared_causes(made.exercises).before == {}
    assert "Look at line 3." in student_page(made, TITLE)


def test_the_same_words_about_answers_are_no_common_cause():
    wrong = {"message": "The dtype is torch.float64, expected torch.float32."}
    made = report("Ada", failing("corr2d/0", **wrong), failing("conv2d/0", **wrong))
    assert shared_causes(made.exercises) == ({}, {})
    assert shared_causes(untouched().exercises) == ({}, {})


def test_a_relation_with_other_numbers_is_the_same_reason():
    """One mean where a sum is asked was told four times, as one eighteenth, one twelfth, a third and a half."""
    hints = [f"Your result is the expected one, divided by {n}." for n in (18, 12)]
    told = [failing(f"conv2d/{n}", hint=hint, mistake="mean_for_sum") for n, hint in enumerate(hints)]
    assert student_page(report("Ada", *told), TITLE).count('class="hint"') == 1
    lines = [failing(f"conv2d/{n}", hint=f"Look at line {n}.", mistake="line_missing") for n in (2, 3)]
    assert student_page(report("Ada", *lines), TITLE).count('class="hint"') == 2


def test_cells_that_miss_a_name_after_another_error_follow_from_it():
    """Ten NameErrors were told like ten mistakes."""
    errors = ["SyntaxError: expected ':' (line 3 of cell 2)", *["NameError: name 'pad' is not defined"] * 4]
    made = report("Ada", cells=tuple(CellRun(f"cell {n}", False, error) for n, error in enumerate(errors, 2)))
    assert [cell.label for cell in first_of_all(made)] == ["cell 2"]
    assert [cell.label for cell in follow_ups(made)] == ["cell 3", "cell 4", "cell 5", "cell 6"]
    told = "4 cells after that stopped with a NameError, probably because of it"
    assert f"{told}: 3, 4, 5, 6." in terminal(made)
    assert f"<summary>{told}</summary>" in student_page(made, TITLE)


def test_a_missing_name_that_nothing_is_behind_is_told_itself():
    made = report("Ada", cells=(CellRun("cell 3", False, "NameError: name 'pad' is not defined"),))
    assert (len(first_of_all(made)), follow_ups(made)) == (1, [])


def test_checks_that_only_wait_are_counted_on_the_terminal():
    """Each was listed, and said twice that it was not tried."""
    waits = messages.skipped(["corr2d is its own work"])
    made = report("Ada", crash("corr2d/0"), *(failing(f"corr2d/{n}", Verdict.SKIPPED, message=waits) for n in (1, 2)))
    text = terminal(made)
    assert "→ 2 checks not tried: what must pass first does not" in text
    assert "Not tried" not in text


def test_no_input_is_shown_where_nothing_is_there_to_try():
    told = messages.cut_short("corr2d", "the cell `corr2d`")
    missing = {"message": told, "counterexample": "corr2d(X of shape (2, 3))"}
    made = report("Ada", failing("corr2d/0", Verdict.RAISED, **missing))
    assert "Smallest failing input" not in student_page(made, TITLE)
    assert "smallest failing input" not in terminal(made)


def test_an_answer_that_people_mark_is_named_on_the_terminal():
    """It was not there at all, so that the points looked like all that could be had."""
    given, blank = WrittenAnswer("which_kernel", "The second."), WrittenAnswer("why_there", "", "blank")
    text = terminal(replace(report("Ada"), answers=(given, blank)))
    assert "which_kernel  graded by hand" in text
    assert "why_there  no answer" in text


def test_a_question_without_an_answer_is_named_where_all_checks_pass():
    """It said "96 of 100 points. Every check passes. Well done.", and nowhere near what the others are for."""
    marks = (Mark("why_flip", "Why flip at all?", 10, 0.0, by_hand=True),)
    page = student_page(report("Ada"), TITLE, StudentContext(Grade("Ada", "a1", marks)))
    lead = page[page.index('class="lead"') : page.index("</header>")]
    assert "There is no answer of yours to" in lead
    assert "Well done" not in lead
