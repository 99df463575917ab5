"""Right solutions of the exercise `temperature_softmax`, written differently: none of them may lose a point. Named function__how."""

import torch


def temperature_softmax__by_hand(logits, T=1.0, dim=-1):
    if T <= 0:
        raise ValueError("T must be positive")
    scaled = logits / T
    powers = (scaled - scaled.max(dim=dim, keepdim=True).values).exp()
    return powers / powers.sum(dim=dim, keepdim=True)


def temperature_softmax__logsumexp(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError
    return torch.exp(logits / T - torch.logsumexp(logits / T, dim=dim, keepdim=True))


def temperature_softmax__method(logits, T=1.0, dim=-1):
    if T > 0:
        return logits.mul(1 / T).softmax(dim)
    raise ValueError(T)


def temperature_softmax__layer(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return torch.nn.LogSoftmax(dim)(logits / T).exp()
