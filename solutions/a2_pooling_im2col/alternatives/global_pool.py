"""Right solutions of the exercise `global_pool`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def global_pool__axes(x, mode="avg"):
    axes = tuple(range(2, x.ndim))
    if mode == "avg":
        return x.mean(dim=axes)
    if mode == "max":
        return x.amax(dim=axes)
    raise ValueError(f"unknown mode {mode}")


def global_pool__adaptive(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError(mode)
    flat = x.reshape(*x.shape[:2], -1)
    pool = F.adaptive_avg_pool1d if mode == "avg" else F.adaptive_max_pool1d
    return pool(flat, 1).squeeze(-1)


def global_pool__one_axis_after_the_other(x, mode="avg"):
    if mode not in ["avg", "max"]:
        raise ValueError("mode is avg or max")
    while x.ndim > 2:
        x = x.mean(-1) if mode == "avg" else x.max(-1).values
    return x


def global_pool__places_in_a_row(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("no such mode")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.max(2).values


def global_pool__as_one_window(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError(mode)
    flat = x.reshape(*x.shape[:2], 1, -1)
    return pool2d(flat, tuple(flat.shape[2:]), mode=mode)[:, :, 0, 0]


def global_pool__match(x, mode="avg"):
    places = x[:, :, None].flatten(2)
    match mode:
        case "avg":
            return torch.einsum("bcl->bc", places) / places.shape[2]
        case "max":
            return torch.sort(places, dim=2, descending=True)[0].select(2, 0)
        case _:
            raise ValueError("avg or max")
