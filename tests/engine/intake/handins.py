"""Hand-ins as tests make them: notebooks, archives, folders, repositories; and the command that collects them."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

from autograder.cli.main import main


def notebook(mark="", ids=("double",)):
    cells = [{"cell_type": "code", "source": f"# {mark}", "id": name, "metadata": {}} for name in ids]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, raw in files.items():
            target.writestr(name, raw)
    return path


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, raw in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(raw)
    return path


def handed_in(root) -> dict[str, bytes]:
    return {path.parents[1].name: path.read_bytes() for path in (root / "build/submitted").glob("*/tiny/tiny.ipynb")}


def time_of(root, student) -> str:
    path = root / "build/submitted" / student / "tiny/timestamp.txt"
    return path.read_text() if path.exists() else ""


def commit(repository: Path, at: int) -> None:
    """One commit with everything in it, made at this second; nothing of this machine's own configuration is used."""
    stamp, who = f"{at} +0000", ("-c", "user.name=x", "-c", "user.email=x@y")
    about = {"GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_DATE": stamp, "GIT_CONFIG_GLOBAL": "/dev/null"}
    for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], cwd=repository, check=True, env=os.environ | about, capture_output=True)


def collect(capsys, *arguments) -> tuple[int, str, str]:
    """The exit code of `convgrade collect tiny …`, and what it printed, in the course that we stand in."""
    code: object = None
    try:
        code = main(["collect", "tiny", *map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    return int(code or 0), out, err
