"""Other choices that solve `solve_patches` as well as the author's: its thresholds are calibrated on all of them."""

from autograder.judge import design

design("solve_patches", "batches_of_16", "size=32", "size=16")
design(
    "solve_patches", "batches_of_64_and_more_epochs", "size=32", "size=64",
    "epochs=4, steps_per_epoch", "epochs=8, steps_per_epoch", "cycle, epochs=4", "cycle, epochs=8",
)  # fmt: skip
design(
    "solve_patches",
    "three_epochs",
    "epochs=4, steps_per_epoch",
    "epochs=3, steps_per_epoch",
    "cycle, epochs=4",
    "cycle, epochs=3",
)
design(
    "solve_patches",
    "eight_epochs",
    "epochs=4, steps_per_epoch",
    "epochs=8, steps_per_epoch",
    "cycle, epochs=4",
    "cycle, epochs=8",
)
design(
    "solve_patches",
    "half_the_rates",
    "[1e-2, 1e-3]",
    "[5e-3, 5e-4]",
    "else [1e-2]",
    "else [5e-3]",
    "lr == 1e-3",
    "lr == 5e-4",
)
design(
    "solve_patches",
    "twice_the_rates",
    "[1e-2, 1e-3]",
    "[2e-2, 2e-3]",
    "else [1e-2]",
    "else [2e-2]",
    "lr == 1e-3",
    "lr == 2e-3",
)
design(
    "solve_patches", "a_hundredth_for_all", "[1e-2, 1e-3]", "[1e-2, 1e-4]", "lr == 1e-3", "lr == 1e-4",
    "epochs=4, steps_per_epoch", "epochs=8, steps_per_epoch", "cycle, epochs=4", "cycle, epochs=8",
)  # fmt: skip
design(
    "solve_patches", "sgd_with_momentum",
    "torch.optim.AdamW(learning, lr=lr)", "torch.optim.SGD(learning, lr=5 * lr, momentum=0.9)",
    "OneCycleLR(optimizer, lr,", "OneCycleLR(optimizer, 5 * lr,",
)  # fmt: skip
design(
    "solve_patches", "adam_without_schedule",
    "torch.optim.AdamW(learning, lr=lr)", "torch.optim.Adam(learning, lr=lr)",
    "torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, epochs=4, steps_per_epoch=len(batches))", "None",
)  # fmt: skip
design(
    "solve_patches", "cosine",
    "OneCycleLR(optimizer, lr, epochs=4, steps_per_epoch=len(batches))",
    "CosineAnnealingLR(optimizer, 4 * len(batches))",
)  # fmt: skip
design(
    "solve_patches",
    "one_linear_layer",
    "head = nn.Sequential(*norm, *dense)",
    "head = nn.Sequential(*norm[:2], nn.Linear(width, 2))",
)
design(
    "solve_patches", "wide_head_without_dropout",
    "nn.BatchNorm1d(width), nn.Dropout(0.2)]", "nn.BatchNorm1d(width)]",
    "[nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]",
    "[nn.Linear(width, 256), nn.ReLU(), nn.Linear(256, 2)]",
)  # fmt: skip
design(
    "solve_patches", "much_dropout", "nn.BatchNorm1d(width), nn.Dropout(0.2)", "nn.BatchNorm1d(width), nn.Dropout(0.5)"
)
design("solve_patches", "weight_decay", "AdamW(learning, lr=lr)", "AdamW(learning, lr=lr, weight_decay=0.1)")
design(
    "solve_patches", "own_two_stage",
    """    features.requires_grad_(False).eval()
    features.train = lambda mode=True: features
    for lr in [1e-2, 1e-3] if fine_tune else [1e-2]:
        if lr == 1e-3:
            del features.train
            features.requires_grad_(True)
        learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(learning, lr=lr)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, cycle, epochs=4)
    vars(features).pop("train", None)
""",
    """    model = nn.Sequential(nn.Sequential(Prepare(backbone), features), head)
    two_stage(model, (batches, [(patches[:8], labels[:8])]), (5, 10 if fine_tune else 0))
""",
)  # fmt: skip
