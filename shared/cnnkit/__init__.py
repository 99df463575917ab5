"""The student kit: inline checks, pictures, data and numerical gradients. Needs no network and no grader."""

from cnnkit import data, gradients, plots
from cnnkit.checking import after_writing, check
from cnnkit.example import Example

__all__ = ["Example", "after_writing", "check", "data", "gradients", "plots"]
