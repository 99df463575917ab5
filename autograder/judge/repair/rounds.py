"""What a loop makes of its rounds: which of them count, how much, and whether it ends before the last one."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.expressions import number_of
from autograder.judge.repair.statements import Block

MORE = 20  # times as many rounds
_MOST = 3  # things that may say how much a round holds
_FEW = 10  # rounds that are no search
_ROUNDS = frozenset({"max_iter", "max_iters", "maxiter", "n_iter", "num_iter", "iterations", "steps", "n_steps"})
_PARTS, _ITEMS = "_parts", "_items"


def gone_on(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A round that is left out, where the loop ended with it; what moves the loop on is done in any case."""
    node = block[index]
    ends = isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Break)
    if ends and len(block) > index + 1 and isinstance(block[-1], (ast.AugAssign, ast.Assign)):
        others = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
        rest = block[index + 1 : -1] or [ast.Pass()]
        yield [*block[:index], ast.If(others, rest, [], lineno=node.lineno), block[-1]]


def not_left_yet(block: Block, index: int, _: Around) -> Iterator[Block]:
    """The next round, where a condition in a loop returned."""
    node = block[index]
    if not isinstance(node, (ast.For, ast.While)):
        return
    for place, each in enumerate(node.body):
        if isinstance(each, ast.If) and isinstance(each.body[-1], ast.Return):
            other = _with_body(each, [*each.body[:-1], ast.Continue()])
            yield _in_the_loop(block, index, place, other)


def each_as_often_as_it_holds(block: Block, index: int, _: Around) -> Iterator[Block]:
    """What each batch adds to a list or a sum, as often as the batch has items: a mean over all of them."""
    node = block[index]
    if not isinstance(node, (ast.For, ast.While)):
        return
    for place, each in enumerate(node.body):
        for size in _sizes(node, node.body[: place + 1]):
            longer = _extended(each, size)
            if longer:
                yield _in_the_loop(block, index, place, longer)
            elif _is_added(each):
                yield _weighed(block, index, place, size)


def added_as_beside_it(block: Block, index: int, _: Around) -> Iterator[Block]:
    """`+=` for `=`, where the statement before or behind it adds something."""
    node = block[index]
    beside = block[max(index - 1, 0) : index + 2]
    adds = any(isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Add) for each in beside)
    if adds and isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Attribute, ast.Subscript)):
        more = ast.AugAssign(node.targets[0], ast.Add(), node.value, lineno=node.lineno)
        yield [*block[:index], more, *block[index + 1 :]]


def halved_in_the_end(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A sum that is divided in the end by how many there were, for half of the sum so far and the next one."""
    node = block[index]
    over = _gone_through(node)
    for place, each in enumerate(node.body if over and isinstance(node, ast.For) else ()):
        changed = copy.deepcopy(each)
        halves = [half for half in ast.walk(changed) if _is_half(half)]
        if halves and isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            for half in halves:
                half.right = ast.Constant(1)  # type: ignore[attr-defined]
            end = ast.parse(f"{each.targets[0].id} = {each.targets[0].id} / len({over})").body[0]
            found = _in_the_loop(block, index, place, changed)
            yield [*found[: index + 1], ast.copy_location(end, each), *found[index + 1 :]]


def for_longer(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Many more rounds of a search, or its usual pace."""
    for place, word in enumerate(node.keywords):
        if word.arg in _ROUNDS and isinstance(number_of(word.value), int):
            longer = ast.keyword(word.arg, ast.Constant(MORE * int(number_of(word.value) or 0)))
            yield ast.Call(node.func, node.args, [each for each in node.keywords if each.arg != "lr"])
            yield ast.Call(node.func, node.args, [*node.keywords[:place], longer, *node.keywords[place + 1 :]])
    count = number_of(node.args[0]) if name_of_call(node) == "range" and len(node.args) == 1 else None
    if isinstance(count, int) and count >= _FEW:
        yield ast.Call(node.func, [ast.Constant(MORE * count)], [])


def _in_the_loop(block: Block, index: int, place: int, other: ast.stmt) -> Block:
    """The statements with another one in this place of the loop."""
    loop: Any = block[index]
    return [*block[:index], _with_body(loop, [*loop.body[:place], other, *loop.body[place + 1 :]]), *block[index + 1 :]]


def _with_body(node: Any, body: Block) -> ast.stmt:
    other: ast.stmt = copy.copy(node)
    other.body = body  # type: ignore[attr-defined]
    return other


def _sizes(loop: ast.For | ast.While, until: Block) -> list[str]:
    """What may hold as many items as a batch: an index, the last argument of a call, what the loop deals out."""
    nodes = [each for node in until for each in ast.walk(node)]
    found = [each.slice for each in nodes if isinstance(each, ast.Subscript)]
    found += [each.args[-1] for each in nodes if isinstance(each, ast.Call) and len(each.args) > 1]
    found += list(ast.walk(loop.target))[::-1] if isinstance(loop, ast.For) else []  # type: ignore[arg-type]
    names = [each.id for each in found if isinstance(each, ast.Name)]
    own = {each.id for each in ast.walk(loop) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return list(dict.fromkeys(name for name in names if name in own))[:_MOST]


def _extended(node: ast.stmt, size: str) -> ast.stmt | None:
    """`a.extend([x] * len(size))` for `a.append(x)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or name_of_call(call) != "append" or len(call.args) != 1:
        return None
    many = ast.BinOp(ast.List(call.args, ast.Load()), ast.Mult(), ast.parse(f"len({size})", mode="eval").body)
    longer = ast.Call(ast.Attribute(call.func.value, "extend"), [many], [])  # type: ignore[attr-defined]
    return ast.Expr(longer, lineno=node.lineno)


def _is_added(node: ast.stmt) -> bool:
    """Whether it adds something to a variable that is no plain number."""
    added = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name)
    return added and number_of(node.value) is None  # type: ignore[attr-defined]


def _weighed(block: Block, index: int, place: int, size: str) -> Block:
    """What is added, times the size of the batch; in the end times the share of batches among items."""
    loop: Any = block[index]
    added = loop.body[place]
    much = ast.BinOp(added.value, ast.Mult(), ast.parse(f"len({size})", mode="eval").body)
    counted = ast.parse(f"{_PARTS} += 1\n{_ITEMS} += len({size})").body
    more = [ast.AugAssign(added.target, added.op, much, lineno=added.lineno), *counted]
    longer = _with_body(loop, [*loop.body[:place], *more, *loop.body[place + 1 :]])
    begin, end = ast.parse(f"{_PARTS} = {_ITEMS} = 0\n{added.target.id} *= {_PARTS} / max({_ITEMS}, 1)").body
    return [*block[:index], _at(begin, added), longer, _at(end, added), *block[index + 1 :]]


def _at(node: ast.stmt, place: ast.stmt) -> ast.stmt:
    return ast.copy_location(node, place)


def _gone_through(node: ast.stmt) -> str:
    """What a loop goes through that has a length, as it is written; "" where none can be seen."""
    over = node.iter if isinstance(node, ast.For) else None
    if isinstance(over, ast.Call) and name_of_call(over) == "enumerate" and over.args:
        over = over.args[0]
    return ast.unparse(over) if isinstance(over, (ast.Name, ast.Attribute)) else ""


def _is_half(node: ast.AST) -> bool:
    """Whether it is a sum that is divided by two."""
    halved = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and number_of(node.right) == 2
    return halved and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Add)  # type: ignore[attr-defined]
