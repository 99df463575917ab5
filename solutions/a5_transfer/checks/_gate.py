"""What the gates of `solve_patches` run in the box: a training on an invented tissue, what its model looks through."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def solved_tissue(solve_patches: Any, patches: Tensor, labels: Tensor, fine_tune: bool, seed: int) -> Any:
    """A model for these patches, on the borrowed backbone."""
    from cnnkit import backbone

    return solve_patches(backbone.pretrained(), patches, labels, fine_tune=fine_tune, seed=seed)


def solved_from_scratch(solve_patches: Any, patches: Tensor, labels: Tensor, seed: int) -> Any:
    """A fine-tuned model for these patches, on a backbone that has learned nothing."""
    from cnnkit import backbone

    torch.manual_seed(seed)
    fresh = backbone.pretrained()
    for module in fresh.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return solve_patches(fresh, patches, labels, fine_tune=True, seed=seed)


def without_its_sight(model: nn.Module, seed: int) -> nn.Module:
    """The same model, whose convolutions have forgotten all that they had learned."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.reset_parameters()
    return model


def told_by_the_maps(model: nn.Module, patches: Tensor, order: Tensor, with_maps: bool) -> dict[str, Any]:
    """Logits of the patches in this order, and logits when these patches lend the others their maps of the last block.

    A model may run its blocks more than once, to average over mirrored patches, say: each run lends its own maps.
    `blocks` tells whether the model has one that runs, `maps` are those of the last one, where they are wanted.
    """
    from cnnkit import backbone

    called: list[nn.Module] = []
    maps: list[Tensor] = []
    lent: list[Tensor] = []

    def run(images, blocks, hook):
        hooks = [block.register_forward_hook(hook) for block in blocks]
        try:
            return model(images)
        finally:
            for handle in hooks:
                handle.remove()

    with torch.no_grad():
        blocks = [module for module in model.modules() if isinstance(module, backbone.Block)]
        run(patches[:1], blocks, lambda block, _inputs, _made: called.append(block))
        run(patches, called[-1:], lambda _block, _inputs, made: maps.append(made.flatten(1)))
        logits = run(patches[order], called[-1:], lambda _block, _inputs, made: lent.append(made))
        again = iter(lent)
        exchanged = run(patches, called[-1:], lambda _block, _inputs, _made: next(again))
    found = {"blocks": bool(called), "logits": logits, "exchanged": exchanged}
    return found | {"maps": torch.cat(maps)} if with_maps and maps else found
