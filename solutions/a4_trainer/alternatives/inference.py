"""Right solutions of the exercise `inference`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def predict_logits__decorated(model, x):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        logits = model(x.detach()).detach()
    finally:
        for module, mode in modes:
            module.training = mode
    return logits


def predict_logits__clone(model, x):
    was = model.training
    model.train(False)
    with torch.inference_mode():
        logits = model(x)
    model.train(was)
    return logits.clone()


def predict_proba__by_hand(model, x, temperature=1.0):
    was = model.training
    model.eval()
    with torch.no_grad():
        z = model(x) / temperature
        z = z - z.max(dim=1, keepdim=True).values
        powers = z.exp()
    model.train(was)
    return powers / powers.sum(dim=1, keepdim=True)


def predict_proba__log_softmax(model, x, temperature=1.0):
    was = model.training
    model.eval()
    with torch.no_grad():
        found = F.log_softmax(model(x) / temperature, dim=-1).exp()
    if was:
        model.train()
    return found


def batch_predict__loop(model, loader):
    was, found = model.training, []
    model.eval()
    with torch.no_grad():
        for x in loader:
            found.append(model(x).to("cpu"))
    model.train(was)
    return torch.concatenate(found, dim=0)


def batch_predict__rows(model, loader):
    was = model.training
    rows = []
    try:
        model.eval()
        for x in loader:
            rows.extend(model(x).detach().cpu().unbind(0))
    finally:
        model.train(was)
    return torch.stack(rows)


class InputLoader__map:
    def __init__(self, loader):
        self.loader = loader

    @staticmethod
    def _input(batch):
        return batch[0] if isinstance(batch, (tuple, list)) else batch

    def __iter__(self):
        return map(self._input, self.loader)

    def __len__(self):
        return self.loader.__len__()

    def __getattr__(self, name):
        if name == "loader":
            raise AttributeError(name)
        return getattr(self.loader, name)


class InputLoader__star:
    def __init__(self, loader):
        self.batches = loader
        if hasattr(loader, "dataset"):
            self.dataset = loader.dataset

    def __iter__(self):
        for batch in self.batches:
            if torch.is_tensor(batch):
                yield batch
            else:
                x, *_ = batch
                yield x

    def __len__(self):
        return len(self.batches)
