"""Hidden checks of the exercise `trustworthy`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import check, expect

# ================================================================ trustworthy: last, nothing above may learn from it


def torch_itself(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding)


def in_double(x, kernel, stride, padding):
    return F.max_pool2d(x.double(), kernel, stride, padding).to(x.dtype)


def a_layer(x, kernel, stride, padding):
    return nn.MaxPool2d(kernel, stride, padding)(x.contiguous(memory_format=torch.channels_last))


def image_by_image(x, kernel, stride, padding):
    return torch.stack([F.max_pool2d(image, kernel, stride, padding) for image in x])


def mean(x, kernel, stride, padding):
    return nn.AvgPool2d(kernel, stride, padding)(x)


def smallest(x, kernel, stride, padding):
    return -F.max_pool2d(-x, kernel, stride, padding)


def corner(x, kernel, stride, padding):
    rows, columns = ((x.shape[2 + i] + 2 * padding[i] - kernel[i]) // stride[i] + 1 for i in range(2))
    return F.max_pool2d(x, (1, 1), stride, (0, 0))[..., :rows, :columns]


def swapped_stride(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride[::-1], padding)


def swapped_kernel(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel[::-1], stride, padding)


def stride_is_kernel(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, kernel, padding)


def keeps_the_remainder(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding, ceil_mode=True)


def zero_frame(x, kernel, stride, padding):
    return F.max_pool2d(F.pad(x, (padding[1], padding[1], padding[0], padding[0])), kernel, stride)


def no_frame(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride)


def starts_at_zero(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding).clamp(min=0)


def one_channel(x, kernel, stride, padding):
    pooled = F.max_pool2d(x, kernel, stride, padding)
    return pooled[:, :1].expand_as(pooled)


def across_channels(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding).amax(1, keepdim=True).expand(-1, x.shape[1], -1, -1)


def one_image(x, kernel, stride, padding):
    return F.max_pool2d(x[:1], kernel, stride, padding).repeat(len(x), 1, 1, 1)


def raises(x, kernel, stride, padding):
    raise RuntimeError("kernel size should be smaller")


def nothing(x, kernel, stride, padding):
    return None


RIGHT = (torch_itself, in_double, a_layer, image_by_image)


def unseen(pooling):
    """As it is, but nobody reads its name or its code from it: a test looks at what a pooling gives."""
    pool = functools.lru_cache(maxsize=0)(pooling)
    vars(pool).clear()
    pool.__name__ = "pool"
    return pool


def caught(student: Any, cases: Any, wrong: Sequence[Callable[..., Any]]) -> None:
    """The student's test says False to each of these poolings, and True to right ones among them."""
    poolings = cases.shuffled((*wrong, *RIGHT))
    inside = student.beside(*poolings, unseen)
    shown = [inside.unseen(getattr(inside, pooling.__name__)) for pooling in poolings]
    said = [student.trustworthy(pool) for pool in shown]  # the pattern tells who it is
    for pooling, verdict in zip(poolings, said, strict=True):
        told = "a wrong one is caught" if pooling in wrong else "a right one is trusted"
        right = expect(verdict).to_be_a(bool) is (pooling in RIGHT)
        expect(right).to_hold(f"{told} ({pooling.__name__.replace('_', ' ')})")


@check(weight=0, quote="Says True to every right one, also to one that computes in another way than yours.")
def test_right_ones_are_trusted(student, cases):
    """trustworthy says True to right poolings, however they are written"""
    caught(student, cases, ())


@check(
    after="right_ones_are_trusted",
    quote="Says False to one that is wrong anywhere: values, shape, pairs, padding, channels, batch.",
)
def test_wrong_values_are_caught(student, cases):
    """trustworthy says False to poolings that take another number of the window, that stop, or that give nothing"""
    caught(student, cases, (mean, smallest, corner, raises, nothing))


@check(after="right_ones_are_trusted", quote="Says False to one that is wrong anywhere")
def test_wrong_pairs_are_caught(student, cases):
    """trustworthy says False to poolings that mix up height and width, kernel and stride, or keep what does not fit"""
    caught(student, cases, (mean, swapped_stride, swapped_kernel, stride_is_kernel, keeps_the_remainder))


@check(after="right_ones_are_trusted", quote="Says False to one that is wrong anywhere")
def test_wrong_frames_are_caught(student, cases):
    """trustworthy says False to poolings whose padding wins, is left out, or that never go below zero"""
    caught(student, cases, (mean, starts_at_zero, zero_frame, no_frame))


@check(after="right_ones_are_trusted", quote="Says False to one that is wrong anywhere")
def test_wrong_channels_are_caught(student, cases):
    """trustworthy says False to poolings that mix channels or images"""
    caught(student, cases, (mean, one_channel, across_channels, one_image))
