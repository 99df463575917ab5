"""Right solutions of the exercise `data`, written differently: none of them may lose a point. Named function__how."""

import math
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def to_unit__numpy(pixels):
    values = pixels.cpu().numpy()
    whole = np.issubdtype(values.dtype, np.integer)
    values = values.astype(np.float32) / (np.float32(255) if whole else np.float32(1))
    return torch.from_numpy(values.reshape(len(values), 1, *values.shape[-2:])).to(pixels.device)


def to_unit__in_steps(pixels):
    images = pixels.clone()
    if images.dtype not in (torch.float16, torch.float32, torch.float64):
        images = images.to(torch.float32).div_(255)
    images = images.to(torch.float32)
    if images.dim() == 3:
        images = images.unsqueeze(1)
    return images


def split_indices__numpy(n, fractions, seed=0):
    if not math.isclose(sum(fractions), 1, abs_tol=1e-6):
        raise ValueError("the fractions should add up to 1")
    order = np.random.default_rng(seed).permutation(n)
    cuts, end = [], n
    for fraction in reversed(fractions[1:]):
        end -= round(n * fraction)
        cuts.insert(0, end)
    return [torch.from_numpy(part.astype(np.int64)) for part in np.split(order, cuts)]


def split_indices__slices(n, fractions, seed=0):
    if round(sum(fractions), 6) != 1:
        raise ValueError
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    parts = []
    for fraction in fractions[1:]:
        size = round(n * fraction)
        parts.append(order[:size])
        order = order[size:]
    return [order, *parts]


def standardize__by_hand(images, train):
    seen = torch.stack([images[i] for i in train.tolist()])
    mean = seen.sum() / seen.numel()
    deviation = (((seen - mean) ** 2).sum() / (seen.numel() - 1)).sqrt()
    return images.sub(mean).div(deviation)


def standardize__var_mean(images, train):
    variance, mean = torch.var_mean(images[train])
    return (images - mean) * variance.rsqrt()


def make_loaders__subsets(images, labels, splits, batch_size=32, seed=0):
    whole = TensorDataset(images, labels)
    parts = [torch.utils.data.Subset(whole, part.tolist()) for part in splits]
    sampler = torch.utils.data.RandomSampler(parts[0], generator=torch.Generator().manual_seed(seed))
    first = DataLoader(parts[0], batch_size=batch_size, sampler=sampler)
    return [first] + [DataLoader(part, batch_size=batch_size, shuffle=False) for part in parts[1:]]


def make_loaders__all_with_generators(images, labels, splits, batch_size=32, seed=0):
    found = []
    for place in range(len(splits)):
        generator = torch.Generator()
        generator.manual_seed(seed + place)
        pairs = [(images[i], labels[i]) for i in splits[place]]
        found.append(DataLoader(pairs, batch_size, shuffle=not place, generator=generator, drop_last=False))
    return found


def class_shares__one_hot(labels, num_classes):
    return F.one_hot(labels, num_classes).float().mean(0)


def class_shares__lists(labels, num_classes):
    values = labels.tolist()
    return torch.tensor([values.count(number) / len(values) for number in range(num_classes)]).to(labels.device)


def class_shares__compared(labels, num_classes):
    return (labels[:, None] == torch.arange(num_classes, device=labels.device)).float().mean(dim=0)


def base_rate__unique(labels):
    _, counts = labels.unique(return_counts=True)
    return float(counts.max()) / labels.numel()


def base_rate__lists(labels):
    values = labels.tolist()
    return max(values.count(value) for value in set(values)) / len(values)


def base_rate__mode(labels):
    return (labels == labels.mode().values).double().mean().item()


def class_numbers__zip(names):
    different = sorted(dict.fromkeys(names))
    return dict(zip(different, range(len(different))))


def class_numbers__loop(names):
    numbers = {}
    for name in sorted(names):
        if name not in numbers:
            numbers[name] = len(numbers)
    return numbers


def diagnosis__zip():
    return dict(zip("ABCDE", ("softmax", "sorted", "healthy", "scaled twice", "never cleared")))


def diagnosis__the_other_way():
    runs = {"healthy": "C", "scaled twice": "D", "softmax": "A", "sorted": "B", "never cleared": "E"}
    return {runs[fault]: fault for fault in runs}


def loaders_of__a_block_inside(datasets, collate_fn=None, batch_size=32, num_workers=0):
    @contextmanager
    def block():
        found = {}
        for name in datasets:
            found[name] = DataLoader(datasets[name], batch_size, collate_fn=collate_fn, num_workers=num_workers)
        try:
            yield found
        finally:
            found.clear()

    return block()


class loaders_of__enter_and_exit:
    def __init__(self, datasets, collate_fn=None, batch_size=32, num_workers=0):
        settings = {"batch_size": batch_size, "collate_fn": collate_fn, "num_workers": num_workers}
        self.made = {name: DataLoader(part, shuffle=False, **settings) for name, part in datasets.items()}

    def __enter__(self):
        return self.made

    def __exit__(self, *error):
        while self.made:
            self.made.popitem()


def loaders_of__stack(datasets, collate_fn=None, batch_size=32, num_workers=0):
    from contextlib import ExitStack

    @contextmanager
    def block():
        with ExitStack() as stack:
            made = {}
            stack.callback(made.clear)
            made |= {k: DataLoader(v, batch_size, False, None, None, num_workers, collate_fn) for k, v in datasets.items()}
            yield made

    return block()
