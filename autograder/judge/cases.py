"""Seeded inputs: the same for every student, different next term and in every check. On the CPU."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch


def seed_of(secret: str, name: str) -> int:
    """A seed that only the course knows, of one check."""
    return int.from_bytes(hashlib.sha256(f"{secret}\0{name}".encode()).digest()[:8], "big")


class Cases:
    """The fixture `cases`. Give every axis its own length: a swap of two equal ones cannot be seen."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.rng = np.random.default_rng(seed)

    @property
    def seed(self) -> int:
        """A seed for training, below 2**31 so that every library takes it: `torch.manual_seed(cases.seed)`.

        It goes into the box, so it is a digest: a part of the seed itself leaves few enough others to try them all, and
        from the right one every hidden label can be drawn again.
        """
        told = hashlib.sha256(f"told\0{self._seed}".encode()).digest()
        return int.from_bytes(told[:4], "big") % 2**31

    def restart(self) -> None:
        """From here on the same numbers as at the start."""
        self.rng = np.random.default_rng(self._seed)

    def shuffled(self, things: Iterable[Any]) -> list[Any]:
        """The same things in a seeded order, which nobody knows beforehand."""
        listed = list(things)
        return [listed[int(place)] for place in self.rng.permutation(len(listed))]

    def tensor(self, *shape: int, low: float = -1, high: float = 1, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """Uniform random values in [low, high)."""
        values = self.rng.uniform(low, high, shape)
        return torch.from_numpy(np.asarray(values)).to(dtype)

    def integers(self, *shape: int, low: int = -9, high: int = 9, dtype: torch.dtype = torch.int64) -> torch.Tensor:
        """Uniform random whole numbers from low to high, both included."""
        values = self.rng.integers(low, high, shape, endpoint=True)
        return torch.from_numpy(np.asarray(values)).to(dtype)

    def images(self, batch: int, channels: int, height: int, width: int) -> torch.Tensor:
        """(batch, channels, height, width), float64 in [-1, 1)."""
        return self.tensor(batch, channels, height, width)

    def kernels(self, c_out: int, c_in: int, height: int, width: int) -> torch.Tensor:
        """(c_out, c_in, height, width), float64 in [-1, 1)."""
        return self.tensor(c_out, c_in, height, width)

    def bias(self, c_out: int) -> torch.Tensor:
        """(c_out,), float64, no entry near 0: a forgotten bias is always seen."""
        signs = np.where(self.rng.random(c_out) < 0.5, -1.0, 1.0)
        return torch.from_numpy(signs * self.rng.uniform(0.5, 1.5, c_out))
