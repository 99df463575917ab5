"""What got slower between two commits: both engines in one run, in turn. `make bench COMPARE=REV`.

The other commit is checked out below build/ and removed again; it needs the same packages as this one. Where its engine
cannot be measured, the history says what it knows of both.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import history
from bench.evidence import Figure, Goal, quotients
from bench.probe import Cost, Probe, measured

ROOT = Path(__file__).resolve().parents[1]
SLOWER = Goal("≤", 1.05)  # times the other's processor time: less than that is noise of the compiler's making


def compared(revision: str, slug: str, repetitions: int, count: int) -> Iterator[Figure]:
    """Ratios of processor time, this over the other's."""
    with checked_out(revision) as other, ExitStack() as stack:
        roots = (other, ROOT)
        for name, workers in (("cells and checks, bare", 0), ("a submission behind the wall", 1)):
            probes = [stack.enter_context(Probe(root, slug, workers)) for root in roots]
            yield against(name, [[probe.grade(count) for probe in probes] for _ in range(repetitions)])
        yield against("convgrade --help", [[command(root, ["--help"]) for root in roots] for _ in range(repetitions)])


def against(name: str, pairs: list[list[Cost]]) -> Figure:
    """New over old, pair by pair."""
    samples = quotients([new.cpu for _, new in pairs], [old.cpu for old, _ in pairs])
    return Figure(name, samples, "times", SLOWER)


def command(root: Path, words: list[str]) -> Cost:
    """What a command of that engine costs."""
    with measured() as cost:
        subprocess.run(
            [sys.executable, "-P", "-m", "autograder.cli", *words], cwd=root, check=True, capture_output=True,
            env={"PYTHONPATH": f"{root}:{root / 'shared'}", "PATH": "/usr/bin:/bin", "HOME": "/tmp"},
        )  # fmt: skip
    return cost


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A working tree of that commit, for the length of this block."""
    folder = ROOT / "build" / f"compare-{history.commit_of(revision)[:12]}"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--force", "--detach", folder, revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", folder], check=True)
