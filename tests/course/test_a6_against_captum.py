"""The reference of a6_looking_inside against Captum, which finds the same maps in another way: by hooks on modules."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, LayerGradCam, Saliency
from torch import nn

from autograder.judge.course_modules import importing_from, load_module

FOLDER = Path(__file__).resolve().parents[2] / "solutions" / "a6_looking_inside"
TARGETS = (0, 3, [2, 0, 1], None)


class Residual(nn.Module):
    """A block with batch norm, a shortcut and dropout."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm, self.conv2 = (
            nn.Conv2d(2, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.Conv2d(4, 4, 3, padding=1),
        )
        self.relu1, self.relu2 = nn.ReLU(inplace=True), nn.ReLU()
        self.dense = nn.Sequential(nn.Dropout(0.5), nn.Flatten(), nn.Linear(120, 4))

    def forward(self, x):
        x = self.relu1(self.norm(self.conv1(x)))
        return self.dense(self.relu2(x + self.conv2(x)))


class Mixed(nn.Module):
    """One ReLU as a module, one as a function."""

    def __init__(self):
        super().__init__()
        self.conv1, self.relu, self.conv2 = nn.Conv2d(2, 5, 3), nn.ReLU(), nn.Conv2d(5, 6, 2)
        self.dense = nn.Linear(36, 4)

    def forward(self, x):
        return self.dense(F.relu(self.conv2(self.relu(self.conv1(x)))).flatten(1))


def plain() -> nn.Module:
    return chain(nn.ReLU(), nn.ReLU(), nn.ReLU())


def in_place() -> nn.Module:
    return chain(nn.ReLU(inplace=True), nn.ReLU(inplace=True), nn.ReLU(inplace=True))


def with_leaky() -> nn.Module:
    return chain(nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU())


def nested() -> nn.Module:
    conv1, relu1, conv2, *rest = plain()
    return nn.Sequential(nn.Sequential(conv1, nn.Sequential(relu1)), conv2, nn.Sequential(*rest))


def chain(first: nn.Module, second: nn.Module, third: nn.Module) -> nn.Sequential:
    """Two convolutions and two dense layers for images (2, 6, 5), four scores."""
    convolutions = nn.Conv2d(2, 6, 3, padding=1), first, nn.Conv2d(6, 4, 3), second
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(48, 10), third, nn.Linear(10, 4))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    with importing_from(FOLDER):
        return load_module(FOLDER / "reference.py")


@pytest.fixture(params=[plain, in_place, nested, with_leaky, Residual], ids=lambda make: make.__name__.lower())
def model(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(0)
    return request.param().double().eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(3, 2, 6, 5, generator=torch.Generator().manual_seed(1)).double()


def captum(method: type, model: nn.Module, images: torch.Tensor, target: int | list[int] | None) -> torch.Tensor:
    """Captum's map; it always wants a class, so for None it is told what the model says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it announces its hooks
        classes = model(images).argmax(dim=1) if target is None else target
        return method(model).attribute(images.clone().requires_grad_(), target=classes).detach()


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_guided_backprop_is_captums(reference, model, images, target):
    ours, theirs = reference.guided_backprop(model, images, target), captum(GuidedBackprop, model, images, target)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    assert theirs.abs().max() > 0.001


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_saliency_is_captums_without_channels(reference, model, images, target):
    ours, theirs = reference.saliency(model, images, target), captum(Saliency, model, images, target)
    torch.testing.assert_close(ours, theirs.amax(dim=1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_grad_cam_is_captums_enlarged(reference, model, images, target):
    name, layer = next((name, module) for name, module in model.named_modules() if isinstance(module, nn.Conv2d))
    classes = model(images).argmax(dim=1) if target is None else target
    ours = reference.grad_cam(model, name, images, target)
    maps = LayerGradCam(model, layer).attribute(images.clone(), classes, relu_attributions=True).detach()
    theirs = F.interpolate(maps, size=images.shape[2:], mode="bilinear")[:, 0]
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    assert theirs.max() > 0.001


def test_guided_is_not_the_plain_gradient(reference, model, images):
    slope = reference.slope_of_scores(model, images, 1, torch.enable_grad())
    assert (reference.guided_backprop(model, images, 1) - slope).abs().max() > 0.001


def test_functional_relus_are_ours_alone(reference, images):
    torch.manual_seed(2)
    mixed = Mixed().double().eval()
    half, whole = captum(GuidedBackprop, mixed, images, 1), reference.guided_backprop(mixed, images, 1)
    assert (half - whole).abs().max() > 0.001  # Captum's documentation says so: it sees nn.ReLU only


def test_without_relus_captum_is_silent_and_we_are_not(reference, images):
    smooth = chain(nn.SELU(), nn.Tanh(), nn.GELU()).double().eval()
    assert captum(GuidedBackprop, smooth, images, 1).shape == images.shape
    with pytest.raises(ValueError, match="no ReLU"):
        reference.guided_backprop(smooth, images, 1)
