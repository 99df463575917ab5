"""Right solutions of the exercise `grad_cam`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def grad_cam__flags_by_hand(model, layer, x, target=None):
    found = [module for name, module in model.named_modules() if name == layer]
    if not found:
        raise ValueError(layer)
    kept = []

    def keep(module, inputs, output):
        kept.append(output)
        return output * 1

    flags = [(module, module.training) for module in model.modules()]
    hook = found[0].register_forward_hook(keep)
    model.eval()
    try:
        with torch.enable_grad():
            scores = model(x.detach().clone().requires_grad_(True))
            classes = scores.argmax(1) if target is None else target
            chosen = scores[torch.arange(len(x)), classes]
            slopes = torch.autograd.grad(chosen, kept, torch.ones_like(chosen))[0]
    finally:
        hook.remove()
        for module, flag in flags:
            module.training = flag
    heat = torch.einsum("bkij,bk->bij", kept[0].detach(), slopes.mean((2, 3))).relu()
    return F.interpolate(heat.unsqueeze(1), size=tuple(x.shape[-2:]), mode="bilinear", align_corners=False).squeeze(1)


def grad_cam__on_a_copy(model, layer, x, target=None):
    import copy

    model = copy.deepcopy(model).eval()
    if layer not in [name for name, _ in model.named_modules()]:
        raise ValueError("no such layer")
    seen = {}

    def keep(module, inputs, output):
        output.retain_grad()
        seen["maps"] = output
        return output.clone()

    model.get_submodule(layer).register_forward_hook(keep)
    with torch.enable_grad():
        image = x.detach().clone().requires_grad_()
        scores = model(image)
        classes = scores.argmax(dim=1) if target is None else torch.as_tensor(target, device=x.device).expand(len(x))
        if int(classes.max()) >= scores.shape[1]:
            raise IndexError("no such class")
        scores.gather(1, classes[:, None]).sum().backward()
    maps, slopes = seen["maps"].detach(), seen["maps"].grad
    total = sum(maps[:, k] * slopes[:, k].mean(dim=(1, 2))[:, None, None] for k in range(maps.shape[1]))
    return F.interpolate(F.relu(total)[:, None], (x.shape[2], x.shape[3]), mode="bilinear")[:, 0]


def grad_cam__the_graph_begins_at_the_maps(model, layer, x, target=None):
    try:
        module = dict(model.named_modules())[layer]
    except KeyError:
        raise ValueError(f"{layer}?") from None
    maps = None

    def begin(_, inputs, output):
        nonlocal maps
        maps = output.detach().clone().requires_grad_()
        return maps.clone()

    handle = module.register_forward_hook(begin)
    try:
        with in_eval_mode(model), torch.set_grad_enabled(True):
            scores = model(x.detach().clone())
            if target is None:
                target = scores.max(dim=1).indices
            slopes = torch.autograd.grad(scores[range(len(x)), target].sum(), maps)[0]
    finally:
        handle.remove()
    with torch.no_grad():
        weights = slopes.flatten(2).sum(dim=2) / (maps.shape[2] * maps.shape[3])
        heat = (weights[:, :, None, None] * maps).sum(dim=1, keepdim=True)
        return torch.nn.Upsample(size=x.shape[2:], mode="bilinear")(torch.where(heat > 0, heat, 0 * heat))[:, 0]


def grad_cam__one_by_one(model, layer, x, target=None):
    names = [name for name, _ in model.named_modules()]
    if names.count(layer) == 0:
        raise ValueError(f"no layer {layer}")
    pictures = []
    for b in range(len(x)):
        seen = []
        handle = model.get_submodule(layer).register_forward_hook(lambda m, i, o: (seen.append(o), o.clone())[1])
        try:
            with in_eval_mode(model):
                with torch.enable_grad():
                    scores = model(x[b : b + 1].detach().clone().requires_grad_())[0]
                    wanted = target if target is None or isinstance(target, int) else int(target[b])
                    score = scores.max() if wanted is None else scores[wanted]
                    slopes = torch.autograd.grad(score, seen[0])[0]
        finally:
            handle.remove()
        maps = seen[0].detach()
        heat = F.adaptive_avg_pool2d(slopes, 1).mul(maps).sum(1, keepdim=True).clamp_min(0)
        pictures.append(F.interpolate(heat, size=x.shape[2:], mode="bilinear")[0, 0])
    return torch.stack(pictures)


def what_survives__other_order():
    return "ca"


def what_survives__joined():
    return "".join(sorted({"c", "a"}))
