"""What the documents name is there: files, folders, modules, and a line for every room of the engine."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = (".ci", "assignments", "autograder", "bench", "deploy", "docs", "shared", "solutions", "tests")
ENDINGS = ("py", "toml", "md", "json", "ipynb", "css", "js", "j2", "lock", "yaml")
NOT_OURS = ("/", "~", ".venv/", "build/", "assignments/ciphers/", "students/")  # of the machine, or made by a command
ALLOWED = ("test_<slug>.py", "mistakes.py", "alternatives.py")  # an assignment may have these instead of folders
PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*/?")
FENCE = re.compile(r"^```[^\n]*\n.*?^```$", re.MULTILINE | re.DOTALL)


def tree() -> set[str]:
    """Every file and folder of the project as `/path`, without what is made by running it."""
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts)
    paths = [*(ROOT / folder for folder in FOLDERS), *inside, *(path for path in ROOT.glob("*") if path.is_file())]
    return {f"/{path.relative_to(ROOT).as_posix()}" for path in paths}


TREE = tree()


def is_path(token: str) -> bool:
    """Whether a token in backticks is meant as a path of this project."""
    if not PATH.fullmatch(token) or token.startswith(NOT_OURS):
        return False
    return "/" in token or (token.rpartition(".")[2] in ENDINGS and not token.startswith("."))


def exists(token: str, text: str) -> bool:
    """Whether some path of the project ends like this, `<slug>` standing for any name; or the page itself makes it."""
    pattern = re.sub(r"<[^>]*>", "*", token.strip("/"))
    return token in ALLOWED or any(fnmatchcase(path, f"*/{pattern}") for path in TREE) or f"/{token}\n" in text


def named_in(document: Path) -> Iterator[str]:
    """Paths between backticks outside of code blocks, and the first word of each line of a tree."""
    text = document.read_text("utf-8")
    prose = FENCE.sub("", text)
    yield from (token for token in re.findall(r"`([^`\n]+)`", prose) if is_path(token))
    for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        words = (line.split(" ")[0] for line in block.splitlines())
        yield from (word for word in words if word.endswith("/") and is_path(word))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document):
    text = document.read_text("utf-8")
    assert [token for token in named_in(document) if not exists(token, text)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
    ours = [link for link in links if not link.startswith(("https:", "http:"))]
    assert [link for link in ours if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_a_document_names_exists(document):
    names = re.findall(r"`((?:autograder|cnnkit)(?:\.[a-z_]+)+)", document.read_text("utf-8"))
    tops = {"autograder": ROOT, "cnnkit": ROOT / "shared"}
    missing = []
    for name in names:
        path = tops[name.partition(".")[0]] / name.replace(".", "/")
        holder = path.parent / "__init__.py" if path.parent.is_dir() else path.parent.with_suffix(".py")
        known = path.is_dir() or path.with_suffix(".py").is_file()
        if not known and not (holder.is_file() and re.search(rf"\b{path.name}\b", holder.read_text("utf-8"))):
            missing.append(name)
    assert missing == []


def test_the_map_has_a_line_for_every_room():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [path.parent.name for path in sorted((ROOT / "autograder").glob("*/__init__.py"))]
    assert [room for room in rooms if f"| `autograder/{room}/` |" not in page] == []


def test_the_layers_of_the_map_are_those_that_are_enforced():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    section = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("### Who may import whom")[2]
    assert section.partition("```text\n")[2].partition("```")[0].splitlines() == layers


def test_every_change_of_the_list_names_a_test():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = page.partition("## Where do I change…?")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 12
    tested = {row.split(" | ")[0]: row.split(" | ")[2] for row in rows}
    assert [change for change, test in tested.items() if not re.search("`(tests/|convgrade prove)", test)] == []
