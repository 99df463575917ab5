"""Limits count what a submission computes: a busy machine takes nothing from it, and sleep ends some time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.box import clock
from autograder.box.box import open_box
from autograder.box.clock import ASLEEP, FAR, Allowance, Clock, Used
from autograder.box.outcome import StudentError
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.course.limits import Limits
from autograder.model import Verdict

QUICK = Limits(cell_seconds=1, call_seconds=0.5, submission_seconds=60)


class Machine:
    """A machine without a clock of ours: what happens in a second on the wall is said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, computed: float, waited: float | None) -> None:
        self.now, self.computed, self.waited = 100.0, computed, waited
        monkeypatch.setattr(clock.time, "monotonic", lambda: self.now)

    def read(self) -> Used:
        passed = self.now - 100.0
        return Used(passed * self.computed, None if self.waited is None else passed * self.waited)

    def wall_seconds(self, allowed: float) -> float:
        """After how many seconds on the wall a request that is allowed so many is stopped."""
        allowance = Allowance(Clock(self.read), allowed)
        try:
            while self.now < 10_000:
                self.now += allowance.patience()
        except TimeoutError:
            return self.now - 100.0
        raise AssertionError("it is never stopped")


@pytest.mark.parametrize(
    ("computed", "waited", "factor"),
    [
        (1.0, 0.0, 1.0),  # a loop on a quiet machine
        (0.2, 0.8, 5.0),  # the same among many others
        (0.2, None, 5.0),  # where the kernel does not tell how long it waited
        (3.0, 0.0, 1 / 3),  # three threads
        (0.0, 0.0, ASLEEP),
        (0.0, None, FAR),
        (0.0, 1.0, FAR),  # never gets a processor
    ],
)  # fmt: skip
def test_a_limit_is_reached_when_so_much_was_computed(monkeypatch, computed, waited, factor):
    stopped = Machine(monkeypatch, computed, waited).wall_seconds(allowed=10.0)
    assert stopped == pytest.approx(10.0 * factor, abs=0.5)


def test_many_short_requests_add_up_to_what_they_computed(monkeypatch):
    machine = Machine(monkeypatch, computed=0.1, waited=0.9)
    used = Clock(machine.read)
    for _ in range(1000):
        used.start()
        machine.now += 0.05
        used.stop()
    assert used.spent == pytest.approx(5.0, abs=0.1)


def test_a_new_process_has_used_nothing(monkeypatch):
    machine = Machine(monkeypatch, computed=1.0, waited=0.0)
    used = Clock(machine.read)
    used.start()
    machine.now += 3
    used.look()
    machine.computed = 0.0  # of the next one
    used.other_process()
    used.start()
    used.look()
    assert used.spent == pytest.approx(3.0)


# ------------------------------------------------------------ with real processes


@pytest.fixture(scope="module", params=MODES)
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote.start(Wall(mode=request.param)) as warm:
        yield warm


FOREVER = "import os, threading, time\ndef forever():\n    while True: pass\n"
BUSY = {
    "a loop": "while True: pass",
    "threads": "for _ in 'ab': threading.Thread(target=forever, daemon=True).start()\n    forever()",
    "a child": "if os.fork() == 0: forever()\n    os.wait()",
    "a child of a child": "if os.fork() == 0:\n        if os.fork() == 0: forever()\n        os._exit(0)\n"
    "    time.sleep(999)",
    "sleep": "time.sleep(999)",
}


@pytest.mark.parametrize("name", BUSY)
def test_whatever_goes_on_for_ever_is_stopped_and_the_next_call_answers(zygote, name):
    with open_box(zygote, QUICK) as box:
        assert box.run_cell(f"{FOREVER}def hangs():\n    {BUSY[name]}\ndef right(): return 7", "answer").ok
        with pytest.raises(StudentError) as caught:
            box.ask({"op": "call", "target": ["name", "hangs"]})
        assert (caught.value.verdict, caught.value.seconds > 0.4) == (Verdict.TIMED_OUT, True)
        assert box.ask({"op": "call", "target": ["name", "right"]}).value == 7


def test_what_waits_without_computing_is_not_stopped_at_the_limit(zygote):
    """As on a busy machine: half a second is allowed, and it takes longer on the wall."""
    with open_box(zygote, QUICK) as box:
        assert box.run_cell("import time\ndef waits():\n    time.sleep(0.8)\n    return 7", "answer").ok
        reply = box.ask({"op": "call", "target": ["name", "waits"]})
        assert (reply.value, reply.seconds < 0.5) == (7, True)
