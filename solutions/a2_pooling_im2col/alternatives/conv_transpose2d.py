"""Right solutions of the exercise `conv_transpose2d`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def upsample_nearest__index(x, factor):
    high, wide = pair(factor)
    rows = torch.arange(x.shape[2] * high, device=x.device) // high
    columns = torch.arange(x.shape[3] * wide, device=x.device) // wide
    return x[:, :, rows][:, :, :, columns]


def upsample_nearest__expand(x, factor):
    (B, C, H, W), (high, wide) = x.shape, pair(factor)
    return x[:, :, :, None, :, None].expand(B, C, H, high, W, wide).reshape(B, C, H * high, W * wide).clone()


def upsample_nearest__stacked(x, factor):
    high, wide = pair(factor)
    taller = torch.stack([x] * high, dim=3).flatten(2, 3)
    return torch.stack([taller] * wide, dim=4).flatten(3, 4)


def conv_transpose_out_size__last_stamp(n, k, s=1, p=0, op=0):
    if op < 0 or op >= s:
        raise ValueError("op")
    last = s * (n - 1) + k
    left = last + op - p - p
    if left <= 0:
        raise ValueError("nothing is left")
    return left


def conv_transpose_out_size__checked_forward(n, k, s=1, p=0, op=0):
    if op not in range(s):
        raise ValueError(f"op is one of 0 … {s - 1}")
    out = n * s - s + k + op - 2 * p
    if out < 1:
        raise ValueError("empty")
    return out


def conv_transpose2d__pixel_stamps(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, Cin, H, W), (_, Cout, kh, kw) = x.shape, weight.shape
    out = torch.zeros(B, Cout, (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw, dtype=x.dtype, device=x.device)
    for i in range(H):
        for j in range(W):
            stamp = (x[:, :, i, j].reshape(B, Cin, 1, 1, 1) * weight[None]).sum(1)
            out[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw]
    return out.clone() if bias is None else out + bias.view(1, -1, 1, 1)


def conv_transpose2d__stretched_and_turned(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, C, H, W), (_, _, kh, kw) = x.shape, weight.shape
    wide = x.new_zeros(B, C, (H - 1) * sh + 1, (W - 1) * sw + 1)
    wide[:, :, ::sh, ::sw] = x
    wide = F.pad(wide, (kw - 1, kw - 1 + opw, kh - 1, kh - 1 + oph))
    windows = wide.unfold(2, kh, 1).unfold(3, kw, 1)
    out = torch.einsum("bchwuv,couv->bohw", windows, weight.flip(2, 3))
    out = out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw]
    return out.contiguous() if bias is None else out + bias[:, None, None]


def conv_transpose2d__fold(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    kh, kw = weight.shape[2:]
    tall, wide = (x.shape[2] - 1) * sh - 2 * ph + kh + oph, (x.shape[3] - 1) * sw - 2 * pw + kw + opw
    ink = weight.flatten(1).T @ x.flatten(2)
    out = F.fold(ink, (tall, wide), (kh, kw), padding=(ph, pw), stride=(sh, sw))
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def conv_transpose2d__as_a_gradient(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    with torch.enable_grad():
        image = torch.zeros(B, C, tall, wide, dtype=x.dtype, device=x.device, requires_grad=True)
        windows = image.unfold(2, kh, sh).unfold(3, kw, sw)[:, :, :H, :W]
        forward = torch.einsum("bchwuv,ocuv->bohw", windows, weight)
        (out,) = torch.autograd.grad(forward, image, x, create_graph=True)
    out = out[:, :, ph : tall - ph, pw : wide - pw]
    out = out if x.requires_grad or weight.requires_grad else out.detach()
    return out.clone() if bias is None else out + bias[None, :, None, None]


def conv_transpose2d__stamps(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


def upsample_nearest__kronecker(x, factor):
    return torch.kron(x.contiguous(), x.new_ones(1, 1, *pair(factor)))


def upsample_nearest__stamped(x, factor):
    high, wide = pair(factor)
    out = x.new_empty(*x.shape[:2], x.shape[2] * high, x.shape[3] * wide)
    for i in range(high):
        for j in range(wide):
            out[:, :, i::high, j::wide] = x
    return out


def conv_transpose2d__by_the_matrix(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, Cin, H, W), (_, Cout, kh, kw) = x.shape, weight.shape
    spread = x.new_zeros(B, Cin, (H - 1) * sh + 1, (W - 1) * sw + 1)
    spread[:, :, ::sh, ::sw] = x
    h, w = spread.shape[2:]
    size = (h + kh - 1, w + kw - 1)
    out = 0
    for c in range(Cin):
        maps = [(spread[:, c].flatten(1) @ conv_matrix(weight[c, o], size)).reshape(B, *size) for o in range(Cout)]
        out = out + torch.stack(maps, 1)
    out = F.pad(out, (0, opw, 0, oph))[:, :, ph:, pw:]
    out = out[:, :, : out.shape[2] - ph, : out.shape[3] - pw]
    return out if bias is None else out + bias[:, None, None]
