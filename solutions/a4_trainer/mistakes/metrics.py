"""Known mistakes of the exercise `metrics`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake

edit("confusion_matrix", "rows_predicted",
     "    pairs = y_true * num_classes + y_pred\n"
     "    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)",
     "    return (y_pred * num_classes + y_true).bincount(minlength=num_classes**2).reshape(num_classes, num_classes)",
     hint="Rows and columns are exchanged: the row is what it is, the column what was predicted.")

edit("confusion_matrix", "each_pair_once",
     "    pairs = y_true * num_classes + y_pred\n"
     "    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)",
     "    cm = torch.zeros(num_classes, num_classes, dtype=torch.int64)\n"
     "    cm[y_true, y_pred] += 1\n"
     "    return cm",
     hint="cm[y_true, y_pred] += 1 counts a pair once, however often it occurs. Loop over the pairs, or use bincount.")

edit("confusion_matrix", "as_large_as_the_labels",
     "pairs = y_true * num_classes + y_pred", "size = int(max(y_true.max(), y_pred.max())) + 1",
     "return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)",
     "return (y_true * size + y_pred).bincount(minlength=size**2).reshape(size, size)",
     hint="The size follows from the largest label that occurs. A class that is missing needs its row and column too: num_classes.")


@mistake(replaces="confusion_matrix", hint="Logits, floats and lists of different lengths go unnoticed, or end in some other error. Look at dtype, axes and lengths first, and raise ValueError.")
def takes_anything(y_true, y_pred, num_classes):
    cm = torch.zeros(num_classes, num_classes, dtype=torch.int64)
    for t, p in zip(y_true.flatten().tolist(), y_pred.flatten().tolist()):
        cm[int(t) % num_classes, int(p) % num_classes] += 1
    return cm


@mistake(replaces="confusion_matrix", hint="You take the argmax of logits silently. Raise ValueError: whoever passes logits should notice.")
def takes_logits(y_true, y_pred, num_classes):
    if y_pred.ndim == 2:
        y_pred = y_pred.argmax(1)
    for labels in (y_true, y_pred):
        if labels.is_floating_point() or labels.ndim != 1 or len(labels) != len(y_true):
            raise ValueError("no labels")
        if ((labels < 0) | (labels >= num_classes)).any():
            raise ValueError("no such class")
    return (y_true * num_classes + y_pred).bincount(minlength=num_classes**2).reshape(num_classes, num_classes)


@mistake(replaces="confusion_matrix", hint="The counts are floats. int64 is asked for: dtype=torch.int64.")
def counts_in_floats(y_true, y_pred, num_classes):
    for labels in (y_true, y_pred):
        if labels.is_floating_point() or labels.ndim != 1 or len(labels) != len(y_true):
            raise ValueError("no labels")
        if ((labels < 0) | (labels >= num_classes)).any():
            raise ValueError("no such class")
    cm = torch.zeros(num_classes, num_classes)
    for t, p in zip(y_true.tolist(), y_pred.tolist()):
        cm[t, p] += 1
    return cm


@mistake(replaces="accuracy", hint="That is the mean of the recalls: every class counts the same, however few images it has. accuracy counts images.")
def mean_of_recalls(*, y_true, y_pred):
    shares = [(y_pred[y_true == label] == label).double().mean() for label in y_true.unique()]
    return torch.stack(shares).mean().item()


@mistake(replaces="accuracy", hint="accuracy can be called without names, and then the order decides: put a * first.")
def takes_arguments_without_names(y_true, y_pred):
    return (y_true == y_pred).double().mean().item()


edit("accuracy", "accuracy_in_a_tensor", ").item()", ")",
     hint="accuracy is a tensor. A plain float: .item().")


@mistake(replaces="accuracy", hint="That is the number of hits. Divide it by the number of labels.")
def number_of_hits(*, y_true, y_pred):
    return float((y_true == y_pred).sum().item())


edit("per_class_recall", "precision_instead_of_recall", "sum(dim=1)", "sum(dim=0)",
     hint="You divide by the sums of the columns: that is the precision. Recall asks how many of a *row* were found.")

edit("per_class_recall", "zero_for_no_images", "sum(dim=1)", "sum(dim=1).clamp(min=1)",
     hint="A class without images gets 0, as if the network had failed. NaN says that nobody knows.")


@mistake(replaces="per_class_recall", hint="You divide by the number of all images. Divide each class by the sum of its own row.")
def shares_of_everything(cm):
    recall = cm.diagonal().float() / cm.sum()
    recall[cm.sum(dim=1) == 0] = float("nan")
    return recall


edit("pr_curve", "strictly_above",
     "score >= thresholds", "score > thresholds",
     "sum(dim=1).", "sum(1).",
     "sum(dim=1),", "sum(1).clamp(min=1),",
     hint="You say yes where score > threshold. The threshold itself belongs to it: >=.")

edit("pr_curve", "thresholds_going_up", ").flip(0)", ")", "sum(dim=1).", "sum(1).", "sum(dim=1),", "sum(1),",
     hint="The thresholds go up. From the highest to the lowest is asked for.")


@mistake(replaces="pr_curve", hint="Equal scores get a point each, so the curve depends on their accidental order. One point for each different score.")
def a_point_for_each_image(y_true, score):
    thresholds, order = score.sort(descending=True, stable=True)
    hits = (y_true[order] == 1).cumsum(0).double()
    return hits / torch.arange(1, len(score) + 1), hits / (y_true == 1).sum(), thresholds


edit("pr_curve", "recall_before_precision",
     "sum(dim=1).", "sum(1).",
     "return hits / yes.sum(dim=1), hits / (y_true == 1).sum(), thresholds",
     "return hits / (y_true == 1).sum(), hits / yes.sum(1), thresholds",
     hint="Precision and recall are exchanged.")

edit("plot_confusion", "axes_named_the_wrong_way", '"predicted", ylabel="true"', '"true", ylabel="predicted"',
     of="plot_confusion__set_once", hint="The labels of the axes are exchanged: columns are predicted (x), rows are true (y).")

edit("plot_confusion", "numbers_in_mirrored_cells", "p, t", "t, p",
     of="plot_confusion__set_once", hint="The numbers stand in the mirrored cells: text takes x first, which is the column.")

edit("plot_confusion", "drawn_transposed", "imshow(cm)", "imshow(cm.T)", "p, t", "t, p",
     of="plot_confusion__set_once", hint="The matrix is drawn transposed, and does not fit its labels.")

edit("plot_confusion", "upside_down", "imshow(cm)", 'imshow(cm, origin="lower")',
     of="plot_confusion__set_once", hint='Row 0 is at the bottom (origin="lower"). Matrices begin at the top.')
