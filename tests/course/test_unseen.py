"""What the gates ask cannot be learnt by heart: it is invented anew from the course's secret."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
import torch

from autograder.course import load_course
from autograder.judge.cases import Cases, seed_of
from autograder.judge.course_modules import load_module
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.model import Verdict
from bench import shortcuts
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
def test_the_script_is_not_read_by_who_knows_all_digits(secret):
    images, labels = held_out.invented_script(asked_with(secret), 600)
    assert share(shortcuts.nearest(*all_digits(), images), labels) < needed("a4_trainer", "script") / 2


@pytest.mark.parametrize("name", shortcuts.PIXEL_BY_PIXEL)
@pytest.mark.parametrize("secret", SECRETS)
def test_the_script_is_not_read_pixel_by_pixel(secret, name):
    read = shortcuts.read(shortcuts.PIXEL_BY_PIXEL[name], secret)
    assert read < needed("a4_trainer", "script") - 0.5


@pytest.mark.parametrize("name", shortcuts.BY_HAND)
@pytest.mark.parametrize("secret", SECRETS)
def test_the_script_is_not_read_by_what_the_document_says_stays_below(secret, name):
    assert shortcuts.read(shortcuts.BY_HAND[name], secret) < needed("a4_trainer", "script")


@pytest.mark.parametrize("name", shortcuts.MOVED)
@pytest.mark.parametrize("secret", SECRETS)
def test_pieces_that_are_moved_over_the_page_read_the_script_as_the_document_says(secret, name):
    assert shortcuts.read(shortcuts.MOVED[name], secret) > needed("a4_trainer", "script")


@pytest.mark.parametrize("name", shortcuts.WAVES)
def test_the_strengths_of_waves_seldom_read_the_script(name):
    reads = [shortcuts.read(shortcuts.WAVES[name], secret) for secret in shortcuts.SECRETS]
    assert fmean(reads) < needed("a4_trainer", "script")


@pytest.mark.parametrize("name", shortcuts.KERNELS)
@pytest.mark.parametrize("secret", SECRETS)
def test_kernels_of_chance_read_the_script_as_the_document_says(secret, name):
    assert shortcuts.read(shortcuts.KERNELS[name], secret) > needed("a4_trainer", "script")


def test_the_document_has_what_the_command_prints():
    document = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [row.split("|") for row in document.splitlines() if row.count("|") == 6]
    told = {row[1].strip(): row[2:6] for row in rows if row[1].strip() in shortcuts.ALL}
    assert list(told) == list(shortcuts.ALL)
    for name, shortcut in shortcuts.ALL.items():
        mean, least, most = (float(figure) for figure in told[name][:3])
        assert least <= mean <= most, name
        assert told[name][3].strip() == shortcuts.passes(least, most, needed("a4_trainer", "script")), name
        assert least - 0.01 <= shortcuts.read(shortcut, shortcuts.SECRETS[0]) <= most + 0.01, name


def test_what_is_kept_of_the_nearest_is_no_more_than_a_network_may_keep():
    images = torch.zeros(1, 1, 28, 28)
    each = (shortcuts.contrasts, shortcuts.centred, shortcuts.cut_out)
    kept = [shortcuts.count_within(seen) * (seen(images).numel() + 1) for seen in each]
    assert max(kept) <= 40_000


@pytest.mark.parametrize("secret", SECRETS)
def test_another_term_s_script_does_not_help(secret):
    images, labels = held_out.invented_script(Cases(seed_of("last term", "a gate")).rng, 1800)
    asked, wanted = held_out.invented_script(asked_with(secret), 600)
    assert share(shortcuts.nearest(images, labels, asked), wanted) < needed("a4_trainer", "script") / 2


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


def middle(patches: torch.Tensor) -> torch.Tensor:
    return patches[..., 8:40, 8:40].float()


def one_contrast(patches: torch.Tensor) -> torch.Tensor:
    return (middle(patches) - middle(patches).mean((2, 3), True)) / middle(patches).std((2, 3), keepdim=True)


def mean_colour(patches: torch.Tensor) -> torch.Tensor:
    return middle(patches).mean((2, 3), keepdim=True)


def eight_ways(images: torch.Tensor) -> torch.Tensor:
    return torch.cat([torch.rot90(way, k, (2, 3)) for way in (images, images.flip(3)) for k in range(4)])


def test_another_secret_means_another_tissue():
    secrets = (SECRETS[0], *SECRETS)
    one, again, other = (held_out.invented_tissue(asked_with(secret), 20)[0] for secret in secrets)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_patches_of_the_tissue_are_raw_and_half_of_them_have_label_1():
    patches, labels = held_out.invented_tissue(asked_with(SECRETS[0]), 30)
    assert (patches.shape, patches.dtype) == ((30, 3, 48, 48), torch.uint8)
    assert labels.bincount().tolist() == [15, 15]


@pytest.mark.parametrize("seen", [middle, mean_colour, one_contrast])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_nearest_patch_knows_the_tissue(secret, seen):
    patches, labels = held_out.invented_tissue(asked_with(secret), 600)
    found = shortcuts.nearest(eight_ways(seen(patches[:200])), labels[:200].repeat(8), seen(patches[200:]))
    assert share(found, labels[200:]) < min(needed("a5_transfer", "frozen"), needed("a5_transfer", "fine_tuned"))


def test_a_model_of_one_tissue_guesses_about_others():
    from cnnkit.backbone import pretrained

    reference = load_module(ROOT / "solutions" / "a5_transfer" / "reference.py")
    patches, labels = held_out.invented_tissue(asked_with(SECRETS[0]), 450)
    model = reference.solve_patches(pretrained(), patches[:200], labels[:200])
    with torch.no_grad():
        own, others = (model(each).argmax(1) for each in (patches[200:], held_out_tissues()[0]))
    assert share(own, labels[200:]) > needed("a5_transfer", "fine_tuned") + 0.05
    assert share(others, held_out_tissues()[1]) < 0.75


def held_out_tissues() -> Digits:
    """Patches of ten other tissues."""
    made = [held_out.invented_tissue(asked_with(f"term {number}"), 20) for number in range(10)]
    return torch.cat([patches for patches, _ in made]), torch.cat([labels for _, labels in made])


class Textures(torch.nn.Module):
    """Five numbers of a patch and a line through them; a convolution for show."""

    def __init__(self, backbone, patches, labels, *_, **__):
        super().__init__()
        self.conv1 = backbone.conv1
        measured = self.measured(patches)
        self.mean, self.spread = measured.mean(0), measured.std(0)
        self.weights = torch.linalg.lstsq(self.scaled(patches), labels[:, None].float() * 2 - 1).solution

    def measured(self, patches):
        gray = one_contrast(patches).mean(1)
        steps = [(gray[:, place:] - gray[:, :-place]).square().mean((1, 2)) for place in (1, 2, 3, 5)]
        return torch.stack([*steps, (gray[:, :, 1:] - gray[:, :, :-1]).abs().mean((1, 2))], 1).log()

    def scaled(self, patches):
        numbers = (self.measured(patches) - self.mean) / self.spread
        return torch.cat([numbers, torch.ones(len(numbers), 1)], 1)

    def forward(self, patches):
        self.conv1(patches.float())
        logit = self.scaled(patches) @ self.weights
        return torch.cat([-logit, logit], 1)


@pytest.fixture(scope="module")
def of_textures():
    """By the check, whether the gates of the patches let a model of textures through."""
    names = ("gate_frozen", "gate_fine_tuned", "better_than_from_scratch")
    return with_suite(
        load_course(ROOT).assignment("a5_transfer"),
        lambda suite: {
            name: suite.unexplained(name, LocalBox(dict(suite.reference) | {"solve_patches": Textures}).ask)
            for name in names
        },
    )


def test_textures_alone_know_the_tissue():
    patches, labels = held_out.invented_tissue(asked_with(SECRETS[0]), 600)
    model = Textures(torch.nn.ModuleDict({"conv1": torch.nn.Conv2d(3, 1, 1)}), patches[:200], labels[:200])
    assert share(model(patches[200:]).argmax(1), labels[200:]) > needed("a5_transfer", "frozen")


def test_no_model_of_textures_passes_a_gate_of_the_patches(of_textures):
    assert {name: result.verdict for name, result in of_textures.items()} == dict.fromkeys(of_textures, Verdict.FAILED)
    assert "the patches go through the blocks of the backbone" in of_textures["gate_frozen"].message
