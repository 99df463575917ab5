"""Questions to networks, and their diagrams."""

from __future__ import annotations

import torch
from torch import nn

from cnnkit import diagrams, networks


def small() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))


def test_the_size_counts_shared_weights_once_and_no_buffers():
    layer = nn.Linear(3, 3)
    assert networks.size(small()) == 20 + 27
    assert networks.size(nn.Sequential(layer, nn.BatchNorm1d(3), layer)) == 12 + 6


def test_arrivals_are_shapes_without_the_batch_and_no_hook_is_left():
    model = small()
    assert networks.arrivals(model, 1, 4, 4) == [(1, 4, 4), (8,)]
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_weights_for_everybody_depend_on_shapes_alone():
    first, second = networks.with_waves(small()), networks.with_waves(nn.Sequential(*small()))
    x = torch.rand(2, 1, 4, 4)
    assert torch.equal(first(x), second(x))
    assert not first.training


def test_a_table_ends_with_the_sum():
    text = networks.table([("Conv2d", (2, 2, 2), 20), ("Linear", (3,), 27)])
    assert text.splitlines()[-1].split() == ["sum", "47"]
    assert "2 × 2 × 2" in text


def test_a_flow_puts_activations_to_the_layer_before_them():
    picture = diagrams.flow([("Conv2d", (2, 2, 2), 20), ("ReLU", (2, 2, 2), 0), ("Linear", (3,), 27)], start=(1, 4, 4))
    assert picture.alt == "image 1 × 4 × 4 → Conv2d, ReLU 2 × 2 × 2 → Linear 3"
    assert picture.png().startswith(b"\x89PNG")


def test_bars_and_lines_say_their_numbers():
    assert "first 30" in diagrams.bars({"first": 30, "second": 10}, "Parameters").alt
    assert "a from 1 to 3" in diagrams.lines({"a": [1, 2, 3]}, title="Losses", levels={"floor": 1.5}).alt
