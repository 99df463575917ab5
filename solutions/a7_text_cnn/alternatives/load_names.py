"""Right solutions of the exercise `load_names`, written differently: none of them may lose a point. Named function__how."""

import csv
import math

import torch


def load_names__reader(male_csv, female_csv):
    rows, seen = [], set()
    for label, filename in ((0, male_csv), (1, female_csv)):
        with open(filename, newline="", encoding="utf8") as f:
            reader = csv.reader(f)
            column = next(reader).index("name")
            for line in reader:
                name = "_".join(line[column].split(" ")).lower()
                if name and (name, label) not in seen:
                    seen.add((name, label))
                    rows.append((name, label))
    return rows


def load_names__text(male_csv, female_csv):
    from pathlib import Path

    def names(path):
        lines = csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines())
        return dict.fromkeys(line["name"].replace(" ", "_").lower() for line in lines if line["name"] != "")

    return [(name, 0) for name in names(male_csv)] + [(name, 1) for name in names(female_csv)]


def split_names__random(rows, fractions, seed=0):
    import random

    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions must add up to 1")
    names = sorted(set(name for name, _ in rows))
    random.Random(seed).shuffle(names)
    bounds, total = [0], 0.0
    for fraction in fractions:
        total += fraction
        bounds.append(int(total * len(names) + 0.5))
    bounds[-1] = len(names)
    where = {}
    for part, (start, end) in enumerate(zip(bounds, bounds[1:])):
        for name in names[start:end]:
            where[name] = part
    parts = [[] for _ in fractions]
    for row in rows:
        parts[where[row[0]]].append(row)
    return parts


def split_names__in_order_of_first_sight(rows, fractions, seed=0):
    if not math.isclose(math.fsum(fractions), 1.0):
        raise ValueError("fractions")
    groups = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    groups = list(groups.values())
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(len(groups), generator=generator).tolist()
    sizes = [int(fraction * len(groups) + 1e-9) for fraction in fractions]
    left = len(groups) - sum(sizes)
    for i in range(left):
        sizes[i % len(sizes)] += 1
    parts = []
    for size in sizes:
        parts.append([row for place in order[:size] for row in groups[place]])
        order = order[size:]
    return parts


def load_names__pairs(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            pairs += [(line["name"].lower().replace(" ", "_"), label) for line in csv.DictReader(file) if line["name"]]
    return list(dict.fromkeys(pairs))


def split_names__sets(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


def load_names__numpy(male_csv, female_csv):
    import numpy as np

    found = {}
    for label, path in zip((0, 1), (male_csv, female_csv)):
        with open(path, encoding="utf-8") as file:
            rows = list(csv.reader(file))
        column = rows[0].index("name")
        for name in np.array([row[column] for row in rows[1:]], dtype=object):
            if name:
                found[name.casefold().replace(" ", "_"), label] = None
    return [*found]


def split_names__numpy(rows, fractions, seed=0):
    import numpy as np

    if not np.isclose(np.sum(fractions), 1.0):
        raise ValueError("the fractions have to add up to 1")
    names = np.unique([name for name, _ in rows])
    np.random.default_rng(seed).shuffle(names)
    ends = np.round(np.cumsum(fractions) * len(names)).astype(int)
    groups = [set(group.tolist()) for group in np.split(names, ends[:-1])]
    return [[(name, label) for name, label in rows if name in group] for group in groups]


def length_for__counted(names, share):
    most = min(map(len, names))
    while sum(len(name) <= most for name in names) < share * len(names):
        most += 1
    return most


def length_for__cumulative(names, share):
    counts = torch.bincount(torch.tensor([len(name) for name in names])).cumsum(0)
    return int((counts >= share * len(names)).nonzero()[0])
