"""Students of networks, shapes and parameter counts."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HASTY = """
def conv_params(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return (c_in * kh * kw + 1) * c_out


def count_params(model, trainable_only=False):
    total = 0
    for name, p in model.state_dict().items():
        total += p.numel()
    return total


def layer_table(model, input_shape):
    rows = []

    def hook(module, inp, out):
        n = sum(p.numel() for p in module.parameters())
        rows.append((module.__class__.__name__, tuple(out.shape)[1:], n))

    for m in model.modules():
        if len(list(m.children())) == 0:
            m.register_forward_hook(hook)
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, *input_shape))
    return rows


class MLP(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super(MLP, self).__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        x = x.view(x.shape[0], -1)
        x = F.relu(self.fc1(x))
        return F.softmax(self.fc2(x), dim=1)


class LeNetModern(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(400, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return torch.softmax(self.fc2(x), dim=1)


def lenet_sequential():
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(16 * 5 * 5, 84), nn.ReLU(), nn.Linear(84, 10))
    return model


def mnist_net(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 256), nn.ReLU(), nn.Dropout(p_drop), nn.Linear(256, 10))


def conv_block(ni, nf, ks=3, stride=2, act=True):
    layers = [nn.Conv2d(ni, nf, ks, stride=stride, padding=1)]
    if act:
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def strided_cnn(channels=(1, 4, 8, 16, 16, 10)):
    blocks = []
    for ni, nf in zip(channels[:-1], channels[1:]):
        blocks += [nn.Conv2d(ni, nf, 3, stride=2, padding=1), nn.ReLU()]
    return nn.Sequential(*blocks, nn.Flatten())


class DrawNet(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        self.blocks = []
        side, channels = im_size, 1
        for i in range(n_blocks):
            self.blocks.append(nn.Conv2d(channels, width, 3, padding=1))
            channels = width
            side = side // 2
        if side < 1:
            raise ValueError("image too small")
        self.linear = nn.Linear(width * side ** 2, num_classes)

    def forward(self, x):
        for conv in self.blocks:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


class LogReg(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return torch.sigmoid(self.linear(x.flatten(1)))
"""
_STOPS = """
class MLP(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def mnist_net(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 256),  # 28 / 2 / 2
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )
"""
_TRIED = (
    "net = LeNetModern()\nnet",
    "out = MLP()(torch.rand(64, 1, 28, 28))\nF.cross_entropy(out, torch.randint(0, 10, (64,)))",
    "for name, p in DrawNet(n_blocks=2).named_parameters():\n    print(name, tuple(p.shape))",
    "!pip install torchsummary",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, built in other ways: loops, lists of layers, dicts, lazy layers made ready."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in each function or class; each is to be named."""
        names = """forgets_the_bias counts_the_frozen_ones leaves_the_model_in_eval no_relu_between
            pools_before_the_sigmoid padding_in_both_convolutions sequential_ends_with_softmax dropout_before_the_selu
            padding_as_large_as_the_kernel maps_not_flattened halved_only_once letters_without_j_and_z padded_to_28"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Misconceptions in the student's own words, and cells in which things were tried out.

        Buffers counted as parameters, hooks left behind, softmax before cross-entropy, means for maxima, ReLU for
        SELU, padding that fits one kernel, ReLU on the logits, convolutions in a list, a sigmoid after LogReg.
        """
        cells = self._written(_HASTY)
        return student([*cells, *map(own, _TRIED)])

    def exception(self) -> bytes:
        """MLP forgets super().__init__(), a size in mnist_net is wrong; everything else is right."""
        return student(self._written(_STOPS))

    def wrong_types(self) -> bytes:
        """Tensors for numbers, lists for tuples and networks, NumPy for logits, batches that are squeezed away."""
        names = """count_in_a_tensor total_in_a_tensor shape_in_a_list squeezes_the_logits sequential_in_a_list
            strided_module_list flattens_across_the_batch logreg_squeezes"""
        cells = self._mistaken(*names.split())
        return student(edited(cells, "minimal_conv", result("({}).detach().numpy()")))
