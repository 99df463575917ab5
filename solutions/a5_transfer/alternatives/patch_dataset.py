"""Right solutions of the exercise `patch_dataset`, written differently: none of them may lose a point. Named function__how."""

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset


def padded_batch__stacked(items):
    pictures, labels = zip(*items)
    tall, wide = (max(sizes) for sizes in zip(*[picture.shape[-2:] for picture in pictures]))
    filled = []
    for picture in pictures:
        rows, columns = picture.shape[-2:]
        filled.append(torch.nn.functional.pad(picture, (0, wide - columns, 0, tall - rows)))
    return torch.stack(filled), torch.tensor(labels)


def padded_batch__by_index(items):
    largest = torch.tensor([image.shape for image, _ in items]).amax(dim=0).tolist()
    images = torch.zeros(len(items), *largest, dtype=items[0][0].dtype, device=items[0][0].device)
    labels = torch.zeros(len(items), dtype=torch.long)
    for k in range(len(items)):
        image, labels[k] = items[k]
        images[k, :, 0 : image.size(1), 0 : image.size(2)] = image
    return images, labels


class PatchDataset__pairs(Dataset):
    def __init__(self, images, labels, transform=None):
        self.pairs = list(zip(images, [int(label) for label in labels], strict=True))
        self.transform = transform or (lambda x: x)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        image, label = self.pairs[index]
        if not isinstance(image, np.ndarray):
            with Image.open(image) as opened:
                image = np.asarray(opened.convert("RGB"))
        scaled = image.astype(np.float32).transpose(2, 0, 1) / np.float32(255)
        return self.transform(torch.from_numpy(scaled)), label


class PatchDataset__torchvision(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(labels) != len(images):
            raise ValueError("not as many labels as images")
        self.images = images
        self.labels = torch.as_tensor(np.array(labels))
        self.transform = transform

    def __len__(self):
        return self.labels.shape[0]

    def __getitem__(self, index):
        from torchvision.transforms.functional import to_tensor

        if index >= len(self) or index < -len(self):
            raise IndexError(index)
        one = self.images[index]
        x = to_tensor(one if isinstance(one, np.ndarray) else Image.open(str(one)).convert("RGB"))
        if self.transform:
            x = self.transform(x)
        return x, self.labels[index].item()
