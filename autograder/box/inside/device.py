"""What differs in the box when tensors live on a card; on the CPU none of this does anything.

A card works behind Python's back: what a kernel runs into (an index out of range) is raised by some later call, and
from then on by every call of this process. Such a process is of no use to the functions that are asked after it.
"""

from __future__ import annotations

import torch

MEGABYTE = 2**20


def start_device(device: str, memory_mb: int) -> None:
    """Starts the device; raises where it cannot. PyTorch then takes no more of a card's memory than this."""
    torch.zeros(1, device=device)
    if device.startswith("cuda"):
        whole = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, memory_mb * MEGABYTE / whole), torch.cuda.current_device())


def await_device(device: str) -> None:
    """Waits until the card has done what it was told. Raises what it ran into, so that the right call is blamed."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def device_is_lost(device: str) -> bool:
    """Whether the card answers nothing any more in this process."""
    try:
        await_device(device)
    except Exception:  # noqa: BLE001  # of a type that depends on the version
        return True
    return False
