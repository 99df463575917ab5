"""A small residual network, trained on photographs, to borrow features from; and ResNet-18, its larger relative.

Both have the same interface: children conv1, bn1, relu, maxpool, layer1 …, avgpool, fc in this order; `fc.in_features`;
buffers `mean` and `std` (3, 1, 1) of the colours they were trained on: feed them `(images - mean) / std`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import torch
from torch import nn

WEIGHTS = Path(__file__).parent / "files" / "backbone.safetensors"
WIDTHS = (16, 32, 64, 128)
CLASSES = 12  # photographs that it was trained to tell apart
OFFLINE = (
    "The ImageNet weights of ResNet-18 (45 MB) are not on this computer, and could not be downloaded. "
    "Connect to the internet and run this again, or use cnnkit.backbone.pretrained(), which needs no network."
)


class Block(nn.Module):
    """Two 3 × 3 convolutions with batch norm, and the input added: (B, c_in, H, W) → (B, c_out, H/stride, W/stride)."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        short = [nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out)]
        self.downsample = nn.Sequential(*short) if stride > 1 or c_in != c_out else nn.Sequential()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The sum of both paths."""
        main: torch.Tensor = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return torch.relu(main + self.downsample(x))


class SmallResNet(nn.Module):
    """309,084 parameters, four blocks: (B, 3, H, W) → 128 maps of H/16 × W/16 → logits (B, classes)."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, classes: int = CLASSES) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTHS[0], 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.relu = nn.ReLU()
        self.maxpool = nn.Identity()  # ResNet-18 has one here; small images need their pixels
        self.layer1 = Block(WIDTHS[0], WIDTHS[0], 1)
        self.layer2 = Block(WIDTHS[0], WIDTHS[1], 2)
        self.layer3 = Block(WIDTHS[1], WIDTHS[2], 2)
        self.layer4 = Block(WIDTHS[2], WIDTHS[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(WIDTHS[3], classes)
        self.register_buffer("mean", torch.full((3, 1, 1), 0.5))
        self.register_buffer("std", torch.full((3, 1, 1), 0.25))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits; `x` must be normalised already."""
        maps = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps = self.layer4(self.layer3(self.layer2(self.layer1(maps))))
        logits: torch.Tensor = self.fc(self.avgpool(maps).flatten(1))
        return logits


def small_resnet() -> SmallResNet:
    """The network with random weights, for training from scratch."""
    return SmallResNet()


def pretrained() -> SmallResNet:
    """The network with the weights that ship with the kit, in eval mode. See `about`."""
    from safetensors.torch import load_file

    if not WEIGHTS.is_file():
        raise FileNotFoundError(f"the weights of the backbone are missing: {WEIGHTS} (reinstall the kit)")
    with torch.random.fork_rng(devices=[]):  # weights that are replaced at once use up nobody's random numbers
        model = SmallResNet()
    model.load_state_dict(load_file(WEIGHTS))
    return model.eval()


def about() -> dict[str, str]:
    """How the weights were made: data, seed, steps, versions, accuracy on crops that were not trained on."""
    from safetensors import safe_open

    with safe_open(WEIGHTS, framework="pt") as file:
        return dict(file.metadata() or {})


def imagenet() -> nn.Module:
    """torchvision's ResNet-18 with ImageNet weights, 11,689,512 parameters, in eval mode.

    Downloads them once. Raises ConnectionError, which says what to do, where that fails.
    """
    from torchvision.models import ResNet18_Weights, resnet18

    weights = ResNet18_Weights.IMAGENET1K_V1
    try:
        state = weights.get_state_dict(progress=False, check_hash=True)
    except (URLError, OSError) as error:
        raise ConnectionError(OFFLINE) from error
    with torch.random.fork_rng(devices=[]):
        model: nn.Module = resnet18()
    model.load_state_dict(state)
    preset = weights.transforms()
    model.register_buffer("mean", torch.tensor(preset.mean).reshape(3, 1, 1), persistent=False)
    model.register_buffer("std", torch.tensor(preset.std).reshape(3, 1, 1), persistent=False)
    return model.eval()
