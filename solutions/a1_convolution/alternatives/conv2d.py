"""Right solutions of the exercise `conv2d`, written differently: none of them may lose a point. Named function__how."""

import torch


def conv2d__all_loops(x, weight, bias=None, stride=1, padding=0):
    sh, sw = (stride, stride) if type(stride) is int else stride
    ph, pw = (padding, padding) if type(padding) is int else padding
    B, C, H, W = x.shape
    O, _, h, w = weight.shape
    wide = torch.zeros(B, C, H + 2 * ph, W + 2 * pw, dtype=x.dtype, device=x.device)
    wide[:, :, ph : ph + H, pw : pw + W] = x
    rows, cols = (H + 2 * ph - h) // sh + 1, (W + 2 * pw - w) // sw + 1
    out = torch.zeros(B, O, rows, cols, dtype=x.dtype, device=x.device)
    for b in range(B):
        for o in range(O):
            for i in range(rows):
                for j in range(cols):
                    window = wide[b, :, i * sh : i * sh + h, j * sw : j * sw + w]
                    out[b, o, i, j] = (window * weight[o]).sum()
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


def conv2d__windows_and_einsum(x, weight, bias=None, stride=1, padding=0):
    sh, sw = stride if isinstance(stride, tuple) else (stride, stride)
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    zeros = lambda *shape: torch.zeros(shape, dtype=x.dtype, device=x.device)
    x = torch.cat([zeros(*x.shape[:3], pw), x, zeros(*x.shape[:3], pw)], 3)
    x = torch.cat([zeros(*x.shape[:2], ph, x.shape[3]), x, zeros(*x.shape[:2], ph, x.shape[3])], 2)
    windows = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bcijuv,ocuv->boij", windows, weight)
    if bias is not None:
        out = out + bias.view(1, -1, 1, 1)
    return out


def conv2d__as_strided(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else tuple(v) for v in (stride, padding)]
    (B, C, H, W), (O, _, h, w) = x.shape, weight.shape
    wide = x.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    wide[..., ph : ph + H, pw : pw + W] = x
    sb, sc, sy, sx = wide.stride()
    rows, cols = (wide.shape[2] - h) // sh + 1, (wide.shape[3] - w) // sw + 1
    windows = wide.as_strided((B, rows, cols, C, h, w), (sb, sy * sh, sx * sw, sc, sy, sx))
    out = (windows.reshape(B * rows * cols, -1) @ weight.reshape(O, -1).T).reshape(B, rows, cols, O)
    return (out if bias is None else out + bias).permute(0, 3, 1, 2)


def conv2d__stride_one_then_subsample(x, weight, bias=None, stride=1, padding=0):
    strides = [stride] * 2 if isinstance(stride, int) else stride
    pads = [padding] * 2 if isinstance(padding, int) else padding
    (B, C, H, W), (O, _, h, w) = x.shape, weight.shape
    wide = torch.zeros((B, C, H + 2 * pads[0], W + 2 * pads[1]), dtype=x.dtype, device=x.device)
    wide[:, :, pads[0] : pads[0] + H, pads[1] : pads[1] + W] += x
    maps = []
    for o in range(O):
        total = 0
        for c in range(C):
            total = total + (wide[:, c].unfold(1, h, 1).unfold(2, w, 1) * weight[o, c]).sum((-1, -2))
        maps.append(total[:, :: strides[0], :: strides[1]] + (0 if bias is None else bias[o]))
    return torch.stack(maps, dim=1)


def conv2d__pixel_lists(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    (H, W), (h, w) = x.shape[2:], weight.shape[2:]
    rows = []
    for i in range(0, H + 2 * ph - h + 1, sh):
        row = []
        for j in range(0, W + 2 * pw - w + 1, sw):
            top, left = i - ph, j - pw
            up, down = max(0, -top), min(h, H - top)
            near, far = max(0, -left), min(w, W - left)
            seen = x[:, :, top + up : top + max(down, up), left + near : left + max(far, near)]
            part = weight[:, :, up : max(down, up), near : max(far, near)]
            row.append((seen[:, None] * part[None]).sum((2, 3, 4)))
        rows.append(torch.stack(row, -1))
    out = torch.stack(rows, -2)
    return out if bias is None else out + bias[None, :, None, None]


def conv2d__fourier(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = torch.zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw, dtype=x.dtype, device=x.device)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    size = wide.shape[2:]
    large = torch.zeros(*weight.shape[:2], *size, dtype=x.dtype, device=x.device)
    large[:, :, : weight.shape[2], : weight.shape[3]] = weight
    product = torch.einsum("bcij,ocij->boij", torch.fft.rfft2(wide), torch.fft.rfft2(large).conj())
    full = torch.fft.irfft2(product, s=size)
    out = full[:, :, : size[0] - weight.shape[2] + 1 : sh, : size[1] - weight.shape[3] + 1 : sw]
    return out if bias is None else out + bias[:, None, None]


def conv2d__padded_by_hand(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


def conv2d__through_own_functions(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [v if isinstance(v, tuple) else (v, v) for v in (stride, padding)]
    x = pad2d(x, pw, pw, ph, ph)
    maps = [[sum(corr2d(c, k) for c, k in zip(image, kernel)) for kernel in weight] for image in x]
    out = torch.stack([torch.stack(row) for row in maps])[:, :, ::sh, ::sw]
    return out if bias is None else out + bias[:, None, None]


def conv2d__tensordot_over_the_kernel(x, weight, bias=None, stride=1, padding=0):
    sh, sw = (stride,) * 2 if isinstance(stride, int) else stride
    ph, pw = (padding,) * 2 if isinstance(padding, int) else padding
    (B, C, H, W), (O, _, h, w) = x.shape, weight.shape
    rows, cols = (H + 2 * ph - h) // sh + 1, (W + 2 * pw - w) // sw + 1
    frame = x.new_zeros((B, C, H + 2 * ph, W + 2 * pw)).index_put(
        (*torch.meshgrid(*(torch.arange(n, device=x.device) for n in (B, C)), torch.arange(ph, ph + H, device=x.device),
                         torch.arange(pw, pw + W, device=x.device), indexing="ij"),), x)
    out = torch.zeros(O, B, rows, cols, dtype=x.dtype, device=x.device)
    if bias is not None:
        out = out + bias.reshape(-1, 1, 1, 1)
    for u in range(h):
        for v in range(w):
            picked = frame[:, :, u::sh, v::sw][:, :, :rows, :cols]
            out = out + torch.tensordot(weight[:, :, u, v], picked, dims=([1], [1]))
    return out.transpose(0, 1)


def conv2d__linear_layer_on_windows(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    B, C, H, W = x.shape
    for axis, p in ((2, ph), (3, pw)):
        shape = list(x.shape)
        shape[axis] = p
        zeros = torch.zeros(shape, dtype=x.dtype, device=x.device)
        x = torch.cat([zeros, x, zeros], axis)
    windows = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    rows = windows.permute(0, 2, 3, 1, 4, 5).flatten(3)
    return torch.nn.functional.linear(rows, weight.flatten(1), bias).movedim(-1, 1)
