"""What may stand for a choice that is made otherwise: of each row its own, of what is given, of all there may be."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.expressions import is_module, literal
from autograder.judge.repair.statements import Block

_SHARES = frozenset({"sigmoid", "softmax"})
_COUNTED = {"bincount": ("minlength", "{}"), "histogram": ("range", "(0, {})")}
_LISTS = 3  # that get the same
_LAST = 2  # parameters that may say how many kinds there are


def where_it_is_given(block: Block, index: int, _: Around) -> Iterator[Block]:
    """`if x is not None` for `if x`: an empty list, a zero are given, too."""
    node = block[index]
    if isinstance(node, ast.If) and isinstance(node.test, (ast.Name, ast.Attribute)):
        other = copy.copy(node)
        other.test = ast.Compare(node.test, [ast.IsNot()], [ast.Constant(None)])
        yield [*block[:index], other, *block[index + 1 :]]


def of_the_other_list(block: Block, index: int, _: Around) -> Iterator[Block]:
    """A list for another one that gets the same: of the two one may be older, and hold more."""
    lists: dict[str, list[ast.expr]] = {}
    for each in block[:index]:
        call = each.value if isinstance(each, ast.Expr) else None
        if isinstance(call, ast.Call) and name_of_call(call) == "append" and isinstance(call.func, ast.Attribute):
            lists.setdefault("".join(ast.unparse(each) for each in call.args), []).append(call.func.value)
    for held, other in (pair for same in lists.values() for pair in itertools.permutations(same[:_LISTS], 2)):
        copied = copy.deepcopy(block[index])
        if _exchanged(copied, ast.unparse(held), other):
            yield [*block[:index], copied, *block[index + 1 :]]


def _exchanged(node: ast.AST, old: str, new: ast.expr) -> bool:
    """Whether something in it is written so; it is another thing then."""
    found = False
    for parent in list(ast.walk(node)):
        for name, held in ast.iter_fields(parent):
            if isinstance(held, (ast.Name, ast.Attribute, ast.Subscript)) and ast.unparse(held) == old:
                setattr(parent, name, copy.deepcopy(new))
                found = True
    return found


def of_its_own_column(node: ast.Subscript, _: Around) -> Iterator[ast.expr]:
    """`x[range(len(x)), i]` for `x[:, i]`: of each row the column that is its own."""
    both = node.slice.elts if isinstance(node.slice, ast.Tuple) and isinstance(node.ctx, ast.Load) else []
    if len(both) == 2 and _is_all(both[0]) and isinstance(both[1], ast.Name) and isinstance(node.value, ast.Name):
        rows = ast.parse(f"range(len({node.value.id}))", mode="eval").body
        yield ast.Subscript(node.value, ast.Tuple([rows, both[1]], ast.Load()), node.ctx)


def share_of_a_row(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """A column of the shares that a row is dealt out in, for the share of a column alone."""
    method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
    inner = node.func.value if method else node.args[0] if node.args else None  # type: ignore[attr-defined]
    if name_of_call(node) in _SHARES and isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Tuple):
        function = ast.Attribute(ast.Name("torch"), "softmax")
        yield ast.Subscript(ast.Call(function, [inner.value, literal(-1)], []), inner.slice, inner.ctx)


def of_the_spread(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """`(x - a) / (b - a)` for `(x - a) / b`: what begins at nothing ends at what is left."""
    less = node.left if isinstance(node.op, ast.Div) else None
    if isinstance(less, ast.BinOp) and isinstance(less.op, ast.Sub) and isinstance(less.right, ast.Name):
        right = copy.deepcopy(node.right)
        for parent in ast.walk(ast.Expr(right)):
            for name, held in ast.iter_fields(parent):
                if isinstance(held, ast.Name) and held.id != less.right.id and name in ("value", "left", "operand"):
                    setattr(parent, name, ast.BinOp(held, ast.Sub(), less.right))
                    yield ast.BinOp(node.left, node.op, parent.value if isinstance(parent, ast.Expr) else right)
                    return


def of_all_kinds(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """How often each of all kinds stands there, also of those that stand there never."""
    word, text = _COUNTED.get(name_of_call(node), ("", ""))
    if word and all(each.arg != word for each in node.keywords):
        for name in around.parameters[::-1][:_LAST]:
            value = ast.parse(text.format(name), mode="eval").body
            yield ast.Call(node.func, node.args, [*node.keywords, ast.keyword(word, value)])


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and node.lower is node.upper is node.step is None
