"""The student kit: inline checks, figures, data and numerical gradients. Needs no network and no grader."""

from cnnkit import data, gradients
from cnnkit.checking import after_writing, check
from cnnkit.example import Example
from cnnkit.figures import diagrams, moving, plots, stages, text

__all__ = ["Example", "after_writing", "check", "data", "diagrams", "gradients", "moving", "plots", "stages", "text"]
