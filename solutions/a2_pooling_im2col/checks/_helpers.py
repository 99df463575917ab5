"""What the checks of several exercises share.

Inputs: never square, batch of at least two, a different length for every axis, pairs with unequal halves. Values are
asked in float32, where a forgotten dtype does no harm, and judged whatever the dtype; one check of each function asks
for the dtype. The checks of values come after `own_work` where a ready-made operation would do the task; what is no
value (gradients, errors, inputs left alone) comes after a value.
"""

from __future__ import annotations

from autograder.judge import integers, tuples

KERNELS = tuples(integers(1, 3), integers(1, 3))
STEPS = tuples(integers(1, 3), integers(1, 3))
