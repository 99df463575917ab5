"""Known mistakes of the exercise `data`. Of two that look alike the first is named: narrower ones stand first."""

from contextlib import contextmanager

import torch
from torch.utils.data import DataLoader, TensorDataset

from autograder.judge import edit, mistake

edit("to_unit", "scales_twice", "if pixels.is_floating_point() else pixels.float()", "",
     hint="Floats are divided by 255 as well, so images in [0, 1] end below 0.004. Divide only whole numbers.")

edit("to_unit", "never_scales", "if pixels.is_floating_point() else pixels.float() / 255", "",
     hint="Nothing is divided: the values still go up to 255.")

edit("to_unit", "guesses_by_the_brightest",
     "images = pixels.float() if pixels.is_floating_point() else pixels.float() / 255",
     "images = pixels.float() / 255 if pixels.max() > 1 else pixels.float()",
     hint="You guess by the brightest value whether to divide. A very dark image of whole numbers has a 1 as its brightest pixel: ask for the dtype instead.")


@mistake(replaces="to_unit", hint="The channel axis is missing: (n, H, W) should become (n, 1, H, W).")
def no_channel_axis(pixels):
    return pixels.float() if pixels.is_floating_point() else pixels.float() / 255


edit("to_unit", "keeps_float64", "pixels.float() if", "pixels if",
     hint="Floats of 64 bits stay so. The result should be float32 always.")

edit("split_indices", "loses_the_rest",
     "rest = [round(n * fraction) for fraction in fractions[1:]]",
     "sizes = [int(n * fraction) for fraction in fractions]",
     "return list(order.split([n - sum(rest), *rest]))", "return list(order[: sum(sizes)].split(sizes))",
     hint="All parts are rounded down, so a few numbers are in none of them. Let the first part take what is left.")

edit("split_indices", "deals_each_part_anew",
     "order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))",
     "order = torch.Generator().manual_seed(seed)",
     "return list(order.split([n - sum(rest), *rest]))",
     "return [torch.randperm(n, generator=order)[:size] for size in (n - sum(rest), *rest)]",
     hint="Each part is shuffled out of all numbers anew, so parts overlap: test images in the training set. Shuffle once, then cut.")

edit("split_indices", "ignores_the_seed", "manual_seed(seed)", "manual_seed(0)",
     hint="The seed is not used, so every call deals otherwise: torch.Generator().manual_seed(seed), handed to randperm.")

edit("split_indices", "seeds_everybody",
     "    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))",
     "    torch.manual_seed(seed)\n"
     "    order = torch.randperm(n)",
     hint="torch.manual_seed sets the random numbers of the whole program back. Use a generator of your own: torch.Generator().manual_seed(seed).")

edit("split_indices", "cuts_without_shuffling",
     "    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))\n", "",
     "list(order.split([n - sum(rest)", "list(torch.arange(n).split([n - sum(rest)",
     hint="Nothing is shuffled: the first part has the first numbers. Files are often sorted by class, so shuffle before cutting.")

edit("split_indices", "asks_for_exactly_one", "if abs(sum(fractions) - 1) > 1e-6:", "if sum(fractions) != 1:",
     hint="0.7 + 0.2 + 0.1 is 0.9999999999999999 in floats. Do not ask for equality, ask whether the difference to 1 is tiny.")


@mistake(replaces="standardize", hint="Mean and deviation come from all images, so the network learns something about those that it is judged by. Measure images[train] only.")
def measures_all_images(images, train):
    return (images - images.mean()) / images.std()


edit("standardize", "every_pixel_for_itself",
     "return (images - seen.mean()) / seen.std()", "return (images - seen.mean(dim=0)) / seen.std(dim=0)",
     hint="Each pixel is standardized by itself. The docstring wants one mean and one deviation over all pixels.")


@mistake(replaces="make_loaders", hint="All parts are shuffled. Only the first one is for training; the others keep their order.")
def shuffles_all(images, labels, splits, batch_size=32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [
        DataLoader(TensorDataset(images[part], labels[part]), batch_size, shuffle=True, generator=generator)
        for part in splits
    ]


@mistake(replaces="make_loaders", hint="The training images come in the same order in every epoch: shuffle=True.")
def shuffles_none(images, labels, splits, batch_size=32, seed=0):
    return [DataLoader(TensorDataset(images[part], labels[part]), batch_size) for part in splits]


@mistake(replaces="make_loaders", hint="You shuffle once, before the loader is made: every epoch then has that same order. Let the loader shuffle.")
def shuffles_once(images, labels, splits, batch_size=32, seed=0):
    first, *others = splits
    first = first[torch.randperm(len(first), generator=torch.Generator().manual_seed(seed))]
    return [DataLoader(TensorDataset(images[part], labels[part]), batch_size) for part in (first, *others)]


@mistake(replaces="make_loaders", hint="drop_last=True leaves out the last images of each part.")
def drops_the_last_batch(images, labels, splits, batch_size=32, seed=0):
    loaders = []
    for place, part in enumerate(splits):
        generator = torch.Generator().manual_seed(seed)
        pairs = TensorDataset(images[part], labels[part])
        loaders.append(DataLoader(pairs, batch_size, shuffle=place == 0, generator=generator, drop_last=True))
    return loaders


@mistake(replaces="make_loaders", hint="The order does not depend on the seed: hand the loader a seeded generator.")
def order_without_seed(images, labels, splits, batch_size=32, seed=0):
    loaders = []
    for place, part in enumerate(splits):
        pairs = TensorDataset(images[part], labels[part])
        generator = torch.Generator().manual_seed(0)
        loaders.append(DataLoader(pairs, batch_size, shuffle=place == 0, generator=generator))
    return loaders


@mistake(replaces="make_loaders", hint="Images are picked by the part, labels are not: each image gets the label of another one. labels[part], too.")
def labels_of_others(images, labels, splits, batch_size=32, seed=0):
    loaders = []
    for place, part in enumerate(splits):
        pairs = TensorDataset(images[part], labels[: len(part)])
        generator = torch.Generator().manual_seed(seed)
        loaders.append(DataLoader(pairs, batch_size, shuffle=place == 0, generator=generator))
    return loaders


edit("class_shares", "shares_of_seen_classes", "bincount(minlength=num_classes)", "bincount()",
     hint="You stop at the largest label that occurs. A class without labels has a share as well, 0: bincount(minlength=num_classes).")

edit("class_shares", "counts_for_shares", " / len(labels)", "",
     hint="These are counts. A share is a count divided by how many labels there are.")

edit("class_shares", "shares_per_class", " / len(labels)", " / num_classes",
     hint="You divide by the number of classes. A share is of the labels: len(labels).")


@mistake(replaces="base_rate", hint="That is the accuracy of pure chance. The most frequent class may be more frequent.")
def one_over_the_classes(labels):
    return 1 / len(labels.unique())


edit("base_rate", "rate_in_a_tensor", ").item()", ")",
     hint="That is a tensor. A plain float is asked for: .item().")

edit("class_numbers", "as_they_come", "enumerate(sorted(set(names)))", "enumerate(dict.fromkeys(names))",
     hint="You number the names as they come, so the numbers depend on the order of the files. Sort them first.")

edit("class_numbers", "counts_repeated_names", "enumerate(sorted(set(names)))", "enumerate(sorted(names))",
     hint="A name that occurs twice gets two numbers, and others are skipped: set(names).")


@mistake(replaces="diagnosis", hint="A and D are exchanged. A learns (its accuracy rises) and only its loss is stuck, above 1.4612: that is the inner softmax. D learns nothing at all.")
def softmax_and_scaling_exchanged():
    return {"A": "scaled twice", "B": "sorted", "C": "healthy", "D": "softmax", "E": "never cleared"}


@mistake(replaces="diagnosis", hint="B and E are exchanged. Gradients that add up are large at once: the loss falls quickly, then jumps up again. Sorted images keep it near ln 10 for long.")
def sorted_and_never_cleared_exchanged():
    return {"A": "softmax", "B": "never cleared", "C": "healthy", "D": "scaled twice", "E": "sorted"}


# ================================================================ data: loaders_of

edit("loaders_of", "collates_by_itself", "collate_fn=collate_fn, ", "",
     of="loaders_of__a_block_inside", hint="The collate function is not handed on, so the loader stacks the examples as it sees fit: collate_fn=collate_fn.")

edit("loaders_of", "single_examples", "batch_size, collate_fn", "collate_fn",
     of="loaders_of__a_block_inside", hint="batch_size is not handed on: each batch holds one example.")

edit("loaders_of", "no_more_processes", ", num_workers=num_workers", "",
     of="loaders_of__a_block_inside", hint="num_workers is not handed on to the loaders.")

edit("loaders_of", "drops_what_is_left", "collate_fn=collate_fn", "drop_last=True, collate_fn=collate_fn",
     of="loaders_of__a_block_inside", hint="drop_last=True drops the last examples of each data set. Nothing is to be left out.")

edit("loaders_of", "never_emptied", "found.clear()", "pass",
     of="loaders_of__a_block_inside", hint="The loaders are still in the dict after the block: loaders.clear() belongs into the finally.")

edit("loaders_of", "emptied_before_the_block", "            yield found\n        finally:\n            found.clear()",
     "            found.clear()\n            yield found\n        finally:\n            pass",
     of="loaders_of__a_block_inside", hint="The dict is empty inside the block already. First yield, then clear.")

edit("loaders_of", "emptied_unless_there_is_an_error",
     "        try:\n            yield found\n        finally:\n            found.clear()",
     "        yield found\n        found.clear()",
     of="loaders_of__a_block_inside", hint="After an error in the block the loaders are still there. Put the yield into try, and the clear into finally.")


edit("loaders_of", "swallows_the_error",
     "        finally:\n            found.clear()", "        except Exception:\n            pass\n        found.clear()",
     of="loaders_of__a_block_inside", hint="An error inside the block is swallowed. try … finally lets it go on; except … pass does not.")
