"""What the gates ask cannot be learnt by heart: it is invented anew from the course's secret."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.course import load_course
from autograder.judge.cases import Cases, seed_of
from autograder.judge.course_modules import load_module

ROOT = Path(__file__).resolve().parents[2]
held_out = load_module(ROOT / "solutions" / "held_out.py")
SECRETS = ("one term", "another term")
Digits = tuple[torch.Tensor, torch.Tensor]


def asked_with(secret: str) -> np.random.Generator:
    return Cases(seed_of(secret, "a gate")).rng


def needed(slug: str, name: str) -> float:
    return load_course(ROOT).assignment(slug).thresholds[name].at_least


def nearest(images: torch.Tensor, labels: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
    return labels[torch.cdist(asked.flatten(1), images.flatten(1)).argmin(1)]


def share(said: torch.Tensor, labels: torch.Tensor) -> float:
    return float((said == labels).double().mean())


def all_digits() -> Digits:
    """Those of the kit and all others, as the gate's images are."""
    from sklearn.datasets import load_digits

    full = load_digits()
    images = torch.nn.functional.interpolate(torch.tensor(full.images / 16).float()[:, None], size=28, mode="bilinear")
    return images, torch.tensor(full.target)


def test_another_secret_means_another_script():
    secrets = (SECRETS[0], *SECRETS)
    one, again, other = (held_out.invented_script(asked_with(secret), 20)[0] for secret in secrets)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_every_symbol_is_asked_equally_often():
    images, labels = held_out.invented_script(asked_with(SECRETS[0]), 600)
    assert (images.shape, images.dtype) == ((600, 1, 28, 28), torch.float32)
    assert labels.bincount().tolist() == [60] * 10


@pytest.mark.parametrize("secret", SECRETS)
def test_the_script_is_not_read_by_who_looks_things_up(secret):
    images, labels = held_out.invented_script(asked_with(secret), 1800)
    asked, wanted, least = images[1200:], labels[1200:], needed("a4_trainer", "script")
    assert share(nearest(*all_digits(), asked), wanted) < least / 2
    assert share(nearest(images[:1200], labels[:1200], asked), wanted) < least


@pytest.mark.parametrize("secret", SECRETS)
def test_another_term_s_script_does_not_help(secret):
    images, labels = held_out.invented_script(Cases(seed_of("last term", "a gate")).rng, 1800)
    asked, wanted = held_out.invented_script(asked_with(secret), 600)
    assert share(nearest(images, labels, asked), wanted) < needed("a4_trainer", "script") / 2
