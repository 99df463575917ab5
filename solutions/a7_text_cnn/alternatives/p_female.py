"""Right solutions of the exercise `p_female`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def p_female__sigmoid(model, vocab, names):
    modes = [module.training for module in model.modules()]
    try:
        model.eval()
        if not names:
            return torch.zeros((0,), dtype=torch.float32)
        with torch.no_grad():
            out = model(torch.tensor([vocab.encode(name) for name in names], dtype=torch.int64))
            return torch.sigmoid(out[:, 1] - out[:, 0])
    finally:
        for module, mode in zip(model.modules(), modes):
            module.training = mode


def p_female__one_by_one(model, vocab, names):
    training = [module for module in model.modules() if module.training]
    model.train(False)
    answers = []
    try:
        for name in names:
            logits = model(torch.tensor(vocab.encode(name)).unsqueeze(0))[0]
            answers.append(F.softmax(logits, dim=0)[1].detach())
    finally:
        for module in training:
            module.training = True
    return torch.stack(answers) if answers else torch.empty(0)


def p_female__exit_stack(model, vocab, names):
    from contextlib import ExitStack

    if len(names) < 1:
        return torch.tensor([], dtype=torch.float32)
    with ExitStack() as stack, torch.no_grad():
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
        model.eval()
        logits = model(torch.stack([torch.tensor(vocab.encode(name)) for name in names]))
        exponentials = (logits - logits.max(dim=1, keepdim=True).values).exp()
        return exponentials[:, 1] / exponentials.sum(dim=1)


def p_female__tensor_of_ids_inside(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1]


def p_female__inference_mode(model, vocab, names):
    ids = [vocab.encode(name) for name in names]
    if not ids:
        return torch.empty(0, dtype=torch.float32)
    modes = {name: module.training for name, module in model.named_modules()}
    with torch.inference_mode():
        try:
            model.train(False)
            return F.log_softmax(model(torch.tensor(ids)), dim=-1).exp().select(1, 1)
        finally:
            for name, module in model.named_modules():
                module.training = modes[name]


def p_female__asks_a_copy(model, vocab, names):
    import copy

    if not len(names):
        return torch.tensor([])
    asked = copy.deepcopy(model).eval()
    with torch.no_grad():
        return asked(torch.tensor(list(map(vocab.encode, names)))).softmax(-1).unbind(1)[1]
