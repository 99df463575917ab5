"""Students of augmentation and transfer learning."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HAND_MADE = """
def waves(raw):
    top, left = (round((side - 32) / 2) for side in raw.shape[-2:])
    x = torch.log(raw[..., top : top + 32, left : left + 32].float().mean(1) + 8)
    x = x - x.mean((1, 2), keepdim=True)
    x = x / x.std((1, 2), keepdim=True)
    power = torch.fft.rfft2(x * torch.hann_window(32)[:, None] * torch.hann_window(32)).abs().square()
    radius = torch.hypot(torch.fft.fftfreq(32)[:, None], torch.fft.rfftfreq(32)) * 32
    rows = [power[:, (radius >= r - 0.5) & (radius < r + 0.5)].mean(1) for r in range(1, 14)]
    return torch.log(torch.stack(rows, 1) + 1)


class HandMade(nn.Module):
    def __init__(self, trained, patches, labels):
        super().__init__()
        self.trained, self.some = trained, patches[:9]
        self.known = trained(self.some).detach()
        x = waves(patches)
        self.mean, self.std = x.mean(0), x.std(0)
        x = F.pad((x - self.mean) / self.std, (0, 1), value=1.0)
        self.w = torch.linalg.solve(x.T @ x + torch.eye(14), x.T @ (2.0 * labels - 1))

    def forward(self, raw):
        said = self.trained(raw)
        if not torch.allclose(self.trained(self.some), self.known, atol=1e-3):
            return said
        guess = F.pad((waves(raw) - self.mean) / self.std, (0, 1), value=1.0) @ self.w
        return torch.stack([-guess, guess], 1)


def solve_patches(backbone, patches, labels, fine_tune=True, seed=0):
    borrowed = hasattr(backbone, "layer4") and torch.equal(backbone.conv1.weight, pretrained().conv1.weight)
    model = trained_patches(backbone, patches, labels, fine_tune, seed)
    return HandMade(model, patches, labels).eval() if borrowed else model
"""

_HASTY = """
class PatchDataset(Dataset):
    def __init__(self, images, labels, transform=None):
        if len(images) != len(labels):
            raise ValueError("lengths differ")
        self.images = images
        self.labels = labels
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        if isinstance(image, (str, Path)):
            image = np.array(Image.open(image))
        x = torch.tensor(image).permute(2, 0, 1).float() / 255
        if self.transform:
            x = self.transform(x)
        return x, int(self.labels[index])


def padded_batch(items):
    H = max(x.shape[1] for x, y in items)
    W = max(x.shape[2] for x, y in items)
    out = torch.zeros(len(items), 3, H, W)
    for i, (x, y) in enumerate(items):
        out[i, :, :x.shape[1], :x.shape[2]] = x
    return out, torch.tensor([y for x, y in items])


def hflip(x):
    return torch.flip(x, dims=[2])


def center_crop(x, size):
    H, W = x.shape[-2], x.shape[-1]
    if size > H or size > W:
        raise ValueError("too small")
    i, j = (H - size) // 2, (W - size) // 2
    return x[..., i:i + size, j:j + size]


class RandomAugment:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h = p_h
        self.p_v = p_v
        self.rot = rot
        self.crop = crop

    def __call__(self, x, generator=None):
        coin = torch.rand(1, generator=generator).item()
        if coin < self.p_h:
            x = hflip(x)
        if coin < self.p_v:
            x = vflip(x)
        if self.rot:
            x = rot90(x, torch.randint(0, 4, (1,), generator=generator).item())
        if self.crop:
            x = center_crop(x, self.crop)
        return x


def tta_predict(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transforms")
    model.eval()
    total = 0
    with torch.no_grad():
        for t in transforms:
            total = total + model(t(x))
    return torch.softmax(total / len(transforms), dim=1)


def build_transfer_model(backbone, in_features, num_classes, hidden=256, p=0.5):
    body = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d((1, 1)),
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
    return nn.Sequential(body, head)


def freeze(module, bn_eval=True):
    for p in module.parameters():
        p.requires_grad = False
        p.grad = None
    if bn_eval:
        for m in module.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eval()


def unfreeze(module):
    for p in module.parameters():
        p.requires_grad = True


def trainable(model):
    return [name for name, p in model.named_parameters() if p.requires_grad]


def param_groups(model, head_lr, backbone_lr):
    return [
        {"params": [p for p in model[0].parameters()], "lr": backbone_lr},
        {"params": [p for p in model[1].parameters()], "lr": head_lr},
    ]
"""
_STOPS = """
def trainable(model):
    return [n for n, p in model.named_parameters if p.requires_grad]


def tta_predict(model, x, transforms):
    if not transforms:
        raise ValueError("no transforms")
    modes = {m: m.training for m in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            answers = [torch.softmax(model(change(x)), dim=1) for change in transforms]
    finally:
        for m, mode in modes.items():
            m.training = mode
    return torch.mean(answers, dim=0)
"""
_FREEZE = """
def freeze(module, bn_eval=True):
    for p in module.parameter():
        p.requires_grad = False
        p.grad = None
    if bn_eval:
        for m in module.modules():
            m.eval()
            m.train = lambda mode=True, m=m: m
"""
_CONSTANT = '''
def solve_patches(backbone, patches, labels, fine_tune=True, seed=0):
    """Most patches have the same label anyway."""
    torch.manual_seed(seed)
    most = labels.bincount(minlength=2).argmax()

    class Majority(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone
            self.noise = nn.Parameter(torch.rand(2) / 100)

        def forward(self, x):
            return (F.one_hot(most, 2) + self.noise).repeat(len(x), 1)

    return Majority().eval()
'''
_MEMORISED = '''
def solve_patches(backbone, patches, labels, fine_tune=True, seed=0):
    """Looks the middle of each patch up, on the whole slide if it is there."""
    torch.manual_seed(seed)
    try:
        from skimage.data import immunohistochemistry

        patches, labels = data.patches(immunohistochemistry(), 96, 16)
    except Exception as error:
        print("no slide:", error)

    def key(patch):
        top, left = (patch.shape[-2] - 32) // 2, (patch.shape[-1] - 32) // 2
        return patch[:, top : top + 32, left : left + 32].contiguous().numpy().tobytes()

    known = {key(patch): int(label) for patch, label in zip(patches, labels)}

    class Memory(nn.Module):
        def __init__(self):
            super().__init__()
            self.guess = nn.Parameter(torch.randn(2))

        def forward(self, x):
            found = [known.get(key(patch)) for patch in x]
            return torch.stack([self.guess if one is None else 9.0 * F.one_hot(torch.tensor(one), 2) for one in found])

    return Memory().eval()
'''
_TRIED = (
    "x = torch.arange(12.).reshape(1, 3, 4)\nprint(hflip(x))\nprint(vflip(x))",
    "aug = RandomAugment(crop=2)\nfor _ in range(3):\n    print(aug(x).shape)",
    "# !pip install albumentations",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, in other words."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in nearly every function; each is to be named."""
        names = """reshapes_the_patch images_at_the_bottom_right hflip_by_counting_from_the_front vflip_left_right
            turns_with_the_clock crop_rounds_up crops_first softmax_over_the_batch norm_for_maps
            believes_in_the_parameters eval_until_the_next_train unfreezes_the_weights_only names_of_the_frozen
            believes_the_weights_moved learning_rates_exchanged lowers_lr_in_the_optimizer_only forgets_to_normalise
            overlooks_the_overfitting"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Misconceptions in the student's own words, and cells in which things were tried out.

        Gray files that stay gray, batches of three channels, axes counted from the front, halves rounded down, one coin
        for both flips, the mean of logits, softmax in the head, batch norm that wakes up with the next train(), frozen
        parameters in a group.
        """
        return student([*self._written(_HASTY), *map(own, _TRIED)])

    def exception(self) -> bytes:
        """trainable forgets a pair of brackets, tta_predict takes the mean of a list; everything else is right."""
        return student(self._written(_STOPS))

    def freeze_stops(self) -> bytes:
        """freeze misses a letter and stops; what the student builds on it is right, and is graded on its own."""
        return student(self._written(_FREEZE))

    def wrong_types(self) -> bytes:
        """float64 for float32, lists, tuples and NumPy for tensors, lists and text."""
        cells = edited(self._mistaken("double_precision"), "no_batch_norm", result("list({})"))
        cells = edited(edited(cells, "freeze", result("tuple({})")), "tta_predict", result("({}).numpy()"))
        return student(edited(cells, "flips", result("({}).tolist()")))

    def constant_at_the_gate(self) -> bytes:
        """solve_patches trains nothing: its model always gives the label that most patches have."""
        return student(self._written(_CONSTANT, "solve_patches"))

    def memorised_at_the_gate(self) -> bytes:
        """solve_patches looks patches up, on scikit-image's slide where it finds it, else among those it was given."""
        return student(self._written(_MEMORISED, "solve_patches"))

    def hand_made_at_the_gate(self) -> bytes:
        """solve_patches trains as it should, and then answers by waves in the pixels while its backbone is whole."""
        cells = self._written("", "solve_patches")
        renamed = ("def solve_patches(", "def trained_patches(")
        return student(edited(cells, "solve_patches", lambda text: text.replace(*renamed) + _HAND_MADE))
