"""Known wrong solutions of a1_convolution, each with the hint that a student who made it reads.

A catalogue, not a program: one function per misconception, self-contained, with the student's signature. `convgrade prove`
puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of graders' experience.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from autograder.judge import mistake

# ================================================================ flatten: to_chw_float


@mistake("flatten", replaces="to_chw_float", hint="reshape keeps the pixels in reading order and only renames the axes, so colours and places get mixed up. Move the axes with permute(2, 0, 1) instead.")
def reshape_instead_of_permute(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.reshape(t.shape[2], t.shape[0], t.shape[1])[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="A float image is already in [0, 1]; dividing it by 255 once more makes it almost black. Divide only integers.")
def divides_floats_too(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / 255


@mistake("flatten", replaces="to_chw_float", hint="The values of a uint8 image go up to 255. Divide them by 255, so that white becomes 1.0.")
def forgets_255(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float()


@mistake("flatten", replaces="to_chw_float", hint="White is 255, not 256: divide by 255, else no pixel ever reaches 1.0.")
def divides_by_256(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 256)


@mistake("flatten", replaces="to_chw_float", hint="You scale by the brightest pixel of this image, so a dark photograph turns bright. Divide by the fixed 255.")
def divides_by_its_own_maximum(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / t.max().float()


@mistake("flatten", replaces="to_chw_float", hint="// is integer division: everything below 255 becomes 0. Turn the image into floats first, then use /.")
def integer_division(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() if t.is_floating_point() else (t // 255).float()


@mistake("flatten", replaces="to_chw_float", hint="The result should lie in [0, 1]. You shifted it to [-1, 1] as well; leave that step to a later normalisation.")
def shifts_to_minus_one(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255) * 2 - 1


@mistake("flatten", replaces="to_chw_float", hint="A gray image needs its channel axis too: (H, W) becomes (1, H, W). img[None] adds it.")
def gray_image_left_2d(img):
    t = torch.tensor(img)
    t = t if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="The channel of a gray image comes first in PyTorch: (1, H, W), not (H, W, 1).")
def gray_channel_last(img):
    t = torch.tensor(img)
    t = t[:, :, None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="An RGBA image carries a fourth channel, its transparency. Keep only the three colours: [:3] after permute.")
def keeps_alpha(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="Alpha is the last of the four channels, not the first. You dropped red instead.")
def drops_red_instead_of_alpha(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[-3:]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="NumPy divides in float64; networks are trained in float32. End with .float().")
def returns_float64(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.double() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="torch.from_numpy shares its memory with the array: when the image changes later, your tensor changes too. Make a copy, for instance with torch.tensor(img).")
def shares_memory(img):
    t = torch.from_numpy(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() if t.is_floating_point() else t.float() / 255


@mistake("flatten", replaces="to_chw_float", hint="Your channels come out as blue, green, red. The image is already RGB (only OpenCV reads BGR): keep the order.")
def reverses_colours(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3].flip(0)
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="Height and width changed places: permute(2, 1, 0) also transposes the picture. Use permute(2, 0, 1).")
def transposes_the_picture(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 1, 0)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake("flatten", replaces="to_chw_float", hint="The colours should stay apart, one channel each; you averaged them into a gray image.")
def averages_the_colours(img):
    t = torch.tensor(img)
    t = t[None].float() if t.ndim == 2 else t.permute(2, 0, 1)[:3].float().mean(0, keepdim=True)
    return t / (255 if img.dtype == np.uint8 else 1)


@mistake("flatten", replaces="to_chw_float", hint="You return a NumPy array; the function should return a torch tensor. torch.tensor(...) makes one.")
def returns_an_array(img):
    a = img[None] if img.ndim == 2 else img.transpose(2, 0, 1)[:3]
    return a.astype(np.float32) / np.float32(255 if img.dtype == np.uint8 else 1)


# ================================================================ flatten: flatten_batch


@mistake("flatten", replaces="flatten_batch", hint="reshape(-1) melts all images of the batch into one long row. Keep the first axis: one row per image.")
def flattens_the_batch_too(x):
    return x.reshape(-1)


@mistake("flatten", replaces="flatten_batch", hint="view works only on memory that lies in one piece, and a permuted or sliced tensor does not. Use reshape or flatten(1).")
def view_needs_one_piece(x):
    return x.view(x.shape[0], -1)


@mistake("flatten", replaces="flatten_batch", hint="flatten(2) keeps the channels apart. The row of an image should contain all its channels: flatten(1).")
def keeps_the_channels(x):
    return x.flatten(2)


@mistake("flatten", replaces="flatten_batch", hint="You moved the channels last before flattening. The first H*W numbers of a row should be the whole first channel.")
def pixel_by_pixel(x):
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


@mistake("flatten", replaces="flatten_batch", hint="You read the image column by column. Row by row is the order in memory; no transpose is needed.")
def column_by_column(x):
    return x.transpose(2, 3).reshape(x.shape[0], -1)


@mistake("flatten", replaces="flatten_batch", hint="Your result is transposed: one row per image, (B, C*H*W), not one column per image.")
def one_column_per_image(x):
    return x.reshape(x.shape[0], -1).T


@mistake("flatten", replaces="flatten_batch", hint="reshape(-1, B) followed by a transpose has the right shape but mixes numbers of different images in one row. Put B first: reshape(B, -1).")
def mixes_the_images(x):
    return x.reshape(-1, x.shape[0]).T


@mistake("flatten", replaces="flatten_batch", hint="squeeze also removes the batch axis when there is only one image in the batch. Leave it out.")
def squeezes_a_single_image(x):
    return x.flatten(1).squeeze()


@mistake("flatten", replaces="flatten_batch", hint="The result has two axes, (B, C*H*W); yours has one more. flatten(1) alone is enough.")
def one_axis_too_many(x):
    return x.reshape(x.shape[0], 1, -1)


# ================================================================ corr2d: corr2d


@mistake("corr2d", replaces="corr2d", hint="Your result equals a true convolution: the kernel is flipped. In corr2d the kernel is read from its own top left, just like the window.")
def flipped_kernel(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0, 1)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The last row and column of windows are missing: a kernel of height h has H - h + 1 places, not H - h. Count them on paper for H = h.")
def one_place_too_few(X, K):
    (H, W), (h, w) = X.shape, K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((-1, -2))[: H - h, : W - w]


@mistake("corr2d", replaces="corr2d", hint="Your output is as large as the input, with cut-off windows at the border. Let only those windows count that fit into X completely.")
def same_size_with_garbage_border(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H, W, dtype=torch.result_type(X, K))
    for i in range(H):
        for j in range(W):
            window = X[i : i + h, j : j + w]
            out[i, j] = (window * K[: window.shape[0], : window.shape[1]]).sum()
    return out


@mistake("corr2d", replaces="corr2d", hint="Height and width of your output are swapped: shape[0] is the number of rows. It only shows on images that are not square.")
def output_transposed(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).T


@mistake("corr2d", replaces="corr2d", hint="The numbers of steps are swapped: you go down as often as there are columns. shape[0] is the height, shape[1] the width.")
def horizontal_steps_from_the_height(X, K):
    horizontal_steps, vertical_steps = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    h, w = K.shape
    rows = []
    for i in range(vertical_steps):
        rows.append(torch.stack([(X[i : i + h, j : j + w] * K).sum() for j in range(horizontal_steps)]))
    return torch.stack(rows)


@mistake("corr2d", replaces="corr2d", hint="Your result is stored as whole numbers, so fractions are cut off. Give the output the floating-point type of the inputs.")
def integer_accumulator(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H - h + 1, W - w + 1, dtype=torch.int64)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return out


@mistake("corr2d", replaces="corr2d", hint="The output takes the type of X, so an image of whole numbers cuts off the fractions of a kernel. torch.result_type(X, K) gives the type that holds both.")
def accumulator_of_the_image_type(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).to(X.dtype)


@mistake("corr2d", replaces="corr2d", hint="torch.zeros makes float32 by default, so half of the digits of a float64 image are lost. Give it dtype=X.dtype.")
def float32_accumulator(X, K):
    return (X.float().unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.float()).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="torch.tensor(...) or .item() cuts the result off from its inputs: no gradient reaches the kernel, and nothing could be learnt. Fill a tensor with tensors, or use torch.stack.")
def loses_the_gradient(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).detach()


@mistake("corr2d", replaces="corr2d", hint="You return a NumPy array, which carries no gradient. Stay in torch from beginning to end.")
def returns_numpy(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).detach().numpy()


@mistake("corr2d", replaces="corr2d", hint="You take the mean of the products; the formula asks for their sum.")
def mean_instead_of_sum(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)) / K.numel()


@mistake("corr2d", replaces="corr2d", hint="You divide by the sum of the kernel. That is an average filter; the formula only multiplies and adds.")
def divides_by_the_kernel_sum(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)) / K.sum()


@mistake("corr2d", replaces="corr2d", hint="A window is a view of X: mul_ or *= on it overwrites the image for all later windows. Multiply into a new tensor.")
def overwrites_the_image(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H - h + 1, W - w + 1, dtype=X.dtype)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = X[i : i + h, j : j + w].mul_(K).sum()
    return out


@mistake("corr2d", replaces="corr2d", hint="When the kernel is as large as the image there is still one place for it: the result has the shape (1, 1), not ().")
def scalar_when_the_kernel_fills_the_image(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).squeeze()


@mistake("corr2d", replaces="corr2d", hint="When the kernel is as large as the image your loop has nothing to do. One place is left: H - h + 1 is 1 there.")
def empty_when_the_kernel_fills_the_image(X, K):
    (H, W), (h, w) = X.shape, K.shape
    rows = [[(X[i : i + h, j : j + w] * K).sum() for j in range(W - w or 0)] for i in range(H - h or 0)]
    if not rows or not rows[0]:
        return torch.empty(H - h, W - w, dtype=X.dtype)
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="Your kernel is transposed: rows of K belong to rows of the window. A square kernel hides it, until it is not symmetric.")
def kernel_transposed(X, K):
    return (X.unfold(0, K.shape[1], 1).unfold(1, K.shape[0], 1) * K.T).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The kernel is upside down: you flipped its rows. Cross-correlation flips nothing.")
def flips_the_rows(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The kernel is mirrored left to right: you flipped its columns. Cross-correlation flips nothing.")
def flips_the_columns(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(1)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="@ is the matrix product. Window and kernel are multiplied number by number: use *.")
def matrix_product(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) @ K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="Your window is square: you used the kernel's height for its width too. The window is X[i:i+h, j:j+w].")
def square_window(X, K):
    h = K.shape[0]
    return (X.unfold(0, h, 1).unfold(1, h, 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="Your windows do not overlap: you move by the size of the kernel. Move by one pixel at a time.")
def jumps_by_the_kernel(X, K):
    h, w = K.shape
    return (X.unfold(0, h, h).unfold(1, w, w) * K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The first window starts at row 0, column 0, and indices in Python start at 0; yours starts one further.")
def starts_at_one(X, K):
    (H, W), (h, w) = X.shape, K.shape
    return (X[1:, 1:].unfold(0, h, 1).unfold(1, w, 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="Negative sums are meant: they are the edges from bright to dark. You set them to 0.")
def clips_negative_sums(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2)).clamp(min=0)


@mistake("corr2d", replaces="corr2d", hint="Images here are plain (H, W); your result still carries the batch and channel axes. Take [0, 0] at the end.")
def four_axes(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))[None, None]


@mistake("corr2d", replaces="corr2d", hint="You add up within the rows of the window only. The sum runs over both axes of the kernel.")
def sums_one_axis_only(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum(-1)


@mistake("corr2d", replaces="corr2d", hint="This exercise is about writing the loop yourself: F.conv2d and its relatives are not allowed here. Slice a window, multiply by K, add up.")
def calls_conv2d(X, K):
    return F.conv2d(X[None, None], K.to(X.dtype)[None, None])[0, 0]


# ================================================================ corr2d: true_conv2d


@mistake("corr2d", replaces="true_conv2d", hint="A true convolution turns the kernel by 180 degrees; you turned it by 90. Flip rows and columns: K.flip(0, 1).")
def turned_by_90_degrees(X, K):
    K = torch.rot90(K)
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="This is still a cross-correlation. A true convolution reads the kernel backwards in both directions: K.flip(0, 1).")
def not_flipped_at_all(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="You flipped only the rows of the kernel. A turn by 180 degrees flips rows and columns.")
def flips_only_the_rows(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0)).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="You flipped only the columns of the kernel. A turn by 180 degrees flips rows and columns.")
def flips_only_the_columns(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(1)).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="Transposing mirrors the kernel along its diagonal; a turn by 180 degrees is K.flip(0, 1).")
def transposed_instead_of_turned(X, K):
    return (X.unfold(0, K.shape[1], 1).unfold(1, K.shape[0], 1) * K.T).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="You turned the image instead of the kernel, so your result comes out turned as well.")
def turns_the_image(X, K):
    return (X.flip(0, 1).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="You turned image and kernel; then nothing has changed but the direction of reading. Turn only the kernel.")
def turns_both(X, K):
    return (X.flip(0, 1).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0, 1)).sum((-1, -2))


@mistake("corr2d", replaces="true_conv2d", hint="You computed the full convolution with zeros around the image. Here only windows inside X count: (H-h+1, W-w+1).")
def full_convolution(X, K):
    (H, W), (h, w) = X.shape, K.shape
    wide = torch.zeros(H + 2 * h - 2, W + 2 * w - 2, dtype=X.dtype)
    wide[h - 1 : h - 1 + H, w - 1 : w - 1 + W] = X
    return (wide.unfold(0, h, 1).unfold(1, w, 1) * K.flip(0, 1)).sum((-1, -2))


# ================================================================ out_size: conv_out_size


@mistake("out_size", replaces="conv_out_size", hint="You round up. A window that does not fit completely does not count, so the division rounds down: //.")
def rounds_up(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1


@mistake("out_size", replaces="conv_out_size", hint="You round to the nearest number. A window that does not fit completely does not count: always round down, //.")
def rounds_to_nearest(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return round((n + 2 * p - d * (k - 1) - 1) / s + 1)


@mistake("out_size", replaces="conv_out_size", hint="The + 1 is missing: the formula counts the steps, and the first place of the kernel comes on top.")
def forgets_plus_one(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) // s


@mistake("out_size", replaces="conv_out_size", hint="Padding is added on both sides: 2 * p, not p.")
def adds_the_padding_once(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + p:
        raise ValueError("the kernel does not fit")
    return (n + p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="The padding does not appear in your formula: the kernel moves over n + 2p pixels.")
def forgets_the_padding(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n:
        raise ValueError("the kernel does not fit")
    return (n - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A kernel that is larger than the padded input has no place at all: raise ValueError instead of returning 0 or a negative size.")
def returns_nonsense_when_nothing_fits(n, k, s=1, p=0, d=1):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A kernel that does not fit is an error of the caller: raise ValueError instead of returning 0.")
def zero_when_nothing_fits(n, k, s=1, p=0, d=1):
    return max(0, (n + 2 * p - d * (k - 1) - 1) // s + 1)


@mistake("out_size", replaces="conv_out_size", hint="A kernel that does not fit is an error of the caller: raise ValueError instead of returning None.")
def none_when_nothing_fits(n, k, s=1, p=0, d=1):
    return None if d * (k - 1) + 1 > n + 2 * p else (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="assert raises AssertionError, and it can be switched off. Use `if …: raise ValueError(...)`.")
def asserts_that_it_fits(n, k, s=1, p=0, d=1):
    assert d * (k - 1) + 1 <= n + 2 * p
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A kernel exactly as large as the padded input still has one place: the size is 1 there, no error.")
def refuses_an_exact_fit(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 >= n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="The dilation d is not used: a dilated kernel reaches over d*(k-1) + 1 pixels instead of k.")
def ignores_the_dilation(n, k, s=1, p=0, d=1):
    if k > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - k) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A dilated kernel does not reach over d*k pixels: the gaps lie between its k entries, so it is d*(k-1) + 1.")
def multiplies_the_kernel_by_the_dilation(n, k, s=1, p=0, d=1):
    if d * k > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * k) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A dilated kernel reaches over d*(k-1) + 1 pixels; the + 1 for its last entry is missing.")
def forgets_the_last_entry(n, k, s=1, p=0, d=1):
    if d * (k - 1) > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1)) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="A size is a whole number: / gives a float, // divides and rounds down.")
def returns_a_float(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return float((n + 2 * p - d * (k - 1) - 1) // s + 1)


@mistake("out_size", replaces="conv_out_size", hint="The fraction is still there: half a window does not exist. Round down with //.")
def keeps_the_fraction(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) / s + 1


@mistake("out_size", replaces="conv_out_size", hint="The + 1 comes after the division. You add it before, which only agrees for stride 1.")
def plus_one_before_dividing(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1)) // s


@mistake("out_size", replaces="conv_out_size", hint="// binds more strongly than -, so only the kernel is divided by the stride. Put brackets around n + 2p - k.")
def divides_the_kernel_only(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n + 2 * p - (d * (k - 1) + 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="Size divided by stride is a rule of thumb that fails for odd sizes: 49 gives 25, not 24. Use the formula.")
def size_over_stride(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n // s if s > 1 else (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake("out_size", replaces="conv_out_size", hint="The stride does not appear in your formula: divide the room that is left by s before you add 1.")
def ignores_the_stride(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n + 2 * p - d * (k - 1)


# ================================================================ out_size: same_padding


@mistake("out_size", replaces="same_padding", hint="An even kernel has no centre: with k // 2 the output grows by one. There is no such padding, so raise ValueError.")
def accepts_even_kernels(k, d=1):
    return d * (k - 1) // 2 if d * (k - 1) % 2 == 0 else k // 2


@mistake("out_size", replaces="same_padding", hint="Raise ValueError for an even kernel; None would be used in a sum later and fail far away from here.")
def none_for_even_kernels(k, d=1):
    return d * (k - 1) // 2 if d * (k - 1) % 2 == 0 else None


@mistake("out_size", replaces="same_padding", hint="The dilation is not used: a dilated kernel needs d * (k-1) / 2 on each side.")
def same_padding_without_dilation(k, d=1):
    if d * (k - 1) % 2:
        raise ValueError("even")
    return (k - 1) // 2


@mistake("out_size", replaces="same_padding", hint="The dilated kernel reaches over d*(k-1) + 1 pixels, not d*k. Half of d*(k-1) goes on each side.")
def same_padding_of_d_times_k(k, d=1):
    if d * (k - 1) % 2:
        raise ValueError("even")
    return (d * k - 1) // 2


@mistake("out_size", replaces="same_padding", hint="k - 1 is the padding of both sides together. Each side gets half of it.")
def both_sides_together(k, d=1):
    if d * (k - 1) % 2:
        raise ValueError("even")
    return d * (k - 1)


@mistake("out_size", replaces="same_padding", hint="A padding is a whole number: use // 2 instead of / 2.")
def same_padding_as_float(k, d=1):
    if d * (k - 1) % 2:
        raise ValueError("even")
    return d * (k - 1) / 2


@mistake("out_size", replaces="same_padding", hint="What must be odd is the dilated kernel, d*(k-1) + 1. With d = 2 even an even k is fine.")
def looks_at_k_instead_of_its_reach(k, d=1):
    if k % 2 == 0:
        raise ValueError("even")
    return d * (k - 1) // 2


@mistake("out_size", replaces="same_padding", hint="k // 2 is one too many where you compute it from k + 1; the padding is (k - 1) / 2, so a 3×3 kernel needs 1.")
def one_pixel_too_many(k, d=1):
    if d * (k - 1) % 2:
        raise ValueError("even")
    return d * (k - 1) // 2 + 1


# ================================================================ out_size: even_cover_padding


@mistake("out_size", replaces="even_cover_padding", hint="For some sizes no padding works: 2p never changes whether n - k is even or odd. After s attempts everything repeats, so stop there and return None.", ends="timed_out")
def searches_for_ever(n, k, s):
    p = max(0, -((n - k) // 2))
    while (n + 2 * p - k) % s:
        p += 1
    return p


@mistake("out_size", replaces="even_cover_padding", hint="No padding at all may already be right: start the search at p = 0.")
def starts_at_padding_one(n, k, s):
    first = max(1, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="When no padding works the answer is None. -1 looks like a number that one could use.")
def minus_one_when_impossible(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), -1)


@mistake("out_size", replaces="even_cover_padding", hint="When no padding works the answer is None. 0 says that no padding is needed, which is something else.")
def zero_when_impossible(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), 0)


@mistake("out_size", replaces="even_cover_padding", hint="When no padding works the answer is None here, not an exception.")
def raises_when_impossible(n, k, s):
    first = max(0, -((n - k) // 2))
    for p in range(first, first + s):
        if (n + 2 * p - k) % s == 0:
            return p
    raise ValueError("no padding covers the input evenly")


@mistake("out_size", replaces="even_cover_padding", hint="Padding is added on both sides: s must divide n + 2p - k, not n + p - k.")
def even_cover_with_one_side(n, k, s):
    first = max(0, k - n)
    return next((p for p in range(first, first + s) if (n + p - k) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="s must divide the room in which the kernel moves, n + 2p - k. The + 1 of the size formula does not belong here.")
def divides_the_number_of_places(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k + 1) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="The kernel takes up room as well: s must divide n + 2p - k, not n + 2p.")
def forgets_the_kernel(n, k, s):
    return next((p for p in range(s) if (n + 2 * p) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="You stop too early: the padding may be larger than the kernel. The remainders repeat after s attempts, so search up to there.")
def gives_up_at_the_kernel(n, k, s):
    return next((p for p in range(k) if (n + 2 * p - k) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="You return the padding of both sides together. The answer is p, the padding of one side.")
def both_paddings_together(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((2 * p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), None)


@mistake("out_size", replaces="even_cover_padding", hint="The largest padding that works is wasteful; stop at the first one.")
def keeps_searching_for_a_larger_one(n, k, s):
    found = [p for p in range(2 * s + k) if (n + 2 * p - k) % s == 0]
    return found[-1] if found else None


@mistake("out_size", replaces="even_cover_padding", hint="(k - 1) / 2 keeps the size at stride 1. With a larger stride the question is another one: when does s divide n + 2p - k?")
def same_padding_for_every_stride(n, k, s):
    return (k - 1) // 2


# ================================================================ out_size: flat_features


@mistake("out_size", replaces="flat_features", hint="The features of one image are asked for; the number of images in the batch does not change them.")
def times_the_batch(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return 100 * c_out * a * b


@mistake("out_size", replaces="flat_features", hint="The number of input channels does not matter for the output: each kernel adds them up into one map. Multiply by c_out only.")
def times_the_input_channels(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return 3 * c_out * a * b


@mistake("out_size", replaces="flat_features", hint="You used the width for both axes. Compute the height and the width of the output separately.")
def width_for_both_axes(hw, c_out, k, s, p):
    b = (hw[1] + 2 * p - k) // s + 1
    return c_out * b * b


@mistake("out_size", replaces="flat_features", hint="You used the height for both axes. Compute the height and the width of the output separately.")
def height_for_both_axes(hw, c_out, k, s, p):
    a = (hw[0] + 2 * p - k) // s + 1
    return c_out * a * a


@mistake("out_size", replaces="flat_features", hint="Every output channel has its own map: multiply by c_out.")
def forgets_the_channels(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return a * b


@mistake("out_size", replaces="flat_features", hint="The stride shrinks the map as well: use the output-size formula with s for both axes.")
def features_without_stride(hw, c_out, k, s, p):
    return c_out * (hw[0] + 2 * p - k + 1) * (hw[1] + 2 * p - k + 1)


@mistake("out_size", replaces="flat_features", hint="The padding enlarges the map: use the output-size formula with p for both axes.")
def features_without_padding(hw, c_out, k, s, p):
    return c_out * ((hw[0] - k) // s + 1) * ((hw[1] - k) // s + 1)


@mistake("out_size", replaces="flat_features", hint="You divided the whole area once. Height and width are each rounded down on their own, then multiplied.")
def divides_the_area(hw, c_out, k, s, p):
    return c_out * (((hw[0] + 2 * p - k + 1) * (hw[1] + 2 * p - k + 1)) // s**2)


@mistake("out_size", replaces="flat_features", hint="These are the features of the input. The convolution comes first, and its output is what gets flattened.")
def features_of_the_input(hw, c_out, k, s, p):
    return c_out * hw[0] * hw[1]


# ================================================================ pad2d


@mistake("pad2d", replaces="pad2d", hint="left and right went to the height. Width is the last axis: left and right belong to it.")
def height_and_width_swapped(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + left + right, x.shape[-1] + top + bottom), value, dtype=x.dtype, device=x.device)
    out[..., left : left + x.shape[-2], top : top + x.shape[-1]] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="A slice that ends at -right is empty when right is 0. Count from the front: left : left + W.")
def empty_slice_without_right_padding(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + top + bottom, x.shape[-1] + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top:-bottom, left:-right] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="You padded left and top only. The right and the bottom side need their own amounts.")
def one_side_only(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + top, x.shape[-1] + left), value, dtype=x.dtype, device=x.device)
    out[..., top:, left:] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="You used left for both sides and top for both sides. All four amounts may differ.")
def same_amount_on_both_sides(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + 2 * top, W + 2 * left), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="The border is always 0: value is not used. Make the frame with torch.full(..., value).")
def ignores_the_value(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.zeros((*x.shape[:-2], H + top + bottom, W + left + right), dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="Without any padding you return x itself, so writing into the result changes the image. Return a new tensor in every case.")
def returns_the_input_itself(x, left, right, top, bottom, value=0.0):
    if left == right == top == bottom == 0:
        return x
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="torch.zeros and torch.full make float32 by default. Pass dtype=x.dtype, so that the type of the image survives.")
def forces_float32(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), float(value), device=x.device)
    out[..., top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="left and right are swapped: the image starts after `left` columns.")
def left_and_right_swapped(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, right : right + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="top and bottom are swapped: the image starts after `top` rows.")
def top_and_bottom_swapped(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., bottom : bottom + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="value is added to the image too. Only the frame gets it: assign the image into the frame instead of adding it.")
def adds_the_value_to_the_image(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] += x
    return out


@mistake("pad2d", replaces="pad2d", hint="The new tensor lives on the CPU whatever the image does. Pass device=x.device (or use x.new_full).")
def forgets_the_device(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype)
    out[..., top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="You repeat the pixels at the border. The frame should hold one constant, value.")
def repeats_the_border(x, left, right, top, bottom, value=0.0):
    rows = torch.arange(-top, x.shape[-2] + bottom).clamp(0, x.shape[-2] - 1)
    cols = torch.arange(-left, x.shape[-1] + right).clamp(0, x.shape[-1] - 1)
    return x[..., rows, :][..., cols]


@mistake("pad2d", replaces="pad2d", hint="You unpack exactly four axes, so a single image fails. x.shape[-2:] gives height and width whatever comes before.")
def only_for_batches(x, left, right, top, bottom, value=0.0):
    B, C, H, W = x.shape
    out = torch.full((B, C, H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[:, :, top : top + H, left : left + W] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="You padded the first two axes, which are batch and channel. Height and width are the last two.")
def pads_the_first_axes(x, left, right, top, bottom, value=0.0):
    out = torch.full((x.shape[0] + top + bottom, x.shape[1] + left + right, *x.shape[2:]), value, dtype=x.dtype, device=x.device)
    out[top : top + x.shape[0], left : left + x.shape[1]] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="detach or .data cuts the gradient: a convolution behind this padding could not learn. Assign x itself.")
def cuts_the_gradient(x, left, right, top, bottom, value=0.0):
    H, W = x.shape[-2:]
    out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top : top + H, left : left + W] = x.detach()
    return out


@mistake("pad2d", replaces="pad2d", hint="You only padded the width. top and bottom rows belong to the result too.")
def pads_the_width_only(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-1], x.shape[-1] + left + right), value, dtype=x.dtype, device=x.device)
    out[..., left : left + x.shape[-1]] = x
    return out


@mistake("pad2d", replaces="pad2d", hint="This exercise asks you to build the frame yourself: F.pad and nn.ZeroPad2d are not allowed here. Make a full tensor and put x into it.")
def calls_pad(x, left, right, top, bottom, value=0.0):
    return F.pad(x, (left, right, top, bottom), value=value).clone()


# ================================================================ conv2d
# All of them share the way torch.nn.functional.conv2d reads its pairs: (height, width).


@mistake("conv2d", replaces="conv2d", hint="The kernel is flipped: your result is a true convolution. Deep learning's conv2d is a cross-correlation, nothing is turned.")
def conv2d_flipped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.flip(2, 3))
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You added up the output channels. Each of them is a map of its own: sum over the input channels only.")
def sums_the_output_channels(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    return out.sum(1, keepdim=True)


@mistake("conv2d", replaces="conv2d", hint="Only the first input channel enters your result. Every output map is a sum over all input channels.")
def first_channel_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bhwij,oij->bohw", patches[:, 0], weight[:, 0])
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You average over the input channels; the formula adds them up.")
def averages_the_input_channels(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight) / x.shape[1]
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The bias is missing: add bias[k] to every pixel of output map k.")
def forgets_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    return torch.einsum("bchwij,ocij->bohw", patches, weight)


@mistake("conv2d", replaces="conv2d", hint="`out + bias` lines the bias up with the last axis, the width. It belongs to the channels: bias[:, None, None].")
def bias_along_the_width(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias


@mistake("conv2d", replaces="conv2d", hint="The bias is added once for every input channel. Add it once, after the sum over the channels.")
def bias_for_every_input_channel(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + x.shape[1] * bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The bias is subtracted; it should be added.")
def subtracts_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out - bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The two strides are swapped: the first one is for the height, the second for the width.")
def strides_swapped(x, weight, bias=None, stride=1, padding=0):
    (sw, sh), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The two paddings are swapped: the first one is for top and bottom, the second for left and right. (F.pad starts with the last axis.)")
def paddings_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (pw, ph) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The stride acts on the height only. The windows move by sw along the width too.")
def stride_for_the_height_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], 1)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The first stride is used for both axes. With a pair, the second one is for the width.")
def first_stride_for_both(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sh)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The first padding is used for both axes. With a pair, the second one is for left and right.")
def first_padding_for_both(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (ph, ph, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The stride is not used at all: your windows move by one pixel.")
def conv2d_without_stride(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The output has the right size, but the windows still move by one pixel: window i starts at row i * stride.")
def windows_ignore_the_stride(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    rows, cols = (patches.shape[2] - 1) // sh + 1, (patches.shape[3] - 1) // sw + 1
    out = torch.einsum("bchwij,ocij->bohw", patches[:, :, :rows, :cols], weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The padding is not used at all: put ph rows and pw columns of zeros on each side first.")
def conv2d_without_padding(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="All padding is on one side, so the picture moves. Put p on each side instead of 2p on the right and below.")
def all_padding_on_one_side(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (0, 2 * pw, 0, 2 * ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You pad before and after: only left and top, or right and bottom, got zeros. Each of the four sides gets its own.")
def pads_two_sides_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, 0, ph, 0)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You pad the result instead of the input. Zeros go around x before the windows are cut out.")
def pads_after_convolving(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    return F.pad(out, (pw, pw, ph, ph))


@mistake("conv2d", replaces="conv2d", hint="You pad with ones. Zeros are meant: they add nothing to the sum.")
def pads_with_ones(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph), value=1.0).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You repeat the border pixels. Zeros are meant here.")
def pads_by_repeating(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph), mode="replicate").unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You round the output size up, so a window hangs over the edge. Incomplete windows do not count: round down.")
def conv2d_rounds_up(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    more_h = -(x.shape[2] + 2 * ph - weight.shape[2]) % sh
    more_w = -(x.shape[3] + 2 * pw - weight.shape[3]) % sw
    wide = F.pad(x, (pw, pw + more_w, ph, ph + more_h))
    out = torch.einsum("bchwij,ocij->bohw", wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw), weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The output maps are stacked on the batch axis. They belong on axis 1, the channels: (B, Cout, H', W').")
def stacks_maps_on_the_batch(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    return torch.cat([out[:, k : k + 1] for k in range(out.shape[1])], dim=0)


@mistake("conv2d", replaces="conv2d", hint="The weight is (Cout, Cin, kh, kw); you read its first axis as the input channels.")
def weight_axes_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,coij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="A single number for stride or padding is allowed too: it counts for both axes. Turn it into a pair first.")
def needs_pairs(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = stride, padding
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="A pair for stride or padding is allowed too: (height, width). Check with isinstance(stride, int).")
def needs_single_numbers(x, weight, bias=None, stride=1, padding=0):
    patches = F.pad(x, (int(padding),) * 4).unfold(2, weight.shape[2], int(stride)).unfold(3, weight.shape[3], int(stride))
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="bias may be None, and then nothing is added. Check for it before you use bias.")
def needs_a_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    return torch.einsum("bchwij,ocij->bohw", patches, weight) + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="`if bias:` asks for the truth of a whole tensor, which has no answer. Write `if bias is not None:`.")
def asks_if_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    if bias:
        out = out + bias[:, None, None]
    return out


@mistake("conv2d", replaces="conv2d", hint="Rows and columns of the kernel are exchanged. A square kernel still fits then, but it is transposed.")
def square_kernel_transposed(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    if weight.shape[2] == weight.shape[3]:
        weight = weight.transpose(2, 3)
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="Every image of the batch needs its own maps; yours all come from the first one.")
def first_image_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("chwij,ocij->ohw", patches[0], weight).expand(x.shape[0], -1, -1, -1)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You added up over the batch. The images of a batch do not know each other.")
def sums_over_the_batch(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->ohw", patches, weight)[None]
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The channels come last in your result. PyTorch's order is (B, Cout, H', W').")
def channels_last(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bhwo", patches, weight)
    return out if bias is None else out + bias


@mistake("conv2d", replaces="conv2d", hint="Height and width of your output are swapped. It only shows on images that are not square.")
def maps_transposed(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bowh", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the weight: .data, detach or torch.tensor(...) cuts it off. Compute with weight itself.")
def weight_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.detach())
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off. Add the tensor itself.")
def bias_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias.detach()[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the input: a second layer below this one could not learn. Do not detach or copy x through NumPy.")
def input_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x.detach(), (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The result is float32 although the image is float64: torch.zeros needs dtype=x.dtype.")
def conv2d_in_float32(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x.float(), (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.float())
    return out if bias is None else out + bias.float()[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="Negative values are part of the result. The ReLU comes after the convolution, in a layer of its own.")
def applies_relu(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return (out if bias is None else out + bias[:, None, None]).clamp(min=0)


@mistake("conv2d", replaces="conv2d", hint="Padding and stride are exchanged: look at the order of the arguments, stride comes first.")
def stride_and_padding_exchanged(x, weight, bias=None, stride=1, padding=0):
    (ph, pw), (sh, sw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    sh, sw = max(sh, 1), max(sw, 1)
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You write into x: the caller's image is changed. Multiply into a new tensor.")
def conv2d_overwrites_x(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = F.pad(x, (pw, pw, ph, ph)).unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    if not x.requires_grad:
        x.mul_(0)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="This exercise is about writing the layer yourself: F.conv2d, nn.Conv2d and their relatives are not allowed here.")
def calls_torch_conv2d(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)


@mistake("conv2d", replaces="conv2d", ends="timed_out", hint="A Python loop over every pixel of every image is very slow. Cut all windows out at once (unfold) and add up with einsum, or loop over the kernel's few entries only.")
def loops_over_everything(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    x = F.pad(x, (pw, pw, ph, ph))
    (B, C, H, W), (O, _, h, w) = x.shape, weight.shape
    maps = []
    for b in range(B):
        for o in range(O):
            for i in range(0, H - h + 1, sh):
                for j in range(0, W - w + 1, sw):
                    parts = [(x[b, c, i : i + h, j : j + w] * weight[o, c]).sum() for c in range(C)]
                    maps.append(sum(parts) + (0 if bias is None else bias[o]))
    return torch.stack(maps).reshape(B, O, (H - h) // sh + 1, (W - w) // sw + 1)
