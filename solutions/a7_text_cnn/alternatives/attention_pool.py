"""Right solutions of the exercise `attention_pool`, written differently. Named function__how."""

import math

import torch
import torch.nn.functional as F


def attention_weights__name_by_name(features, query, lengths):
    size = features.shape[2]
    rows = []
    for answers, length in zip(features, lengths.tolist()):
        if length < 1 or length > size:
            raise ValueError(length)
        rows.append(F.pad(torch.softmax(query @ answers[:, :length], dim=0), (0, size - length)))
    return torch.stack(rows)


def attention_weights__by_hand(features, query, lengths):
    size = features.size(-1)
    counts = torch.arange(size, device=features.device).expand(len(features), size) < lengths.unsqueeze(1)
    if not (lengths >= 1).all() or not (lengths <= size).all():
        raise ValueError("lengths")
    scores = (features * query[:, None]).sum(dim=1)
    scores = torch.where(counts, scores, torch.full_like(scores, -math.inf))
    powers = torch.exp(scores - scores.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)


def attention_weights__filled(features, query, lengths):
    size = features.shape[2]
    if any(length not in range(1, size + 1) for length in lengths.tolist()):
        raise ValueError("a length")
    scores = torch.tensordot(features, query, dims=([1], [0]))
    counts = torch.arange(size, device=features.device)[None] < lengths[:, None]
    return scores.masked_fill(~counts, float("-inf")).softmax(1)


def attention_pool__product(features, weights):
    return torch.bmm(features, weights.unsqueeze(2)).squeeze(2)


def attention_pool__broadcast(features, weights):
    return (features * weights[:, None]).sum(dim=-1)
