"""What several mistakes use: as the notebook gives it."""

from torch import nn


def small_net(classes=10):  # as the notebook's
    layers = [nn.Conv2d(1, 8, 5, 2, 2), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(784, classes))


def anywhere_net(classes=10):  # as the notebook's
    layers = []
    for before, after, size in ((1, 12, 5), (12, 24, 3), (24, 40, 3)):
        layers += [nn.Conv2d(before, after, size, padding=size // 2), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers[:-1], nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(40, classes))
