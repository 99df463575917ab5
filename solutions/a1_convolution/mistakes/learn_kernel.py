"""Known mistakes of the exercise `learn_kernel`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


@mistake(replaces="learn_kernel", hint="backward adds to .grad; without clearing it every step goes in the direction of all gradients so far. kernel.grad = None (or zero_grad) in each step.")
def gradient_never_cleared(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            kernel -= lr * kernel.grad
    return kernel.detach(), losses


@mistake(replaces="learn_kernel", hint="The step is taken before the gradient is computed, so the first one has none and all others use an old one. First backward, then the step.")
def steps_before_backward(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses, slope = [], torch.zeros_like(kernel)
    for _ in range(steps):
        kernel = (kernel - lr * slope).detach().requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, kernel)
        losses.append(loss.item())
    return kernel.detach(), losses


@mistake(replaces="learn_kernel", hint="The gradient is cleared between backward and the step, so nothing is ever learnt. Clear it after the step.")
def gradient_cleared_too_early(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean().item()
    return kernel, [loss] * steps


@mistake(replaces="learn_kernel", hint="A bias is learnt as well and takes over a part of the answer. There is none here: F.conv2d without bias, or bias=False.")
def learns_a_bias_too(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    bias = torch.zeros(1, dtype=x.dtype)
    losses = []
    for _ in range(steps):
        kernel.requires_grad_(), bias.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None], bias)[0, 0] - y) ** 2).mean()
        slopes = torch.autograd.grad(loss, (kernel, bias))
        kernel, bias = (kernel - lr * slopes[0]).detach(), (bias - lr * slopes[1]).detach()
        losses.append(loss.item())
    return kernel, losses


edit("learn_kernel", "sum_of_squares", "mean", "sum",
     of="learn_kernel__new_leaf", hint="You add the squared errors up; then the steps grow with the size of the image, until they explode. Take the mean.")

edit("learn_kernel", "absolute_errors",
     "loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()",
     "loss = (F.conv2d(x[None, None], kernel[None, None])[0, 0] - y).abs().mean()",
     of="learn_kernel__new_leaf", hint="The mean of the absolute errors is another error: its slope does not get smaller near the goal. Square the differences.")


@mistake(replaces="learn_kernel", hint="The kernel still asks for gradients. Return a plain tensor: kernel.detach().")
def kernel_still_attached(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        slope = torch.autograd.grad(loss, kernel)[0]
        with torch.no_grad():
            kernel -= lr * slope
        losses.append(loss.item())
    return kernel, losses


edit("learn_kernel", "losses_are_tensors",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()\n"
     "        losses.append(loss.item())",
     "        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()\n"
     "        losses.append(loss)",
     of="learn_kernel__new_leaf", hint="The list holds tensors, each with its whole history of computation. Store numbers: loss.item().")

edit("learn_kernel", "kernel_size_swapped",
     "rand(kernel_size, generator=torch.Generator().manual_seed",
     "rand(kernel_size[::-1], generator=torch.Generator().manual_seed",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()",
     "        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()",
     of="learn_kernel__new_leaf", hint="Height and width of the kernel are swapped: kernel_size is (height, width).")

edit("learn_kernel", "pads_the_input", "kernel[None, None]", "kernel[None, None], padding=1",
     of="learn_kernel__new_leaf", hint="Your convolution pads, so its result is larger than y. There is no padding here.")

edit("learn_kernel", "kernel_with_four_axes",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()",
     "        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()",
     "return kernel", "return kernel[None, None]",
     of="learn_kernel__new_leaf", hint="The kernel comes back with the axes that F.conv2d wants. Return (kh, kw): kernel[0, 0].")

edit("learn_kernel", "walks_uphill",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()",
     "        kernel = (kernel + lr * torch.autograd.grad(loss, kernel)[0]).detach()",
     of="learn_kernel__new_leaf", hint="You walk uphill: the step goes against the gradient, kernel - lr * gradient.")

edit("learn_kernel", "learns_it_flipped", ", kernel[None, None]", ", kernel.flip(0, 1)[None, None]",
     of="learn_kernel__new_leaf", hint="The kernel is learnt flipped: slide it as it is (F.conv2d does), without turning it.")


@mistake(replaces="learn_kernel", hint="Your list has one loss more than there are steps: note the error before each step, and not once again at the end.")
def one_loss_too_many(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for step in range(steps + 1):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        losses.append(loss.item())
        if step < steps:
            kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
    return kernel.detach(), losses


edit("learn_kernel", "losses_after_the_step",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()\n"
     "        losses.append(loss.item())",
     "        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()\n"
     "        losses.append(((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean().item())",
     of="learn_kernel__new_leaf", hint="Each loss is the one after the step. The list starts with the error of the random kernel, before anything was learnt.")

edit("learn_kernel", "last_loss_only",
     "    losses = []\n", "",
     "        losses.append(loss.item())\n"
     "    return kernel, losses",
     "    return kernel, [loss.item()]",
     of="learn_kernel__new_leaf", hint="Only the last loss is returned. Append one in every step: the list shows how learning went.")

edit("learn_kernel", "seed_is_ignored",
     "kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5",
     "kernel = torch.zeros(kernel_size, dtype=x.dtype)",
     of="learn_kernel__new_leaf", hint="The kernel starts from the same numbers whatever the seed is. Draw the start from a generator with that seed.")

edit("learn_kernel", "seeds_everybody",
     "    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5",
     "    torch.manual_seed(seed)\n"
     "    kernel = torch.rand(kernel_size, dtype=x.dtype) - 0.5",
     of="learn_kernel__new_leaf", hint="torch.manual_seed changes the random numbers of everybody else in the notebook. Use a generator of your own: torch.Generator().manual_seed(seed).")

edit("learn_kernel", "lr_is_ignored",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()",
     "        kernel = (kernel - 1e-2 * torch.autograd.grad(loss, kernel)[0]).detach()",
     of="learn_kernel__new_leaf", hint="The learning rate is fixed: lr does not reach your step.")

edit("learn_kernel", "steps_are_ignored",
     "range(steps)", "range(200)",
     "        (slope,) = torch.autograd.grad(loss, kernel)\n"
     "        kernel = (kernel - lr * slope).detach()",
     "        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()",
     of="learn_kernel__new_leaf", hint="The number of steps is fixed: range(steps), not range(200).")

edit("learn_kernel", "learns_in_float32",
     "    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5",
     "    x, y = x.float(), y.float()\n"
     "    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed)) - 0.5",
     of="learn_kernel__new_leaf", hint="The kernel is float32 even for a float64 image: draw it with dtype=x.dtype.")


@mistake(replaces="learn_kernel", hint="You solved the equations instead of learning: no random start, no steps. Go downhill with the gradient, `steps` times.")
def least_squares(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    windows = x.unfold(0, kernel_size[0], 1).unfold(1, kernel_size[1], 1).reshape(y.numel(), -1)
    kernel = torch.linalg.lstsq(windows, y.reshape(-1, 1)).solution.reshape(kernel_size)
    return kernel, [((windows @ kernel.reshape(-1, 1) - y.reshape(-1, 1)) ** 2).mean().item()] * steps


edit("learn_kernel", "half_the_error", "mean()", "mean() / 2",
     of="learn_kernel__new_leaf", hint="The gradient is half as long as it should be: the 1/2 in front of the squared error belongs to another textbook. Use the formula of the notebook.")
