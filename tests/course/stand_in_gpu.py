"""A second device for machines without a GPU: tensors whose device is "meta" and whose numbers are on the CPU.

It is a stand-in. It shows what a GPU refuses: tensors of two devices in one operation, `.numpy()` of a tensor that is
not on the CPU, a model on another device than its input. It cannot show anything about numbers (they are the CPU's,
computed by the CPU's kernels), random generators of a GPU, speed, memory, drivers, or whether CUDA starts in the box.
As on a GPU, tensors without dimensions mix freely, and indices may be on the CPU.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = "meta"
MIXING = ("aten::index.", "aten::index_put", "aten::_index_put_impl_")  # indices may be on the CPU
NOT_NUMPY = f"can't convert {DEVICE}:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory"


class Far(torch.Tensor):
    """A tensor on the second device; `near` holds its numbers."""

    near: torch.Tensor

    @staticmethod
    def __new__(cls, near: torch.Tensor) -> Far:
        near = near.resolve_conj().resolve_neg()  # conjugated once, now: the wrapper cannot say that it is
        layout = {"strides": near.stride(), "storage_offset": near.storage_offset()}
        made = torch.Tensor._make_wrapper_subclass(cls, near.shape, **layout, dtype=near.dtype, device=DEVICE)
        made.near = near
        return made

    def __repr__(self) -> str:
        return f"{self.near}, device='{DEVICE}'"

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def numpy(self, **_more: Any) -> Any:
        raise TypeError(NOT_NUMPY)

    def __array__(self, *_: Any) -> Any:
        raise TypeError(NOT_NUMPY)

    @classmethod
    def __torch_dispatch__(cls, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _dispatched(func, args, kwargs or {})


class _Gpu(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _dispatched(func, args, kwargs or {})


class _FromData(TorchFunctionMode):
    """Python's data becomes a tensor on the device: torch itself would forget the numbers before any dispatch."""

    def __torch_function__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in (torch.Tensor.__getitem__, torch.Tensor.__setitem__):
            return func(args[0], tree_map(_as_index, args[1], is_leaf=_is_list), *args[2:])
        if func is torch.Tensor.new_tensor:
            like, *args = args
            func, kwargs = torch.tensor, {"dtype": like.dtype, "device": like.device, **kwargs}
        if func not in (torch.tensor, torch.as_tensor, torch.asarray) or kwargs.get("device") is None:
            return func(*args, **kwargs)
        device, grad = kwargs.pop("device"), kwargs.pop("requires_grad", False)
        return func(*args, **kwargs).to(device).requires_grad_(grad)


def _is_list(index: Any) -> bool:
    return isinstance(index, list)


def _as_index(index: Any) -> Any:
    return torch.tensor(index) if isinstance(index, (list, range)) else index


@contextmanager
def stand_in_gpu() -> Iterator[None]:
    """Inside, `device="meta"` is the second device; what was made there stays usable afterwards."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)  # `.data = …` takes no tensor of another class
    try:
        with _FromData(), _Gpu():
            yield
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)


def _dispatched(func: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """The operation on the numbers, and its results on the device where a GPU would have put them."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    far = any(isinstance(tensor, Far) for tensor in tensors)
    near = any(not isinstance(tensor, Far) and tensor.dim() > 0 for tensor in tensors)
    name = func.name()
    at_home = bool(args) and isinstance(args[0], torch.Tensor) and not isinstance(args[0], Far)
    copies, in_place = name.startswith("aten::copy_"), name.partition(".")[0].endswith("_")
    fine = copies or (name.startswith(MIXING) and not at_home) or not (near or (in_place and at_home))
    if far and not fine:
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found at least two devices, {DEVICE}:0 and cpu!"
            f" (when checking the arguments of {name})"
        )
    if kwargs.get("device") is not None:
        far, kwargs = torch.device(kwargs["device"]).type == DEVICE, {**kwargs, "device": torch.device("cpu")}
    elif copies:
        far = isinstance(args[0], Far)
    known = {id(tensor.near): tensor for tensor in tensors if isinstance(tensor, Far)}  # of operations in place

    def inward(value: Any) -> Any:
        return value.near if isinstance(value, Far) else value

    def outward(value: Any) -> Any:
        if not far or not isinstance(value, torch.Tensor):
            return value
        return known[id(value)] if id(value) in known else Far(value)

    return tree_map(outward, func(*tree_map(inward, args), **tree_map(inward, kwargs)))
