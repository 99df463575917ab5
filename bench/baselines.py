"""What borrowed weights are worth in a5_transfer: baselines, from scratch, frozen and fine-tuned.

The patches of the notebook, gray and evened, of scikit-image's whole slide. A third of its width or height is held back
and asked about, as many patches of each label; the rest is learned from. The topmost third is no split: nearly all of
it is stained.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnkit import backbone, baselines, data
from cnnkit.training import Batches, fit, score

A5 = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "solutions" / "a5_transfer" / "reference.py")))
SPLITS = ((1, 0, 171), (1, 171, 341), (1, 341, 512), (0, 171, 341), (0, 341, 512))  # axis, first and last to hold back
EACH, ASKED = 12, 60  # patches of each label to learn from, and to ask about
DOUBT, STRIDE = 0.25, 8
BATCH, EPOCHS, LR, HIDDEN, DROPOUT = 8, 8, 1e-2, 64, 0.2
Patches = tuple[Tensor, Tensor]


def over_splits(draws: int) -> dict[str, list[float]]:
    """The accuracies of each split, the mean over so many draws of patches to learn from."""
    found: dict[str, list[float]] = {}
    for split in SPLITS:
        runs = [measured(*drawn(*split, seed), seed) for seed in range(draws)]
        for name in runs[0]:
            found.setdefault(name, []).append(sum(run[name] for run in runs) / draws)
    return found


def drawn(axis: int, first: int, last: int, seed: int) -> tuple[Patches, Patches]:
    """Patches to learn from, and those of the part held back."""
    from skimage.data import immunohistochemistry

    slide = np.moveaxis(immunohistochemistry(), axis, 0)
    rest = [cut(part) for part in (slide[:first], slide[last:]) if len(part) >= 96]
    learn = torch.cat([patches for patches, _ in rest]), torch.cat([labels for _, labels in rest])
    return few(learn, EACH, seed), few(cut(slide[first:last]), ASKED, seed)


def cut(part: data.tissue.Pixels) -> Patches:
    """All patches of a part whose label is beyond doubt."""
    return data.patches(np.ascontiguousarray(part), stride=STRIDE, doubt=DOUBT)


def few(found: Patches, each: int, seed: int) -> Patches:
    """So many of each label."""
    places = data.as_many_of_each(found[1], each, seed)
    return found[0][places], found[1][places]


def measured(learn: Patches, asked: Patches, seed: int) -> dict[str, float]:
    """What each way gets right of the patches asked about."""
    (stained, labels), (others, right) = learn, asked
    gray, unseen = data.evened(stained), data.evened(others)
    return {
        "colour, with the stain": baselines.linear(baselines.colours, stained, labels, others, right),
        "colour": baselines.linear(baselines.colours, gray, labels, unseen, right),
        "linear on pixels": baselines.linear(baselines.pixels, gray, labels, unseen, right),
        "from scratch": score(from_scratch((gray, labels), seed), unseen, right)[1],
        "frozen": score(borrowed((gray, labels), seed, False), unseen, right)[1],
        "fine-tuned": score(borrowed((gray, labels), seed, True), unseen, right)[1],
    }


def borrowed(learn: Patches, seed: int, fine_tune: bool) -> nn.Module:
    """The head learns on the borrowed features; with fine_tune everything learns then, a tenth as fast."""
    model = assembled(backbone.pretrained(), seed)
    A5.freeze(model[1])
    one_cycle(model, learn, LR, EPOCHS, seed)
    A5.unfreeze(model[1])
    if fine_tune:
        one_cycle(model, learn, LR / 10, EPOCHS, seed + 1)
    return model


def from_scratch(learn: Patches, seed: int) -> nn.Module:
    """The same network, drawn anew: everything learns at once, for as many epochs as both stages have."""
    torch.manual_seed(seed)
    model = assembled(backbone.small_resnet(), seed)
    one_cycle(model, learn, LR, 2 * EPOCHS, seed)
    return model


def assembled(network: Any, seed: int) -> nn.Sequential:
    """Raw patches → the middle, normalised → features → a new head."""
    torch.manual_seed(seed)
    features, head = A5.build_transfer_model(network, network.fc.in_features, 2, HIDDEN, DROPOUT)
    return nn.Sequential(A5.Prepare(network), features, head)


def one_cycle(model: nn.Module, learn: Patches, lr: float, epochs: int, seed: int) -> None:
    """AdamW over what is not frozen, patches mirrored and turned at random."""
    batches = Batches(*learn, A5.RandomAugment(), size=BATCH, seed=seed)
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=lr)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, cycle, epochs)
