"""Right solutions of the exercise `solve_patches`, written differently: none of them may lose a point. Named function__how."""

import copy

import torch
import torch.nn.functional as F
from cnnkit.training import Batches, fit
from torch import nn


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


def solve_patches__fitted_twice(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.001, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


def solve_patches__mean_of_four_turns(backbone, patches, labels, fine_tune=True, seed=0):
    class EveryWayUp(nn.Module):
        def __init__(self):
            super().__init__()
            self.prepare = Prepare(backbone)
            self.features = nn.Sequential(*list(backbone.children())[:-2])
            n = backbone.fc.in_features
            norm = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(n), nn.Dropout(0.2)]
            self.head = nn.Sequential(*norm, nn.Linear(n, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Linear(64, 2))

        def forward(self, x):
            x = self.prepare(x)
            if self.training:
                return self.head(self.features(x))
            return sum(self.head(self.features(x.rot90(k, (2, 3)))) for k in range(4)) / 4

    def any_way_up(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    torch.manual_seed(seed)
    model = EveryWayUp()
    batches = Batches(patches, labels, any_way_up, size=32, seed=seed)
    model.features.requires_grad_(False).eval()
    model.features.train = lambda mode=True: model.features
    fit(model, batches, torch.optim.AdamW(model.head.parameters(), lr=1e-2), epochs=6)
    del model.features.train
    if fine_tune:
        model.features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=5, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, cycle, epochs=5)
    return model.eval()
