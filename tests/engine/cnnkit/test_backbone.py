from urllib.error import URLError

import pytest
import torch
import torchvision
from torch import nn

from cnnkit import backbone
from cnnkit.training import Batches, fit, score


def size(model):
    return sum(parameter.numel() for parameter in model.parameters())


def test_the_weights_are_small_and_say_where_they_come_from():
    assert backbone.WEIGHTS.stat().st_size < 2e6
    metadata = backbone.about()
    assert "seed" in metadata["training"]
    assert float(metadata["accuracy"].split()[0]) > 0.7


def test_the_backbone_ends_in_small_maps():
    model = backbone.pretrained()
    features = nn.Sequential(*list(model.children())[:-2])
    with torch.no_grad():
        assert features(torch.zeros(2, 3, 49, 64)).shape == (2, 128, 4, 4)
        assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 12)
    assert size(model) == 309_084
    assert not model.training


def test_loading_uses_up_no_random_numbers():
    before = torch.random.get_rng_state()
    one, two = backbone.pretrained(), backbone.pretrained()
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.fc.weight, two.fc.weight)
    assert not torch.equal(one.fc.weight, backbone.small_resnet().fc.weight)


def test_missing_weights_are_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(backbone, "WEIGHTS", tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="gone"):
        backbone.pretrained()


def test_offline_resnet_says_what_to_do(monkeypatch):
    def offline(*_args, **_more):
        raise URLError("no network")

    monkeypatch.setattr(torchvision.models.ResNet18_Weights, "get_state_dict", offline)
    with pytest.raises(ConnectionError, match="pretrained"):
        backbone.imagenet()


def test_resnet18_has_the_same_interface(monkeypatch):
    with torch.device("meta"):
        large = torchvision.models.resnet18()
    assert size(large) == 11_689_512
    small = [name for name, _ in backbone.small_resnet().named_children()]
    assert small == [name for name, _ in large.named_children()]
    assert nn.Sequential(*list(large.children())[:-2])(torch.empty(16, 3, 49, 49, device="meta")).shape == (
        16,
        512,
        2,
        2,
    )
    assert large.fc.in_features == 512


def test_downloaded_weights_come_with_their_colours(monkeypatch):
    state = torchvision.models.resnet18().state_dict()
    monkeypatch.setattr(torchvision.models.ResNet18_Weights, "get_state_dict", lambda *_args, **_more: state)
    model = backbone.imagenet()
    assert torch.allclose(model.mean.flatten(), torch.tensor([0.485, 0.456, 0.406]))
    assert torch.equal(model.fc.weight, state["fc.weight"])


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (32, [32]), (33, [33]), (34, [32, 2]), (65, [32, 33])])
def test_no_batch_holds_a_single_image(count, sizes):
    batches = Batches(torch.zeros(count, 3), torch.zeros(count))
    assert [len(labels) for _, labels in batches] == sizes
    assert len(batches) == len(sizes)


def test_the_loop_trains():
    torch.manual_seed(0)
    images = torch.randn(40, 3)
    labels = (images[:, 0] > 0).long()
    model, seen = nn.Linear(3, 2), []
    batches = Batches(images, labels, change=lambda image: seen.append(image) or image, size=10)
    losses = fit(model, batches, torch.optim.SGD(model.parameters(), lr=0.5), epochs=5)
    assert len(losses) == 20
    assert len(seen) == 200
    assert score(model, images, labels)[1] > 0.9
