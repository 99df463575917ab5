"""Right solutions of the exercise `tta`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def tta_predict__running_sum(model, x, transforms):
    assert_some = list(transforms)
    if not assert_some:
        raise ValueError("nothing to average")
    training = [m for m in model.modules() if m.training]
    total = None
    try:
        model.train(False)
        for transform in assert_some:
            with torch.no_grad():
                logits = model(transform(x))
                p = torch.exp(logits - torch.logsumexp(logits, dim=-1, keepdim=True))
            total = p if total is None else total + p
    finally:
        for m in training:
            m.training = True
    return total / len(assert_some)


def tta_predict__by_name(model, x, transforms):
    if len(transforms) < 1:
        raise ValueError("transforms is empty")

    @torch.no_grad()
    def mean():
        share = 1 / len(transforms)
        return sum(share * F.softmax(model(t(x)), dim=1) for t in transforms)

    modes = {}
    for name, module in model.named_modules():
        modes[name] = module.training
        module.training = False
    try:
        return mean()
    finally:
        for name, module in model.named_modules():
            module.training = modes[name]


def tta_predict__stacked(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transforms")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode
