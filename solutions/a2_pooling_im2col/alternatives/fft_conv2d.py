"""Right solutions of the exercise `fft_conv2d`, written differently: none of them may lose a point. Named function__how."""

import math

import torch
import torch.nn.functional as F


def fft_conv2d__complex(x, weight):
    size = x.shape[-2:]
    product = (torch.fft.fft2(x)[:, None] * torch.fft.fft2(weight, s=size).conj()[None]).sum(dim=2)
    rows, columns = size[0] - weight.shape[2] + 1, size[1] - weight.shape[3] + 1
    return torch.fft.ifft2(product).real[..., :rows, :columns].contiguous()


def fft_conv2d__flipped_kernel_on_a_larger_ring(x, weight):
    (height, width), (kh, kw) = x.shape[2:], weight.shape[2:]
    size = (height + kh - 1, width + kw - 1)
    waves, kernels = torch.fft.rfft2(x, size), torch.fft.rfft2(torch.flip(weight, (2, 3)), size)
    full = torch.fft.irfft2(torch.einsum("bchw,ochw->bohw", waves, kernels), size)
    return full[:, :, kh - 1 : height, kw - 1 : width]


def fft_conv2d__one_direction_after_the_other(x, weight):
    height, width = x.size(2), x.size(3)

    def transformed(images):
        return torch.fft.fft(torch.fft.fft(images, n=width, dim=3), n=height, dim=2)

    product = torch.einsum("bcij,ocij->boij", transformed(x), torch.conj(transformed(weight)))
    ring = torch.fft.ifft(torch.fft.ifft(product, dim=2), dim=3)
    return torch.real(ring)[:, :, : 1 + height - weight.size(2), : 1 + width - weight.size(3)]


def fft_conv2d__channel_by_channel(x, weight):
    (height, width), (kh, kw) = x.shape[2:], weight.shape[2:]
    filled = F.pad(weight, (0, width - kw, 0, height - kh))
    waves = torch.fft.rfftn(x, dim=(2, 3))
    images = []
    for kernel in filled:
        total = 0
        for c, plane in enumerate(kernel):
            total = total + waves[:, c] * torch.fft.rfftn(plane).conj()
        images.append(torch.fft.irfftn(total, s=(height, width), dim=(1, 2)))
    return torch.stack(images, dim=1)[:, :, : height - kh + 1, : width - kw + 1]


def multiplications__by_bits(x_shape, weight_shape):
    B, C, H, W = x_shape
    O, _, h, w = weight_shape
    windows = B * O * C * (H + 1 - h) * (W + 1 - w)
    transform = H * W * (H * W - 1).bit_length()
    return windows * h * w, (B * C + O * C + B * O) * transform + 2 * H * W * B * O * C


def multiplications__by_counting(x_shape, weight_shape):
    batch, c_in, height, width = x_shape
    c_out, _, kh, kw = weight_shape
    n, doublings = height * width, 0
    while 2**doublings < n:
        doublings += 1
    sliding, detour = 0, c_out * c_in * n * doublings
    places = math.prod(len(range(side - k + 1)) for side, k in ((height, kh), (width, kw)))
    for _ in range(batch):
        detour += (c_in + c_out) * n * doublings
        for _ in range(c_out * c_in):
            sliding += places * kh * kw
            detour += 2 * n
    return (sliding, detour)
