"""Values that are more than numbers and text, as plain data: dense arrays, and handles for what stays inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

_SHARED = "bool uint8 int8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128"
NUMPY_DTYPES = {name: np.dtype(name) for name in _SHARED.split()}
TORCH_DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in [*NUMPY_DTYPES, "bfloat16"]}
ITEM_SIZES = {name: dtype.itemsize for name, dtype in TORCH_DTYPES.items()}


@dataclass(frozen=True, slots=True)
class Handle:
    """Something that stays inside the box; `id` names it in later requests."""

    id: int
    type_name: str = ""


@dataclass(frozen=True, slots=True)
class Array:
    """A dense array as raw bytes. kind is "torch", "numpy" or "numpy_scalar"; data is in C order."""

    kind: str
    dtype: str
    shape: tuple[int, ...]
    device: str
    requires_grad: bool
    data: bytes

    @classmethod
    def of(cls, value: Any) -> Array | None:
        """The array of a tensor, ndarray or NumPy scalar; None for what has no dense plain form."""
        if issubclass(type(value), torch.Tensor):
            return _of_tensor(value)
        scalar = issubclass(type(value), np.generic)
        if type(value) is not np.ndarray and not scalar:
            return None
        if value.dtype.name not in NUMPY_DTYPES:
            return None
        plain = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
        kind = "numpy_scalar" if scalar else "numpy"
        return cls(kind, plain.dtype.name, tuple(value.shape), "cpu", False, plain.tobytes())

    def rebuild(self, device: str = "cpu") -> Any:
        """A fresh tensor on `device`, ndarray or NumPy scalar; it shares memory with nothing."""
        if self.kind == "torch":
            dtype = TORCH_DTYPES[self.dtype]
            flat = torch.frombuffer(bytearray(self.data), dtype=dtype) if self.data else torch.empty(0, dtype=dtype)
            tensor = flat.reshape(self.shape).to(device)
            if self.requires_grad and (tensor.is_floating_point() or tensor.is_complex()):
                tensor.requires_grad_()
            return tensor
        array = np.frombuffer(self.data, dtype=NUMPY_DTYPES[self.dtype]).reshape(self.shape).copy()
        return array[()] if self.kind == "numpy_scalar" else array


def _of_tensor(value: torch.Tensor) -> Array | None:
    try:
        return _numbers_of(value)
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception:  # noqa: BLE001  # without data, of a transformation that has ended, of a class that refuses
        return None


def _numbers_of(value: torch.Tensor) -> Array | None:
    name = str(value.dtype).removeprefix("torch.")
    if value.layout is not torch.strided or value.is_nested or name not in TORCH_DTYPES:
        return None
    plain = value.detach().resolve_conj().resolve_neg().cpu().reshape(-1)
    plain = plain.clone(memory_format=torch.contiguous_format)  # `contiguous` keeps the stride 2 of logits[:1, 1]
    data = plain.view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return Array("torch", name, tuple(value.shape), str(value.device), bool(value.requires_grad), data)


def class_called(value: Any) -> str:
    """The name of its class; of a tensor that has no dense plain form, which kind it is."""
    if type(value) is not torch.Tensor:
        return type(value).__name__
    kinds = {
        "Nested": value.is_nested,
        "Sparse": value.layout is not torch.strided,
        "Meta": value.device.type == "meta",
        "Quantized": value.is_quantized,
        "Unreadable": str(value.dtype).removeprefix("torch.") in TORCH_DTYPES,
        f"{value.dtype}_".removeprefix("torch."): True,
    }
    return next(kind for kind, applies in kinds.items() if applies) + "Tensor"
