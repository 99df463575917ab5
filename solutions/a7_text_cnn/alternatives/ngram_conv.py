"""Right solutions of the exercise `ngram_conv`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def ngram_conv__flat(emb, weight, bias):
    B, L, E = emb.shape
    if weight.shape[1] / E != int(weight.shape[1] / E):
        raise ValueError("not a whole number of letters")
    return F.conv1d(emb.reshape(B, 1, L * E), weight.unsqueeze(1), bias, stride=E)


def ngram_conv__channels(emb, weight, bias):
    n, rest = divmod(weight.shape[1], emb.shape[2])
    if rest:
        raise ValueError(f"{rest} weights too many")
    kernel = weight.view(weight.shape[0], n, emb.shape[2]).transpose(1, 2)
    return F.conv1d(emb.transpose(1, 2), kernel, bias)


def ngram_conv__unfold(emb, weight, bias):
    E = emb.size(-1)
    if weight.size(1) % E:
        raise ValueError("weight")
    windows = emb.unfold(1, weight.size(1) // E, 1)  # (B, P, E, n)
    return (windows.transpose(2, 3).flatten(2) @ weight.T + bias).transpose(1, 2)


def ngram_conv__sum_over_letters(emb, weight, bias):
    E = emb.shape[2]
    assert_whole = weight.shape[1] % E == 0
    if not assert_whole:
        raise ValueError
    n = weight.shape[1] // E
    P = emb.shape[1] - n + 1
    out = bias[None, :, None]
    for k in range(n):
        out = out + torch.einsum("ble,ce->bcl", emb[:, k : k + P], weight[:, k * E : (k + 1) * E])
    return out


def conv1d_weight__unflatten(weight, embedding_dim):
    return weight.unflatten(1, (weight.shape[1] // embedding_dim, embedding_dim)).mT


def conv1d_weight__strides(weight, embedding_dim):
    return torch.stack([weight[:, e::embedding_dim] for e in range(embedding_dim)], dim=1)


def conv1d_weight__letters(weight, embedding_dim):
    return torch.stack(weight.split(embedding_dim, dim=1), dim=-1)


def ngram_conv__one_long_row(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])


def ngram_conv__as_images(emb, weight, bias):
    B, L, E = emb.shape
    if weight.shape[1] % E:
        raise ValueError(f"{weight.shape[1]} is no multiple of {E}")
    kernel = weight.reshape(len(weight), 1, -1, E)
    return F.conv2d(emb[:, None], kernel, bias)[..., 0]


def ngram_conv__fold(emb, weight, bias):
    size, (n, rest) = emb.size(2), divmod(weight.size(1), emb.size(2))
    if rest != 0:
        raise ValueError("ragged")
    columns = F.unfold(emb.unsqueeze(1), (n, size))
    return weight @ columns + bias.unsqueeze(1)


def conv1d_weight__einsum(weight, embedding_dim):
    return torch.einsum("cne->cen", weight.reshape(weight.shape[0], weight.shape[1] // embedding_dim, embedding_dim))
