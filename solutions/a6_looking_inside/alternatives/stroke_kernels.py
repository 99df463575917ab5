"""Right solutions of the exercise `stroke_kernels`, written differently: none of them may lose a point. Named function__how."""

import matplotlib.pyplot as plt
import torch


def stroke_kernels__by_distance(size=5):
    if not size % 2:
        raise ValueError("even")
    place = torch.arange(size) - size // 2
    down, right = torch.meshgrid(place, place, indexing="ij")
    strokes = torch.stack([right == 0, down == 0, down == right, down == -right]).float()
    return (strokes - 1 / size)[:, None]


def stroke_kernels__one_by_one(size=5):
    middle, rest = divmod(size, 2)
    if rest == 0:
        raise ValueError(f"{size} is even")
    made = []
    for entry in (lambda i: (i, middle), lambda i: (middle, i), lambda i: (i, i), lambda i: (i, size - 1 - i)):
        kernel = torch.zeros(1, size, size)
        for i in range(size):
            row, column = entry(i)
            kernel[0, row, column] = 1.0
        made.append(kernel - kernel.sum() / kernel.numel())
    return torch.stack(made)


def kernel_grid__add_subplot(layer, columns=8):
    with torch.no_grad():
        kernels = layer.weight[:, 0].clone().numpy()
    rows = (len(kernels) + columns - 1) // columns
    figure = plt.figure(figsize=(columns, rows))
    largest = abs(kernels).max()
    for place in range(rows * columns):
        axes = figure.add_subplot(rows, columns, place + 1)
        axes.set_axis_off()
        if place < len(kernels):
            axes.imshow(kernels[place], vmin=-largest, vmax=largest, cmap="bwr")
            axes.set_title(f"{place}")
    return figure


def kernel_grid__rows_of_kernels(layer, columns=8):
    kernels = layer.weight.data[:, 0]
    m = float(kernels.abs().amax())
    parts = kernels.split(columns)
    figure, axes = plt.subplots(len(parts), columns, squeeze=False)
    for number, part in enumerate(parts):
        for column in range(columns):
            axes[number][column].set_xticks([])
            axes[number][column].set_yticks([])
            if column < len(part):
                axes[number][column].imshow(part[column].tolist(), vmin=-m, vmax=m)
                axes[number][column].set_title(number * columns + column)
    return figure
