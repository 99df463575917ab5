"""The history of training in stages: the loss of each step, the accuracy of each epoch, a line where a stage ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnkit.figures.panels import INK, MARK
from cnnkit.figures.picture import Picture

SECOND = "#4c78a8"
SMOOTH = 0.9  # share of the old mean in the running mean of the loss


def running_mean(values: Sequence[float], keep: float = SMOOTH) -> list[float]:
    """The mean of the values so far, with older ones counting less and less."""
    means: list[float] = []
    weight, total = 0.0, 0.0
    for value in values:
        weight, total = keep * weight + 1, keep * total + value
        means.append(total / weight)
    return means


def stages(loss: Sequence[float], accuracy: Sequence[float], boundary: int = 0, title: str = "") -> Picture:
    """Loss over the steps, pale and smoothed; accuracy at the end of each epoch; dotted: the first step of stage 2."""
    alt = f"{title}: {len(loss)} losses from {loss[0]:.2f} to {loss[-1]:.2f}, " if loss else title
    alt += "accuracies " + ", ".join(f"{share:.2f}" for share in accuracy)
    picture = Picture(8.2, 2.7, alt)
    left, right = picture.subplots(1, 2)
    left.plot(list(loss), color=MARK, alpha=0.3, linewidth=1)
    left.plot(running_mean(loss), color=MARK, linewidth=2)
    per_epoch = len(loss) / max(1, len(accuracy))
    right.plot(
        [per_epoch * (epoch + 1) for epoch in range(len(accuracy))], list(accuracy), "o-", color=SECOND, clip_on=False
    )
    for axes, name in ((left, "loss of the batch"), (right, "validation accuracy")):
        axes.set_xlabel("step")
        axes.set_ylabel(name)
        axes.set_xlim(0, len(loss))
        axes.spines[["top", "right"]].set_visible(False)
        if boundary:
            axes.axvline(boundary, color=INK, linestyle=":", linewidth=1.2)
    left.set_ylim(bottom=0)
    right.set_ylim(top=1)
    picture.suptitle(title, fontsize=10, color=INK)
    return picture


def pairs(
    runs: Mapping[str, tuple[Sequence[float], Sequence[float]]], titles: tuple[str, str], ylabel: str = "loss"
) -> Picture:
    """Two panels side by side on the same scale, with one curve per run over the epochs."""
    ends = "; ".join(f"{name}: {a[-1]:.2f} and {b[-1]:.2f} at the end" for name, (a, b) in runs.items())
    picture = Picture(8.2, 2.7, f"{titles[0]} and {titles[1]}. {ends}")
    both = picture.subplots(1, 2, sharey=True)
    for place, axes in enumerate(both):
        for colour, (name, curves) in zip((MARK, SECOND), runs.items(), strict=False):
            axes.plot(range(1, len(curves[place]) + 1), list(curves[place]), color=colour, linewidth=2, label=name)
        axes.set_title(titles[place], fontsize=10, color=INK)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set_ylabel(ylabel)
    both[0].set_ylim(bottom=0)
    both[1].legend(fontsize=8, frameon=False)
    return picture
