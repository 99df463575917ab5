"""Right solutions of the exercise `two_stage`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F
from torch import nn


def param_groups__filtered(model, head_lr, backbone_lr):
    both = [
        {"params": [p for p in model[0].parameters() if p.requires_grad], "lr": backbone_lr},
        {"params": [p for p in model[1].parameters() if p.requires_grad], "lr": head_lr},
    ]
    return [group for group in both if group["params"]]


def param_groups__by_name(model, head_lr, backbone_lr):
    found = {"0": [], "1": []}
    for name, p in model.named_parameters():
        if p.requires_grad:
            found[name.split(".")[0]].append(p)
    rates = {"0": backbone_lr, "1": head_lr}
    return [dict(params=params, lr=rates[part]) for part, params in found.items() if len(params)]


def two_stage__one_function_per_stage(model, loaders, epochs=(3, 3), lr=1e-2):
    from torch.optim import AdamW
    from torch.optim.lr_scheduler import OneCycleLR

    history = {"loss": [], "lr": [], "val_acc": [], "boundary": len(loaders[0]) * epochs[0]}

    def accuracy():
        model.eval()
        with torch.inference_mode():
            hits = torch.cat([(model(x).max(1).indices == y) for x, y in loaders[1]])
        return float(hits.double().mean())

    def stage(groups, rates, count, mode):
        optimizer = AdamW([{"params": params} for params in groups], lr=1e-3)
        scheduler = OneCycleLR(optimizer, rates, total_steps=count * len(loaders[0]))
        for _ in range(count):
            model[1].train()
            model[0].train(mode)
            for x, y in loaders[0]:
                history["lr"].append(scheduler.get_last_lr()[-1])
                loss = nn.CrossEntropyLoss()(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()
                history["loss"].append(float(loss.detach()))
            history["val_acc"].append(accuracy())

    body, head = list(model[0].parameters()), list(model[1].parameters())
    if epochs[0]:
        for p in body:
            p.requires_grad_(False)
        stage([head], [lr], epochs[0], False)
    if epochs[1]:
        for p in body:
            p.requires_grad_(True)
        stage([body, head], [lr / 100, lr / 10], epochs[1], True)
    return history


def two_stage__steps(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    steps = len(train)
    losses, rates, right = [], [], []
    plan = [(epochs[0], False), (epochs[1], True)]
    for count, everything in plan:
        if count == 0:
            continue
        model.requires_grad_(True)
        model[0].requires_grad_(everything)
        groups = [{"params": model[1].parameters(), "max_lr": lr}]
        peak = lr
        if everything:
            groups = [{"params": model[0].parameters()}, {"params": model[1].parameters()}]
            peak = [0.01 * lr, 0.1 * lr]
        optimizer = torch.optim.AdamW(groups)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, epochs=count, steps_per_epoch=steps)
        for _ in range(count):
            for batch in train:
                model.train()
                if not everything:
                    model[0].eval()
                x, y = batch
                loss = F.cross_entropy(model(x), y)
                for p in model.parameters():
                    p.grad = None
                loss.backward()
                rates.append(optimizer.param_groups[-1]["lr"])
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            good, all_of_them = 0, 0
            for x, y in valid:
                with torch.no_grad():
                    good += int((model(x).argmax(-1) == y).sum())
                all_of_them += x.shape[0]
            right.append(good / all_of_them)
    return dict(loss=losses, lr=rates, val_acc=right, boundary=epochs[0] * steps)


def two_stage__one_loop(model, loaders, epochs=(3, 3), lr=0.01):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train))
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}
