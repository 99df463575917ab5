"""Right solutions of the exercise `picture_maths`, written differently: none of them may lose a point. Named function__how."""

import torch


def standardize_and_clip__one_by_one(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    pictures = []
    for image in g:
        if torch.any(image != image):
            raise ValueError("NaN")
        spread = max(float(image.std()), 1e-7)
        pictures.append(torch.clip((image - image.mean()) / spread * saturation + brightness, lo, hi))
    return torch.stack(pictures)


def standardize_and_clip__axes(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if bool(torch.isnan(g).sum()):
        raise ValueError("not a number")
    dims = tuple(range(1, g.ndim))
    centred = g - torch.mean(g, dim=dims, keepdim=True)
    count = g[0].numel()
    sigma = torch.sqrt((centred**2).sum(dim=dims, keepdim=True) / (count - 1))
    scaled = saturation * centred / torch.clamp(sigma, min=1e-7)
    return torch.clamp(scaled + brightness, min=lo, max=hi)


def normalize01__one_by_one(x, eps=1e-12):
    if torch.isnan(x).any():
        raise ValueError("NaN")
    return torch.stack([(image - image.min()) / max((image.max() - image.min()).item(), eps) for image in x])


def normalize01__from_zero(x, eps=1e-12):
    if not torch.equal(x, x):
        raise ValueError("NaN")
    dims = list(range(1, x.dim()))
    x = x - x.amin(dim=dims, keepdim=True)
    return x / x.amax(dim=dims, keepdim=True).clamp_min(eps)


def overlay__channel_by_channel(gray, heat, alpha=0.75):
    if tuple(gray.size()) != tuple(heat.size()) or alpha < 0 or alpha > 1:
        raise ValueError("shapes or alpha")
    out = torch.empty(len(gray), 3, *gray.shape[1:], dtype=gray.dtype, device=gray.device)
    out[:, 0] = (1 - alpha) * gray + alpha
    out[:, 1] = out[:, 2] = (1 - alpha) * gray + alpha * (1 - heat)
    return out


def overlay__lerp(gray, heat, alpha=0.75):
    if gray.shape != heat.shape:
        raise ValueError("shapes")
    if alpha > 1 or alpha < 0:
        raise ValueError("alpha")
    red = 1 - heat[:, None] * heat.new_tensor([0.0, 1.0, 1.0]).reshape(1, 3, 1, 1)
    return torch.lerp(gray[:, None].expand_as(red), red, alpha)


def standardize_and_clip__in_pairs(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-07) * saturation + brightness).clamp(lo, hi)


def standardize_and_clip__std_mean(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if not torch.equal(g, g):
        raise ValueError("NaN")
    rows = g.reshape(len(g), -1)
    std, mean = torch.std_mean(rows, dim=1, keepdim=True)
    rows = (rows - mean) / torch.maximum(std, torch.full_like(std, 1e-7))
    return torch.clamp(rows * saturation + brightness, lo, hi).view_as(g)


def normalize01__numpy(x, eps=1e-12):
    import numpy as np

    values = x.cpu().numpy()
    if np.isnan(values).any():
        raise ValueError("NaN")
    axes = tuple(range(1, values.ndim))
    low, high = values.min(axis=axes, keepdims=True), values.max(axis=axes, keepdims=True)
    return torch.from_numpy((values - low) / np.maximum(high - low, eps)).to(x)
