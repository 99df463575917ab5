"""Every hidden suite gives the same verdicts when the submission's tensors live on another device than the suite's.

Without a GPU a stand-in plays the second device; see there what it cannot show. Of each suite the author's own answers
are tried, and a share of the other right solutions and of the mistakes: DEVICES_ONE_IN=1 tries all of them. The share
changes whenever their file does.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import pytest
import torch

from autograder.course import Assignment
from autograder.gates import FIXTURE
from autograder.judge.conversation import Ask
from autograder.judge.local import LocalBox
from autograder.judge.plugin import Suite, with_suite
from autograder.lineup import ALTERNATIVE, MISTAKE, PERFECT, Variant, variants_of
from autograder.model import CheckResult, Verdict
from tests.course.stand_in_gpu import DEVICE, stand_in_gpu

ONE_IN = int(os.environ.get("DEVICES_ONE_IN", "16"))  # notebooks with alternatives, and with mistakes
DEVICES = [DEVICE, *(["cuda"] if torch.cuda.is_available() else [])]
pytestmark = pytest.mark.timeout(1500)

Verdicts = dict[str, Verdict]


@pytest.fixture(scope="module", params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def graded(assignment: Assignment, device: str) -> dict[str, list[tuple[str, Verdicts, Verdicts]]]:
    """By kind: what a notebook stands for, its verdicts on the CPU and on the device."""

    def serve(suite: Suite) -> dict[str, list[tuple[str, Verdicts, Verdicts]]]:
        suite.mistakes = ()  # nobody reads a hint here
        return {
            kind: [(title, verdicts(suite, raw, "cpu"), verdicts(suite, raw, device)) for title, raw in notebooks]
            for kind, notebooks in share(assignment).items()
        }

    return with_suite(assignment, serve, device)


def share(assignment: Assignment) -> dict[str, list[tuple[str, bytes]]]:
    """The notebooks that are tried, by kind, each with what it stands for."""
    groups: dict[tuple[str, bytes], list[Variant]] = {}
    for variant in variants_of(assignment, together=True):
        groups.setdefault((variant.kind, variant.raw), []).append(variant)
    files = {ALTERNATIVE: assignment.folder / "alternatives.py", MISTAKE: assignment.mistakes}
    found = {}
    for kind in (PERFECT, ALTERNATIVE, MISTAKE):
        those = [(", ".join(map(str, group)), raw) for (its, raw), group in groups.items() if its == kind]
        start = zlib.crc32(files[kind].read_bytes()) % min(ONE_IN, len(those)) if kind in files else 0
        found[kind] = those[start::ONE_IN]
    return found


def verdicts(suite: Suite, raw: bytes, device: str) -> Verdicts:
    """Of every check but the gates: they train for seconds, and many times longer on the stand-in."""
    gates = [one for one in suite.assignment.checks if FIXTURE in suite.items[one.name].fixturenames]
    suite.kept = {one.name: CheckResult(one.exercise, one.name, one.title, Verdict.PASSED) for one in gates}
    return {result.name: result.verdict for result in suite.run(asking(namespace(raw), device))}


def asking(names: Mapping[str, Any], device: str) -> Ask:
    """A box in this process whose tensors live on the device."""
    box = LocalBox(names, device)

    def ask(request: dict[str, Any], seconds: float) -> Any:
        with stand_in_gpu() if device == DEVICE else nullcontext():
            return box.ask(request, seconds)

    return ask


def namespace(raw: bytes) -> dict[str, Any]:
    """What the cells of a notebook of ours define; its public checks are left out."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for source in sources(raw):
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102  # our own answers
    return names


def sources(raw: bytes) -> Iterator[str]:
    for cell in json.loads(raw)["cells"]:
        about = cell["metadata"].get("nbgrader")
        if cell["cell_type"] == "code" and about and (about["solution"] or not about["grade"]):
            yield "\n".join(line for line in "".join(cell["source"]).split("\n") if not line.startswith("%"))


@pytest.mark.parametrize("kind", [PERFECT, ALTERNATIVE])
def test_right_solutions_pass_on_every_device(graded, kind):
    failing = [(title, name) for title, _, far in graded[kind] for name, one in far.items() if one != Verdict.PASSED]
    assert graded[kind]
    assert failing == []


def test_mistakes_fail_the_same_checks_on_every_device(graded):
    for title, near, far in graded[MISTAKE]:
        assert failed(near) == failed(far), title


def failed(found: Verdicts) -> set[str]:
    return {name for name, verdict in found.items() if verdict != Verdict.PASSED}
