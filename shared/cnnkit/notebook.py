"""Where the kit runs: a notebook shows pictures, a terminal their text."""

from __future__ import annotations

import os
import sys
from typing import Any


def show(thing: Any) -> None:
    """Show a figure in the notebook, or print its text on a terminal."""
    if in_notebook():
        from IPython.display import display

        display(thing)
    else:
        say(str(thing))


def say(text: str) -> None:
    """A line of text under the cell."""
    sys.stdout.write(text + "\n")


def in_notebook() -> bool:
    """Whether rich output is shown: the shells of Jupyter, VS Code and Colab have a kernel, a terminal does not."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def validating() -> bool:
    """Whether nbgrader's Validate button is running this notebook: only then may a failed check raise."""
    return bool(os.environ.get("NBGRADER_VALIDATING")) or os.environ.get("NBGRADER_EXECUTION") == "validate"


def close_new_figures(before: frozenset[int]) -> None:
    """Close the pyplot figures that a call opened, so that a check does not draw them all."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in open_figures() - before:
        if pyplot:
            pyplot.close(number)


def open_figures() -> frozenset[int]:
    """Numbers of the pyplot figures that are open now."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return frozenset(pyplot.get_fignums()) if pyplot else frozenset()
