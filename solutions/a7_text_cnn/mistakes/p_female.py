"""Known mistakes of the exercise `p_female`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake

edit("p_female", "column_of_the_men", "[:, 1]", "[:, 0]",
     of="p_female__tensor_of_ids_inside", hint="That is the probability of label 0. Women have label 1, the second column.")

edit("p_female", "logits_instead", "logits.softmax(1)", "logits",
     of="p_female__tensor_of_ids_inside", hint="These are logits. A softmax over the two of a name makes probabilities of them.")

edit("p_female", "softmax_over_the_names", "softmax(1)", "softmax(0)",
     of="p_female__tensor_of_ids_inside", hint="The softmax runs over the names (dim 0), so they share out 100 % among them. Take dim=1: the two logits of one name.")


@mistake(replaces="p_female", hint="The network is asked in the mode it happens to be in: with dropout, and batch norm over the names that were asked together. Use model.eval().")
def forgets_eval(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    with torch.no_grad():
        logits = model(torch.tensor([vocab.encode(name) for name in names]))
    return logits.softmax(1)[:, 1]


@mistake(replaces="p_female", hint="The network is left in eval mode. Put every module back into its old mode.")
def leaves_eval_mode(model, vocab, names):
    model.eval()
    if len(names) == 0:
        return torch.zeros(0)
    with torch.no_grad():
        logits = model(torch.tensor([vocab.encode(name) for name in names]))
    return logits.softmax(1)[:, 1]


@mistake(replaces="p_female", hint="model.train() at the end switches everything to train mode, also what was in eval mode on purpose. Put each module back into its own mode.")
def train_mode_for_all(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    model.eval()
    try:
        with torch.no_grad():
            logits = model(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        model.train()
    return logits.softmax(1)[:, 1]


edit("p_female", "one_mode_for_all",
     "modes = {module: module.training for module in model.modules()}", "before = model.training",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        model.train(before)",
     of="p_female__tensor_of_ids_inside", hint="model.train(before) sets all modules to the mode of the outermost. Remember and restore each one's own.")


@mistake(replaces="p_female", hint="When the network stops with an error, the modes are not put back. Do it in a `finally`.")
def modes_lost_after_an_error(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    with torch.no_grad():
        logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    for module, mode in modes.items():
        module.training = mode
    return logits.softmax(1)[:, 1]


edit("p_female", "keeps_the_graph",
     "        with torch.no_grad():\n"
     "            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))",
     "        logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))",
     of="p_female__tensor_of_ids_inside", hint="The answer still hangs on to its graph. Ask under torch.no_grad().")

edit("p_female", "freezes_the_network",
     "        with torch.no_grad():\n"
     "            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))",
     "        logits = model.requires_grad_(False).eval()(torch.tensor([vocab.encode(name) for name in names]))",
     of="p_female__tensor_of_ids_inside", hint="Gradients are switched off by freezing the parameters, and they stay frozen. Use torch.no_grad().")

edit("p_female", "doubles_dropped",
     "    if len(names) == 0:",
     "    names = list(dict.fromkeys(names))\n"
     "    if len(names) == 0:",
     of="p_female__tensor_of_ids_inside", hint="Doubles are dropped by a set or dict. Answer for every name of the list, in its order.")

edit("p_female", "empty_list_stops",
     "    if len(names) == 0:\n"
     "        return torch.zeros(0)\n",
     "",
     of="p_female__tensor_of_ids_inside", hint="An empty list stops with an error: torch.tensor([]) has no rows of ids. Answer it without asking the network.")

edit("p_female", "single_name_squeezed", "[:, 1]", "[:, 1:].squeeze()",
     of="p_female__tensor_of_ids_inside", hint="A single name gives a number without axis: squeeze removes every axis of length 1. The shape is (len(names),), here (1,).")
