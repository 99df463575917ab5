"""Known mistakes of the exercise `smoothing`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F

from autograder.judge import edit, mistake


# ================================================================ smoothing: smooth_targets


@mistake(replaces="smooth_targets", hint="You share eps out among the wrong classes only. The right one gets its part as well: eps / classes each.")
def only_the_others(labels, classes, eps=0.1):
    right = F.one_hot(labels, classes)
    return right * (1 - eps) + (1 - right) * eps / (classes - 1)


edit("smooth_targets", "eps_for_everybody", "+ eps / classes", "+ eps",
     hint="Your rows add up to more than 1: eps is shared out, so each class gets eps / classes.")

edit("smooth_targets", "nothing_taken", "* (1 - eps)", "* 1.0",
     hint="Your rows add up to more than 1: what is shared out has to be taken from the right class first, which keeps 1 - eps.")

edit("smooth_targets", "classes_of_the_labels", "F.one_hot(labels, classes)", "F.one_hot(labels)",
     hint="You have as many columns as the labels need. There is one for each class, also for those that no image has: F.one_hot(labels, classes).")

edit("smooth_targets", "nothing_shared_out", " + eps / classes", "",
     hint="You take eps from the right class, and share nothing out: rows add up to 1 - eps.")

# ================================================================ smoothing: smooth_loss

edit("smooth_loss", "without_smoothing", "* (1 - eps) + eps / logits.shape[1]", "* 1.0",
     hint="This is the loss of hard labels. The targets take eps from the right class and share it out.")

edit("smooth_loss", "sum_of_the_images", ".sum(dim=1).mean()", ".sum()",
     hint="You add up the losses of the images. The mean is asked for: divide by their number.")

edit("smooth_loss", "mean_of_everything", ".sum(dim=1).mean()", ".mean()",
     hint="You take the mean over images and classes. Sum over the classes of an image first, then take the mean over the images.")

edit("smooth_loss", "logarithm_of_a_softmax", "F.log_softmax(logits, dim=1)", "F.softmax(logits, dim=1).log()",
     hint="softmax gives 0 for a logit far below the largest, and its logarithm is -inf. F.log_softmax never leaves the logarithm.")

edit("smooth_loss", "clamped_probabilities", "F.log_softmax(logits, dim=1)", "F.softmax(logits, dim=1).clamp(min=1e-12).log()",
     hint="You keep the logarithm finite by a smallest probability, so large losses come out too small. F.log_softmax is right for all logits.")

edit("smooth_loss", "softmax_over_images", "F.log_softmax(logits, dim=1)", "F.log_softmax(logits, dim=0)",
     hint="Your probabilities add up to 1 over the images. Over the classes of one image they should: dim=1.")

edit("smooth_loss", "sign_forgotten", "return -(", "return (",
     hint="Your loss is negative: the minus before the sum is missing. Logarithms of probabilities are below 0.")

edit("smooth_loss", "softmax_twice", "F.log_softmax(logits, dim=1)", "F.log_softmax(F.softmax(logits, dim=1), dim=1)",
     hint="A softmax too many: F.log_softmax takes the logits themselves.")

edit("smooth_loss", "loss_cut_off", ".sum(dim=1).mean()", ".sum(dim=1).mean().detach()",
     hint="No gradient reaches the logits: .item(), detach() or torch.tensor(...) cuts the loss off.")

edit("smooth_loss", "only_the_others_in_the_loss", "* (1 - eps) + eps / logits.shape[1]",
     "* (1 - eps - eps / (logits.shape[1] - 1)) + eps / (logits.shape[1] - 1)",
     hint="You share eps out among the wrong classes only. The right one gets its part as well: eps / classes each.")

edit("smooth_loss", "targets_of_half_the_digits", ".to(logits.dtype)", "",
     hint="Your targets are float32: whole numbers times a Python float are. For float64 logits that loses half of the digits: .to(logits.dtype) first.")

# ================================================================ smoothing: smooth_slope

edit("smooth_slope", "not_over_the_batch", " / len(logits)", "",
     hint="The loss is the mean over the images, so its gradient is divided by their number. Yours is that of the sum.")

edit("smooth_slope", "wrong_way_round", "(logits.softmax(dim=1) - targets)", "(targets - logits.softmax(dim=1))",
     hint="Your gradient points downhill. It is p - q: positive where the network says too much.")

edit("smooth_slope", "slope_of_hard_labels", "* (1 - eps) + eps / logits.shape[1]", "* 1.0",
     hint="This is the gradient for hard labels. Put the smooth targets in the place of the labels.")

edit("smooth_slope", "without_softmax", "logits.softmax(dim=1)", "logits",
     hint="You subtract the targets from the logits. They are compared with the probabilities: softmax first.")

edit("smooth_slope", "over_all_entries", " / len(logits)", " / logits.numel()",
     hint="You divide by images times classes. The loss is a sum over the classes and a mean over the images only.")


@mistake(replaces="smooth_slope", hint="You ask autograd, which records nothing inside torch.inference_mode(). The formula is short: p - q, over the number of images.")
def asks_autograd(logits, labels, eps=0.1):
    leaf = logits.detach().clone().requires_grad_()
    F.cross_entropy(leaf, labels, label_smoothing=eps).backward()
    return leaf.grad


edit("smooth_slope", "slope_of_half_the_digits", ".to(logits.dtype)", "",
     hint="Your targets are float32: whole numbers times a Python float are. For float64 logits that loses half of the digits: .to(logits.dtype) first.")

# ================================================================ smoothing: best_gap

edit("best_gap", "gap_of_the_others_alone", "1 + (1 - eps) * classes / eps", "(1 - eps) * (classes - 1) / eps",
     hint="Your right class has lost its own part of eps: it is 1 - eps + eps / classes, the others are eps / classes.")

edit("best_gap", "forgets_the_own_part", "1 + (1 - eps) * classes / eps", "(1 - eps) * classes / eps",
     hint="You divide 1 - eps by eps / classes. The right class has eps / classes besides, so 1 is to be added.")

edit("best_gap", "base_ten", "math.log(", "math.log10(",
     hint="That is the logarithm to the base 10. Softmax works with e: math.log.")

edit("best_gap", "no_logarithm", "math.log(1 + (1 - eps) * classes / eps)", "(1 + (1 - eps) * classes / eps)",
     hint="That is the quotient of the two targets. The gap between the logits is its logarithm.")

edit("best_gap", "zero_for_hard_labels", "else math.inf", "else 0.0",
     hint="Without smoothing no gap is best: the loss falls for ever, so the answer is math.inf.")

edit("best_gap", "divides_by_zero", " if eps else math.inf", "",
     hint="eps = 0 is allowed: nothing may be divided by it. The answer is math.inf.")

edit("best_gap", "log_of_the_probability", "1 + (1 - eps) * classes / eps", "1 - eps + eps / classes",
     hint="That is the logarithm of the right target alone. The gap compares it with another one: divide by eps / classes.")
