"""The rows of `--profile` add up to the wall clock, whoever worked at the same time."""

from __future__ import annotations

import json

import pytest

from autograder.reports.waterfall import Span, chrome_trace, spans_of, waterfall

COMMAND, ONE, TWO = 10, 11, 12


def walls(*spans: Span, finish: float = 10.0) -> dict[str, float]:
    return {stage.name: stage.wall for stage in waterfall(spans, COMMAND, 0.0, finish)}


def test_what_nobody_was_in_is_other():
    assert walls(Span("read", COMMAND, 1, 3)) == {"read": 2, "other": 8}


def test_the_innermost_span_counts_and_nothing_counts_twice():
    found = walls(Span("cells", ONE, 0, 6), Span("start", ONE, 1, 3), Span("submission", ONE, 0, 9))
    assert found == {"cells": 4, "start": 2, "submission": 3, "other": 1}


def test_workers_that_work_at_once_share_the_moment():
    stages = waterfall([Span("cells", ONE, 0, 4), Span("checks", TWO, 2, 4)], COMMAND, 0, 4)
    assert [(stage.name, stage.wall, stage.spent) for stage in stages] == [("cells", 3, 4), ("checks", 1, 2)]


def test_a_command_that_works_itself_waits_for_nobody():
    assert walls(Span("cells", ONE, 0, 10), Span("store", COMMAND, 4, 6)) == {"cells": 8, "store": 2}


def test_what_the_diagnosis_does_in_turn_is_the_diagnosis():
    inside = [Span("start", ONE, 1, 2), Span("calls", ONE, 2, 9)]
    assert walls(Span("diagnosis", ONE, 0, 10), *inside) == {"diagnosis": 10}


@pytest.mark.parametrize("shift", [0.0, 0.25, 3.7])
def test_the_rows_add_up_to_the_wall_clock(shift: float):
    spans = [Span("read", COMMAND, 0.5, 1.5)]
    for pid in (ONE, TWO):
        begin = shift * (pid - ONE)
        spans += [Span("submission", pid, begin, begin + 5), Span("checks", pid, begin + 1, begin + 4)]
        spans += [Span("calls", pid, begin + 1 + part / 10, begin + 1.05 + part / 10) for part in range(30)]
    assert sum(walls(*spans, finish=12.0).values()) == pytest.approx(12.0)


def test_a_torn_line_of_a_killed_process_is_left_out():
    line = '{"name": "cells", "pid": 1, "start": 0.0, "end": 1.0}'
    assert spans_of(f"{line}\n{line[:20]}\n[]\n") == [Span("cells", 1, 0.0, 1.0)]


def test_the_file_is_a_chrome_trace_in_microseconds():
    events = json.loads(chrome_trace([Span("read", COMMAND, 5, 6), Span("cells", ONE, 6, 8)], COMMAND))["traceEvents"]
    complete = [(event["name"], event["ts"], event["dur"]) for event in events if event["ph"] == "X"]
    assert complete == [("read", 0, 1_000_000), ("cells", 1_000_000, 2_000_000)]
    assert [event["args"]["name"] for event in events if event["ph"] == "M"] == ["convgrade", "worker"]
