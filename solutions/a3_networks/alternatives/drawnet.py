"""Right solutions of the exercise `drawnet`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F
from torch import nn


class DrawNet__module_list(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("no pixel is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


class DrawNet__measures(nn.Module):
    """Sends zeros through the blocks and looks at what comes out."""

    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        if im_size < 2**n_blocks:
            raise ValueError(f"{im_size} pixels cannot be halved {n_blocks} times")
        self.features = nn.Sequential()
        c_in = 1
        for _ in range(n_blocks):
            self.features.append(nn.Conv2d(c_in, width, 3, padding="same")).append(nn.ReLU()).append(nn.MaxPool2d(2))
            c_in = width
        with torch.no_grad():
            numbers = self.features(torch.zeros(1, 1, im_size, im_size)).numel()
        self.classifier = nn.Linear(numbers, num_classes)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class DrawNet__pools_first(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size >> n_blocks
        if not side:
            raise ValueError("nothing would be left")
        for i in range(n_blocks):
            setattr(self, f"conv{i}", nn.Conv2d(width if i else 1, width, 3, padding=1))
        self.n_blocks, self.out = n_blocks, nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for i in range(self.n_blocks):
            x = F.max_pool2d(getattr(self, f"conv{i}")(x), 2).relu()
        return self.out(x.reshape(len(x), -1))


class DrawNet__adaptive_pooling(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        layers, sees, side = [], 1, im_size
        for _ in range(n_blocks):
            side //= 2
            if side < 1:
                raise ValueError("nothing is left to look at")
            layers += [nn.Conv2d(sees, width, 3, padding="same"), nn.ReLU(inplace=True), nn.MaxPool2d((2, 2))]
            sees = width
        layers += [nn.AdaptiveAvgPool2d((side, side)), nn.Flatten(), nn.Linear(width * side * side, num_classes)]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)
