"""One word per thing: a public function, class or type has a name of its own in the engine; a parameter, one kind."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SENTENCES = "autograder/messages.py"  # what is put into a sentence is text there, whatever it is elsewhere
SHARED = {
    "build": "the verb, and what it does",
    "calibrate": "the verb, and what it does",
    "grade": "the verb, and what it does to one submission",
    "main": "where a program starts",
    "prove": "the verb, and what it does",
    "write": "one for each format of `exports`, found by the format's name",
}

VAGUE = {"found", "it", "its", "made", "one", "said", "them", "there", "these", "thing", "those", "told"}
FOREIGN = {"find_spec", "pytest_runtest_makereport"}  # importlib and pytest call them, and name what they pass
KINDS = (
    ("text", {"str", "Literal"}),
    ("a number", {"int", "float"}),
    ("yes or no", {"bool"}),
    ("bytes", {"bytes"}),
    ("a path", {"Path", "PurePath"}),
    (
        "many",
        {
            "Collection",
            "Container",
            "Iterable",
            "Iterator",
            "Mapping",
            "Sequence",
            "dict",
            "frozenset",
            "list",
            "set",
            "tuple",
        },
    ),
    ("anything", {"Any", "object"}),
)


@cache
def engine() -> dict[str, ast.Module]:
    paths = sorted((ROOT / "autograder").rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def homes() -> dict[str, list[str]]:
    """Public name → the modules that define it at their top level."""
    found = defaultdict(list)
    for path, tree in engine().items():
        named = [node.name for node in tree.body if isinstance(node, (*FUNCTION, ast.ClassDef))]
        for name in [*named, *types_of(tree)]:
            if not name.startswith("_"):
                found[name].append(path)
    return found


def types_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that a module gives to types, as in `Scores = dict[str, float]`."""
    given = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    typed = [node for node in given if isinstance(node.value, (ast.Subscript, ast.BinOp))]
    return {node.targets[0].id: node.value for node in typed if re.match("[A-Z][a-z]", node.targets[0].id)}


def kinds(annotation: ast.expr, types: dict[str, ast.expr]) -> set[str]:
    """What a parameter may be, roughly; any class and any function is “an object”."""
    match annotation:
        case ast.Constant(str() as quoted):
            return kinds(ast.parse(quoted, mode="eval").body, types)
        case ast.Constant():  # None
            return set()
        case ast.BinOp():
            return kinds(annotation.left, types) | kinds(annotation.right, types)
        case ast.Subscript():
            return kinds(annotation.value, types)
    name = annotation.attr if isinstance(annotation, ast.Attribute) else annotation.id
    if name in types:
        return kinds(types[name], types)
    return {next((kind for kind, names in KINDS if name in names), "an object")}


def parameters() -> dict[str, dict[str, set[str]]]:
    """Parameter of a public function or method → where → what it may be there."""
    found, trees = defaultdict(dict), engine()
    types = {name: value for tree in trees.values() for name, value in types_of(tree).items()}
    for path, tree in trees.items():
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        for function in (node for scope in (tree, *classes) for node in scope.body if isinstance(node, FUNCTION)):
            public = not function.name.startswith("_") or function.name == "__init__"
            arguments = [*function.args.args, *function.args.kwonlyargs]
            for argument in arguments if public and function.name not in FOREIGN else ():
                if argument.annotation and path != SENTENCES:
                    found[argument.arg][f"{path}:{function.lineno}"] = kinds(argument.annotation, types)
    return found


def agree(one_place: set[str], another: set[str]) -> bool:
    """Whether a name may mean both: text may stand for the object that it names."""
    both = one_place | another
    return bool(one_place & another) or "anything" in both or both == {"text", "an object"}


def test_no_public_name_means_two_things():
    twice = {name: modules for name, modules in homes().items() if len(modules) > 1}
    assert {name: modules for name, modules in twice.items() if name not in SHARED} == {}


def test_every_exception_is_needed_and_says_why():
    known = homes()
    assert [name for name, why in SHARED.items() if len(known[name]) < 2 or not why] == []


def test_only_formats_share_write():
    assert {str(Path(module).parent) for module in homes()["write"]} == {"autograder/exports"}


def test_a_parameter_means_one_kind_of_thing():
    mixed = {
        name: (place, another)
        for name, places in parameters().items()
        for place, another in itertools.combinations(places, 2)
        if not agree(places[place], places[another])
    }
    assert mixed == {}


def test_a_loop_variable_says_what_it_holds():
    folders = (ROOT / name for name in ("autograder", "bench", "shared", "solutions", "tests"))
    # notebook.py is left out: what has been handed in holds its cells as they were released
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.name != "notebook.py"]
    vague = [
        f"{path.relative_to(ROOT)}:{name.lineno} {name.id}"
        for path in paths
        for loop in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(loop, (ast.For, ast.comprehension))
        for name in ast.walk(loop.target)
        if isinstance(name, ast.Name) and name.id in VAGUE
    ]
    assert vague == []
