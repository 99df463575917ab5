"""Known mistakes of the exercise `eval_context`. Of two that look alike the first is named: narrower ones stand first."""

from contextlib import contextmanager

import torch

from autograder.judge import edit, mistake


edit("eval_context", "always_trains_afterwards",
     "        modes = [(module, module.training) for module in model.modules()]\n", "",
     "            for module, mode in modes:\n"
     "                module.training = mode",
     "            model.train()",
     of="eval_context__a_block_inside", hint="You end with model.train(), whatever was before. A model that was in eval mode must stay so: remember the flags.")


@mistake(replaces="eval_context", hint="After an error inside the block the model stays in eval mode. Put the yield into try, and the way back into finally.")
def not_restored_after_an_error(model):
    @contextmanager
    def block():
        modes = {module: module.training for module in model.modules()}
        model.eval()
        yield model
        for module, mode in modes.items():
            module.training = mode

    return block()


edit("eval_context", "one_flag_for_all",
     "modes = [(module, module.training) for module in model.modules()]", "state = model.training",
     "            for module, mode in modes:\n"
     "                module.training = mode",
     "            model.train(state)",
     of="eval_context__a_block_inside", hint="model.train(state) sets every module inside as well: a batch norm that its owner has put to rest wakes up. Remember the flag of each module.")

edit("eval_context", "remembers_children_only",
     "model.modules()", "(model, *model.children())",
     "module.training = mode", "module.train(mode)",
     of="eval_context__a_block_inside", hint="You remember the model and its direct children. There are modules inside these too: model.modules() finds all.")


@mistake(replaces="eval_context", hint="Only the flag of the outermost module is set. Dropout and batch norm look at their own flags: model.eval() sets them all.")
def only_the_root(model):
    @contextmanager
    def block():
        state = model.training
        model.training = False
        try:
            yield model
        finally:
            model.training = state

    return block()


edit("eval_context", "never_switches",
     "        modes = [(module, module.training) for module in model.modules()]\n"
     "        model.eval()",
     "        modes = {module: module.training for module in model.modules()}",
     "in modes", "in modes.items()",
     of="eval_context__a_block_inside", hint="The flags are kept, but nobody calls model.eval(): inside the block the model still trains.")


@mistake(replaces="eval_context", hint="Your block swallows errors: whoever made one never hears of it. Take try … finally without except, or raise it again.")
def swallows_errors(model):
    @contextmanager
    def block():
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            yield model
        except Exception:
            pass
        finally:
            for module, mode in modes.items():
                module.training = mode

    return block()


@mistake(replaces="eval_context", hint="A function with return is no context manager. Use yield in its place, with @contextmanager above the function.")
def returns_instead_of_yielding(model):
    return model.eval()


edit("eval_context", "without_the_decorator", "@contextmanager\n", "",
     hint="The line @contextmanager above the function is missing: what you have is a generator, and `with` cannot use one.")


@mistake(replaces="eval_context", hint="Inside your block there are no gradients (torch.no_grad). That is not its business: saliency maps need eval mode and gradients.")
def switches_gradients_off(model):
    @contextmanager
    def block():
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            for module, mode in modes.items():
                module.training = mode

    return block()


@mistake(replaces="eval_context", hint="requires_grad_(False) freezes the weights, and eval mode has nothing to do with that. Only the flags `training` are to change.")
def freezes_the_weights(model):
    @contextmanager
    def block():
        modes = {module: module.training for module in model.modules()}
        model.eval().requires_grad_(False)
        try:
            yield model
        finally:
            model.requires_grad_(True)
            for module, mode in modes.items():
                module.training = mode

    return block()


edit("eval_context", "keeps_the_flags_on_the_model",
     "modes = [(module, module.training) for module in model.modules()]",
     "model.old_modes = [module.training for module in model.modules()]",
     "in modes", "in zip(model.modules(), model.old_modes)",
     of="eval_context__a_block_inside", hint="The flags are kept on the model itself, so an inner block writes over those of the outer one. Keep them in a local variable.")

edit("eval_context", "restores_only_what_was_on",
     "modes = [(module, module.training) for module in model.modules()]",
     "awake = [module for module in model.modules() if module.training]",
     "for module, mode in modes:", "for module in awake:",
     "= mode", "= True",
     of="eval_context__a_block_inside", hint="You switch back on what was on, and forget what was off: if somebody calls train() inside the block, it stays on.")
