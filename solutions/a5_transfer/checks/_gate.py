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


def told_by_the_maps(model: nn.Module, patches: Tensor, order: Tensor) -> list[Tensor]:
    """Logits, the maps of the last block, and the logits when each patch gets the maps of another: for `order`."""
    from cnnkit import backbone

    blocks = [module for module in model.modules() if isinstance(module, backbone.Block)]
    maps: list[Tensor] = []
    with torch.no_grad():
        hook = blocks[-1].register_forward_hook(lambda _module, _inputs, made: maps.append(made))
        logits = model(patches)
        hook.remove()
        hook = blocks[-1].register_forward_hook(lambda _module, _inputs, made: made[order])
        exchanged = model(patches)
        hook.remove()
    return [logits, exchanged, *maps]
