"""What the checks of several exercises share.

Inputs: never square, batch of at least two, a different length for every axis, stride and padding unequal. Values are
asked in float32, where a forgotten dtype does no harm, and judged whatever the dtype; one check of each function asks
for the dtype. The checks of values come after `own_work`, so that a banned road earns nothing; what is wrong there
without being banned is left to them. What is no value (gradients, errors, inputs left alone) comes after a value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judge import integers, tuples

SIZES = tuples(integers(1, 6), integers(1, 6))


def picture(cases: Any, *shape: int) -> np.ndarray:
    """A uint8 image with black and white in it."""
    pixels = cases.integers(*shape, low=1, high=254).numpy().astype(np.uint8)
    pixels[0, 1], pixels[1, 0] = 255, 0
    return pixels
