"""What several mistakes use: as the notebook gives it."""

from torch import nn


def middle_of(x, crop):
    top, left = (round((side - crop) / 2) for side in x.shape[-2:])
    return x[..., top : top + crop, left : left + crop]


class Prepare(nn.Module):
    """As it should be: the mistakes in solve_patches below use it."""

    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        return (middle_of(x, self.crop).float() / 255 - self.mean) / self.std
