"""Hidden checks of the exercise `transforms`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect

from ._helpers import marked, unmarked


def each_shape(cases: Any) -> list[Tensor]:
    """A patch, a batch, a gray one: no two axes of one length."""
    return [cases.tensor(3, 4, 6), cases.tensor(2, 3, 5, 4), cases.tensor(1, 7, 2)]


@check(quote="Mirror left and right: (..., H, W), with or without a batch.")
def test_hflip_values(student, cases):
    """hflip mirrors left and right, of a patch (C, H, W) and of a batch (B, C, H, W)"""
    for x in each_shape(cases):
        expect(student.hflip(x)).to_equal(reference.hflip(x))


@check(quote="Turn upside down, like a reflection in water: (..., H, W), with or without a batch.")
def test_vflip_values(student, cases):
    """vflip turns upside down, of a patch and of a batch"""
    for x in each_shape(cases):
        expect(student.vflip(x)).to_equal(reference.vflip(x))


@check(
    weight=1.5,
    quote=(
        "Turn by k quarters against the clock: (..., H, W), or (..., W, H) if k is odd.",
        "k is any whole number: 5 is the same as 1, and -1 turns with the clock.",
    ),
)
def test_rot90_values(student, cases):
    """rot90 turns by k quarters against the clock, for any k: 0, 1, 2, 3, 5, -1; height and width change places"""
    for x in each_shape(cases):
        for k in (1, 2, 3, 0, 5, -1, -6):
            expect(student.rot90(x, k)).to_equal(reference.rot90(x, k))


@check(
    quote=(
        "Mirror left and right",
        "Turn upside down, like a reflection in water",
        "Turn by k quarters against the clock",
    )
)
def test_laws_of_symmetry(student, cases):
    """hflip and vflip undo themselves, one after the other they are half a turn; four quarter turns are none"""
    x = cases.tensor(3, 4, 6)
    expect(student.hflip(student.hflip(x))).to_equal(x)
    expect(student.vflip(student.vflip(x))).to_equal(x)
    expect(student.hflip(student.vflip(x))).to_equal(reference.rot90(x, 2))
    turned = x
    for quarter in range(1, 5):
        turned = expect(student.rot90(turned, 1)).to_equal(reference.rot90(x, quarter))


@check(weight=0.5, quote="leave the arguments as they were, take them in any memory layout, keep dtype and device")
def test_pixels_stay(student, cases):
    """hflip, vflip, rot90 and center_crop keep the dtype, also uint8, and leave x alone, whatever its memory layout"""
    for x in (cases.integers(3, 5, 4, low=0, high=255, dtype=torch.uint8), cases.tensor(3, 5, 4, dtype=torch.float32)):
        for name, more in (("hflip", ()), ("vflip", ()), ("rot90", (1,)), ("center_crop", (3,))):
            right = getattr(reference, name)(x, *more)
            expect(lambda name=name, x=x, more=more: getattr(student, name)(x, *more)).to_leave_inputs_alone()
            expect(getattr(student, name)(x, *more)).to_equal(right)
            expect(getattr(student.on_views, name)(x, *more)).to_equal(right)


@check(weight=1.5, quote="The middle of an image: (..., H, W) becomes (..., size, size).")
def test_crop_values(student, cases):
    """center_crop takes the middle: rows and columns 24 to 72 of 96 for a size of 49, of a patch and of a batch"""
    x = cases.tensor(2, 96, 96)
    expect(student.center_crop(x, 49)).to_equal(x[:, 24:73, 24:73])
    for shape, size in (((3, 8, 6), 4), ((2, 3, 6, 10), 2), ((1, 5, 9), 5), ((2, 4, 4), 4)):
        y = cases.tensor(*shape)
        expect(student.center_crop(y, size)).to_equal(reference.center_crop(y, size))


@check(quote="The first row is round((H - size) / 2), Python's round; the same for the columns.")
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


@check(weight=0.5, quote="ValueError when height or width is smaller than size.")
def test_crop_refuses(student, cases):
    """center_crop raises ValueError when the patch is too small, be it only in height or only in width"""
    fits = cases.tensor(2, 5, 7)
    expect(student.center_crop(fits, 3)).to_equal(reference.center_crop(fits, 3))
    for shape, size in (((3, 4, 6), 5), ((3, 9, 3), 4), ((2, 3, 3, 3), 4)):
        x = cases.tensor(*shape)
        expect(lambda x=x, size=size: student.center_crop(x, size)).to_raise(ValueError)


def ways_of_their_own(student: Any, x: Tensor) -> list[tuple[int, Tensor]]:
    """What the student's own parts make of x, right or not, with the place of the symmetry that it stands for."""
    found = []
    for across in (0, 1):
        for down in (0, 1):
            y = student.hflip(x) if across else x
            y = student.vflip(y) if down else y
            for k in range(4):
                found.append((4 * (across ^ down) + (k + 2 * down) % 4, student.rot90(y, k) if k else y))
    return found


def outcomes(student: Any, augment: Any, x: Tensor, count: int, seed: int, codes: list[int]) -> list[int]:
    """Which of the eight symmetries each call gave, by its code: quarter turns, then of the mirrored patch; else -1.

    A part that is wrong was paid for where it is asked for alone: here it counts as what it should be.
    """
    rng = torch.Generator().manual_seed(seed)
    wanted = [
        (4 * side + k, torch.rot90(way, k, (-2, -1))) for side, way in enumerate((x, x.flip(-1))) for k in range(4)
    ]
    own: list[tuple[int, Tensor]] = []
    found = []
    for _ in range(count):
        y = augment(x, generator=rng)
        same = [place for place, turned in [*wanted, *own] if turned.shape == y.shape and torch.equal(turned, y)]
        if not same and not own:  # only now: whoever does without these functions need not have written them
            own = ways_of_their_own(student, x)
            same = [place for place, turned in own if turned.shape == y.shape and torch.equal(turned, y)]
        found.append(codes[same[0]] if same else -1)
    return found


def symmetries(student: Any, cases: Any, augment: Any, x: Tensor, count: int) -> list[int]:
    """Of each call: quarter turns 0 to 3, of the mirrored patch 4 to 7; else -1."""
    codes = [int(code) for code in cases.rng.permutation(8)]  # of this term
    found = student.beside(outcomes)(augment, x, count, cases.seed, codes)
    told = expect(found).to_be_a(list, length=count)
    return [codes.index(code) if code in codes else -1 for code in told]


NOTHING, HALF_TURN, MIRRORED, UPSIDE_DOWN = 0, 2, 4, 6  # codes of `outcomes`
# one kind of chance alone: what depends on it shows whether that part does anything, and not whether it is right
ONLY_ACROSS: dict[str, Any] = {"p_h": 0.5, "p_v": 0.0, "rot": False}
ONLY_DOWN: dict[str, Any] = {"p_h": 0.0, "p_v": 0.5, "rot": False}
ONLY_TURNS: dict[str, Any] = {"p_h": 0.0, "p_v": 0.0, "rot": True}


def expect_shares(student: Any, cases: Any, settings: dict[str, Any], wanted: dict[int, float], count: int) -> None:
    """Each symmetry as often as it should be, within 4.5 standard deviations."""
    augment = student.RandomAugment(**settings)
    codes = symmetries(student, cases, augment, cases.tensor(2, 4, 4), count)
    strange = [code for code in codes if code not in wanted]
    told = ", ".join(f"{name}={value}" for name, value in settings.items())
    expect(not strange).to_hold(f"RandomAugment({told}) gives nothing but the mirrored and turned patches it should")
    for code, share in wanted.items():
        far = 4.5 * (share * (1 - share) / count) ** 0.5
        right = abs(codes.count(code) / count - share) <= far
        expect(right).to_hold(f"of {count} calls of RandomAugment({told}), each outcome comes as often as it should")


@check(weight=1.5, quote="hflip with probability p_h; then vflip with probability p_v")
def test_augment_certain(student, cases):
    """RandomAugment with probabilities 0 and 1 does exactly what they say, without rotation and without a crop"""
    x = cases.tensor(3, 5, 7)
    for p_h, p_v in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)):
        right = reference.hflip(x) if p_h else x
        right = reference.vflip(right) if p_v else right
        augment = student.RandomAugment(p_h=p_h, p_v=p_v, rot=False)
        expect(augment(x)).to_equal(right)
        expect(lambda augment=augment: augment(x)).to_leave_inputs_alone()


@check(weight=2, quote="The draws are independent of each other, and new ones are made in each call.")
def test_augment_shares(student, cases):
    """RandomAugment draws the two flips independently, each with its own probability, anew in each call"""
    shares = {NOTHING: 0.7 * 0.2, MIRRORED: 0.3 * 0.2, UPSIDE_DOWN: 0.7 * 0.8, HALF_TURN: 0.3 * 0.8}
    expect_shares(student, cases, {"p_h": 0.3, "p_v": 0.8, "rot": False}, shares, 1000)


@check(weight=1.5, quote="rot90 by 0, 1, 2 or 3 quarters, all four equally likely")
def test_augment_turns(student, cases):
    """RandomAugment with rot turns by 0, 1, 2 or 3 quarters, all four equally often"""
    expect_shares(student, cases, {"p_h": 0.0, "p_v": 0.0, "rot": True}, dict.fromkeys(range(4), 0.25), 600)


@check(quote="def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):")
def test_augment_defaults(student, cases):
    """RandomAugment() mirrors and turns upside down half of the patches, turns by quarters, and does not cut"""
    x = cases.tensor(2, 4, 4)
    for settings, share in (({}, 1 / 8), (ONLY_ACROSS, 1 / 2), (ONLY_DOWN, 1 / 2), (ONLY_TURNS, 1 / 4)):
        given = {name: value for name, value in settings.items() if value in (0, False)}
        codes = symmetries(student, cases, student.RandomAugment(**given), x, 400)
        told = ", ".join(f"{name}={value}" for name, value in given.items())
        expect(-1 not in codes).to_hold(f"RandomAugment({told}) gives the patch, mirrored and turned")
        right = abs(codes.count(NOTHING) / 400 - share) <= 4.5 * (share * (1 - share) / 400) ** 0.5
        expect(right).to_hold(f"RandomAugment({told}) leaves about {share:.0%} of the patches as they are")


def crops_of(augment: Any, x: Tensor, count: int, seed: int) -> list[Any]:
    """Each different result once."""
    rng = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(count):
        y = augment(x, generator=rng)
        if not any(known.shape == y.shape and torch.equal(known, y) for known in found):
            found.append(y)
    return found


@check(weight=1.5, quote="at last, unless crop is None, center_crop to crop × crop")
def test_augment_crops_last(student, cases):
    """RandomAugment with crop cuts the middle out of the flipped and turned patch, as its last step"""
    x = cases.tensor(2, 7, 7)
    right = [reference.center_crop(torch.rot90(patch, k, (1, 2)), 4) for patch in (x, x.flip(2)) for k in range(4)]
    for settings, ways in ((ONLY_ACROSS, 2), (ONLY_DOWN, 2), (ONLY_TURNS, 4)):
        found = student.beside(crops_of)(student.RandomAugment(**settings, crop=4), x, 60, cases.seed)
        for crop in expect(found).to_be_a(list, length=ways):
            expect(crop).to_have_shape(2, 4, 4)
            expect(any(torch.equal(crop, y) for y in right)).to_hold(
                "the crop is the middle of the flipped and turned patch"
            )
    wide = student.RandomAugment(0.0, 0.0, rot=False, crop=3)(cases.tensor(3, 4, 8))
    expect(wide).to_have_shape(3, 3, 3)


def runs_with_generators(augment: Any, x: Tensor, mark: int) -> dict[str, Any]:
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
    pixels = x.flatten().sort().values
    kept = all(torch.equal(patch.flatten().sort().values, pixels) for run in runs for patch in run)
    claims = {
        "mirrored and turned, a patch has the same pixels": kept,
        "same seed, same patches": torch.equal(runs[0], runs[1]),
        "another seed, other patches": not torch.equal(runs[0], runs[2]),
        "with a generator, torch's own random numbers are not used": untouched,
        "without a generator, torch.manual_seed decides": torch.equal(own[0], own[1]),
        "without a generator, the patches change from call to call": not torch.equal(own[0], own[2]),
    }
    return dict(marked(claims, mark))


@check(
    weight=1.5,
    quote=(
        "They come from `generator`, or from torch's own random numbers when it is None.",
        "With a generator nothing else random is used, so the same seed gives the same patches.",
    ),
)
def test_augment_generators(student, cases):
    """RandomAugment draws from the generator that it is given, and from torch's own when there is none"""
    inside, x = student.beside(runs_with_generators), cases.tensor(2, 4, 4)
    for settings in (ONLY_ACROSS, ONLY_DOWN, ONLY_TURNS):
        told = inside.runs_with_generators(student.RandomAugment(**settings), x, cases.seed)
        for claim, holds in unmarked(expect(told).to_be_a(dict, length=6), cases.seed).items():
            expect(holds is True).to_hold(claim)
