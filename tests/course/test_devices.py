"""Every hidden suite gives the same verdicts when the submission's tensors live on another device than the suite's.

Without a GPU a stand-in plays the second device; see there what it cannot show. Of each suite the author's own answers
are tried, and a share of the other right solutions and of the mistakes, each in its exercise: DEVICES_ONE_IN=1 tries
all of them, and every drawn example. The share is another one when their file changes. A mistake may fail more checks
there than on the CPU: many make tensors on the CPU besides.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from autograder.authoring import notebooks, variants
from autograder.authoring.proof_set import ALTERNATIVE, MISTAKE, Replacement, replacements
from autograder.course import Assignment
from autograder.course.answers import mistakes_of
from autograder.course.declarations import CheckSpec
from autograder.course.parts import sources_of
from autograder.course.thresholds import FIXTURE
from autograder.judge.conversation import Ask
from autograder.judge.examples import drawer_of
from autograder.judge.local import LocalBox
from autograder.judge.plugin import Suite, with_suite
from autograder.model import CheckResult, Verdict
from tests.course.stand_in_gpu import DEVICE, stand_in_gpu

ONE_IN = int(os.environ.get("DEVICES_ONE_IN", "0"))
EXAMPLES = 1000 if ONE_IN == 1 else 10  # drawn by Hypothesis, of each check: the stand-in is slow
SHARES = {ALTERNATIVE: ONE_IN or 24, MISTAKE: ONE_IN or 300}  # one in so many
DEVICES = [DEVICE, *(["cuda"] if torch.cuda.is_available() else [])]
pytestmark = pytest.mark.timeout(1500)
if "cuda" in DEVICES:
    torch.cuda.init()  # now: a judge sees no card, but this process is the box as well


@pytest.fixture(scope="module", params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    return request.param


def share(assignment: Assignment, kind: str) -> list[Replacement]:
    """Those of the alternatives or mistakes that are tried now: none that ends its process, none for a gate to find."""
    gates = {mistake.name for mistake in mistakes_of(assignment) if mistake.below}
    part = assignment.mistakes if kind == MISTAKE else assignment.alternatives
    written = b"".join(path.read_bytes() for path in sources_of(part).values())
    chosen = [
        replacement
        for replacement in replacements(assignment)
        if replacement.kind == kind and not replacement.alone and replacement.name not in gates
    ]
    return chosen[zlib.crc32(written) % min(SHARES[kind], len(chosen)) :: SHARES[kind]]


@dataclass
class Found:
    """Checks that did not pass: of the author's answers, of each other right solution, and of each mistake."""

    author: set[str]
    alternatives: dict[str, set[str]]
    mistakes: dict[str, tuple[set[str], set[str]]]  # on the CPU, on the device


@pytest.fixture(scope="module")
def found(assignment: Assignment, device: str) -> Found:
    def serve(suite: Suite) -> Found:
        for drawer in filter(None, (drawer_of(item.obj) for item in suite.items.values())):
            drawer.count = min(drawer.count, EXAMPLES)
        others, wrong = share(assignment, ALTERNATIVE), share(assignment, MISTAKE)
        return Found(
            failed(suite, device),
            {answer.name: failed(suite, device, answer) for answer in others},
            {mistake.name: (failed(suite, "cpu", mistake), failed(suite, device, mistake)) for mistake in wrong},
        )

    return with_suite(assignment, serve, device)


def failed(suite: Suite, device: str, replaced: Replacement | None = None) -> set[str]:
    """When the author's answers are tried: everything; with one of them exchanged: the checks of its exercise."""
    given = variants.answers(suite.assignment)
    if replaced:
        given = variants.with_replaced(given, {replaced.function: replaced.source})
    names = namespace(suite.assignment, notebooks.submission(suite.assignment, given))
    kept = {check.name: left_out(check) for check in suite.assignment.checks if not tried(suite, check, replaced)}
    results, _ = suite.verdicts_of(asking(names, device), kept)
    return {result.name for result in results.values() if result.verdict is not Verdict.PASSED}


def tried(suite: Suite, check: CheckSpec, replaced: Replacement | None) -> bool:
    """Gates only where all is tried: they train for seconds."""
    gate = ONE_IN != 1 and FIXTURE in suite.items[check.name].fixturenames
    return not gate and (replaced is None or replaced.exercise == check.exercise)


def left_out(check: CheckSpec) -> CheckResult:
    return CheckResult(check.exercise, check.name, check.title, Verdict.PASSED)


def asking(names: Mapping[str, Any], device: str) -> Ask:
    """A box in this process whose tensors live on the device."""
    box = LocalBox(names, device)

    def ask(request: dict[str, Any], seconds: float) -> Any:
        stands_in = device == DEVICE and request.get("device") != "cpu"  # trainings on the CPU need not wait for it
        with stand_in_gpu() if stands_in else nullcontext():
            return box.ask(request, seconds)

    return ask


def namespace(assignment: Assignment, raw: bytes) -> dict[str, Any]:
    """What the cells of a notebook of ours define; its public checks are left out."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for source in sources(assignment, raw):
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102  # our own answers
    return names


def sources(assignment: Assignment, raw: bytes) -> Iterator[str]:
    wanted = {cell.grade_id for cell in assignment.release if cell.role in ("given", "solution")}
    for cell in json.loads(raw)["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in wanted:
            yield "\n".join(line for line in "".join(cell["source"]).split("\n") if not line.startswith("%"))


def test_the_author_s_answers_pass_on_every_device(found):
    assert found.author == set()


def test_other_right_solutions_pass_on_every_device(found):
    assert {name: failing for name, failing in found.alternatives.items() if failing} == {}


def test_what_a_mistake_fails_on_the_cpu_it_fails_on_every_device(found):
    assert [name for name, (near, far) in found.mistakes.items() if not set() < near <= far] == []
