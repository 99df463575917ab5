"""The inline check: what a student reads under an exercise."""

import numpy as np
import pytest
import torch

from cnnkit import Example, after_writing, check
from cnnkit.compare import compare

X = torch.arange(9.0).reshape(3, 3)
K = torch.arange(4.0).reshape(2, 2)
RIGHT = [[19, 25], [37, 43]]


def slide(X, K):
    """A right answer."""
    h, w = K.shape
    return torch.stack([(X[i : i + h, j : j + w] * K).sum() for i in (0, 1) for j in (0, 1)]).reshape(2, 2)


def printed(capsys, function, *examples):
    """What the check prints."""
    check(function, *examples)
    return capsys.readouterr().out


def test_a_right_answer_gets_a_tick_and_a_word_about_grading(capsys):
    text = printed(capsys, slide, Example(X, K, gives=RIGHT, note="the picture"))
    assert text.splitlines() == [
        "slide",
        "  ✓ the picture",
        "1 of 1 right. Grading tries more than this, on other inputs.",
    ]


def test_a_wrong_answer_reads_the_graders_own_sentence(capsys):
    wrong = torch.zeros(2, 2)
    text = printed(capsys, lambda X, K: wrong, Example(X, K, gives=RIGHT))
    assert "✗" in text
    assert compare(wrong, torch.tensor(RIGHT, dtype=torch.float32)).sentence() in " ".join(text.split())


BIG = torch.arange(1.0, 10.0).reshape(3, 3) ** 2


def test_a_relation_is_told_below_the_examples(capsys):
    text = printed(capsys, lambda X: 3 * X.flip(0, 1), Example(BIG, gives=3 * BIG))
    assert "→ Your result is the expected one, turned by 180°." in text


def test_no_relation_is_told_of_right_answers_and_of_those_that_have_none(capsys):
    right = printed(capsys, lambda X: 3 * X, Example(BIG, gives=3 * BIG))
    odd = printed(capsys, lambda X: X**1.7 + X.sin(), Example(BIG, gives=3 * BIG))
    assert "→" not in right + odd


def test_a_stub_is_not_written_yet(capsys):
    def stub(X, K):
        raise NotImplementedError

    assert printed(capsys, stub, Example(X, K, gives=RIGHT)) == "○ stub: not written yet.\n"


def test_an_exception_shows_type_message_and_the_students_own_line(capsys):
    def broken(X, K):
        return X[0] @ K  # the student's line

    text = printed(capsys, broken, Example(X, K, gives=RIGHT))
    assert "RuntimeError: " in text
    assert "return X[0] @ K  # the student's line" in text
    assert "Traceback" not in text
    assert "example.py" not in text


def test_sys_exit_does_not_end_the_notebook(capsys):
    def leave(X):
        raise SystemExit(3)

    assert "SystemExit: 3" in printed(capsys, leave, Example(X, gives=1))


def test_an_endless_recursion_is_explained(capsys):
    def again(X):
        return again(X)

    assert "RecursionError" in printed(capsys, again, Example(X, gives=1))


def test_an_expected_error_passes_and_any_other_one_does_not(capsys):
    def refuse(k):
        raise ValueError("even")

    assert "✓" in printed(capsys, refuse, Example(4, raises=ValueError))
    assert "expected here: IndexError" in printed(capsys, refuse, Example(4, raises=IndexError))


def test_an_answer_where_an_error_is_expected_is_named(capsys):
    assert "must raise ValueError, but it returned 2" in printed(
        capsys, lambda k: k // 2, Example(4, raises=ValueError)
    )


def test_none_is_a_value_that_can_be_expected(capsys):
    assert "✓" in printed(capsys, lambda n: None, Example(1, gives=None))
    assert "✗" in printed(capsys, lambda n: 0, Example(1, gives=None))


def test_an_input_changed_in_place_is_named(capsys):
    def overwrite(X, K):
        result = slide(X, K)
        X += 1
        return result

    assert "changed X in place" in printed(capsys, overwrite, Example(X, K, gives=RIGHT))
    assert X[0, 0] == 0


def test_a_changed_numpy_array_is_named_too(capsys):
    def overwrite(img):
        img[0] = 7
        return 1

    assert "changed img in place" in printed(capsys, overwrite, Example(np.zeros(3), gives=1))


def test_a_nested_list_is_no_tensor(capsys):
    assert "a list, expected a PyTorch tensor" in printed(capsys, lambda X: RIGHT, Example(X, gives=RIGHT))


def test_the_expected_list_takes_the_dtype_of_the_input(capsys):
    double = Example(X.double(), K.double(), gives=RIGHT)
    assert "✓" in printed(capsys, slide, double)
    assert "dtype" in printed(capsys, lambda X, K: slide(X, K).float(), double)


def test_look_at_compares_a_part_of_the_answer(capsys):
    assert "✓" in printed(capsys, slide, Example(X, K, look_at=torch.sum, gives=torch.tensor(124.0)))
    assert "✓" in printed(capsys, lambda X: X, Example(X, look_at=lambda x: list(x.shape), gives=[3, 3]))


def test_a_look_that_fails_is_reported_and_not_raised(capsys):
    assert "AttributeError" in printed(capsys, lambda X: None, Example(X, look_at=lambda x: x.shape, gives=(3, 3)))


def test_keywords_reach_the_students_function(capsys):
    text = printed(capsys, lambda n, s=1: n // s, Example(9, s=2, gives=4))
    assert "(9, s=2)" in text
    assert "✓" in text


@pytest.mark.parametrize("expected", [{}, {"gives": 1, "raises": ValueError}, {"gives": 1, "accepts": bool}])
def test_an_example_needs_one_thing_to_expect(expected):
    with pytest.raises(TypeError, match=r"one of gives=…, raises=… and accepts=…"):
        Example(1, **expected)


def letters(answer):
    """An answer to a question, and the check that looks at its form."""
    return lambda: answer, Example(accepts=lambda said: set(said) <= set("abcd"), note="letters from a to d")


def test_of_an_answer_in_letters_only_the_form_is_accepted(capsys):
    text = printed(capsys, *letters("ca"))
    assert "✓ form accepted: letters from a to d" in text
    assert " right." not in text


def test_another_form_is_not_accepted(capsys):
    assert "✗ letters from a to d\n      This form is not accepted." in printed(capsys, *letters("xy"))


def test_the_heading_is_the_students_function_when_a_helper_calls_it(capsys):
    check(slide, Example(2, gives=4), through=lambda number: number * 2)
    assert capsys.readouterr().out.startswith("slide\n  ✓")


def test_the_heading_of_a_method_names_its_class(capsys):
    assert printed(capsys, str.upper, Example("a", gives="A")).startswith("str.upper\n")


@pytest.mark.parametrize(("name", "value"), [("NBGRADER_VALIDATING", "1"), ("NBGRADER_EXECUTION", "validate")])
def test_only_the_validate_button_makes_a_check_raise(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(AssertionError, match="1 of 1 examples"):
        check(lambda X: None, Example(X, gives=1))
    check(slide, Example(X, K, gives=RIGHT))
    assert "1 of 1 right" in capsys.readouterr().out


def test_figures_of_a_check_are_closed(capsys):
    import matplotlib.pyplot as plt

    plt.close("all")
    printed(capsys, lambda: plt.subplots(2, 2)[0], Example(look_at=lambda figure: len(figure.axes), gives=4))
    assert plt.get_fignums() == []


def test_a_picture_waits_for_the_function(capsys):
    with after_writing("conv2d"):
        raise NotImplementedError
    assert capsys.readouterr().out == "○ This picture appears once conv2d is written.\n"


def test_a_picture_waits_for_an_earlier_cell(capsys):
    with after_writing("T1 to T3"):
        print(made_by_an_earlier_cell)  # noqa: F821
    assert capsys.readouterr().out == "○ This picture appears once T1 to T3 are written.\n"


def test_a_missing_name_in_an_answer_is_reported(capsys):
    def answer():
        return forgotten  # noqa: F821

    with after_writing("answer"):
        answer()
    out = capsys.readouterr().out
    assert out.startswith("✗ No picture yet: answer stopped with\n")
    assert "name 'forgotten' is not defined" in out


def test_a_picture_that_fails_does_not_stop_the_notebook(capsys):
    with after_writing("conv2d"):
        _ = X.no_such_thing
    assert "No picture yet: conv2d stopped with" in capsys.readouterr().out


def test_a_wrong_array_is_drawn_in_a_notebook(monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr("cnnkit.checking.in_notebook", lambda: True)
    monkeypatch.setattr("cnnkit.checking.show", drawn.append)
    check(lambda X, K: torch.zeros(2, 2), Example(X, K, gives=RIGHT), Example(X, K, gives=RIGHT))
    assert len(drawn) == 1
    assert "yours" in drawn[0].alt
    assert "difference" in drawn[0].alt


@pytest.mark.parametrize(
    "wrong", [torch.zeros(3, 2), torch.full((2, 2), float("nan")), torch.zeros(2, 0), torch.zeros(2)]
)
def test_every_wrong_array_can_be_drawn(monkeypatch, capsys, wrong):
    monkeypatch.setattr("cnnkit.checking.in_notebook", lambda: True)
    monkeypatch.setattr("cnnkit.checking.show", lambda picture: picture.png())
    assert "✗" in printed(capsys, lambda X, K: wrong, Example(X, K, gives=RIGHT))
