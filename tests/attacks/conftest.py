"""Secrets planted before any zygote starts, warm walls, and what must hold after every attack."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from autograder.course import load_course
from tests.attacks.papers import FULL, Grader
from tests.attacks.walls import RIGHT, Walls, call
from tests.conftest import write_course

MARK = "PLANTED-SECRET"


def token(kind: str) -> str:
    """A fresh secret that no attack can guess and every attack can recognise."""
    return f"{MARK}-{kind}-{secrets.token_hex(16)}"


@dataclass
class Planted:
    """Where the secrets are: the attacks are told every path and name, and get none of the values."""

    root: Path = Path()
    files: dict[str, Path] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    variable: str = "GRADERS_SECRET"
    tcp: int = 0
    abstract: str = ""
    kept: list[object] = field(default_factory=list)  # open files of the grader


@pytest.fixture(scope="session")
def planted() -> Iterator[Planted]:
    """A fresh token in every place where a grader keeps a secret."""
    # No place where a submission may look in any case, as /tmp is: with the view switched off it must be found there.
    root = Path(tempfile.mkdtemp(prefix="attacked-", dir="/var/tmp"))
    plant = Planted(root)
    write_course(root)
    places = {
        "suite": "solutions/tiny/test_tiny.py",
        "reference": "solutions/tiny/reference.py",
        "labels": "solutions/tiny/labels.csv",
        "gradebook": "build/gradebook.db",
        "submission": "build/submitted/grace/tiny/tiny.ipynb",
        "report": "build/reports/tiny/grace.json",
    }
    plant.tokens = {name: token(name) for name in (*places, "variable", "open-file", "pipe", "memory")}
    for name, place in places.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text() if path.exists() else ""
        path.write_text(f"{old}# {plant.tokens[name]}\n")
        plant.files[name] = path
    with contextlib.ExitStack() as stack:
        _plant_open_files(plant, root, stack)
        _plant_listeners(plant, stack)
        os.environ[plant.variable] = plant.tokens["variable"]
        yield plant
        del os.environ[plant.variable]
    shutil.rmtree(root)


def _plant_open_files(plant: Planted, root: Path, stack: contextlib.ExitStack) -> None:
    file = stack.enter_context((root / "open-file").open("w+", encoding="utf-8"))
    file.write(plant.tokens["open-file"])
    file.flush()
    reader, writer = os.pipe()
    os.write(writer, plant.tokens["pipe"].encode())
    for number in (file.fileno(), reader, writer):
        os.set_inheritable(number, True)
    stack.callback(lambda: [os.close(number) for number in (reader, writer)])
    plant.kept.append(file)


def _plant_listeners(plant: Planted, stack: contextlib.ExitStack) -> None:
    tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    plant.tcp, plant.abstract = tcp.getsockname()[1], f"\0{secrets.token_hex(8)}"
    local = stack.enter_context(socket.socket(socket.AF_UNIX))
    local.bind(plant.abstract)
    local.listen()


@pytest.fixture(scope="session")
def warm(planted: Planted) -> Iterator[Walls]:
    """The zygotes of this test process."""
    with contextlib.ExitStack() as stack:
        yield Walls(stack)


@pytest.fixture
def walls(warm: Walls) -> Iterator[Walls]:
    """The walls; after every attack a right answer still comes out of each attacked zygote right."""
    warm.attacked.clear()
    yield warm
    for outer in list(warm.attacked):
        with warm.box(RIGHT, off=outer) as box:
            assert call(box, "twice", torch.arange(3)).tolist() == [0, 2, 4]


@pytest.fixture
def grader(planted: Planted, warm: Walls) -> Iterator[Grader]:
    """The whole pipeline; after every attack a right submission still gets all automatic points."""
    made = Grader(load_course(planted.root).assignment("tiny"), warm.zygote())
    yield made
    assert made.grade().score == FULL
