"""Hidden checks of the exercise `solve_patches`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from held_out import invented_tissue
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect
from cnnkit.backbone import pretrained

from ._gate import solved_from_scratch, solved_tissue, told_by_the_maps, without_its_sight
from ._helpers import expect_letters, known_numbers, marked, unmarked

THROUGH = "the patches go through the layers of the backbone: a convolution of it comes first"
OTHERS = 250  # patches of a tissue that a gate asks about


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


def some_patches(count: int, height: int, width: int, seed: int) -> tuple[Tensor, Tensor]:
    """uint8 patches whose middle is bright for label 1, with noise and other brightness around."""
    rng = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    patches = torch.randint(0, 120, (count, 3, height, width), generator=rng)
    top, left = round((height - 32) / 2), round((width - 32) / 2)
    patches[:, 0, top : top + 32, left : left + 32] += 120 * labels[:, None, None]
    return patches.to(torch.uint8), labels


def solved(solve_patches: Any, mark: int, seed: int = 3) -> Any:
    """A model for 12 patches of 44 × 44 pixels."""
    return solve_patches(small_backbone(), *some_patches(12, 44, 44, mark), fine_tune=False, seed=seed)


def answers_to_raw_patches(solve_patches: Any, mark: int) -> dict[str, Any]:
    """Logits of patches of two sizes, once more, alone; whether it is in eval mode."""
    model, patches = solved(solve_patches, mark), some_patches(5, 37, 42, mark)[0]
    resting = not any(module.training for module in model.modules())
    with torch.no_grad():
        first, second, alone = model(patches), model(patches), model(patches[2:3])
        large = model(some_patches(3, 60, 50, mark)[0])
    return {"eval": marked(resting, mark), "first": first, "second": second, "alone": alone, "large": large}


def expect_unlike(rows: Tensor, what: str) -> None:
    """Not the same for every patch."""
    expect(bool((rows != rows[:1]).any())).to_hold(f"{what} differ from patch to patch")


def prepared_patches(prepare_class: Any, x: Tensor, crop: int, device: Any = "cpu") -> Any:
    """By the student's class, for the backbone with colours of its own."""
    with torch.no_grad():
        return prepare_class(small_backbone().to(device), crop)(x)


@check(
    quote=(
        "The middle of the patch, by the rule of center_crop; H and W may differ.",
        "Pixels in [0, 1], less backbone.mean, divided by backbone.std (both (3, 1, 1)).",
    )
)
def test_prepare_values(student, cases):
    """Prepare cuts the middle out of raw patches, scales them to [0, 1], subtracts the mean and divides by the std"""
    inside = student.beside(prepared_patches)
    for count, height, width, crop in ((2, 44, 39, 32), (3, 40, 47, 9), (1, 33, 32, 32)):
        x = some_patches(count, height, width, cases.seed)[0]
        found = inside.prepared_patches(student.Prepare, x, crop)
        expect(found).to_match(prepared_patches(reference.Prepare, x, crop), rtol=1e-5)
        expect(lambda x=x, crop=crop: inside.prepared_patches(student.Prepare, x, crop)).to_leave_inputs_alone()


@check(quote=("raw patches (B, 3, H, W) uint8, from 32 × 32 on -> logits (B, 2)", "The model comes back in eval mode."))
def test_solved_raw_patches(student, cases):
    """solve_patches gives a model in eval mode that takes raw patches, uint8, one or many, from 32 × 32 pixels on"""
    inside = student.beside(answers_to_raw_patches)
    found = expect(inside.answers_to_raw_patches(student.solve_patches, cases.seed)).to_be_a(dict, length=5)
    expect(unmarked(found["eval"], cases.seed) is True).to_hold(
        "the model that comes back is in eval mode, with all its parts"
    )
    expect(found["first"]).to_have_shape(5, 2)
    expect(found["large"]).to_have_shape(3, 2)
    expect_unlike(found["first"], "the logits")
    expect(found["second"]).to_match(found["first"], rtol=1e-5)
    expect(found["alone"]).to_match(found["first"][2:3], rtol=1e-3)


def what_the_backbone_sees(solve_patches: Any, mark: int) -> list[Any]:
    """The logits, those when only the rim of the patches changes, and what arrives at the first convolution."""
    model = solved(solve_patches, mark)
    arrived = []
    for conv in [module for module in model.modules() if isinstance(module, nn.Conv2d)][:1]:
        conv.register_forward_pre_hook(lambda _module, inputs: arrived.append(inputs[0]))
    patches, _ = some_patches(6, 37, 42, mark)
    rim = patches.clone()
    rim[:, :, :2], rim[:, :, 34:], rim[:, :, :, :5], rim[:, :, :, 37:] = 7, 250, 250, 7
    with torch.no_grad():
        return [model(patches), model(rim), marked("", mark), *arrived[:1]]


def seen_by_the_backbone(student: Any, cases: Any) -> list[Tensor]:
    """What the answer's backbone sees."""
    inside = student.beside(what_the_backbone_sees)
    found = expect(inside.what_the_backbone_sees(student.solve_patches, cases.seed)).to_be_a(list)
    expect(len(found) == 4 and found[2] == marked("", cases.seed)).to_hold(THROUGH)
    expect_unlike(found[3], "the images that reach the backbone")
    return [found[0], found[1], found[3]]


@check(weight=1.5, quote="The model looks at the middle 32 × 32 pixels, as Prepare gives them, and at nothing else.")
def test_solved_centre(student, cases):
    """solve_patches looks at the 32 × 32 pixels in the middle, and at no other"""
    found = seen_by_the_backbone(student, cases)
    expect(found[2]).to_have_shape(6, 3, 32, 32)
    expect(found[1]).to_match(found[0], rtol=1e-5)


@check(weight=1.5, after="solved_centre", quote="Everything that has to be done to them happens inside it.")
def test_solved_colours(student, cases):
    """solve_patches feeds the backbone what it was trained on: pixels in [0, 1], less its mean, divided by its std"""
    found = seen_by_the_backbone(student, cases)
    middle, old = reference.center_crop(some_patches(6, 37, 42, cases.seed)[0], 32).float() / 255, small_backbone()
    expect(found[2]).to_match((middle - old.mean) / old.std, rtol=1e-4)


def watched_training(solve_patches: Any, fine_tune: bool, mark: int) -> dict[str, Any]:
    """What arrives at the first convolution, the learning rates of backbone and head, what has moved."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    backbone = small_backbone()
    arrived, learned_from, rates, begun = [], [], [], []

    def before_step(optimizer, _args, _more):
        held = [(group["lr"], parameter) for group in optimizer.param_groups for parameter in group["params"]]
        held = [(lr, parameter) for lr, parameter in held if parameter.grad is not None]
        old = [lr for lr, parameter in held if parameter.ndim == 4]
        begun.extend(torch.equal(parameter, before["weight"]) for _, parameter in held if parameter.ndim == 4)
        rates.append([max(old, default=0.0), max((lr for lr, parameter in held if parameter.ndim == 2), default=0.0)])

    def before_convolution(_module, inputs):
        arrived.append(inputs[0].detach())
        learned_from.append(len(inputs[0]) if torch.is_grad_enabled() else 0)  # a validation learns nothing

    backbone.conv1.register_forward_pre_hook(before_convolution)
    before = {"weight": backbone.conv1.weight.detach().clone(), "mean": backbone.bn1.running_mean.clone()}
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        model = solve_patches(
            backbone, *some_patches(12, 44, 44, mark), **({} if fine_tune else {"fine_tune": False}), seed=4
        )
    finally:
        hook.remove()
    kinds = {"weight": (nn.Conv2d, "weight"), "mean": (nn.BatchNorm2d, "running_mean")}
    now = {
        key: [getattr(module, name) for module in model.modules() if isinstance(module, kind)]
        for key, (kind, name) in kinds.items()
    }
    kept = {key: bool(values) and torch.equal(values[0], before[key]) for key, values in now.items()}
    return {
        "arrived": torch.cat(arrived) if arrived else None,
        "learned_from": sum(learned_from),
        "rates": rates,
        "begun": begun[:1],
        **marked(kept, mark),
    }


def watch_training(student: Any, cases: Any, fine_tune: bool) -> dict[str, Any]:
    """Of the student's answer."""
    inside = student.beside(watched_training)
    told = inside.watched_training(student.solve_patches, fine_tune, cases.seed)
    found = expect(told).to_be_a(dict, length=6)
    kept = {key: unmarked(found[key], cases.seed) for key in ("weight", "mean")}
    expect(found["arrived"] is not None and None not in kept.values()).to_hold(THROUGH)
    expect_unlike(found["arrived"], "the images that reach the backbone")
    return found | kept


@check(quote="Stage 1: the backbone is frozen, its weights and its statistics. Without fine_tune that is all.")
def test_solved_frozen(student, cases):
    """solve_patches(…, fine_tune=False) leaves weights and batch-norm statistics of the backbone as they were"""
    found = watch_training(student, cases, False)
    expect(found["weight"]).to_hold("the first convolution of the backbone has its old weights")
    expect(found["mean"]).to_hold("the first batch norm of the backbone has its old statistics")
    expect(any(head for _, head in found["rates"])).to_hold("the head was trained")


@check(
    weight=1.5,
    quote="Stage 2: the backbone learns too, with at most a tenth of the largest learning rate of stage 1.",
)
def test_solved_fine_tuned(student, cases):
    """solve_patches(…, fine_tune=True) trains the head first, then all, the backbone at most a tenth as fast"""
    rates = watch_training(student, cases, True)
    expect(not rates["weight"]).to_hold("the first convolution of the backbone has learned")
    old, new = [pair[0] for pair in rates["rates"]], [pair[1] for pair in rates["rates"]]
    first = next((step for step, lr in enumerate(old) if lr > 0), 0)
    expect(first > 0).to_hold("in the first steps the head alone is trained")
    expect(rates["begun"] == [True]).to_hold("the second stage begins with the borrowed weights")
    expect(max(old) <= max(new[:first]) / 10 * 1.000001).to_hold(
        "the learning rate of the backbone stays below a tenth of the largest that the head had in the first stage"
    )


@check(
    weight=1.5,
    after="solved_colours",
    quote="patches are mirrored and turned by quarters at random, anew in each epoch, and changed in no other way.",
)
def test_solved_augmented(student, cases):
    """solve_patches mirrors and turns the training patches at random, and changes them in no other way"""
    arrived = expect(watch_training(student, cases, True)["arrived"]).to_have_dtype(torch.float32)
    old, (patches, _) = small_backbone(), some_patches(12, 44, 44, cases.seed)
    images = (reference.center_crop(patches, 32).float() / 255 - old.mean) / old.std
    both = [torch.rot90(batch, k, (2, 3)) for batch in (images, images.flip(3)) for k in range(4)]
    far = torch.cdist(arrived.flatten(1), torch.cat(both).flatten(1))
    expect(bool((far.min(1).values < 0.1).all())).to_hold(
        "every training image is the middle of a patch, mirrored or turned by quarters, and nothing else"
    )
    ways = {(int(place) % 12, int(place) // 12) for place in far.argmin(1)}
    expect(len(ways) >= 18).to_hold("most patches arrive in different ways in different passes")
    expect({way // 4 for _, way in ways} == {0, 1}).to_hold("some patches are mirrored, and some are not")
    expect({way % 4 for _, way in ways} == {0, 1, 2, 3}).to_hold("there are turns by 0, 1, 2 and 3 quarters")


@check(weight=0.5, quote="At most 16 times through the patches, both stages together. What runs under torch.no_grad")
def test_solved_budget(student, cases):
    """solve_patches goes through the patches at most 16 times in both stages together"""
    found = watch_training(student, cases, True)
    expect(len(found["arrived"]) >= 12).to_hold("12 patches arrive at the backbone")
    expect(expect(found["learned_from"]).to_be_a(int) <= 16 * 12).to_hold(
        "12 patches arrive at the backbone at most 192 times; what runs under torch.no_grad is not counted"
    )


def logits_of_two(solve_patches: Any, seeds: list[int], mark: int) -> list[Any]:
    """Models of these seeds, on the same patches."""
    torch.manual_seed(11)
    made = [solved(solve_patches, mark, seed) for seed in seeds]
    with torch.no_grad():
        return [marked("", mark), *(model(some_patches(5, 37, 42, mark)[0]) for model in made)]


@check(
    weight=0.5,
    quote=("The same seed gives the same model, another seed another.", "leave the arguments as they were"),
)
def test_solved_seeds(student, cases):
    """solve_patches gives the same model for the same seed, another for another, and leaves the patches alone"""
    inside = student.beside(logits_of_two)
    found = expect(inside.logits_of_two(student.solve_patches, [1, 1, 2], cases.seed)).to_be_a(list, length=4)
    told, one, two, other = found
    expect(told == marked("", cases.seed)).to_hold("the logits are of these patches")
    expect(one).to_have_shape(5, 2)
    expect_unlike(one, "the logits")
    expect(two).to_match(one, rtol=1e-4)
    expect(not torch.allclose(one, other)).to_hold("another seed gives other logits")
    patches, labels = some_patches(12, 44, 44, cases.seed)
    before = patches.clone()
    near = student.on_cpu
    expect(lambda: near.solve_patches(near.env.small_backbone(), patches, labels, False)).to_leave_inputs_alone()
    expect(torch.equal(before, patches)).to_hold("the patches are as before")


def expect_borrowed_sight(student: Any, cases: Any, model: Any, patches: Tensor, frozen: bool) -> None:
    """The maps of the last block decide, and nothing beside them; while it is frozen they are those of the backbone."""
    order = torch.from_numpy(cases.rng.permutation(len(patches)))
    told = student.on_cpu.beside(told_by_the_maps)(model, patches, order, frozen)
    found = expect(told).to_be_a(dict)
    expect(found["blocks"]).to_hold("the patches go through the blocks of the backbone, as its modules")
    logits = expect(found["logits"]).to_have_shape(len(patches), 2)
    expect_unlike(logits, "the logits")
    exchanged = expect(found["exchanged"]).to_have_shape(len(patches), 2)
    close = (exchanged - logits).abs().max() <= 1e-3 * logits.abs().max()
    expect(bool(close)).to_hold("with the maps of another patch behind the last block, it gives that patch's answer")
    if frozen:
        expect(borrowed_maps(expect(found["maps"]).to_be_a(Tensor), patches)).to_hold(
            "the maps of the last block are those that the borrowed weights make of the middle"
        )


def borrowed_maps(maps: Tensor, patches: Tensor) -> bool:
    """Whether these are, equally often for each patch, maps of its middle, which may be mirrored or turned."""
    old = pretrained()
    middle = reference.Prepare(old)(patches)
    ways = [torch.rot90(batch, k, (2, 3)) for batch in (middle, middle.flip(3)) for k in range(4)]
    with torch.no_grad():
        right = nn.Sequential(*list(old.children())[:-2])(torch.cat(ways)).flatten(1)
    if maps.dtype != right.dtype or maps.shape[1:] != right.shape[1:]:
        return False
    nearest = torch.cdist(maps, right).argmin(1)
    times = torch.bincount(nearest % len(patches), minlength=len(patches))
    same = (maps - right[nearest]).abs().max() <= 1e-3 * right.abs().max()
    return bool(same) and bool((times == times[0]).all())


def right_about(model: Any, patches: Tensor, labels: Tensor) -> float:
    """Share of right answers."""
    logits = expect(model(patches)).to_have_shape(len(labels), 2)
    return float((logits.argmax(1) == labels).double().mean())


def right_by_the_backbone(student: Any, cases: Any, given: int, fine_tune: bool, threshold: Any) -> None:
    """Right often enough about other patches of an invented tissue, after a training on so many; by the backbone."""
    patches, labels = invented_tissue(cases.rng, given + OTHERS)
    inside = student.on_cpu.beside(solved_tissue, without_its_sight)
    model = inside.solved_tissue(student.solve_patches, patches[:given], labels[:given], fine_tune, cases.seed)
    share = right_about(model, patches[given:], labels[given:])
    expect(share).to_reach(threshold, on="patches it has never seen")
    expect_borrowed_sight(student, cases, model, patches[given : given + 40], not fine_tune)
    blind = right_about(inside.without_its_sight(model, cases.seed), patches[given:], labels[given:])
    expect(blind <= share - 0.1).to_hold("with other weights in its convolutions it is lost: it looks through them")


@check(
    weight=2,
    after=("solved_raw_patches", "solved_colours", "solved_augmented", "solved_budget", "solved_frozen"),
    quote=(
        "It is trained and judged on an invented tissue that nobody has seen",
        "it must get at least 0.87 right",
        "It looks through the layers of the backbone, called as they are.",
        "puts other weights into its convolutions: then your model must get at least ten in a hundred fewer right.",
        "with the maps of another patch, your model must give that patch's answer.",
    ),
)
def test_gate_frozen(student, cases, thresholds):
    """solve_patches with the frozen backbone, on 112 patches of an invented tissue, is right often enough on others"""
    right_by_the_backbone(student, cases, 112, False, thresholds.frozen)


@check(
    weight=2,
    after=("solved_fine_tuned", "gate_frozen"),
    quote=(
        "It is trained and judged on an invented tissue that nobody has seen",
        "it must get at least 0.87 right",
        "It looks through the layers of the backbone, called as they are.",
        "puts other weights into its convolutions: then your model must get at least ten in a hundred fewer right.",
        "with the maps of another patch, your model must give that patch's answer.",
    ),
)
def test_gate_fine_tuned(student, cases, thresholds):
    """solve_patches with fine-tuning, on 200 patches of an invented tissue, is right often enough on others"""
    right_by_the_backbone(student, cases, 200, True, thresholds.fine_tuned)


@check(
    after=("solved_fine_tuned", "gate_frozen"),
    quote="after only 28 patches it gets at least ten in a hundred more right than with a backbone whose",
)
def test_better_than_from_scratch(student, cases):
    """after 28 patches, solve_patches is right more often with the borrowed weights than from scratch"""
    patches, labels = invented_tissue(cases.rng, 28 + OTHERS)
    inside = student.on_cpu.beside(solved_tissue, solved_from_scratch)
    few, others = (patches[:28], labels[:28]), (patches[28:], labels[28:])
    borrowed = inside.solved_tissue(student.solve_patches, *few, True, cases.seed)
    scratch = inside.solved_from_scratch(student.solve_patches, *few, cases.seed)
    expect(right_about(borrowed, *others) >= right_about(scratch, *others) + 0.1).to_hold(
        "with the borrowed weights, ten more of a hundred patches are right than from scratch, in the same time"
    )


@check(quote="The letters of all statements that are right, in any order")
def test_answer_about_augmentation(student):
    """no_augmentation names the statements about training without augmentation that are right, and no others"""
    right = reference.no_augmentation()
    expect_letters(student.no_augmentation(), right, "all right statements are named, and no others")
