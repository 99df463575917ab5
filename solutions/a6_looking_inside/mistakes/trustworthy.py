"""Known mistakes of the exercise `trustworthy`. Of two that look alike the first is named: narrower ones stand first."""

import torch
from torch import nn

from autograder.judge import edit, mistake


@mistake(replaces="trustworthy", hint="Your test says True to everything, even to a map of zeros. Compare the maps with slopes that you know.")
def trusts_everything(look):
    return True


edit("trustworthy", "expects_signed_slopes", "].abs().", "].",
     of="trustworthy__linear_net", hint="Your test rejects right implementations: it compares with the slopes themselves. A saliency map has their absolute values.")

edit("trustworthy", "one_channel_only", "2, 3", "1, 6",
     of="trustworthy__linear_net", hint="Your test images have one channel, where a sum, a maximum and channel 0 are all the same. Take two or more.")

edit("trustworthy", "positive_weights_only",
     "=torch.Generator().manual_seed(1))", "=torch.Generator().manual_seed(1)).abs()",
     "x = weight[[2, 0]].clone()", "x = (weight - weight.mean(dim=0))[[2, 0]]",
     of="trustworthy__linear_net", hint="All slopes of your test network are positive: a missing absolute value goes unnoticed. Use both signs.")

edit("trustworthy", "never_gives_a_target",
     "wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]",
     "wanted = [(x, None, [2, 0]), (x[:1], None, [2])]",
     of="trustworthy__linear_net", hint="Your test never asks for a class, so it cannot see that a target is ignored. Try an int, and a list.")

edit("trustworthy", "never_without_a_target", ", None, [2, 0]), (x", "",
     of="trustworthy__linear_net", hint="Your test always asks for a class. Leave the target out once, with two images that say different things.")

edit("trustworthy", "one_class_for_all",
     "wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]",
     "wanted = [(x, 0, [0, 0]), (x, 1, [1, 1]), (x[:1], 2, [2])]",
     of="trustworthy__linear_net", hint="Your test asks for the same class for every image. Try a list of classes, and once no class at all.")

edit("trustworthy", "one_image_only",
     "wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]",
     "wanted = [(x[:1], 1, [1]), (x[1:], [2], [2]), (x[:1], None, [2]), (x[1:], None, [0])]",
     of="trustworthy__linear_net", hint="Your test has batches of one image only. What goes wrong between images of a batch stays hidden.")

edit("trustworthy", "never_one_image", ", (x[:1], 0, [0])]", "]",
     of="trustworthy__linear_net", hint="Your test never sends one image alone. That is where squeeze() swallows the batch axis.")


@mistake(replaces="trustworthy", hint="When the function raises an error, yours raises it, too. Catch it, and say False.")
def lets_errors_through(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        maps = look(model, pictures, target)
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


edit("trustworthy", "looks_at_numbers_only",
     "    clean = dense.weight.grad is None and not x.requires_grad\n"
     "    return clean and model.training and model[1].training",
     "    return True",
     of="trustworthy__linear_net", hint="Your test looks at the maps only. A function that leaves the model in eval mode or gradients behind gives the right numbers, too.")

edit("trustworthy", "plain_network_numbers_only",
     "nn.Dropout(0.5),", "",
     "    clean = dense.weight.grad is None and not x.requires_grad\n"
     "    return clean and model.training and model[1].training",
     "    return True",
     of="trustworthy__linear_net", hint="Your test looks at the maps of a network that is the same in both modes. Put a dropout into it, and look at the flags, at every .grad and at x afterwards.")

edit("trustworthy", "model_in_eval_mode",
     "    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]",
     "    model.eval()\n"
     "    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]",
     "return clean and model.training and model[1].training", "return clean and not model.training",
     of="trustworthy__linear_net", hint="Your test hands the model over in eval mode, so that nobody has to switch. Start in training mode, with a dropout inside.")
