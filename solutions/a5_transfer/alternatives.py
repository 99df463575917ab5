"""Right solutions, written differently: `convgrade prove` puts each into the perfect notebook and expects full marks.

`hflip__index` stands in for `hflip`. Each is self-contained and uses only what the notebook imports. A suite that refuses
one of them is too strict.
"""

import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import Dataset

from cnnkit.training import Batches, fit

# ---------------------------------------------------------------- patch_dataset


class PatchDataset__pairs(Dataset):
    def __init__(self, images, labels, transform=None):
        self.pairs = list(zip(images, [int(label) for label in labels], strict=True))
        self.transform = transform or (lambda x: x)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        image, label = self.pairs[index]
        if not isinstance(image, np.ndarray):
            with Image.open(image) as opened:
                image = np.asarray(opened.convert("RGB"))
        scaled = image.astype(np.float32).transpose(2, 0, 1) / np.float32(255)
        return self.transform(torch.from_numpy(scaled)), label


class PatchDataset__torchvision(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(labels) != len(images):
            raise ValueError("not as many labels as images")
        self.images = images
        self.labels = torch.as_tensor(np.array(labels))
        self.transform = transform

    def __len__(self):
        return self.labels.shape[0]

    def __getitem__(self, index):
        from torchvision.transforms.functional import to_tensor

        if index >= len(self) or index < -len(self):
            raise IndexError(index)
        one = self.images[index]
        x = to_tensor(one if isinstance(one, np.ndarray) else Image.open(str(one)).convert("RGB"))
        if self.transform:
            x = self.transform(x)
        return x, self.labels[index].item()


# ---------------------------------------------------------------- transforms


def hflip__index(x):
    return x[..., torch.arange(x.shape[-1] - 1, -1, -1, device=x.device)]


def hflip__torch(x):
    return torch.flip(x, dims=[x.ndim - 1])


def vflip__index(x):
    rows = list(range(x.shape[-2]))[::-1]
    return x[..., rows, :]


def vflip__transposed(x):
    return x.transpose(-1, -2).flip(-1).transpose(-1, -2)


def rot90__transpose_and_flip(x, k):
    for _ in range(k % 4):
        x = x.transpose(-2, -1).flip(-2)
    return x


def rot90__cases(x, k):
    k = k % 4
    if k == 0:
        return x.clone()
    if k == 2:
        return x.flip((-2, -1))
    turned = x.swapaxes(-1, -2)
    return turned.flip(-2) if k == 1 else turned.flip(-1)


def center_crop__narrow(x, size):
    if min(x.shape[-2:]) < size:
        raise ValueError("the image is smaller than the crop")
    for axis in (-2, -1):
        x = x.narrow(axis, round((x.shape[axis] - size) / 2), size)
    return x


def center_crop__torchvision(x, size):
    from torchvision.transforms.functional import center_crop

    if x.shape[-1] < size or x.shape[-2] < size:
        raise ValueError(f"{tuple(x.shape)} is too small for {size}")
    return center_crop(x, [size, size])


class RandomAugment__bernoulli:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.chances = torch.tensor([float(p_h), float(p_v)])
        self.quarters = 4 if rot else 1
        self.size = crop

    def __call__(self, x, generator=None):
        flips = torch.bernoulli(self.chances, generator=generator).bool()
        k = torch.randint(0, self.quarters, (), generator=generator).item()
        axes = [axis for axis, flip in zip((-1, -2), flips) if flip]
        y = torch.rot90(x.flip(axes) if axes else x, k, (-2, -1))
        if self.size is None:
            return y
        top, left = (round((side - self.size) / 2) for side in y.shape[-2:])
        return y[..., top : top + self.size, left : left + self.size].contiguous()


class RandomAugment__list_of_steps:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h = p_h
        self.p_v = p_v
        self.rot = rot
        self.crop = crop

    def __call__(self, x, generator=None):
        def chance():
            return torch.rand((), generator=generator).item()

        y = x.clone()
        if chance() <= self.p_h and self.p_h > 0:
            y = torch.flip(y, [-1])
        if chance() <= self.p_v and self.p_v > 0:
            y = torch.flip(y, [-2])
        if self.rot:
            for _ in range(torch.randperm(4, generator=generator)[0].item()):
                y = y.transpose(-1, -2).flip(-2)
        if self.crop is not None:
            h0, w0 = round((y.size(-2) - self.crop) / 2), round((y.size(-1) - self.crop) / 2)
            y = y[..., h0:, w0:][..., : self.crop, : self.crop]
        return y


# ---------------------------------------------------------------- tta


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


# ---------------------------------------------------------------- transfer_model


def build_transfer_model__added_one_by_one(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential()
    children = list(backbone.named_children())
    for name, child in children[: len(children) - 2]:
        features.add_module(name, child)
    head = nn.Sequential()
    for layer in (nn.AdaptiveAvgPool2d(1), nn.Flatten()):
        head.append(layer)
    for n_in, n_out in ((in_features, hidden), (hidden, num_classes)):
        head.append(nn.BatchNorm1d(n_in))
        head.append(nn.Dropout(p=p))
        head.append(nn.Linear(n_in, n_out))
        if len(head) == 5:
            head.append(nn.ReLU())
    return nn.Sequential(features, head)


def build_transfer_model__unpacked(backbone, in_features, num_classes, hidden=256, p=0.5):
    *kept, _pool, _old = backbone.children()
    pooling = [nn.AdaptiveAvgPool2d(output_size=1), nn.Flatten(start_dim=1)]
    first = [nn.BatchNorm1d(in_features), nn.Dropout(p), nn.Linear(in_features, hidden), nn.ReLU()]
    second = [nn.BatchNorm1d(hidden), nn.Dropout(p), nn.Linear(hidden, num_classes)]
    return nn.Sequential(nn.Sequential(*kept), nn.Sequential(*pooling, *first, *second))


def no_batch_norm__other_order():
    return "da"


def no_batch_norm__joined():
    return "".join(["a", "d"])


# ---------------------------------------------------------------- freeze


def freeze__requires_grad_in_place(module, bn_eval=True):
    module.requires_grad_(False)
    module.zero_grad(set_to_none=True)
    if not bn_eval:
        return

    def train(mode=True):
        return module

    for part in module.modules():
        part.training = False
    module.train = train


def freeze__method(module, bn_eval=True):
    import types

    for p in module.parameters():
        p.requires_grad_(False)
        p.grad = None
    if bn_eval:
        if "train" not in module.__dict__:
            module.eval()
        module.train = types.MethodType(lambda self, mode=True: nn.Module.train(self, False), module)


def unfreeze__delete(module):
    if "train" in module.__dict__:
        del module.train
    for p in module.parameters():
        p.requires_grad = True
    module.train(True)


def unfreeze__delattr(module):
    for part in module.modules():
        if callable(part.__dict__.get("train")):
            delattr(part, "train")
        part.training = True
        for p in part.parameters(recurse=False):
            p.requires_grad_()


def trainable__loop(model):
    names = []
    for name, p in model.named_parameters():
        if p.requires_grad:
            names.append(name)
    return names


def trainable__filter(model):
    return [pair[0] for pair in filter(lambda pair: pair[1].requires_grad, model.named_parameters())]


def frozen_statistics__other_order():
    return "cb"


def frozen_statistics__joined():
    return "".join(letter for letter in "abcd" if letter not in "ad")


# ---------------------------------------------------------------- two_stage


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


# ---------------------------------------------------------------- solve_patches


class Prepare__two_steps(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.size = int(crop)
        self.shift = nn.Parameter(backbone.mean.clone(), requires_grad=False)
        self.scale = nn.Parameter(1 / backbone.std, requires_grad=False)

    def forward(self, x):
        h, w = x.shape[2], x.shape[3]
        top, left = round((h - self.size) / 2), round((w - self.size) / 2)
        x = x.narrow(2, top, self.size).narrow(3, left, self.size)
        return x.to(torch.float32).div(255).sub(self.shift).mul(self.scale)


class Prepare__torchvision(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.mean, self.std = backbone.mean.flatten().tolist(), backbone.std.flatten().tolist()

    def forward(self, x):
        from torchvision.transforms.functional import center_crop, normalize

        return normalize(center_crop(x, [self.crop, self.crop]) / 255, self.mean, self.std)


def solve_patches__own_loop(backbone, patches, labels, fine_tune=True, seed=0):
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed + 1)
    body = nn.Sequential(*copy.deepcopy(list(backbone.children())[:-2]))
    n = backbone.fc.in_features
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(n), nn.Dropout(0.1), nn.Linear(n, 2))
    model = nn.Sequential(Prepare(backbone), body, head)
    for stage in range(1 + fine_tune):
        epochs = 6 if stage == 0 else 5
        body.requires_grad_(stage == 1)
        groups = [{"params": head.parameters(), "lr": 1e-2}]
        if stage == 1:
            groups = [{"params": body.parameters(), "lr": 1e-3}, {"params": head.parameters(), "lr": 2e-3}]
        optimizer = torch.optim.AdamW(groups)
        rates = [group["lr"] for group in groups]
        steps = epochs * len(patches.split(32))
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps)
        for _ in range(epochs):
            model.train()
            body.train(stage == 1)
            order = torch.randperm(len(patches), generator=rng)
            for chosen in order.split(32):
                k, mirror = torch.randint(0, 4, (2,), generator=rng).tolist()
                x = patches[chosen].rot90(k, (2, 3))
                x = x.flip(3) if mirror % 2 else x
                loss = F.cross_entropy(model(x), labels[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                cycle.step()
    return model.eval()


def solve_patches__class(backbone, patches, labels, fine_tune=True, seed=0):
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.prepare = Prepare(backbone)
            self.body = nn.Sequential(*list(backbone.children())[:-2])
            n = backbone.fc.in_features
            self.head = nn.Sequential(
                nn.BatchNorm1d(n), nn.Linear(n, 128), nn.ReLU(), nn.BatchNorm1d(128), nn.Dropout(0.3), nn.Linear(128, 2)
            )
            self.frozen = True

        def train(self, mode=True):
            super().train(mode)
            if self.frozen:
                self.body.eval()
            return self

        def forward(self, x):
            return self.head(self.body(self.prepare(x)).mean(dim=(2, 3)))

    torch.manual_seed(seed)
    model = Classifier()
    model.body.requires_grad_(False)

    def change(patch):
        if torch.rand(()) < 0.5:
            patch = patch.flip(-1)
        if torch.rand(()) < 0.5:
            patch = patch.flip(-2)
        return patch.transpose(-1, -2) if torch.rand(()) < 0.5 else patch

    batches = Batches(patches, labels, change, seed=seed)
    fit(model, batches, torch.optim.Adam(model.head.parameters(), lr=1e-2), epochs=5)
    if fine_tune:
        model.frozen = False
        model.body.requires_grad_(True)
        slow = torch.optim.Adam(model.parameters(), lr=1e-3)
        cycle = torch.optim.lr_scheduler.CosineAnnealingLR(slow, 5 * len(batches))
        fit(model, batches, slow, cycle, epochs=5)
    return model.eval()


def no_augmentation__other_order():
    return "ca"


def no_augmentation__joined():
    return "a" + "c"
