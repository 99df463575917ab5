"""What the gates ask cannot be learnt by heart: it is invented anew from the course's secret."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.course import load_course
from autograder.judge.cases import Cases, seed_of
from autograder.judge.course_modules import load_module
from cnnkit import data

ROOT = Path(__file__).resolve().parents[2]
held_out = load_module(ROOT / "solutions" / "held_out.py")
SECRETS = ("one term", "another term")
Digits = tuple[torch.Tensor, torch.Tensor]
Names = list[tuple[str, int]]


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


def by_last_letter(given: Names, name: str) -> int:
    votes = Counter(label for other, label in given if other[-1] == name[-1])
    return int(votes[1] > votes[0])


def pieces(name: str) -> set[str]:
    return {name[place : place + 3] for place in range(len(name) - 2)}


def most_alike(given: Names, name: str) -> int:
    own = pieces(name)
    return max(given, key=lambda row: len(own & pieces(row[0])) / len(own | pieces(row[0])))[1]


def most_common(given: Names, _name: str) -> int:
    return int(sum(label for _, label in given) * 2 > len(given))


def known_by_heart(_given: Names, name: str) -> int:
    return dict(data.names()).get(name, 1)


@pytest.mark.parametrize("shortcut", [by_last_letter, most_alike, most_common, known_by_heart])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_shortcut_knows_the_invented_names(secret, shortcut):
    names = held_out.invented_names(asked_with(secret), 1600)
    assert len(dict(names)) == 1600
    right = [shortcut(names[:1100], name) == label for name, label in names[1100:1250]]
    assert sum(right) / len(right) < needed("a7_text_cnn", "names")
