"""Known mistakes of the exercise `solve_patches`. Of two that look alike the first is named: narrower ones stand first."""

import torch
from cnnkit.training import Batches, fit
from torch import nn

from autograder.judge import edit, mistake

from ._helpers import Prepare

edit("solve_patches", "labels_lose_their_patches",
     "labels[chosen])", "labels[torch.randperm(len(labels), generator=rng)[: len(chosen)]])",
     of="solve_patches__own_loop", below="frozen", hint="Patches and labels were shuffled apart, so each patch learns the label of another.")

edit("Prepare", "prepares_the_whole_patch",
     "middle = x[..., top : top + self.crop, left : left + self.crop]", "middle = x.float()",
     "middle.float()", "middle",
     hint="The whole patch goes in. Its label is about the middle: cut crop × crop pixels out.")

edit("Prepare", "prepares_off_centre",
     "(round((side - self.crop) / 2)", "((side - self.crop) // 2",
     "self.crop, left : left + self.crop]", "self.crop, left : left + self.crop].float()",
     "middle.float()", "middle",
     hint="// rounds down; the rule of center_crop is Python's round.")

edit("Prepare", "forgets_to_normalise",
     "self.crop, left : left + self.crop]", "self.crop, left : left + self.crop].float()",
     "return (middle.float() / 255 - self.mean) / self.std", "return middle / 255",
     hint="Pixels in [0, 1] are not what the backbone was trained on: subtract its mean and divide by its std.")

edit("Prepare", "normalises_by_itself",
     "self.crop, left : left + self.crop]", "self.crop, left : left + self.crop].float()",
     "return (middle.float() / 255 - self.mean) / self.std",
     "return (middle - middle.mean((0, 2, 3), keepdim=True)) / middle.std((0, 2, 3), keepdim=True)",
     hint="Each batch is normalised by its own mean and std, so the same patch looks different in other company. Use those of the backbone.")


@mistake(replaces="solve_patches", hint="The model looks at the whole patch. The label is about the 32 × 32 pixels in the middle; all else misleads.")
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


edit("solve_patches", "wants_prepared_patches", "return model", "return nn.Sequential(features, head)",
     of="solve_patches__fitted_twice", hint="The model that comes back wants patches that are prepared already. A stranger has raw ones: put the preparation inside.")

edit("solve_patches", "no_change_while_training", ", change", ", None",
     of="solve_patches__fitted_twice", hint="The patches come as they are in every epoch. Mirror and turn them at random.")

edit("solve_patches", "shifts_the_patches",
     "        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))",
     "        patch = patch.roll((way * 5 - 17, 17 - way * 3), (-2, -1))\n"
     "        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))",
     of="solve_patches__fitted_twice", hint="A shift moves something else into the middle, and the label no longer fits. Mirror and turn only.")

edit("solve_patches", "statistics_of_the_backbone_move",
     "    features.eval()\n"
     "    features.train = lambda mode=True: features\n",
     "",
     of="solve_patches__fitted_twice", hint="Without fine_tune the statistics of the backbone have moved. fit calls model.train(): the frozen part must not hear it.")

edit("solve_patches", "trains_everything_from_the_start",
     "    features.requires_grad_(False)\n", "",
     "AdamW(head.parameters(), lr=0.01)", "AdamW(model.parameters(), lr=1e-2)",
     of="solve_patches__fitted_twice", hint="The backbone learns from the first step on, while the head still talks nonsense. Freeze it in stage 1.")

edit("solve_patches", "fine_tunes_never",
     "        features.requires_grad_(True)\n"
     "        optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)",
     "        optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3)",
     of="solve_patches__fitted_twice", hint="With fine_tune=True the backbone has to learn as well. Yours is frozen to the end.")

edit("solve_patches", "fine_tunes_too_fast", "=0.001", "=1e-2", ", 0.001", ", 1e-2",
     of="solve_patches__fitted_twice", hint="In stage 2 the backbone learns as fast as the head did: that destroys what it knows. At most a tenth.")

edit("solve_patches", "comes_back_in_train_mode", "return model.eval()", "return model.train()",
     of="solve_patches__fitted_twice", hint="The model comes back in train mode: its answers are random then. model.eval() at the end.")


@mistake(replaces="solve_patches", hint="That is more than 16 times through the patches.")
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


edit("solve_patches", "seed_is_not_used", "    torch.manual_seed(seed)\n", "",
     of="solve_patches__fitted_twice", hint="Two runs with one seed differ: torch.manual_seed(seed) before the head is made.")

edit("solve_patches", "borrowed_weights_thrown_away",
     "        features.requires_grad_(True)",
     "        features.requires_grad_(True)\n"
     "        for module in features.modules():\n"
     '            if hasattr(module, "reset_parameters"):\n'
     "                module.reset_parameters()",
     of="solve_patches__fitted_twice", hint="Before the second stage the borrowed layers are drawn anew: what they had learned is gone. Only unfreeze them.")


@mistake(replaces="solve_patches", hint="The model has hardly learned anything: look at its accuracy on the training patches. More epochs, larger steps.", below="fine_tuned")
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


edit("no_augmentation", "believes_in_the_training_loss", '"ac"', '"abc"',
     hint="Compare the two runs at the right end: the one that is lower on the left, is it lower on the right as well?")

edit("no_augmentation", "believes_in_turned_validation", '"ac"', '"acd"',
     hint="Look at the code: do the patches of the validation go through `change`?")

edit("no_augmentation", "overlooks_the_overfitting", '"ac"', '"c"',
     hint="Look at the run with the patches as they are: where does its training loss end, where its validation loss?")
