"""Known mistakes of the exercise `trustworthy`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


@mistake(replaces="trustworthy", hint="Your test says True to every function. Compare what comes out with what should.")
def trusts_everybody(pool):
    return True


@mistake(replaces="trustworthy", hint="Your test says False even to torch’s own pooling. Try trustworthy(F.max_pool2d) and find the rule that it breaks.")
def trusts_nobody(pool):
    return False


edit("trustworthy", "looks_at_the_shape_only",
     "(1, 2), (0, 1))", "(1, 2), (0, 1)),",
     "or not torch.allclose(found, right)", "",
     of="trustworthy__asks_torch", hint="The right shape can hold wrong numbers. Compare the values too, with torch.allclose.")

edit("trustworthy", "square_cases_only",
     "for shape, kernel, stride, padding in (((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)), ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1))):",
     "for shape, kernel, stride, padding in (\n"
     "        ((2, 3, 7, 10), (2, 2), (3, 3), (1, 1)),\n"
     "        ((1, 2, 9, 6), (3, 3), (2, 2), (1, 1)),\n"
     "    ):",
     of="trustworthy__asks_torch", hint="Mixing up height and width goes unseen while kernel, stride and padding are square. Take pairs with unequal halves.")

edit("trustworthy", "positive_images_only",
     "(1, 2), (0, 1))", "(1, 2), (0, 1)),",
     "x = torch.randn(shape) - 5", "x = torch.rand(shape) + 1",
     of="trustworthy__asks_torch", hint="With positive numbers a frame of zeros never wins, so it goes unseen. Test images that are negative everywhere.")

edit("trustworthy", "never_pads",
     "1, 0)), ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1))",
     "0, 0)),\n"
     "        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 0)),",
     of="trustworthy__asks_torch", hint="You never ask for padding, so a function that forgets it or fills it with zeros gets through.")

edit("trustworthy", "one_channel_one_image",
     "for shape, kernel, stride, padding in (((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)), ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1))):",
     "for shape, kernel, stride, padding in (\n"
     "        ((1, 1, 7, 10), (2, 3), (3, 2), (1, 0)),\n"
     "        ((1, 1, 9, 6), (3, 2), (1, 2), (0, 1)),\n"
     "    ):",
     of="trustworthy__asks_torch", hint="With one image of one channel nobody can mix channels or images up. Test with several of both.")

edit("trustworthy", "stride_as_the_kernel",
     "for shape, kernel, stride, padding in (((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)), ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1))):",
     "for shape, kernel, stride, padding in (\n"
     "        ((2, 3, 7, 10), (2, 3), (2, 3), (1, 0)),\n"
     "        ((1, 2, 9, 6), (3, 2), (3, 2), (0, 1)),\n"
     "    ):",
     of="trustworthy__asks_torch", hint="You only ask for a stride equal to the kernel, so a function that ignores the stride gets through.")


@mistake(replaces="trustworthy", hint="When the function under test stops with an error, your test stops too. Catch it and say False.")
def stops_with_the_function(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        found = pool(x, kernel, stride, padding)
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


edit("trustworthy", "counts_on_a_tensor",
     "(1, 2), (0, 1))", "(1, 2), (0, 1)),",
     "not isinstance(found, torch.Tensor) or", "",
     of="trustworthy__asks_torch", hint="A wrong function may give something that is no tensor, None for instance, and then your test stops. Say False.")


@mistake(replaces="trustworthy", hint="One square image with kernel 2 and nothing else lets most wrong functions through. Take unequal pairs, padding, negative numbers, several images and channels.")
def one_friendly_case(pool):
    x = torch.rand(1, 1, 8, 8)
    try:
        found = pool(x, (2, 2), (2, 2), (0, 0))
    except Exception:
        return False
    return isinstance(found, torch.Tensor) and found.shape == (1, 1, 4, 4) and torch.allclose(found, F.max_pool2d(x, 2))
