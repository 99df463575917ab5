"""The student's own function, changed in one place, passes: then that place is the hint, and never more than a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.box.box import Box
from autograder.box.zygote import Wall, Zygote
from autograder.course import load_course
from autograder.grading import repair
from autograder.grading.one import grade
from autograder.judge import diagnose
from autograder.judge.plugin import with_suite
from autograder.judge.repair.reading import definitions_of
from autograder.judge.repair.trials import Effect, Trials
from autograder.model import Report
from autograder.submission.handed_in import HandedIn
from autograder.submission.read import Cell
from tests.conftest import write_course
from tests.engine.grading.test_grade import RIGHT, notebook

ROOT = Path(__file__).resolve().parents[3]
CHECKS = '''\
import reference

from autograder.judge import check, expect


@check("double")
def test_double_is_twice(student, cases):
    """double gives twice its input"""
    x = cases.tensor(3, 4)
    expect(student.double(x)).to_match(reference.double(x))


@check("double", after="double_is_twice")
def test_double_of_a_vector(student, cases):
    """double takes a vector as well"""
    x = cases.tensor(5)
    expect(student.double(x)).to_match(reference.double(x))


@check("add")
def test_add_sums(student, cases):
    """add gives the sum"""
    a, b = cases.tensor(5), cases.tensor(5)
    expect(student.add(a, b)).to_match(reference.add(a, b))


@check("add")
def test_add_of_images(student, cases):
    """add takes images as well"""
    a, b = cases.tensor(5, 2), cases.tensor(5, 2)
    expect(student.add(a, b)).to_match(reference.add(a, b))
'''
REFERENCE = """\
def double(secret_of_ours):
    return 2 * secret_of_ours


def add(secret_of_ours, other):
    return other + secret_of_ours
"""
TWO_FUNCTIONS = {
    "tiny/notebook.py": (
        "# %% double_check",
        "def triple(x):\n    ### BEGIN SOLUTION\n    return x * 3\n    ### END SOLUTION\n\n# %% double_check",
    ),
    "tiny/reference.py": REFERENCE + "\n\ndef triple(x):\n    return x * 3\n",
    "tiny/test_tiny.py": CHECKS
    + '''

@check("double")
def test_triple_is_thrice(student, cases):
    """triple gives three times its input"""
    x = cases.tensor(3, 4)
    expect(student.triple(x)).to_match(reference.triple(x))
''',
    "tiny/mistakes.py": """\
from autograder.judge import mistake


@mistake("double", replaces="double", hint="Known.")
def thrice(x):
    return x * 3
""",
}
MANY_SLIPS = "def add(a, b):\n    a = a * a + 3\n    b = -b * b * b - 1\n    return (a - b) * 7"
STRANGE = "def double(x):\n    y = x.exp() + 7\n    z = y.sin() * y - 7\n    return z.cos() / y - y.sin()"
SUBTRACTS = "def add(a, b):\n    # the sum\n\n    return a - b"


@pytest.fixture(autouse=True)
def no_relations(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is so simple is told as a relation already; here, what comes after those."""
    monkeypatch.setattr(diagnose, "relations", lambda *_: iter(()))


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote.start(Wall()) as warm:
        yield warm


@pytest.fixture
def report(tmp_path, zygote) -> Callable[..., Report]:
    """`report(double="…")`: the Report of a notebook with these answers; nothing of it is in the catalogue."""

    def make(extra: str = "", show: str = "values", course: dict[str, object] | None = None, **answers: str) -> Report:
        toml = f'title = "Tiny"\n[feedback]\nshow = "{show}"\n'
        changes = {"tiny/test_tiny.py": CHECKS, "tiny/mistakes.py": "", "tiny/assignment.toml": toml}
        changes |= {"tiny/reference.py": REFERENCE} | (course or {})
        tiny = load_course(write_course(tmp_path, changes)).assignment("tiny")
        handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(RIGHT | answers, extra))
        return with_suite(tiny, lambda suite: grade(handed_in, suite, zygote))

    return make


def hints(report: Report) -> dict[str, str]:
    """Check → its hint, where it has one."""
    return {check.name: check.hint for check in report.checks if check.hint}


def test_one_line_that_repairs_all_failed_checks_is_named(report):
    said = "Look at line 4 of `add` (`return a - b`): the operator, and what stands on which side of it."
    assert hints(report(add=SUBTRACTS)) == {"add_sums": said, "add_of_images": said}


def test_the_edit_is_for_the_staff(report):
    found = report(add=SUBTRACTS).checks[2]
    assert found.staff == "Line 4 of add, changed so, passes:\n-    return a - b\n+    return a + b"
    assert "a + b" not in found.hint + found.message


def test_a_line_has_a_name_for_the_class_page(report):
    assert {check.mistake for check in report(add=SUBTRACTS).checks if check.hint} == {"line_operator"}


def test_where_only_shapes_are_shown_the_line_stands_alone(report):
    found = report(show="shapes", add=SUBTRACTS).checks[2]
    assert (found.hint, found.mistake) == ("Look at line 4 of `add` (`return a - b`).", "line")


def test_two_lines_of_which_only_both_repair_it_are_told_as_two(report):
    """Neither alone makes a check pass; one brings every answer nearer."""
    found = report(add="def add(a, b):\n    a = a * 3\n    b = b * 5\n    return a + b")
    first, second = "Look at line 2 of `add` (`a = a * 3`).", "Look at line 3 of `add` (`b = b * 5`)."
    assert set(hints(found).values()) == {f"Two things at once. {first} And: {second}"}
    assert {check.mistake for check in found.checks if check.hint} == {"line_and_line"}


def test_two_of_which_nobody_can_tell_which_are_none(report):
    """What the last line takes instead mends it as well as what the first two compute."""
    assert hints(report(add="def add(a, b):\n    c = a * 3\n    d = b * 5\n    return c + d")) == {}


def test_mistakes_that_no_two_edits_mend_are_no_line(report):
    assert hints(report(add=MANY_SLIPS)) == {}


def test_two_lines_that_each_repair_it_are_named_together(report):
    """Whether the one or the other has them the wrong way round, nobody can tell."""
    either = "def add(a, b):\n    low, high = b, a\n    first, second = low, high\n"
    either += "    left = 3 * (first - a) ** 2\n    right = 5 * (second - b) ** 2\n    return a + b + left + right"
    shown = "(`low, high = b, a` and `first, second = low, high`)"
    said = f"Look at line 2 and line 3 of `add` together {shown}: the order."
    assert set(hints(report(add=either)).values()) == {said}


def test_the_same_slip_in_two_lines_is_named_with_both(report):
    both = "def add(a, b):\n    left = a * 2 - a * 2\n    right = b * 2 - b * 2\n    return left / 4 + right / 4"
    shown = "(`left = a * 2 - a * 2` and `right = b * 2 - b * 2`)"
    assert set(hints(report(add=both)).values()) == {f"Look at line 2 and line 3 of `add` together {shown}."}


def test_three_places_are_no_line(report):
    """Any line may lose its sign."""
    assert hints(report(add="def add(a, b):\n    c = -b\n    d = -c\n    d = -d\n    return a + d")) == {}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("return a - b  # Ada's `best`", " (`return a - b`)"),
        ("return a - b + 0 * len('`')", ""),
        ("return a - b + 0 * len('\u202eabc')", " (`return a - b + 0 * len('‹U+202E›abc')`)"),
        (f"return a - b + 0 * {'1' * 60}", f" (`return a - b + 0 * {'1' * 40}…`)"),
        (f"return 0 * {'1' * 60} + a - b", f" (`…{'1' * 51} + a - b`)"),
        (f"return 0 * {'1' * 40} + a - b + 0 * {'1' * 40}", f" (`…{'1' * 24} + a - b + 0 * {'1' * 19}…`)"),
    ],
    ids=["a comment", "a quote", "what nobody sees", "a long line", "a slip at the end", "a slip in the middle"],
)
def test_the_line_is_quoted_as_it_stands_without_its_comment_and_safe_to_show(report, line, shown):
    (said,) = set(hints(report(show="shapes", add=f"def add(a, b):\n    {line}")).values())
    assert said == f"Look at line 2 of `add`{shown}."


def test_cells_that_no_answer_needs_are_not_run_again(report, monkeypatch):
    ran: list[str] = []
    runs = Box.run_cell

    def noted(box: Box, source: str, *others: object) -> object:
        ran.append(source)
        return runs(box, source, *others)

    costly = "def score(x):\n    return sum(range(x))\n\n\nfor x in range(5):\n    best = score(x)"
    monkeypatch.setattr(repair.Box, "run_cell", lambda box, *asked, **named: noted(box, *asked, *named.values()))
    assert hints(report(costly, add=SUBTRACTS))
    assert (ran.count(costly), ran.count(SUBTRACTS) > 1) == (1, True)


def test_what_passed_must_still_pass(report):
    """With 4 for 3 the images are right, and the vectors are wrong."""
    assert hints(report(add="def add(a, b):\n    n = a.ndim + 2\n    return a + b * n / 3")) == {}


def test_a_function_of_the_student_s_own_is_looked_at_as_well(report):
    helped = "def plus(a, b):\n    return a - b\n\n\ndef add(a, b):\n    return plus(a, b)"
    assert set(hints(report(add=helped)).values()) == {
        "Look at line 2 of `add` (`return a - b`): the operator, and what stands on which side of it."
    }


def test_a_function_in_a_cell_that_the_student_added_is_looked_at_too(report):
    found = hints(report("def add(a, b):\n    return a - b", add="def add(a, b):\n    return a + b"))
    said = "Look at line 2 of `cell 4` (`return a - b`): the operator, and what stands on which side of it."
    assert set(found.values()) == {said}


def test_the_budget_is_that_of_the_whole_submission(report, monkeypatch):
    """Once the edits are used up for one exercise, none is left for the next."""
    tried: list[object] = []
    passes = repair.Trials.repaired
    monkeypatch.setattr(repair.Trials, "repaired", lambda *asked: tried.append(asked) or passes(*asked))
    monkeypatch.setattr(repair, "EFFORT", 12 * repair.PER_QUESTION)
    monkeypatch.setattr(repair, "PAIRED", 8 * repair.PER_QUESTION)
    strange = "def double(x):\n    x = x + 3\n    x = x * x * x\n    return x - 1"
    assert hints(report(double=strange, add=SUBTRACTS)) == {}
    assert len(tried) <= 12 + 8


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.0, set()), (0.1, {"double_is_twice"}), (1.0, {"double_is_twice", "add_sums"})]
)
def test_all_functions_of_a_submission_have_one_budget_for_asking_again(report, monkeypatch, seconds, told):
    """A count of them went below nothing, and bounded nothing."""
    monkeypatch.setattr(repair, "ASKED", seconds)
    found = hints(report(add=SUBTRACTS, double="def double(x):\n    return x * 3"))
    assert found.keys() - {"add_of_images"} == told


def test_an_edit_of_what_draws_or_trains_counts_for_several(report):
    light, dear = (
        repair.Own(Cell("cell", source), definitions_of(source)["f"])
        for source in ("def f(x):\n    return x", "def f(x):\n    plt.plot(x)")
    )
    assert repair._effort([light]) * 5 < repair._effort([light, dear])


def test_an_edit_that_a_single_question_refutes_counts_for_less(report):
    light = repair.Own(Cell("cell", "def f(x):\n    return x"), definitions_of("def f(x):\n    return x")["f"])
    assert repair._effort([light], ask_little=True) * 2 < repair._effort([light])


def test_the_document_has_the_budgets_that_are_used():
    """An argument of what trains was told to be asked 19 times, when it was 4."""
    trains = "def f(x):\n    x.backward()"
    own = repair.Own(Cell("cell", trains), definitions_of(trains)["f"])
    asked = repair.PER_EDIT + repair.ASKED_ANEW * repair._dear([own])
    told = " ".join((ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8").split())
    for sentence in (
        f"{repair.MOST_TRIED} edits where a single question refutes most of them, "
        f"{round(repair.EFFORT / repair.PER_EDIT)} of other ordinary functions, about "
        f"{round(repair.EFFORT / repair._effort([own]), -1):.0f} of those that train",
        f"{round(repair.PAIRED / repair.PER_QUESTION)} where a single question refutes most of them, "
        f"{round(repair.PAIRED / repair.PER_EDIT)} of other ordinary functions, about "
        f"{round(repair.PAIRED / repair._effort([own]), -1):.0f} of those that train",
        f"{int(repair.COMPARED / repair.PER_EDIT)} ordinary ones for a submission, and "
        f"{int(repair.COMPARED / asked)} of a function that trains itself",
    ):
        assert sentence in told


def test_what_an_object_keeps_from_one_use_to_the_next_is_named_where_it_begins(report):
    keeps = "class Total:\n    def __init__(self):\n        self.total = 0\n\n    def of(self, numbers):\n"
    keeps += (
        "        for number in numbers:\n            self.total = self.total + number\n        return self.total\n\n\n"
    )
    keeps += "def add(a, b):\n    totals = Total()\n    return 0.5 * sum([totals.of([a, b]) for _ in range(2)])"
    said = "Look at line 3 of `add` (`self.total = 0`): does it begin anew each time?"
    assert set(hints(report(add=keeps)).values()) == {said}


def test_each_function_has_its_own_line(report):
    found = hints(report(add=SUBTRACTS, double="def double(x):\n    return x * 3"))
    assert found["double_is_twice"] == "Look at line 2 of `double` (`return x * 3`): the number."
    assert found["add_sums"].startswith("Look at line 4 of `add`")


def test_of_two_slips_in_one_function_one_is_told_where_it_repairs_a_check_alone(report, monkeypatch):
    """The other check fails as before; none that passed is broken."""
    monkeypatch.setattr(repair, "PAIRED", 0.0)
    both = "def double(x):\n    if x.ndim == 1:\n        return x * 7 + 1\n    return x * 3"
    course = {"tiny/test_tiny.py": CHECKS.replace('@check("double", after="double_is_twice")', '@check("double")')}
    said = "Look at line 4 of `double` (`return x * 3`): the number."
    assert hints(report(course=course, double=both)) == {"double_is_twice": said}


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ("values", "your answers are right wherever `x` has a single entry, and wrong only where it has several"),
        ("errors", "your answers are right wherever `x` has a single entry, and wrong only where it has several"),
        ("shapes", "whether your answers are right depends on `x` alone"),
    ],
)
def test_where_no_line_repairs_it_the_argument_that_it_depends_on_is_told(report, show, said):
    """Two slips in the loop, of which neither shows in a first row; of hidden inputs nothing where they stay hidden."""
    rows = "def double(x):\n    y = x * 2\n    for row in range(len(x)):\n        y[row] = y[row] + row * 7\n"
    rows += "    for row in range(len(x)):\n        y[row] = y[row] * (1 + row)\n    return y"
    course = {"tiny/test_tiny.py": CHECKS.replace('@check("double", after="double_is_twice")', '@check("double")')}
    course["tiny/reference.py"] = REFERENCE.replace("secret_of_ours", "x")
    found = report(show=show, course=course, double=rows)
    where = "look at how `x` is used in line 2, line 3 and line 5 of `double`."
    assert hints(found)["double_is_twice"] == f"As far as was tried, {said}: {where}"
    assert {check.mistake for check in found.checks if check.hint} == {"depends_on_x"}


@pytest.mark.parametrize(("seconds", "times"), [(0.04, 0), (0.1, 1), (1.0, 2)])
def test_a_whole_submission_has_one_budget_for_what_answers_depend_on(report, monkeypatch, seconds, times):
    """Each function had its own, and the reference was asked before it was counted: also where it trains."""
    asked: list[object] = []
    monkeypatch.setattr(repair, "probes_of", lambda *given: asked.append(given) or [])
    monkeypatch.setattr(repair, "COMPARED", seconds)
    report(double=STRANGE, add=MANY_SLIPS)
    assert len(asked) == times


def test_each_edit_is_first_asked_the_check_that_computes_least(report, monkeypatch):
    """That of fewer bytes was asked first, whatever it took to answer."""
    leads: list[str] = []
    monkeypatch.setattr(repair, "steps_of_work", lambda case, _: case.name == "add_sums")
    passes = repair.Trials._asked
    monkeypatch.setattr(repair.Trials, "_asked", lambda trials, *lead: leads.append(lead[0]) or passes(trials, *lead))
    assert hints(report(add=SUBTRACTS))
    assert leads[0] == "add_of_images"


def test_nothing_is_asked_of_arguments_where_no_answer_has_a_parameter_of_its_own(report, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(repair, "probes_of", lambda *given: asked.append(given) or [])
    report(add="def add(*both):\n    a = both[0] * both[0] + 3\n    b = -both[1] ** 3 - 1\n    return (a - b) * 7")
    assert not asked


def test_most_edits_are_asked_one_question_only(report, monkeypatch):
    asked: list[object] = []
    passes = repair.Trials._passes
    monkeypatch.setattr(repair.Trials, "_passes", lambda *given: asked.append(given) or passes(*given))
    monkeypatch.setattr(repair, "MOST_TRIED", 60)
    assert hints(report(double=STRANGE)) == {}
    assert len(asked) < 15


def test_nothing_is_tried_for_a_right_submission(report, monkeypatch):
    monkeypatch.setattr(repair, "_Search", None)
    assert report().score == 90.0


@pytest.mark.parametrize(
    "double",
    [
        "def double(x):\n    raise NotImplementedError()",
        "def twice(x):\n    return x * 2",
        "def double(x:",
        "double = lambda x: x * 3",
    ],
)
def test_nothing_is_tried_where_there_is_nothing_to_repair(report, monkeypatch, double):
    monkeypatch.setattr(repair.Trials, "repaired", None)
    assert hints(report(double=double)) == {}


def test_a_known_mistake_comes_first(report, monkeypatch):
    monkeypatch.setattr(repair, "is_unexplained", lambda *_: False)
    assert hints(report(add=SUBTRACTS)) == {}


def test_a_function_beside_a_known_mistake_has_its_line(report, monkeypatch):
    """Both in one exercise: what the catalogue explains is left alone, and the other one is not."""
    monkeypatch.setattr(repair, "MOST_TRIED", 40)
    both = "def double(x):\n    return x * 3\n\n\ndef triple(x):\n    return x * 4"
    told = hints(report(course=TWO_FUNCTIONS, double=both))
    said = "Look at line 6 of `double` (`return x * 4`): the number."
    assert told == {"double_is_twice": "Known.", "triple_is_thrice": said}


def test_the_same_submission_gets_the_same_hint(report):
    first, second = (report(add="def add(a, b):\n    return a * b + b - b") for _ in range(2))
    assert [check.staff for check in first.checks] == [check.staff for check in second.checks]


def test_nothing_of_ours_enters_the_box(report, monkeypatch):
    """Only what the student wrote, changed in one place, and the questions of the checks."""
    cells: list[str] = []
    asked: set[str] = set()
    run, ask = Box.run_cell, Box.ask
    kept = lambda box, source, *rest, **more: cells.append(source) or run(box, source, *rest, **more)  # noqa: E731
    monkeypatch.setattr(Box, "run_cell", kept)
    monkeypatch.setattr(Box, "ask", lambda box, request, *rest: asked.add(request["op"]) or ask(box, request, *rest))
    report(add=SUBTRACTS)
    starts = ("import torch", "def double(x):", "def add(a, b):", "_statements_that_ran")
    assert all(source.startswith(starts) for source in cells)
    assert not any(word in source for source in cells for word in ("reference", "cases", "secret_of_ours"))


def test_what_reaches_the_bound_is_silent(report, monkeypatch):
    monkeypatch.setattr(repair, "SECONDS", 0.0)
    assert hints(report(add=SUBTRACTS)) == {}


def test_once_the_time_of_all_searches_is_over_nothing_more_is_tried(report, monkeypatch):
    """Each edit would start a process that may not compute, and end it."""
    tried = []

    def takes_long(trials, changed, *_):
        tried.append(changed)
        trials.box.clock.spent += repair.SECONDS
        return Effect((), ())

    monkeypatch.setattr(Trials, "repaired", takes_long)
    assert hints(report(add=SUBTRACTS)) == {}
    assert len(tried) == 1
