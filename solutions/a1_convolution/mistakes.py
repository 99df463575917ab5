"""Known wrong solutions of a1_convolution, each with the hint that a student who made it reads.

A catalogue, not a program: one function per misconception, self-contained, with the student's signature. `convgrade prove`
puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of graders' experience.
Where two look alike on every failed check the first is named, so the narrower one stands first.
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


@mistake("flatten", replaces="flatten_batch", hint="squeeze also removes the batch axis when there is only one image in the batch. Leave it out.")
def squeezes_a_single_image(x):
    return x.flatten(1).squeeze()


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


@mistake("flatten", replaces="flatten_batch", hint="The result has two axes, (B, C*H*W); yours has one more. flatten(1) alone is enough.")
def one_axis_too_many(x):
    return x.reshape(x.shape[0], 1, -1)


# ================================================================ corr2d: corr2d


@mistake("corr2d", replaces="corr2d", hint="Your result equals a true convolution: the kernel is flipped. In corr2d the kernel is read from its own top left, just like the window.")
def flipped_kernel(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0, 1)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="When the kernel is as large as the image your loop has nothing to do. One place is left: H - h + 1 is 1 there.")
def empty_when_the_kernel_fills_the_image(X, K):
    (H, W), (h, w) = X.shape, K.shape
    rows = [[(X[i : i + h, j : j + w] * K).sum() for j in range(W - w or 0)] for i in range(H - h or 0)]
    if not rows or not rows[0]:
        return torch.empty(H - h, W - w, dtype=X.dtype)
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((-1, -2))


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


@mistake("corr2d", replaces="corr2d", hint="Your kernel is transposed: rows of K belong to rows of the window. A square kernel hides it, until it is not symmetric.")
def kernel_transposed(X, K):
    return (X.unfold(0, K.shape[1], 1).unfold(1, K.shape[0], 1) * K.T).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The kernel is upside down: you flipped its rows. Cross-correlation flips nothing.")
def flips_the_rows(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="The kernel is mirrored left to right: you flipped its columns. Cross-correlation flips nothing.")
def flips_the_columns(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(1)).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="Your window is square: you used the kernel's height for its width too. The window is X[i:i+h, j:j+w].")
def square_window(X, K):
    h = K.shape[0]
    return (X.unfold(0, h, 1).unfold(1, h, 1) * K).sum((-1, -2))


@mistake("corr2d", replaces="corr2d", hint="@ is the matrix product. Window and kernel are multiplied number by number: use *.")
def matrix_product(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) @ K).sum((-1, -2))


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


@mistake("corr2d", replaces="corr2d", ends="blocked", hint="This exercise is about writing the loop yourself: F.conv2d, nn.Conv2d and F.unfold are switched off here. Slice a window, multiply by K, add up.")
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


@mistake("out_size", replaces="conv_out_size", hint="A dilated kernel does not reach over d*k pixels: the gaps lie between its k entries, so it is d*(k-1) + 1.")
def multiplies_the_kernel_by_the_dilation(n, k, s=1, p=0, d=1):
    if d * k > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * k) // s + 1


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


@mistake("pad2d", replaces="pad2d", ends="blocked", hint="This exercise asks you to build the frame yourself: F.pad and nn.ZeroPad2d are switched off here. Make a full tensor and put x into it.")
def calls_pad(x, left, right, top, bottom, value=0.0):
    return F.pad(x, (left, right, top, bottom), value=value).clone()


# ================================================================ conv2d
# All of them share the way torch.nn.functional.conv2d reads its pairs: (height, width).


@mistake("conv2d", replaces="conv2d", hint="The kernel is flipped: your result is a true convolution. Deep learning's conv2d is a cross-correlation, nothing is turned.")
def conv2d_flipped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.flip(2, 3))
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You added up the output channels. Each of them is a map of its own: sum over the input channels only.")
def sums_the_output_channels(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    return out.sum(1, keepdim=True)


@mistake("conv2d", replaces="conv2d", hint="Only the first input channel enters your result. Every output map is a sum over all input channels.")
def first_channel_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bhwij,oij->bohw", patches[:, 0], weight[:, 0])
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You average over the input channels; the formula adds them up.")
def averages_the_input_channels(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight) / x.shape[1]
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The bias is missing: add bias[k] to every pixel of output map k.")
def forgets_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    return torch.einsum("bchwij,ocij->bohw", patches, weight)


@mistake("conv2d", replaces="conv2d", hint="`out + bias` lines the bias up with the last axis, the width. It belongs to the channels: bias[:, None, None].")
def bias_along_the_width(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias


@mistake("conv2d", replaces="conv2d", hint="The bias is added once for every input channel. Add it once, after the sum over the channels.")
def bias_for_every_input_channel(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + x.shape[1] * bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The bias is subtracted; it should be added.")
def subtracts_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out - bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The two strides are swapped: the first one is for the height, the second for the width.")
def strides_swapped(x, weight, bias=None, stride=1, padding=0):
    (sw, sh), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The two paddings are swapped: the first one is for top and bottom, the second for left and right. (F.pad starts with the last axis.)")
def paddings_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (pw, ph) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The stride acts on the height only. The windows move by sw along the width too.")
def stride_for_the_height_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], 1)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The first stride is used for both axes. With a pair, the second one is for the width.")
def first_stride_for_both(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sh)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The first padding is used for both axes. With a pair, the second one is for left and right.")
def first_padding_for_both(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * ph)
    wide[:, :, ph : ph + x.shape[2], ph : ph + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The stride is not used at all: your windows move by one pixel.")
def conv2d_without_stride(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The output has the right size, but the windows still move by one pixel: window i starts at row i * stride.")
def windows_ignore_the_stride(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
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
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, : x.shape[2], : x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You pad before and after: only left and top, or right and bottom, got zeros. Each of the four sides gets its own.")
def pads_two_sides_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + ph, x.shape[3] + pw)
    wide[:, :, ph:, pw:] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You pad the result instead of the input. Zeros go around x before the windows are cut out.")
def pads_after_convolving(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    wide = out.new_zeros(*out.shape[:2], out.shape[2] + 2 * ph, out.shape[3] + 2 * pw)
    wide[:, :, ph : ph + out.shape[2], pw : pw + out.shape[3]] = out
    return wide


@mistake("conv2d", replaces="conv2d", hint="You pad with ones. Zeros are meant: they add nothing to the sum.")
def pads_with_ones(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_ones(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You repeat the border pixels. Zeros are meant here.")
def pads_by_repeating(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    rows = torch.arange(-ph, x.shape[2] + ph).clamp(0, x.shape[2] - 1)
    cols = torch.arange(-pw, x.shape[3] + pw).clamp(0, x.shape[3] - 1)
    patches = x[:, :, rows][:, :, :, cols].unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You round the output size up, so a window hangs over the edge. Incomplete windows do not count: round down.")
def conv2d_rounds_up(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    more_h = -(x.shape[2] + 2 * ph - weight.shape[2]) % sh
    more_w = -(x.shape[3] + 2 * pw - weight.shape[3]) % sw
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph + more_h, x.shape[3] + 2 * pw + more_w)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    out = torch.einsum("bchwij,ocij->bohw", wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw), weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The output maps are stacked on the batch axis. They belong on axis 1, the channels: (B, Cout, H', W').")
def stacks_maps_on_the_batch(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    return torch.cat([out[:, k : k + 1] for k in range(out.shape[1])], dim=0)


@mistake("conv2d", replaces="conv2d", hint="The weight is (Cout, Cin, kh, kw); you read its first axis as the input channels.")
def weight_axes_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,coij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="bias may be None, and then nothing is added. Check for it before you use bias.")
def needs_a_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    return torch.einsum("bchwij,ocij->bohw", patches, weight) + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="A single number for stride or padding is allowed too: it counts for both axes. Turn it into a pair first.")
def needs_pairs(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = stride, padding
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="A pair for stride or padding is allowed too: (height, width). Check with isinstance(stride, int).")
def needs_single_numbers(x, weight, bias=None, stride=1, padding=0):
    p = int(padding)
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p)
    wide[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], int(stride)).unfold(3, weight.shape[3], int(stride))
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="`if bias:` asks for the truth of a whole tensor, which has no answer. Write `if bias is not None:`.")
def asks_if_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    if bias:
        out = out + bias[:, None, None]
    return out


@mistake("conv2d", replaces="conv2d", hint="Rows and columns of the kernel are exchanged. A square kernel still fits then, but it is transposed.")
def square_kernel_transposed(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    if weight.shape[2] == weight.shape[3]:
        weight = weight.transpose(2, 3)
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="Every image of the batch needs its own maps; yours all come from the first one.")
def first_image_only(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("chwij,ocij->ohw", patches[0], weight).expand(x.shape[0], -1, -1, -1)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You added up over the batch. The images of a batch do not know each other.")
def sums_over_the_batch(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->ohw", patches, weight)[None]
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The channels come last in your result. PyTorch's order is (B, Cout, H', W').")
def channels_last(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bhwo", patches, weight)
    return out if bias is None else out + bias


@mistake("conv2d", replaces="conv2d", hint="Height and width of your output are swapped. It only shows on images that are not square.")
def maps_transposed(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bowh", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the weight: .data, detach or torch.tensor(...) cuts it off. Compute with weight itself.")
def weight_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.detach())
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off. Add the tensor itself.")
def bias_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias.detach()[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="No gradient reaches the input: a second layer below this one could not learn. Do not detach or copy x through NumPy.")
def input_without_gradient(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x.detach()
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="The result is float32 although the image is float64: torch.zeros needs dtype=x.dtype.")
def conv2d_in_float32(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = torch.zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight.float())
    return out if bias is None else out + bias.float()[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="Negative values are part of the result. The ReLU comes after the convolution, in a layer of its own.")
def applies_relu(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return (out if bias is None else out + bias[:, None, None]).clamp(min=0)


@mistake("conv2d", replaces="conv2d", hint="Padding and stride are exchanged: look at the order of the arguments, stride comes first.")
def stride_and_padding_exchanged(x, weight, bias=None, stride=1, padding=0):
    (ph, pw), (sh, sw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    sh, sw = max(sh, 1), max(sw, 1)
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", hint="You write into x: the caller's image is changed. Multiply into a new tensor.")
def conv2d_overwrites_x(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    if not x.requires_grad:
        x.mul_(0)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv2d", replaces="conv2d", ends="blocked", hint="This exercise is about writing the layer yourself: F.conv2d, nn.Conv2d, F.unfold and F.pad are switched off here. Loops, slices, sum and einsum are all yours.")
def calls_torch_conv2d(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)


# ================================================================ kernels: box_kernel


@mistake("kernels", replaces="box_kernel", hint="All entries are 1, which makes the image k*k times too bright. Do you divide by k*k? `1 / k * k` is (1 / k) * k = 1: Python works from left to right. Write 1 / (k * k).")
def precedence_makes_ones(k):
    return torch.ones(k, k) * 1 / k * k


@mistake("kernels", replaces="box_kernel", hint="The kernel has k*k entries, so each is 1 / (k*k). You divided by k only.")
def box_divided_by_k(k):
    return torch.ones(k, k) / k


@mistake("kernels", replaces="box_kernel", hint="The kernel is two-dimensional, (k, k); no batch or channel axes here.")
def box_with_four_axes(k):
    return torch.ones(1, 1, k, k) / k**2


@mistake("kernels", replaces="box_kernel", hint="A kernel made by hand is no parameter: no gradient is wanted. Leave requires_grad out.")
def box_requires_grad(k):
    return (torch.ones(k, k) / k**2).requires_grad_()


@mistake("kernels", replaces="box_kernel", hint="// rounds 1 / k² down to 0. Use /.")
def box_of_zeros(k):
    return torch.full((k, k), float(1 // k**2))


@mistake("kernels", replaces="box_kernel", hint="This kernel keeps only the middle pixel, so nothing is averaged. All k*k entries are equal.")
def box_is_a_delta(k):
    out = torch.zeros(k, k)
    out[k // 2, k // 2] = 1
    return out


# ================================================================ kernels: gaussian_kernel


@mistake("kernels", replaces="gaussian_kernel", hint="torch.normal and torch.randn draw random numbers; a Gaussian kernel is the bell curve itself: exp(-r² / (2 sigma²)), divided by its sum.")
def random_numbers(k, sigma):
    return sigma * torch.randn(k, k, generator=torch.Generator().manual_seed(k))


@mistake("kernels", replaces="gaussian_kernel", hint="The entries do not add up to 1, so the image gets brighter or darker. Divide by their sum.")
def not_normalised(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    return torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))


@mistake("kernels", replaces="gaussian_kernel", hint="1 / (2 pi sigma²) makes the continuous bell add up to 1, not its k*k samples. Divide by the sum of the entries.")
def normalised_by_the_formula(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    return torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)


@mistake("kernels", replaces="gaussian_kernel", hint="You divided by the largest entry, so that the middle is 1. Divide by the sum of all entries.")
def peak_is_one(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.max()


@mistake("kernels", replaces="gaussian_kernel", hint="sigma has to be squared: exp(-r² / (2 * sigma**2)).")
def sigma_not_squared(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma))
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="The 2 is missing in the exponent: exp(-r² / (2 * sigma**2)).")
def factor_two_missing(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / sigma**2)
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="`/ 2 * sigma**2` divides by 2 and then multiplies by sigma². Put the denominator in brackets: / (2 * sigma**2).")
def brackets_missing(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / 2 * sigma**2)
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="Your bell has its top in the corner. Measure the distance from the middle: index - (k - 1) / 2.")
def centred_in_the_corner(k, sigma):
    r = torch.arange(k).float()
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="The middle of k entries lies at (k - 1) / 2; you used k / 2, so the bell is shifted by half a pixel.")
def centre_half_a_pixel_off(k, sigma):
    r = torch.arange(k) - k / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="The exponent needs the squared distance, -r² / (2 sigma²); yours falls off like exp(-r), with a sharp tip.")
def distance_not_squared(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-torch.sqrt(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="This is a bell along one axis only. Take r² = dx² + dy², or the outer product of two bells.")
def one_axis_only(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r**2) / (2 * sigma**2)).expand(k, k)
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="You return one line of k numbers; the kernel is (k, k), the outer product of that line with itself.")
def a_line_only(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r**2) / (2 * sigma**2))
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="sigma is not used: a larger sigma has to blur more.")
def ignores_sigma(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / 2)
    return g / g.sum()


@mistake("kernels", replaces="gaussian_kernel", hint="A kernel made by hand is no parameter: no gradient is wanted. Leave requires_grad and nn.Parameter out.")
def gaussian_is_a_parameter(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return torch.nn.Parameter(g / g.sum())


@mistake("kernels", replaces="gaussian_kernel", hint="The sign of the exponent is missing: the weights have to fall with the distance, not grow.")
def grows_outwards(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp((r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.sum()


# ================================================================ kernels: edge_bank


@mistake("kernels", replaces="edge_bank", hint="Top and left are exchanged. A top edge changes from row to row, so its rows are -1, 0, 1.")
def top_and_left_exchanged():
    return torch.tensor([[[-1, 0, 1]] * 3, [[-1] * 3, [0] * 3, [1] * 3], [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake("kernels", replaces="edge_bank", hint="All signs are turned around: a step from dark to bright has to give a positive answer.")
def signs_turned_around():
    return -torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake("kernels", replaces="edge_bank", hint="The top edge is upside down: from dark above to bright below means -1 in the first row and 1 in the last.")
def top_edge_upside_down():
    return torch.tensor([[[1] * 3, [0] * 3, [-1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake("kernels", replaces="edge_bank", hint="The left edge is mirrored: from dark on the left to bright on the right means -1 in the first column and 1 in the last.")
def left_edge_mirrored():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[1, 0, -1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake("kernels", replaces="edge_bank", hint="The channel axis is missing: a bank for gray images is (4, 1, 3, 3). Add it with [:, None].")
def bank_without_channel_axis():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()


@mistake("kernels", replaces="edge_bank", hint="The four kernels are output channels, so they go on axis 0: (4, 1, 3, 3), not (1, 4, 3, 3).")
def bank_as_input_channels():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[None]


@mistake("kernels", replaces="edge_bank", hint="The bank holds whole numbers, and images hold floats: they cannot be convolved with each other. End with .float().")
def bank_of_integers():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]])[:, None]


@mistake("kernels", replaces="edge_bank", hint="The kernels are made by hand and stay as they are: no nn.Parameter, no requires_grad.")
def bank_is_a_parameter():
    return torch.nn.Parameter(torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None])


@mistake("kernels", replaces="edge_bank", hint="The two diagonals are exchanged: the order is top, left, diag1 (its ones run up to the right), diag2.")
def diagonals_exchanged():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[1, -1, 0], [0, 1, -1], [0, 0, 1]], [[0, -1, 1], [-1, 1, 0], [1, 0, 0]]]).float()[:, None]


@mistake("kernels", replaces="edge_bank", hint="The bank has four kernels: top, left and both diagonals. The top edge is missing.")
def top_edge_missing():
    return torch.tensor([[[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


# ================================================================ kernels: apply_kernel_at


@mistake("kernels", replaces="apply_kernel_at", hint="`width, height = kernel.shape` exchanges the two: shape is (rows, columns). It only shows with a kernel that is not square.")
def width_and_height_exchanged(img, row, col, kernel):
    width, height = kernel.shape
    if height % 2 == 0 or width % 2 == 0:
        raise ValueError("even kernel")
    up, side = height // 2, width // 2
    if row < kernel.shape[0] // 2 or col < kernel.shape[1] // 2 or row + kernel.shape[0] // 2 >= img.shape[0] or col + kernel.shape[1] // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - up : row + up + 1, col - side : col + side + 1] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="You look at (col, row). Images are indexed img[row, col]: first down, then to the right.")
def row_and_col_exchanged(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[col - h // 2 : col + h // 2 + 1, row - w // 2 : row + w // 2 + 1] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="An even kernel has no centre. Refuse it with ValueError instead of using a window that does not fit.")
def accepts_an_even_kernel(img, row, col, kernel):
    h, w = kernel.shape
    if row < h // 2 or col < w // 2 or row + (h - 1) // 2 >= img.shape[0] or col + (w - 1) // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - h // 2 : row - h // 2 + h, col - w // 2 : col - w // 2 + w] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="Only the height of the kernel is checked. The width has to be odd as well.")
def checks_only_the_height(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + (w - 1) // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col - w // 2 + w] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="At the border the slice starts below 0, and Python then counts from the end: the window comes out empty and the sum is 0. Check that the window lies inside and raise IndexError.")
def negative_slice_at_the_border(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    window = img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1]
    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="You treat what lies outside the image as zeros. Here a window that leaves the image is an error: raise IndexError.")
def zeros_outside(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    wide = F.pad(img, (w // 2, w // 2, h // 2, h // 2))
    return (wide[row : row + h, col : col + w] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="You check the top and left border only. The window can also leave the image at the bottom and on the right.")
def checks_top_and_left_only(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2:
        raise IndexError("outside")
    window = img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1]
    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="Your border check refuses windows that still fit: the last allowed row is H - 1 - h // 2.")
def refuses_the_last_window(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] - 1 or col + w // 2 >= img.shape[1] - 1:
        raise IndexError("outside")
    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="Your window starts at (row, col); its centre should lie there. Start h // 2 rows above and w // 2 columns to the left.")
def anchored_top_left(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("outside")
    window = img[row : row + h, col : col + w]
    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="The window ends one row and column too early: a Python slice excludes its end, so go to row + h // 2 + 1.")
def window_one_too_small(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - h // 2 : row + h // 2, col - w // 2 : col + w // 2] * kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="A \"sliding matrix multiplication\" is a misleading name: window and kernel are multiplied number by number, with *, not with @.")
def sliding_matrix_product(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] @ kernel).sum()


@mistake("kernels", replaces="apply_kernel_at", hint="You return the products; the answer is one number, their sum.")
def products_without_sum(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("outside")
    return img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel


# ================================================================ kernels: filter_gray


@mistake("kernels", replaces="filter_gray", hint="A bias is added to every map. nn.Conv2d brings a random one along: use bias=False, or F.conv2d.")
def adds_a_bias(img, kernels):
    pad = (kernels.shape[2] // 2, kernels.shape[3] // 2)
    return F.conv2d(img[None, None], kernels, bias=torch.linspace(-0.2, 0.2, len(kernels), dtype=img.dtype), padding=pad)[0]


@mistake("kernels", replaces="filter_gray", hint="The maps are smaller than the image: put k // 2 zeros on each side first.")
def filters_without_padding(img, kernels):
    return F.conv2d(img[None, None], kernels)[0]


@mistake("kernels", replaces="filter_gray", hint="Height and width of the kernel need different paddings: (kh // 2, kw // 2).")
def same_padding_on_both_axes(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=kernels.shape[2] // 2)[0]


@mistake("kernels", replaces="filter_gray", hint="The padding is always 1, which fits 3×3 kernels only. It is kh // 2 rows and kw // 2 columns.")
def padding_is_always_one(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=1)[0]


@mistake("kernels", replaces="filter_gray", hint="The kernels are flipped. Filtering here is a cross-correlation, as F.conv2d computes it.")
def filters_flipped(img, kernels):
    pad = (kernels.shape[2] // 2, kernels.shape[3] // 2)
    return F.conv2d(img[None, None], kernels.flip(2, 3), padding=pad)[0]


@mistake("kernels", replaces="filter_gray", hint="The batch axis is still there: the result is (n, H, W). Take [0] at the end.")
def keeps_the_batch_axis(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))


@mistake("kernels", replaces="filter_gray", hint="You added the maps up. Each kernel gives a map of its own.")
def adds_the_maps_up(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0].sum(0, keepdim=True)


@mistake("kernels", replaces="filter_gray", hint="Negative answers are part of the result: they tell edges from bright to dark. Clip only when you show the picture.")
def clips_to_zero_and_one(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0].clamp(0, 1)


@mistake("kernels", replaces="filter_gray", hint="You stretch every map to [0, 1]. That is for showing it; the result holds the sums as they are.")
def stretches_to_zero_and_one(img, kernels):
    maps = F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0]
    return (maps - maps.amin((1, 2), keepdim=True)) / (maps.amax((1, 2), keepdim=True) - maps.amin((1, 2), keepdim=True))


@mistake("kernels", replaces="filter_gray", hint="Only the first kernel is used. There is one map for each kernel of the bank.")
def first_kernel_only(img, kernels):
    return F.conv2d(img[None, None], kernels[:1], padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0]


@mistake("kernels", replaces="filter_gray", hint="You repeat the pixels at the border. Zeros are meant here.")
def repeats_the_border_pixels(img, kernels):
    pad = kernels.shape[2] // 2, kernels.shape[3] // 2
    return F.conv2d(F.pad(img[None, None], (pad[1], pad[1], pad[0], pad[0]), mode="replicate"), kernels)[0]


# ================================================================ conv_components


@mistake("conv_components", replaces="conv_components", hint="The bias is inside every component, so the map counts it Cin times. Add it once, to the sum.")
def bias_in_every_component(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    parts = parts + bias[:, None, None, None]
    return parts, parts.sum(2)


@mistake("conv_components", replaces="conv_components", hint="The maps are right, but the components carry the bias too. A component with a zero kernel must be zero.")
def components_with_bias(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts + bias[:, None, None, None], parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="Cin and Cout changed places: components[b, k, c] asks for the kernel first, then the input channel.")
def component_axes_swapped(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bcohw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(1) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="Only the first image of the batch is there. Keep the batch axis in front.")
def components_of_the_first_image(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x[:1].unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="You lost the batch axis: even one image keeps its axis, (B, Cout, Cin, H', W').")
def components_without_batch(x, weight, bias):
    parts = torch.einsum("chwij,ocij->ochw", x[0].unfold(1, weight.shape[2], 1).unfold(2, weight.shape[3], 1), weight)
    return parts, parts.sum(1) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="You added up over the kernels. A map is the sum over the input channels of one kernel: sum(dim=2).")
def sums_over_the_kernels(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(1)


@mistake("conv_components", replaces="conv_components", hint="The components are a Python list. Put them into one tensor with torch.stack: (B, Cout, Cin, H', W').")
def components_in_a_list(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return [[parts[:, k, c] for c in range(parts.shape[2])] for k in range(parts.shape[1])], parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="The components are a dict with (c, k) as keys. Put them into one tensor with torch.stack: (B, Cout, Cin, H', W').")
def components_in_a_dict(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return {(c, k): parts[:, k, c] for c in range(parts.shape[2]) for k in range(parts.shape[1])}, parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="detach is for drawing. Here it cuts the gradient: return the tensors as they are.")
def components_detached(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts.detach(), (parts.sum(2) + bias[:, None, None]).detach()


@mistake("conv_components", replaces="conv_components", hint="A map is the sum of its components, not their mean.")
def maps_are_means(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.mean(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="The bias is missing in the maps: add bias[k] once to map k.")
def maps_without_bias(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(2)


@mistake("conv_components", replaces="conv_components", hint="`+ bias` lines the bias up with the width. It belongs to the kernels: bias[:, None, None].")
def maps_bias_along_the_width(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(2) + bias


@mistake("conv_components", replaces="conv_components", hint="The two results changed places: components first, then maps.")
def maps_come_first(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts.sum(2) + bias[:, None, None], parts


@mistake("conv_components", replaces="conv_components", hint="The kernels are flipped; nothing is turned here.")
def components_flipped(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight.flip(2, 3))
    return parts, parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="Every input channel meets the first slice of the kernel. Channel c belongs to slice c: weight[k, c].")
def always_the_first_slice(x, weight, bias):
    parts = torch.einsum("bchwij,oij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight[:, 0])
    return parts, parts.sum(2) + bias[:, None, None]


@mistake("conv_components", replaces="conv_components", hint="Only the maps are returned. The function gives two things: components and maps.")
def maps_only(x, weight, bias):
    return F.conv2d(x, weight, bias)


@mistake("conv_components", replaces="plot_components", hint="The grid is transposed: input channels go down the rows, output maps go along the columns.")
def grid_transposed(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_out + 1, c_in + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(0, c + 1, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(k + 1, 0, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(k + 1, c + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="The axes have no titles; without them nobody knows what belongs to what. axes.set_title(…).")
def no_titles(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image: axes[r, c].imshow(image.detach())
    draw(0, 0, x[0].mean(0))
    for c in range(c_in):
        draw(c + 1, 0, x[0, c])
    for k in range(c_out):
        draw(0, k + 1, maps[0, k])
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c])
    return figure


@mistake("conv_components", replaces="plot_components", hint="The titles count from 1; channels, maps and kernels are counted from 0, like everything in Python.")
def titles_count_from_one(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c + 1}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k + 1}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c + 1}, kernel {k + 1}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="The titles are right, but channel and kernel are mixed up in the pictures: components[0, k, c] has the kernel first.")
def pictures_in_the_wrong_order(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    flat = components[0].reshape(c_in, c_out, *components.shape[3:])
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, flat[c, k], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="The pictures come from the last image of the batch; image 0 is asked for.")
def draws_the_last_image(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[-1].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[-1, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[-1, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[-1, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="The figure is drawn but not returned: end with `return figure`. (plt.show() is not needed in a notebook.)")
def figure_not_returned(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    plt.show()


@mistake("conv_components", replaces="plot_components", hint="You return the axes; the figure is asked for: `figure, axes = plt.subplots(…)`, then `return figure`.")
def returns_the_axes(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    return axes


@mistake("conv_components", replaces="plot_components", hint="The left column with the image and its channels is missing: the grid has Cout + 1 columns.")
def left_column_missing(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    for k in range(c_out):
        draw(0, k, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="Every colour bar is one more axes in the figure. Leave them out here.")
def adds_colour_bars(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (figure.colorbar(axes[r, c].imshow(image.detach())), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="A tensor that carries gradients cannot be drawn as it is: detach it first, imshow(t.detach()).")
def draws_without_detaching(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="components is (B, Cout, Cin, H', W'): shape[1] counts the kernels, shape[2] the input channels. You read them the other way round.")
def channels_and_kernels_miscounted(x, components, maps):
    c_in, c_out = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake("conv_components", replaces="plot_components", hint="The grid always has 4 × 5 axes, so it breaks for other numbers of channels. Take both numbers from components.shape.")
def grid_for_three_and_four(x, components, maps):
    figure, axes = plt.subplots(4, 5, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(3):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(4):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(3):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


# ================================================================ learn_kernel


@mistake("learn_kernel", replaces="learn_kernel", hint="backward adds to .grad; without clearing it every step goes in the direction of all gradients so far. kernel.grad = None (or zero_grad) in each step.")
def gradient_never_cleared(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            kernel -= lr * kernel.grad
    return kernel.detach(), losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The step is taken before the gradient is computed, so the first one has none and all others use an old one. First backward, then the step.")
def steps_before_backward(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses, slope = [], torch.zeros_like(kernel)
    for _ in range(steps):
        kernel = (kernel - lr * slope).detach().requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, kernel)
        losses.append(loss.item())
    return kernel.detach(), losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The gradient is cleared between backward and the step, so nothing is ever learnt. Clear it after the step.")
def gradient_cleared_too_early(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean().item()
    return kernel, [loss] * steps


@mistake("learn_kernel", replaces="learn_kernel", hint="A bias is learnt as well and takes over a part of the answer. There is none here: F.conv2d without bias, or bias=False.")
def learns_a_bias_too(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    bias = torch.zeros(1, dtype=x.dtype)
    losses = []
    for _ in range(steps):
        kernel.requires_grad_(), bias.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None], bias)[0, 0] - y) ** 2).mean()
        slopes = torch.autograd.grad(loss, (kernel, bias))
        kernel, bias = (kernel - lr * slopes[0]).detach(), (bias - lr * slopes[1]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="You add the squared errors up; then the steps grow with the size of the image, until they explode. Take the mean.")
def sum_of_squares(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).sum()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The mean of the absolute errors is another error: its slope does not get smaller near the goal. Square the differences.")
def absolute_errors(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = (F.conv2d(x[None, None], kernel[None, None])[0, 0] - y).abs().mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The kernel still asks for gradients. Return a plain tensor: kernel.detach().")
def kernel_still_attached(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        slope = torch.autograd.grad(loss, kernel)[0]
        with torch.no_grad():
            kernel -= lr * slope
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The list holds tensors, each with its whole history of computation. Store numbers: loss.item().")
def losses_are_tensors(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss)
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="Height and width of the kernel are swapped: kernel_size is (height, width).")
def kernel_size_swapped(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size[::-1], generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="Your convolution pads, so its result is larger than y. There is no padding here.")
def pads_the_input(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None], padding=1)[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The kernel comes back with the axes that F.conv2d wants. Return (kh, kw): kernel[0, 0].")
def kernel_with_four_axes(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel[None, None], losses


@mistake("learn_kernel", replaces="learn_kernel", hint="You walk uphill: the step goes against the gradient, kernel - lr * gradient.")
def walks_uphill(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel + lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The kernel is learnt flipped: slide it as it is (F.conv2d does), without turning it.")
def learns_it_flipped(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel.flip(0, 1)[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="Your list has one loss more than there are steps: note the error before each step, and not once again at the end.")
def one_loss_too_many(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for step in range(steps + 1):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        losses.append(loss.item())
        if step < steps:
            kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
    return kernel.detach(), losses


@mistake("learn_kernel", replaces="learn_kernel", hint="Each loss is the one after the step. The list starts with the error of the random kernel, before anything was learnt.")
def losses_after_the_step(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean().item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="Only the last loss is returned. Append one in every step: the list shows how learning went.")
def last_loss_only(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
    return kernel, [loss.item()]


@mistake("learn_kernel", replaces="learn_kernel", hint="The kernel starts from the same numbers whatever the seed is. Draw the start from a generator with that seed.")
def seed_is_ignored(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.zeros(kernel_size, dtype=x.dtype)
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="torch.manual_seed changes the random numbers of everybody else in the notebook. Use a generator of your own: torch.Generator().manual_seed(seed).")
def seeds_everybody(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    torch.manual_seed(seed)
    kernel = torch.rand(kernel_size, dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The learning rate is fixed: lr does not reach your step.")
def lr_is_ignored(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - 1e-2 * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The number of steps is fixed: range(steps), not range(200).")
def steps_are_ignored(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(200):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="The kernel is float32 even for a float64 image: draw it with dtype=x.dtype.")
def learns_in_float32(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    x, y = x.float(), y.float()
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed)) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses


@mistake("learn_kernel", replaces="learn_kernel", hint="You solved the equations instead of learning: no random start, no steps. Go downhill with the gradient, `steps` times.")
def least_squares(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    windows = x.unfold(0, kernel_size[0], 1).unfold(1, kernel_size[1], 1).reshape(y.numel(), -1)
    kernel = torch.linalg.lstsq(windows, y.reshape(-1, 1)).solution.reshape(kernel_size)
    return kernel, [((windows @ kernel.reshape(-1, 1) - y.reshape(-1, 1)) ** 2).mean().item()] * steps


@mistake("learn_kernel", replaces="learn_kernel", hint="The gradient is half as long as it should be: the 1/2 in front of the squared error belongs to another textbook. Use the formula of the notebook.")
def half_the_error(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean() / 2
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
        losses.append(loss.item())
    return kernel, losses
