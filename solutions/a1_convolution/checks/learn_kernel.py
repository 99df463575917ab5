"""Hidden checks of the exercise `learn_kernel`. The first line of each docstring is what the student reads.

The form of the two results is judged in one check, what height and width of a kernel need in few: elsewhere kernels are
square.
"""

from __future__ import annotations

from typing import Any

import reference
import torch

from autograder.judge import check, expect


# Bright images (±4) make the error steep, so that few steps of 2e-2 are enough.
def lesson(cases: Any, image: tuple[int, int], kernel: tuple[int, int], shift: float = 0.0) -> tuple[torch.Tensor, ...]:
    """An image, what a random kernel makes of it, and that kernel: float32."""
    x, K = cases.tensor(*image, low=shift - 4, high=shift + 4).float(), cases.tensor(*kernel).float()
    return x, reference.corr2d(x, K), K


def kernel_and_losses(answer: Any) -> tuple[Any, list[Any]]:
    """The pair that `learn_kernel` returns; axes, and how many plain floats there are, are judged in one check."""
    kernel, losses = expect(answer).to_be_a_row_of(2)
    if isinstance(kernel, torch.Tensor) and kernel.shape[:-2] == (1, 1):
        kernel = kernel[0, 0]
    found = expect(losses).to_be_a(list)
    return kernel, [loss.item() if isinstance(loss, torch.Tensor) and loss.numel() == 1 else loss for loss in found]


@check(
    after="finds_the_kernel",
    quote=("losses: a list of `steps` Python floats", "a plain tensor (kh, kw)", "leave the arguments as they were"),
)
def test_learnt_result(student, cases):
    """learn_kernel returns a plain (kh, kw) tensor without gradient and a list of floats, one for each step"""
    x, y, _ = lesson(cases, (5, 7), (2, 3))
    answer = expect(lambda: student.learn_kernel(x, y, (2, 3), steps=4)).to_leave_inputs_alone()
    kernel, losses = expect(answer).to_be_a_row_of(2)
    expect(expect(kernel).to_have_shape(2, 3)).to_be_detached()
    expect(losses).to_be_a(list, length=4)
    for loss in losses:
        expect(loss).to_be_a(float)


@check(weight=2, quote=("Every step is kernel - lr * gradient, no more", "the error *before* each step."))
def test_one_more_step(student, cases):
    """learn_kernel moves by -lr times the gradient of the mean squared error, and notes the error before the step"""
    x, y, _ = lesson(cases, (6, 9), (2, 2), shift=1.0)
    kernel, losses = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=5, lr=1.5e-2, seed=3))
    further, longer = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=6, lr=1.5e-2, seed=3))
    start = expect(kernel).to_have_shape(2, 2).detach().float().requires_grad_()
    error = ((reference.corr2d(x, start) - y) ** 2).mean()
    (slope,) = torch.autograd.grad(error, start)
    expect(further).to_agree_with((start - 1.5e-2 * slope).detach())
    expect(longer).to_match([*losses, error.item()], rtol=1e-4)


@check(weight=2, quote="Find a kernel (kh, kw) that turns x (H, W) into y (H-kh+1, W-kw+1), by gradient descent.")
def test_finds_the_kernel(student, cases):
    """learn_kernel finds hidden kernels of 1 × 1, 2 × 2 and 3 × 3"""
    for kernel in ((1, 1), (2, 2), (3, 3)):
        x, y, K = lesson(cases, (9, 11), kernel)
        found, _ = kernel_and_losses(student.learn_kernel(x, y, kernel, steps=120, lr=2e-2))
        expect(found).to_agree_with(K, rtol=0, atol=1e-2)


@check(quote="the kernel of the picture: [1, −1]")
def test_finds_an_edge(student):
    """learn_kernel finds [1, -1] from a bright stripe and its edges"""
    stripe = torch.zeros(6, 8)
    stripe[:, 2:6] = 4
    edges = stripe[:, :-1] - stripe[:, 1:]
    kernel, _ = kernel_and_losses(student.learn_kernel(stripe, edges, (1, 2), steps=150, lr=2e-2))
    expect(kernel).to_agree_with(torch.tensor([[1.0, -1.0]]), rtol=0, atol=1e-2)


@check(weight=1.5, quote="It stays stable with lr = 2e-2, on small and on larger images.")
def test_large_image(student, cases):
    """learn_kernel does not explode on a larger image with lr = 2e-2"""
    x, y, K = lesson(cases, (15, 19), (3, 2), shift=0.5)
    found, losses = kernel_and_losses(student.learn_kernel(x, y, (3, 2), steps=120, lr=2e-2, seed=1))
    expect(found).to_agree_with(K, rtol=0, atol=1e-2)
    expect(losses[-1]).to_be_below(1e-3, "last loss")


@check(quote="The error is the *mean* of the squared differences.")
def test_losses_fall(student, cases):
    """learn_kernel gets better: the last loss is less than a hundredth of the first"""
    x, y, _ = lesson(cases, (8, 7), (2, 2))
    _, losses = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=80, lr=2e-2))
    first = expect(losses[0]).to_reach(1e-6, "first loss")
    expect(losses[-1]).to_be_below(first / 100, "last loss")


@check(after="finds_the_kernel", quote="steps: int = 200, lr: float = 1e-2, seed: int = 0")
def test_learning_defaults(student, cases):
    """learn_kernel takes 200 steps of 1e-2 from the start of seed 0, unless told otherwise"""
    x, y, _ = lesson(cases, (5, 6), (2, 2))
    found, losses = kernel_and_losses(student.learn_kernel(x, y, (2, 2)))
    again, same = kernel_and_losses(student.learn_kernel(x, y, (2, 2), 200, 1e-2, 0))
    expect(found).to_equal(expect(again).to_have_shape(2, 2))
    expect(losses).to_equal(same)


@check(after="finds_the_kernel", quote="the same seed gives the same start, another seed another one.")
def test_kernel_starts_anywhere(student, cases):
    """learn_kernel gives the same again with the same seed, and starts elsewhere with another"""
    x, y, _ = lesson(cases, (5, 6), (2, 2))
    first, losses = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=2, seed=5))
    again, same = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=2, seed=5))
    expect(again).to_equal(expect(first).to_have_shape(2, 2))
    expect(same).to_equal(losses)
    _, others = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=2, seed=6))
    expect(others[0] != losses[0]).to_hold("another seed starts from another kernel")


def random_numbers_stay_the_same(student, x, y):
    def start(seed):
        return student.learn_kernel(x, y, (2, 2), steps=1, seed=5)[1]

    before = torch.get_rng_state()
    first = start(5)
    untouched = torch.equal(before, torch.get_rng_state())
    torch.rand(3)
    return bool(untouched and first == start(5))


@check(after="finds_the_kernel", quote="The global random state is neither used nor changed.")
def test_global_random_state(student, cases):
    """learn_kernel draws its start from a generator of its own: everybody else's random numbers stay the same"""
    x, y, _ = lesson(cases, (4, 6), (2, 2))
    same = expect(student.beside(random_numbers_stay_the_same)(x, y)).to_be_a(bool)
    expect(same).to_hold("the global random state is neither used nor changed (`torch.Generator().manual_seed(seed)`)")


@check(after="finds_the_kernel", quote="a plain tensor (kh, kw) with the dtype of x")
def test_learns_in_float64(student, cases):
    """learn_kernel keeps the dtype of x: float64 images give a float64 kernel"""
    x, y, K = (tensor.double() for tensor in lesson(cases, (8, 9), (2, 2)))
    found, _ = kernel_and_losses(student.learn_kernel(x, y, (2, 2), steps=120, lr=2e-2))
    expect(found).to_match(K, rtol=0, atol=1e-2)
