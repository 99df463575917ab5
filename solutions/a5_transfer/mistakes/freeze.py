"""Known mistakes of the exercise `freeze`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit, mistake

edit("freeze", "freezes_the_weights_only",
     "\n"
     "    if bn_eval:\n"
     "        module.eval()\n"
     "        module.train = lambda mode=True: module",
     "",
     hint="The parameters are frozen, the running statistics of batch norm are not: in train mode they move with every batch. Put the part into eval mode and keep it there.")

edit("freeze", "eval_until_the_next_train",
     "\n"
     "        module.train = lambda mode=True: module",
     "",
     hint="eval() holds until the next epoch: model.train() reaches the part again. Make it deaf to train().")

edit("freeze", "deaf_but_never_put_to_eval", "        module.eval()\n", "",
     hint="The part no longer hears train(), but it was in train mode and stays there. Call eval() first.")

edit("freeze", "leaves_old_gradients", "        parameter.grad = None\n", "",
     hint="Gradients from before are still there, and an optimizer that holds the parameters goes on moving them. Set grad to None.")

edit("freeze", "zeroes_old_gradients", "= None", "= None if parameter.grad is None else torch.zeros_like(parameter)",
     hint="Gradients of zero are still gradients: momentum and weight decay move the weights. Set grad to None.")

edit("freeze", "freezes_the_first_level_only",
     "for parameter in module.parameters():",
     "for parameter in [p for part in [module, *module.children()] for p in part.parameters(recurse=False)]:",
     hint="Only the parameters of the layers at the top are frozen. parameters() goes all the way down.")

edit("freeze", "freezes_weights_not_biases",
     "for parameter in module.parameters():", "for parameter in (p for p in module.parameters() if p.ndim > 1):",
     hint="Biases, and the weights of batch norm, are parameters too: freeze all of them.")

edit("freeze", "cuts_the_graph",
     "    if bn_eval:",
     "    forward = module.forward\n"
     "    module.forward = torch.no_grad()(lambda x: forward(x))\n"
     "    if bn_eval:",
     hint="Under no_grad nothing gets through to the input either, so no saliency map can be made. Freeze parameters, not the computation.")

edit("freeze", "new_parameters",
     "        parameter.grad = None",
     "        parameter.grad = None\n"
     "    for part in module.modules():\n"
     "        for name, one in list(part.named_parameters(recurse=False)):\n"
     "            setattr(part, name, nn.Parameter(one.detach().clone(), requires_grad=False))",
     hint="The parameters were replaced by copies: an optimizer that has the old ones trains nobody any more. Change requires_grad of the parameters that are there.")

edit("freeze", "bn_eval_is_not_asked", "if bn_eval", "if True",
     hint="bn_eval=False should leave modes alone: then the statistics move.")

edit("unfreeze", "unfreezes_the_weights_only",
     '    if "train" in module.__dict__:\n'
     "        del module.train\n",
     "",
     "\n"
     "    module.train(True)",
     "",
     of="unfreeze__delete", hint="The weights learn again, but the part is still deaf to train(): its statistics and its dropout stay frozen.")


@mistake(replaces="unfreeze", hint="The part no longer follows eval(): you made it deaf the other way round. Take the replaced method away.")
def always_in_train_mode(module):
    for part in module.modules():
        part.__dict__.pop("train", None)
    for parameter in module.parameters():
        parameter.requires_grad = True
    module.train()
    module.train = lambda mode=True: module


@mistake(replaces="trainable", hint="You list the frozen ones. Trained is what has requires_grad True.")
def names_of_the_frozen(model):
    return [name for name, p in model.named_parameters() if not p.requires_grad]


@mistake(replaces="trainable", hint="Names of buffers are in your list. They are not parameters: named_parameters, not state_dict.")
def names_without_numbers(model):
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    return [name for name in model.state_dict() if name not in frozen]


edit("frozen_statistics", "believes_the_weights_moved", '"bc"', '"abc"',
     hint="requires_grad was False for every parameter, and there was no optimizer at all. What else is in state_dict()?")

edit("frozen_statistics", "believes_it_is_an_advantage", '"bc"', '"bcd"',
     hint="The figure shows that the features move, not that they get better. And a head learns on features that will be others a few batches later.")

edit("frozen_statistics", "overlooks_the_features", '"bc"', '"c"',
     hint="Look at the curve of the features of the same four patches: it starts at 0. Does it stay there?")
