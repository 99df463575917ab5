"""Right solutions of the exercise `conv_components`, written differently: none of them may lose a point. Named function__how."""

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F


def conv_components__groups(x, weight, bias):
    cout, cin, h, w = weight.shape
    apart = F.conv2d(x, weight.transpose(0, 1).reshape(cin * cout, 1, h, w), groups=cin)
    parts = apart.reshape(x.shape[0], cin, cout, *apart.shape[2:]).transpose(1, 2)
    return parts, parts.sum(2) + bias.view(-1, 1, 1)


def conv_components__einsum(x, weight, bias):
    windows = x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    return torch.einsum("bcijuv,kcuv->bkcij", windows, weight), F.conv2d(x, weight, bias)


def conv_components__loops(x, weight, bias):
    images, out_maps = [], []
    for b in range(x.shape[0]):
        parts = [[corr2d(x[b, c], weight[k, c]) for c in range(x.shape[1])] for k in range(weight.shape[0])]
        images.append(torch.stack([torch.stack(row) for row in parts]))
        out_maps.append(torch.stack([sum(row) + bias[k] for k, row in enumerate(parts)]))
    return torch.stack(images), torch.stack(out_maps)


def conv_components__pair_in_a_list(x, weight, bias):
    parts = torch.stack([F.conv2d(x[:, c, None], weight[:, c, None]) for c in range(x.shape[1])], dim=2)
    return [parts, parts.sum(dim=2) + bias[:, None, None]]


def plot_components__add_subplot(x, components, maps):
    figure = plt.figure(figsize=(6, 6))
    cout, cin = components.shape[1], components.shape[2]
    place = 0
    for row in range(cin + 1):
        for column in range(cout + 1):
            place += 1
            axes = figure.add_subplot(cin + 1, cout + 1, place)
            c, k = row - 1, column - 1
            if row == 0 and column == 0:
                picture, title = x[0].mean(dim=0), "image"
            elif column == 0:
                picture, title = x[0, c], f"channel {c}"
            elif row == 0:
                picture, title = maps[0, k], f"map {k}"
            else:
                picture, title = components[0, k, c], f"channel {c}, kernel {k}"
            axes.imshow(picture.detach().numpy(), cmap="viridis")
            axes.set_title(title)
    return figure


def plot_components__flat_list(x, components, maps):
    x, components, maps = x[0].detach(), components[0].detach(), maps[0].detach()
    rows = [[(x.sum(0) / len(x), "image")] + [(m, f"map {k}") for k, m in enumerate(maps)]]
    for c in range(len(x)):
        rows.append([(x[c], "channel " + str(c))] + [(components[k, c], f"channel {c}, kernel {k}") for k in range(len(maps))])
    fig, axs = plt.subplots(len(rows), len(rows[0]))
    for ax, (picture, title) in zip(axs.flat, [cell for row in rows for cell in row]):
        ax.imshow(np.asarray(picture), vmin=-1, vmax=1)
        ax.set(title=title, xticks=[], yticks=[])
    fig.suptitle("components")
    fig.tight_layout()
    return fig


def plot_components__lambda(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


def conv_components__windows(x, weight, bias):
    parts = torch.einsum("bchwij,ocij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight)
    return parts, parts.sum(2) + bias[:, None, None]


def conv_components__one_image_at_a_time(x, weight, bias):
    every = []
    for image in x:
        every.append(torch.stack([F.conv2d(image[:, None], kernel[:, None], groups=1).diagonal(dim1=0, dim2=1).movedim(-1, 0)
                                  for kernel in weight]))
    parts = torch.stack(every)
    return parts, parts.sum(dim=-3) + bias[None, :, None, None]


def plot_components__left_titles_and_shared_axes(x, components, maps):
    cout, cin = components.shape[1:3]
    figure, axes = plt.subplots(1 + cin, 1 + cout, sharex="col", sharey="row", squeeze=False)
    table = [[(x[0].mean(0), "image"), *((maps[0, k], f"map {k}") for k in range(cout))]]
    for c in range(cin):
        table.append([(x[0, c], f"channel {c}"), *((components[0, k, c], f"channel {c}, kernel {k}") for k in range(cout))])
    for line, places in zip(table, axes):
        for (picture, title), place in zip(line, places):
            place.imshow(picture.tolist(), origin="lower", aspect="auto")
            place.set_title(title, loc="left")
    return figure


def plot_components__closed_figure(x, components, maps):
    figure = plt.Figure()
    cin, cout = x.shape[1], maps.shape[1]
    axes = iter(figure.subplots(cin + 1, cout + 1).ravel())
    for row in range(-1, cin):
        for column in range(-1, cout):
            place = next(axes)
            if row < 0:
                picture = x[0].mean(0) if column < 0 else maps[0, column]
                place.set_title("image" if column < 0 else f"map {column}")
            else:
                picture = x[0, row] if column < 0 else components[0, column, row]
                place.set_title(f"channel {row}" if column < 0 else f"channel {row}, kernel {column}")
            place.matshow(picture.detach())
    return figure
