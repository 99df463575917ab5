"""Right solutions of the exercise `receptive_field`, written differently: none of them may lose a point. Named function__how."""

import math


def receptive_field__walks_back(layers):
    first, last = 0, 0
    jump = 1
    for k, s, p in reversed(layers):
        first, last = first * s - p, last * s - p + k - 1
        jump *= s
    return last - first + 1, jump, (first + last) / 2


def receptive_field__products(layers):
    jumps = [math.prod(s for _, s, _ in layers[:depth]) for depth in range(len(layers) + 1)]
    size = 1 + sum((k - 1) * jump for (k, _, _), jump in zip(layers, jumps))
    start = sum((k - 1 - 2 * p) * jump / 2 for (k, _, p), jump in zip(layers, jumps))
    return (size, jumps[-1], float(start))


def receptive_field__recursive(layers):
    if not layers:
        return 1, 1, 0.0
    *before, (k, s, p) = layers
    size, jump, start = receptive_field__recursive(before)
    return size + jump * (k - 1), jump * s, start + jump * (k - 1 - 2 * p) / 2


def receptive_field__two_units(layers):
    spans = [[0, 0], [1, 1]]
    for k, s, p in layers[::-1]:
        spans = [[low * s - p, high * s - p + k - 1] for low, high in spans]
    (low, high), (after, _) = spans
    return high - low + 1, after - low, (low + high) * 0.5
