"""Right solutions of the exercise `transforms`, written differently: none of them may lose a point. Named function__how."""

import torch


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


class RandomAugment__one_draw_each:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


class RandomAugment__tensors_of_chances:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = torch.tensor(p_h), torch.tensor(p_v), rot, crop

    def __call__(self, x, generator=None):
        if torch.bernoulli(self.p_h, generator=generator):
            x = x.flip(-1)
        if torch.bernoulli(self.p_v, generator=generator):
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, torch.randint(4, (), generator=generator).item(), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x
