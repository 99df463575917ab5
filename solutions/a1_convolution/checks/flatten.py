"""Hidden checks of the exercise `flatten`. The first line of each docstring is what the student reads.

What the colours need is asked of colour images, what the 255 need of whole numbers: the order of the axes, the gray
image's channel, the scale and the alpha channel are each in few checks.
"""

from __future__ import annotations

import numpy as np
import reference
import torch

from autograder.judge import check, expect

from ._helpers import picture


@check(quote="Turn an image (H, W) or (H, W, C) into a float32 tensor (C, H, W) with values in [0, 1].")
def test_colour_image(student, cases):
    """to_chw_float turns a colour image of 5 × 7 pixels into (3, 5, 7), from 0.0 to 1.0"""
    img = picture(cases, 5, 7, 3)
    expect(student.to_chw_float(img)).to_agree_with(reference.to_chw_float(img), rtol=1e-6)


@check(quote="A gray image (H, W) becomes (1, H, W).")
def test_gray_image(student, cases):
    """to_chw_float gives a gray image (4, 6) a channel: (1, 4, 6)"""
    for shape in ((4, 6), (5, 2)):
        img = cases.tensor(*shape, low=0, dtype=torch.float32).numpy()
        expect(student.to_chw_float(img)).to_agree_with(reference.to_chw_float(img), rtol=1e-6)


@check(quote="Integer pixels (uint8, 0 to 255) are divided by 255.")
def test_dark_image(student, cases):
    """to_chw_float divides by 255 however dark the image is: pixels of 0 and 1 become 0 and 1/255"""
    for shape in ((4, 5), (3, 6)):
        img = cases.integers(*shape, low=0, high=1).numpy().astype(np.uint8)
        expect(student.to_chw_float(img)).to_agree_with(reference.to_chw_float(img), rtol=1e-6)


@check(quote="Float pixels are in [0, 1] already: they keep their values.")
def test_float_image(student, cases):
    """to_chw_float leaves the values of a float image as they are"""
    for dtype in (torch.float64, torch.float32):
        img = cases.tensor(4, 5, 3, low=0, dtype=dtype).numpy()
        expect(student.to_chw_float(img)).to_agree_with(reference.to_chw_float(img), rtol=1e-6)


@check(quote="A fourth channel is transparency (alpha): it is dropped, (H, W, 4) becomes (3, H, W).")
def test_alpha_is_dropped(student, cases):
    """to_chw_float drops the alpha channel of an RGBA image: (5, 6, 4) becomes (3, 5, 6)"""
    for shape in ((5, 6, 4), (4, 3, 4)):
        img = picture(cases, *shape)
        expect(student.to_chw_float(img)).to_agree_with(reference.to_chw_float(img), rtol=1e-6)
    floats = cases.tensor(4, 3, 4, low=0).numpy()  # whether they keep their values is asked elsewhere
    expect(student.to_chw_float(floats)).to_have_shape(3, 4, 3)


@check(after="colour_image", quote="into a float32 tensor (C, H, W)")
def test_pixels_are_float32(student, cases):
    """to_chw_float gives float32, whatever the image holds: uint8, float32 or float64"""
    for img in (picture(cases, 5, 3, 3), cases.tensor(3, 4, 3, low=0).numpy(), picture(cases, 4, 5) / np.float32(255)):
        expect(student.to_chw_float(img)).to_have_dtype(torch.float32)


def after_painting_the_image_black(student, img):
    tensor = student.to_chw_float(img)
    img[...] = 0
    return tensor


def same_after_painting(student, img):
    tensor = student.to_chw_float(img)
    before = tensor.clone()
    img[...] = 0
    return bool((tensor == before).all())


@check(after="gray_image", quote=("The result has its own memory", "leave the arguments as they were"))
def test_own_memory(student, cases):
    """to_chw_float makes a copy: writing into the image afterwards does not change the tensor"""
    for shape in ((4, 5), (3, 6)):
        img = cases.tensor(*shape, low=0.2, dtype=torch.float32).numpy()
        expect(lambda img=img: student.to_chw_float(img)).to_leave_inputs_alone()
        painted = student.beside(after_painting_the_image_black)(img.copy())
        expect(painted).to_agree_with(reference.to_chw_float(img), rtol=1e-6)
    for channels in (3, 4):
        colours = cases.tensor(4, 5, channels, low=0.2, dtype=torch.float32).numpy()
        same = expect(student.beside(same_after_painting)(colours)).to_be_a(bool)
        expect(same).to_hold("the tensor of a colour image does not change with the image")


def mirrored(student, img):
    return student.to_chw_float(img[:, ::-1])


def every_second_row(student, img):
    return student.to_chw_float(img[::2])


@check(after="gray_image", quote="`img` may have any strides, e.g. be turned round by `img[:, ::-1]`.")
def test_mirrored_image(student, cases):
    """to_chw_float works on a mirrored image, img[:, ::-1], and on every second row, img[::2]"""
    img = cases.tensor(5, 7, low=0, dtype=torch.float32).numpy()
    expect(student.beside(mirrored)(img)).to_agree_with(reference.to_chw_float(img[:, ::-1]), rtol=1e-6)
    expect(student.beside(every_second_row)(img)).to_agree_with(reference.to_chw_float(img[::2]), rtol=1e-6)
    colours = picture(cases, 5, 7, 3)
    expect(student.beside(mirrored)(colours)).to_agree_with(student.to_chw_float(colours[:, ::-1].copy()))


@check(quote="(B, C, H, W) -> (B, C*H*W), row by row, channel after channel.")
def test_flatten_order(student, cases):
    """flatten_batch makes one row per image, channel after channel, row by row: (3, 2, 4, 5) becomes (3, 40)"""
    x = cases.images(3, 2, 4, 5)
    expect(student.flatten_batch(x)).to_equal(x.flatten(1))


def flatten_batch_after_permute(student, x):
    return student.flatten_batch(x.permute(0, 3, 1, 2))


@check(after="flatten_order", quote="Works for every memory layout of `x`, also after a `permute`.")
def test_flatten_any_layout(student, cases):
    """flatten_batch works on a tensor whose numbers do not lie in order in memory, as after permute"""
    x = cases.images(2, 4, 5, 3)
    expect(student.beside(flatten_batch_after_permute)(x)).to_equal(x.permute(0, 3, 1, 2).flatten(1))


@check(after="flatten_order", quote="and the batch stays.")
def test_flatten_one_image(student, cases):
    """flatten_batch keeps the batch axis for a single image: (1, 2, 3, 4) becomes (1, 24)"""
    x = cases.images(1, 2, 3, 4)
    expect(student.flatten_batch(x)).to_equal(x.flatten(1))
