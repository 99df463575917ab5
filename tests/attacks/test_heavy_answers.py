"""Answers that are large, or swell where they are judged: the trusted side stays small and quick, and gives a verdict.

Every attack is bounded, also where nothing stops it: one answer is 64 MB, and the sample course asks for few.
"""

from __future__ import annotations

import json
import os
import resource
import struct

import pytest

from autograder.box.box import MAX_PICTURES
from autograder.box.outcome import Reply
from autograder.judge.allowance import KEPT, TooLong, processor_time
from autograder.judge.conversation import Conversation
from autograder.model import Report
from tests.attacks.papers import Grader
from tests.attacks.walls import QUICK

MOST = 1.5 * 2**30  # bytes of the process that judges
HEAVY = {
    "a tensor of 60 MB": "return torch.zeros(60 * 2**20, dtype=torch.uint8)",
    "a tensor of 15 MB": "return torch.zeros(15 * 2**20, dtype=torch.bool)",
    "a text of 60 MB": "return 'é' * (30 * 2**20)",
    "a text of 15 MB": "return 'é' * (7 * 2**20)",
    "many large ints": "return [2**8000 + n for n in range(15_000)]",
    "many floats": "return [float(n) for n in range(190_000)]",
    "many empty dicts": "return [{} for _ in range(190_000)]",
    "many tensors": "return [torch.zeros(0) for _ in range(190_000)]",
    "a broadcast of 16 GB": "return torch.zeros(2**17, 1, dtype=x.dtype).expand(2**17, 3)",
}
FORGED = {
    "places of change": "{'mutated': ['x' * 2**20] * 60}",
    "places that are bytes": "{'mutated': [bytes(2**20)] * 60}",
    "gradients": "{'grads': [torch.zeros(0)] * 190_000}",
    "names of types": "{'value': [wire.Handle(n, 'n' * 2**20) for n in range(60)]}",
    "texts of an error": "{'error': {'message': 'm' * 2**23, 'trace': 't' * 2**23, 'bases': ['b' * 2**20] * 40}}",
}
PATCHED = """
from inside import server, wire
wire.MAX_NAME = wire.MAX_NODES = wire.MAX_ANSWER = 2**30
server.Server.answer = lambda self, request: wire.encode({})
"""


def in_a_process(grader: Grader, **cells: str) -> tuple[Report, float]:
    """The report, and the most memory, in bytes, that a process took which judged."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            report = grader.grade(**cells)
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
            with open(writer, "w") as pipe:
                pipe.write(json.dumps([report.to_json(), most]))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    report_json, most = json.loads(answer)
    return Report.from_json(report_json), most


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_answer_earns_nothing_and_takes_little(grader: Grader, name: str) -> None:
    report, most = in_a_process(grader, double=f"import torch\ndef double(x):\n    {HEAVY[name]}")
    assert (report.graded, report.score) == (True, 30.0)
    assert most < MOST
    assert len(report.to_json()) < 200_000


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_reply_takes_little(grader: Grader, name: str) -> None:
    report, most = in_a_process(grader, last=f"import torch\n{PATCHED.replace('{}', FORGED[name], 1)}")
    assert (report.graded, report.score) == (True, 0.0)
    assert most < MOST


def test_what_is_kept_of_a_submission_has_an_end() -> None:
    heavy = Conversation(lambda _request, _seconds: Reply(bytes(15 * 2**20)), QUICK)
    for number in range(10):
        heavy.send({"op": "call", "target": ["name", "f"], "args": [number], "kwargs": {}})
    assert sum(exchange.weight for exchange in heavy.exchanges) < KEPT + 16 * 2**20
    assert (len(heavy.exchanges), heavy.exchanges[-1].request["args"], heavy.is_whole) == (10, [9], False)


def picture(width: int, height: int, size: int = 100) -> bytes:
    """The beginning of a PNG of this size, and zeros."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">2I", width, height) + bytes(size)


def drawn(walls, *pngs: bytes, cells: int = 1) -> list[bytes]:
    """What is kept when each of some cells draws these figures, as the cell before them has it."""
    figures = [png.hex() for png in pngs]
    forged = f"from inside import shell\nshell._figures = lambda: [bytes.fromhex(png) for png in {figures}]"
    with walls.box(forged) as box:
        outcomes = [box.run_cell("pass", f"cell {number}", figures=True) for number in range(cells)]
    return [png for outcome in outcomes for png in outcome.figures]


@pytest.mark.parametrize("sides", [(60_000, 60_000), (1, 2**31), (0, 5), (5, 0), (4001, 1)])
def test_a_picture_that_no_page_can_show_is_not_kept(walls, sides) -> None:
    assert drawn(walls, picture(*sides), picture(640, 480)) == [picture(640, 480)]


def test_what_only_begins_like_a_picture_is_not_kept(walls) -> None:
    assert drawn(walls, b"\x89PNG", b"\x89PNG\r\n\x1a\n<svg>", picture(640, 480)[:20]) == []


def test_pictures_of_many_cells_have_an_end(walls) -> None:
    large = picture(640, 480, 399_000)
    kept = sum(map(len, drawn(walls, large, large, large, large, cells=8)))
    assert MAX_PICTURES - len(large) < kept <= MAX_PICTURES


def endless() -> None:
    with processor_time(0.05):
        while True:
            pass


def test_a_body_that_an_answer_makes_endless_ends() -> None:
    with pytest.raises(TooLong):
        endless()
