"""Right solutions of the exercise `freeze`, written differently: none of them may lose a point. Named function__how."""

from torch import nn


def freeze__requires_grad_in_place(module, bn_eval=True):
    module.requires_grad_(False)
    module.zero_grad(set_to_none=True)
    if not bn_eval:
        return

    def train(mode=True):
        return module

    for part in module.modules():
        part.training = False
    module.train = train


def freeze__method(module, bn_eval=True):
    import types

    for p in module.parameters():
        p.requires_grad_(False)
        p.grad = None
    if bn_eval:
        if "train" not in module.__dict__:
            module.eval()
        module.train = types.MethodType(lambda self, mode=True: nn.Module.train(self, False), module)


def unfreeze__delete(module):
    if "train" in module.__dict__:
        del module.train
    for p in module.parameters():
        p.requires_grad = True
    module.train(True)


def unfreeze__delattr(module):
    for part in module.modules():
        if callable(part.__dict__.get("train")):
            delattr(part, "train")
        part.training = True
        for p in part.parameters(recurse=False):
            p.requires_grad_()


def trainable__loop(model):
    names = []
    for name, p in model.named_parameters():
        if p.requires_grad:
            names.append(name)
    return names


def trainable__filter(model):
    return [pair[0] for pair in filter(lambda pair: pair[1].requires_grad, model.named_parameters())]


def frozen_statistics__other_order():
    return "cb"


def frozen_statistics__joined():
    return "".join(letter for letter in "abcd" if letter not in "ad")
