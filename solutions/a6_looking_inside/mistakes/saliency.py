"""Known mistakes of the exercise `saliency`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake

edit("saliency", "no_absolute_value", "slope.abs()", "slope",
     of="saliency__sum_first", hint="A pixel that pulls the score down matters, too. Take the absolute value of the slopes.")

edit("saliency", "absolute_value_after_the_maximum", "return slope.abs().amax(dim=1)", "return slope.amax(dim=1).abs()",
     of="saliency__sum_first", hint="First the absolute value, then the largest over the channels. The other way round a slope of −4 loses against 1.")

edit("saliency", "squeezed", "amax(dim=1)", "amax(dim=1, keepdim=True).squeeze()",
     of="saliency__sum_first", hint="squeeze() also removes the batch axis when there is one image. Take the channel axis away by name: amax(dim=1).")

edit("saliency", "all_channels_returned", ").amax(dim=1)", ")",
     of="saliency__sum_first", hint="You return a map for each channel. Take the largest over the channels: (B, H, W).")

edit("saliency", "target_is_ignored", "if target is None else target", "",
     of="saliency__sum_first", hint="The largest score is explained, whatever `target` says. Use your own argmax only when target is None.")

edit("saliency", "class_of_the_first_image",
     "target = scores.argmax(dim=1) if target is None else target",
     "target = int(scores[0].argmax()) if target is None else target",
     of="saliency__sum_first", hint="Every image is explained by the class of the first one. Without a target each image has its own: scores.argmax(dim=1).")

edit("saliency", "first_image_only",
     "picked = scores[torch.arange(len(x)), target].sum()",
     "picked = scores[0, target if isinstance(target, int) else target[0]]",
     of="saliency__sum_first", hint="Only the score of image 0 is differentiated, so all other maps are zero. Pick one score for each image, and add them up.")

edit("saliency", "sum_of_all_scores", "picked =", "picked = scores.sum() + 0 *",
     of="saliency__sum_first", hint="You differentiate the sum of all scores. Pick the one of the target.")

edit("saliency", "probability_not_score",
     "= scores[torch.arange(len(x))", "= scores.softmax(dim=1)[torch.arange(len(x))",
     of="saliency__sum_first", hint="You differentiate the probability after a softmax. Where the network is sure, that is flat. Take the score itself.")

edit("saliency", "loss_not_score",
     "            picked = scores[torch.arange(len(x)), target].sum()",
     "            label = torch.as_tensor(target).expand(len(x))\n"
     "            picked = F.cross_entropy(scores, label)",
     of="saliency__sum_first", hint="You differentiate a loss. It is for training; a map asks what moves the score itself.")

edit("saliency", "in_training_mode", "    model.eval()\n", "",
     of="saliency__sum_first", hint="Dropout and batch norm are in the mode the caller left them in, so the map is random. Switch to model.eval() for the computation.")

edit("saliency", "left_in_eval_mode",
     "        for module, flag in flags:\n"
     "            module.training = flag",
     "        pass",
     of="saliency__sum_first", hint="The model stays in eval mode afterwards. Note the flag of each module, and put each one back in the end.")

edit("saliency", "one_flag_for_all",
     "        for module, flag in flags:\n"
     "            module.training = flag",
     "        model.train(flags[0][1])",
     of="saliency__sum_first", hint="You keep the flag of the model only, and model.train(flag) sets it for every module inside: a batch norm that was frozen on purpose is awake again. Keep one flag per module.")


@mistake(replaces="saliency", hint="After an IndexError the model stays in eval mode: the line that puts the flags back is never reached. It belongs into `finally:`.")
def not_back_after_an_error(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    if True:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    for module, flag in flags:
        module.training = flag
    return slope.abs().amax(dim=1)


edit("saliency", "fails_under_no_grad", "with torch.enable_grad():", "if True:",
     of="saliency__sum_first", hint="Inside somebody's torch.no_grad() nothing is recorded. Open `with torch.enable_grad():` around your forward pass.")

edit("saliency", "gradients_of_the_parameters_stay",
     "            (slope,) = torch.autograd.grad(picked, image)",
     "            picked.backward()\n"
     "            slope = image.grad",
     of="saliency__sum_first", hint="backward() also adds to the .grad of every parameter, and the next training step uses it. torch.autograd.grad(score, image) touches nothing.")

edit("saliency", "gradients_of_the_parameters_wiped",
     "            (slope,) = torch.autograd.grad(picked, image)",
     "            picked.backward()\n"
     "            slope = image.grad\n"
     "            model.zero_grad()",
     of="saliency__sum_first", hint="zero_grad() throws away gradients that were there before you came. torch.autograd.grad(score, image) leaves all .grad alone.")


@mistake(replaces="saliency", hint="As in many tutorials, the model stays in eval mode, its parameters and x keep gradients, and under torch.no_grad() nothing works. Put every flag back, take a copy of x, torch.enable_grad() and torch.autograd.grad.")
def straight_from_a_tutorial(model, x, target=None):
    model.eval()
    x.requires_grad_()
    scores = model(x)
    target = scores.argmax(dim=1) if target is None else target
    scores[torch.arange(len(x)), target].sum().backward()
    return x.grad.abs().amax(dim=1)


edit("saliency", "uses_the_callers_image", "x.detach().clone().", "x.",
     of="saliency__sum_first", hint="The caller's x asks for gradients afterwards: you called requires_grad_() on it. Work on x.detach().clone().")


@mistake(replaces="saliency", hint="backward() adds to x.grad: the second call gives twice the map, and the caller's x is changed. Work on a copy, and use torch.autograd.grad.")
def gradient_adds_up_in_x(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            kept = [p.grad for p in model.parameters()]
            picked.backward()
            for p, old in zip(model.parameters(), kept):
                p.grad = old
            slope = image.grad.clone()
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


edit("saliency", "result_with_gradient", ", image", ", image, create_graph=True",
     of="saliency__sum_first", hint="The result still hangs on the graph (create_graph=True). Return a tensor without gradient.")

edit("saliency", "result_as_numpy", "amax(dim=1)", "amax(dim=1).numpy()",
     of="saliency__sum_first", hint="The result is a NumPy array, a tensor is asked for.")
