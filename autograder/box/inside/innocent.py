"""What PyTorch does by itself with a banned operator is not the student's call: three cases, decided by who calls.

- A Fourier transform of a given size pads its input: an operator of `_TRANSFORMS` is entered through a kernel of ours,
  and what that frame dispatches is PyTorch's. Code of the student's in between, in a tensor of its own type, has a
  frame of its own and stays banned.
- Padding by nothing or by less is no padding: so the gradient of such a transform cuts off.
- Gradients of an answer that the server asks for pass through operators that were allowed in the very same request.

Which operators dispatch a banned one is listed in docs/security.md, with what was decided about each. The real kernel
cannot be called while ours is in its place, so what is needed here is computed from slices.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, MappingProxyType
from typing import Any

import torch
from torch.autograd.graph import _engine_run_backward

_PAD, _UNFOLD = "aten::constant_pad_nd", "aten::im2col"
_TRANSFORMS = re.compile(r"aten::fft_i?[hr]?fft[2n]?")
_ENTRIES = ("CPU", "AutogradCPU", "CUDA", "AutogradCUDA", "FuncTorchBatched")  # where a call arrives


def kernels(banned: Sequence[str]) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Operator, key and function of each entry to an allowed operator that uses one of the banned ones."""
    for name in torch._C._dispatch_get_all_op_names() if _PAD in banned else ():
        if _TRANSFORMS.fullmatch(name):
            handle = getattr(torch.ops.aten, name.partition("::")[2]).default._handle
            yield from ((name, key, _entry(handle)) for key in _ENTRIES)


def _entry(handle: Any) -> Callable[..., Any]:
    everywhere = torch._C.DispatchKeySet(torch._C.DispatchKey.XPU)  # a key at which it is still made of other operators

    def entry(*arguments: Any, **more: Any) -> Any:
        return handle.redispatch_boxed(everywhere, *arguments, **more)

    return entry


_ENTRY = _entry(None).__code__


def instead(name: str, arguments: Sequence[Any], caller: FrameType | None, ours: Sequence[Callable[..., Any]]) -> Any:
    """The result of a banned operator where PyTorch itself dispatched it; None where the student did."""
    if name == _PAD and ((caller and caller.f_code is _ENTRY) or max(arguments[1], default=0) <= 0):
        return _padded(*arguments)
    if name in _IN_GRADIENTS and _is_our_gradient(caller, ours):
        return _IN_GRADIENTS[name](*arguments)
    return None


def _is_our_gradient(caller: FrameType | None, ours: Sequence[Callable[..., Any]]) -> bool:
    for function in (_engine_run_backward, torch.autograd.grad, *ours):
        if caller is None or caller.f_code is not function.__code__:
            return False
        caller = caller.f_back
    return True


def _padded(x: torch.Tensor, amounts: Sequence[int], value: complex = 0) -> torch.Tensor:
    """As aten::constant_pad_nd: amounts before and after, from the last axis on; below 0 they cut off."""
    for axis, (before, after) in enumerate(zip(amounts[::2], amounts[1::2], strict=True), 1):
        start, length = max(-before, 0), x.shape[-axis] + min(before, 0) + min(after, 0)
        x = x.narrow(-axis, start, length)
        shape = list(x.shape)
        shape[-axis] += max(before, 0) + max(after, 0)
        framed = x.new_full(shape, value)
        framed.narrow(-axis, max(before, 0), length).copy_(x)
        x = framed
    return x


def _columns(
    x: torch.Tensor, kernel: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]
) -> torch.Tensor:
    """As aten::im2col: every window as a column."""
    x = _padded(x, [padding[1], padding[1], padding[0], padding[0]])
    for axis in (0, 1):  # … height, width becomes … places, width, kernel rows; then the width is the last but one
        x = x.unfold(-2, dilation[axis] * (kernel[axis] - 1) + 1, stride[axis])[..., :: dilation[axis]]
    return x.movedim((-2, -1), (-4, -3)).flatten(-2).flatten(-4, -2)


_IN_GRADIENTS: Mapping[str, Callable[..., torch.Tensor]] = MappingProxyType({_PAD: _padded, _UNFOLD: _columns})
