"""Letters and shapes that the kit draws."""

from __future__ import annotations

import pytest
import torch

from cnnkit import data

DRAWN = [(data.letters, data.LETTERS), (data.shapes, data.SHAPES)]


@pytest.mark.parametrize(("draw", "classes"), DRAWN)
def test_pictures_are_28_by_28_and_every_class_is_drawn(draw, classes):
    images, labels = draw(10 * len(classes), seed=1)
    assert images.shape == (10 * len(classes), 1, 28, 28)
    assert images.dtype == torch.float32
    assert (images.min(), images.max()) == (0, 1)
    assert labels.bincount().tolist() == [10] * len(classes)


@pytest.mark.parametrize(("draw", "classes"), DRAWN)
def test_a_seed_decides_everything(draw, classes):
    images, labels = draw(300, seed=4)
    again, same = draw(300, seed=4)
    other, shuffled = draw(300, seed=5)
    assert torch.equal(images, again)
    assert torch.equal(labels, same)
    assert not torch.equal(images, other)
    assert not torch.equal(labels, shuffled)


@pytest.mark.parametrize(("draw", "classes"), DRAWN)
def test_every_picture_has_ink_and_no_two_are_the_same(draw, classes):
    images, _ = draw(500, seed=2)
    assert images.sum(dim=(1, 2, 3)).min() > 5
    assert len({image.numpy().tobytes() for image in images}) == 500


@pytest.mark.parametrize(("draw", "classes"), DRAWN)
def test_the_classes_can_be_told_apart(draw, classes):
    """The nearest of 3,000 pictures, which sees neither strokes nor corners, is right far more often than by chance."""
    images, labels = draw(3000, seed=3)
    others, truth = draw(200, seed=7)
    nearest = torch.cdist(others.flatten(1), images.flatten(1)).argmin(dim=1)
    assert (labels[nearest] == truth).double().mean() > 5 / len(classes)


@pytest.mark.parametrize(("draw", "classes"), DRAWN)
def test_no_pictures_at_all_are_refused(draw, classes):
    with pytest.raises(ValueError, match="at least 1"):
        draw(0)


def test_scattered_digits_keep_their_ink_wherever_they_are():
    digits, _ = data.digits()
    kept, pages = digits.clone(), data.scattered(digits, seed=1)
    assert (pages.shape, pages.dtype) == (digits.shape, torch.float32)
    assert 0 <= pages.min() <= pages.max() <= 1
    assert torch.equal(digits, kept)
    dark = [page - torch.nn.functional.avg_pool2d(page, 27, 1, 13, count_include_pad=False) for page in pages]
    rows = torch.stack([page[0].argmax() // 28 for page in dark])
    assert rows.min() < 7 < 20 < rows.max()


def test_a_seed_decides_where_digits_are_scattered():
    digits = data.digits()[0][:40]
    assert torch.equal(data.scattered(digits, 3), data.scattered(digits, 3))
    assert not torch.equal(data.scattered(digits, 3), data.scattered(digits, 4))
