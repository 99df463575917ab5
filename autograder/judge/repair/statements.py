"""What may stand in the index of a row of statements: one dropped, moved, added, or written otherwise."""

from __future__ import annotations

import ast
import builtins
import copy
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.aspects import Aspect

Block = list[ast.stmt]
_KEPT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass, ast.Return)
_INNER = (ast.For, ast.While, ast.With, ast.If)
_JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_NEAR = 3  # statements before a loop, or at its beginning, that may belong on its other side
_MOST = 8  # pairs of arguments or names that are exchanged


def dropped(block: Block, index: int, _: Around) -> Iterator[Block]:
    """Without this statement."""
    if not isinstance(block[index], _KEPT) and not _is_text(block[index]):
        yield block[:index] + block[index + 1 :] or [ast.Pass()]


def moved_down(block: Block, index: int, _: Around) -> Iterator[Block]:
    """After the next statement, and after the one behind that."""
    for end in range(index + 2, min(index + 4, len(block) + 1)):
        passed = block[index + 1 : end]
        if not any(isinstance(each, (ast.Return, *_KEPT)) for each in (block[index], *passed)):
            yield [*block[:index], *passed, block[index], *block[end:]]


def moved_out(block: Block, index: int, _: Around) -> Iterator[Block]:
    """The last statement of a loop or condition after it, also out of two; one of the first before it."""
    node = block[index]
    if not isinstance(node, _INNER):
        return
    for shorter, last in _without_the_last(node):
        yield [*block[:index], shorter, *last, *block[index + 1 :]]
    for place, each in enumerate(node.body[:-1][:_NEAR]):
        if place == 0 or isinstance(each, ast.Assign):
            rest = _with_body(node, node.body[:place] + node.body[place + 1 :])
            yield [*block[:index], each, rest, *block[index + 1 :]]


def _without_the_last(node: Any) -> Iterator[tuple[ast.stmt, Block]]:
    """A loop or condition and what it no longer ends with: a statement, an `else`; in a block of its own, too."""
    last = node.body[-1]
    if len(node.body) > 1 or isinstance(last, ast.Return):
        yield _with_body(node, node.body[:-1] or [ast.Pass()]), [last]
    if isinstance(last, ast.If) and last.orelse and not isinstance(node, ast.If):
        yield _with_body(node, [*node.body[:-1], ast.If(last.test, last.body, [], lineno=last.lineno)]), last.orelse
    if isinstance(last, _INNER) and len(last.body) > 1:
        yield _with_body(node, [*node.body[:-1], _with_body(last, last.body[:-1])]), [last.body[-1]]


def moved_in(block: Block, index: int, _: Around) -> Iterator[Block]:
    """The statement after a loop or condition as its last one, one of those before it as its first."""
    node = block[index]
    if not isinstance(node, _INNER):
        return
    if index + 1 < len(block) and not isinstance(node.body[-1], _JUMPS):
        yield [*block[:index], _with_body(node, [*node.body, block[index + 1]]), *block[index + 2 :]]
    for place in range(index - 1, max(index - 1 - _NEAR, -1), -1):
        each = block[place]
        if not _is_text(each) and (place == index - 1 or isinstance(each, ast.Assign)):
            inside = _with_body(node, [each, *node.body])
            yield [*block[:place], *block[place + 1 : index], inside, *block[index + 1 :]]


def assigned_otherwise(block: Block, index: int, _: Around) -> Iterator[Block]:
    """`+=` for `=`, `=` for `+=`, another sign, or a new object instead of a changed one."""
    node = block[index]
    others: list[ast.stmt] = []
    if isinstance(node, ast.AugAssign):
        others += [ast.Assign([node.target], node.value, lineno=node.lineno)]
        others += [ast.Assign([node.target], ast.BinOp(node.target, node.op, node.value), lineno=node.lineno)]
        swapped = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}.get(type(node.op))
        others += [ast.AugAssign(node.target, swapped(), node.value)] if swapped else []
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Attribute, ast.Subscript)):
        others.append(ast.AugAssign(node.targets[0], ast.Add(), node.value))
    yield from ([*block[:index], other, *block[index + 1 :]] for other in others)


def without_its_head(block: Block, index: int, _: Around) -> Iterator[Block]:
    """The body of a condition, a context or a loop alone."""
    node = block[index]
    if isinstance(node, (ast.With, ast.Try, ast.For)) or (isinstance(node, ast.If) and not node.orelse):
        yield [*block[:index], *node.body, *block[index + 1 :]]
    if isinstance(node, ast.If):
        yield [*block[:index], _of_if(node, ast.UnaryOp(ast.Not(), node.test)), *block[index + 1 :]]
    if isinstance(node, (ast.Break, ast.Continue)):
        other = ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        yield [*block[:index], other, *block[index + 1 :]]


def returned(block: Block, index: int, _: Around) -> Iterator[Block]:
    """What a last statement assigns or computes, returned."""
    node = block[index]
    if index == len(block) - 1 and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield [*block, ast.Return(ast.Name(node.targets[0].id))]
    if index == len(block) - 1 and isinstance(node, ast.Expr) and not _is_text(node):
        yield [*block[:index], ast.Return(node.value)]


def of_a_training_step(block: Block, index: int, around: Around) -> Iterator[Block]:
    """`zero_grad()` before `backward()`, `step()` after it, where an optimizer is in sight; no `.grad` of before."""
    node = block[index]
    if "backward" not in _methods(node) or isinstance(node, _INNER):
        return
    for name in _with_gradients(block):
        yield [*block[:index], _call(f"{name}.grad = None"), *block[index:]]
    for name in (*around.names, *(f"self.{name}" for name in around.attributes)):
        if name.rpartition(".")[2] in ("optim", "optimizer", "opt", "optimiser", "model", "net"):
            yield [*block[:index], _call(f"{name}.zero_grad()"), *block[index:]]
            yield [*block[: index + 1], _call(f"{name}.step()"), *block[index + 1 :]]


def of_a_mode(block: Block, index: int, around: Around) -> Iterator[Block]:
    """`eval()` or `train()` before a statement that calls a model; the statement without gradients."""
    node = block[index]
    called_here = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    models = [name for name in (*around.names, *(f"self.{name}" for name in around.attributes)) if name in called_here]
    if index == 0 or (index == 1 and _is_text(block[0])):
        models += [name for name in around.parameters if name in ("model", "net", "module") and name not in models]
    for name in models:
        yield [*block[:index], _call(f"{name}.eval()"), *block[index:]]
        yield [*block[:index], _call(f"{name}.train()"), *block[index:]]
    if models or isinstance(node, ast.AugAssign):
        guard = ast.parse("with torch.no_grad():\n    pass").body[0]
        yield [*block[:index], _with_body(guard, [node]), *block[index + 1 :]]


def renamed_throughout(block: Block, index: int, around: Around) -> Iterator[Block]:
    """Another variable of the function wherever one stands more than once in a statement."""
    node = block[index]
    loads = Counter(each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    for name in (name for name, times in loads.items() if times > 1 and not isinstance(node, (*_INNER, *_KEPT[:3]))):
        for other in around.near(name, around.names):
            copied = copy.deepcopy(node)
            for each in ast.walk(copied):
                if isinstance(each, ast.Name) and each.id == name:
                    each.id = other
            yield [*block[:index], copied, *block[index + 1 :]]


def stopped_at_the_first(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A loop that ends where a condition in it holds for the first time."""
    node = block[index]
    if not isinstance(node, (ast.For, ast.While)):
        return
    for place, each in enumerate(node.body):
        if isinstance(each, ast.If) and not isinstance(each.body[-1], _JUMPS):
            body = [*node.body[:place], _with_body(each, [*each.body, ast.Break()]), *node.body[place + 1 :]]
            yield [*block[:index], _with_body(node, body), *block[index + 1 :]]


def chained(block: Block, index: int, _: Around) -> Iterator[Block]:
    """`elif` for a second `if`, `if` for an `elif`."""
    node, after = block[index], block[index + 1 : index + 2]
    if not isinstance(node, ast.If):
        return
    if not node.orelse and after and isinstance(after[0], ast.If) and not isinstance(node.body[-1], _JUMPS):
        yield [*block[:index], ast.If(node.test, node.body, after, lineno=node.lineno), *block[index + 2 :]]
    if node.orelse and isinstance(node.orelse[0], ast.If):
        yield [*block[:index], ast.If(node.test, node.body, [], lineno=node.lineno), *node.orelse, *block[index + 1 :]]


def exchanged_in_all_calls(block: Block, index: int, _: Around) -> Iterator[Block]:
    """Two arguments exchanged in every call of a function that is called more than once, from here on."""
    before = {name for node in block[:index] for name in _calls_of(node)}
    here = _calls_of(block[index])
    times = Counter(name for node in block[index:] for name in _calls_of(node))
    for name in (name for name in dict.fromkeys(here) if times[name] > 1 and name not in before):
        count = min(len(call.args) for node in block[index:] for call in _plain_calls(node, name))
        for place, later in itertools.islice(itertools.combinations(range(count), 2), _MOST):
            rest = copy.deepcopy(block[index:])
            for call in (call for node in rest for call in _plain_calls(node, name)):
                call.args[place], call.args[later] = call.args[later], call.args[place]
            yield [*block[:index], *rest]


def _calls_of(node: ast.AST) -> list[str]:
    """The functions of no module that are called with two arguments at least, each as often as it is called."""
    return [call.func.id for call in _plain_calls(node) if isinstance(call.func, ast.Name)]


def _plain_calls(node: ast.AST, name: str = "") -> Iterator[ast.Call]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and name in ("", each.func.id):
            own = len(each.args) > 1 and not hasattr(builtins, each.func.id)
            if own and not any(isinstance(argument, ast.Starred) for argument in each.args):
                yield each


def names_exchanged(block: Block, index: int, around: Around) -> Iterator[Block]:
    """Two variables that got their meaning side by side, each wherever the other one stands in a statement."""
    node = block[index]
    if isinstance(node, (*_INNER, *_KEPT[:3])):
        return
    loads = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    # Two parameters are exchanged in the calls.
    own = {name for name in loads if name not in around.parameters}
    beside = [pair for pair in itertools.pairwise(around.names) if loads.issuperset(pair) and own.intersection(pair)]
    for name, neighbour in beside[:_MOST]:
        copied = copy.deepcopy(node)
        for each in ast.walk(copied):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                each.id = {name: neighbour, neighbour: name}.get(each.id, each.id)
        yield [*block[:index], copied, *block[index + 1 :]]


StatementRule = tuple[Aspect, Callable[[Block, int, Around], Iterator[Block]]]


def _with_body(node: Any, body: Block) -> ast.stmt:
    other: ast.stmt = copy.copy(node)
    other.body = body  # type: ignore[attr-defined]
    return other


def _of_if(node: ast.If, test: ast.expr) -> ast.If:
    return ast.If(test, node.body, node.orelse)


def _call(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def _with_gradients(block: Block) -> list[str]:
    """The variables of which `.grad` is read."""
    nodes = (each for node in block for each in ast.walk(node))
    read = (each for each in nodes if isinstance(each, ast.Attribute) and each.attr == "grad")
    return list(dict.fromkeys(each.value.id for each in read if isinstance(each.value, ast.Name)))


def _methods(node: ast.AST) -> set[str]:
    return {name_of_call(each) for each in ast.walk(node)}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
