"""`from cnnkit.reach import reach`, as assignment 2 says it."""

from cnnkit.figures.reach import reach

__all__ = ["reach"]
