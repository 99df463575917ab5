"""Exercises of this assignment for cases in which it matters little what is answered."""

CHEAP = ("flatten", "out_size", "pad2d", "kernels")  # 40 points, graded in no time
