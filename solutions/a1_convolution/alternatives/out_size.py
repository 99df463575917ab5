"""Right solutions of the exercise `out_size`, written differently: none of them may lose a point. Named function__how."""

import math

import torch
import torch.nn.functional as F


def conv_out_size__count_the_places(n, k, s=1, p=0, d=1):
    places = len(range(0, n + 2 * p - d * (k - 1), s))
    if places == 0:
        raise ValueError("the kernel does not fit")
    return places


def conv_out_size__floor(n, k, s=1, p=0, d=1):
    effective = k + (k - 1) * (d - 1)
    if n + 2 * p < effective:
        raise ValueError(f"{effective} > {n + 2 * p}")
    return int(math.floor((n + 2 * p - effective) / s)) + 1


def conv_out_size__divmod(n, k, s=1, p=0, d=1):
    room = n + 2 * p - d * (k - 1) - 1
    if room < 0:
        raise ValueError
    steps, _ = divmod(room, s)
    return steps + 1


def same_padding__search(k, d=1):
    for p in range(d * k + 1):
        if 2 * p == d * (k - 1):
            return p
    raise ValueError("no padding keeps the size")


def same_padding__from_the_reach(k, d=1):
    reach = d * (k - 1) + 1
    if reach % 2 == 0:
        raise ValueError("even")
    return reach // 2


def even_cover_padding__long_loop(n, k, s):
    for p in range(0, n + k + 2 * s):
        if n + 2 * p >= k and (n + 2 * p - k) % s == 0:
            return p
    return None


def even_cover_padding__remainders(n, k, s):
    p, seen = 0, set()
    while n + 2 * p < k:
        p += 1
    while True:
        rest = (n + 2 * p - k) % s
        if rest == 0:
            return p
        if rest in seen:
            return None
        seen.add(rest)
        p += 1


def flat_features__counting(hw, c_out, k, s, p):
    places = [len(range(0, n + 2 * p - k + 1, s)) for n in hw]
    return c_out * places[0] * places[1]


def flat_features__meta(hw, c_out, k, s, p):
    x = torch.empty(1, 1, *hw, device="meta")
    w = torch.empty(c_out, 1, k, k, device="meta")
    return F.conv2d(x, w, stride=s, padding=p).numel()
