"""What may be forgotten in a formula or a function: a factor, a bound, an order, the other end, a default."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.statements import Block

_NEAREST = 3  # variables that a number may have to be divided by, or be multiplied with
_MADE = ("zeros", "ones", "empty", "Generator", "list", "dict", "set", "range")  # what has no factor
_STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_ORDERED = frozenset(
    {"unique", "sort", "argsort", "sorted", "arange", "linspace", "cumsum", "range", "unique_consecutive"}
)


def a_factor_more(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """Twice and half of what is computed."""
    if _is_computed(node, around):
        yield ast.BinOp(node, ast.Mult(), ast.Constant(2))
        yield ast.BinOp(node, ast.Div(), ast.Constant(2))


def for_each_of(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """What is computed, divided by a variable or by how many there are, or times a variable; its root."""
    if not _is_computed(node, around):
        return
    own = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    others = [name for name in around.names[::-1] if name not in own][:_NEAREST]
    counts: list[ast.expr] = [ast.Name(name) for name in others]
    counts += [ast.Call(ast.Name("len"), [ast.Name(name)], []) for name in around.parameters[:_NEAREST]]
    yield from (ast.BinOp(node, ast.Div(), count) for count in counts)
    yield from (ast.BinOp(node, ast.Mult(), ast.Name(name)) for name in others)
    yield ast.BinOp(node, ast.Pow(), ast.Constant(0.5))


def _is_computed(node: ast.expr, around: Around) -> bool:
    made = name_of_call(node).startswith(_MADE)
    return around.whole and around.aspect is Aspect.VALUE and isinstance(node, (ast.BinOp, ast.Call)) and not made


def a_bound_more(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """No less than nothing, or than one."""
    if (around.whole or around.operand) and isinstance(node, (ast.BinOp, ast.Call)):
        yield from (ast.Call(ast.Name("max"), [node, ast.Constant(least)], []) for least in (0, 1))


def turned_round(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """What comes in an order, in the opposite one."""
    if name_of_call(node) in _ORDERED and (around.whole or around.passed_on):
        yield ast.Call(ast.Attribute(node, "flip"), [ast.Constant(0)], [])
        yield ast.Subscript(node, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))


def other_ends(node: ast.Compare, _: Around) -> Iterator[ast.expr]:
    """Both ends of a chain of comparisons taken in, or both left out."""
    if len(node.ops) > 1 and all(type(each) in _STRICT for each in node.ops):
        yield ast.Compare(node.left, [_STRICT[type(each)]() for each in node.ops], node.comparators)


def not_given_at_all(block: Block, index: int, around: Around) -> Iterator[Block]:
    """A parameter that is nothing where it is not given, taken from another one then."""
    node = block[index]
    if node.lineno == around.begins:
        for name in around.optional:
            for other in (other for other in around.parameters if other != name):
                step = ast.parse(f"if {name} is None:\n    {name} = {other}").body[0]
                yield [*block[:index], ast.copy_location(step, node), *block[index:]]


def one_branch(block: Block, index: int, _: Around) -> Iterator[Block]:
    """What is done in one of two cases, in both."""
    node = block[index]
    if isinstance(node, ast.If) and node.orelse:
        yield [*block[:index], *node.body, *block[index + 1 :]]
        yield [*block[:index], *node.orelse, *block[index + 1 :]]


def again_and_again(block: Block, index: int, _: Around) -> Iterator[Block]:
    """As long as a condition holds, for once; and the other way round."""
    node = block[index]
    if isinstance(node, ast.If) and not node.orelse and any(isinstance(each, ast.AugAssign) for each in node.body):
        yield [*block[:index], ast.While(node.test, node.body, [], lineno=node.lineno), *block[index + 1 :]]
    if isinstance(node, ast.While) and not any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node)):
        yield [*block[:index], ast.If(node.test, node.body, [], lineno=node.lineno), *block[index + 1 :]]
