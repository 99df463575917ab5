"""Runs the cells of one submission in a real IPython shell, with everything that they print or draw capped.

Also has `Shell.warm()`, called once in the zygote, so that a forked child pays nothing for IPython.
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import time
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import torch
from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from .failure import describe

MAX_PRINTED = 20_000  # characters kept of what a cell prints
MAX_FIGURES, MAX_FIGURE_BYTES = 4, 400_000


class CappedText(io.TextIOBase):
    """Keeps the beginning of what is written to it, counts nothing else and never fails."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = MAX_PRINTED

    def write(self, text: str) -> int:
        """Keeps what there is room for; says that all of it was written."""
        if self.room > 0:
            self.parts.append(str(text)[: self.room])
            self.room -= len(self.parts[-1])
        return len(text)

    def writable(self) -> bool:
        """Text streams are asked this."""
        return True

    def isatty(self) -> bool:
        """Never a terminal."""
        return False

    def getvalue(self) -> str:
        """What was kept."""
        return "".join(self.parts)


class QuietShell(InteractiveShell):
    """IPython without a terminal: no commands, no display, no second copy of what is printed."""

    def system(self, command: str) -> None:
        """`!pip install …` and the like: nothing is started while grading, and nothing fails because of it."""
        sys.stdout.write(f"(not run while grading: !{command})\n")

    system_raw = system_piped = system

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> Any:
        """`files = !ls`: nothing, in the type that IPython gives."""
        self.system(command)
        return SList() if split else ""

    def ask_exit(self) -> None:
        """`exit` and `quit` in a cell: a notebook goes on."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """`%matplotlib inline`: figures are collected by `Shell.run`."""
        return "agg", "agg"

    def enable_gui(self, gui: str | None = None) -> None:
        """No event loop."""

    def _tee(self, channel: str) -> Any:
        """IPython would keep a second copy of a cell's output, in quadratic time."""
        return contextlib.nullcontext()


def eagerly(model: Any = None, **options: Any) -> Any:
    """`torch.compile`, above a function or called with one, or with options only: the function as it is."""
    return functools.partial(eagerly, **options) if model is None else model


class Shell:
    """A warm IPython shell. `names` is the student's namespace."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.cache_size = 0  # Out[...] would keep every array alive
        self.ipython: Any = QuietShell.instance(config=config)
        for magic in ("bash", "sh", "script", "system", "sx", "!"):
            self.ipython.magics_manager.magics["cell"][magic] = lambda line, cell: self.ipython.system(cell)
        self.cells: dict[str, str] = {}
        self.names: dict[str, Any] = self.ipython.user_ns

    def warm(self) -> None:
        """Does once whatever is slow the first time."""
        torch.compile = eagerly  # no compiler is in the box, and what it makes gives the same values
        self.run("import asyncio\nasync def _f(): return 1\nawait _f()", "warm", figures=False)
        figure = plt.figure(figsize=(1, 1))
        figure.subplots().plot([0, 1])
        _png(figure)
        plt.close("all")
        self.forget()

    def forget(self) -> None:
        """An empty namespace; what was imported stays warm."""
        get_asyncio_loop().close()  # its file descriptors would not outlive the fork
        self.ipython.reset(new_session=False)
        self.cells.clear()

    def cell_of(self, filename: str) -> str | None:
        """The cell's label for the file name that Python knows it by."""
        return self.cells.get(filename)

    def run(self, source: str, label: str, figures: bool) -> dict[str, Any]:
        """Runs one cell: {"ok", "error", "printed", "figures", "seconds"}."""
        filename = f"<cell {label}>"
        self.cells[filename] = label
        self.ipython.compile.get_code_name = lambda *_: filename
        start = time.perf_counter()
        with captured() as printed:
            result = self.ipython.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        drawn = _figures() if figures else []
        plt.close("all")
        return {
            "ok": error is None,
            "error": None if error is None else describe(error, self.cell_of),
            "printed": printed.getvalue(),
            "figures": drawn,
            "seconds": time.perf_counter() - start,
        }


@contextlib.contextmanager
def captured() -> Iterator[CappedText]:
    """What is printed inside, capped; the student's own replacement of sys.stdout does not outlive it."""
    sink = CappedText()
    old = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = sink
    try:
        yield sink
    finally:
        sys.stdout, sys.stderr = old


def _figures() -> list[bytes]:
    drawn = [_png(plt.figure(number)) for number in plt.get_fignums()[:MAX_FIGURES]]
    return [png for png in drawn if len(png) <= MAX_FIGURE_BYTES]


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    try:
        figure.savefig(buffer, format="png", dpi=60)
    except Exception:  # noqa: BLE001  # the figure is the student's: whatever it contains may fail to draw
        return b""
    return buffer.getvalue()
