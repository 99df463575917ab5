"""Right solutions of the exercise `strided_cnn`, written differently: none of them may lose a point. Named function__how."""

import torch.nn.functional as F
from torch import nn


def conv_block__list(ni, nf, ks=3, stride=2, act=True):
    layers = [nn.Conv2d(ni, nf, kernel_size=ks, stride=stride, padding=ks // 2)]
    if act:
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def conv_block__identity(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, (ks, ks), (stride, stride), (ks // 2, ks // 2))
    return nn.Sequential(conv, nn.ReLU() if act else nn.Identity())


def conv_block__class(ni, nf, ks=3, stride=2, act=True):
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)

        def forward(self, x):
            x = self.conv(x)
            return F.relu(x) if act else x

    return Block()


def strided_cnn__flat(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for ni, nf in zip(channels[:-1], channels[1:]):
        layers += [nn.Conv2d(ni, nf, 3, stride=2, padding=1), nn.ReLU()]
    layers[-1] = nn.Flatten()
    return nn.Sequential(*layers)


def strided_cnn__append(channels=(1, 4, 8, 16, 16, 10)):
    model = nn.Sequential()
    *body, last = list(channels)
    for ni, nf in zip(body, body[1:]):
        model.append(nn.Sequential(nn.Conv2d(ni, nf, 3, 2, 1), nn.ReLU()))
    model.append(nn.Conv2d(body[-1], last, 3, 2, 1))
    return model.append(nn.Flatten())


def strided_cnn__own_blocks(channels=(1, 4, 8, 16, 16, 10)):
    pairs = list(zip(channels, channels[1:]))
    blocks = [conv_block(ni, nf, ks=3, stride=2, act=True) for ni, nf in pairs[:-1]]
    return nn.Sequential(nn.Sequential(*blocks), conv_block(*pairs[-1], act=False), nn.Flatten(1))


def strided_cnn__layer_by_layer(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())
