"""What a function changes that everybody uses: the random numbers of a library are the program's, not its own."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.statements import Block

_KEPT, _OWNED = "_kept", "_own"
# What plants the seed of a library → what says in which state it is, and what puts it back.
_SEEDS = {
    "torch.manual_seed": ("torch.get_rng_state", "torch.set_rng_state"),
    "torch.random.manual_seed": ("torch.get_rng_state", "torch.set_rng_state"),
    "np.random.seed": ("np.random.get_state", "np.random.set_state"),
    "numpy.random.seed": ("numpy.random.get_state", "numpy.random.set_state"),
    "random.seed": ("random.getstate", "random.setstate"),
}
_OWN = {"torch": "torch.Generator().manual_seed({})", "np.random": "np.random.RandomState({})"}
_OWN |= {"numpy.random": "numpy.random.RandomState({})", "random": "random.Random({})"}
_TIDY = frozenset({"remove", "close", "train", "set_state", "set_rng_state", "load_state_dict"})
_DRAWN = frozenset({"rand", "randn", "randint", "randperm", "multinomial", "bernoulli", "normal"})
_DRAWN_OTHERWISE = frozenset({"shuffle", "sample", "permutation", "choice", "random", "uniform", "normal", "randint"})


def of_nobody_else(block: Block, index: int, _: Around) -> Iterator[Block]:
    """Random numbers of the function's own for everybody's; or these afterwards where they were before."""
    node = block[index]
    call = node.value if isinstance(node, ast.Expr) else None
    kept, back = _SEEDS.get(ast.unparse(call.func), ("", "")) if isinstance(call, ast.Call) else ("", "")
    if kept:
        yield from _with_its_own(block, index)
        first = ast.copy_location(ast.parse(f"{_KEPT} = {kept}()").body[0], node)
        guard = ast.parse(f"try:\n    pass\nfinally:\n    {back}({_KEPT})").body[0]
        guard.body = copy.deepcopy(block[index:])  # type: ignore[attr-defined]
        yield [*block[:index], first, ast.copy_location(guard, node)]


def _with_its_own(block: Block, index: int) -> Iterator[Block]:
    """A generator of the function's own in the place of a seed, and what is drawn from then on drawn from it."""
    seed: Any = block[index]
    module = ast.unparse(seed.value.func.value)
    module = "torch" if module.startswith("torch") else module
    rest = copy.deepcopy(block[index + 1 :])
    own = ast.Name(_OWNED)
    drawn = [(call, _drawn_from(call, module, own)) for node in rest for call in ast.walk(node)]
    for call, other in drawn:
        if isinstance(call, ast.Call) and other:
            call.func, call.keywords = other.func, other.keywords
    if any(other for _, other in drawn):
        made = f"{_OWNED} = {_OWN[module].format(', '.join(map(ast.unparse, seed.value.args)))}"
        yield [*block[:index], ast.copy_location(ast.parse(made).body[0], seed), *rest]


def _drawn_from(call: ast.AST, module: str, own: ast.expr) -> ast.Call | None:
    """A call that draws random numbers of this library, as it draws them from a generator; None of another call."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    function = call.func
    if ast.unparse(function.value) != module:
        return None
    if module != "torch":
        own_call = ast.Call(ast.Attribute(own, function.attr), call.args, call.keywords)
        return own_call if function.attr in _DRAWN_OTHERWISE else None
    if function.attr not in _DRAWN or any(word.arg == "generator" for word in call.keywords):
        return None
    return ast.Call(function, call.args, [*call.keywords, ast.keyword("generator", own)])


def in_any_case(block: Block, index: int, _: Around) -> Iterator[Block]:
    """What tidies up, also where an error stopped what stands before it."""
    node = block[index]
    if isinstance(node, ast.Try) and len(node.body) > 1 and node.finalbody:
        other = copy.copy(node)
        other.body, other.finalbody = node.body[:-1], [node.body[-1], *node.finalbody]
        yield [*block[:index], other, *block[index + 1 :]]
    end = index + 2 if len(block) > index + 1 and _tidies(block[index + 1]) and not _tidies(node) else 0
    while 0 < end < len(block) and _tidies(block[end]):
        end += 1
    if end:
        guard = ast.Try([node], [], [], block[index + 1 : end], lineno=node.lineno)
        yield [*block[:index], guard, *block[end:]]


def _tidies(node: ast.stmt) -> bool:
    """Whether it takes away what was put somewhere, or puts a mode back."""
    called = {name_of_call(each) for each in ast.walk(node)}
    assigned = {
        each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
    }
    return not isinstance(node, ast.With) and bool(called & _TIDY or "training" in assigned)


def of_its_own(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """Random numbers of a seed that is a parameter, and never used."""
    seed = next((name for name in around.forgotten if "seed" in name), "")
    if not seed or not isinstance(node.func, ast.Attribute):
        return
    module = ast.unparse(node.func.value)
    if module in _OWN:
        own = ast.parse(_OWN[module].format(seed), mode="eval").body
        yield from filter(None, [_drawn_from(node, module, own)])
