"""Known mistakes of the exercise `tta`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

edit("tta_predict", "mean_of_the_logits",
     "return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)",
     "return F.softmax(torch.stack([model(t(x)) for t in transforms]).mean(0), dim=1)",
     of="tta_predict__stacked", hint="You take the mean of the logits, then softmax. Here each answer becomes probabilities first, and then comes the mean.")

edit("tta_predict", "mean_of_the_images",
     "return torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)",
     "return F.softmax(model(torch.stack([t(x) for t in transforms]).mean(0)), dim=1)",
     of="tta_predict__stacked", hint="You take the mean of the images and ask once. That is a blur: ask for each transform, and take the mean of the answers.")

edit("tta_predict", "sum_of_the_answers", "mean", "sum",
     of="tta_predict__stacked", hint="The sum of the probabilities is no probability: rows have to add up to 1. Take the mean.")

edit("tta_predict", "mean_over_the_patches", "mean(0)", "mean(1)",
     of="tta_predict__stacked", hint="The mean goes over the patches of the batch. It goes over the transforms; each patch keeps its own row.")

edit("tta_predict", "logits_come_back", "F.softmax(model(t(x)), dim=1", "model(t(x)",
     of="tta_predict__stacked", hint="Logits come back, not probabilities: softmax over the classes.")

edit("tta_predict", "softmax_again", "mean(0)", "mean(0).softmax(1)",
     of="tta_predict__stacked", hint="Softmax is taken a second time, of the mean probabilities: that makes them nearly equal.")

edit("tta_predict", "softmax_over_the_batch", "model(t(x)), dim=1)", "model(t(x)), dim=0)",
     of="tta_predict__stacked", hint="Softmax goes over the patches (dim 0). It belongs to the classes, dim 1: each row adds up to 1.")


@mistake(replaces="tta_predict", hint="Each transform is applied on top of the one before. Each gets the original batch.")
def transforms_one_after_another(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            answers = []
            for t in transforms:
                x = t(x)
                answers.append(F.softmax(model(x), dim=1))
            return torch.stack(answers).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


edit("tta_predict", "predicts_in_train_mode", "    model.eval()\n", "",
     of="tta_predict__stacked", hint="The model predicts in the mode it happens to be in: dropout drops, and batch norm learns from what it is asked. eval() first.")

edit("tta_predict", "stays_in_eval_mode", "= mode", "= False",
     of="tta_predict__stacked", hint="The model stays in eval mode. Put each module back into its old mode.")

edit("tta_predict", "train_mode_at_the_end",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        model.train()",
     of="tta_predict__stacked", hint="model.train() at the end switches on everything, also what was in eval mode before. Remember the flag of each module.")


@mistake(replaces="tta_predict", hint="When a transform stops with an error, the model stays in eval mode: restore it in finally.")
def no_finally(model, x, transforms):
    if len(transforms) == 0:
        raise ValueError("no transform")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    if True:
        with torch.no_grad():
            result = torch.stack([F.softmax(model(t(x)), dim=1) for t in transforms]).mean(0)
    for module, mode in modes.items():
        module.training = mode
    return result


edit("tta_predict", "keeps_the_graph", "no_grad", "enable_grad",
     of="tta_predict__stacked", hint="A gradient hangs on the result: predict under torch.no_grad().")

edit("tta_predict", "no_transform_is_fine", 'raise ValueError("no transforms")', "return F.softmax(model(x), dim=1)",
     of="tta_predict__stacked", hint="Without any transform there is no answer: raise ValueError.")
