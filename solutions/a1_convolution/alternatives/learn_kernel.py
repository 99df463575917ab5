"""Right solutions of the exercise `learn_kernel`, written differently: none of them may lose a point. Named function__how."""

import numpy as np
import torch
import torch.nn.functional as F


def learn_kernel__sgd(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    start = torch.randn(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
    kernel = torch.nn.Parameter(start.to(x.device))
    optimizer = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(F.conv2d(x[None, None], kernel[None, None]).squeeze(), y.squeeze())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return kernel.data.clone(), losses


def learn_kernel__by_hand(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    numbers = np.random.default_rng(seed).normal(size=kernel_size)
    kernel = torch.tensor(numbers, dtype=x.dtype, device=x.device)
    windows = x.unfold(0, kernel_size[0], 1).unfold(1, kernel_size[1], 1)
    losses = []
    for _ in range(steps):
        error = (windows * kernel).sum((-1, -2)) - y
        losses.append((error**2).mean().item())
        kernel = kernel - lr * 2 / error.numel() * (windows * error[:, :, None, None]).sum((0, 1))
    return kernel, losses


def learn_kernel__conv_layer(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layer = torch.nn.Conv2d(1, 1, kernel_size, bias=False).to(x)
    optimizer = torch.optim.SGD(layer.parameters(), lr)
    losses = []
    for _ in range(steps):
        loss = torch.nn.MSELoss()(layer(x[None, None]), y[None, None])
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return layer.weight.detach()[0, 0], losses


def learn_kernel__new_leaf(x, y, kernel_size, steps=200, lr=0.01, seed=0):
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel = kernel.to(x.device)
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, kernel)
        kernel = (kernel - lr * slope).detach()
        losses.append(loss.item())
    return kernel, losses


def learn_kernel__in_double(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    kernel = 3 * torch.randn(kernel_size, generator=generator, dtype=torch.float64).to(x.device)
    wide, target, losses = x.double(), y.double(), []
    for _ in range(steps):
        slope, loss = torch.func.grad_and_value(
            lambda k: F.mse_loss(F.conv2d(wide[None, None], k[None, None])[0, 0], target)
        )(kernel)
        losses += [float(loss)]
        kernel = kernel.sub(slope, alpha=lr)
    return [kernel.to(x.dtype), losses]


def learn_kernel__state_put_back(x, y, kernel_size, steps=200, lr=1e-2, seed=0):
    before = torch.get_rng_state()
    torch.manual_seed(seed)
    kernel = torch.empty(kernel_size, dtype=x.dtype).uniform_(0, 1).to(x.device).requires_grad_(True)
    torch.set_rng_state(before)
    losses = []
    while len(losses) < steps:
        loss = (corr2d(x, kernel) - y).pow(2).mean()
        loss.backward()
        kernel.data.add_(kernel.grad, alpha=-lr)
        kernel.grad.zero_()
        losses.append(loss.detach().tolist())
    return kernel.detach().clone(), losses
