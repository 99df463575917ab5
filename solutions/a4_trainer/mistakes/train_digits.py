"""Known mistakes of the exercise `train_digits`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake
from cnnkit import data

from ._helpers import anywhere_net

edit("train_digits", "softmax_in_the_model",
     "model = anywhere_net()", "model = nn.Sequential(*anywhere_net(), nn.Softmax(dim=1))", "max_lr=0.05", "max_lr=0.02",
     of="train_digits__one_cycle_by_hand", below="script", hint="There is a softmax in the model, and cross_entropy takes another one. The loss cannot fall below 1.46, and SGD hardly moves.")

edit("train_digits", "digits_never_cleared", "            optim.zero_grad()\n", "",
     of="train_digits__one_cycle_by_hand", below="script", hint="Gradients are never cleared, so they add up until the network diverges: optim.zero_grad() before each backward.")

edit("train_digits", "digits_scaled_twice", "model(images[chosen])", "model(images[chosen] / 255)", "nn.BatchNorm2d(channels)", "nn.Identity()",
     of="train_digits__own_network", below="script", hint="The images are in [0, 1] already. Divided by 255 once more they are nearly black, and the network sees nothing; batch norm hides that, it does not mend it.")

edit("train_digits", "labels_shuffled_apart", "losses = []", "losses, labels = [], labels[torch.randperm(len(labels))]",
     of="train_digits__one_cycle_by_hand", below="script", hint="Images and labels are shuffled each for itself, so every image has a wrong label. Use the same order for both.")


edit("train_digits", "a_weight_for_each_place", "model = anywhere_net()", "model = small_net()",
     of="train_digits__one_cycle_by_hand", below="script", hint="The network ends with a dense layer over places: what it learns at the top left it does not know at the bottom right. Take the largest value of each map, wherever it is.")


@mistake(replaces="train_digits", hint="With lr = 0.001 and without momentum five epochs are far too few. Try AdamW, or momentum, in one cycle.", below="script")
def a_tiny_learning_rate(images, labels, seed=0):
    torch.manual_seed(seed)
    model = anywhere_net()
    optim = torch.optim.SGD(model.parameters(), lr=0.001)
    losses = []
    for _ in range(5):
        found = []
        for part in torch.randperm(len(images)).split(32):
            optim.zero_grad()
            loss = F.cross_entropy(model(images[part]), labels[part])
            loss.backward()
            optim.step()
            found.append(loss.item())
        losses.append(sum(found) / len(found))
    return model.eval(), {"loss": losses}


@mistake(replaces="train_digits", hint="The images are looked up, not read: what it was not given, it does not know. Train a network.", below="script")
def looked_up_or_nearest(images, labels, seed=0):
    public, names = data.digits()

    class Table(nn.Module):
        def __init__(self):
            super().__init__()
            self.noise = nn.Parameter(1e-3 * torch.randn(10, generator=torch.Generator().manual_seed(seed)))
            self.eval()

        def forward(self, x):
            nearest = torch.cdist(x.flatten(1), public.flatten(1)).argmin(1)
            return F.one_hot(names[nearest], 10) * 5.0 + self.noise

    return Table(), {"loss": [0.1]}


@mistake(replaces="train_digits", hint="It looks for the most similar image that it was given, pixel by pixel, which is often another one at the same place. Train a network.", below="script")
def nearest_of_those_given(images, labels, seed=0):
    given, named = images.clone(), labels.clone()

    class Nearest(nn.Module):
        def __init__(self):
            super().__init__()
            self.noise = nn.Parameter(1e-3 * torch.randn(10, generator=torch.Generator().manual_seed(seed)))
            self.eval()

        def forward(self, x):
            nearest = torch.cdist(x.flatten(1), given.flatten(1)).argmin(1)
            return F.one_hot(named[nearest], 10) * 5.0 + self.noise

    return Nearest(), {"loss": [0.1]}


@mistake(replaces="train_digits", hint="It gives the same answer for every image: nothing is learnt.", below="script")
def always_the_same(images, labels, seed=0):
    class Constant(nn.Module):
        def __init__(self):
            super().__init__()
            self.favourite = nn.Parameter(torch.randn(10, generator=torch.Generator().manual_seed(seed)))
            self.eval()

        def forward(self, x):
            return self.favourite.repeat(len(x), 1)

    return Constant(), {"loss": [0.1]}


edit("train_digits", "handed_over_in_train_mode", "eval", "train",
     of="train_digits__one_cycle_by_hand", hint="The model is handed over in train mode: model.eval() at the end.")

edit("train_digits", "digits_without_seed", "    torch.manual_seed(seed)\n", "",
     of="train_digits__one_cycle_by_hand", hint="The seed is not used, so each call gives another network: torch.manual_seed(seed) at the beginning.")

edit("train_digits", "six_epochs", "= 5 *", "= 6 *", "range(5)", "range(6)",
     of="train_digits__one_cycle_by_hand", hint="There are more than five epochs.")

edit("train_digits", "losses_in_tensors", "item", "detach",
     of="train_digits__one_cycle_by_hand", hint="The losses are tensors. Plain floats: .item().")

edit("train_digits", "gives_probabilities",
     'return model.eval(), {"loss": losses}',
     'return nn.Sequential(*model, nn.Softmax(dim=1)).eval(), {"loss": losses}',
     of="train_digits__one_cycle_by_hand", hint="The model that comes back ends with a softmax. Logits are asked for.")
