"""Known mistakes of the exercise `inference`. Of two that look alike the first is named: narrower ones stand first."""

import torch
from torch.utils.data import DataLoader

from autograder.judge import edit, mistake


@mistake(replaces="predict_logits", hint="The model predicts in the mode it happens to be in: in train mode Dropout drops. model.eval() first.")
def predicts_in_train_mode(model, x):
    with torch.no_grad():
        return model(x)


@mistake(replaces="predict_logits", hint="After predict_logits the model stays in eval mode. Remember the mode, and switch back.")
def stays_in_eval(model, x):
    model.eval()
    with torch.no_grad():
        return model(x)


edit("predict_logits", "ends_in_train_mode", "    was = model.training\n", "", "train(was)", "train()",
     hint="predict_logits ends with model.train(), whatever was before.")

edit("predict_logits", "freezes_the_model", "    with torch.no_grad():\n        logits = model(x)",
     "    logits = model.requires_grad_(False)(x.detach())",
     hint="After predict_logits no parameter of the model asks for a gradient any more: it cannot be trained further. "
     "torch.no_grad() leaves requires_grad alone.")

edit("predict_logits", "keeps_the_graph",
     "    model.eval()\n"
     "    with torch.no_grad():\n"
     "        logits = model(x)",
     "    logits = model.eval()(x)",
     hint="The logits still hang on a graph: compute them inside torch.no_grad().")

edit("predict_logits", "makes_inference_tensors", "no_grad", "inference_mode",
     hint="Tensors made under torch.inference_mode() may never go into a later training. Use torch.no_grad().")

edit("predict_logits", "probabilities_as_logits", "model(x)", "model(x).softmax(1)",
     hint="predict_logits gives probabilities. Return what the model gives.")

edit("predict_proba", "logits_as_probabilities",
     "        z = z - z.max(dim=1, keepdim=True).values\n"
     "        powers = z.exp()\n",
     "",
     "return powers / powers.sum(dim=1, keepdim=True)", "return z",
     of="predict_proba__by_hand", hint="predict_proba returns logits: take their softmax.")

edit("predict_proba", "softmax_over_the_batch",
     "        found = F.log_softmax(model(x) / temperature, dim=-1).exp()\n"
     "    if was:\n"
     "        model.train()",
     "        found = (model(x) / temperature).softmax(0)\n"
     "    model.train(was)",
     of="predict_proba__log_softmax", hint="The softmax runs over the batch (dim=0), so columns add up to 1. Over the classes: dim=1.")

edit("predict_proba", "temperature_multiplies",
     "        found = F.log_softmax(model(x) / temperature, dim=-1).exp()\n"
     "    if was:\n"
     "        model.train()",
     "        found = (model(x) * temperature).softmax(1)\n"
     "    model.train(was)",
     of="predict_proba__log_softmax", hint="You multiply by the temperature. Divide: a larger one is flatter.")

edit("predict_proba", "temperature_after_the_softmax",
     "        found = F.log_softmax(model(x) / temperature, dim=-1).exp()\n"
     "    if was:\n"
     "        model.train()",
     "        found = model(x).softmax(1) / temperature\n"
     "    model.train(was)",
     of="predict_proba__log_softmax", hint="You divide the probabilities by the temperature, so they no longer add up to 1. Divide the logits, before the softmax.")


@mistake(replaces="predict_proba", hint="exp of a large logit is infinite, and infinite by infinite is NaN. F.softmax takes care of that.")
def exponentials_overflow(model, x, temperature=1.0):
    was = model.training
    model.eval()
    with torch.no_grad():
        powers = (model(x) / temperature).exp()
    model.train(was)
    return powers / powers.sum(1, keepdim=True)


@mistake(replaces="batch_predict", hint="A last batch that is smaller than the others is left out.")
def leaves_out_the_last_batch(model, loader):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x) for x in loader]
    model.train(was)
    return torch.cat([logits for logits in found if len(logits) == len(found[0])])


@mistake(replaces="batch_predict", hint="All batches are put together before the model sees them: that is what batch_predict should avoid.")
def all_at_once(model, loader):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = model(torch.cat(list(loader)))
    model.train(was)
    return found


@mistake(replaces="batch_predict", hint="You make a list of all batches before the first one is predicted: they may not fit into memory. Loop over the loader itself.")
def collects_the_batches_first(model, loader):
    batches = list(loader)
    was = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x) for x in batches]
    model.train(was)
    return torch.cat(found)


@mistake(replaces="batch_predict", hint="That is a list of batches. torch.cat makes one tensor of it.")
def a_list_of_batches(model, loader):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x) for x in loader]
    model.train(was)
    return found


@mistake(replaces="batch_predict", hint="torch.stack needs batches of the same size and adds an axis. torch.cat puts them one below the other.")
def stacks_batches(model, loader):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x) for x in loader]
    model.train(was)
    return torch.stack(found)


@mistake(replaces="batch_predict", hint="batch_predict predicts in train mode: Dropout drops.")
def batches_in_train_mode(model, loader):
    with torch.no_grad():
        return torch.cat([model(x) for x in loader])


@mistake(replaces="InputLoader", hint="A subclass of DataLoader that never calls its __init__ has no length and no dataset. Have a loader, do not be one.")
class is_a_loader(DataLoader):
    def __init__(self, loader):
        object.__setattr__(self, "_loader", loader)

    def __iter__(self):
        for batch in self._loader:
            yield batch if isinstance(batch, torch.Tensor) else batch[0]


@mistake(replaces="InputLoader.__iter__", hint="Whole batches come out. Only the inputs are wanted: the first item.")
def yields_pairs(self):
    yield from self.loader


@mistake(replaces="InputLoader.__iter__", hint="You unpack exactly two parts. A batch may be (x,) or (x, y, names): take batch[0].")
def unpacks_two(self):
    for x, _ in self.loader:
        yield x


edit("InputLoader.__iter__", "first_image_of_a_tensor", "batch if isinstance(batch, torch.Tensor) else", "",
     hint="Of a batch that is a tensor itself you take the first image. Pass it on as it is.")


@mistake(replaces="InputLoader", hint="The second loop finds nothing: the iterator was made once, in __init__. Begin anew in __iter__.")
class works_only_once:
    def __init__(self, loader):
        self.loader, self.dataset = loader, getattr(loader, "dataset", None)
        self.inputs = (batch if isinstance(batch, torch.Tensor) else batch[0] for batch in loader)

    def __iter__(self):
        return self.inputs

    def __len__(self):
        return len(self.loader)


edit("InputLoader.__len__", "counts_images", "loader", "loader.dataset",
     hint="len() counts images. Like that of the loader, it should count batches.")
