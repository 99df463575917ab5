"""What the checks of several exercises share.

Models, optimizers and loaders live in the box. The helpers below are run beside the student's code with `beside`, and
here with the reference's: they make the same networks (known weights, float64) on both sides; plain data comes back.
"""

from __future__ import annotations

from torch import nn


def flags(model: nn.Module) -> list[bool]:
    """Of the model and all its parts."""
    return [part.training for part in model.modules()]
