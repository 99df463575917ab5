"""`convgrade prove`: what counts as an offence of a suite."""

from __future__ import annotations

import io
import itertools
import json
import os
from collections import Counter
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.authoring import prove as prove_module
from autograder.authoring.proof_set import (
    ALTERNATIVE,
    MISTAKE,
    PERFECT,
    UNTOUCHED,
    WITHOUT,
    Replacement,
    Variant,
    left_out,
    owners,
    proof_notebooks,
    share,
)
from autograder.authoring.prove import ProveOptions, judge, missing, prove, show
from autograder.course import load_course
from autograder.model import CellRun, CheckResult, ExerciseResult, Report, Verdict

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
WRONG = Variant(MISTAKE, "squared", b"", "double", "double")


def report(double: Verdict, add: Verdict, mistake: str = "", hint: str = "Multiply by 2.") -> Report:
    checks = [CheckResult("double", "twice", "", double, mistake=mistake, hint=mistake and hint)]
    others = [CheckResult("add", "sums", "", add)]
    scores = [60.0 * (double is PASSED), 40.0 * (add is PASSED)]
    exercises = (
        ExerciseResult("double", "", 60.0, scores[0], tuple(checks)),
        ExerciseResult("add", "", 40.0, scores[1], tuple(others)),
    )
    return Report("tiny", "", "", exercises)


def test_a_named_mistake_is_fine():
    assert judge(WRONG, report(FAILED, PASSED, "squared")) == []


@pytest.mark.parametrize(
    ("graded", "sentence"),
    [
        (report(PASSED, PASSED), "No point is lost."),
        (report(FAILED, FAILED, "squared"), "Points are also lost in add."),
        (report(FAILED, PASSED), "Not recognised; failing check: twice."),
        (report(FAILED, PASSED, "halved"), "Not recognised (diagnosed as halved); failing check: twice."),
        (report(FAILED, PASSED, "squared", hint=""), "Not recognised (diagnosed as squared); failing check: twice."),
        (replace(report(FAILED, PASSED, "squared"), problem="no."), "It could not be graded: no."),
    ],
)
def test_a_weak_suite_is_told(graded, sentence):
    assert judge(WRONG, graded) == [sentence]


def test_a_strict_suite_is_told():
    other = Variant(ALTERNATIVE, "double__add", b"", "double", "double")
    assert judge(other, report(FAILED, PASSED)) == ["The check twice is failed: "]
    assert judge(other, report(PASSED, PASSED)) == []


def test_what_stands_in_a_shared_notebook_answers_for_its_exercise_only():
    beside = replace(WRONG, alone=False)
    assert judge(beside, report(FAILED, FAILED, "squared")) == []
    assert judge(beside, report(PASSED, FAILED)) == ["No point is lost."]


def test_an_exercise_that_leans_on_another_is_told():
    undone = Variant(WITHOUT, "double", b"", "double", undone=("double",))
    assert judge(undone, report(FAILED, PASSED)) == []
    assert judge(undone, report(FAILED, FAILED)) == ["add depends on double: sums fails."]


@pytest.mark.parametrize("number", range(12))
def test_every_exercise_is_graded_without_every_other(number):
    names = [f"{name}" for name in range(number)]
    sets = left_out(names)
    apart = {(name, other) for undone in sets for other in undone for name in names if name not in undone}
    assert apart == set(itertools.permutations(names, 2))
    assert len(sets) <= 6


def test_mistakes_of_different_exercises_share_a_notebook(sample_course):
    minus = '\n@mistake("add", replaces="add", hint="Add them.")\ndef minus(a, b):\n    return a - b\n'
    root = sample_course({"tiny/mistakes.py": ("return x**2\n", f"return x**2\n{minus}")})
    assignment = load_course(root).assignment("tiny")
    shared = [variant for variant in proof_notebooks(assignment, together=True) if variant.kind == MISTAKE]
    assert [variant.alone for variant in shared] == [False, False]
    assert len({variant.raw for variant in shared}) == 1
    assert len({variant.raw for variant in proof_notebooks(assignment) if variant.kind == MISTAKE}) == 2


def test_a_right_notebook_runs_without_a_word():
    stopped = replace(report(PASSED, PASSED), cells=(CellRun("cell 3", ok=False, error="NameError"),), notes=("Hm.",))
    assert judge(Variant(PERFECT, PERFECT, b""), stopped) == [
        "The cell cell 3 stops with NameError",
        "A correct notebook triggers a note: Hm.",
    ]


def test_an_untouched_notebook_passes_nothing():
    untouched = Variant(UNTOUCHED, UNTOUCHED, b"")
    assert judge(untouched, report(PASSED, FAILED)) == ["The check twice passes on the untouched notebook."]
    assert judge(untouched, report(FAILED, FAILED)) == []


def test_an_ungraded_check_is_told():
    assert "ungraded" in judge(WRONG, report(Verdict.UNGRADED, PASSED))[0]


def test_a_mistake_stands_in_its_cell_only(sample_course):
    assignment = load_course(sample_course()).assignment("tiny")
    wrong = next(variant for variant in proof_notebooks(assignment) if variant.kind == MISTAKE)
    sources = {cell["id"]: cell["source"] for cell in json.loads(wrong.raw)["cells"]}
    assert (wrong.exercise, wrong.function) == ("double", "double")
    assert "x ** 2" in sources["double"]
    assert sources["add"] == "def add(a, b):\n    return a + b"


def test_helpers_of_an_answer_are_nobodys(sample_course):
    root = sample_course({"tiny/notebook.py": ("    twice = x * 2", "    def two(): return 2\n    twice = x * two()")})
    assert owners(load_course(root).assignment("tiny")) == {"double": "double", "add": "add"}


def test_a_mistake_of_a_method_is_one_of_its_class(sample_course):
    assignment = load_course(sample_course()).assignment("tiny")
    made = [Variant(MISTAKE, "late", b"", "double", "double.late"), Variant(MISTAKE, "minus", b"", "add", "add")]
    assert {offence.variant.kind for offence in missing(assignment, made)} == {ALTERNATIVE}


def made(kind: str, exercise: str, number: int, source: str = "") -> Replacement:
    return Replacement(kind, f"{exercise}{number}", exercise, exercise, source)


def test_a_share_keeps_every_right_solution_and_of_every_exercise_a_mistake():
    right = [made(ALTERNATIVE, "double", number) for number in range(9)]
    kept = share([*right, made(MISTAKE, "add", 0), *(made(MISTAKE, "double", number) for number in range(9))], 3)
    assert kept[:9] == right
    assert Counter(each.exercise for each in kept[9:]) == {"add": 1, "double": 3}


def test_over_its_changes_a_share_has_every_mistake():
    versions = [[made(MISTAKE, "double", number, f"{change}") for number in range(10)] for change in range(40)]
    assert {each.name for some in versions for each in share(some, 3)} == {each.name for each in versions[0]}


def test_a_whole_course_is_proved(sample_course):
    root = sample_course({"tiny/alternatives.py": "def double__add(x):\n    return x + x\n"})
    proof = prove(load_course(root).assignment("tiny"), ProveOptions(jobs=1))
    assert [str(offence.variant) for offence in proof.offences] == [
        "double › double › alternative › (none)", "add › add › alternative › (none)", "add › add › mistake › (none)",
    ]  # fmt: skip
    assert (proof.counts(MISTAKE, "double"), proof.counts(ALTERNATIVE, "double")) == ((1, 1), (1, 1))
    out = io.StringIO()
    show(proof, Console(file=out, width=100))
    assert "3 problems found." in out.getvalue()


THREE = {  # exercises, of which the third has no other right solution
    "tiny/notebook.py": (
        '# %% [markdown] why role="manual" points=10 title="Why?"\n# Because I say so.\n',
        '# %% half role="solution"\ndef half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION\n\n'
        '# %% half_check role="check" points=10 title="Halving"\nassert half(4) == 2\n',
    ),
    "tiny/reference.py": ("def add", "def half(x):\n    return x / 2\n\n\ndef add"),
    "tiny/test_tiny.py": (
        '@check("add")',
        '@check("half")\ndef test_half_is_half(student):\n    """half gives half"""\n'
        '    expect(student.half(4.0)).to_match(2.0)\n\n\n@check("add")',
    ),
    "tiny/alternatives.py": "def double__add(x):\n    return x + x\n\n\ndef add__sum(a, b):\n    return sum([a, b])\n",
}


def test_of_right_solutions_that_share_a_notebook_only_their_exercises_are_judged(sample_course, monkeypatch):
    """What they do to the others nobody asks: they have another round for each right solution of the longest list."""
    kept = {}

    def graded(jobs, *_):
        for job in jobs:
            checks = Report.from_json(job.extra["kept"]).checks if job.extra else ()
            assert all(check.verdict is PASSED for check in checks)
            kept[job.student.split(" › ")[-2 if " › " in job.student else -1]] = [check.name for check in checks]
            yield report(PASSED, PASSED)

    monkeypatch.setattr(prove_module, "grade_all", graded)
    prove(load_course(sample_course(THREE)).assignment("tiny"), ProveOptions(jobs=1, together=True))
    assert kept.pop(ALTERNATIVE) == ["half_is_half"]
    assert not any(kept.values())
    assert {PERFECT, UNTOUCHED, WITHOUT, MISTAKE} <= kept.keys()


def test_a_change_is_proved_again(sample_course, monkeypatch, capsys):
    root, proved = sample_course(), []
    path = root / "solutions/tiny/mistakes.py"
    texts = iter(["this is no Python", path.read_text()])
    monkeypatch.setattr(prove_module, "run", lambda assignment, options: proved.append(assignment.slug))
    monkeypatch.setattr(prove_module.time, "sleep", lambda _: None)

    def stop() -> bool:
        changed = next(texts, None) if proved else ""
        if changed:
            path.write_text(changed)
            os.utime(path, ns=(len(changed), len(changed)))
        return changed is None

    prove_module.keep_proving(root, "tiny", ProveOptions(jobs=1), stop=stop)
    assert proved == ["tiny", "tiny"]
    assert "is not valid Python" in capsys.readouterr().out
