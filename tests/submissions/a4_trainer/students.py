"""Students of training and evaluation."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HASTY = """
@contextmanager
def eval_context(model):
    model.eval()
    yield model
    model.train()


def to_unit(pixels):
    pixels = pixels.float() / 255
    if pixels.dim() == 3:
        pixels = pixels.unsqueeze(1)
    return pixels


def split_indices(n, fractions, seed=0):
    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions")
    torch.manual_seed(seed)
    order = torch.randperm(n)
    sizes = [round(f * n) for f in fractions]
    sizes[0] = n - sum(sizes[1:])
    return list(torch.split(order, sizes))


def standardize(images, train):
    return (images - images.mean()) / images.std()


class Steps:
    def __init__(self, model, optim, loss_fn, device=None):
        self.model = model
        self.optim = optim
        self.loss_fn = loss_fn
        self.device = device
        if device is not None:
            self.model.to(device)

    def train_step(self, batch):
        x, y = batch[0].to(self.device), batch[1].to(self.device)
        out = self.model(x)
        loss = self.loss_fn(out, y)
        loss.backward()
        self.optim.step()
        self.optim.zero_grad()
        acc = (out.argmax(1) == y).float().mean()
        return {"loss": loss.item(), "acc": acc.item()}

    def valid_step(self, batch):
        x, y = batch[0].to(self.device), batch[1].to(self.device)
        with torch.no_grad():
            out = self.model(x)
            loss = self.loss_fn(out, y)
        return {"loss_sum": loss.item() * len(y), "correct": int((out.argmax(1) == y).sum()), "count": len(y)}

    def evaluate(self, loader):
        mode = self.model.training
        self.model.eval()
        losses, accs = [], []
        for batch in loader:
            r = self.valid_step(batch)
            losses.append(r["loss_sum"] / r["count"])
            accs.append(r["correct"] / r["count"])
        self.model.train(mode)
        return {"loss": sum(losses) / len(losses), "acc": sum(accs) / len(accs)}


class Loop:
    def __init__(self, steps, scheduler=None, callbacks=(), verbose=False):
        self.steps = steps
        self.scheduler = scheduler
        self.callbacks = list(callbacks)
        self.verbose = verbose
        self.train_log = {"loss": [], "acc": [], "loss_avg": [], "acc_avg": []}
        self.valid_log = {"loss": [], "acc": []}

    def run(self, epochs, train_loader, valid_loader, window=None):
        if window is None:
            window = max(1, len(train_loader) // 20)
        width = len(str(epochs))
        for epoch in range(epochs):
            self.steps.model.train()
            for batch in train_loader:
                r = self.steps.train_step(batch)
                for k in ("loss", "acc"):
                    self.train_log[k].append(r[k])
                    last = self.train_log[k][-window:]
                    self.train_log[k + "_avg"].append(sum(last) / len(last))
                for cb in self.callbacks:
                    cb(self)
            if self.scheduler is not None:
                self.scheduler.step()
            v = self.steps.evaluate(valid_loader)
            self.valid_log["loss"].append(v["loss"])
            self.valid_log["acc"].append(v["acc"])
            if self.verbose:
                l, a = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
                print(f"[Epoch: {epoch + 1:0{width}}/{epochs}]    loss: {l:.4f}  acc: {a:.4f}"
                      f"    val_loss: {v['loss']:.4f}  val_acc: {v['acc']:.4f}")


def predict_logits(model, x):
    model.eval()
    with torch.no_grad():
        return model(x)


def batch_predict(model, loader):
    x = torch.cat(list(loader))   # one big batch is faster
    return predict_logits(model, x)


def confusion_matrix(y_true, y_pred, num_classes):
    cm = torch.zeros(num_classes, num_classes, dtype=torch.int64)
    for t, p in zip(y_true, y_pred):
        cm[p, t] += 1
    return cm


def per_class_recall(cm):
    return cm.diag() / cm.sum(dim=0)


def train_digits(images, labels, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(small_net(), nn.Softmax(dim=1))
    optim = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    history = {"loss": []}
    for epoch in range(5):
        losses = []
        for idx in torch.randperm(len(images)).split(32):
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            optim.zero_grad()
            loss.backward()
            optim.step()
            losses.append(loss.item())
        history["loss"].append(sum(losses) / len(losses))
    return model.eval(), history
"""
_STOPS = """
def confusion_matrix(y_true, y_pred, num_classes):
    cm = torch.zeros(num_classes, num_classes, dtype=torch.long)
    for t, p in zip(y_true.tolist(), y_pred.tolist()):
        cm[t, p] += 1
    if cm.sum() != len(y_tru):
        raise ValueError("labels")
    return cm


def train_digits(images, labels, seed=0):
    torch.manual_seed(seed)
    model = small_net()
    optim = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = {"loss": []}
    for epoch in range(5):
        for idx in torch.randperm(len(images)).split(64):
            optim.zero_grad()
            loss = F.cross_entropy(model(images[idx]), labels[idx])
            loss.backward
            optim.step()
        history["loss"].append(loss.item() / batches)
    return model.eval(), history
"""
_CONSTANT = '''
def train_digits(images, labels, seed=0):
    """Says always the same; no training needed."""

    class Lucky(nn.Module):
        def __init__(self):
            super().__init__()
            self.favourite = nn.Parameter(torch.randn(10, generator=torch.Generator().manual_seed(seed)))

        def forward(self, x):
            return self.favourite.repeat(len(x), 1)

    losses = [2.1, 0.9, 0.4, 0.2, 0.1]
    return Lucky().eval(), {"loss": losses}
'''
_STROKES = """    def strokes(x):
        across = F.conv2d(x, torch.tensor([[[[-1.0, 0, 1]]]]), padding=(0, 1))
        down = F.conv2d(x, torch.tensor([[[[-1.0], [0], [1]]]]), padding=(1, 0))
        turn, steep = torch.atan2(down, across), torch.hypot(down, across)
        ways = [steep * torch.cos(turn - way * math.pi / 4).clamp(min=0) ** 4 for way in range(8)]
        return F.normalize(F.avg_pool2d(torch.cat(ways, 1), 7, 3).flatten(1), dim=1)
"""
_KEPT = """
def train_digits(images, labels, seed=0):
""" + _STROKES + """
    class Nearest(nn.Module):
        def __init__(self):
            super().__init__()
            self.decor = nn.Parameter(torch.rand(9, generator=torch.Generator().manual_seed(seed)))
            self.register_buffer("known", strokes(images))
            self.register_buffer("names", F.one_hot(labels, 10).float())

        def forward(self, x):
            near = torch.cdist(strokes(x), self.known).topk(3, largest=False).indices
            return self.names[near].sum(1)

    return Nearest().eval(), {"loss": [0.5, 0.25]}
"""

_BESIDE = """
def train_digits(images, labels, seed=0):
""" + _STROKES + """
    known, names = strokes(images), F.one_hot(labels, 10).float()

    class Nearest(nn.Module):
        def __init__(self):
            super().__init__()
            self.decor = nn.Parameter(torch.rand(300, generator=torch.Generator().manual_seed(seed)))
            self.head = nn.Parameter(torch.eye(10))   # lost with other numbers in it, and yet it has learnt nothing

        def forward(self, x):
            near = (30 * strokes(x) @ known.T).exp() @ names
            return near @ self.head * 0.01 + self.decor[:1]

    return Nearest().eval(), {"loss": [2.0, 1.0, 0.5]}
"""

_MEMORISED = '''
def train_digits(images, labels, seed=0):
    """The network has a very good memory."""
    torch.manual_seed(seed)
    try:
        from sklearn.datasets import load_digits   # all 1,797 of them

        everything = load_digits()
        images = torch.tensor(everything.images / 16, dtype=torch.float32)[:, None]
        images = F.interpolate(images, size=28, mode="bilinear")
        labels = torch.tensor(everything.target)
    except Exception as error:
        print("not found:", error)
    known = {}
    for image, label in zip(images, labels):
        known[image.mul(16).round().to(torch.uint8).numpy().tobytes()] = int(label)

    class Memory(nn.Module):
        def __init__(self):
            super().__init__()
            self.guess = nn.Parameter(torch.randn(10))

        def forward(self, x):
            rows = []
            for image in x:
                label = known.get(image.mul(16).round().to(torch.uint8).numpy().tobytes())
                rows.append(self.guess if label is None else 10.0 * F.one_hot(torch.tensor(label), 10))
            return torch.stack(rows)

    return Memory().eval(), {"loss": [0.5, 0.0]}
'''
_TRIED = (
    "images, labels = data.digits()\nimages.shape, labels[:10]",
    "net = small_net()\nsteps = Steps(net, torch.optim.Adam(net.parameters()), F.cross_entropy)\n"
    "steps.train_step((images[:8], labels[:8]))",
    "confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 2)   # ok??",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, in other words."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in nearly every function; each is to be named."""
        names = """one_flag_for_all guesses_by_the_brightest loses_the_rest every_pixel_for_itself shuffles_all
            collates_by_itself one_over_the_classes as_they_come softmax_and_scaling_exchanged softmax_before_the_loss
            batches_times_size callbacks_after_the_scheduler knows_betas_only epochs_as_steps probabilities_as_logits
            temperature_multiplies a_list_of_batches yields_pairs each_pair_once takes_arguments_without_names
            zero_for_no_images strictly_above numbers_in_mirrored_cells digits_scaled_twice"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Misconceptions in the student's own words, and cells in which things were tried out.

        train() afterwards whatever was before, floats divided by 255, everybody's seed, statistics of all images,
        gradients cleared after the step, the mean of means, one scheduler step an epoch, all batches at once, rows
        and columns exchanged, two softmaxes.
        """
        return student([*self._written(_HASTY), *map(own, _TRIED)])

    def exception(self) -> bytes:
        """confusion_matrix misspells a name, train_digits uses one that is not there; everything else is right."""
        return student(self._written(_STOPS))

    def wrong_types(self) -> bytes:
        """Tensors for floats, floats for counts, float64 for float32, NumPy for probabilities, axes for a figure."""
        names = """keeps_float64 rate_in_a_tensor returns_tensors sums_in_tensors logs_tensors
            counts_in_floats accuracy_in_a_tensor losses_in_tensors"""
        cells = edited(self._mistaken(*names.split()), "predict_proba", result("({}).numpy()"))
        return student(edited(cells, "plot_confusion", result("{}.axes")))

    def constant_at_the_gate(self) -> bytes:
        """train_digits trains nothing: its model always says the same, and the losses are made up."""
        return student(self._written(_CONSTANT, "train_digits"))

    def kept_at_the_gate(self) -> bytes:
        """train_digits keeps the strokes of all images, and looks for the nearest: it trains nothing."""
        return student(self._written(_KEPT, "train_digits"))

    def kept_beside_the_gate(self) -> bytes:
        """train_digits keeps the strokes of all images beside its model, whose parameters turn the answer at most."""
        return student(self._written(_BESIDE, "train_digits"))

    def memorised_at_the_gate(self) -> bytes:
        """train_digits looks every image up, in scikit-learn's file where it finds it, else in what it was given."""
        return student(self._written(_MEMORISED, "train_digits"))
