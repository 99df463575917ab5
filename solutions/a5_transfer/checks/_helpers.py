"""What the checks of several exercises share.

Models, data sets and optimizers stay in the box. The helpers below are run beside them, on tiny networks in float64,
and here on the reference; plain data comes back. Hidden labels never go in.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import expect

# ================================================================ transfer_model


def old_network(channels: int = 6, classes: int = 9) -> nn.Module:
    """A small network with the children of a ResNet, in float64 and eval mode, with known numbers."""

    class Old(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False)
            self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
            self.layer1 = nn.Sequential(nn.Conv2d(4, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU())
            self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(channels, classes)

        def forward(self, x):
            x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
            return self.fc(self.avgpool(x).flatten(1))

    return known_numbers(Old()).eval()


def known_numbers(model: nn.Module) -> nn.Module:
    """float64, and in each parameter numbers that depend on its shape and on how many of that shape came before."""
    seen: dict[tuple[int, ...], int] = {}
    with torch.no_grad():
        for weights in model.double().parameters():
            shape = tuple(weights.shape)
            seen[shape] = seen.get(shape, 0) + 1
            steps = torch.arange(weights.numel(), dtype=torch.float64)
            numbers = torch.sin(steps * 1.7 + seen[shape] * 2.3 + len(shape))
            weights.copy_(numbers.reshape(shape) * (2.0 / max(1, weights[0].numel()) ** 0.5 if len(shape) > 1 else 0.8))
    return model


def parts_of(model: Any) -> tuple[nn.Module, nn.Module]:
    """Features and head; of one long chain its last nine layers are the head: one check asks for the two parts."""
    layers = [model[place] for place in range(len(model))]  # a Sequential, and no other module
    if len(layers) == 2:
        return layers[0], layers[1]
    return nn.Sequential(*layers[:-9]), nn.Sequential(*layers[-9:])


def borrowed(build_transfer_model: Any, mark: int) -> dict[str, Any]:
    """What of the old network is in the new one, and what became of the old one."""
    old = old_network()
    old.bn1.train()
    old.conv1.requires_grad_(False)
    x = torch.linspace(-1, 1, 2 * 3 * 9 * 10, dtype=torch.float64).reshape(2, 3, 9, 10)
    before = {name: value.clone() for name, value in old.state_dict().items()}
    mine = [parameter for name, parameter in old.named_parameters() if not name.startswith("fc.")]
    frozen = [parameter.requires_grad for parameter in old.parameters()]
    modes = [module.training for module in old.modules()]
    model = build_transfer_model(old, 6, 3, hidden=5)
    again = build_transfer_model(old, 6, 3, hidden=5)
    after = [module.training for module in old.modules()]
    new = list(parts_of(model)[0].parameters())
    heads = [list(parts_of(network)[1].parameters()) for network in (model, again)]
    old.eval()
    told = {
        "kinds": [isinstance(model, nn.Sequential), len(model)],
        "same": len(new) == len(mine) and all(a is b for a, b in zip(new, mine, strict=True)),
        "values": all(torch.equal(value, before[name]) for name, value in old.state_dict().items()),
        "modes": after == modes,
        "frozen": [parameter.requires_grad for parameter in old.parameters()] == frozen,
        "names": [name for name, _ in old.named_children()],
        "works": tuple(old(x).shape),
        "own heads": not any(a is b for a, b in zip(*heads, strict=True)) and not torch.equal(heads[0][2], heads[1][2]),
    }
    return dict(marked(told, mark))


def marked(found: Any, mark: int) -> Any:
    """The same, with a number that the suite drew beside each yes, no and name: no answer of another term fits."""
    if isinstance(found, (bool, str)):
        return f"{found} {mark}"
    if isinstance(found, dict):
        return {key: marked(value, mark) for key, value in found.items()}
    return type(found)(marked(each, mark) for each in found) if isinstance(found, (list, tuple)) else found


def unmarked(found: Any, mark: int) -> Any:
    """As it was before `marked`; None for a text that has another number, or none."""
    if isinstance(found, str):
        text, _, number = found.rpartition(" ")
        return {"True": True, "False": False}.get(text, text) if number == str(mark) else None
    if isinstance(found, dict):
        return {key: unmarked(value, mark) for key, value in found.items()}
    return type(found)(unmarked(each, mark) for each in found) if isinstance(found, (list, tuple)) else found


def expect_letters(found: Any, right: str, claim: str) -> None:
    """The letters of the right statements, in any order."""
    letters = expect(found).to_be_a(str)
    expect(bool(letters) and set(letters) <= set("abcd")).to_hold("the answer is made of the letters a, b, c and d")
    expect(sorted(set(letters)) == sorted(right)).to_hold(claim)


def copied(module: nn.Module) -> dict[str, Tensor]:
    """Its numbers."""
    return {name: value.clone() for name, value in module.state_dict().items()}
