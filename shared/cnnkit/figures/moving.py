"""Pictures that move where motion teaches, from small matrices of the notebook: a window, columns, stamps, winners.

The numbers are those of torch's own operations. Where a task switches these off, they are switched off here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F

from cnnkit.figures.frames import Frame, Moving, Panel
from cnnkit.figures.panels import as_panel, number

Pair = int | tuple[int, int]
MOST_TERMS = 12  # products that are written out


def window(
    image: Any,
    kernel: Any,
    stride: Pair = 1,
    padding: Pair = 0,
    titles: Sequence[str] = ("image", "kernel", "result"),
) -> Moving:
    """The kernel (h, w) slides over the image (H, W): a number of the result for each place."""
    x, weight, step = _framed(image, padding), _matrix(kernel), _pair(stride)
    size = weight.shape
    result = F.conv2d(x[None, None], weight[None, None], stride=step)[0, 0]
    windows = F.unfold(x[None, None], size, stride=step)[0].T
    frames = []
    for place, (i, j) in enumerate(product(*map(range, result.shape))):
        terms = [f"{number(a)}·{_factor(b)}" for a, b in zip(windows[place], weight.flatten(), strict=True)]
        added = " + ".join(terms) if len(terms) <= MOST_TERMS else f"{len(terms)} products, added up"
        caption = f"Place ({i}, {j}): {added} = {number(result[i, j])}"
        marks = {0: [(i * step[0], j * step[1], *size)], 2: [(i, j, 1, 1)]}
        frames.append(Frame(caption, marks, {2: as_panel(_first(result, place + 1))}))
    first = Panel(titles[0], as_panel(x), kinds=_kinds(x, size, step, padding))
    return Moving([first, Panel(titles[1], as_panel(weight), "⋆"), Panel(titles[2], as_panel(result), "=")], frames)


def columns(image: Any, kernel: Pair, stride: Pair = 1, padding: Pair = 0) -> Moving:
    """Every window of the image (H, W) becomes a column of the matrix (kh·kw, L)."""
    x, size, step = _framed(image, padding), _pair(kernel), _pair(stride)
    matrix = F.unfold(x[None, None], size, stride=step)[0]
    across = (x.shape[1] - size[1]) // step[1] + 1
    frames = []
    for place in range(matrix.shape[1]):
        i, j = divmod(place, across)
        caption = f"Window ({i}, {j}): its numbers {_listed(matrix[:, place])} become column {place}"
        marks = {0: [(i * step[0], j * step[1], *size)], 1: [(0, place, len(matrix), 1)]}
        so_far = _first(matrix.T, (place + 1) * len(matrix)).T
        frames.append(Frame(caption, marks, {1: as_panel(so_far)}))
    first = Panel("image", as_panel(x), kinds=_kinds(x, size, step, padding))
    return Moving([first, Panel("a column per window", as_panel(matrix), "→")], frames, still=1)


def stamps(image: Any, stamp: Any, stride: Pair = 1) -> Moving:
    """Each pixel of the image (H, W) presses the stamp (h, w) onto the canvas; where stamps overlap the ink adds up."""
    x, weight, step = _matrix(image), _matrix(stamp), _pair(stride)
    canvas, inked, one = _stamped(x, weight, step), torch.zeros(1), torch.ones_like(weight)
    frames = []
    for place, (i, j) in enumerate(product(*map(range, x.shape))):
        before, inked = inked, _stamped(_first(torch.ones_like(x), place + 1).nan_to_num(), one, step)
        so_far = _stamped(_first(x, place + 1).nan_to_num(), weight, step).where(inked > 0, torch.nan)
        again = int(((before > 0) & (inked > before)).sum())
        corner = (i * step[0], j * step[1])
        caption = f"Pixel ({i}, {j}) is {number(x[i, j])}: {number(x[i, j])} · stamp, its corner at {corner}."
        caption += f" On {again} cell{'s' * (again > 1)} there was ink before: it adds up." if again else ""
        frames.append(Frame(caption, {0: [(i, j, 1, 1)], 2: [(*corner, *weight.shape)]}, {2: as_panel(so_far)}))
    panels = [Panel("x", as_panel(x)), Panel("stamp", as_panel(weight), " "), Panel("canvas", as_panel(canvas), "→")]
    return Moving(panels, frames, still=1)


def winners(image: Any, kernel: Pair, dout: Any, stride: Pair | None = None) -> Moving:
    """The gradient `dout` of each window of a max pooling goes to its largest number, on top of what that has."""
    x, size, arriving = _matrix(image), _pair(kernel), _matrix(dout)
    step = size if stride is None else _pair(stride)
    x.requires_grad_()
    largest, places = F.max_pool2d(x[None], size, step, return_indices=True)
    frames, dx = [], torch.zeros(x.shape)
    for place, (i, j) in enumerate(product(*map(range, largest.shape[1:]))):
        before, gradient = dx, _first(arriving, place + 1).nan_to_num()
        (dx,) = torch.autograd.grad(largest, x, gradient[None], retain_graph=True)
        row, column = divmod(int(places[0, i, j]), x.shape[1])
        had, new = before[row, column], arriving[i, j]
        gets = f"{number(had)} + {number(new)} = {number(had + new)}" if had else number(new)
        wins = f"{number(x[row, column].detach())} at ({row}, {column}) wins"
        caption, winner = f"Window ({i}, {j}): {wins} and gets all of dout: {gets}", (row, column, 1, 1)
        marks = {0: [(i * step[0], j * step[1], *size), winner], 1: [(i, j, 1, 1)], 2: [winner]}
        frames.append(Frame(caption, marks, {2: as_panel(dx)}))
    panels = [Panel("x", as_panel(x)), Panel("dout", as_panel(arriving), " "), Panel("dx", as_panel(dx), "→")]
    return Moving(panels, frames)


def _matrix(values: Any) -> torch.Tensor:
    return torch.as_tensor(as_panel(values), dtype=torch.float64).clone()


def _framed(image: Any, padding: Pair) -> torch.Tensor:
    high, wide = _pair(padding)
    return F.pad(_matrix(image), (wide, wide, high, high))


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _first(values: torch.Tensor, count: int) -> Any:
    """The first numbers in reading order, NaN after them."""
    kept = values.detach().clone().flatten()
    kept[count:] = torch.nan
    return kept.reshape(values.shape)


def _kinds(framed: torch.Tensor, size: Sequence[int], step: tuple[int, int], padding: Pair) -> tuple[str, ...]:
    """Which cells no window reaches, and which are padding."""
    windows = F.unfold(framed[None, None], tuple(size), stride=step)
    used = F.fold(torch.ones_like(windows), framed.shape, tuple(size), stride=step)[0, 0] > 0
    high, wide = _pair(padding)
    inside = torch.zeros_like(framed, dtype=torch.bool)
    inside[high : len(framed) - high, wide : framed.shape[1] - wide] = True
    pairs = zip(used.flatten().tolist(), inside.flatten().tolist(), strict=True)
    return tuple("lost" if not reached else "" if own else "pad" for reached, own in pairs)


def _stamped(x: torch.Tensor, stamp: torch.Tensor, step: tuple[int, int]) -> torch.Tensor:
    return F.conv_transpose2d(x[None, None], stamp[None, None], stride=step)[0, 0]


def _factor(value: torch.Tensor) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(number, values))
