"""Right solutions of the exercise `trustworthy`, written differently: none of them may lose a point. Named function__how."""

import numpy as np
import torch
import torch.nn.functional as F


def trustworthy__asks_torch(pool):
    for shape, kernel, stride, padding in (((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)), ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1))):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


def trustworthy__properties(pool):
    x = torch.randn(2, 3, 7, 10) - 4
    kernel, stride, padding = (3, 2), (2, 3), (1, 0)
    try:
        y = pool(x.clone(), kernel, stride, padding)
        if tuple(y.shape) != (2, 3, 4, 3):
            return False
        rows = [slice(max(2 * i - 1, 0), 2 * i + 2) for i in range(4)]
        columns = [slice(3 * j, 3 * j + 2) for j in range(3)]
        for i in range(4):
            for j in range(3):
                if (y[:, :, i, j] - x[:, :, rows[i], columns[j]].amax((2, 3))).abs().max() > 1e-4:
                    return False
    except Exception:
        return False
    return True


def trustworthy__follows_the_bullets(pool):
    for dtype in (torch.float32, torch.float64):
        x = (torch.randn(2, 3, 7, 10) * 3 - 7).to(dtype)
        kernel, stride, padding = (2, 3), (3, 2), (1, 0)
        try:
            y = pool(x, kernel, stride, padding)
            if y.dtype != dtype or y.shape != (2, 3, 3, 4) or not torch.isin(y, x).all():
                return False
            if not torch.allclose(pool(x + 10, kernel, stride, padding), y + 10):
                return False
            for i, j in np.ndindex(3, 4):
                window = x[:, :, max(0, 3 * i - 1) : 3 * i + 1, 2 * j : 2 * j + 3]
                if (y[:, :, i, j, None] < window.flatten(2)).any() or not (y[:, :, i, j, None] == window.flatten(2)).any(-1).all():
                    return False
            other = x.clone()
            other[:, 1] += 5
            if not torch.equal(pool(other, kernel, stride, padding)[:, ::2], y[:, ::2]):
                return False
        except Exception:
            return False
    return True
