"""What was measured at earlier commits: `bench/history.jsonl`, a line for each `make bench RECORD=1`.

Seconds are kept as ratios to the processor time of cells and checks run bare in the same run: machines differ, ratios
less.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.evidence import Figure

ROOT = Path(__file__).resolve().parents[1]
FILE = Path(__file__).with_name("history.jsonl")


def entry(figures: Iterable[Figure], bare_seconds: float, run: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the history; `run` says when, which commit and on how many processors."""
    ratios = {}
    for figure in figures:
        scale = bare_seconds if figure.unit == "s" else 1.0
        median, low, high = (_kept(value / scale) for value in (figure.median, *figure.interval))
        ratios[figure.name] = {"median": median, "interval": [low, high], "outcome": str(figure.outcome)}
    return {**run, "figures": ratios}


def _kept(ratio: float) -> float | None:
    """Four digits; None for what JSON has no number for."""
    return round(ratio, 4) if math.isfinite(ratio) else None


def append(line: Mapping[str, Any], file: Path = FILE) -> None:
    """Add one line."""
    with file.open("a", encoding="utf-8") as history:
        history.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")


def of_commit(commit: str, file: Path = FILE) -> dict[str, Any] | None:
    """The latest line of this commit."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return next((line for line in map(json.loads, reversed(lines)) if line["commit"] == commit), None)


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Figures of which the intervals of two lines do not touch, with both medians; only what was measured."""
    found = []
    for name, new in after["figures"].items():
        old = before["figures"].get(name)
        if old is None or "not measured" in (old["outcome"], new["outcome"]):
            continue
        if new["interval"][0] > old["interval"][1] or new["interval"][1] < old["interval"][0]:
            found.append(f"{name}: {old['median']:g} → {new['median']:g}")
    return found


def commit_of(revision: str) -> str:
    """The commit's full name. Raises CalledProcessError where there is none."""
    asked = ["git", "rev-parse", "--verify", f"{revision}^{{commit}}"]
    return subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
