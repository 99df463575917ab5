"""Students of feature maps, saliency and figures."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HASTY = """
class FeatureMaps:
    def __init__(self, model, layers=None):
        self.model = model
        self.layers = layers
        self.maps = {}
        self.handles = []

    def __enter__(self):
        self.maps = {}
        names = [n for n, m in self.model.named_modules()]
        for l in self.layers or []:
            if isinstance(l, str) and l not in names:
                raise ValueError("no layer " + l)
        for name, module in self.model.named_modules():
            if self.layers is None:
                wanted = len(list(module.children())) == 0
            else:
                wanted = name in self.layers or type(module) in self.layers
            if wanted:
                def hook(m, i, o, name=name):
                    if isinstance(o, tuple):
                        o = o[0]
                    self.maps[name] = o.detach().clone()
                self.handles.append(module.register_forward_hook(hook))
        return self

    def __exit__(self, *exc):
        for h in self.handles:
            h.remove()
        self.handles = []


def first_of_class(labels, wanted):
    return (labels == wanted).int().argmax().item()


def saliency(model, x, target=None):
    model.eval()
    x.requires_grad_()
    scores = model(x)
    if target is None:
        target = scores.argmax(dim=1)
    score = scores[torch.arange(len(x)), target].sum()
    score.backward()
    return x.grad.abs().max(dim=1)[0]


def trustworthy(look):
    # a linear network: the slopes are its weights
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    W = net[1].weight.data.reshape(2, 1, 3, 4)
    try:
        for t in (0, 1):
            m = look(net, torch.rand(2, 1, 3, 4), t)
            if not torch.allclose(m, W[t].abs().expand(2, 3, 4)):
                return False
    except Exception:
        return False
    return True


def guided_backprop(model, x, target=None):
    modes = {m: m.training for m in model.modules()}
    handles = []

    def both_masks(module, grad_in, grad_out):
        return (torch.clamp(grad_in[0], min=0),)

    relus = [m for m in model.modules() if isinstance(m, nn.ReLU)]
    if not relus:
        raise ValueError("no ReLU")
    model.eval()
    try:
        for m in relus:
            handles.append(m.register_full_backward_hook(both_masks))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            if target is None:
                target = scores.argmax(1)
            total = scores[torch.arange(len(x)), target].sum()
            grad = torch.autograd.grad(total, image)[0]
    finally:
        for h in handles:
            h.remove()
        for m, mode in modes.items():
            m.training = mode
    return grad


def standardize_and_clip(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if torch.isnan(g).any():
        raise ValueError("NaN")
    g = (g - g.mean()) / max(g.std(), 1e-7)
    return torch.clamp(g * saturation + brightness, lo, hi)


def normalize01(x, eps=1e-12):
    if torch.isnan(x).any():
        raise ValueError("NaN")
    lowest, highest = x.min(), x.max()
    return (x - lowest) / max(highest - lowest, eps)


def temperature_softmax(logits, T=1.0, dim=-1):
    if T <= 0:
        raise ValueError("T must be positive")
    e = torch.exp(logits / T)
    return e / e.sum(dim=dim, keepdim=True)


def prediction_strip(images, y_true, y_pred, classes, only_errors=False, n=10):
    if only_errors:
        wrong = y_true != y_pred
        y_true, y_pred = y_true[wrong], y_pred[wrong]
    n = min(n, len(y_true))
    fig = plt.figure(figsize=(1.5 * max(n, 1), 2))
    for i in range(n):
        ax = fig.add_subplot(1, n, i + 1)
        if images.shape[1] == 3:
            ax.imshow(images[i].permute(1, 2, 0))
        else:
            ax.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        ax.set_title(classes[y_true[i]] + " / " + classes[y_pred[i]])
        ax.axis("off")
    return fig


def training_curves(logs, boundary=None):
    fig, (ax1, ax2) = plt.subplots(1, 2, figsize=(9, 3))
    ax1.plot(logs["loss"], label="train")
    ax1.plot(logs["val_loss"], label="valid")
    ax2.plot(logs["acc"], label="train")
    ax2.plot(logs["val_acc"], label="valid")
    ax1.set_ylabel("loss")
    ax2.set_ylabel("accuracy")
    for ax in (ax1, ax2):
        ax.set_xlabel("step")
        ax.legend()
        if boundary is not None:
            ax.axvline(boundary)
    ax1.set_ylim(bottom=0)
    ax2.set_ylim(0, 1)
    return fig


def confusion_figure(matrix, classes):
    fig, ax = plt.subplots()
    ax.imshow(matrix)
    for i in range(len(classes)):
        for j in range(len(classes)):
            ax.text(i, j, str(matrix[i, j].item()))   # i, j !
    ax.set_xticks(range(len(classes)), classes)
    ax.set_yticks(range(len(classes)), classes)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    return fig
"""
_STOPS = """
def overlay(gray, heat, alpha=0.75):
    if gray.shape != heat.shape or not 0 <= alpha <= 1:
        raise ValueError("shapes or alpha")
    colour = np.zeros((len(gray), 3, *gray.shape[1:]))
    colour[:, 0] = 1
    colour[:, 1:] = 1 - heat[:, None]
    return (1 - alpha) * gray[:, None] + alpha * color


def confusion_figure(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    row = column = 0
    while row < len(matrix):
        axes.text(column, row, str(int(matrix[row, column])))
        column += 1
        if column == len(matrix):
            column = 0
    axes.set(xlabel="predicted", ylabel="true")
    return figure
"""
_TRIED = (
    "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 36, 3))\n"
    "with FeatureMaps(net) as seen:\n    net(torch.rand(1, 1, 8, 8))\nprint(seen.maps.keys())\nplot_maps(seen.maps)",
    "s = saliency(net, torch.rand(2, 1, 8, 8))\nplt.imshow(s[0])\nplt.show()",
    "confusion_figure(torch.tensor([[3, 1], [0, 5]]), ['cat', 'dog'])",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, in other words: exit stacks, one image after the other, another ReLU, other figures."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in each function; each is to be named."""
        names = """keeps_references zero_when_there_is_none titles_by_number_of_the_map probability_not_score
            never_one_image deconvnet variance_instead_of_std divides_by_the_maximum alpha_reversed multiplies_by_T
            titles_swapped validation_from_zero everything_transposed"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Misconceptions in the student's own words, and cells in which things were tried out.

        A module's second run overwrites the first, the first image for a class that is not there, gradients and modes
        that stay, hooks on modules, statistics of the whole batch, exp of a large number, the wrong images for errors,
        epochs counted from 0, a transposed text.
        """
        return student([*self._written(_HASTY), *map(own, _TRIED)])

    def exception_and_hang(self) -> bytes:
        """overlay uses np, which nobody imported, confusion_figure never ends; everything else is right."""
        return student(self._written(_STOPS))

    def wrong_types(self) -> bytes:
        """NumPy for tensors, a tensor for an index, axes or None for figures, colours last, axes squeezed away."""
        names = """maps_with_gradient index_as_a_tensor maps_figure_not_returned result_as_numpy colours_last
            log_probabilities"""
        cells = edited(self._mistaken(*names.split()), "normalize01", result("({}).float()"))
        cells = edited(cells, "standardize_and_clip", result("({}).squeeze()"))
        for name in ("prediction_strip", "confusion_figure"):
            cells = edited(cells, name, result("{}.axes"))
        return student(cells)
