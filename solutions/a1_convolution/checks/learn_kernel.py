"""Hidden checks of the exercise `learn_kernel`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch

from autograder.judge import check, expect


# Bright images (±4) make the error steep, so that few steps of 2e-2 are enough.
def lesson(cases: Any, image: tuple[int, int], kernel: tuple[int, int], shift: float = 0.0) -> tuple[torch.Tensor, ...]:
    """An image, what a random kernel makes of it, and that kernel."""
    x, K = cases.tensor(*image, low=shift - 4, high=shift + 4), cases.tensor(*kernel)
    return x, reference.corr2d(x, K), K


@check()
def test_learnt_result(student, cases):
    """learn_kernel returns a plain (kh, kw) tensor without gradient and a list of floats, one for each step"""
    x, y, _ = lesson(cases, (5, 7), (2, 3))
    expect(lambda: student.learn_kernel(x, y, (2, 3), steps=4)).to_leave_inputs_alone()
    kernel, losses = expect(student.learn_kernel(x, y, (2, 3), steps=4)).to_be_a(tuple, length=2)
    expect(kernel).to_have_shape(2, 3)
    expect(expect(kernel).to_be_detached()).to_have_dtype(torch.float64)
    expect(losses).to_be_a(list, length=4)
    for loss in losses:
        expect(loss).to_be_a(float)


@check(weight=2)
def test_one_more_step(student, cases):
    """learn_kernel moves by -lr times the gradient of the mean squared error, and notes the error before the step"""
    x, y, _ = lesson(cases, (6, 9), (2, 3), shift=1.0)
    kernel, losses = expect(student.learn_kernel(x, y, (2, 3), steps=5, lr=1.5e-2, seed=3)).to_be_a(tuple, length=2)
    expect(kernel).to_have_shape(2, 3)
    expect(losses).to_be_a(list, length=5)
    further, longer = expect(student.learn_kernel(x, y, (2, 3), steps=6, lr=1.5e-2, seed=3)).to_be_a(tuple, length=2)
    start = expect(kernel).to_have_dtype(torch.float64).detach().requires_grad_()
    error = ((reference.corr2d(x, start) - y) ** 2).mean()
    (slope,) = torch.autograd.grad(error, start)
    expect(further).to_match((start - 1.5e-2 * slope).detach())
    expect(longer).to_match([*losses, error.item()])


@check(weight=2)
def test_finds_the_kernel(student, cases):
    """learn_kernel finds hidden kernels of 1 × 2, 3 × 3 and 2 × 3"""
    for kernel in ((1, 2), (3, 3), (2, 3)):
        x, y, K = lesson(cases, (9, 11), kernel)
        found, _ = expect(student.learn_kernel(x, y, kernel, steps=120, lr=2e-2)).to_be_a(tuple, length=2)
        expect(found).to_match(K, rtol=0, atol=1e-2)


@check()
def test_finds_an_edge(student):
    """learn_kernel finds [1, -1] from a bright stripe and its edges"""
    stripe = torch.zeros(6, 8)
    stripe[:, 2:6] = 4
    edges = stripe[:, :-1] - stripe[:, 1:]
    kernel, _ = expect(student.learn_kernel(stripe, edges, (1, 2), steps=150, lr=2e-2)).to_be_a(tuple, length=2)
    expect(kernel).to_match(torch.tensor([[1.0, -1.0]]), rtol=0, atol=1e-2)


@check(weight=1.5)
def test_large_image(student, cases):
    """learn_kernel does not explode on a larger image with lr = 2e-2"""
    x, y, K = lesson(cases, (30, 41), (3, 2), shift=0.5)
    found, losses = expect(student.learn_kernel(x, y, (3, 2), steps=120, lr=2e-2, seed=1)).to_be_a(tuple, length=2)
    expect(found).to_match(K, rtol=0, atol=1e-2)
    expect(expect(losses).to_be_a(list, length=120)[-1]).to_be_below(1e-3, "last loss")


@check()
def test_losses_fall(student, cases):
    """learn_kernel gets better: the last loss is less than a hundredth of the first"""
    x, y, _ = lesson(cases, (8, 7), (2, 2))
    _, losses = expect(student.learn_kernel(x, y, (2, 2), steps=80, lr=2e-2)).to_be_a(tuple, length=2)
    first = expect(expect(losses).to_be_a(list, length=80)[0]).to_reach(1e-6, "first loss")
    expect(losses[-1]).to_be_below(first / 100, "last loss")


@check()
def test_kernel_starts_anywhere(student, cases):
    """learn_kernel gives the same again with the same seed, and starts elsewhere with another"""
    x, y, _ = lesson(cases, (5, 6), (1, 3))
    first, losses = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=5)).to_be_a(tuple, length=2)
    again, same = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=5)).to_be_a(tuple, length=2)
    expect(again).to_equal(expect(first).to_have_shape(1, 3))
    expect(same).to_equal(expect(losses).to_be_a(list, length=2))
    _, others = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=6)).to_be_a(tuple, length=2)
    expect(expect(others).to_be_a(list, length=2)[0] != losses[0]).to_hold("another seed starts from another kernel")


def random_numbers_stay_the_same(student, x, y):
    def start(seed):
        return student.learn_kernel(x, y, (1, 3), steps=1, seed=5)[1]

    before = torch.get_rng_state()
    first = start(5)
    untouched = torch.equal(before, torch.get_rng_state())
    torch.rand(3)
    return bool(untouched and first == start(5))


@check(weight=0.5)
def test_global_random_state(student, cases):
    """learn_kernel draws its start from a generator of its own: everybody else's random numbers stay the same"""
    x, y, _ = lesson(cases, (4, 6), (1, 3))
    same = expect(student.beside(random_numbers_stay_the_same)(x, y)).to_be_a(bool)
    expect(same).to_hold("the global random state is neither used nor changed (`torch.Generator().manual_seed(seed)`)")


@check(weight=0.5)
def test_learns_in_float32(student, cases):
    """learn_kernel keeps the dtype of x: float32 images give a float32 kernel"""
    x, y, K = (one.float() for one in lesson(cases, (8, 9), (3, 1)))
    found, _ = expect(student.learn_kernel(x, y, (3, 1), steps=120, lr=2e-2)).to_be_a(tuple, length=2)
    expect(found).to_match(K, rtol=0, atol=1e-2)
