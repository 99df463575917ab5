"""Hidden checks of a5_transfer. The first line of each docstring is what the student reads.

Models, data sets and optimizers stay in the box. The helpers below are run beside them, on tiny networks in float64,
and here on the reference; plain data comes back. Hidden labels never go in.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect, hidden
from cnnkit import data

DEVICE = "cpu"  # here; where the helpers run inside, that of its tensors


def beside(student: Any, *helpers: Callable[..., Any]) -> Any:
    """The helpers inside the box, as `student.env.logits(...)`."""
    student.run("\n\n".join(inspect.getsource(helper) for helper in helpers))
    return student.env


# ================================================================ patch_dataset


def pixels(cases: Any, *shape: int) -> np.ndarray:
    """Random uint8 pixels."""
    return cases.integers(*shape, low=0, high=255).numpy().astype(np.uint8)


def item_of(dataset: Any, index: int) -> Any:
    """By its index."""
    return dataset[index]


def everything_in(dataset: Any) -> list[tuple[Any, Any]]:
    """By a for loop, at most ten items."""
    found = []
    for item in dataset:
        found.append(item)
        if len(found) == 10:
            break
    return found


def items_of_files(dataset_class: Any, arrays: list[Any], kinds: list[str], wanted: list[int], as_path: bool) -> Any:
    """Writes the arrays as PNG files of these kinds, but only those that are asked for, after the data set was made."""
    import contextlib
    import pathlib
    import tempfile

    from PIL import Image

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # so that errors name no random folder
        paths = [pathlib.Path(f"patch {number}.png") for number in range(len(arrays))]
        dataset = dataset_class([one if as_path else str(one) for one in paths], list(range(10, 10 + len(arrays))))
        for number in wanted:
            Image.fromarray(arrays[number]).convert(kinds[number]).save(paths[number])
        return [len(dataset), *[dataset[number] for number in wanted]]


def counting_data(dataset_class: Any, images: list[Any], labels: list[Any]) -> list[Any]:
    """Items under a transform that counts its calls and writes into what it gets; then the counts."""
    calls = []

    def change(x):
        calls.append((str(x.dtype), float(x.max())))
        return x.add_(len(calls))

    dataset = dataset_class(images, labels, transform=change)
    found = [dataset[1], dataset[1], dataset[0], dataset[1]]
    return [*found, len(calls), calls]


def one_batch(dataset_class: Any, images: list[Any], labels: Any) -> Any:
    """What a DataLoader makes of the data set."""
    return [list(batch) for batch in torch.utils.data.DataLoader(dataset_class(images, labels), batch_size=2)]


@check("patch_dataset", weight=2)
def test_dataset_items(student, cases):
    """PatchDataset gives each patch as float32 (3, H, W) from 0 to 1, with its label"""
    images, labels = [pixels(cases, 5, 7, 3), pixels(cases, 6, 4, 3), pixels(cases, 3, 3, 3)], [4, 1, 0]
    dataset, right = student.PatchDataset(images, labels), reference.PatchDataset(images, labels)
    for index in (1, 0, 2):
        expect(dataset[index]).to_match(right[index], rtol=1e-6)


@check("patch_dataset")
def test_dataset_ends(student, cases):
    """PatchDataset knows its length and raises IndexError after the last patch, so that a for loop ends"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    dataset, inside = student.PatchDataset(images, [7, 8, 9]), beside(student, everything_in, item_of)
    expect(len(dataset) == 3).to_hold("len() is the number of patches")
    found = expect(inside.everything_in(dataset)).to_be_a(list)
    expect(len(found) == 3).to_hold("a for loop over three patches sees three")
    expect(dataset[-1]).to_match(reference.PatchDataset(images, [7, 8, 9])[2], rtol=1e-6)
    for index in (3, 4, -4):
        expect(lambda index=index: inside.item_of(dataset, index)).to_raise(IndexError)


@check("patch_dataset", weight=1.5)
def test_dataset_files(student, cases):
    """PatchDataset opens image files, given as text or as Path, and has red first, then green, then blue"""
    inside = beside(student, items_of_files)
    arrays = [pixels(cases, 4, 6, 3), pixels(cases, 3, 5, 3)]
    arrays[0][:, :3] = (255, 0, 0)
    right = reference.PatchDataset(arrays, [10, 11])
    for as_path in (True, False):
        found = inside.items_of_files(student.PatchDataset, arrays, ["RGB", "RGB"], [0, 1], as_path)
        expect(found).to_match([2, right[0], right[1]], rtol=1e-6)


@check("patch_dataset")
def test_dataset_kinds_of_files(student, cases):
    """PatchDataset makes three channels of gray files and of files with transparency"""
    arrays = [pixels(cases, 4, 6), pixels(cases, 3, 5, 4)]
    found = beside(student, items_of_files).items_of_files(student.PatchDataset, arrays, ["L", "RGBA"], [0, 1], True)
    right = reference.PatchDataset([np.stack([arrays[0]] * 3, 2), arrays[1][:, :, :3]], [10, 11])
    expect(found).to_match([2, right[0], right[1]], rtol=1e-6)


@check("patch_dataset")
def test_dataset_is_lazy(student, cases):
    """PatchDataset opens a file when it is asked for that patch, not before, and no other file"""
    arrays = [pixels(cases, 4, 6, 3) for _ in range(4)]
    kinds = ["RGB"] * 4
    found = beside(student, items_of_files).items_of_files(student.PatchDataset, arrays, kinds, [2], True)
    expect(found).to_match([4, reference.PatchDataset(arrays, range(10, 14))[2]], rtol=1e-6)


@check("patch_dataset", weight=1.5)
def test_dataset_transforms(student, cases):
    """PatchDataset gives the image, not the label, to the transform: once each time the patch is asked for, afresh"""
    inside = beside(student, counting_data)
    images = [pixels(cases, 4, 5, 3), pixels(cases, 3, 6, 3)]
    found = inside.counting_data(student.PatchDataset, images, [3, 5])
    expect(found).to_match(counting_data(reference.PatchDataset, images, [3, 5]), rtol=1e-6)


def items_and_images_after(dataset_class: Any, images: list[Any], labels: list[Any]) -> list[Any]:
    """Items whose transform paints them black, and the images afterwards."""
    dataset = dataset_class(images, labels, lambda x: x.zero_())
    first = [dataset[0], dataset[1]]
    return [*first, *images, dataset_class(images, labels)[0]]


@check("patch_dataset")
def test_dataset_leaves_images_alone(student, cases):
    """PatchDataset never changes the images that it was given, whatever the transform does"""
    images = [pixels(cases, 4, 5, 3), pixels(cases, 3, 6, 3)]
    found = beside(student, items_and_images_after).items_and_images_after(student.PatchDataset, images, [3, 5])
    expect(found).to_match(items_and_images_after(reference.PatchDataset, [one.copy() for one in images], [3, 5]))


@check("patch_dataset")
def test_dataset_labels(student, cases):
    """PatchDataset gives labels as plain ints, from a list, a tensor or an array, ready for a DataLoader"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    for labels in (torch.tensor([2, 0, 1]), np.array([0, 3, 1]), [1, 0, 2]):
        dataset = student.on_cpu.PatchDataset(images, labels)
        expect(dataset[1][1]).to_be_a(int)
        expect(dataset[1][1]).to_equal(int(labels[1]))
    found = beside(student, one_batch).one_batch(student.PatchDataset, images, [2, 0, 1])
    expect(found).to_match(one_batch(reference.PatchDataset, images, [2, 0, 1]), rtol=1e-6)


@check("patch_dataset", weight=0.5)
def test_dataset_refuses(student, cases):
    """PatchDataset raises ValueError, already when it is made, when there are more images than labels or fewer"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    for labels in ([1, 0], [1, 0, 1, 0], []):
        expect(lambda labels=labels: student.PatchDataset(images, labels)).to_raise(ValueError)


# ================================================================ transforms


def each_shape(cases: Any) -> list[Tensor]:
    """A patch, a batch, a gray one: no two axes of one length."""
    return [cases.tensor(3, 4, 6), cases.tensor(2, 3, 5, 4), cases.tensor(1, 7, 2)]


@check("transforms")
def test_hflip_values(student, cases):
    """hflip mirrors left and right, of a patch (C, H, W) and of a batch (B, C, H, W)"""
    for x in each_shape(cases):
        expect(student.hflip(x)).to_equal(reference.hflip(x))


@check("transforms")
def test_vflip_values(student, cases):
    """vflip turns upside down, of a patch and of a batch"""
    for x in each_shape(cases):
        expect(student.vflip(x)).to_equal(reference.vflip(x))


@check("transforms", weight=1.5)
def test_rot90_values(student, cases):
    """rot90 turns by k quarters against the clock, for any k: 0, 1, 2, 3, 5, -1; height and width change places"""
    for x in each_shape(cases):
        for k in (1, 2, 3, 0, 5, -1, -6):
            expect(student.rot90(x, k)).to_equal(reference.rot90(x, k))


@check("transforms")
def test_laws_of_symmetry(student, cases):
    """hflip and vflip undo themselves, one after the other they are half a turn; four quarter turns are none"""
    x = cases.tensor(3, 4, 6)
    expect(student.hflip(student.hflip(x))).to_equal(x)
    expect(student.vflip(student.vflip(x))).to_equal(x)
    expect(student.hflip(student.vflip(x))).to_equal(reference.rot90(x, 2))
    turned = x
    for quarter in range(1, 5):
        turned = expect(student.rot90(turned, 1)).to_equal(reference.rot90(x, quarter))


@check("transforms", weight=0.5)
def test_pixels_stay(student, cases):
    """hflip, vflip, rot90 and center_crop keep the dtype, also uint8, and leave x alone, whatever its memory layout"""
    for x in (cases.integers(3, 5, 4, low=0, high=255, dtype=torch.uint8), cases.tensor(3, 5, 4, dtype=torch.float32)):
        for name, more in (("hflip", ()), ("vflip", ()), ("rot90", (1,)), ("center_crop", (3,))):
            right = getattr(reference, name)(x, *more)
            expect(lambda name=name, x=x, more=more: getattr(student, name)(x, *more)).to_leave_inputs_alone()
            expect(getattr(student, name)(x, *more)).to_equal(right)
            expect(getattr(student.on_views, name)(x, *more)).to_equal(right)


@check("transforms", weight=1.5)
def test_crop_values(student, cases):
    """center_crop takes the middle: rows and columns 24 to 72 of 96 for a size of 49, of a patch and of a batch"""
    x = cases.tensor(2, 96, 96)
    expect(student.center_crop(x, 49)).to_equal(x[:, 24:73, 24:73])
    for shape, size in (((3, 8, 6), 4), ((2, 3, 6, 10), 2), ((1, 5, 9), 5), ((2, 4, 4), 4)):
        y = cases.tensor(*shape)
        expect(student.center_crop(y, size)).to_equal(reference.center_crop(y, size))


@check("transforms")
def test_crop_odd(student, cases):
    """center_crop rounds half a pixel as the docstring says, to the even neighbour: 7 to 4 starts at 2, 9 to 4 too"""
    for shape, size in (
        ((2, 7, 7), 4),
        ((2, 9, 9), 4),
        ((1, 5, 6), 4),
        ((3, 8, 7), 5),
        ((1, 11, 7), 4),
        ((1, 10, 9), 3),
    ):
        x = cases.tensor(*shape)
        expect(student.center_crop(x, size)).to_equal(reference.center_crop(x, size))


@check("transforms", weight=0.5)
def test_crop_refuses(student, cases):
    """center_crop raises ValueError when the patch is too small, be it only in height or only in width"""
    for shape, size in (((3, 4, 6), 5), ((3, 9, 3), 4), ((2, 3, 3, 3), 4)):
        x = cases.tensor(*shape)
        expect(lambda x=x, size=size: student.center_crop(x, size)).to_raise(ValueError)


def outcomes(augment: Any, x: Tensor, count: int, seed: int) -> list[int]:
    """Which of the eight symmetries each call gave: quarter turns 0 to 3, of the mirrored patch 4 to 7; else -1."""
    rng = torch.Generator().manual_seed(seed)
    wanted = [torch.rot90(one, k, (-2, -1)) for one in (x, x.flip(-1)) for k in range(4)]
    found = []
    for _ in range(count):
        y = augment(x, generator=rng)
        same = [place for place, one in enumerate(wanted) if one.shape == y.shape and torch.equal(one, y)]
        found.append(same[0] if same else -1)
    return found


NOTHING, HALF_TURN, MIRRORED, UPSIDE_DOWN = 0, 2, 4, 6  # codes of `outcomes`


def expect_shares(student: Any, cases: Any, settings: dict[str, Any], wanted: dict[int, float], count: int) -> None:
    """Each symmetry as often as it should be, within 4.5 standard deviations."""
    augment = student.RandomAugment(**settings)
    found = beside(student, outcomes).outcomes(augment, cases.tensor(2, 4, 4), count, cases.seed)
    codes = expect(found).to_be_a(list, length=count)
    strange = [code for code in codes if code not in wanted]
    told = ", ".join(f"{name}={value}" for name, value in settings.items())
    expect(not strange).to_hold(f"RandomAugment({told}) gives nothing but the mirrored and turned patches it should")
    for code, share in wanted.items():
        far = 4.5 * (share * (1 - share) / count) ** 0.5
        right = abs(codes.count(code) / count - share) <= far
        expect(right).to_hold(f"of {count} calls of RandomAugment({told}), each outcome comes as often as it should")


@check("transforms", weight=1.5)
def test_augment_certain(student, cases):
    """RandomAugment with probabilities 0 and 1 does exactly what they say, without rotation and without a crop"""
    x = cases.tensor(3, 5, 7)
    for p_h, p_v in ((1, 0), (0, 1), (1, 1), (0, 0)):
        right = reference.hflip(x) if p_h else x
        right = reference.vflip(right) if p_v else right
        augment = student.RandomAugment(p_h=p_h, p_v=p_v, rot=False)
        expect(augment(x)).to_equal(right)
        expect(lambda augment=augment: augment(x)).to_leave_inputs_alone()


@check("transforms", weight=2)
def test_augment_shares(student, cases):
    """RandomAugment draws the two flips independently, each with its own probability, anew in each call"""
    shares = {NOTHING: 0.7 * 0.2, MIRRORED: 0.3 * 0.2, UPSIDE_DOWN: 0.7 * 0.8, HALF_TURN: 0.3 * 0.8}
    expect_shares(student, cases, {"p_h": 0.3, "p_v": 0.8, "rot": False}, shares, 1000)


@check("transforms", weight=1.5)
def test_augment_turns(student, cases):
    """RandomAugment with rot turns by 0, 1, 2 or 3 quarters, all four equally often"""
    expect_shares(student, cases, {"p_h": 0, "p_v": 0, "rot": True}, dict.fromkeys(range(4), 0.25), 600)


@check("transforms")
def test_augment_defaults(student, cases):
    """RandomAugment() gives each of the eight ways to lay a patch equally often"""
    expect_shares(student, cases, {}, dict.fromkeys(range(8), 0.125), 800)


def crops_of(augment: Any, x: Tensor, count: int, seed: int) -> list[Any]:
    """Each different result once."""
    rng = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(count):
        y = augment(x, generator=rng)
        if not any(one.shape == y.shape and torch.equal(one, y) for one in found):
            found.append(y)
    return found


@check("transforms", weight=1.5)
def test_augment_crops_last(student, cases):
    """RandomAugment with crop cuts the middle out of the flipped and turned patch, as its last step"""
    x = cases.tensor(2, 7, 7)
    right = [reference.center_crop(torch.rot90(one, k, (1, 2)), 4) for one in (x, x.flip(2)) for k in range(4)]
    found = beside(student, crops_of).crops_of(student.RandomAugment(crop=4), x, 60, cases.seed)
    for one in expect(found).to_be_a(list):
        expect(one).to_have_shape(2, 4, 4)
        expect(any(torch.equal(one, y) for y in right)).to_hold(
            "the crop is the middle of the flipped and turned patch"
        )
    wide = student.RandomAugment(0, 0, rot=False, crop=3)(cases.tensor(3, 4, 8))
    expect(wide).to_have_shape(3, 3, 3)


def runs_with_generators(augment: Any, x: Tensor) -> dict[str, Any]:
    """Twice with the same seed, once with another; whether torch's own generator was touched; and then that one."""
    before = torch.random.get_rng_state()
    runs = []
    for seed in (1, 1, 2):
        rng = torch.Generator().manual_seed(seed)
        runs.append(torch.stack([augment(x, generator=rng) for _ in range(12)]))
    untouched = torch.equal(before, torch.random.get_rng_state())
    own = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        own.append(torch.stack([augment(x) for _ in range(12)]))
    return {
        "same seed, same patches": torch.equal(runs[0], runs[1]),
        "another seed, other patches": not torch.equal(runs[0], runs[2]),
        "with a generator, torch's own random numbers are not used": untouched,
        "without a generator, torch.manual_seed decides": torch.equal(own[0], own[1]),
        "without a generator, the patches change from call to call": not torch.equal(own[0], own[2]),
    }


@check("transforms")
def test_augment_generators(student, cases):
    """RandomAugment draws from the generator that it is given, and from torch's own when there is none"""
    inside = beside(student, runs_with_generators)
    found = expect(inside.runs_with_generators(student.RandomAugment(), cases.tensor(1, 4, 4))).to_be_a(dict, length=5)
    for claim, holds in found.items():
        expect(holds is True).to_hold(claim)


# ================================================================ tta


def sharp_model(classes: int = 4) -> nn.Module:
    """float64, not linear, not symmetric, with dropout and batch norm, in train mode but for one part."""
    layers = [
        nn.Conv2d(2, 3, (2, 3)),
        nn.BatchNorm2d(3),
        nn.Tanh(),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(36, classes),
    ]
    model = nn.Sequential(nn.Sequential(*layers[:2]), *layers[2:]).double()
    model(torch.zeros(2, 2, 4, 6, dtype=torch.float64))
    with torch.no_grad():
        for place, one in enumerate([*model.parameters(), *model.buffers()]):
            if one.is_floating_point():
                waves = torch.sin(torch.arange(one.numel(), dtype=torch.float64) * (1.3 + place) + place)
                one.copy_(waves.reshape(one.shape) * 1.5)
        model[0][1].running_var.fill_(0.7)
    model.train()
    model[0][1].eval()
    torch.manual_seed(7)  # what dropout drops is then the same in every replay
    return model.to(DEVICE)


def several_transforms(names: str) -> list[Any]:
    """Functions on a batch, by letter: as it is, left-right, upside down, half a turn, darker."""
    known = {
        "=": lambda x: x,
        "h": lambda x: x.flip(-1),
        "v": lambda x: x.flip(-2),
        "t": lambda x: x.flip((-2, -1)),
        "d": lambda x: x * 0.3 - 0.1,
    }
    return [known[name] for name in names]


def predicted(tta_predict: Any, x: Tensor, names: str) -> Any:
    """Of the sharp model."""
    return tta_predict(sharp_model(), x, several_transforms(names))


@check("tta", weight=2)
def test_tta_values(student, cases):
    """tta_predict is the mean of the class probabilities over the transforms, not of the logits or of the images"""
    inside = beside(student, sharp_model, several_transforms, predicted)
    for names, batch in (("=h", 3), ("hvtd", 2), ("=hd", 5)):
        x = cases.images(batch, 2, 4, 6)
        expect(inside.predicted(student.tta_predict, x, names)).to_match(predicted(reference.tta_predict, x, names))


@check("tta")
def test_tta_one_transform(student, cases):
    """tta_predict with a single transform gives the softmax of the logits of that batch; each row adds up to 1"""
    inside, x = beside(student, sharp_model, several_transforms, predicted), cases.images(3, 2, 4, 6)
    for name in "=v":
        found = inside.predicted(student.tta_predict, x, name)
        expect(found).to_match(predicted(reference.tta_predict, x, name))


@check("tta")
def test_tta_one_patch(student, cases):
    """tta_predict keeps the batch axis for a single patch, and leaves the batch as it was"""
    inside, x = beside(student, sharp_model, several_transforms, predicted), cases.images(1, 2, 4, 6)
    expect(inside.predicted(student.tta_predict, x, "=ht")).to_match(predicted(reference.tta_predict, x, "=ht"))
    expect(lambda: inside.predicted(student.tta_predict, x, "=ht")).to_leave_inputs_alone()


def around_a_prediction(tta_predict: Any, x: Tensor) -> dict[str, Any]:
    """Modes and statistics before and after, two predictions, whether gradients hang on them."""
    model = sharp_model()
    numbers = [one.clone() for one in model.buffers()]
    first, second = (tta_predict(model, x, several_transforms("=h")) for _ in range(2))
    after = [module.training for module in model.modules()]
    model.eval()
    model[3].train()
    tta_predict(model, x, several_transforms("v"))
    resting = [module.training for module in model.modules()]
    return {
        "repeat": torch.equal(first, second),
        "modes": after,
        "resting": resting,
        "statistics": all(torch.equal(a, b) for a, b in zip(numbers, model.buffers(), strict=True)),
        "gradients": first.requires_grad or any(one.grad is not None for one in model.parameters()),
        "usable": not first.is_inference(),
        "on": torch.is_grad_enabled() and all(one.requires_grad for one in model.parameters()),
    }


@check("tta")
def test_tta_eval_mode(student, cases):
    """tta_predict predicts in eval mode: the same answer twice, and no running statistics change"""
    inside = beside(student, sharp_model, several_transforms, around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    expect(found["repeat"]).to_hold("two predictions of the same batch are the same, in spite of dropout")
    expect(found["statistics"]).to_hold("predicting does not change the running statistics of batch norm")


@check("tta")
def test_tta_restores_modes(student, cases):
    """tta_predict puts every module back into the mode it was in, each its own"""
    inside = beside(student, sharp_model, several_transforms, around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    right = around_a_prediction(reference.tta_predict, cases.images(3, 2, 4, 6))
    expect(found["modes"] == right["modes"]).to_hold(
        "of a model in train mode with one part in eval mode, each module is as before"
    )
    expect(found["resting"] == right["resting"]).to_hold(
        "of a model in eval mode with one part in train mode, each module is as before"
    )


@check("tta")
def test_tta_without_gradients(student, cases):
    """tta_predict gives plain numbers, without a gradient, and leaves gradients switched on for others"""
    inside = beside(student, sharp_model, several_transforms, around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    expect(not found["gradients"]).to_hold("no gradient hangs on the probabilities")
    expect(found["usable"]).to_hold("the result can be used in a later computation with gradients (torch.no_grad)")
    expect(found["on"]).to_hold("afterwards gradients are on, and no parameter is frozen")


def modes_after_an_error(tta_predict: Any, x: Tensor) -> tuple[str, list[bool], list[bool]]:
    """With a transform that stops."""
    model = sharp_model()
    modes = [module.training for module in model.modules()]

    def stops(_):
        raise RuntimeError("this transform cannot do it")

    try:
        tta_predict(model, x, [lambda x: x, stops])
        error = "no error"
    except NotImplementedError:
        raise
    except RuntimeError as raised:
        error = str(raised)
    return error, modes, [module.training for module in model.modules()]


@check("tta", weight=0.5)
def test_tta_after_an_error(student, cases):
    """tta_predict restores the modes also when a transform stops with an error, and lets the error pass"""
    inside = beside(student, sharp_model, modes_after_an_error)
    answer = inside.modes_after_an_error(student.tta_predict, cases.images(2, 2, 4, 6))
    error, before, after = expect(answer).to_be_a(tuple, length=3)
    expect(error == "this transform cannot do it").to_hold("the error of a transform reaches the caller")
    expect(before == after).to_hold("each module is in its old mode after an error (try … finally)")


def refuses_no_transform(tta_predict: Any, x: Tensor) -> Any:
    """An empty list of transforms."""
    return tta_predict(sharp_model(), x, [])


@check("tta", weight=0.5)
def test_tta_refuses(student, cases):
    """tta_predict raises ValueError when there is no transform at all"""
    inside = beside(student, sharp_model, refuses_no_transform)
    expect(lambda: inside.refuses_no_transform(student.tta_predict, cases.images(2, 2, 4, 6))).to_raise(ValueError)


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
        for one in model.double().parameters():
            shape = tuple(one.shape)
            seen[shape] = seen.get(shape, 0) + 1
            numbers = torch.sin(torch.arange(one.numel(), dtype=torch.float64) * 1.7 + seen[shape] * 2.3 + len(shape))
            one.copy_(numbers.reshape(shape) * (2.0 / max(1, one[0].numel()) ** 0.5 if len(shape) > 1 else 0.8))
    return model


def layers_of_the_head(model: nn.Module) -> list[str]:
    """As they are printed."""
    return [str(layer) for layer in model[1].modules() if not list(layer.children())]


def resnet18_without_numbers() -> nn.Module:
    """torchvision's ResNet-18 with whatever is in the memory for weights: nobody has to draw 11 million numbers."""
    import torchvision

    with torch.device("meta"):
        old = torchvision.models.resnet18(weights=None)
    return old.to_empty(device="cpu").eval()


def size_of(model: nn.Module) -> int:
    """Parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def feature_shapes(model: nn.Module, sizes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Of model[0]."""
    with torch.no_grad():
        return [tuple(model[0](torch.zeros(size, device=DEVICE)).shape) for size in sizes]


def new_logits(model: nn.Module, x: Tensor) -> Tensor:
    """In eval mode, with known numbers."""
    with torch.no_grad():
        return known_numbers(model).eval()(x)


@check("transfer_model", weight=2)
def test_head_layers(student):
    """build_transfer_model puts the nine layers of the table into model[1], in that order and with these sizes"""
    inside = beside(student, known_numbers, old_network, layers_of_the_head)
    for settings in ((6, 2), (6, 5, 7, 0.25), (6, 3, 12, 0.0)):
        found = inside.layers_of_the_head(student.build_transfer_model(inside.old_network(), *settings))
        right = layers_of_the_head(reference.build_transfer_model(old_network(), *settings))
        told = expect(found).to_be_a(list)
        expect(len(told) == len(right)).to_hold(f"the head has {len(right)} layers")
        for place, (yours, wanted) in enumerate(zip(told, right, strict=True)):
            expect(yours == wanted).to_hold(f"layer {place} of the head is {wanted}")


@check("transfer_model")
def test_resnet_sizes(student):
    """build_transfer_model on ResNet-18: 11,176,512 parameters borrowed, 133,378 new, maps of 2 × 2"""
    inside = beside(student, resnet18_without_numbers, size_of, feature_shapes)
    old = inside.resnet18_without_numbers()
    expect(inside.size_of(old)).to_equal(11_689_512)
    model = student.build_transfer_model(old, 512, 2)
    expect(inside.size_of(model[0])).to_equal(11_176_512)
    expect(inside.size_of(model[1])).to_equal(133_378)
    sizes = [(2, 3, 49, 49), (1, 3, 64, 96)]
    expect(inside.feature_shapes(model, sizes)).to_equal([(2, 512, 2, 2), (1, 512, 2, 3)])


@check("transfer_model", weight=2)
def test_transfer_values(student, cases):
    """build_transfer_model gives the logits of head(features(x)), for images of any size"""
    inside = beside(student, known_numbers, old_network, new_logits)
    for shape in ((3, 3, 12, 12), (2, 3, 9, 17), (1, 3, 21, 8)):
        x = cases.images(*shape)
        found = inside.new_logits(student.build_transfer_model(inside.old_network(), 6, 4, 5), x)
        expect(found).to_match(new_logits(reference.build_transfer_model(old_network(), 6, 4, 5), x))


def borrowed(build_transfer_model: Any) -> dict[str, Any]:
    """What of the old network is in the new one, and what became of the old one."""
    old = old_network()
    old.bn1.train()
    old.conv1.requires_grad_(False)
    x = torch.linspace(-1, 1, 2 * 3 * 9 * 10, dtype=torch.float64).reshape(2, 3, 9, 10)
    before = {name: value.clone() for name, value in old.state_dict().items()}
    mine = [one for name, one in old.named_parameters() if not name.startswith("fc.")]
    frozen = [one.requires_grad for one in old.parameters()]
    modes = [module.training for module in old.modules()]
    model = build_transfer_model(old, 6, 3, hidden=5)
    again = build_transfer_model(old, 6, 3, hidden=5)
    after = [module.training for module in old.modules()]
    new = list(model[0].parameters())
    heads = [list(one[1].parameters()) for one in (model, again)]
    old.eval()
    return {
        "kinds": [type(model).__name__, len(model)],
        "same": len(new) == len(mine) and all(a is b for a, b in zip(new, mine, strict=True)),
        "values": all(torch.equal(value, before[name]) for name, value in old.state_dict().items()),
        "modes": after == modes,
        "frozen": [one.requires_grad for one in old.parameters()] == frozen,
        "names": [name for name, _ in old.named_children()],
        "works": tuple(old(x).shape),
        "own heads": not any(a is b for a, b in zip(*heads, strict=True)) and not torch.equal(heads[0][2], heads[1][2]),
    }


@check("transfer_model", weight=1.5)
def test_borrows_the_weights(student):
    """build_transfer_model puts the very same weights of the backbone into model[0]: no copies, nothing drawn anew"""
    inside = beside(student, known_numbers, old_network, borrowed)
    found = expect(inside.borrowed(student.build_transfer_model)).to_be_a(dict, length=8)
    expect(found["kinds"] == ["Sequential", 2]).to_hold("the result is nn.Sequential(features, head)")
    expect(found["same"]).to_hold(
        "the parameters of model[0] are those of the backbone, the same objects, without those of its last layer fc"
    )
    expect(found["values"]).to_hold("weights and statistics of the backbone have their old values")


@check("transfer_model")
def test_leaves_the_backbone_whole(student):
    """build_transfer_model leaves the backbone whole: its own last layer, its modes, what is frozen in it"""
    inside = beside(student, known_numbers, old_network, borrowed)
    found = expect(inside.borrowed(student.build_transfer_model)).to_be_a(dict, length=8)
    names = ["conv1", "bn1", "relu", "maxpool", "layer1", "avgpool", "fc"]
    expect(found["names"] == names).to_hold("the backbone has all its children afterwards")
    expect(found["works"] == (2, 9)).to_hold("the backbone still gives its own 9 logits")
    expect(found["modes"]).to_hold("each part of the backbone is in its old mode, train or eval")
    expect(found["frozen"]).to_hold("what was frozen in the backbone is frozen, the rest is not")


@check("transfer_model", weight=0.5)
def test_own_heads(student):
    """build_transfer_model gives each model a head of its own"""
    inside = beside(student, known_numbers, old_network, borrowed)
    found = expect(inside.borrowed(student.build_transfer_model)).to_be_a(dict, length=8)
    expect(found["own heads"]).to_hold("two models on one backbone have heads that start from different numbers")


def new_logits_twice_the_last_layer(model: nn.Module, x: Tensor) -> list[Tensor]:
    """Before and after the weights of the last dense layer were doubled."""
    with torch.no_grad():
        first = known_numbers(model).eval()(x)
        for one in model[1][-1].parameters():
            one.mul_(2)
        return [first, model(x)]


@check("transfer_model")
def test_transfer_logits(student, cases):
    """build_transfer_model ends with logits: nothing comes after the last dense layer"""
    inside = beside(student, known_numbers, old_network, new_logits_twice_the_last_layer)
    model = student.build_transfer_model(inside.old_network(), 6, 4)
    found = inside.new_logits_twice_the_last_layer(model, cases.images(5, 3, 10, 11))
    first, second = expect(found).to_be_a(list, length=2)
    expect(first).to_have_shape(5, 4)
    expect(second).to_have_shape(5, 4)
    expect(bool((first < 0).any())).to_hold("some logits are negative")
    close = bool((second - 2 * first).abs().max() <= 1e-9 * float(first.abs().max()))
    expect(close).to_hold("twice the weights of the last layer give twice the logits (no softmax)")


def gradients_of_a_new_model(model: nn.Module, x: Tensor) -> list[str]:
    """Names of the parameters without one, in train mode."""
    model = known_numbers(model).train()
    F.cross_entropy(model(x), torch.arange(len(x), device=x.device) % 2).backward()
    return [name for name, one in model.named_parameters() if one.grad is None or not one.grad.any()]


@check("transfer_model", weight=0.5)
def test_transfer_trains(student, cases):
    """build_transfer_model gives a model in which every parameter, old and new, gets a gradient"""
    inside = beside(student, known_numbers, old_network, gradients_of_a_new_model)
    model = student.build_transfer_model(inside.old_network(), 6, 2, 8, 0.0)
    without = expect(inside.gradients_of_a_new_model(model, cases.images(6, 3, 10, 11))).to_be_a(list)
    # what comes straight before a batch norm needs no bias: its gradient is 0 but for rounding
    expect(not [name for name in without if name.endswith("weight")]).to_hold("every weight gets a gradient")


def expect_letters(found: Any, right: str, claim: str) -> None:
    """The letters of the right statements, in any order."""
    letters = expect(found).to_be_a(str)
    expect(bool(letters) and set(letters) <= set("abcd")).to_hold("the answer is made of the letters a, b, c and d")
    expect(sorted(set(letters)) == sorted(right)).to_hold(claim)


@check("transfer_model")
def test_answer_about_batch_norm(student):
    """no_batch_norm names the statements about the head without batch norm that are right, and no others"""
    expect_letters(student.no_batch_norm(), reference.no_batch_norm(), "all right statements are named, and no others")


# ================================================================ freeze


def two_part_model() -> nn.Module:
    """Features with batch norm and dropout, and a head with both; float64, known numbers."""
    inner = nn.Sequential(nn.Conv2d(4, 5, 2), nn.BatchNorm2d(5), nn.Dropout(0.4))
    features = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Tanh(), inner)
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 3))
    torch.manual_seed(9)  # what dropout drops is then the same in every replay
    return known_numbers(nn.Sequential(features, head)).to(DEVICE)


def some_steps(model: nn.Module, optimizer: Any, count: int = 6) -> None:
    """Of training, on the same batch."""
    torch.manual_seed(5)
    x = torch.sin(torch.arange(6 * 2 * 6 * 5, dtype=torch.float64)).reshape(6, 2, 6, 5).to(DEVICE) + 0.5
    for _ in range(count):
        model.train()
        optimizer.zero_grad()
        F.cross_entropy(model(x), torch.arange(6, device=x.device) % 3).backward()
        optimizer.step()


def moved(before: dict[str, Tensor], module: nn.Module) -> list[str]:
    """Names of weights and statistics that have changed."""
    return [name for name, value in module.state_dict().items() if not torch.equal(value, before[name])]


def copied(module: nn.Module) -> dict[str, Tensor]:
    """Its numbers."""
    return {name: value.clone() for name, value in module.state_dict().items()}


def training_while_frozen(freeze: Any, bn_eval: bool) -> dict[str, list[str]]:
    """What moves in both parts while all parameters are in an AdamW with a large weight decay."""
    model = two_part_model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1)
    freeze(model[0], **({} if bn_eval else {"bn_eval": False}))
    old, new = copied(model[0]), copied(model[1])
    some_steps(model, optimizer)
    return {"features": moved(old, model[0]), "head": moved(new, model[1])}


def answers_about_names(trainable: Any) -> list[Any]:
    """Of models with this and that frozen by hand."""
    model = two_part_model()
    found = [trainable(model)]
    model[0].requires_grad_(False)
    found.append(trainable(model))
    model[0][0].weight.requires_grad_(True)
    model[1][4].bias.requires_grad_(False)
    found.append(trainable(model))
    return [*found, trainable(model.requires_grad_(False)), trainable(nn.ReLU())]


@check("freeze")
def test_trainable_names(student):
    """trainable lists the names of the parameters that are trained, in the order of the model"""
    inside = beside(student, known_numbers, two_part_model, answers_about_names)
    found = inside.answers_about_names(student.trainable)
    expect(found).to_equal(answers_about_names(reference.trainable))


def names_after(freeze: Any, unfreeze: Any) -> list[Any]:
    """Of the parameters that are trained: at first, frozen, and unfrozen again; whether they are the same objects."""
    model = two_part_model()
    before = list(model.parameters())
    found = []
    for change in (lambda _: None, freeze, unfreeze):
        change(model[0])
        found.append([name for name, one in model.named_parameters() if one.requires_grad])
    return [*found, [a is b for a, b in zip(before, model.parameters(), strict=True)] == [True] * len(before)]


@check("freeze")
def test_freeze_names(student):
    """freeze switches the gradients of one part off, unfreeze switches them on, and the rest is left alone"""
    inside = beside(student, known_numbers, two_part_model, names_after)
    found = expect(inside.names_after(student.freeze, student.unfreeze)).to_be_a(list, length=4)
    right = names_after(reference.freeze, reference.unfreeze)
    expect(found[0] == right[0]).to_hold("at first every parameter is trained")
    expect(found[1] == right[1]).to_hold("after freeze(model[0]) exactly the parameters of model[1] are trained")
    expect(found[2] == right[2]).to_hold("after unfreeze(model[0]) every parameter is trained again")
    expect(found[3] is True).to_hold("the parameters are still the same objects, so an optimizer finds them")


@check("freeze", weight=1.5)
def test_frozen_weights_stay(student):
    """freeze holds the weights through six steps, even in an AdamW with weight decay, while the head learns"""
    inside = beside(student, known_numbers, two_part_model, some_steps, moved, copied, training_while_frozen)
    for bn_eval in (True, False):
        found = expect(inside.training_while_frozen(student.freeze, bn_eval)).to_be_a(dict, length=2)
        still = [name for name in found["features"] if "running" not in name and "num_batches" not in name]
        expect(still == []).to_hold("no weight of the frozen part has moved")
        expect(found["head"][-2:] == ["4.weight", "4.bias"]).to_hold("the weights of the head have moved")


@check("freeze", weight=2)
def test_frozen_statistics_stay(student):
    """freeze holds the running statistics of batch norm as well, although model.train() is called in each step"""
    inside = beside(student, known_numbers, two_part_model, some_steps, moved, copied, training_while_frozen)
    found = expect(inside.training_while_frozen(student.freeze, True)).to_be_a(dict, length=2)
    expect(found["features"] == []).to_hold("no running mean, running variance or batch counter has moved")
    expect("2.running_mean" in found["head"]).to_hold("the batch norm of the head is not frozen: its statistics move")


@check("freeze", weight=0.5)
def test_freeze_without_bn_eval(student):
    """freeze(module, bn_eval=False) holds the weights only: the statistics go on moving"""
    inside = beside(student, known_numbers, two_part_model, some_steps, moved, copied, training_while_frozen)
    found = expect(inside.training_while_frozen(student.freeze, False)).to_be_a(dict, length=2)
    right = training_while_frozen(reference.freeze, False)
    expect(found["features"] == right["features"]).to_hold("with bn_eval=False the running statistics move, as ever")


def leftover_gradients(freeze: Any) -> list[Any]:
    """What moves when an optimizer steps after the freezing, with gradients that were there before; which are left."""
    model = two_part_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    some_steps(model, optimizer, 2)
    freeze(model[0])
    left = [float(one.grad.abs().max()) for one in model[0].parameters() if one.grad is not None]
    old = copied(model[0])
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return [moved(old, model[0]), left]


@check("freeze")
def test_freeze_drops_gradients(student):
    """freeze drops gradients that are there already: an optimizer that still holds the weights does not move them"""
    inside = beside(student, known_numbers, two_part_model, some_steps, moved, copied, leftover_gradients)
    found, left = expect(inside.leftover_gradients(student.freeze)).to_be_a(list, length=2)
    expect(found == []).to_hold("optimizer.step() right after freeze moves nothing in the frozen part")
    expect(left == []).to_hold("after freeze, the gradients of the frozen parameters are None")


def modes_while_frozen(freeze: Any, x: Tensor) -> dict[str, Any]:
    """Outputs and modes of both parts, when train() and eval() are called on the model."""
    model = two_part_model()
    model.train()
    freeze(model[0])
    first = model[0](x)
    at_once = [module.training for module in model[0].modules()]
    result = model.train()
    with torch.no_grad():
        second, third = model[0](x), model[0](x)
    flags = [[module.training for module in part.modules()] for part in model]
    model.eval()
    return {
        "at once": not any(at_once),
        "chain": result is model,
        "frozen": not any(flags[0]),
        "head": all(flags[1]),
        "first": first.detach(),
        "same": torch.equal(second, third) and torch.equal(first.detach(), second),
        "eval": not any(module.training for module in model.modules()),
    }


@check("freeze", weight=1.5)
def test_frozen_part_in_eval_mode(student, cases):
    """freeze puts the whole part into eval mode, dropout too, and keeps it there; the head hears train()"""
    inside, x = beside(student, known_numbers, two_part_model, modes_while_frozen), cases.images(3, 2, 6, 5)
    found = expect(inside.modes_while_frozen(student.freeze, x)).to_be_a(dict, length=7)
    expect(found["at once"]).to_hold("right after freeze, every module of the part is in eval mode")
    expect(found["frozen"]).to_hold("after model.train(), every module of the frozen part is still in eval mode")
    expect(found["head"]).to_hold("after model.train(), every module of the head is in train mode")
    expect(found["same"]).to_hold("the frozen part gives the same for the same input, in spite of dropout")
    expect(found["first"]).to_match(modes_while_frozen(reference.freeze, x)["first"])
    expect(found["chain"]).to_hold("model.train() still gives the model back")
    expect(found["eval"]).to_hold("model.eval() puts everything into eval mode")


def slopes_through(freeze: Any, x: Tensor) -> Tensor:
    """Of the first logit, with respect to the input, through the frozen part."""
    model = two_part_model().eval()
    freeze(model[0])
    x = x.clone().requires_grad_()
    logit = model(x)[:, 0].sum()
    return torch.autograd.grad(logit, x, allow_unused=True)[0] if logit.requires_grad else torch.zeros(())


@check("freeze")
def test_gradients_pass_through(student, cases):
    """freeze lets gradients pass through the part to its input, as a saliency map needs them"""
    inside, x = beside(student, known_numbers, two_part_model, slopes_through), cases.images(2, 2, 6, 5)
    expect(inside.slopes_through(student.freeze, x)).to_match(slopes_through(reference.freeze, x))


def life_after(freeze: Any, unfreeze: Any, times: int) -> dict[str, Any]:
    """Frozen so many times, unfrozen once, trained: what moves, and the modes."""
    model = two_part_model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    for _ in range(times):
        freeze(model[0])
    model.eval()
    unfreeze(model[0])
    old = copied(model[0])
    some_steps(model, optimizer, 2)
    x = torch.ones(2, 2, 6, 5, dtype=torch.float64, device=DEVICE)
    model.train()
    modes = [module.training for module in model.modules()]
    noisy = not torch.equal(model[0](x), model[0](x))
    calm = not any(module.training for module in model.eval().modules())
    return {"moved": moved(old, model[0]), "train": all(modes), "noisy": noisy, "eval": calm, "keys": list(old)}


@check("freeze", weight=1.5)
def test_unfreeze_restores(student):
    """unfreeze brings everything back: weights and statistics move, dropout drops, train() and eval() are heard"""
    inside = beside(student, known_numbers, two_part_model, some_steps, moved, copied, life_after)
    for times in (1, 2, 0):
        found = expect(inside.life_after(student.freeze, student.unfreeze, times)).to_be_a(dict, length=5)
        frozen = f"after {times} times freeze and one unfreeze"
        expect(found["moved"] == found["keys"]).to_hold(f"{frozen}, training moves all weights and all statistics")
        expect(found["train"]).to_hold(f"{frozen}, model.train() puts every module into train mode")
        expect(found["noisy"]).to_hold(f"{frozen}, dropout drops again")
        expect(found["eval"]).to_hold(f"{frozen}, model.eval() puts every module into eval mode")
        expect(found["keys"] == list(two_part_model()[0].state_dict())).to_hold("the names in state_dict() stay")


@check("freeze")
def test_answer_about_statistics(student):
    """frozen_statistics names the statements about half-frozen batch norm that are right, and no others"""
    right = reference.frozen_statistics()
    expect_letters(student.frozen_statistics(), right, "all right statements are named, and no others")


# ================================================================ two_stage


def trained_model() -> nn.Module:
    """A backbone with batch norm and a head, float64, without dropout."""
    backbone = nn.Sequential(nn.Conv2d(2, 3, 3, stride=2, bias=False), nn.BatchNorm2d(3), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(3), nn.Linear(3, 4))
    return known_numbers(nn.Sequential(backbone, head))


def groups_of(param_groups: Any, frozen: str) -> list[Any]:
    """Names and learning rate of each group; `frozen` is the beginning of the names that are frozen."""
    model = trained_model()
    names = {id(one): name for name, one in model.named_parameters()}
    for name, one in model.named_parameters():
        one.requires_grad_(not (frozen and name.startswith(frozen)))
    found = param_groups(model, 0.5, 0.02)
    return [[sorted(names.get(id(one), "stranger") for one in group["params"]), group["lr"]] for group in found]


@check("two_stage", weight=1.5)
def test_groups(student):
    """param_groups gives a group for the backbone and one for the head, each with its learning rate"""
    inside = beside(student, known_numbers, trained_model, groups_of)
    expect(inside.groups_of(student.param_groups, "")).to_match(groups_of(reference.param_groups, ""))


@check("two_stage")
def test_groups_without_frozen(student):
    """param_groups leaves frozen parameters out, and a group that would be empty"""
    inside = beside(student, known_numbers, trained_model, groups_of)
    for frozen in ("0.0", "0.", "1.3.bias", "1.", ""):
        expect(inside.groups_of(student.param_groups, frozen)).to_match(groups_of(reference.param_groups, frozen))


def some_batches(sizes: list[int], start: int) -> list[Any]:
    """Of images (n, 2, 5, 7) with labels 0 to 3."""
    batches = []
    for number, size in enumerate(sizes):
        waves = torch.sin(torch.arange(size * 70, dtype=torch.float64) * 0.9 + start + number)
        batches.append([waves.reshape(size, 2, 5, 7), (torch.arange(size) + number) % 4])
    return batches


def watched(two_stage: Any, epochs: tuple[int, int], lr: float) -> dict[str, Any]:
    """Both stages on a small model, with all that its optimizers did, told by hooks on whichever they are."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    model = trained_model()
    names = {id(one): name for name, one in model.named_parameters()}
    train, valid = some_batches([5, 4, 6], 0), some_batches([5, 2], 40)
    steps, seen, passes = [], [], []

    def before_step(optimizer, _args, _more):
        fresh = not any(optimizer is one for one in seen)
        if fresh:
            seen.append(optimizer)
        held = [sorted(names.get(id(one), "stranger") for one in group["params"]) for group in optimizer.param_groups]
        rates = {name: group["lr"] for group, those in zip(optimizer.param_groups, held, strict=True) for name in those}
        steps.append(
            {
                "kind": type(optimizer).__name__,
                "number": len(seen),
                "state": bool(optimizer.state) and fresh,
                "held": sorted(rates),
                "backbone": rates.get("0.0.weight", 0.0),
                "head": rates.get("1.3.weight", 0.0),
                "decay": [group["weight_decay"] for group in optimizer.param_groups],
            }
        )

    def before_forward(_module, inputs):
        modes = [any(module.training for module in part.modules()) for part in model]
        free = [any(one.requires_grad for one in part.parameters()) for part in model]
        passes.append([len(inputs[0]), *modes, *free, torch.is_grad_enabled()])

    start = copied(model)
    model[0].register_forward_pre_hook(before_forward)
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        history = two_stage(model, (train, valid), epochs=epochs, lr=lr)
    finally:
        hook.remove()
    end = copied(model)
    return {"history": history, "steps": steps, "passes": passes, "start": start, "end": end}


def watch(student: Any, epochs: tuple[int, int] = (2, 3), lr: float = 0.03) -> tuple[Any, Any]:
    """The student's two stages and the reference's."""
    helpers = (known_numbers, copied, trained_model, some_batches, watched)
    found = expect(beside(student, *helpers).watched(student.two_stage, epochs, lr)).to_be_a(dict, length=5)
    return found, right_stages(epochs, lr)


@functools.cache
def right_stages(epochs: tuple[int, int], lr: float) -> Any:
    """The reference's, which several checks compare with."""
    return watched(reference.two_stage, epochs, lr)


def moved_in(found: dict[str, Any], part: str) -> list[str]:
    """What a run has changed in a part."""
    start, end = found["start"], found["end"]
    return [name for name in start if name.startswith(part) and not torch.equal(start[name], end[name])]


@check("two_stage", weight=1.5)
def test_first_stage_is_frozen(student):
    """two_stage with epochs (2, 0) leaves the backbone as it was, weights and statistics, and trains the head"""
    found, right = watch(student, (2, 0))
    expect(moved_in(found, "0.") == []).to_hold("nothing of the backbone has moved in the first stage")
    for name in ("1.3.weight", "1.2.running_mean"):
        expect(found["end"][name]).to_match(right["end"][name], rtol=1e-7)


@check("two_stage", weight=2)
def test_both_stages_replayed(student):
    """two_stage ends with the weights and statistics that these rules give, step by step"""
    found, right = watch(student)
    for name in right["end"]:
        if not name.endswith("num_batches_tracked"):
            expect(found["end"][name]).to_match(right["end"][name], rtol=1e-6)


@check("two_stage", weight=1.5)
def test_fresh_optimizers(student):
    """two_stage makes a new AdamW for each stage, without the memory of the first, over what is trained in it"""
    found, right = watch(student)
    yours, wanted = found["steps"], right["steps"]
    expect(len(yours) == len(wanted)).to_hold(f"3 batches and 5 epochs make {len(wanted)} steps")
    expect(all(one["kind"] == "AdamW" for one in yours)).to_hold("the optimizer is torch.optim.AdamW")
    expect([one["number"] for one in yours] == [one["number"] for one in wanted]).to_hold(
        "the first stage has an optimizer, the second another"
    )
    expect(not any(one["state"] for one in yours)).to_hold("each optimizer starts without any memory")
    expect(yours[0]["held"] == wanted[0]["held"]).to_hold("in the first stage the optimizer holds the head alone")
    expect(yours[-1]["held"] == wanted[-1]["held"]).to_hold("in the second stage the optimizer holds all parameters")


@check("two_stage", weight=1.5)
def test_learning_rates(student):
    """two_stage follows one cycle in each stage: up to lr, then up to lr/10 and, for the backbone, lr/100"""
    found, right = watch(student)
    expect(len(found["steps"]) == len(right["steps"])).to_hold(f"there are {len(right['steps'])} steps")
    for part in ("head", "backbone"):
        expect([one[part] for one in found["steps"]]).to_match([one[part] for one in right["steps"]], rtol=1e-6)


@check("two_stage")
def test_modes_and_order(student):
    """two_stage trains in train mode, validates after each epoch in eval mode without gradients, in that order"""
    found, right = watch(student, (2, 1))
    yours, wanted = found["passes"], right["passes"]
    expect([one[0] for one in yours] == [one[0] for one in wanted]).to_hold(
        "each epoch is one pass through the training batches, then one through the validation batches"
    )
    expect([one[2] for one in yours] == [one[2] for one in wanted]).to_hold(
        "the head is in train mode for training and in eval mode for validation"
    )
    expect([one[1] for one in yours] == [one[1] for one in wanted]).to_hold(
        "the backbone is in eval mode, but for the training of the second stage"
    )
    expect([one[3:5] for one in yours] == [one[3:5] for one in wanted]).to_hold(
        "the backbone is frozen in the first stage, and nothing is in the second"
    )
    expect([one[5] for one in yours] == [one[5] for one in wanted]).to_hold("validation needs no gradients")


@check("two_stage", weight=1.5)
def test_history(student):
    """two_stage gives the history of both stages: loss and lr of each step, accuracy of each epoch, boundary"""
    found, right = watch(student)
    yours, wanted = found["history"], right["history"]
    expect(isinstance(yours, dict) and sorted(yours) == sorted(wanted)).to_hold(
        "the history is a dict with the keys loss, lr, val_acc and boundary"
    )
    expect(yours["boundary"]).to_equal(wanted["boundary"])
    for key in ("loss", "lr", "val_acc"):
        expect(yours[key]).to_match(wanted[key], rtol=1e-6)


@check("two_stage", weight=0.5)
def test_no_first_stage(student):
    """two_stage leaves out a stage of 0 epochs: (0, 2) trains everything at once, with a boundary of 0"""
    found, right = watch(student, (0, 2), 0.05)
    expect(found["history"]["boundary"]).to_equal(0)
    expect(found["history"]["lr"]).to_match(right["history"]["lr"], rtol=1e-6)
    expect(found["end"]["0.0.weight"]).to_match(right["end"]["0.0.weight"], rtol=1e-6)


# ================================================================ solve_patches

THROUGH = "the patches go through the layers of the backbone: a convolution of it comes first"


def small_backbone() -> nn.Module:
    """The children and buffers of the kit's backbone, but tiny: float32, known numbers, eval mode."""

    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 4, 4, stride=4, bias=False)
            self.bn1, self.relu = nn.BatchNorm2d(4), nn.ReLU()
            self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(4, 7)
            self.register_buffer("mean", torch.tensor([0.6, 0.5, 0.3]).reshape(3, 1, 1))
            self.register_buffer("std", torch.tensor([0.2, 0.3, 0.5]).reshape(3, 1, 1))

    return known_numbers(Small()).float().eval()


def some_patches(count: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    """uint8 patches whose middle is bright for label 1, with noise and other brightness around."""
    rng = torch.Generator().manual_seed(count)
    labels = torch.arange(count) % 2
    patches = torch.randint(0, 120, (count, 3, height, width), generator=rng)
    top, left = round((height - 32) / 2), round((width - 32) / 2)
    patches[:, 0, top : top + 32, left : left + 32] += 120 * labels[:, None, None]
    return patches.to(torch.uint8), labels


def solved(solve_patches: Any, fine_tune: bool, seed: int = 3) -> Any:
    """A model for 12 patches of 44 × 44 pixels."""
    return solve_patches(small_backbone(), *some_patches(12, 44, 44), fine_tune=fine_tune, seed=seed)


def answers_to_raw_patches(solve_patches: Any) -> dict[str, Any]:
    """Logits of patches of two sizes, once more, alone; whether it is in eval mode."""
    model = solved(solve_patches, False)
    resting = not any(module.training for module in model.modules())
    with torch.no_grad():
        first, second = model(some_patches(5, 37, 42)[0]), model(some_patches(5, 37, 42)[0])
        alone, large = model(some_patches(5, 37, 42)[0][2:3]), model(some_patches(3, 60, 50)[0])
    return {"eval": resting, "first": first, "second": second, "alone": alone, "large": large}


def prepared_patches(prepare_class: Any, x: Tensor, crop: int) -> Any:
    """By the student's class, for the backbone with colours of its own."""
    with torch.no_grad():
        return prepare_class(small_backbone().to(DEVICE), crop)(x)


@check("solve_patches")
def test_prepare_values(student):
    """Prepare cuts the middle out of raw patches, scales them to [0, 1], subtracts the mean and divides by the std"""
    inside = beside(student, known_numbers, small_backbone, prepared_patches)
    for count, height, width, crop in ((2, 44, 39, 32), (3, 40, 47, 9), (1, 33, 32, 32)):
        x = some_patches(count, height, width)[0]
        found = inside.prepared_patches(student.Prepare, x, crop)
        expect(found).to_match(prepared_patches(reference.Prepare, x, crop), rtol=1e-5)
        expect(lambda x=x, crop=crop: inside.prepared_patches(student.Prepare, x, crop)).to_leave_inputs_alone()


@check("solve_patches")
def test_solved_raw_patches(student):
    """solve_patches gives a model in eval mode that takes raw patches, uint8, one or many, from 32 × 32 pixels on"""
    inside = beside(student, known_numbers, small_backbone, some_patches, solved, answers_to_raw_patches)
    found = expect(inside.answers_to_raw_patches(student.solve_patches)).to_be_a(dict, length=5)
    expect(found["eval"]).to_hold("the model that comes back is in eval mode, with all its parts")
    expect(found["first"]).to_have_shape(5, 2)
    expect(found["large"]).to_have_shape(3, 2)
    expect(found["second"]).to_match(found["first"], rtol=1e-5)
    expect(found["alone"]).to_match(found["first"][2:3], rtol=1e-3)


def what_the_backbone_sees(solve_patches: Any) -> list[Any]:
    """The logits, those when only the rim of the patches changes, and what arrives at the first convolution."""
    model = solved(solve_patches, False)
    arrived = []
    for conv in [module for module in model.modules() if isinstance(module, nn.Conv2d)][:1]:
        conv.register_forward_pre_hook(lambda _module, inputs: arrived.append(inputs[0]))
    patches, _ = some_patches(6, 37, 42)
    rim = patches.clone()
    rim[:, :, :2], rim[:, :, 34:], rim[:, :, :, :5], rim[:, :, :, 37:] = 7, 250, 250, 7
    with torch.no_grad():
        return [model(patches), model(rim), *arrived[:1]]


def seen_by_the_backbone(student: Any) -> list[Tensor]:
    """What the answer's backbone sees."""
    inside = beside(student, known_numbers, small_backbone, some_patches, solved, what_the_backbone_sees)
    found: list[Tensor] = expect(inside.what_the_backbone_sees(student.solve_patches)).to_be_a(list)
    expect(len(found) == 3).to_hold(THROUGH)
    return found


@check("solve_patches", weight=1.5)
def test_solved_centre(student):
    """solve_patches looks at the 32 × 32 pixels in the middle, and at no other"""
    found = seen_by_the_backbone(student)
    expect(found[2]).to_have_shape(6, 3, 32, 32)
    expect(found[1]).to_match(found[0], rtol=1e-5)


@check("solve_patches", weight=1.5, after="solved_centre")
def test_solved_colours(student):
    """solve_patches feeds the backbone what it was trained on: pixels in [0, 1], less its mean, divided by its std"""
    found = seen_by_the_backbone(student)
    middle, old = reference.center_crop(some_patches(6, 37, 42)[0], 32).float() / 255, small_backbone()
    expect(found[2]).to_match((middle - old.mean) / old.std, rtol=1e-4)


def watched_training(solve_patches: Any, fine_tune: bool) -> dict[str, Any]:
    """What arrives at the first convolution, the learning rates of backbone and head, what has moved."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    backbone = small_backbone()
    arrived, rates = [], []

    def before_step(optimizer, _args, _more):
        held = [(group["lr"], one) for group in optimizer.param_groups for one in group["params"]]
        held = [(lr, one) for lr, one in held if one.grad is not None]
        old = [lr for lr, one in held if one.ndim == 4]
        rates.append([max(old, default=0.0), max((lr for lr, one in held if one.ndim == 2), default=0.0)])

    backbone.conv1.register_forward_pre_hook(lambda _module, inputs: arrived.append(inputs[0].detach()))
    before = {"weight": backbone.conv1.weight.detach().clone(), "mean": backbone.bn1.running_mean.clone()}
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        model = solve_patches(backbone, *some_patches(12, 44, 44), fine_tune=fine_tune, seed=4)
    finally:
        hook.remove()
    kinds = {"weight": (nn.Conv2d, "weight"), "mean": (nn.BatchNorm2d, "running_mean")}
    now = {
        key: [getattr(one, name) for one in model.modules() if isinstance(one, kind)]
        for key, (kind, name) in kinds.items()
    }
    kept = {key: bool(found) and torch.equal(found[0], before[key]) for key, found in now.items()}
    return {"arrived": torch.cat(arrived) if arrived else None, "rates": rates, **kept}


def watch_training(student: Any, fine_tune: bool) -> dict[str, Any]:
    """Of the student's answer."""
    inside = beside(student, known_numbers, small_backbone, some_patches, watched_training)
    found: dict[str, Any] = expect(inside.watched_training(student.solve_patches, fine_tune)).to_be_a(dict, length=4)
    expect(found["arrived"] is not None).to_hold(THROUGH)
    return found


@check("solve_patches")
def test_solved_frozen(student):
    """solve_patches(…, fine_tune=False) leaves weights and batch-norm statistics of the backbone as they were"""
    found = watch_training(student, False)
    expect(found["weight"]).to_hold("the first convolution of the backbone has its old weights")
    expect(found["mean"]).to_hold("the first batch norm of the backbone has its old statistics")
    expect(any(head for _, head in found["rates"])).to_hold("the head was trained")


@check("solve_patches", weight=1.5)
def test_solved_fine_tuned(student):
    """solve_patches(…, fine_tune=True) trains the head first, then all, the backbone at most a tenth as fast"""
    rates = watch_training(student, True)
    expect(not rates["weight"]).to_hold("the first convolution of the backbone has learned")
    old, new = [one[0] for one in rates["rates"]], [one[1] for one in rates["rates"]]
    first = next((step for step, lr in enumerate(old) if lr > 0), 0)
    expect(first > 0).to_hold("in the first steps the head alone is trained")
    expect(max(old) <= max(new[:first]) / 10 * 1.000001).to_hold(
        "the learning rate of the backbone stays below a tenth of the largest that the head had in the first stage"
    )


@check("solve_patches", weight=1.5, after="solved_colours")
def test_solved_augmented(student):
    """solve_patches mirrors and turns the training patches at random, and changes them in no other way"""
    arrived = expect(watch_training(student, False)["arrived"]).to_have_dtype(torch.float32)
    old, (patches, _) = small_backbone(), some_patches(12, 44, 44)
    images = (reference.center_crop(patches, 32).float() / 255 - old.mean) / old.std
    both = [torch.rot90(one, k, (2, 3)) for one in (images, images.flip(3)) for k in range(4)]
    far = torch.cdist(arrived.flatten(1), torch.cat(both).flatten(1))
    expect(bool((far.min(1).values < 0.1).all())).to_hold(
        "every training image is the middle of a patch, mirrored or turned by quarters, and nothing else"
    )
    ways = {(int(place) % 12, int(place) // 12) for place in far.argmin(1)}
    expect(len(ways) >= 24).to_hold("most patches arrive in different ways in different passes")


@check("solve_patches", weight=0.5)
def test_solved_budget(student):
    """solve_patches goes through the patches at most 16 times in both stages together"""
    arrived = expect(watch_training(student, True)["arrived"]).to_have_dtype(torch.float32)
    expect(12 <= len(arrived) <= 16 * 12).to_hold("12 patches arrive at the backbone at most 192 times")


def logits_of_two(solve_patches: Any, seeds: list[int]) -> list[Any]:
    """Models of these seeds, on the same patches."""
    torch.manual_seed(11)
    made = [solved(solve_patches, False, seed) for seed in seeds]
    with torch.no_grad():
        return [model(some_patches(5, 37, 42)[0]) for model in made]


@check("solve_patches", weight=0.5)
def test_solved_seeds(student):
    """solve_patches gives the same model for the same seed, another for another, and leaves the patches alone"""
    inside = beside(student, known_numbers, small_backbone, some_patches, solved, logits_of_two)
    one, two, other = expect(inside.logits_of_two(student.solve_patches, [1, 1, 2])).to_be_a(list, length=3)
    expect(one).to_have_shape(5, 2)
    expect(two).to_match(one, rtol=1e-4)
    expect(not torch.allclose(one, other)).to_hold("another seed gives other logits")
    patches, labels = some_patches(12, 44, 44)
    before = patches.clone()
    near = student.on_cpu
    expect(lambda: near.solve_patches(near.env.small_backbone(), patches, labels, False)).to_leave_inputs_alone()
    expect(torch.equal(before, patches)).to_hold("the patches are as before")


def solved_slide(solve_patches: Any, fine_tune: bool, seed: int) -> Any:
    """A model for patches of the public part of the slide: 198 to fine-tune on, 112 are enough for a head."""
    from cnnkit import backbone, data

    raw = data.patches(data.slide(), 96, 24 if fine_tune else 32)
    return solve_patches(backbone.pretrained(), *raw, fine_tune=fine_tune, seed=seed)


def of_few_patches(solve_patches: Any, scratch: bool, seed: int) -> Any:
    """A model for 28 patches of the slide, with what the backbone has learned or from scratch."""
    from cnnkit import backbone, data

    torch.manual_seed(seed)
    borrowed = backbone.pretrained()
    for module in borrowed.modules() if scratch else ():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return solve_patches(borrowed, *data.patches(data.slide(), 96, 64), fine_tune=True, seed=seed)


def accuracy(logits: Any, labels: Tensor) -> float:
    """Share of right answers."""
    return float((expect(logits).to_have_shape(len(labels), 2).argmax(1) == labels).double().mean())


@check(
    "solve_patches",
    weight=2,
    after=("solved_raw_patches", "solved_colours", "solved_augmented", "solved_budget", "solved_frozen"),
)
def test_gate_frozen(student, cases, thresholds):
    """solve_patches with the frozen backbone is right often enough on a part of the slide that nobody has seen"""
    patches, labels = data.patches(hidden.hidden_slide(), 96, 16)
    model = beside(student.on_cpu, solved_slide).solved_slide(student.solve_patches, False, cases.seed)
    expect(accuracy(model(patches), labels)).to_reach(thresholds.frozen, on="patches it has never seen")


@check(
    "solve_patches",
    weight=2,
    after=("solved_fine_tuned", "gate_frozen"),
)
def test_gate_fine_tuned(student, cases, thresholds):
    """solve_patches with fine-tuning is right often enough, too, and says the same of nearly every mirrored patch"""
    patches, labels = data.patches(hidden.hidden_slide(), 96, 16)
    model = beside(student.on_cpu, solved_slide).solved_slide(student.solve_patches, True, cases.seed)
    logits = model(patches)
    expect(accuracy(logits, labels)).to_reach(thresholds.fine_tuned, on="patches it has never seen")
    agreed = accuracy(model(patches.flip(3)), logits.argmax(1))
    expect(agreed >= 0.9).to_hold("of ten patches at least nine get the same answer when they are mirrored")


@check("solve_patches", after=("solved_fine_tuned", "gate_frozen"))
def test_better_than_from_scratch(student, cases):
    """after 28 patches, solve_patches is right more often with the borrowed weights than from scratch"""
    patches, labels = data.patches(hidden.hidden_slide(), 96, 16)
    few = beside(student.on_cpu, of_few_patches).of_few_patches
    borrowed, scratch = (
        accuracy(few(student.solve_patches, new, cases.seed)(patches), labels) for new in (False, True)
    )
    expect(borrowed >= scratch + 0.1).to_hold(
        "with the borrowed weights, ten more of a hundred patches are right than from scratch, in the same time"
    )


@check("solve_patches")
def test_answer_about_augmentation(student):
    """no_augmentation names the statements about training without augmentation that are right, and no others"""
    right = reference.no_augmentation()
    expect_letters(student.no_augmentation(), right, "all right statements are named, and no others")
