"""Right solutions of the exercise `lenet`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet5Classic__layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=(5, 5), padding="same")
        self.conv2 = nn.Conv2d(6, 16, kernel_size=(5, 5))
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)
        self.act = nn.Sigmoid()
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = self.pool(self.act(conv(x)))
        x = torch.flatten(x, 1)
        for dense in (self.fc1, self.fc2):
            x = self.act(dense(x))
        return self.fc3(x)


class LeNet5Classic__pads_the_image(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc3 = nn.Linear(84, 10)
        self.fc2 = nn.Linear(120, 84)
        self.fc1 = nn.Linear(16 * 25, 120)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.conv1 = nn.Conv2d(1, 6, 5)

    def forward(self, x):
        x = self.conv1(F.pad(x, (2, 2, 2, 2))).sigmoid()
        x = F.adaptive_avg_pool2d(x, 14)
        x = F.adaptive_avg_pool2d(self.conv2(x).sigmoid(), 5)
        return self.fc3(self.fc2(self.fc1(x.reshape(x.shape[0], -1)).sigmoid()).sigmoid())


class LeNetModern__layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=(2, 2))
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2, 2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(400, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        return self.fc2(self.relu(self.fc1(self.flatten(x))))


class LeNetModern__pools_first(nn.Module):
    """ReLU and maximum may change places."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = torch.relu(F.max_pool2d(self.conv1(x), 2))
        x = torch.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc2(torch.relu(self.fc1(x.view(x.size(0), -1))))


class LeNetModern__lazy_and_ready(nn.Module):
    """Lazy layers that have seen a batch in the constructor are as good as others."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.LazyConv2d(6, 5, padding=2), nn.LazyConv2d(16, 5)
        self.fc1, self.fc2 = nn.LazyLinear(84), nn.LazyLinear(10)
        self(torch.zeros(1, 1, 28, 28))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def lenet_sequential__grouped():
    features = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Sequential(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
    )
    head = nn.Sequential(nn.Flatten(), nn.Linear(400, 84), nn.ReLU(), nn.Linear(84, 10))
    return nn.Sequential(features, head)


def lenet_sequential__by_name():
    model = nn.Sequential()
    model.add_module("conv1", nn.Conv2d(1, 6, 5, padding=2))
    model.add_module("pool1", nn.MaxPool2d(2, stride=2))
    model.add_module("relu1", nn.ReLU())
    model.add_module("conv2", nn.Conv2d(6, 16, 5))
    model.add_module("relu2", nn.ReLU(inplace=True))
    model.add_module("pool2", nn.MaxPool2d((2, 2)))
    model.add_module("flatten", nn.Flatten(1))
    model.add_module("fc1", nn.Linear(16 * 5 * 5, 84))
    model.add_module("relu3", nn.ReLU())
    model.add_module("fc2", nn.Linear(84, 10))
    return model


def lenet_sequential__from_a_dict():
    from collections import OrderedDict

    steps = OrderedDict(
        conv1=nn.Conv2d(1, 6, 5, padding=2), act1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(6, 16, 5), act2=nn.ReLU(), pool2=nn.MaxPool2d(2),
        flat=nn.Flatten(), fc1=nn.Linear(400, 84), act3=nn.ReLU(), fc2=nn.Linear(84, 10),
    )  # fmt: skip
    return nn.Sequential(steps)


class LeNet5Classic__layers_in_a_row_too(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.net = nn.Sequential(
            self.conv1, nn.Sigmoid(), nn.AvgPool2d(2), self.conv2, nn.Sigmoid(), nn.AdaptiveAvgPool2d((5, 5)),
            nn.Flatten(), self.fc1, nn.Sigmoid(), self.fc2, nn.Sigmoid(), self.fc3,
        )  # fmt: skip

    def forward(self, x):
        return self.net(x)


class LeNetModern__row_first(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding="same"), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(inplace=True), nn.AdaptiveMaxPool2d((5, 5)), nn.Flatten(),
            nn.Linear(400, 84), nn.ReLU(inplace=True), nn.Linear(84, 10),
        )  # fmt: skip
        self.conv1, self.conv2, self.fc1, self.fc2 = self.net[0], self.net[3], self.net[7], self.net[9]

    def forward(self, x):
        return self.net(x)
