"""Right solutions, written differently: `convgrade prove` puts each into the perfect notebook and expects full marks.

`corr2d__einsum` stands in for `corr2d`. Each is self-contained and uses only what the notebook imports. A suite that refuses one
of them is too strict.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

# ---------------------------------------------------------------- flatten


def to_chw_float__from_numpy(img):
    if img.ndim == 2:
        img = img[:, :, None]
    scaled = img[:, :, :3].astype("float32") / (255 if img.dtype.kind in "iu" else 1)
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))


def to_chw_float__by_channel(img):
    channels = [img] if img.ndim == 2 else [img[:, :, c] for c in range(min(3, img.shape[2]))]
    scale = 1.0 if np.issubdtype(img.dtype, np.floating) else 1 / 255
    return torch.stack([torch.tensor(c.copy(), dtype=torch.float32) * scale for c in channels])


def to_chw_float__pixel_loops(img):
    if img.ndim == 2:
        img = img[..., np.newaxis]
    H, W, C = img.shape
    out = torch.empty(min(C, 3), H, W)
    for i in range(H):
        for j in range(W):
            for c in range(min(C, 3)):
                out[c, i, j] = float(img[i, j, c]) / 255.0 if img.dtype == np.uint8 else float(img[i, j, c])
    return out


def flatten_batch__reshape(x):
    return x.reshape(x.shape[0], -1)


def flatten_batch__stack_of_rows(x):
    return torch.stack([image.flatten() for image in x])


def flatten_batch__contiguous_view(x):
    b, c, h, w = x.size()
    return x.contiguous().view(b, c * h * w)


def flatten_batch__loops(x):
    return torch.stack([torch.cat([row for channel in image for row in channel]) for image in x])


# ---------------------------------------------------------------- corr2d


def corr2d__write_into_zeros(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros((H - h + 1, W - w + 1), dtype=torch.result_type(X, K), device=X.device)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = torch.sum(X[i : i + h, j : j + w] * K)
    return out


def corr2d__loop_over_the_kernel(X, K):
    rows, cols = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    out = 0
    for u in range(K.shape[0]):
        for v in range(K.shape[1]):
            out = out + X[u : u + rows, v : v + cols] * K[u, v]
    return out


def corr2d__windows(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum(dim=(2, 3))


def corr2d__einsum(X, K):
    dtype = torch.result_type(X, K)
    (H, W), (h, w) = X.shape, K.shape
    X = X.contiguous()
    windows = X.as_strided((H - h + 1, W - w + 1, h, w), (*X.stride(), *X.stride()))
    return torch.einsum("ijuv,uv->ij", windows.to(dtype), K.to(dtype))


def corr2d__matrix(X, K):
    dtype = torch.result_type(X, K)
    (H, W), (h, w) = X.shape, K.shape
    rows, cols = H - h + 1, W - w + 1
    big = torch.zeros(rows, cols, H, W, dtype=dtype, device=X.device)
    for i in range(rows):
        for j in range(cols):
            big[i, j, i : i + h, j : j + w] = K
    return (big.reshape(rows * cols, H * W) @ X.to(dtype).reshape(-1)).reshape(rows, cols)


def corr2d__four_loops(X, K):
    (H, W), (h, w) = X.shape, K.shape
    rows = []
    for i in range(H - h + 1):
        row = []
        for j in range(W - w + 1):
            total = 0
            for u in range(h):
                for v in range(w):
                    total = total + X[i + u, j + v] * K[u, v]
            row.append(total)
        rows.append(torch.stack(row))
    return torch.stack(rows)


def true_conv2d__turned_twice(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * torch.rot90(K, 2)).sum((-2, -1))


def true_conv2d__backwards(X, K):
    h, w = K.shape
    rows, cols = X.shape[0] - h + 1, X.shape[1] - w + 1
    return sum(X[u : u + rows, v : v + cols] * K[h - 1 - u, w - 1 - v] for u in range(h) for v in range(w))


def true_conv2d__turns_the_image_and_back(X, K):
    return corr2d(X.flip([0, 1]), K).flip([0, 1])


def true_conv2d__loops(X, K):
    K = torch.fliplr(torch.flipud(K))
    h, w = K.shape
    rows = range(X.shape[0] - h + 1)
    return torch.stack([torch.stack([(X[i : i + h, j : j + w] * K).sum() for j in range(X.shape[1] - w + 1)]) for i in rows])


# ---------------------------------------------------------------- out_size


def conv_out_size__count_the_places(n, k, s=1, p=0, d=1):
    places = len(range(0, n + 2 * p - d * (k - 1), s))
    if places == 0:
        raise ValueError("the kernel does not fit")
    return places


def conv_out_size__floor(n, k, s=1, p=0, d=1):
    effective = k + (k - 1) * (d - 1)
    if n + 2 * p < effective:
        raise ValueError(f"{effective} > {n + 2 * p}")
    return int(math.floor((n + 2 * p - effective) / s)) + 1


def conv_out_size__divmod(n, k, s=1, p=0, d=1):
    room = n + 2 * p - d * (k - 1) - 1
    if room < 0:
        raise ValueError
    steps, _ = divmod(room, s)
    return steps + 1


def same_padding__search(k, d=1):
    for p in range(d * k + 1):
        if 2 * p == d * (k - 1):
            return p
    raise ValueError("no padding keeps the size")


def same_padding__from_the_reach(k, d=1):
    reach = d * (k - 1) + 1
    if reach % 2 == 0:
        raise ValueError("even")
    return reach // 2


def even_cover_padding__long_loop(n, k, s):
    for p in range(0, n + k + 2 * s):
        if n + 2 * p >= k and (n + 2 * p - k) % s == 0:
            return p
    return None


def even_cover_padding__remainders(n, k, s):
    p, seen = 0, set()
    while n + 2 * p < k:
        p += 1
    while True:
        rest = (n + 2 * p - k) % s
        if rest == 0:
            return p
        if rest in seen:
            return None
        seen.add(rest)
        p += 1


def flat_features__counting(hw, c_out, k, s, p):
    places = [len(range(0, n + 2 * p - k + 1, s)) for n in hw]
    return c_out * places[0] * places[1]


def flat_features__meta(hw, c_out, k, s, p):
    x = torch.empty(1, 1, *hw, device="meta")
    w = torch.empty(c_out, 1, k, k, device="meta")
    return F.conv2d(x, w, stride=s, padding=p).numel()


# ---------------------------------------------------------------- pad2d


def pad2d__cat(x, left, right, top, bottom, value=0.0):
    *front, H, W = x.shape
    side = lambda width: torch.full((*front, H, width), value, dtype=x.dtype, device=x.device)
    x = torch.cat([side(left), x, side(right)], dim=-1)
    edge = lambda height: torch.full((*front, height, x.shape[-1]), value, dtype=x.dtype, device=x.device)
    return torch.cat([edge(top), x, edge(bottom)], dim=-2)


def pad2d__zeros_plus_value(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.zeros(*x.shape[:-2], H + top + bottom, W + left + right, dtype=x.dtype, device=x.device) + value
    out = out.to(x.dtype)
    out[..., top : out.shape[-2] - bottom, left : out.shape[-1] - right] = x
    return out


def pad2d__two_matrices(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    rows = torch.arange(H + top + bottom, device=x.device)[:, None] - top
    cols = torch.arange(W + left + right, device=x.device)[None, :] - left
    inside = (rows >= 0) & (rows < H) & (cols >= 0) & (cols < W)
    picked = x[..., rows.clamp(0, H - 1), cols.clamp(0, W - 1)]
    return torch.where(inside, picked, torch.tensor(value, dtype=x.dtype, device=x.device))


def pad2d__row_loops(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = x.new_empty(*x.shape[:-2], H + top + bottom, W + left + right).fill_(value)
    for i in range(H):
        for j in range(W):
            out[..., top + i, left + j] = x[..., i, j]
    return out


# ---------------------------------------------------------------- conv2d


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


# ---------------------------------------------------------------- conv_components


def conv_components__groups(x, weight, bias):
    cout, cin, h, w = weight.shape
    apart = F.conv2d(x, weight.transpose(0, 1).reshape(cin * cout, 1, h, w), groups=cin)
    parts = apart.reshape(x.shape[0], cin, cout, *apart.shape[2:]).transpose(1, 2)
    return parts, parts.sum(2) + bias.view(-1, 1, 1)


def conv_components__einsum(x, weight, bias):
    windows = x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    return torch.einsum("bcijuv,kcuv->bkcij", windows, weight), F.conv2d(x, weight, bias)


def conv_components__loops(x, weight, bias):
    images, out_maps = [], []
    for b in range(x.shape[0]):
        parts = [[corr2d(x[b, c], weight[k, c]) for c in range(x.shape[1])] for k in range(weight.shape[0])]
        images.append(torch.stack([torch.stack(row) for row in parts]))
        out_maps.append(torch.stack([sum(row) + bias[k] for k, row in enumerate(parts)]))
    return torch.stack(images), torch.stack(out_maps)


def plot_components__add_subplot(x, components, maps):
    figure = plt.figure(figsize=(6, 6))
    cout, cin = components.shape[1], components.shape[2]
    place = 0
    for row in range(cin + 1):
        for column in range(cout + 1):
            place += 1
            axes = figure.add_subplot(cin + 1, cout + 1, place)
            c, k = row - 1, column - 1
            if row == 0 and column == 0:
                picture, title = x[0].mean(dim=0), "image"
            elif column == 0:
                picture, title = x[0, c], f"channel {c}"
            elif row == 0:
                picture, title = maps[0, k], f"map {k}"
            else:
                picture, title = components[0, k, c], f"channel {c}, kernel {k}"
            axes.imshow(picture.detach().numpy(), cmap="viridis")
            axes.set_title(title)
    return figure


def plot_components__flat_list(x, components, maps):
    x, components, maps = x[0].detach(), components[0].detach(), maps[0].detach()
    rows = [[(x.sum(0) / len(x), "image")] + [(m, f"map {k}") for k, m in enumerate(maps)]]
    for c in range(len(x)):
        rows.append([(x[c], "channel " + str(c))] + [(components[k, c], f"channel {c}, kernel {k}") for k in range(len(maps))])
    fig, axs = plt.subplots(len(rows), len(rows[0]))
    for ax, (picture, title) in zip(axs.flat, [cell for row in rows for cell in row]):
        ax.imshow(np.asarray(picture), vmin=-1, vmax=1)
        ax.set(title=title, xticks=[], yticks=[])
    fig.suptitle("components")
    fig.tight_layout()
    return fig


# ---------------------------------------------------------------- kernels


def box_kernel__full(k):
    return torch.full((k, k), 1.0 / (k * k))


def box_kernel__normalised(k):
    kernel = torch.ones(k, k)
    return kernel / kernel.sum()


def gaussian_kernel__outer(k, sigma):
    line = torch.tensor([math.exp(-((i - (k - 1) / 2) ** 2) / (2 * sigma**2)) for i in range(k)])
    return torch.outer(line, line) / line.sum() ** 2


def gaussian_kernel__loops(k, sigma):
    kernel, centre = torch.zeros(k, k), (k - 1) / 2
    for i in range(k):
        for j in range(k):
            kernel[i, j] = math.exp(-((i - centre) ** 2 + (j - centre) ** 2) / (2 * sigma * sigma))
    kernel /= kernel.sum()
    return kernel


def gaussian_kernel__numpy(k, sigma):
    r = np.arange(k) - (k - 1) / 2
    a, b = np.meshgrid(r, r)
    bell = np.exp(-(a**2 + b**2) / 2 / sigma**2) / (2 * np.pi * sigma**2)
    return torch.from_numpy((bell / bell.sum()).astype(np.float32))


def gaussian_kernel__softmax(k, sigma):
    r = torch.linspace(-(k - 1) / 2, (k - 1) / 2, k) / sigma
    return F.softmax(-(r[:, None] ** 2 + r[None] ** 2).flatten() / 2, dim=0).view(k, k)


def edge_bank__stack():
    top = torch.tensor([-1.0, 0.0, 1.0])[:, None].repeat(1, 3)
    diag1 = torch.tensor([[0.0, -1, 1], [-1, 1, 0], [1, 0, 0]])
    diag2 = torch.eye(3) - torch.diag(torch.ones(2), 1)
    return torch.stack([top, top.T, diag1, diag2]).unsqueeze(1)


def edge_bank__from_text():
    text = "-1 -1 -1 0 0 0 1 1 1 -1 0 1 -1 0 1 -1 0 1 0 -1 1 -1 1 0 1 0 0 1 -1 0 0 1 -1 0 0 1"
    return torch.tensor([float(number) for number in text.split()]).reshape(4, 1, 3, 3)


def apply_kernel_at__loops(img, row, col, kernel):
    h, w = kernel.shape
    if not (h % 2 and w % 2):
        raise ValueError("even")
    total = 0
    for u in range(h):
        for v in range(w):
            i, j = row + u - h // 2, col + v - w // 2
            if i < 0 or j < 0:
                raise IndexError("outside")
            total = total + img[i, j] * kernel[u, v]
    return total


def apply_kernel_at__windows(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even")
    i, j = row - h // 2, col - w // 2
    if i < 0 or j < 0 or i + h > len(img) or j + w > len(img[0]):
        raise IndexError("outside")
    return torch.tensordot(img.narrow(0, i, h).narrow(1, j, w), kernel, dims=2)


def filter_gray__pad_and_windows(img, kernels):
    h, w = kernels.shape[-2:]
    wide = F.pad(img, (w // 2, w // 2, h // 2, h // 2))
    return torch.einsum("ijuv,nuv->nij", wide.unfold(0, h, 1).unfold(1, w, 1), kernels[:, 0])


def filter_gray__same(img, kernels):
    return F.conv2d(img.unsqueeze(0).unsqueeze(0), kernels, bias=None, padding="same").squeeze(0)


def filter_gray__conv_layer(img, kernels):
    n, _, h, w = kernels.shape
    layer = torch.nn.Conv2d(1, n, (h, w), padding=(h // 2, w // 2), bias=False, dtype=img.dtype, device=img.device)
    with torch.no_grad():
        layer.weight.copy_(kernels)
        return layer(img[None])


# ---------------------------------------------------------------- learn_kernel


def learn_kernel__sgd(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    start = torch.randn(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
    kernel = torch.nn.Parameter(start.to(x.device))
    optimizer = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(F.conv2d(x[None, None], kernel[None, None]).squeeze(), y.squeeze())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return kernel.data.clone(), losses


def learn_kernel__by_hand(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    numbers = np.random.default_rng(seed).normal(size=kernel_size)
    kernel = torch.tensor(numbers, dtype=x.dtype, device=x.device)
    windows = x.unfold(0, kernel_size[0], 1).unfold(1, kernel_size[1], 1)
    losses = []
    for _ in range(steps):
        error = (windows * kernel).sum((-1, -2)) - y
        losses.append((error**2).mean().item())
        kernel = kernel - lr * 2 / error.numel() * (windows * error[:, :, None, None]).sum((0, 1))
    return kernel, losses


def learn_kernel__conv_layer(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layer = torch.nn.Conv2d(1, 1, kernel_size, bias=False).to(x)
    optimizer = torch.optim.SGD(layer.parameters(), lr)
    losses = []
    for _ in range(steps):
        loss = torch.nn.MSELoss()(layer(x[None, None]), y[None, None])
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return layer.weight.detach()[0, 0], losses
