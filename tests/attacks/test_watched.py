"""Functions that behave only while they are watched earn what they compute under the ban, which is always there."""

from pathlib import Path
from unittest import mock

import pytest

from autograder.authoring.variants import with_solution
from autograder.box.zygote import Wall
from autograder.course import load_course
from autograder.grading import one
from autograder.grading.worker import in_a_fork, zygote_for
from autograder.judge.plugin import with_suite
from autograder.model import CheckResult, Report, Verdict
from autograder.submission.handed_in import HandedIn

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(1500)  # each assignment is graded eight times
BANNED = {  # function: its parameters, what it would do if nobody looked, and its exercise
    "a1_convolution": {
        "corr2d": ("X, K", "F.conv2d(X[None, None], K[None, None])[0, 0]"),
        "pad2d": ("x, left, right, top, bottom, value=0.0", "F.pad(x, (left, right, top, bottom), value=value)"),
        "conv2d": ("x, weight, bias=None, stride=1, padding=0", "F.conv2d(x, weight, bias, stride, padding)"),
    },
    "a2_pooling_im2col": {
        "pool2d": (
            "x, kernel, stride=None, padding=0, mode='max', count_include_pad=True",
            "F.max_pool2d(x, kernel, stride, padding)",
        ),
        "im2col": ("x, kernel, stride=1, padding=0", "F.unfold(x, kernel, 1, padding, stride)"),
        "conv_transpose2d": (
            "x, weight, bias=None, stride=1, padding=0, output_padding=0",
            "F.conv_transpose2d(x, weight, bias, stride, padding, output_padding)",
        ),
    },
}
TEMPLATE = """
def {name}({parameters}):
    import inspect, os, threading, torch, torch.nn.functional as F
    values = [value for value in locals().values() if isinstance(value, torch.Tensor)]
    work, nothing = lambda: {work}, lambda: values[0] * 0
    state = {name}.__dict__
    state["calls"] = state.get("calls", 0) + 1
    {body}
"""
OPERATORS = "('aten::convolution', 'aten::constant_pad_nd', 'aten::max_pool2d_with_indices', 'aten::im2col')"
LOOK = "torch._C._dispatch_has_kernel_for_dispatch_key(name, 'BackendSelect')"
WATCHFUL = {
    "asks the dispatcher": f"return nothing() if any({LOOK} for name in {OPERATORS}) else work()",
    "tries": "try: return work()\n    except BaseException: return nothing()",
    "guesses by the size": "return nothing() if max(values[0].shape) <= 4 else work()",
    "is honest at first": "return nothing() if state['calls'] <= 9 else work()",
    "in a thread": "kept = []\n    def call():\n        try: kept.append(work())\n        except BaseException: pass\n"
    "    thread = threading.Thread(target=call); thread.start(); thread.join()\n"
    "    return kept[0] if kept else nothing()",
    "compiled": "try: return torch.compile(work, backend='eager')()\n    except BaseException: return nothing()",
    "in a child": "if not (child := os.fork()):\n        try: work()\n        finally: os._exit(0)\n"
    "    os.waitpid(child, 0)\n    return nothing()",
}


@pytest.fixture(scope="module", params=BANNED)
def grading(request):
    """Grades a notebook whose banned functions have this body: points by exercise."""
    assignment = load_course(ROOT).assignment(request.param)

    def serve(suite):
        suite.mistakes = ()  # why something failed is nobody's question here: points are, and no hint moves them
        others = [check for check in assignment.checks if check.exercise not in BANNED[request.param]]
        kept = {check.name: CheckResult(check.exercise, check.name, check.title, Verdict.PASSED) for check in others}

        def banned_only(suite, ask):
            return tuple(suite.verdicts_of(ask, kept)[0].values())

        def grade(body):
            functions = BANNED[request.param].items()
            written = {
                name: TEMPLATE.format(name=name, parameters=parameters, work=work, body=body)
                for name, (parameters, work) in functions
            }
            handed_in = HandedIn("ada", "ada.ipynb", "key", with_solution(assignment, written))
            report = Report.from_json(in_a_fork(handed_in, suite, zygote, banned_only).decode())
            return {exercise.name: exercise.score for exercise in report.exercises if exercise.name in written}

        honest = grade("return nothing()")
        return honest, {name: grade(body) for name, body in WATCHFUL.items()}

    with zygote_for(assignment, Wall()) as zygote, mock.patch.object(one, "pinpointed", lambda results, _: results):
        return with_suite(assignment, serve)


def test_a_function_that_notices_the_ban_earns_what_it_computes_under_it(grading):
    honest, watchful = grading
    gained = {name for name, points in watchful.items() for exercise in honest if points[exercise] > honest[exercise]}
    assert gained == set()
    assert max(honest.values()) < 6  # with the other functions of the exercise, which are right
