"""Known mistakes of the exercise `flatten`. Of two that look alike the first is named: narrower ones stand first."""

import numpy as np
import torch

from autograder.judge import edit, mistake


# ================================================================ flatten: to_chw_float


@mistake(replaces="to_chw_float", hint="reshape keeps the pixels in reading order and only renames the axes, so colours and places get mixed up. Move the axes with permute(2, 0, 1) instead.")
def reshape_instead_of_permute(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.reshape(t.shape[2], t.shape[0], t.shape[1])[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="A float image is already in [0, 1]; dividing it by 255 once more makes it almost black. Divide only integers.")
def divides_floats_too(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / 255


@mistake(replaces="to_chw_float", hint="The values of a uint8 image go up to 255. Divide them by 255, so that white becomes 1.0.")
def forgets_255(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float()


@mistake(replaces="to_chw_float", hint="White is 255, not 256: divide by 255, else no pixel ever reaches 1.0.")
def divides_by_256(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 256)


@mistake(replaces="to_chw_float", hint="You scale by the brightest pixel of this image, so a dark photograph turns bright. Divide by the fixed 255.")
def divides_by_its_own_maximum(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / t.max().float()


@mistake(replaces="to_chw_float", hint="// is integer division: everything below 255 becomes 0. Turn the image into floats first, then use /.")
def integer_division(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() if t.is_floating_point() else (t // 255).float()


@mistake(replaces="to_chw_float", hint="The result should lie in [0, 1]. You shifted it to [-1, 1] as well; leave that step to a later normalisation.")
def shifts_to_minus_one(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255) * 2 - 1


@mistake(replaces="to_chw_float", hint="A gray image needs its channel axis too: (H, W) becomes (1, H, W). img[None] adds it.")
def gray_image_left_2d(img):
    t = torch.tensor(img)
    t = t if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="The channel of a gray image comes first in PyTorch: (1, H, W), not (H, W, 1).")
def gray_channel_last(img):
    t = torch.tensor(img)
    t = t[:, :, None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="An RGBA image carries a fourth channel, its transparency. Keep only the three colours: [:3] after permute.")
def keeps_alpha(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="Transparency is dropped from whole numbers only. A float image may carry it too: keep the three colours of both, [:3] after permute.")
def keeps_alpha_of_floats(img):
    a = np.array(img)
    a = a[:, :, None] if a.ndim == 2 else a
    a = a / 1 if np.issubdtype(a.dtype, np.floating) else a[:, :, :3] / 255
    return torch.from_numpy(a).float().permute(2, 0, 1)


@mistake(replaces="to_chw_float", hint="Alpha is the last of the four channels, not the first. You dropped red instead.")
def drops_red_instead_of_alpha(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[-3:]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="NumPy divides in float64; networks are trained in float32. End with .float().")
def returns_float64(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.double() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="torch.from_numpy shares its memory with the array: when the image changes later, your tensor changes too. Make a copy, for instance with torch.tensor(img).")
def shares_memory(img):
    t = torch.from_numpy(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3]
    return t.float() if t.is_floating_point() else t.float() / 255


@mistake(replaces="to_chw_float", hint="A colour image shares its memory with your tensor, a gray one does not. Copy both, for instance with np.array(img).")
def shares_the_memory_of_colours(img):
    if img.dtype == np.uint8:
        img = img / np.float32(255)
    if img.ndim == 2:
        return torch.from_numpy(np.array(img)).float()[None]
    return torch.from_numpy(img[:, :, :3].transpose(2, 0, 1)).float()


@mistake(replaces="to_chw_float", hint="Your channels come out as blue, green, red. The image is already RGB (only OpenCV reads BGR): keep the order.")
def reverses_colours(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 0, 1)[:3].flip(0)
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="Height and width changed places: permute(2, 1, 0) also transposes the picture. Use permute(2, 0, 1).")
def transposes_the_picture(img):
    t = torch.tensor(img)
    t = t[None] if t.ndim == 2 else t.permute(2, 1, 0)[:3]
    return t.float() / (1 if t.is_floating_point() else 255)


@mistake(replaces="to_chw_float", hint="The colours should stay apart, one channel each; you averaged them into a gray image.")
def averages_the_colours(img):
    t = torch.tensor(img)
    t = t[None].float() if t.ndim == 2 else t.permute(2, 0, 1)[:3].float().mean(0, keepdim=True)
    return t / (255 if img.dtype == np.uint8 else 1)


@mistake(replaces="to_chw_float", hint="You return a NumPy array; the function should return a torch tensor. torch.tensor(...) makes one.")
def returns_an_array(img):
    a = img[None] if img.ndim == 2 else img.transpose(2, 0, 1)[:3]
    return a.astype(np.float32) / np.float32(255 if img.dtype == np.uint8 else 1)


# ================================================================ flatten: flatten_batch


edit("flatten_batch", "squeezes_a_single_image", "return x.flatten(start_dim=1)", "return x.flatten(1).squeeze()",
     hint="squeeze also removes the batch axis when there is only one image in the batch. Leave it out.")

edit("flatten_batch", "flattens_the_batch_too", "flatten(start_dim=1)", "reshape(-1)",
     hint="reshape(-1) melts all images of the batch into one long row. Keep the first axis: one row per image.")

edit("flatten_batch", "view_needs_one_piece", "x.reshape", "x.view",
     of="flatten_batch__reshape", hint="view works only on memory that lies in one piece, and a permuted or sliced tensor does not. Use reshape or flatten(1).")

edit("flatten_batch", "keeps_the_channels", "start_dim=1", "2",
     hint="flatten(2) keeps the channels apart. The row of an image should contain all its channels: flatten(1).")

edit("flatten_batch", "pixel_by_pixel", "return x", "return x.permute(0, 2, 3, 1)",
     of="flatten_batch__reshape", hint="You moved the channels last before flattening. The first H*W numbers of a row should be the whole first channel.")

edit("flatten_batch", "column_by_column", "return x", "return x.transpose(2, 3)",
     of="flatten_batch__reshape", hint="You read the image column by column. Row by row is the order in memory; no transpose is needed.")

edit("flatten_batch", "one_column_per_image", "return x.flatten(start_dim=1)", "return x.reshape(x.shape[0], -1).T",
     hint="Your result is transposed: one row per image, (B, C*H*W), not one column per image.")

edit("flatten_batch", "mixes_the_images", "return x.flatten(start_dim=1)", "return x.reshape(-1, x.shape[0]).T",
     hint="reshape(-1, B) followed by a transpose has the right shape but mixes numbers of different images in one row. Put B first: reshape(B, -1).")

edit("flatten_batch", "one_axis_too_many", "shape[0],", "shape[0], 1,",
     of="flatten_batch__reshape", hint="The result has two axes, (B, C*H*W); yours has one more. flatten(1) alone is enough.")
