"""What a student reads of the argument that the failures depend on, and where it stands in the student's code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograder.course.answers import Definition
from autograder.judge.contrast import Contrast
from autograder.judge.features import Feature
from autograder.judge.repair.aspects import QUOTED
from autograder.judge.repair.reading import functions_in
from autograder.text.escape import terminal

MOST_LINES, QUOTED_LINES = 4, 2  # that are named, and of these quoted


def parameters_in(definitions: Iterable[Definition], reference: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of these definitions, with the default that the reference's has; None without any."""
    found: dict[str, Any] = {}
    for definition in definitions:
        for function in functions_in(definition):
            found |= dict.fromkeys(name for name in _names_of(function) if name not in found)
        right = reference.get(definition.name)
        if inspect.isfunction(right):
            parameters = inspect.signature(right).parameters.values()
            found |= {each.name: each.default for each in parameters if each.name in found and _is_given(each)}
    return found


def _names_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    of = function.args
    return [each.arg for each in (*of.posonlyargs, *of.args, *of.kwonlyargs) if each.arg != "self"]


def _is_given(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty


def _whole(features: Sequence[Feature]) -> str:
    plain = " and ".join(each.plain for each in features)
    special = ", or where ".join(each.special for each in features)
    return f"your answers are right wherever {plain}, and wrong only where {special}"


def _without_values(names: str) -> str:
    return f"whether your answers are right depends on {names} alone"


def takes(definition: Definition, names: Sequence[str]) -> bool:
    """Whether one of its functions has one of these parameters."""
    return any(set(_names_of(function)) & set(names) for function in functions_in(definition))


def lines_with(definition: Definition, names: Sequence[str]) -> list[int]:
    """The lines where these parameters are used."""
    return sorted(
        {
            node.lineno
            for function in functions_in(definition)
            if set(_names_of(function)) & set(names)
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)
        }
    )


def dependence(contrast: Contrast, place: str, lines: Mapping[int, str], show: str) -> str:
    """The sentence; `lines` has the code of those of this cell where the argument is used.

    What is special about hidden inputs, it says where more than their shapes may be shown.
    """
    names = " and ".join(f"`{name}`" for name in contrast.about)
    verb = "is" if len(contrast.about) == 1 else "are"
    said = f"As far as was tried, {_whole(contrast.features) if show != 'shapes' else _without_values(names)}"
    if not lines:
        return f"{said}: {names} is used nowhere in `{place}`." if len(contrast.about) == 1 else f"{said}."
    if len(lines) > MOST_LINES:
        return f"{said}: look at how {names} {verb} used."
    quotes = len(lines) <= QUOTED_LINES and all(code and "`" not in code for code in lines.values())
    each = [f"line {line}" + (f" (`{terminal(code, QUOTED)}`)" if quotes else "") for line, code in lines.items()]
    where = " and ".join(filter(None, [", ".join(each[:-1]), each[-1]]))
    return f"{said}: look at how {names} {verb} used in {where} of `{place}`."
