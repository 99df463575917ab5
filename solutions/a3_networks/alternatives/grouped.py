"""Right solutions of the exercise `grouped`, written differently: none of them may lose a point. Named function__how."""

from torch import nn


def grouped_params__group_by_group(c_in, c_out, k, groups=1, bias=True):
    kh, kw = k if isinstance(k, tuple) else (k, k)
    (seen, left), (made, more) = divmod(c_in, groups), divmod(c_out, groups)
    if left or more:
        raise ValueError("groups must divide both numbers of channels")
    return groups * (seen * made * kh * kw + made * bool(bias))


def grouped_params__per_output(c_in, c_out, k, groups=1, bias=True):
    if not (c_in % groups == 0 == c_out % groups):
        raise ValueError("not divisible")
    slices = c_in // groups
    area = k * k if isinstance(k, int) else k[0] * k[1]
    total = 0
    for _ in range(c_out):
        total += slices * area
        if bias:
            total += 1
    return total


class separable_conv__class(nn.Module):
    def __init__(self, c_in, c_out, k=3):
        super().__init__()
        self.mix = nn.Conv2d(c_in, c_out, kernel_size=(1, 1))
        self.look = nn.Conv2d(c_in, c_in, kernel_size=(k, k), padding=(k - 1) // 2, groups=c_in)

    def forward(self, x):
        return self.mix(self.look(x))


def separable_conv__appended(c_in, c_out, k=3):
    block = nn.Sequential()
    block.append(nn.Conv2d(c_in, c_in, k, stride=1, padding="same", groups=c_in))
    block.append(nn.Conv2d(c_in, c_out, 1, 1, 0))
    return block
