"""The inline check says when an answer uses what its docstring rules out, and names nothing innocent."""

import ast
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import skimage.filters
import skimage.transform
import skimage.util
import torch
import torch.nn.functional as F
from torch import nn

from autograder.course import load_course
from autograder.course.bans import FAMILIES, sentence
from cnnkit import Example, check
from cnnkit.switched_off import STOPS, noticing

ROOT = Path(__file__).parents[3]
X = torch.arange(36.0).reshape(1, 1, 6, 6)
K = torch.ones(1, 1, 2, 2)
EVERYTHING = sentence(list(FAMILIES))

USES = {
    "convolutions": [
        lambda: F.conv2d(X, K),
        lambda: nn.Conv2d(1, 1, 2)(X),
        lambda: torch.conv_transpose2d(X, K),
        lambda: torch.ops.aten.convolution(X, K, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
        lambda: scipy.signal.correlate2d(X[0, 0].numpy(), K[0, 0].numpy()),
        lambda: scipy.ndimage.correlate(X[0, 0].numpy(), K[0, 0].numpy()),
        lambda: skimage.filters.correlate_sparse(X[0, 0].numpy(), np.ones((3, 3)), mode="valid"),
    ],
    "unfold": [
        lambda: F.unfold(X, 2),
        lambda: nn.Unfold(2)(X),
        lambda: skimage.util.view_as_windows(X[0, 0].numpy(), 2),
    ],
    "fold": [lambda: F.fold(torch.ones(1, 4, 25), (6, 6), 2)],
    "padding": [
        lambda: F.pad(X, (1, 0)),
        lambda: nn.ReflectionPad2d(1)(X),
        lambda: torch.constant_pad_nd(X, [1, 1]),
        lambda: np.pad(X.numpy(), 1),
    ],
    "poolings": [
        lambda: F.max_pool2d(X, 2),
        lambda: nn.AvgPool2d(2)(X),
        lambda: F.adaptive_avg_pool2d(X, 1),
        lambda: scipy.ndimage.maximum_filter(X[0, 0].numpy(), 2),
    ],
    "upsampling": [
        lambda: F.interpolate(X, scale_factor=2),
        lambda: nn.Upsample(scale_factor=2)(X),
        lambda: skimage.transform.rescale(X[0, 0].numpy() / 36, 2),
    ],
}
CALLS = [(family, call) for family, calls in USES.items() for call in calls]


def documented(function, text):
    function.__doc__ = text
    return function


def test_the_kit_and_the_grader_have_the_same_list():
    assert {family.called: family.stops for family in FAMILIES.values()} == STOPS


@pytest.mark.parametrize(("family", "call"), CALLS)
def test_every_family_is_noticed(family, call):
    with noticing(documented(lambda: 0, f"Slides. {sentence([family])}.")) as seen:
        call()
    assert seen == [FAMILIES[family].called]


@pytest.mark.parametrize(
    "innocent",
    [
        lambda: torch.fft.irfft2(torch.fft.rfft2(X, s=(9, 9)) * torch.fft.rfft2(K, s=(9, 9)), s=(9, 9)),
        lambda: torch.fft.rfft2(X.clone().requires_grad_(), s=(9, 9)).abs().sum().backward(),
        lambda: X.unfold(2, 2, 1).unfold(3, 2, 2),
        lambda: torch.einsum("bchw,oc->bohw", X, torch.ones(2, 1)),
        lambda: F.pad(X, (0, 0, 0, 0)),
        lambda: X.float().double().to(torch.int64),
        lambda: X.repeat_interleave(2, 2).roll(1, 3),
    ],
)
def test_what_pytorch_does_by_itself_is_not(innocent):
    with noticing(documented(lambda: 0, EVERYTHING)) as seen:
        innocent()
    assert seen == []


def test_a_check_warns_and_still_says_what_is_right(capsys):
    answer = documented(lambda x: F.conv2d(x, K), sentence(["convolutions", "padding"]))
    check(answer, Example(X, look_at=lambda y: tuple(y.shape), gives=(1, 1, 5, 5), note="the shape"))
    text = " ".join(capsys.readouterr().out.split())
    assert "✓ the shape 1 of 1 right" in text
    assert "⚠ <lambda> uses torch's own convolutions, switched off while it is graded" in text


def test_where_nothing_is_ruled_out_nothing_is_said(capsys):
    check(documented(lambda x: F.conv2d(x, K), "`F.conv2d` is allowed."), Example(X, look_at=len, gives=1))
    assert "⚠" not in capsys.readouterr().out


def test_of_every_function_of_the_course_the_kit_reads_what_the_suite_bans():
    for assignment in load_course(ROOT).assignments:
        for exercise in assignment.exercises:
            bans = assignment.bans.get(exercise.name)
            for function in _functions(assignment, exercise.cells if bans else ()):
                families = bans.of.get(function.name, bans.of.get("", ()))
                with noticing(documented(lambda: 0, ast.get_docstring(function))) as seen:
                    for family in families:
                        USES[family][0]()
                assert seen == [FAMILIES[family].called for family in families], function.name


def _functions(assignment, cells):
    trees = [ast.parse(cell.source) for cell in assignment.cells if cell.name in cells]
    return [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
