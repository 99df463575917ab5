"""The tests in random order beside 8 processes per core that spin: `make steady`. Nothing may depend on the machine.

`python -m bench.steady [--runs 3] [--spinners N] [--seed N] [PATH …]` ends with 1 as soon as a run fails, and says its
seed. Loaded into pytest (`-p bench.steady`, with STEADY_SEED), this module is what shuffles: files, and the tests in
them; those that share a parametrized fixture of the file or the session stay together, so that each is made once.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from bench.busy import spinning

ROOT = Path(__file__).resolve().parents[1]
SEED = "STEADY_SEED"


def main() -> None:
    """Run the tests again and again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=["tests"], metavar="PATH", help="test files or folders")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="workers of pytest")
    parser.add_argument("--spinners", type=int, default=8 * (os.cpu_count() or 1), help="processes that only compute")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the first run's order")
    options = parser.parse_args()
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(options.jobs), "-p", "bench.steady", "--timeout=0"]
    with spinning(options.spinners):
        for seed in range(options.seed, options.seed + options.runs):
            print(f"── order {seed}, beside {options.spinners} spinning processes", flush=True)
            known = os.environ | {SEED: str(seed)}
            if subprocess.run([*command, *options.paths], cwd=ROOT, env=known, check=False).returncode:
                print(f"not steady: python -m bench.steady --runs 1 --seed {seed} {' '.join(options.paths)}")
                raise SystemExit(1)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Every worker shuffles alike, by the seed."""
    items[:] = shuffled(items, [places_of(item) for item in items], os.environ[SEED])


def places_of(item: Any) -> tuple[Hashable, Hashable]:
    """The file of a test, and which instance of the fixtures that outlive a test it has."""
    spec = getattr(item, "callspec", None)
    scopes = getattr(spec, "_arg2scope", {})
    shared = sorted((name, spec.indices[name]) for name in scopes if scopes[name].value != "function") if spec else []
    return str(item.path), tuple(shared)


def shuffled(items: Iterable[Any], places: Iterable[tuple[Hashable, Hashable]], seed: str) -> list[Any]:
    """The same items in another order: files, in them what shares a fixture, in that the tests."""
    dice = random.Random(seed)
    files: dict[Hashable, dict[Hashable, list[Any]]] = {}
    for item, (file, shared) in zip(items, places, strict=True):
        files.setdefault(file, {}).setdefault(shared, []).append(item)
    order = []
    for file in dice.sample(list(files), len(files)):
        for shared in dice.sample(list(files[file]), len(files[file])):
            order += dice.sample(files[file][shared], len(files[file][shared]))
    return order


if __name__ == "__main__":
    main()
