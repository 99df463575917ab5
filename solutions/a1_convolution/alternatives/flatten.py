"""Right solutions of the exercise `flatten`, written differently: none of them may lose a point. Named function__how."""

import numpy as np
import torch


def to_chw_float__from_numpy(img):
    if img.ndim == 2:
        img = img[:, :, None]
    scaled = img[:, :, :3].astype("float32") / (255 if img.dtype.kind in "iu" else 1)
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))


def to_chw_float__by_channel(img):
    channels = [img] if img.ndim == 2 else [img[:, :, c] for c in range(min(3, img.shape[2]))]
    scale = 1.0 if np.issubdtype(img.dtype, np.floating) else 1 / 255
    return torch.stack([torch.tensor(c.copy(), dtype=torch.float32) * scale for c in channels])


def to_chw_float__pixel_loops(img):
    if img.ndim == 2:
        img = img[..., np.newaxis]
    H, W, C = img.shape
    out = torch.empty(min(C, 3), H, W)
    for i in range(H):
        for j in range(W):
            for c in range(min(C, 3)):
                out[c, i, j] = float(img[i, j, c]) / 255.0 if img.dtype == np.uint8 else float(img[i, j, c])
    return out


def flatten_batch__reshape(x):
    return x.reshape(x.shape[0], -1)


def flatten_batch__stack_of_rows(x):
    return torch.stack([image.flatten() for image in x])


def flatten_batch__contiguous_view(x):
    b, c, h, w = x.size()
    return x.contiguous().view(b, c * h * w)


def flatten_batch__loops(x):
    return torch.stack([torch.cat([row for channel in image for row in channel]) for image in x])


def to_chw_float__moved_axes(img):
    if img.ndim == 2:
        img = np.expand_dims(img, 2)
    top = np.iinfo(img.dtype).max if np.issubdtype(img.dtype, np.integer) else 1
    tensor = torch.as_tensor(np.moveaxis(img, -1, 0)[:3].copy())
    return torch.div(tensor, top).float()


def to_chw_float__a_view_of_its_own_copy(img):
    tensor = torch.tensor(np.atleast_3d(img).copy())
    tensor = tensor.float() if tensor.is_floating_point() else tensor.float().div_(255)
    return tensor.permute(2, 0, 1)[:3]


def to_chw_float__colours_apart(img):
    planes = [img] if img.ndim == 2 else np.split(img, img.shape[2], axis=2)[:3]
    planes = [np.squeeze(plane, axis=2) if plane.ndim == 3 else plane for plane in planes]
    stacked = np.stack(planes).astype(np.float64)
    return torch.FloatTensor(stacked / 255 if img.dtype == np.uint8 else stacked)


def flatten_batch__channels_side_by_side(x):
    return torch.cat([x[:, c].reshape(len(x), -1) for c in range(x.shape[1])], dim=1)


def flatten_batch__layer(x):
    return torch.nn.Flatten()(x)
