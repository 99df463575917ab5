"""`--profile`: where the time of a command goes, as a table and as a file for Perfetto or speedscope."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from autograder.cli.output import note
from autograder.errors import UsageError
from autograder.layout import BUILD
from autograder.log import SPANS, note_span

FILE = "profile.json"  # in the course's build folder


def PROFILE(verb: Callable[..., int]) -> Callable[..., int]:  # noqa: N802  # an option, like those of options.py
    """The option `--profile`. Without it nothing is measured; with it reports and their keys stay the same."""

    @click.option(
        "--profile",
        is_flag=True,
        help="Also show where the time went, stage by stage, on standard error, and write build/profile.json, which"
        " https://ui.perfetto.dev and speedscope open.",
    )
    @wraps(verb)
    def profiled(*, root: Path, profile: bool, **options: Any) -> int:
        if not profile:
            return verb(root=root, **options)
        if options.get("cluster"):
            raise UsageError("--profile follows the workers of this machine, not those of a --cluster")
        with tempfile.TemporaryDirectory(prefix="convgrade-") as folder:
            os.environ[SPANS] = str(Path(folder) / "spans")
            try:
                note_span("python", begun := _begun(), os.getpid())
                return verb(root=root, **options)
            finally:
                _show(Path(os.environ.pop(SPANS)).read_text("utf-8"), begun, root)

    return profiled


def _begun() -> float:
    """When this process began, on the clock of the spans."""
    try:
        ticks = int(Path("/proc/self/stat").read_text("utf-8").rsplit(")", 1)[1].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):  # no Linux
        age = time.process_time()
    return time.monotonic() - age


def _show(text: str, begun: float, root: Path) -> None:
    from autograder.files import write_atomically
    from autograder.reports.terminal import show_waterfall
    from autograder.reports.waterfall import chrome_trace, spans_of, waterfall

    now, spans = time.monotonic(), spans_of(text)
    show_waterfall(waterfall(spans, os.getpid(), begun, now), now - begun)
    path = root / BUILD / FILE
    write_atomically(path, chrome_trace(spans, os.getpid()).encode())
    note(f"for https://ui.perfetto.dev or speedscope: {path.relative_to(root)}")
