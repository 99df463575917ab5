"""What may last from one use to the next and should begin anew, or is never counted on, or told too often."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.judge.repair.around import AXIS_WORDS, Around, name_of_call
from autograder.judge.repair.rows import axes_for
from autograder.judge.repair.statements import Block

FAR = 100  # steps more, for a search that may end too early
_LATER = 3  # statements that a cut is moved behind
_TOLD = "_told"
_LARGEST = frozenset({"amax", "max", "softmax", "log_softmax", "logsumexp", "argmax"})


def begun_anew(block: Block, index: int, around: Around) -> Iterator[Block]:
    """What an object, its class or a default keeps, empty again where a method begins."""
    if block[index].lineno == around.begins:
        for kept in around.kept:
            yield [*block[:index], copy.deepcopy(kept), *block[index:]]


def searched_farther(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A search that goes on for longer: a loop that is left once something is found."""
    node = block[index]
    left = any(isinstance(each, (ast.Break, ast.Return)) for each in ast.walk(node))
    copied = copy.deepcopy(node)
    if left and isinstance(copied, ast.For) and name_of_call(copied.iter) == "range" and copied.iter.args:  # type: ignore[attr-defined]
        args = copied.iter.args  # type: ignore[attr-defined]
        place = min(len(args), 2) - 1
        args[place] = ast.BinOp(args[place], ast.Add(), ast.Constant(FAR))
        yield [*block[:index], copied, *block[index + 1 :]]


def counted_on(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A variable that begins at a number before a loop, and moves on in it."""
    node = block[index]
    if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
        return
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    stored = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    used = {each.id for each in names} - stored
    for before in block[:index]:
        if (
            isinstance(before, ast.Assign)
            and isinstance(before.value, ast.Constant)
            and type(before.value.value) is int
        ):
            for name in (each.id for each in before.targets if isinstance(each, ast.Name) and each.id in used):
                for step in (ast.Name(node.target.id), ast.Constant(1)):
                    longer = copy.copy(node)
                    longer.body = [*node.body, ast.AugAssign(ast.Name(name), ast.Add(), step, lineno=node.lineno)]
                    yield [*block[:index], longer, *block[index + 1 :]]


def told_once(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A warning in a loop, given once."""
    node = copy.deepcopy(block[index])
    if not isinstance(node, ast.For):
        return
    for parent in ast.walk(node):
        inner = getattr(parent, "body", []), getattr(parent, "orelse", [])
        for row in (row for row in inner if isinstance(row, list)):
            for place, each in enumerate(row):
                if isinstance(each, ast.Expr) and name_of_call(each.value) == "warn":
                    kept = ast.parse(f"if not {_TOLD}:\n    {_TOLD}.append(1)").body[0]
                    kept.body.append(each)  # type: ignore[attr-defined]
                    row[place] = ast.copy_location(kept, each)
                    first = ast.copy_location(ast.parse(f"{_TOLD} = []").body[0], each)
                    yield [*block[:index], first, node, *block[index + 1 :]]
                    return


def cut_later(block: Block, index: int, _: Around) -> Iterator[Block]:
    """What is cut where it is assigned, cut after one of the next statements."""
    node = block[index]
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return
    value, name = node.value, node.targets[0].id
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        whole = ast.Assign(node.targets, value.value, lineno=node.lineno)
        cut = ast.Assign(node.targets, ast.Subscript(ast.Name(name), value.slice), lineno=node.lineno)
        for place in range(index + 2, min(index + 2 + _LATER, len(block) + 1)):
            if not isinstance(block[place - 1], ast.Return):
                yield [*block[:index], whole, *block[index + 1 : place], cut, *block[place:]]


def to_the_other_end(block: Block, index: int, _: Around) -> Iterator[Block]:
    """All but the first for all but the last, and what is appended, put in front; and the other way round."""
    node = block[index]
    name = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""
    for place in range(index + 1, min(index + 3, len(block))):
        later = _of_the_other_end(block[place], name)
        others = _turned(node) if later else None
        if later and others:
            yield [*block[:index], others, *block[index + 1 : place], later, *block[place + 1 :]]


def _of_the_other_end(node: ast.stmt, name: str) -> ast.stmt | None:
    """`name.append(…)` as `name.insert(0, …)`, and the other way round."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not name:
        return None
    if ast.unparse(call.func.value) != name or name_of_call(call) not in ("append", "insert"):
        return None
    append = name_of_call(call) == "append"
    args = [ast.Constant(0), *call.args] if append else call.args[-1:]
    other = ast.Attribute(call.func.value, "insert" if append else "append")
    return ast.Expr(ast.Call(other, args, []), lineno=node.lineno)


def _turned(node: ast.stmt) -> ast.stmt | None:
    """The statement with `[1:]` for `[:-1]`, and the other way round; None without any."""
    copied = copy.deepcopy(node)
    slices = [each for each in ast.walk(copied) if isinstance(each, ast.Slice)]
    for each in slices:
        text = ast.unparse(each)
        if text in (":-1", "1:"):
            each.lower = ast.Constant(1) if text == ":-1" else None
            each.upper = None if text == ":-1" else ast.UnaryOp(ast.USub(), ast.Constant(1))
            return copied
    return None


def values_exchanged(block: Block, index: int, _: Around) -> Iterator[Block]:
    """Two neighbouring assignments, each with the value of the other one."""
    pair = block[index : index + 2]
    if len(pair) == 2 and all(isinstance(each, ast.Assign) for each in pair):
        one, other = (copy.copy(each) for each in pair)
        one.value, other.value = other.value, one.value  # type: ignore[attr-defined]
        yield [*block[:index], one, other, *block[index + 2 :]]


def copied_first(block: Block, index: int, around: Around) -> Iterator[Block]:
    """A copy of a parameter that is changed in place."""
    if block[index].lineno == around.begins:
        for name in around.changed:
            step = ast.parse(f"{name} = {name}.clone()").body[0]
            yield [*block[:index], ast.copy_location(step, block[index]), *block[index:]]


def masked_first(block: Block, index: int, around: Around) -> Iterator[Block]:
    """What does not count, left out before the largest is taken, or shares are."""
    node = block[index]
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and name_of_call(each) in _LARGEST]
    about = [each.func.value if isinstance(each.func, ast.Attribute) else each for each in calls]
    about += [argument for each in calls for argument in each.args[:1]]
    before = {each.id for earlier in block[:index] for each in ast.walk(earlier) if isinstance(each, ast.Name)}
    for name in dict.fromkeys(each.id for each in about if isinstance(each, ast.Name) and each.id in before):
        for mask in (mask for mask in around.masks if mask in before and mask != name):
            for marked in (f"~{mask}", mask):
                step = ast.parse(f"{name} = {name}.masked_fill({marked}, -float('inf'))").body[0]
                yield [*block[:index], ast.copy_location(step, node), *block[index:]]


def also_of_the_other(block: Block, index: int, around: Around) -> Iterator[Block]:
    """A condition that asks the same of a second parameter, too."""
    node = block[index]
    if not isinstance(node, ast.If):
        return
    names = [each.id for each in ast.walk(node.test) if isinstance(each, ast.Name) and each.id in around.parameters]
    for name in dict.fromkeys(names):
        for other in (other for other in around.near(name, around.parameters) if other not in names):
            second = copy.deepcopy(node.test)
            for each in ast.walk(second):
                if isinstance(each, ast.Name) and each.id == name:
                    each.id = other
            longer = copy.copy(node)
            longer.test = ast.BoolOp(ast.Or(), [node.test, second])
            yield [*block[:index], longer, *block[index + 1 :]]


def axes_throughout(block: Block, index: int, around: Around) -> Iterator[Block]:
    """Other axes wherever the same ones stand from here on: means and spreads are taken over the same."""
    before = {ast.dump(each) for node in block[:index] for each in _axes_in(node)}
    for axes in _axes_in(block[index]):
        text = ast.dump(axes)
        if text in before or sum(ast.dump(each) == text for node in block[index:] for each in _axes_in(node)) < 2:
            continue
        for other in axes_for(axes, around):
            yield [*block[:index], *(_with_axes(node, text, other) for node in block[index:])]
        return


def _axes_in(node: ast.AST) -> Iterator[ast.expr]:
    for each in ast.walk(node):
        if isinstance(each, ast.keyword) and each.arg in AXIS_WORDS:
            yield each.value


def _with_axes(node: ast.stmt, text: str, other: ast.expr) -> ast.stmt:
    copied = copy.deepcopy(node)
    for each in ast.walk(copied):
        if isinstance(each, ast.keyword) and each.arg in AXIS_WORDS and ast.dump(each.value) == text:
            each.value = other
    return copied
