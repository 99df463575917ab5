"""Where the time of a command went, from the spans of its processes: a share for each stage, which add up to the wall.

At every moment the command itself is in a span, or it waits for its workers and the moment is shared among those that
are in one, or nobody is: that is `other`. So nothing is counted twice, however many work at once. Within a process the
innermost span counts; whatever the diagnosis and the second boxes of carried errors do in turn counts as theirs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

STAGES = {
    "python": "the command starts",
    "keys": "what reports depend on is hashed",
    "workers": "workers start: imports, suite, zygote",
    "read": "course and submissions are read",
    "start": "boxes are set up",
    "cells": "the student's cells",
    "calls": "calls of the student's functions",
    "checks": "checks: inputs, references, comparisons",
    "carried": "earlier errors are carried forward",
    "diagnosis": "why checks failed: mistakes, relations, repairs",
    "submission": "the report is made",
    "store": "reports are stored",
    "gradebook": "gradebook",
    "page": "pages, and what is printed",
    "other": "other",
}
_WHOLE = ("carried", "diagnosis")  # with everything inside them


@dataclass(frozen=True, slots=True)
class Span:
    """What a process did from `start` to `end`, in seconds of one clock."""

    name: str
    pid: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A row: its share of the wall clock, the seconds that all processes spent in it, and how often."""

    name: str
    wall: float
    spent: float
    times: int


def spans_of(text: str) -> list[Span]:
    """What the processes of a command wrote; a torn line, of one that was killed, is left out."""
    found = []
    for line in text.splitlines():
        try:
            found.append(Span(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def waterfall(spans: Sequence[Span], main_pid: int, begin: float, finish: float) -> list[Stage]:
    """Rows in the order of STAGES; their `wall` adds up to `finish - begin`. `main_pid` is the process that waits."""
    walls: dict[str, float] = defaultdict(float)
    spent: dict[str, float] = defaultdict(float)
    by_process: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        by_process[span.pid].append(span)
    pieces = [piece for own in by_process.values() for piece in _pieces(own)]
    for start, end, running in _moments(pieces, begin, finish):
        for name in running.values():
            spent[name] += end - start
        names = [running[main_pid]] if main_pid in running else list(running.values()) or ["other"]
        for name in names:
            walls[name] += (end - start) / len(names)
    order = [*STAGES, *sorted({span.name for span in spans} - set(STAGES))]
    times = {name: sum(span.name == name for span in spans) for name in order}
    return [Stage(name, walls[name], spent[name], times[name]) for name in order if walls[name] or spent[name]]


def chrome_trace(spans: Iterable[Span], main_pid: int) -> str:
    """The spans as Perfetto, speedscope and chrome://tracing read them."""
    spans = list(spans)
    begin = min((span.start for span in spans), default=0.0)
    names = {pid: "convgrade" if pid == main_pid else "worker" for pid in sorted({span.pid for span in spans})}
    events: list[dict[str, object]] = [
        {"ph": "M", "name": "process_name", "pid": pid, "tid": pid, "args": {"name": name}}
        for pid, name in names.items()
    ]
    events += [
        {"ph": "X", "name": span.name, "pid": span.pid, "tid": span.pid, "cat": "convgrade",
         "ts": round((span.start - begin) * 1e6), "dur": round((span.end - span.start) * 1e6)}
        for span in sorted(spans, key=lambda span: (span.start, -span.end))
    ]  # fmt: skip
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"})


def _pieces(spans: Sequence[Span]) -> Iterator[Span]:
    """What one process was in, moment after moment, without overlaps."""
    open_spans: list[Span] = []
    at = 0.0
    for span in spans:
        while open_spans and open_spans[-1].end <= span.start:
            yield Span(_counted_as(open_spans), span.pid, at, open_spans[-1].end)
            at = open_spans.pop().end
        if open_spans:
            yield Span(_counted_as(open_spans), span.pid, at, span.start)
        open_spans.append(span)
        at = span.start
    while open_spans:
        yield Span(_counted_as(open_spans), open_spans[-1].pid, at, open_spans[-1].end)
        at = open_spans.pop().end


def _counted_as(open_spans: Sequence[Span]) -> str:
    return next((span.name for span in open_spans if span.name in _WHOLE), open_spans[-1].name)


def _moments(pieces: Iterable[Span], begin: float, finish: float) -> Iterator[tuple[float, float, Mapping[int, str]]]:
    """(from, to, what each process is in), from the beginning to the end."""
    edges = []
    for piece in pieces:
        start, end = max(piece.start, begin), min(piece.end, finish)
        if start < end:
            edges += [(start, 1, piece), (end, 0, piece)]  # at one moment, what ends comes before what begins
    running: dict[int, str] = {}
    at = begin
    for moment, begins, piece in sorted(edges, key=lambda edge: edge[:2]):
        if at < moment:
            yield at, moment, running
        at = moment
        if begins:
            running[piece.pid] = piece.name
        else:
            running.pop(piece.pid, None)
    if at < finish:
        yield at, finish, running
