"""Right solutions of the exercise `pad2d`, written differently: none of them may lose a point. Named function__how."""

import torch


def pad2d__cat(x, left, right, top, bottom, value=0.0):
    *front, H, W = x.shape
    side = lambda width: torch.full((*front, H, width), value, dtype=x.dtype, device=x.device)
    x = torch.cat([side(left), x, side(right)], dim=-1)
    edge = lambda height: torch.full((*front, height, x.shape[-1]), value, dtype=x.dtype, device=x.device)
    return torch.cat([edge(top), x, edge(bottom)], dim=-2)


def pad2d__zeros_plus_value(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.zeros(*x.shape[:-2], H + top + bottom, W + left + right, dtype=x.dtype, device=x.device) + value
    out = out.to(x.dtype)
    out[..., top : out.shape[-2] - bottom, left : out.shape[-1] - right] = x
    return out


def pad2d__two_matrices(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    rows = torch.arange(H + top + bottom, device=x.device)[:, None] - top
    cols = torch.arange(W + left + right, device=x.device)[None, :] - left
    inside = (rows >= 0) & (rows < H) & (cols >= 0) & (cols < W)
    picked = x[..., rows.clamp(0, H - 1), cols.clamp(0, W - 1)]
    return torch.where(inside, picked, torch.tensor(value, dtype=x.dtype, device=x.device))


def pad2d__row_loops(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = x.new_empty(*x.shape[:-2], H + top + bottom, W + left + right).fill_(value)
    for i in range(H):
        for j in range(W):
            out[..., top + i, left + j] = x[..., i, j]
    return out


def pad2d__full(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] = x
    return out


def pad2d__mask(x, left, right, top, bottom, value=0.0):
    *front, H, W = x.shape
    rows = torch.arange(H + top + bottom, device=x.device)
    columns = torch.arange(W + left + right, device=x.device)
    inside = ((rows >= top) & (rows < top + H))[:, None] & ((columns >= left) & (columns < left + W))
    out = x.new_full((*front, len(rows), len(columns)), value)
    out[..., inside] = x.flatten(-2)
    return out


def pad2d__row_by_row(x, left, right, top, bottom, value=0.0):
    ones = lambda *shape: torch.ones(*x.shape[:-2], *shape).to(x) * torch.tensor(value).to(x)
    near, far = ones(x.shape[-2], left), ones(x.shape[-2], right)
    x = torch.concat((near, x, far), -1)
    return torch.concat((ones(top, x.shape[-1]), x, ones(bottom, x.shape[-1])), -2)


def pad2d__selecting_matrices(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    down = torch.zeros(H + top + bottom, H, dtype=x.dtype, device=x.device)
    across = torch.zeros(W, W + left + right, dtype=x.dtype, device=x.device)
    down[top : top + H].fill_diagonal_(1)
    across[:, left : left + W].fill_diagonal_(1)
    frame = (1 - down.sum(1, keepdim=True) * across.sum(0)) * torch.tensor(value, dtype=x.dtype, device=x.device)
    return down @ x @ across + frame
