"""Right solutions of the exercise `calibration`, written differently: none may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def reliability__bin_by_bin(probabilities, labels, bins=10):
    largest = probabilities.amax(dim=1)
    hits = probabilities.argmax(dim=1) == labels
    counts, sure, right = [], [], []
    for j in range(bins):
        inside = (largest > j / bins) & (largest <= (j + 1) / bins)
        number = int(inside.sum())
        counts.append(number)
        sure.append(largest[inside].sum().item() / max(number, 1))
        right.append(hits[inside].sum().item() / max(number, 1))
    return [torch.tensor(counts, device=labels.device), largest.new_tensor(sure), largest.new_tensor(right)]


def reliability__bucketize(probabilities, labels, bins=10):
    sure, said = torch.max(probabilities, dim=1)
    borders = torch.arange(1, bins, device=sure.device, dtype=torch.float64) / bins
    where = torch.bucketize(sure.double(), borders)
    member = F.one_hot(where, bins).double()
    counts = member.sum(dim=0)
    divisor = torch.where(counts > 0, counts, torch.ones_like(counts))
    shares = member.T @ torch.stack([sure.double(), said.eq(labels).double()], dim=1) / divisor[:, None]
    return counts.long(), shares[:, 0].to(sure.dtype), shares[:, 1].to(sure.dtype)


def calibration_error__dot(counts, sure, right):
    share = counts.double() / counts.sum()
    return torch.dot(share, (sure - right).double().abs()).item()


def calibration_error__loop(counts, sure, right):
    total = 0.0
    for j in range(len(counts)):
        total += counts[j].item() * abs(right[j].item() - sure[j].item())
    return total / sum(counts.tolist())


def fit_temperature__three_parts(logits, labels):
    import math

    scores = logits.detach().double()

    def loss(t):
        return F.cross_entropy(scores / math.exp(t), labels).item()

    low, high = math.log(0.05), math.log(20)
    for _ in range(60):
        third = (high - low) / 3
        if loss(low + third) < loss(high - third):
            high = high - third
        else:
            low = low + third
    return math.exp((low + high) / 2)


def fit_temperature__optimizer(logits, labels):
    scores = logits.detach().double()
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_t], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(scores / log_t.clamp(-4, 4).exp(), labels)
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    return float(log_t.detach().exp().clamp(0.05, 20))
