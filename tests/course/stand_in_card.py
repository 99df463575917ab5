"""A card for machines that have none: all of it is that PyTorch's first gradient starts a thread for it.

`USED` is the first use of the card by a process, then a gradient: a card that CUDA_VISIBLE_DEVICES hides is not there.
"""

from __future__ import annotations

GRADIENT = "import torch\ntorch.ones(3, requires_grad=True).sum().backward()\n"
USED = f"""
import os, torch

class Card(torch._C._acc.DeviceGuard):
    def type_(self):
        return torch._C._autograd.DeviceType.PrivateUse1

if os.environ.get("CUDA_VISIBLE_DEVICES") != "":
    CARD = Card()  # PyTorch counts one
    torch._C._acc.register_python_privateuseone_device_guard(CARD)
{GRADIENT}"""
