"""Known wrong solutions of a5_transfer, each with the hint that a student who made it reads.

A catalogue, not a program: one function or class per misconception, with the student's signature. `convgrade prove`
puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of graders' experience.
Where two look alike on every failed check the first is named, so the narrower one stands first.
"""

import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import Dataset

from autograder.judge import mistake
from cnnkit.training import Batches, fit

# ================================================================ patch_dataset


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="Your channels are blue, green, red, as OpenCV has them. Image.open and the arrays have red first: keep that order.",
)
class blue_first(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).flip(0).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="All files are opened when the data set is made. With 220,000 of them that fills the memory: keep the paths, and open one file in __getitem__.",
)
class opens_all_files_at_once(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        loaded = [np.array(Image.open(one).convert("RGB")) if isinstance(one, (str, Path)) else one for one in images]
        self.images, self.labels, self.transform = loaded, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The transformed patches are kept, so a patch looks the same in every epoch. Call the transform each time the item is asked for.",
)
class transforms_once_for_all(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform
        self.kept = {}

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            if index not in self.kept:
                self.kept[index] = self.transform(x)
            x = self.kept[index]
        return x, int(self.labels[index])


@mistake(
    "patch_dataset", replaces="PatchDataset", hint="The transform is called twice for each access: once is asked for."
)
class transforms_twice(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            self.transform(x)
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake("patch_dataset", replaces="PatchDataset", hint="The transform is stored and never called.")
class transform_never_called(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            pass
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The label goes through the transform as well. It is about the tissue, which a flip does not change.",
)
class transforms_the_label(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
            return x, int(self.transform(torch.tensor([float(self.labels[index])])))
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The transform gets pixels from 0 to 255, that share their memory with your array. Make the float image in [0, 1] first, then transform.",
)
class transforms_before_scaling(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.from_numpy(image).permute(2, 0, 1)
        if self.transform is not None:
            x = self.transform(x)
        x = x.float() / 255
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The length is one too small: indices go from 0 to n - 1, and n is the length.",
)
class one_too_short(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images) - 1

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="Behind the last patch yours begins again at the first, so a for loop never ends. Raise IndexError there.",
)
class starts_again_at_the_end(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        index = index % len(self.images)
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The image is still (H, W, 3). PyTorch wants the channels first: permute(2, 0, 1).",
)
class colours_last(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="reshape gives (3, H, W), but mixes colours and places. Move the axes with permute.",
)
class reshapes_the_patch(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).reshape(3, image.shape[0], image.shape[1]).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake("patch_dataset", replaces="PatchDataset", hint="Pixels go from 0 to 255 in your images. Divide by 255.")
class leaves_bytes(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float()
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset", replaces="PatchDataset", hint="The image is float64. Networks are trained in float32: .float()."
)
class double_precision(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).double() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint='A gray file, or one with transparency, does not have three channels. convert("RGB") makes three of whatever is there.',
)
class gray_files_stay_gray(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="The label is not always a plain int: an item of a tensor is a tensor. int(...) makes one.",
)
class label_as_it_comes(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("as many labels as images")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, self.labels[index]


@mistake(
    "patch_dataset",
    replaces="PatchDataset",
    hint="Two images and three labels go unnoticed. Compare the lengths in __init__ and raise ValueError.",
)
class never_counts_the_labels(Dataset):
    def __init__(self, images, labels, transform=None):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image).convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            x = self.transform(x)
        return x, int(self.labels[index])


# ================================================================ transforms


@mistake(
    "transforms",
    replaces="hflip",
    hint="Yours exchanges top and bottom. Left and right are the columns, the last axis.",
)
def hflip_upside_down(x):
    return x.flip(-2)


@mistake(
    "transforms",
    replaces="hflip",
    hint="Axis 2 are the columns of a patch, but the rows of a batch. Count from the end: -1.",
)
def hflip_by_counting_from_the_front(x):
    return x.flip(2)


@mistake(
    "transforms",
    replaces="hflip",
    hint="The first axis of a patch are its colours, of a batch its images: those must stay. Flip the last axis.",
)
def hflip_reverses_the_first_axis(x):
    return x.flip(0)


@mistake(
    "transforms",
    replaces="vflip",
    hint="Yours exchanges left and right. Up and down are the rows, the last axis but one.",
)
def vflip_left_right(x):
    return x.flip(-1)


@mistake(
    "transforms",
    replaces="rot90",
    hint="Yours turns with the clock. Against it means: from the columns to the rows, torch.rot90 with dims (-2, -1).",
)
def turns_with_the_clock(x, k):
    return torch.rot90(x, k, (-1, -2))


@mistake(
    "transforms",
    replaces="rot90",
    hint="A loop over range(k) does nothing for k = -1, which is a quarter with the clock. k % 4 is 3 there.",
)
def no_turn_for_negative_k(x, k):
    for _ in range(k):
        x = x.transpose(-2, -1).flip(-2)
    return x.clone()


@mistake(
    "transforms",
    replaces="center_crop",
    hint="// always rounds down: 96 to 49 starts at 23 then. The rule is Python's round, 24.",
)
def crop_rounds_down(x, size):
    height, width = x.shape[-2:]
    if height < size or width < size:
        raise ValueError("too small")
    top, left = (height - size) // 2, (width - size) // 2
    return x[..., top : top + size, left : left + size]


@mistake(
    "transforms",
    replaces="center_crop",
    hint="Halves are rounded up in yours. Python's round takes the even neighbour: 9 to 4 starts at 2.",
)
def crop_rounds_up(x, size):
    height, width = x.shape[-2:]
    if height < size or width < size:
        raise ValueError("too small")
    top, left = (height - size + 1) // 2, (width - size + 1) // 2
    return x[..., top : top + size, left : left + size]


@mistake(
    "transforms",
    replaces="center_crop",
    hint="Slices never complain: on an image that is too small you silently give fewer pixels. Raise ValueError.",
)
def crop_of_too_little(x, size):
    height, width = x.shape[-2:]
    top, left = round((height - size) / 2), round((width - size) / 2)
    return x[..., top : top + size, left : left + size]


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="One coin decides about both flips, so they always come together or not at all. Draw twice.",
)
class one_coin_for_both:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        coin = torch.rand(1, generator=generator).item()
        if coin < self.p_h:
            x = x.flip(-1)
        if coin < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="The draw is made once, in __init__, and every patch is treated the same. Draw in each call.",
)
class draws_when_it_is_made:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop
        self.across, self.down = torch.rand(2, generator=torch.Generator().manual_seed(0)).tolist()

    def __call__(self, x, generator=None):
        if self.across < self.p_h:
            x = x.flip(-1)
        if self.down < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="The flips come with probability 1 - p: a number between 0 and 1 is *smaller* than p with probability p.",
)
class probability_the_other_way_round:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=generator).item() >= self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() >= self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="With elif the second flip is only tried when the first did not happen. They are independent: two ifs.",
)
class never_both_flips:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        elif torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="The generator is not used, so a run cannot be repeated: give it to each torch.rand and torch.randint.",
)
class ignores_the_generator:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=None).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=None).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=None)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="Python's random numbers know nothing of the generator, nor of torch.manual_seed. Draw with torch.",
)
class pythons_random_numbers:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if __import__("random").random() < self.p_h:
            x = x.flip(-1)
        if __import__("random").random() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="The crop is taken first. Where half a pixel is left over that is another place than the middle of the turned patch: cut last.",
)
class crops_first:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        return x


@mistake(
    "transforms",
    replaces="RandomAugment",
    hint="Only 0 and 1 quarters are drawn: torch.randint(4, …) draws 0, 1, 2, 3.",
)
class two_turns_only:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(2, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


@mistake("transforms", replaces="RandomAugment", hint="rot=False does not switch the turning off.")
class turns_always:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if True:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        return x


# ================================================================ tta


@mistake(
    "tta",
    replaces="tta_predict",
    hint="You take the mean of the logits, then softmax. Here each answer becomes probabilities first, and then comes the mean.",
)
def mean_of_the_logits(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return F.softmax(torch.stack([model(t(x)) for t in transforms]).mean(0), dim=1)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="You take the mean of the images and ask once. That is a blur: ask for each transform, and take the mean of the answers.",
)
def mean_of_the_images(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return F.softmax(model(torch.stack([t(x) for t in transforms]).mean(0)), dim=1)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="The sum of the probabilities is no probability: rows have to add up to 1. Take the mean.",
)
def sum_of_the_answers(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).sum(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="The mean goes over the patches of the batch. It goes over the transforms; each patch keeps its own row.",
)
def mean_over_the_patches(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(1)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake("tta", replaces="tta_predict", hint="Logits come back, not probabilities: softmax over the classes.")
def logits_come_back(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([model(t(x)) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="Softmax is taken a second time, of the mean probabilities: that makes them nearly equal.",
)
def softmax_again(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0).softmax(1)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="Softmax goes over the patches (dim 0). It belongs to the classes, dim 1: each row adds up to 1.",
)
def softmax_over_the_batch(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=0) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="Each transform is applied on top of the one before. Each gets the original batch.",
)
def transforms_one_after_another(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            answers = []
            for t in transforms:
                x = t(x)
                answers.append(F.softmax(model(x), dim=1))
            return torch.stack(answers).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake(
    "tta",
    replaces="tta_predict",
    hint="The model predicts in the mode it happens to be in: dropout drops, and batch norm learns from what it is asked. eval() first.",
)
def predicts_in_train_mode(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake("tta", replaces="tta_predict", hint="The model stays in eval mode. Put each module back into its old mode.")
def stays_in_eval_mode(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = False


@mistake(
    "tta",
    replaces="tta_predict",
    hint="model.train() at the end switches on everything, also what was in eval mode before. Remember the flag of each module.",
)
def train_mode_at_the_end(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        model.train()


@mistake(
    "tta",
    replaces="tta_predict",
    hint="When a transform stops with an error, the model stays in eval mode: restore it in finally.",
)
def no_finally(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    if True:
        with torch.no_grad():
            result = torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    for module, mode in modes.items():
        module.training = mode
    return result


@mistake("tta", replaces="tta_predict", hint="A gradient hangs on the result: predict under torch.no_grad().")
def keeps_the_graph(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.enable_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


@mistake("tta", replaces="tta_predict", hint="Without any transform there is no answer: raise ValueError.")
def no_transform_is_fine(model, x, transforms):
    if len(transforms) == 0:
        return F.softmax(model(x), dim=1)
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


# ================================================================ transfer_model


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="The whole backbone is in model[0], with its own last layer: its answers go into your head. Leave its last two children away.",
)
def keeps_the_old_answer(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = backbone
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="Only the last child was left away. The pooling before it belongs to the old answer as well: [:-2].",
)
def cuts_one_child_only(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-1])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="Three children are missing: the last block of the features is gone. Leave two away.",
)
def cuts_three_children(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-3])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="model[0] is a copy of the backbone. Whoever has its parameters has others now: use its children themselves.",
)
def copies_the_backbone(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(copy.deepcopy(backbone).children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="The weights of the backbone were drawn anew: what it had learned is lost.",
)
def draws_new_weights(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    for module in features.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="The backbone itself has lost its last layer. Take its children into a new Sequential and leave it whole.",
)
def takes_fc_away(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    backbone.fc = nn.Identity()
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="You freeze the backbone here. Who wants that will call freeze: leave requires_grad as it is.",
)
def freezes_the_backbone(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    features.requires_grad_(False)
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="Features and head are in one long chain. Two parts are asked for: nn.Sequential(features, head).",
)
def one_long_chain(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(*features, *head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="BatchNorm2d is for maps. Behind Flatten there are rows: BatchNorm1d.",
)
def norm_for_maps(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm2d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm2d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="The head ends with softmax. cross_entropy takes the softmax itself: end with the dense layer.",
)
def softmax_in_the_head(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
        nn.Softmax(dim=1),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="Without the pooling the number of features depends on the size of the image, and is not in_features.",
)
def flattens_without_pooling(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake("transfer_model", replaces="build_transfer_model", hint="p is not used: both dropouts are always 0.5.")
def dropout_always_half(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(0.5),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake("transfer_model", replaces="build_transfer_model", hint="Both batch norms are missing in the head.")
def no_norm_in_the_head(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="build_transfer_model",
    hint="The order differs from the table: first batch norm, then dropout.",
)
def dropout_before_the_norm(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(p),
        nn.BatchNorm1d(in_features),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)


@mistake(
    "transfer_model",
    replaces="no_batch_norm",
    hint="Look at the orange line of the run without batch norm at the same learning rate: is it really still at the dashed line in the end?",
)
def believes_it_learns_nothing():
    return "abd"


@mistake(
    "transfer_model",
    replaces="no_batch_norm",
    hint="Count: two norms of 128 and 64 have 2 · 128 + 2 · 64 parameters. The first dense layer alone has 128 · 64.",
)
def believes_in_the_parameters():
    return "acd"


@mistake(
    "transfer_model",
    replaces="no_batch_norm",
    hint="Compare the run without batch norm at lr 0.05 with that at 0.01, too.",
)
def overlooks_the_larger_steps():
    return "a"


# ================================================================ freeze


@mistake(
    "freeze",
    replaces="freeze",
    hint="The parameters are frozen, the running statistics of batch norm are not: in train mode they move with every batch. Put the part into eval mode and keep it there.",
)
def freezes_the_weights_only(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None


@mistake(
    "freeze",
    replaces="freeze",
    hint="eval() holds until the next epoch: model.train() reaches the part again. Make it deaf to train().",
)
def eval_until_the_next_train(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    if bn_eval:
        module.eval()


@mistake(
    "freeze",
    replaces="freeze",
    hint="The part no longer hears train(), but it was in train mode and stays there. Call eval() first.",
)
def deaf_but_never_put_to_eval(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    if bn_eval:
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="freeze",
    hint="Gradients from before are still there, and an optimizer that holds the parameters goes on moving them. Set grad to None.",
)
def leaves_old_gradients(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="freeze",
    hint="Gradients of zero are still gradients: momentum and weight decay move the weights. Set grad to None.",
)
def zeroes_old_gradients(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None if parameter.grad is None else torch.zeros_like(parameter)
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="freeze",
    hint="Only the parameters of the layers at the top are frozen. parameters() goes all the way down.",
)
def freezes_the_first_level_only(module, bn_eval=True):
    for parameter in [p for part in [module, *module.children()] for p in part.parameters(recurse=False)]:
        parameter.requires_grad = False
        parameter.grad = None
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze", replaces="freeze", hint="Biases, and the weights of batch norm, are parameters too: freeze all of them."
)
def freezes_weights_not_biases(module, bn_eval=True):
    for parameter in (p for p in module.parameters() if p.ndim > 1):
        parameter.requires_grad = False
        parameter.grad = None
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="freeze",
    hint="Under no_grad nothing gets through to the input either, so no saliency map can be made. Freeze parameters, not the computation.",
)
def cuts_the_graph(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    forward = module.forward
    module.forward = torch.no_grad()(lambda x: forward(x))
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="freeze",
    hint="The parameters were replaced by copies: an optimizer that has the old ones trains nobody any more. Change requires_grad of the parameters that are there.",
)
def new_parameters(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    for part in module.modules():
        for name, one in list(part.named_parameters(recurse=False)):
            setattr(part, name, nn.Parameter(one.detach().clone(), requires_grad=False))
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module


@mistake("freeze", replaces="freeze", hint="bn_eval=False should leave modes alone: then the statistics move.")
def bn_eval_is_not_asked(module, bn_eval=True):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    if True:
        module.eval()
        module.train = lambda mode=True: module


@mistake(
    "freeze",
    replaces="unfreeze",
    hint="The weights learn again, but the part is still deaf to train(): its statistics and its dropout stay frozen.",
)
def unfreezes_the_weights_only(module):
    for parameter in module.parameters():
        parameter.requires_grad = True


@mistake(
    "freeze",
    replaces="unfreeze",
    hint="The part no longer follows eval(): you made it deaf the other way round. Take the replaced method away.",
)
def always_in_train_mode(module):
    for part in module.modules():
        part.__dict__.pop("train", None)
    for parameter in module.parameters():
        parameter.requires_grad = True
    module.train()
    module.train = lambda mode=True: module


@mistake("freeze", replaces="trainable", hint="You list the frozen ones. Trained is what has requires_grad True.")
def names_of_the_frozen(model):
    return [name for name, p in model.named_parameters() if not p.requires_grad]


@mistake(
    "freeze",
    replaces="trainable",
    hint="Names of buffers are in your list. They are not parameters: named_parameters, not state_dict.",
)
def names_without_numbers(model):
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    return [name for name in model.state_dict() if name not in frozen]


@mistake(
    "freeze",
    replaces="frozen_statistics",
    hint="requires_grad was False for every parameter, and there was no optimizer at all. What else is in state_dict()?",
)
def believes_the_weights_moved():
    return "abc"


@mistake(
    "freeze",
    replaces="frozen_statistics",
    hint="The figure shows that the features move, not that they get better. And a head learns on features that will be others a few batches later.",
)
def believes_it_is_an_advantage():
    return "bcd"


@mistake(
    "freeze",
    replaces="frozen_statistics",
    hint="Look at the curve of the features of the same four patches: it starts at 0. Does it stay there?",
)
def overlooks_the_features():
    return "c"


# ================================================================ two_stage


@mistake(
    "two_stage", replaces="param_groups", hint="The two learning rates are exchanged: the backbone gets backbone_lr."
)
def learning_rates_exchanged(model, head_lr, backbone_lr):
    groups = []
    for part, lr in ((model[0], head_lr), (model[1], backbone_lr)):
        params = [p for p in part.parameters() if p.requires_grad]
        if params:
            groups.append({"params": params, "lr": lr})
    return groups


@mistake(
    "two_stage",
    replaces="param_groups",
    hint="Frozen parameters are in your groups. Leave them out: what is not in the optimizer cannot move.",
)
def frozen_ones_too(model, head_lr, backbone_lr):
    groups = []
    for part, lr in ((model[0], backbone_lr), (model[1], head_lr)):
        params = [p for p in part.parameters()]
        if params:
            groups.append({"params": params, "lr": lr})
    return groups


@mistake("two_stage", replaces="param_groups", hint="A group without parameters is left in. Leave it out.")
def empty_group(model, head_lr, backbone_lr):
    groups = []
    for part, lr in ((model[0], backbone_lr), (model[1], head_lr)):
        params = [p for p in part.parameters() if p.requires_grad]
        if True:
            groups.append({"params": params, "lr": lr})
    return groups


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="In stage 1 the optimizer holds the backbone too. Frozen or not, what it does not hold it cannot move: give it the head alone.",
)
def frozen_ones_in_the_optimizer(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        groups = [{"params": list(model[0].parameters()) + groups[0]["params"]}] if stage == 0 else groups
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="The backbone requires gradients in stage 1: freeze it first. Its optimizer does not hold it, but the gradients are computed, and kept for stage 2.",
)
def never_freezes(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(True)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="In stage 1 the statistics of the backbone move: model.train() has put it into train mode. Put it back into eval mode after that.",
)
def statistics_move_in_stage_1(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="In stage 2 the backbone is still in eval mode: now it should train in every respect.",
)
def backbone_stays_in_eval_mode(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if True:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="Stage 2 goes on with the optimizer of stage 1 and its memory. Make a new one.",
)
def one_optimizer_for_both(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        if stage == 0 or epochs[0] == 0:
            optimizer = torch.optim.AdamW(groups, lr=lr)
        else:
            optimizer.add_param_group(groups[0])
            optimizer.param_groups.reverse()
            for group in optimizer.param_groups:
                group.pop("initial_lr", None)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="You lowered lr in AdamW, and OneCycleLR overwrites it with max_lr. Lower max_lr.",
)
def lowers_lr_in_the_optimizer_only(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr, lr]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="In stage 2 the backbone learns as fast as the head: max_lr takes a list, lr / 100 for the backbone, lr / 10 for the head.",
)
def same_rate_for_backbone_and_head(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 10, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="The scheduler takes a step once per epoch, so it gets through a small part of its cycle. One step after each batch.",
)
def scheduler_once_per_epoch(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            scheduler.step()
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="The cycle was made for the epochs of both stages together; each stage has one of its own.",
)
def cycle_over_both_stages(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=sum(epochs), steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="Validation happens in train mode, so batch norm uses, and learns, the statistics of the validation images.",
)
def validates_in_train_mode(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="The mean of the accuracies of the batches counts the images of a small last batch more than others. Divide all right answers by all images.",
)
def mean_of_batch_accuracies(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).float().mean().item()
                    total += 1
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake("two_stage", replaces="two_stage", hint="The history begins anew in stage 2, and stage 1 is lost.")
def history_of_the_last_stage(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        losses, rates, accuracies = [], [], []
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


@mistake(
    "two_stage",
    replaces="two_stage",
    hint="A stage of 0 epochs is to be left out; OneCycleLR stops with an error there.",
)
def stages_of_no_epochs(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=lr)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


# ================================================================ solve_patches


def middle_of(x, crop):
    top, left = (round((side - crop) / 2) for side in x.shape[-2:])
    return x[..., top : top + crop, left : left + crop]


class Prepare(nn.Module):
    """As it should be: the mistakes in solve_patches below use it."""

    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        return (middle_of(x, self.crop).float() / 255 - self.mean) / self.std


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="Patches and labels were shuffled apart, so each patch learns the label of another.",
    below="frozen",
)
def labels_lose_their_patches(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))]
    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="Prepare",
    hint="The whole patch goes in. Its label is about the middle: cut crop × crop pixels out.",
)
class prepares_the_whole_patch(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        top, left = (round((side - self.crop) / 2) for side in x.shape[-2:])
        middle = x.float()
        return (middle / 255 - self.mean) / self.std


@mistake("solve_patches", replaces="Prepare", hint="// rounds down; the rule of center_crop is Python's round.")
class prepares_off_centre(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        top, left = ((side - self.crop) // 2 for side in x.shape[-2:])
        middle = x[..., top : top + self.crop, left : left + self.crop].float()
        return (middle / 255 - self.mean) / self.std


@mistake(
    "solve_patches",
    replaces="Prepare",
    hint="Pixels in [0, 1] are not what the backbone was trained on: subtract its mean and divide by its std.",
)
class forgets_to_normalise(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        top, left = (round((side - self.crop) / 2) for side in x.shape[-2:])
        middle = x[..., top : top + self.crop, left : left + self.crop].float()
        return middle / 255


@mistake(
    "solve_patches",
    replaces="Prepare",
    hint="Each batch is normalised by its own mean and std, so the same patch looks different in other company. Use those of the backbone.",
)
class normalises_by_itself(nn.Module):
    def __init__(self, backbone, crop=32):
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())

    def forward(self, x):
        top, left = (round((side - self.crop) / 2) for side in x.shape[-2:])
        middle = x[..., top : top + self.crop, left : left + self.crop].float()
        return (middle - middle.mean((0, 2, 3), keepdim=True)) / middle.std((0, 2, 3), keepdim=True)


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The model looks at the whole patch. The label is about the 32 × 32 pixels in the middle; all else misleads.",
)
def sees_the_whole_patch(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone, int(patches.shape[-1])), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The model that comes back wants patches that are prepared already. A stranger has raw ones: put the preparation inside.",
)
def wants_prepared_patches(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return nn.Sequential(features, head).eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The patches come as they are in every epoch. Mirror and turn them at random.",
)
def no_change_while_training(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, None, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="A shift moves something else into the middle, and the label no longer fits. Mirror and turn only.",
)
def shifts_the_patches(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        patch = patch.roll((way * 5 - 17, 17 - way * 3), (-2, -1))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="Without fine_tune the statistics of the backbone have moved. fit calls model.train(): the frozen part must not hear it.",
)
def statistics_of_the_backbone_move(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The backbone learns from the first step on, while the head still talks nonsense. Freeze it in stage 1.",
)
def trains_everything_from_the_start(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="With fine_tune=True the backbone has to learn as well. Yours is frozen to the end.",
)
def fine_tunes_never(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="In stage 2 the backbone learns as fast as the head did: that destroys what it knows. At most a tenth.",
)
def fine_tunes_too_fast(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The model comes back in train mode: its answers are random then. model.eval() at the end.",
)
def comes_back_in_train_mode(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.train()


@mistake("solve_patches", replaces="solve_patches", hint="That is more than 16 times through the patches.")
def too_many_epochs(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=20, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=20)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=20, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=20)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="Two runs with one seed differ: torch.manual_seed(seed) before the head is made.",
)
def seed_is_not_used(backbone, patches, labels, fine_tune=True, seed=0):
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="Before the second stage the borrowed layers are drawn anew: what they had learned is gone. Only unfreeze them.",
)
def borrowed_weights_thrown_away(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        for module in features.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=4)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="solve_patches",
    hint="The model has hardly learned anything: look at its accuracy on the training patches. More epochs, larger steps.",
    below="fine_tuned",
)
def one_shy_epoch(backbone, patches, labels, fine_tune=True, seed=0):
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    before = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    after = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*before, *after)
    model = nn.Sequential(Prepare(backbone), features, head)

    def change(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, change, size=32, seed=seed)
    features.requires_grad_(False)
    features.eval()
    features.train = lambda mode=True: features
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-4)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-4, epochs=1, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=1)
    features.__dict__.pop("train", None)
    if fine_tune:
        features.requires_grad_(True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-6, epochs=1, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, scheduler, epochs=1)
    return model.eval()


@mistake(
    "solve_patches",
    replaces="no_augmentation",
    hint="Compare the two runs at the right end: the one that is lower on the left, is it lower on the right as well?",
)
def believes_in_the_training_loss():
    return "abc"


@mistake(
    "solve_patches",
    replaces="no_augmentation",
    hint="Look at the code: do the patches of the validation go through `change`?",
)
def believes_in_turned_validation():
    return "acd"


@mistake(
    "solve_patches",
    replaces="no_augmentation",
    hint="Look at the run with the patches as they are: where does its training loss end, where its validation loss?",
)
def overlooks_the_overfitting():
    return "c"
