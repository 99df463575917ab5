"""Right solutions of the exercise `smoothing`, written differently: none of them may lose a point. Named function__how."""

import math

import torch
import torch.nn.functional as F


def smooth_targets__filled(labels, classes, eps=0.1):
    targets = torch.full((len(labels), classes), eps / classes, device=labels.device)
    targets[torch.arange(len(labels)), labels] += 1 - eps
    return targets


def smooth_targets__scattered(labels, classes, eps=0.1):
    sure = torch.zeros(labels.shape[0], classes, device=labels.device).scatter_(1, labels[:, None], 1.0)
    return torch.lerp(sure, torch.full_like(sure, 1 / classes), eps)


def smooth_loss__by_torch(logits, labels, eps=0.1):
    return F.cross_entropy(logits, labels, label_smoothing=eps)


def smooth_loss__two_parts(logits, labels, eps=0.1):
    log_p = logits - logits.logsumexp(1, keepdim=True)
    right = log_p[torch.arange(len(labels)), labels]
    return -((1 - eps) * right + eps * log_p.mean(1)).mean()


def smooth_loss__image_by_image(logits, labels, eps=0.1):
    losses = []
    for row, label in zip(logits, labels.tolist()):
        log_p = row.log_softmax(0)
        losses.append(-(1 - eps) * log_p[label] - eps / len(row) * log_p.sum())
    return torch.stack(losses).mean()


def smooth_slope__in_place(logits, labels, eps=0.1):
    batch, classes = logits.shape
    slope = F.softmax(logits, 1) - eps / classes
    slope[range(batch), labels] -= 1 - eps
    return slope / batch


def smooth_slope__exponentials(logits, labels, eps=0.1):
    raised = (logits - logits.amax(1, keepdim=True)).exp()
    p = raised / raised.sum(1, keepdim=True)
    q = torch.full_like(p, eps / p.shape[1])
    q[torch.arange(len(q)), labels] = 1 - eps + eps / p.shape[1]
    return (p - q).div(len(p))


def best_gap__difference(classes, eps):
    other = eps / classes
    if other == 0:
        return float("inf")
    return math.log(1 - eps + other) - math.log(other)


def best_gap__one_fraction(classes, eps):
    try:
        return math.log((classes - eps * (classes - 1)) / eps)
    except ArithmeticError:
        return math.inf
