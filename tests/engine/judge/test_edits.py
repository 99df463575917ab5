"""Edits of a student's definition: always Python, never twice, always the same, never too many."""

from __future__ import annotations

import ast
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.authoring.holes.mutants import REMOVED, mutants_of
from autograder.authoring.variants import answers
from autograder.course import load_course
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.edits import Edit, difference, edits_of
from autograder.judge.repair.lasting import FAR
from autograder.judge.repair.reading import MAX_CHARACTERS, code_of_definition, definitions_of
from autograder.judge.repair.watched import NOTES, lines_that_ran, watched

ROOT = Path(__file__).resolve().parents[3]
COURSE = load_course(ROOT)
DEFINITIONS = [
    node
    for assignment in COURSE.assignments
    for source in answers(assignment).values()
    for node in definitions_of(source).values()
]
BOMBS = {
    "brackets": "def f(x):\n    return " + "(" * 5000 + "x" + ")" * 5000,
    "signs": "def f(x):\n    return " + "-" * 9000 + "x",
    "a sum": "def f(x):\n    return " + "x + " * 4000 + "x",
    "attributes": "def f(x):\n    return x" + ".a" * 9000,
    "blocks": "def f(x):\n" + "".join(f"{' ' * depth}if x:\n" for depth in range(1, 99)) + " " * 99 + "return x",
    "a long list": "def f(x):\n    return [" + "x, " * 6000 + "x]",
    "a long text": "def f(x):\n    return x\n" + "#" * MAX_CHARACTERS,
    "a number": "def f(x):\n    return " + "9" * 9000,
    "functions": "".join(f"{' ' * depth}def f(x):\n" for depth in range(99)) + " " * 99 + "return x",
}


def repairs(wrong: str, right: str) -> list[Edit]:
    """The edits of `wrong` that make `right` of it."""
    (wanted,) = (code_of_definition(node) for node in definitions_of(right).values())
    return [edit for node in definitions_of(wrong).values() for edit in edits_of(node) if edit.source == wanted]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DEFINITIONS), st.integers(1, 60))
def test_an_edit_is_another_program_each_time_and_the_definition_stays(definition, most):
    before = code_of_definition(definition)
    sources = [edit.source for edit in edits_of(definition, most)]
    assert len({before, *sources}) == len(sources) + 1 <= most + 1
    assert all(ast.parse(source) for source in sources)
    assert code_of_definition(definition) == before
    assert [edit.source for edit in edits_of(definition, most)] == sources


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DEFINITIONS), st.integers(1, 40))
def test_an_edit_names_a_line_of_the_definition(definition, most):
    lines = range(definition.lineno, (definition.end_lineno or 0) + 1)
    assert all(edit.line in lines and edit.statement in lines for edit in edits_of(definition, most))


@pytest.mark.parametrize(
    ("wrong", "right", "line", "aspect"),
    [
        ("y = x[i]", "y = x[i + 1]", 2, Aspect.INDEX),
        ("y = x.sum(dim=0)", "y = x.sum(dim=1)", 2, Aspect.AXIS),
        ("y = x < i", "y = x <= i", 2, Aspect.COMPARISON),
        ("y = f(x, i)", "y = f(i, x)", 2, Aspect.ORDER),
        ("y = x - i", "y = x + i", 2, Aspect.OPERATOR),
        ("y = x", "y = -x", 2, Aspect.SIGN),
        ("y = x - i // 2", "y = x - (i - 1) / 2", 2, Aspect.ROUNDING),
        ("y = x - (i - 1) // 2", "y = x - i / 2", 2, Aspect.ROUNDING),
        ("y.backward()\n    x -= x.grad", "x.grad = None\n    y.backward()\n    x -= x.grad", 2, Aspect.MISSING),
        ("y = math.floor(x)", "y = math.ceil(x)", 2, Aspect.ROUNDING),
        ("y = x - x.max()", "y = x - x.amax(dim=-1, keepdim=True)", 2, Aspect.AXIS),
        ("y = x.reshape(9, -1).T", "y = x.reshape(-1, 9)", 2, Aspect.ORDER),
        ("y = x.reshape(-1, 9)", "y = x.reshape(9, -1).T", 2, Aspect.ORDER),
        ("y = list({e for e in x})", "y = list(dict.fromkeys((e for e in x)))", 2, Aspect.ORDER),
        ("y = list(set(x))", "y = list(sorted(set(x)))", 2, Aspect.ORDER),
        ("y = x.new_zeros(3, 4)", "y = x.new_full((3, 4), y)", 2, Aspect.VALUE),
        ("y = torch.linspace(0, 1, 50)", "y = torch.linspace(0, 1, 5000)", 2, Aspect.RANGE),
        ("y = sum(x) != 1", "y = abs(sum(x) - 1) > 1e-06", 2, Aspect.COMPARISON),
        ("y = x", "y = x.clone()", 2, Aspect.MISSING),
        ("y = 0\n    y = x", "y = 0\n    y += x", 3, Aspect.ASSIGNMENT),
        ("y = x // i + 1", "y = -(-x // i)", 2, Aspect.ROUNDING),
        ("y = int(x / i) + 1", "y = (x - 1) // i + 1", 2, Aspect.ROUNDING),
        ("y = x + (i - 1)", "y = i * (x - 1) + 1", 2, Aspect.OPERATOR),
        ("y = x + i - 1", "y = x * (i - 1) + 1", 2, Aspect.OPERATOR),
        ("y = x * i", "y = i * (x - 1) + 1", 2, Aspect.OPERATOR),
        ("y = (x - i) / y / 255", "y = (x / 255 - i) / y", 2, Aspect.OPERATOR),
        ("y = (x / 255 - i) / y", "y = (x - i) / y / 255", 2, Aspect.OPERATOR),
        ("a = x.mean(dim=(2, 3))\n    y = x - a", "a = x.mean(dim=(1, 2, 3))\n    y = x - a", 2, Aspect.AXIS),
        ("a = x.mean(dim=(0, 2, 3))\n    y = x - a", "a = x.mean(dim=(2, 3))\n    y = x - a", 2, Aspect.AXIS),
        ("i = (-2, -1)\n    y = x.sum(i)", "i = tuple(range(1, x.ndim))\n    y = x.sum(i)", 2, Aspect.AXIS),
        ("y = [x]", "y = []", 2, Aspect.EXTRA),
        ("y = f'{x}#{i}'", "y = f'{x}#{i + 1}'", 2, Aspect.VALUE),
        ("y = f'{i + 1} of {x}'", "y = f'{i} of {x}'", 2, Aspect.VALUE),
        ("y = g(low=x, high=i)", "y = g(low=i, high=x)", 2, Aspect.ORDER),
        ("y = x.T", "y = x", 2, Aspect.EXTRA),
        ("y, i = x.shape[-2:]", "i, y = x.shape[-2:]", 2, Aspect.ORDER),
        ("y = x[-i:]", "y = x[:i]", 2, Aspect.INDEX),
        ("y = [i * (e + 1) for e in range(i)]", "y = [x // i * (e + 1) for e in range(i)]", 2, Aspect.NAME),
        ("y = x\n    y = y.relu()", "y = x", 3, Aspect.EXTRA),
        ("for k in range(i):\n        y = x", "for k in range(1, i):\n        y = x", 2, Aspect.RANGE),
        ("for k in x:\n        y = 0\n        y += k", "y = 0\n    for k in x:\n        y += k", 3, Aspect.MOVED),
        (
            "for k in x:\n        if k:\n            y = k\n        return y",
            "for k in x:\n        if k:\n            y = k\n    return y",
            5,
            Aspect.MOVED,
        ),
        (
            "for k in x:\n        if k:\n            i = k\n        else:\n            y = 1",
            "for k in x:\n        if k:\n            i = k\n    y = 1",
            6,
            Aspect.MOVED,
        ),
        (
            "for k in x:\n        for j in k:\n            i += j\n            y = i",
            "for k in x:\n        for j in k:\n            i += j\n    y = i",
            5,
            Aspect.MOVED,
        ),
        (
            "y = 0\n    i = 1\n    for k in x:\n        y += k",
            "i = 1\n    for k in x:\n        y = 0\n        y += k",
            2,
            Aspect.MOVED,
        ),
        (
            "for k in x:\n        if k:\n            y = k",
            "for k in x:\n        if k:\n            y = k\n            break",
            2,
            Aspect.MISSING,
        ),
        (
            "if x:\n        y = 1\n    if i:\n        y = 2",
            "if x:\n        y = 1\n    elif i:\n        y = 2",
            2,
            Aspect.CONDITION,
        ),
        ("y = g(x, i)\n    y = y + g(y, i)", "y = g(i, x)\n    y = y + g(i, y)", 2, Aspect.ORDER),
        ("h, w = x\n    y = h[i] + 2 * w", "h, w = x\n    y = w[i] + 2 * h", 3, Aspect.NAME),
        ("y = x if i else 0", "y = 0 if i else x", 2, Aspect.CONDITION),
        ("y = f'{x} / {i}'", "y = f'{i} / {x}'", 2, Aspect.ORDER),
        ("y = (x - i).mean()", "y = ((x - i) ** 2).mean()", 2, Aspect.MISSING),
        ("y = x in i", "y = not x in i", 2, Aspect.CONDITION),
        ("y = 0", "y = -float('inf')", 2, Aspect.VALUE),
        ("y = x[:i]", "y = x[-i:]", 2, Aspect.INDEX),
        ("y = x.max(1)", "y = x.argmax(1)", 2, Aspect.CALL),
        ("y = list(x)", "y = sorted(list(x))", 2, Aspect.MISSING),
        (
            "if x + y > i or y + x > i:\n        y = 1",
            "if x + y >= i or y + x >= i:\n        y = 1",
            2,
            Aspect.COMPARISON,
        ),
        (
            "if 0 <= x <= i and 0 <= y <= i:\n        y = 1",
            "if 0 <= x < i and 0 <= y < i:\n        y = 1",
            2,
            Aspect.COMPARISON,
        ),
        (
            "for k in range(x):\n        for j in range(i):\n            y += k",
            "for k in range(x + 1):\n        for j in range(i + 1):\n            y += k",
            2,
            Aspect.RANGE,
        ),
        (
            "for k in range(x):\n        if k:\n            return k",
            f"for k in range(x + {FAR}):\n        if k:\n            return k",
            2,
            Aspect.RANGE,
        ),
        ("for k in range(x):\n        y += k", "for k in range(x - i + 1):\n        y += k", 2, Aspect.RANGE),
        (
            "i = x.mean(dim=(-2, -1))\n    y = x.std(dim=(-2, -1)).clamp(1)",
            "i = x.mean(dim=tuple(range(1, x.ndim)))\n    y = x.std(dim=tuple(range(1, x.ndim))).clamp(1)",
            2,
            Aspect.AXIS,
        ),
        (
            "i = torch.rand(1, generator=optim)\n    y = torch.randint(9, (1,))",
            "i = torch.rand(1, generator=optim)\n    y = torch.randint(9, (1,), generator=optim)",
            3,
            Aspect.ARGUMENT,
        ),
        (
            "i = x > 0\n    y = x - x.amax(1)",
            "i = x > 0\n    x = x.masked_fill(~i, -float('inf'))\n    y = x - x.amax(1)",
            3,
            Aspect.MISSING,
        ),
        (
            "y = x[:i]\n    y = [k for k in y if k]",
            "y = x\n    y = [k for k in y if k]\n    y = y[:i]",
            2,
            Aspect.MOVED,
        ),
        (
            "y = [k + i for k in x[:-1]]\n    y.append(i)",
            "y = [k + i for k in x[1:]]\n    y.insert(0, i)",
            2,
            Aspect.ORDER,
        ),
        ("y = [x[:k] for k in i]", "y = list(x.split(i))", 2, Aspect.RANGE),
        (
            "b = 0\n    for k in i:\n        y += x[b:b + k]",
            "b = 0\n    for k in i:\n        y += x[b:b + k]\n        b += k",
            3,
            Aspect.MISSING,
        ),
        (
            "for k in x:\n        if k:\n            warnings.warn('no')",
            "_told = []\n    for k in x:\n        if k:\n            if not _told:\n                _told.append(1)\n"
            "                warnings.warn('no')",
            4,
            Aspect.MOVED,
        ),
        ("y = (x - i).sum() / len(i)", "y = (x - i).mean()", 2, Aspect.OPERATOR),
        ("if x % i:\n        raise ValueError", "if x % i or y % i:\n        raise ValueError", 2, Aspect.CONDITION),
        ("y = F.relu(x * i).sum(1)", "y = F.relu((x * i).sum(1))", 2, Aspect.ORDER),
        ("y = x.sqrt() + i", "y = (x + i).sqrt()", 2, Aspect.ORDER),
        ("y = (x + i).sqrt()", "y = x.sqrt() + i", 2, Aspect.ORDER),
        ("y /= len(x)", "y /= x.numel()", 2, Aspect.VALUE),
        ("y = x.mean()", "y = x.mean(dim=(2, 3))", 2, Aspect.AXIS),
        ("y = x.sum(dim=-1)", "y = x.sum(dim=(-2, -1))", 2, Aspect.AXIS),
        ("y = x.squeeze()", "y = x.squeeze(1)", 2, Aspect.AXIS),
        ("y = x[i]", "y = x[:, i]", 2, Aspect.AXIS),
        ("y = torch.einsum('bc,oc->ob', x, i)", "y = torch.einsum('bc,oc->bo', x, i)", 2, Aspect.ORDER),
        ("y = x @ i", "y = x @ i.mT", 2, Aspect.MISSING),
        ("y = x.flatten(2)", "y = x.mT.flatten(2)", 2, Aspect.MISSING),
        ("y = x + i", "y = x + 2 * i", 2, Aspect.OPERATOR),
        ("i = x // y\n    y = x % y", "i = x % y\n    y = x // y", 2, Aspect.NAME),
        ("y = i or x", "y = x if i is None else i", 2, Aspect.CONDITION),
        ("y = x.clamp(min=0)", "y = x.clamp(max=0)", 2, Aspect.ARGUMENT),
        ("x *= i\n    y = x", "x = x.clone()\n    x *= i\n    y = x", 2, Aspect.MISSING),
        ("i = x > 1\n    y = y[i]", "i = x > 1\n    y = y[~i]", 3, Aspect.CONDITION),
        ("y = x.max(1)", "y = x.max(1)[0]", 2, Aspect.INDEX),
        ("y = x.max(1).values", "y = x.max(1).indices", 2, Aspect.NAME),
        ("y = i % x == 0", "y = (i + 1) % x == 0", 2, Aspect.VALUE),
        ("y = (x - i).mean()", "y = (x - i).mean() * 2", 2, Aspect.MISSING),
        ("y = x - i", "y = (x - i) / 2", 2, Aspect.MISSING),
        ("n = 3\n    y = x - i", "n = 3\n    y = (x - i) / n", 3, Aspect.MISSING),
        ("y = x.sum()", "y = x.sum() / len(i)", 2, Aspect.MISSING),
        ("y = x.var() + i", "y = (x.var() + i) ** 0.5", 2, Aspect.MISSING),
        ("y = x - i", "y = max(x - i, 0)", 2, Aspect.MISSING),
        ("y = torch.unique(x)", "y = torch.unique(x).flip(0)", 2, Aspect.ORDER),
        (
            "for k in sorted(x):\n        y += k",
            "for k in sorted(x, reverse=True):\n        y += k",
            2,
            Aspect.ARGUMENT,
        ),
        ("y = 0 < x < i", "y = 0 <= x <= i", 2, Aspect.COMPARISON),
        ("if i:\n        y = x\n    else:\n        y = 0", "y = 0", 2, Aspect.CONDITION),
        ("if x % i:\n        x += 1", "while x % i:\n        x += 1", 2, Aspect.CONDITION),
        ("y = F.relu(F.avg_pool2d(x, 2))", "y = F.avg_pool2d(F.relu(x), 2)", 2, Aspect.ORDER),
        ("y = F.relu(x)", "y = F.leaky_relu(x)", 2, Aspect.CALL),
        ("y = F.mse_loss(x, i)", "y = F.l1_loss(x, i)", 2, Aspect.CALL),
        ("optim.step()\n    y.backward()", "optim.step()\n    optim.zero_grad()\n    y.backward()", 3, Aspect.MISSING),
        ("if x:\n        y = i", "if x is not None:\n        y = i", 2, Aspect.CONDITION),
        ("y = x[:, i].sum()", "y = x[range(len(x)), i].sum()", 2, Aspect.INDEX),
        ("y = torch.sigmoid(x[:, 1])", "y = torch.softmax(x, -1)[:, 1]", 2, Aspect.CALL),
        ("y = x[:, 1].sigmoid()", "y = torch.softmax(x, -1)[:, 1]", 2, Aspect.CALL),
        ("y = (x - i) / y.clamp(min=1)", "y = (x - i) / (y - i).clamp(min=1)", 2, Aspect.OPERATOR),
        ("y = (x - i) / y", "y = (x - i) / (y - i)", 2, Aspect.OPERATOR),
        ("y = torch.bincount(x)", "y = torch.bincount(x, minlength=y)", 2, Aspect.ARGUMENT),
        ("y = np.histogram(x, bins=y)", "y = np.histogram(x, bins=y, range=(0, y))", 2, Aspect.ARGUMENT),
        ("y = x.reshape(9, 1)", "y = x.transpose(0, 1).reshape(9, 1)", 2, Aspect.MISSING),
        ("y = torch.optim.LBFGS([x], max_iter=50)", "y = torch.optim.LBFGS([x], max_iter=1000)", 2, Aspect.VALUE),
        ("for k in range(50):\n        y = i", "for k in range(1000):\n        y = i", 2, Aspect.VALUE),
        (
            "for k in x:\n        if k < i:\n            return k\n        y = k",
            "for k in x:\n        if k < i:\n            continue\n        y = k",
            3,
            Aspect.ENDS,
        ),
        (
            "while y:\n        if i < y:\n            break\n        x[i] = y\n        i += 1",
            "while y:\n        if not i < y:\n            x[i] = y\n        i += 1",
            3,
            Aspect.ENDS,
        ),
        (
            "for k in x:\n        y = (y + k) / 2",
            "for k in x:\n        y = (y + k) / 1\n    y = y / len(x)",
            3,
            Aspect.WEIGHT,
        ),
        (
            "for a, k in x:\n        i.append(g(a, k))",
            "for a, k in x:\n        i.extend([g(a, k)] * len(k))",
            3,
            Aspect.WEIGHT,
        ),
        (
            "for a, k in x:\n        b = g(a, k)\n        y += b",
            "_parts = _items = 0\n    for a, k in x:\n        b = g(a, k)\n        y += b * len(k)\n"
            "        _parts += 1\n        _items += len(k)\n    y *= _parts / max(_items, 1)",
            4,
            Aspect.WEIGHT,
        ),
        (
            "random.seed(i)\n    y = random.random()",
            "_kept = random.getstate()\n    try:\n        random.seed(i)\n        y = random.random()\n"
            "        return y\n    finally:\n        random.setstate(_kept)",
            2,
            Aspect.OTHERS,
        ),
        (
            "torch.manual_seed(i)\n    y = torch.rand(3)",
            "_own = torch.Generator().manual_seed(i)\n    y = torch.rand(3, generator=_own)",
            2,
            Aspect.OTHERS,
        ),
        (
            "np.random.seed(i)\n    y = np.random.permutation(x)",
            "_own = np.random.RandomState(i)\n    y = _own.permutation(x)",
            2,
            Aspect.OTHERS,
        ),
        ("n = 0\n    y += x\n    n = i", "n = 0\n    y += x\n    n += i", 4, Aspect.ASSIGNMENT),
        ("h, w = x\n    kw = i\n    y = kw", "h, w = x\n    kw = i\n    y = w", 4, Aspect.NAME),
        (
            "x.append(i)\n    y.append(i)\n    n = y[-3:]",
            "x.append(i)\n    y.append(i)\n    n = x[-3:]",
            4,
            Aspect.NAME,
        ),
        (
            "h = g(x)\n    y = x(1)\n    h.remove()",
            "h = g(x)\n    try:\n        y = x(1)\n    finally:\n        h.remove()",
            4,
            Aspect.MOVED,
        ),
        (
            "try:\n        y = x(1)\n        i.remove()\n    finally:\n        y = 0",
            "try:\n        y = x(1)\n    finally:\n        i.remove()\n        y = 0",
            4,
            Aspect.MOVED,
        ),
    ],
)
def test_a_slip_is_repaired_where_it_is(wrong, right, line, aspect):
    head = "def f(x, i, y, optim):\n    "
    rest = "" if right.endswith("_kept)") else "\n    return y"
    first = repairs(f"{head}{wrong}\n    return y", f"{head}{right}{rest}")[0]
    assert (first.line, first.aspect) == (line, aspect)


def test_random_numbers_are_drawn_with_a_seed_that_nobody_used():
    head, own = "def f(x, seed):\n    return ", "torch.Generator().manual_seed(seed)"
    for wrong, right in (
        ("torch.randperm(x)", f"torch.randperm(x, generator={own})"),
        ("np.random.permutation(x)", "np.random.RandomState(seed).permutation(x)"),
        ("random.sample(x, 2)", "random.Random(seed).sample(x, 2)"),
    ):
        assert repairs(head + wrong, head + right)[0].aspect is Aspect.OTHERS


@pytest.mark.parametrize(
    ("head", "step", "line"),
    [
        ("class A:\n    def __init__(self):\n        self.n = {}\n\n    def use(self):", "self.n = {}", 3),
        ("class A:\n    n = []\n\n    def use(self):", "self.n = []", 2),
        ("def use(n=[]):", "n = []", 1),
    ],
    ids=["an object's", "a class's", "a default"],
)
def test_what_is_kept_from_use_to_use_begins_anew_where_a_function_does(head, step, line):
    indent = "\n" + " " * (8 if "class" in head else 4)
    first = repairs(f"{head}{indent}return n", f"{head}{indent}{step}{indent}return n")[0]
    assert (first.line, first.aspect) == (line, Aspect.ANEW)


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_too_deep_or_too_long_is_not_edited(name):
    assert definitions_of(BOMBS[name]) == {}


DEAR = {
    "an einsum": f"def f(a):\n    return torch.einsum({'ab' * 9000!r}, a)",
    "a table": "def f(x):\n    return [" + "(1, 2, 3, 4), " * 350 + "]",
    "a long row": "def f(x):\n    return (" + "x, " * 1200 + ")",
    "statements": "def f(x):\n" + "    x = x.sum(1)\n" * 180 + "    return x",
}


@pytest.mark.parametrize("source", DEAR.values(), ids=DEAR)
def test_what_is_held_before_the_first_edit_is_small(source):
    """All changes of a definition are sorted first: a rule that had thousands in one place took hundreds of MB."""
    (definition,) = definitions_of(source).values()
    tracemalloc.start()
    assert len(list(edits_of(definition, 20))) == 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


def test_lines_of_ipython_s_own_do_not_move_the_others():
    (definition,) = definitions_of("%matplotlib inline\n!pip list\ndef f(x):\n    return x - 1\n").values()
    assert {edit.line for edit in edits_of(definition)} == {4}


def test_the_staff_reads_what_was_changed():
    assert difference("def f(x):\n    return x", "def f(x):\n    return -x") == "-    return x\n+    return -x"


def test_half_of_the_slips_that_a_machine_makes_are_undone():
    """To the letter, that is: others are repaired in another way. What a mutant removed, no edit knows.

    Of every twentieth one, in two assignments.
    """
    undone, tried = 0, 0
    for assignment in (COURSE.assignment("a1_convolution"), COURSE.assignment("a4_trainer")):
        for cell in [cell for cell in assignment.cells if cell.role == "solution" and cell.kind == "code"]:
            tree = ast.parse(cell.source)
            for mutant in [mutant for mutant in mutants_of(cell, tree)[::20] if _is_a_slip(mutant)]:
                right, wrong = ast.unparse(tree), _mutated(tree, mutant)
                tried += 1
                undone += _is_undone(right, wrong)
    print(f"{undone} of {tried} mutants are undone")
    assert undone / tried >= 0.5


def _is_a_slip(mutant) -> bool:
    """Whether it changes something, and does not take a whole statement or a default away."""
    return mutant.new not in (REMOVED, "return") and not mutant.new.startswith(f"{mutant.function.split('.')[-1]}(")


def _mutated(tree, mutant) -> str:
    kept = mutant.slot.get()
    mutant.slot.put(mutant.value)
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    finally:
        mutant.slot.put(kept)


def _is_undone(right: str, wrong: str) -> bool:
    wanted = {name: code_of_definition(node) for name, node in definitions_of(right).items()}
    return any(
        edit.source == wanted[name]
        for name, node in definitions_of(wrong).items()
        if code_of_definition(node) != wanted[name]
        for edit in edits_of(node)
    )


def test_only_what_ran_is_edited():
    source = "def f(x):\n    'text'\n    if x:\n        return x - 1\n    return x - 2\n"
    definition = definitions_of(source)["f"]
    names: dict[str, object] = {}
    exec(watched(definition), names)  # noqa: S102
    names["f"](1)
    ran = lines_that_ran(definition, names[NOTES])
    assert ran == {1, 3, 4}
    assert {edit.statement for edit in edits_of(definition, lines=ran)} <= ran


@pytest.mark.parametrize("notes", [["f x"], ["g 2"], [3], ["f"], ["f " + "9" * 5000], [None]])
def test_forged_notes_are_no_lines(notes):
    (definition,) = definitions_of("def f(x):\n    return x - 1\n").values()
    assert lines_that_ran(definition, notes) == set()


def test_where_an_error_stopped_it_is_looked_at_first():
    (definition,) = definitions_of("def f(x):\n    a = x + 1\n    b = a * 2\n    return g(b, a)").values()
    assert next(iter(edits_of(definition))).line != 4
    assert next(iter(edits_of(definition, stopped={4}))).line == 4


@pytest.mark.parametrize(
    ("wrong", "right", "lines"),
    [
        ("a = x // i + 1\n    b = y // i + 1", "a = -(-x // i)\n    b = -(-y // i)", (2, 3)),
        ("a, b = x * i + x, y * i + y", "a, b = x * i, y * i", (2,)),
        ("a += x[1]\n    b += y[1]", "a += x[0]\n    b += y[0]", (2, 3)),
    ],
)
def test_the_same_slip_in_rows_and_columns_is_repaired_in_both(wrong, right, lines):
    head = "def f(x, i, y):\n    "
    assert repairs(f"{head}{wrong}\n    return a + b", f"{head}{right}\n    return a + b")[0].lines == lines
