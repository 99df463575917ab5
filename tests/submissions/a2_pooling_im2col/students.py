"""Students of pooling, im2col and the way back up."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HASTY = """
def pool2d(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    kh, kw = pair(kernel)
    sh, sw = pair(stride) if stride is not None else (kh, kw)
    ph, pw = pair(padding)
    if mode not in ("max", "avg"):
        raise ValueError("unknown mode")
    if ph > kh / 2 or pw > kw / 2:
        raise ValueError("too much padding")
    if mode == "avg":
        x = x if x.is_floating_point() else x.float()
    inside = F.pad(torch.ones_like(x), (pw, pw, ph, ph))
    x = F.pad(x, (pw, pw, ph, ph))   # frame of zeros
    H = (x.shape[2] - kh) // sh + 1
    W = (x.shape[3] - kw) // sw + 1
    rows = []
    for i in range(H):
        row = []
        for j in range(W):
            win = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].flatten(2)
            if mode == "max":
                row.append(win.max(dim=2)[0])
            elif count_include_pad:
                row.append(win.sum(2) / (kh * kw))
            else:
                row.append(win.sum(2) / inside[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].flatten(2).sum(2))
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2)


def trustworthy(pool):
    # does it give the same as mine?
    x = torch.rand(1, 1, 8, 8)
    try:
        y = pool(x, (2, 2), (2, 2), (0, 0))
    except Exception:
        return False
    return y.shape == (1, 1, 4, 4) and bool(torch.allclose(y, F.max_pool2d(x, 2)))


def global_pool(x, mode="avg"):
    B, C, H, W = x.shape
    if mode == "avg":
        return x.sum(dim=(2, 3)) / (H * W)
    elif mode == "max":
        return x.amax(dim=(2, 3))
    raise ValueError(mode)


def im2col(x, kernel, stride=1, padding=0):
    kh, kw = pair(kernel)
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    x = F.pad(x, (pw, pw, ph, ph))
    w = x.unfold(2, kh, sh).unfold(3, kw, sw)       # B C H' W' kh kw
    B, C, Ho, Wo = w.shape[:4]
    return w.permute(0, 2, 3, 1, 4, 5).reshape(B, Ho * Wo, C * kh * kw)   # one window per row


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    cols = im2col(x, (kh, kw), stride, padding)
    out = cols @ weight.flatten(1).T
    if bias is not None:
        out = out + bias
    Ho = (x.shape[2] + 2 * ph - kh) // sh + 1
    Wo = (x.shape[3] + 2 * pw - kw) // sw + 1
    return out.transpose(1, 2).reshape(x.shape[0], -1, Ho, Wo)


def upsample_nearest(x, factor):
    fh, fw = pair(factor)
    return x.repeat(1, 1, fh, fw)


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oh, ow) = pair(stride), pair(padding), pair(output_padding)
    B, _, H, W = x.shape
    _, Cout, kh, kw = weight.shape
    canvas = torch.zeros(B, Cout, (H - 1) * sh + kh + oh, (W - 1) * sw + kw + ow, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            stamp = (x[:, :, i, j, None, None, None] * weight).sum(1)
            canvas[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] = stamp
    y = canvas[:, :, ph:canvas.shape[2] - ph, pw:canvas.shape[3] - pw]
    if bias is not None:
        y = y + bias.reshape(1, -1, 1, 1)
    return y


def max_pool_backward(dout, x, kernel, stride):
    kh, kw = pair(kernel)
    sh, sw = pair(stride)
    dx = torch.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            win = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
            mask = win == win.amax(dim=(2, 3), keepdim=True)
            dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += mask * dout[:, :, i, j, None, None]
    return dx


def receptive_field(layers):
    size = 1
    jump = 1
    start = 0.0
    for k, s, p in layers:
        jump = jump * s
        size = size + (k - 1) * jump
        start = start + ((k - 1) / 2 - p) * jump
    return size, jump, start
"""
_READY_MADE = """
def pool2d(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    if mode == "max":
        return F.max_pool2d(x, kernel, stride, padding)
    return nn.AvgPool2d(kernel, stride, padding, count_include_pad=count_include_pad)(x)


def global_pool(x, mode="avg"):
    pool = {"avg": F.adaptive_avg_pool2d, "max": F.adaptive_max_pool2d}
    if mode not in pool:
        raise ValueError(mode)
    x = x.reshape(*x.shape[:2], -1, 1)
    return pool[mode](x, 1).flatten(1)


def im2col(x, kernel, stride=1, padding=0):
    return F.unfold(x, kernel, stride=stride, padding=padding)


def conv2d_im2col(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride, padding)


def upsample_nearest(x, factor):
    return F.interpolate(x, scale_factor=pair(factor), mode="nearest")


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return F.conv_transpose2d(x, weight, bias, stride, padding, output_padding)


def max_pool_backward(dout, x, kernel, stride):
    leaf = x.detach().clone().requires_grad_()
    F.max_pool2d(leaf, kernel, stride).backward(dout)
    return leaf.grad


def col2im(cols, x_shape, kernel, stride, padding):
    return F.fold(cols, x_shape[2:], kernel, stride=stride, padding=padding)
"""
_FOR_EVER = """
def receptive_field(layers):
    size, jump, start = 1, 1, 0.0
    while layers:
        k, s, p = layers[0]
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


def conv_matrix(K, in_shape):
    h, w = K.size()
    H, W = in_shape
    matrix = torch.zeros(H - h + 1, W - w + 1, H, W, dtype=K.dtype)
    for r in range(H):      # one place too many: the kernel does not fit any more
        for c in range(W):
            matrix[r, c, r:r + h, c:c + w] = K
    return matrix.reshape(-1, H * W)
"""
_TRIED = (
    "x = torch.arange(16.).reshape(1, 1, 4, 4)\npool2d(x, 2)",
    "# why not (2, 2)??\nim2col(torch.rand(1, 1, 3, 3), 2).shape",
    "plt.imshow(conv_matrix(torch.tensor([[1., 2], [3, 4]]), (3, 4)))",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, in other words: loops, one-hot masks, autograd, recursion."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in each function; each is to be named."""
        names = """amax_splits_the_gradient never_pads keeps_the_1x1_axes channels_last_in_a_column circulant
            output_as_large_as_the_image any_op_accepted weight_as_in_conv2d winner_in_the_window frame_not_cut_off
            adds_the_whole_kernel"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Nine misconceptions in the student's own words, and cells in which things were tried out.

        Zeros around a maximum, a test with one square image, pictures only, windows in the rows, tiles instead of
        blocks, stamps that cover each other, every one of several equal numbers wins, a layer's own stride counts.
        """
        return student([*self._written(_HASTY), *map(own, _TRIED)])

    def ready_made(self) -> bytes:
        """torch's own poolings, unfold, fold and convolutions, where they were to be built; allowed once."""
        return student([own("import torch.nn as nn"), *self._written(_READY_MADE)])

    def exception_and_hang(self) -> bytes:
        """receptive_field never ends, conv_matrix writes beyond its end; everything else is right."""
        return student(self._written(_FOR_EVER))

    def wrong_types(self) -> bytes:
        """Right numbers in the wrong dtype, type or shape, somewhere in every exercise."""
        names = """pool_in_float32 returns_values_and_places six_axes_left places_not_folded_back matrix_in_float32
            counts_as_a_tuple size_is_a_float transposed_in_float32 col2im_in_float32 returns_a_list"""
        cells = edited(self._mistaken(*names.split()), "upsample_nearest", result("({}).numpy()"))
        return student(edited(cells, "trustworthy", lambda text: text.replace("return True", 'return "yes"')))
