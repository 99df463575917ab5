"""Right solutions of the exercise `metrics`, written differently: none of them may lose a point. Named function__how."""

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F


def confusion_matrix__loop(y_true, y_pred, num_classes):
    if y_true.shape != y_pred.shape or y_true.dim() != 1:
        raise ValueError("two lists of the same length")
    if y_true.dtype.is_floating_point or y_pred.dtype.is_floating_point:
        raise ValueError("whole numbers")
    cm = torch.zeros((num_classes, num_classes), dtype=torch.long, device=y_true.device)
    for t, p in zip(y_true, y_pred):
        if not (0 <= t < num_classes and 0 <= p < num_classes):
            raise ValueError("no such class")
        cm[t, p] += 1
    return cm


def confusion_matrix__one_hot(y_true, y_pred, num_classes):
    if y_true.ndim != 1 or y_pred.ndim != 1 or len(y_true) != len(y_pred):
        raise ValueError("shapes")
    if y_true.is_floating_point() or y_pred.is_floating_point():
        raise ValueError("dtypes")
    both = torch.cat([y_true, y_pred])
    if both.min() < 0 or both.max() >= num_classes:
        raise ValueError("range")
    return F.one_hot(y_true, num_classes).T @ F.one_hot(y_pred, num_classes)


def accuracy__counts(*, y_true, y_pred):
    return int((y_true == y_pred).sum()) / len(y_true)


def accuracy__lists(*, y_true, y_pred):
    hits = [t == p for t, p in zip(y_true.tolist(), y_pred.tolist())]
    return hits.count(True) / len(hits)


def per_class_recall__loop(cm):
    found = []
    for place, row in enumerate(cm.tolist()):
        found.append(row[place] / sum(row) if sum(row) else math.nan)
    return torch.tensor(found, dtype=torch.float32)


def per_class_recall__where(cm):
    rows = cm.sum(1)
    shares = cm.diag() / rows.clamp(min=1)
    return torch.where(rows > 0, shares, torch.nan).to(torch.float32)


def pr_curve__loop(y_true, score):
    thresholds = sorted(set(score.tolist()), reverse=True)
    precision, recall = [], []
    for threshold in thresholds:
        yes = score >= threshold
        hits = int(y_true[yes].sum())
        precision.append(hits / int(yes.sum()))
        recall.append(hits / int(y_true.sum()))
    return [
        torch.tensor(precision, dtype=torch.float64),
        torch.tensor(recall, dtype=torch.float64),
        torch.tensor(thresholds, dtype=score.dtype),
    ]


def pr_curve__cumulated(y_true, score):
    ordered, order = score.sort(descending=True)
    hits = y_true[order].cumsum(0).double()
    last = torch.cat([ordered[1:] != ordered[:-1], torch.tensor([True], device=score.device)])
    count = torch.arange(1, len(score) + 1, device=score.device)[last].double()
    return hits[last] / count, hits[last] / hits[-1], ordered[last]


def plot_confusion__matshow(cm, names):
    figure = plt.figure()
    part = figure.add_subplot()
    part.matshow(cm.numpy())
    part.xaxis.tick_bottom()
    for (t, p), count in np.ndenumerate(cm.numpy()):
        part.annotate(f"{count}", (p, t), ha="center", va="center")
    part.set_xticks(np.arange(len(names)))
    part.set_yticks(np.arange(len(names)))
    part.set_xticklabels(names, rotation=45)
    part.set_yticklabels(names)
    part.set_xlabel("predicted")
    part.set_ylabel("true")
    return figure


def plot_confusion__imshow_float(cm, names):
    fig, ax = plt.subplots(1, 1, figsize=(3, 3))
    ax.imshow(cm.float(), cmap="viridis", origin="upper")
    plt.xticks(range(len(names)), names)
    plt.yticks(range(len(names)), names)
    plt.xlabel("predicted")
    plt.ylabel("true")
    for row, counts in enumerate(cm.tolist()):
        for column, count in enumerate(counts):
            ax.text(column, row, count, horizontalalignment="center", color="w")
    plt.title("confusion")
    return fig


def plot_confusion__set_once(cm, names):
    figure, part = plt.subplots()
    part.imshow(cm)
    for t in range(len(cm)):
        for p in range(len(cm)):
            part.text(p, t, str(cm[t, p].item()))
    part.set(xlabel="predicted", ylabel="true")
    part.set_xticks(range(len(names)), names)
    part.set_yticks(range(len(names)), names)
    return figure
