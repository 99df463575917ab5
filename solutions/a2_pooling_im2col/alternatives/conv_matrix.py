"""Right solutions of the exercise `conv_matrix`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def conv_matrix__unit_images(K, in_shape):
    H, W = in_shape
    images = torch.eye(H * W, dtype=K.dtype, device=K.device).reshape(H * W, 1, H, W)
    return F.conv2d(images, K[None, None]).flatten(1).T


def conv_matrix__entry_by_entry(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    out = torch.zeros(((H - h + 1) * (W - w + 1), H * W), dtype=K.dtype, device=K.device)
    place = 0
    for r in range(H - h + 1):
        for c in range(W - w + 1):
            for u in range(h):
                for v in range(w):
                    out[place, (r + u) * W + (c + v)] = K[u, v]
            place += 1
    return out


def conv_matrix__band_and_shift(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    band = F.pad(K, (0, W - w)).flatten()[: (h - 1) * W + w]
    starts = [r * W + c for r in range(H - h + 1) for c in range(W - w + 1)]
    return torch.stack([F.pad(band, (start, H * W - start - len(band))) for start in starts])


def weight_counts__from_a_matrix(n, k):
    m = n + 1 - k
    counts = {}
    counts["shared"] = k * k
    counts["local"] = counts["shared"] * m * m
    counts["dense"] = n * n * m * m
    return {name: counts[name] for name in ("dense", "local", "shared")}


def weight_counts__other_order(n, k):
    places = len(range(n - k + 1)) ** 2
    return dict(dense=places * pow(n, 2), shared=pow(k, 2), local=places * pow(k, 2))


def conv_matrix__jacobian(K, in_shape):
    layer = lambda X: F.conv2d(X[None, None], K[None, None]).flatten()
    return torch.func.jacrev(layer)(K.new_zeros(in_shape)).flatten(1)


def conv_matrix__blocks(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    bands = [torch.stack([F.pad(row, (c, W - w - c)) for c in range(W - w + 1)]) for row in K]
    nothing = K.new_zeros(W - w + 1, W)
    return torch.cat([torch.cat([bands[i - r] if 0 <= i - r < h else nothing for i in range(H)], 1) for r in range(H - h + 1)])


def weight_counts__counted(n, k):
    starts = range(0, n - k + 1)
    return {"dense": n * n * len(starts) * len(starts), "local": sum(k * k for _ in starts for _ in starts), "shared": k**2}


def weight_counts__read_off_the_matrix(n, k):
    pixels = torch.arange(n * n).reshape(n, n).unfold(0, k, 1).unfold(1, k, 1).reshape(-1, k * k)
    numbered = torch.arange(1.0, k * k + 1).expand(len(pixels), -1)
    matrix = torch.zeros(len(pixels), n * n).scatter(1, pixels, numbered)
    entries = matrix[matrix != 0]
    return {"dense": matrix.numel(), "local": len(entries), "shared": len(entries.unique())}
