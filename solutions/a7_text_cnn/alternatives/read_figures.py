"""Right solutions of the exercise `read_figures`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def difference_counts__numpy(first, second):
    import numpy as np

    if len(first) < 2 or len(second) < 2:
        raise ValueError
    one, other = np.array(first), np.array(second)
    return bool(abs(one.mean() - other.mean()) > max(np.ptp(one), np.ptp(other)))


def difference_counts__each_spread_in_turn(first, second):
    import statistics

    apart = abs(statistics.fmean(first) - statistics.fmean(second)) if first and second else 0
    for setting in (first, second):
        if len(setting) <= 1:
            raise ValueError("one split alone has no spread")
    return all(apart > max(setting) - min(setting) for setting in (first, second))


def nearest_letters__normalised(table, chars, letter, k=3):
    own = chars.index(letter)  # ValueError of its own
    rows = F.normalize(table, dim=1)
    order = (rows @ rows[own]).argsort(descending=True)
    return "".join([chars[int(place)] for place in order if int(place) != own][:k])


def nearest_letters__pairs_in_a_list(table, chars, letter, k=3):
    if letter not in list(chars):
        raise ValueError("unknown: " + letter)
    mine = table[chars.index(letter)]
    cosines = [float(torch.dot(row, mine) / (row.norm() * mine.norm())) for row in table]
    ranked = sorted(zip(cosines, chars, strict=True), reverse=True)
    return "".join(char for _, char in ranked if char != letter)[:k]
