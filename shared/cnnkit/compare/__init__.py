"""Comparing an answer with the expected one, and the sentence about what differs; says nothing of grades."""

from cnnkit.compare.mismatch import Mismatch, kind_of
from cnnkit.compare.shapes import shape_hint
from cnnkit.compare.values import compare

__all__ = ["Mismatch", "compare", "kind_of", "shape_hint"]
