"""Other choices that solve `train_digits` as well as the author's: its threshold is calibrated on all of them."""

from autograder.judge import design

design("train_digits", "batches_of_16", "ceil(len(images) / 32)", "ceil(len(images) / 16)", "split(32)", "split(16)")
design("train_digits", "batches_of_50", "ceil(len(images) / 32)", "ceil(len(images) / 50)", "split(32)", "split(50)")
design("train_digits", "half_the_rate", "max_lr=0.01", "max_lr=0.005")
design("train_digits", "twice_the_rate", "max_lr=0.01", "max_lr=0.02")
design("train_digits", "four_epochs", "epochs=5", "epochs=4", "range(5)", "range(4)")
design(
    "train_digits", "sgd_with_momentum",
    "AdamW(model.parameters())", "SGD(model.parameters(), lr=0.05, momentum=0.9)",
    "max_lr=0.01", "max_lr=0.05",
)  # fmt: skip
design(
    "train_digits", "adam_without_schedule",
    "AdamW(model.parameters())", "Adam(model.parameters(), lr=0.004)",
    "torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=5, steps_per_epoch=per_epoch)",
    "torch.optim.lr_scheduler.ConstantLR(optim, 1.0)",
)  # fmt: skip
design(
    "train_digits", "cosine",
    "AdamW(model.parameters())", "AdamW(model.parameters(), lr=0.006)",
    "torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=5, steps_per_epoch=per_epoch)",
    "torch.optim.lr_scheduler.CosineAnnealingLR(optim, 5 * per_epoch)",
)  # fmt: skip
design(
    "train_digits", "rmsprop",
    "AdamW(model.parameters())", "RMSprop(model.parameters(), lr=0.002)",
    "torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=5, steps_per_epoch=per_epoch)",
    "torch.optim.lr_scheduler.CosineAnnealingLR(optim, 5 * per_epoch)",
)  # fmt: skip
design("train_digits", "label_smoothing", "labels[chosen])", "labels[chosen], label_smoothing=0.1)")
design(
    "train_digits", "mean_over_places",
    "model = anywhere_net()",
    "model = nn.Sequential(*anywhere_net()[:-3], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(40, 10))",
)  # fmt: skip
design(
    "train_digits", "two_dense_layers",
    "model = anywhere_net()",
    "model = nn.Sequential(*anywhere_net()[:-1], nn.Linear(40, 40), nn.ReLU(), nn.Dropout(0.1), nn.Linear(40, 10))",
)  # fmt: skip
design(
    "train_digits", "strides_for_poolings",
    "model = anywhere_net()", """model = nn.Sequential(
        nn.Conv2d(1, 12, 5, stride=2, padding=2), nn.BatchNorm2d(12), nn.ReLU(),
        nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(),
        nn.Conv2d(24, 48, 3, stride=2, padding=1), nn.BatchNorm2d(48), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(48, 10),
    )""",
)  # fmt: skip
design(
    "train_digits", "wider",
    "model = anywhere_net()", """model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )""",
)  # fmt: skip
