"""What the reference is asked, to find out which argument an answer depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.probes import probes_of
from autograder.judge.suite import Suite
from tests.engine.samples.judge import one_check, sample

THRICE = "for n in (2.0, 3.0, 4.0):\n    expect(student.double(n)).to_equal(2 * n)"


def test_each_question_of_a_check_is_asked_once_and_nothing_is_judged(tmp_path: Path, monkeypatch: Any) -> None:
    """What a check asked first it asked again, as after an answer that passed: a third of the time for nothing."""
    asked: list[Any] = []
    asks = LocalBox.ask
    monkeypatch.setattr(LocalBox, "ask", lambda box, request, *time: asked.append(request) or asks(box, request, *time))

    def found(suite: Suite) -> list[Any]:
        return [probe.request["args"] for probe in probes_of(suite, [], ["it"]) + probes_of(suite, ["it"], [])]

    assert with_suite(sample(tmp_path, one_check(THRICE), mistakes=""), found) == [[2.0], [3.0], [4.0]]
    assert len(asked) == 3 * (1 + 4)
