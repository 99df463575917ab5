"""Right solutions of the exercise `corr2d`, written differently: none of them may lose a point. Named function__how."""

import torch


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


# beside an answer to learn_kernel that does not call it hundreds of times
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


def corr2d__matrix(X, K):
    dtype = torch.result_type(X, K)
    (H, W), (h, w) = X.shape, K.shape
    rows, cols = H - h + 1, W - w + 1
    big = torch.zeros(rows, cols, H, W, dtype=dtype, device=X.device)
    for i in range(rows):
        for j in range(cols):
            big[i, j, i : i + h, j : j + w] = K
    return (big.reshape(rows * cols, H * W) @ X.to(dtype).reshape(-1)).reshape(rows, cols)


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


def corr2d__unfolded_twice(X, K):
    (H, W), (h, w) = X.shape, K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((-1, -2))


def corr2d__fourier(X, K):
    dtype, (h, w) = torch.result_type(X, K), K.shape
    if not dtype.is_floating_point:
        return corr2d__fourier(X.double(), K.double()).round().to(dtype)
    spectrum = torch.fft.rfft2(X.to(dtype)) * torch.fft.rfft2(K.to(dtype), s=X.shape).conj()
    return torch.fft.irfft2(spectrum, s=X.shape)[: X.shape[0] - h + 1, : X.shape[1] - w + 1]


def corr2d__rolled(X, K):
    (H, W), (h, w) = X.shape, K.shape
    total = sum(torch.roll(X, (-u, -v), (0, 1)) * K[u, v] for u in range(h) for v in range(w))
    return total[: H - h + 1, : W - w + 1]


def corr2d__index_tables(X, K):
    (H, W), (h, w) = X.shape, K.shape
    rows = torch.arange(H - h + 1, device=X.device)[:, None] + torch.arange(h, device=X.device)
    columns = torch.arange(W - w + 1, device=X.device)[:, None] + torch.arange(w, device=X.device)
    windows = X[rows[:, None, :, None], columns[None, :, None, :]]
    return (windows * K).flatten(2).sum(-1)


def true_conv2d__fourier(X, K):
    (H, W), (h, w) = X.shape, K.shape
    full = torch.fft.irfft2(torch.fft.rfft2(X) * torch.fft.rfft2(K, s=(H, W)), s=(H, W))
    return full[h - 1 :, w - 1 :]
