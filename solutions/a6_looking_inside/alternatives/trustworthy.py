"""Right solutions of the exercise `trustworthy`, written differently: none of them may lose a point. Named function__how."""

import torch
from torch import nn


def trustworthy__by_asking_autograd(look):
    """A small network with a convolution; the right slopes come from autograd, in double precision."""
    from torch.func import grad

    torch.manual_seed(3)
    model = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Tanh(), nn.Dropout(0.9), nn.Flatten(), nn.Linear(24, 5)).double()
    judged = nn.Sequential(*model).eval()
    x = torch.randn(40, 3, 3, 4).double()
    own = judged(x).argmax(dim=1)
    x, own = x[torch.stack([(own == label).nonzero()[0, 0] for label in own.unique()])], own.unique()
    wishes = [
        (x, None, own),
        (x, 4, [4] * len(x)),
        (x[:1], 0, [0]),
        (x, [1] + [3] * (len(x) - 1), [1] + [3] * (len(x) - 1)),
    ]
    wanted = []
    for pictures, _, labels in wishes:
        maps = [
            grad(lambda one, label=label: judged(one[None])[0, label])(p).abs() for p, label in zip(pictures, labels)
        ]
        wanted.append(torch.stack(maps).max(dim=1).values)
    for module in model.modules():
        module.training = True
    for (pictures, target, _), right in zip(wishes, wanted):
        before = pictures.clone()
        try:
            found = look(model, pictures, target)
        except BaseException:
            return False
        if tuple(found.shape) != tuple(right.shape) or (found - right).abs().max() > 1e-9:
            return False
        if not torch.equal(before, pictures) or pictures.requires_grad:
            return False
    grads = [parameter.grad for parameter in model.parameters()]
    return grads == [None] * len(grads) and all(module.training for module in model.modules())


def trustworthy__two_small_tables(look):
    """Numbers that one can check on paper, one question after the other."""
    first = torch.tensor([[1.0, -3.0], [-4.0, 2.0]])  # two channels of 1 × 2 pixels
    second = torch.tensor([[5.0, 0.5], [0.25, -6.0]])
    dense = nn.Linear(4, 2, bias=False)
    dense.weight = nn.Parameter(torch.stack([first.flatten(), second.flatten()]))
    model = nn.Sequential(nn.Dropout(0.75), nn.Flatten(), dense)
    x = torch.stack([first, second]).reshape(2, 2, 1, 2)  # says 0, says 1
    zero, one = [[4.0, 3.0]], [[5.0, 6.0]]
    questions = [(None, [zero, one]), (0, [zero, zero]), (1, [one, one]), ([1, 0], [one, zero])]

    def passes():
        for target, answer in questions:
            assert torch.allclose(look(model, x, target), torch.tensor(answer))
        alone = look(model, x[1:], None)
        assert alone.shape == (1, 1, 2) and torch.allclose(alone, torch.tensor([one]))
        assert model.training and model[0].training and dense.weight.grad is None
        assert x.grad is None and not x.requires_grad

    try:
        passes()
    except Exception:
        return False
    return True


def trustworthy__linear_net(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


def trustworthy__numpy(look):
    """The verdict is a number of NumPy's."""
    import numpy as np

    torch.manual_seed(2)
    dense = nn.Linear(24, 3)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    slopes = dense.weight.detach().reshape(3, 2, 3, 4)
    x, maps = 5 * slopes.clone(), np.abs(slopes.numpy()).max(axis=1)
    questions = [(x, None, [0, 1, 2]), (x, 1, [1, 1, 1]), (x, [2, 0, 0], [2, 0, 0]), (x[:1], 2, [2])]
    right = []
    for pictures, target, classes in questions:
        try:
            found = look(model, pictures, target).numpy()
        except Exception:
            return False
        right.append(found.shape == maps[classes].shape and np.allclose(found, maps[classes], atol=1e-6))
    right += [module.training for module in model.modules()]
    right += [parameter.grad is None for parameter in model.parameters()] + [not x.requires_grad]
    return np.array(right).all()
