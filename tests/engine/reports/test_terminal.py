"""What the terminal shows of a class and of one student."""

import io
from dataclasses import replace

from autograder.model import CellRun
from autograder.reports.terminal import show_class, show_student
from tests.engine.samples.reports import a_class, hostile, mixed


def class_text(reports):
    out = io.StringIO()
    show_class(reports, out)
    return out.getvalue()


def line_of(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(name))


def test_a_pipe_gets_one_plain_line_per_student():
    text = class_text(a_class())
    assert len(text.splitlines()) == 1 + 12 + 1
    assert "\x1b" not in text


def test_a_terminal_gets_colour_but_no_foreign_escapes():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    show_class([hostile()], out)
    assert "\x1b[2J" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_the_line_names_the_most_valuable_thing():
    text = class_text(a_class())
    assert "corr2d: flipped kernel (hint given)" in line_of(text, "Lucía")
    assert "nothing answered yet" in line_of(text, "Jonas")
    assert "everything passes" in line_of(text, "Noor")
    assert "it is not valid JSON" in line_of(text, "Mei")
    assert "1 check without a verdict" in line_of(text, "Priya")


def test_scores_and_counts_are_shown():
    line = line_of(class_text([mixed()]), "Amara")
    assert "43/100" in line
    assert "✓ 7  » 1  ✗ 3  ! 2  ◷ 1  ⊘ 1  → 2" in line


def test_one_student_sees_message_hint_and_input():
    out = io.StringIO()
    show_student(mixed(), out)
    text = out.getvalue()
    assert "✗ corr2d gives the same numbers as torch on a 5×7 image" in text
    assert "hint: Your kernel is flipped" in text
    assert "smallest failing input: corr2d(X of shape (2, 3), K of shape (1, 2))" in text


def test_staff_text_never_reaches_the_terminal():
    out = io.StringIO()
    show_student(hostile(), out)
    assert "SECRET-STAFF" not in out.getvalue()


def test_an_empty_class_is_no_error():
    assert "0 submissions" in class_text([])


def test_a_cell_that_stopped_is_told_before_the_checks_a_syntax_error_first():
    wrong = (("cell 2", "NameError: name x"), ("pad2d", "SyntaxError: expected :"))
    cells = tuple(CellRun(label, False, error) for label, error in wrong)
    out = io.StringIO()
    show_student(replace(mixed(), cells=cells), out)
    lines = out.getvalue().splitlines()
    told = [line.strip() for line in lines if line.strip().startswith("Cell ")]
    assert told == ["Cell pad2d stopped with SyntaxError: expected :.", "Cell 2 stopped with NameError: name x."]
    assert lines.index(f"  {told[0]}") < lines.index("Cross-correlation  9.33/14")


def test_what_ends_alike_is_told_once():
    out = io.StringIO()
    show_student(mixed(), out)
    assert out.getvalue().count("unsupported operand") == 1
