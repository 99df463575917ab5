"""Known mistakes of the exercise `patch_dataset`. Of two that look alike the first is named: narrower ones stand first."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from autograder.judge import edit, mistake

edit("PatchDataset", "blue_first",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).flip(0).float() / 255",
     hint="Your channels are blue, green, red, as OpenCV has them. Image.open and the arrays have red first: keep that order.")

edit("PatchDataset", "opens_all_files_at_once",
     "        self.images, self.labels, self.transform = images, labels, transform",
     '        loaded = [np.array(Image.open(one).convert("RGB")) if isinstance(one, (str, Path)) else one for one in images]\n'
     "        self.images, self.labels, self.transform = loaded, labels, transform",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     hint="All files are opened when the data set is made. With 220,000 of them that fills the memory: keep the paths, and open one file in __getitem__.")


@mistake(replaces="PatchDataset", hint="The transformed patches are kept, so a patch looks the same in every epoch. Call the transform each time the item is asked for.")
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


edit("PatchDataset", "transforms_twice",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     "            image = self.transform(image)",
     "            self.transform(image)\n"
     "            image = self.transform(image)",
     hint="The transform is called twice for each access: once is asked for.")

edit("PatchDataset", "transform_never_called",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     "image = self.transform(image)", "pass",
     hint="The transform is stored and never called.")

edit("PatchDataset", "transforms_the_label",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     "            image = self.transform(image)",
     "            image = self.transform(image)\n"
     "            return image, int(self.transform(torch.tensor([float(self.labels[index])])))",
     hint="The label goes through the transform as well. It is about the tissue, which a flip does not change.")

edit("PatchDataset", "transforms_before_scaling",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.from_numpy(source).permute(2, 0, 1)",
     "        return image, int(self.labels[index])",
     "        image = image.float() / 255\n"
     "        return image, int(self.labels[index])",
     hint="The transform gets pixels from 0 to 255, that share their memory with your array. Make the float image in [0, 1] first, then transform.")

edit("PatchDataset", "one_too_short",
     "return len(self.images)", "return len(self.images) - 1",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     hint="The length is one too small: indices go from 0 to n - 1, and n is the length.")

edit("PatchDataset", "starts_again_at_the_end",
     "        source = self.images[index]",
     "        index = index % len(self.images)\n"
     "        source = self.images[index]",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     hint="Behind the last patch yours begins again at the first, so a for loop never ends. Raise IndexError there.")

edit("PatchDataset", "colours_last",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).float() / 255",
     hint="The image is still (H, W, 3). PyTorch wants the channels first: permute(2, 0, 1).")

edit("PatchDataset", "reshapes_the_patch",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).reshape(3, source.shape[0], source.shape[1]).float() / 255",
     hint="reshape gives (3, H, W), but mixes colours and places. Move the axes with permute.")

edit("PatchDataset", "leaves_bytes",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float()",
     hint="Pixels go from 0 to 255 in your images. Divide by 255.")

edit("PatchDataset", "double_precision",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).double() / 255",
     hint="The image is float64. Networks are trained in float32: .float().")

edit("PatchDataset", "gray_files_stay_gray",
     'Image.open(source).convert("RGB"))', "Image.open(source))",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     hint='A gray file, or one with transparency, does not have three channels. convert("RGB") makes three of whatever is there.')

edit("PatchDataset", "label_as_it_comes",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     "return image, int(self.labels[index])", "return image, self.labels[index]",
     hint="The label is not always a plain int: an item of a tensor is a tensor. int(...) makes one.")

edit("PatchDataset", "never_counts_the_labels",
     "        if len(images) != len(labels):\n"
     '            raise ValueError(f"{len(images)} images and {len(labels)} labels")\n',
     "",
     "image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255",
     "image = torch.tensor(source).permute(2, 0, 1).float() / 255",
     hint="Two images and three labels go unnoticed. Compare the lengths in __init__ and raise ValueError.")


# ================================================================ patch_dataset: padded_batch

edit("padded_batch", "cut_to_the_smallest",
     "max(x.shape[1] for x, _ in items)", "min(x.shape[1] for x, _ in items)",
     "max(x.shape[2] for x, _ in items)", "min(x.shape[2] for x, _ in items)",
     "= x\n", "= x[:, :height, :width]\n",
     hint="You cut all images to the smallest one. The batch is as large as the largest, and what is missing is filled with zeros.")

edit("padded_batch", "padded_to_a_square",
     "    images = items", "    height = width = max(height, width)\n    images = items",
     hint="You make squares. Height and width each have a largest value of their own.")

edit("padded_batch", "images_in_the_middle",
     "        place[:, : x.shape[1], : x.shape[2]] = x",
     "        top, left = (height - x.shape[1]) // 2, (width - x.shape[2]) // 2\n"
     "        place[:, top : top + x.shape[1], left : left + x.shape[2]] = x",
     hint="You put the images into the middle. They lie at the top left; zeros are below and on the right.")

edit("padded_batch", "images_at_the_bottom_right",
     "place[:, : x.shape[1], : x.shape[2]]", "place[:, height - x.shape[1] :, width - x.shape[2] :]",
     hint="The zeros are above and on the left. The images lie at the top left.")

edit("padded_batch", "padded_with_ones", "new_zeros(len", "new_ones(len",
     hint="What is missing is filled with ones. Zeros are asked for.")

edit("padded_batch", "as_large_as_the_first",
     "max(x.shape[1] for x, _ in items)", "items[0][0].shape[1]", "max(x.shape[2] for x, _ in items)", "items[0][0].shape[2]",
     hint="The batch is as large as its first image. Others may be larger: take the tallest and the widest of all.")

edit("padded_batch", "always_three_channels", "items[0][0].shape[0], height", "3, height",
     hint="Your batch always has three channels. It has as many as the images: gray ones have one.")

edit("padded_batch", "batch_always_float32",
     "items[0][0].new_zeros(", "torch.zeros(",
     hint="torch.zeros alone is float32, whatever the images are. x.new_zeros(…) has their dtype.")

edit("padded_batch", "batch_labels_as_floats", "[label for _, label in items]", "[float(label) for _, label in items]",
     hint="The labels are floats. cross_entropy wants class numbers, int64.")

edit("padded_batch", "batch_labels_as_a_list", "torch.tensor([label for _, label in items])", "[label for _, label in items]",
     hint="The labels are a list. A batch has them as a tensor.")

edit("padded_batch", "tallest_first",
     "    height, width", "    items = sorted(items, key=lambda item: -item[0].shape[1])\n    height, width",
     hint="You sort the items by their size. They keep their order.")

edit("padded_batch", "labels_backwards", "[label for _, label in items]", "[label for _, label in reversed(items)]",
     hint="The labels are in another order than the images.")
