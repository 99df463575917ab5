"""Hidden checks of the exercise `pad2d`. The first line of each docstring is what the student reads.

Which side gets what is asked where all four differ, and where a single side grows; everything else with as much on
every side.
"""

from __future__ import annotations

import reference
import torch

from autograder.judge import check, expect, own_work


@check(weight=0, quote="`F.pad` is switched off.")
def test_pad2d_is_own_work(student, cases):
    """pad2d is written by hand, without F.pad"""
    own_work(
        lambda: student.pad2d(cases.images(2, 3, 4, 4), 1, 1, 1, 1),
        lambda: student.pad2d(cases.tensor(4, 4), 1, 2, 2, 1, 0.0),
    )


@check(after="pad2d_is_own_work", quote="Put a frame of `value` round the last two axes")
def test_pad2d_frame(student, cases):
    """pad2d puts a frame of zeros round every image, as wide on each side"""
    for width in (1, 3):
        x = cases.images(2, 3, 4, 5).float()
        expect(student.pad2d(x, *[width] * 4)).to_agree_with(reference.pad2d(x, *[width] * 4))


@check(
    after="pad2d_is_own_work",
    weight=2,
    quote="Put a frame of `value` round the last two axes: (..., H, W) -> (..., top+H+bottom, left+W+right).",
)
def test_pad2d_four_sides(student, cases):
    """pad2d adds four different amounts, each on its side"""
    for amounts in ((1, 2, 3, 4), (4, 1, 5, 2)):
        x = cases.images(2, 3, 4, 6).float()
        expect(student.pad2d(x, *amounts)).to_agree_with(reference.pad2d(x, *amounts))


@check(after="pad2d_is_own_work", quote="The four widths are 0 or more.")
def test_pad2d_nothing_on_a_side(student, cases):
    """pad2d works when the rows, the columns, a single side or no side gets anything"""
    x = cases.images(2, 1, 3, 5).float()
    single = (2, 0, 0, 0), (0, 1, 0, 0), (0, 0, 3, 0), (0, 0, 0, 2)
    for amounts in ((2, 2, 0, 0), (0, 0, 3, 3), (0, 0, 0, 0), *single):
        expect(student.pad2d(x, *amounts)).to_agree_with(reference.pad2d(x, *amounts))


@check(after="pad2d_is_own_work", quote="The four sides may differ, and the value need not be 0.")
def test_pad2d_value(student, cases):
    """pad2d fills the frame with `value`, and leaves the image as it is"""
    x = cases.images(2, 3, 2, 4).float()
    for value in (-2.0, 0.75):
        expect(student.pad2d(x, 2, 2, 2, 2, value=value)).to_agree_with(reference.pad2d(x, 2, 2, 2, 2, value))


@check(after="pad2d_is_own_work", quote="Any number of axes may come before H and W.")
def test_pad2d_any_axes(student, cases):
    """pad2d pads the last two axes, whatever comes before them: (H, W), (C, H, W), (N, B, C, H, W)"""
    for shape in ((3, 5), (4, 2, 3), (2, 3, 1, 4, 2)):
        x = cases.tensor(*shape).float()
        expect(student.pad2d(x, 2, 2, 2, 2)).to_agree_with(reference.pad2d(x, 2, 2, 2, 2))


@check(after="pad2d_frame", quote="with the dtype and device of x; gradients flow back to x.")
def test_pad2d_dtype(student, cases):
    """pad2d keeps the dtype: float32, float64, whole numbers"""
    for x in (cases.tensor(2, 3, dtype=torch.float32), cases.tensor(2, 3), cases.integers(3, 2)):
        expect(student.pad2d(x, 1, 1, 1, 1)).to_match(reference.pad2d(x, 1, 1, 1, 1))


def x_after_writing_into_the_result(student, x):
    student.pad2d(x, 0, 0, 0, 0).add_(1)
    return x


@check(after="pad2d_frame", quote="A new tensor (also when all four are 0)")
def test_pad2d_new_tensor(student, cases):
    """pad2d gives a new tensor even when there is nothing to add: writing into it leaves x alone"""
    x = cases.tensor(3, 4).float()
    expect(student.pad2d(x, 0, 0, 0, 0)).to_agree_with(x)
    expect(student.beside(x_after_writing_into_the_result)(x.clone())).to_equal(x)


def device_of_the_result(student, x):
    try:
        return student.pad2d(x.to("meta"), 1, 2, 0, 1).device.type
    except NotImplementedError as error:  # torch's own, about copying between the two
        if "meta" not in str(error):
            raise
        return "cpu"


@check(after="pad2d_frame", quote="with the dtype and device of x")
def test_pad2d_device(student, cases):
    """pad2d makes its result on the device of x"""
    device = expect(student.beside(device_of_the_result)(cases.tensor(2, 3, 4))).to_be_a(str)
    expect(device == "meta").to_hold("the frame is made on the device of x (`device=x.device`, or `x.new_full`)")


@check(
    after="pad2d_frame",
    quote=("gradients flow back to x.", "leave the arguments as they were", "any memory layout"),
)
def test_pad2d_gradients(student, cases):
    """pad2d lets gradients flow back to x, leaves x as it was, and works on slices of larger tensors"""
    x, upstream = cases.images(2, 3, 3, 4).float(), cases.images(2, 3, 5, 6).float()
    expect(lambda: student.pad2d(x, 1, 1, 1, 1)).to_leave_inputs_alone()
    found = student.with_gradients(upstream).pad2d(x, 1, 1, 1, 1)
    expect(found).to_have_gradient(upstream[:, :, 1:4, 1:5], of="0")
    expect(student.on_views.pad2d(x, 1, 1, 1, 1)).to_agree_with(reference.pad2d(x, 1, 1, 1, 1))
