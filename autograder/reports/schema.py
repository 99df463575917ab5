"""The JSON Schema of a Report, made from `model.py`: its types become types, its comments become descriptions.

`python -m autograder.reports.schema > docs/report.schema.json` writes it anew; a test tells when that was forgotten.
"""

import inspect
import json
import sys
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from autograder.model import REPORT_VERSION, Report

_PLAIN = {str: "string", float: "number", int: "integer", bool: "boolean"}


def report_schema() -> dict[str, Any]:
    """The schema, draft 2020-12; what a Report holds besides is refused."""
    definitions: dict[str, Any] = {}
    schema = _object(Report, definitions)
    schema["properties"]["version"]["const"] = REPORT_VERSION
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Report of convgrade"}
    return head | schema | {"$defs": dict(sorted(definitions.items()))}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """One dataclass: every field is there, always, since `to_json` writes them all."""
    hints, told = get_type_hints(kind), _comments(kind)
    properties = {}
    for item in fields(kind):
        about = {"description": told[item.name]} if item.name in told else {}
        properties[item.name] = _type(hints[item.name], definitions) | about
    return {
        "description": inspect.getdoc(kind),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """A type of `model.py`. Raises TypeError for one that JSON has no word for."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if hint is NoneType:
        return {"type": "null"}
    if origin is UnionType:
        return {"anyOf": [_type(part, definitions) for part in inner]}
    if origin in (list, tuple):
        return {"type": "array", "items": _type(inner[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(inner[1], definitions)}
    return _named(hint, definitions)


def _named(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """A class of `model.py`, defined once and referred to."""
    if isinstance(kind, type) and is_dataclass(kind):
        definitions[kind.__name__] = _object(kind, definitions)
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        notes = {name: {"description": comment} for name, comment in _comments(kind).items()}
        values = [{"const": str(member)} | notes.get(member.name, {}) for member in kind]
        definitions[kind.__name__] = {"description": inspect.getdoc(kind), "oneOf": values}
    else:
        raise TypeError(f"{kind!r} has no place in a schema")
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _comments(kind: type) -> dict[str, str]:
    """The comment behind each field in the source: name → comment."""
    found = {}
    for line in inspect.getsource(kind).splitlines():
        code, mark, comment = line.partition("  # ")
        name = code.strip().split(":")[0].split("=")[0].strip()
        if mark and name.isidentifier():
            found[name] = comment.strip()
    return found


if __name__ == "__main__":
    sys.stdout.write(schema_text())
