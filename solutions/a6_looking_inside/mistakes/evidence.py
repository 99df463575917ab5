"""Known mistakes of the exercise `evidence`. Of two that look alike the first is named: narrower ones stand first."""

import matplotlib.pyplot as plt

from autograder.judge import edit, mistake


# ================================================================ evidence: prediction_strip

edit("prediction_strip", "colours_first_in_imshow", "axes.imshow(images[i].permute(1, 2, 0))", "axes.imshow(images[i])",
     of="prediction_strip__places_first", hint="imshow wants the colours last, (H, W, 3): image.permute(1, 2, 0).")

edit("prediction_strip", "gray_is_stretched", ", vmin=0, vmax=1", "",
     of="prediction_strip__places_first", hint="Without vmin=0 and vmax=1 matplotlib stretches every image from its darkest to its brightest pixel: a dark image looks bright.")

edit("prediction_strip", "titles_swapped",
     'f"{classes[y_true[i]]} / {classes[y_pred[i]]}"', 'f"{classes[y_pred[i]]} / {classes[y_true[i]]}"',
     of="prediction_strip__places_first", hint="True and predicted are swapped in the titles: “true / predicted”.")


@mistake(replaces="prediction_strip", hint="The titles are those of the errors, the images are the first ones of the batch. Take image, label and prediction with the same index.")
def wrong_images_for_the_errors(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        image = images[column]
        if len(image) == 1:
            axes.imshow(image[0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(image.permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


edit("prediction_strip", "n_before_the_errors",
     "places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]",
     "places = [i for i in range(len(images))[:n] if not only_errors or y_true[i] != y_pred[i]]",
     of="prediction_strip__places_first", hint="You take the first n images and then look for errors among them. First the errors, then n of them.")

edit("prediction_strip", "only_errors_is_ignored", "not only_errors or y_true[i] != y_pred[i]", "True",
     of="prediction_strip__places_first", hint="only_errors has no effect: with it, keep those where y_true and y_pred differ.")

edit("prediction_strip", "no_errors_crash",
     "    figure = plt.figure()",
     "    figure, _ = plt.subplots(1, len(places))\n"
     "    figure.clear()",
     of="prediction_strip__places_first", hint="plt.subplots(1, 0) is an error: without a wrong image there is no column. Return a figure without axes.")

edit("prediction_strip", "strip_shown",
     "    return figure",
     "    plt.show()\n"
     "    return figure",
     of="prediction_strip__places_first", hint="Leave out plt.show(): the notebook draws the figure that you return.")


# ================================================================ evidence: training_curves


@mistake(replaces="training_curves", hint="The validation points stand at 0, 1, 2 … Each belongs to the step at which its epoch ended.")
def validation_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(replaces="training_curves", hint="plot(values) counts 0, 1, 2 … Say where the values stand: the steps 1 … S for training, and for validation the steps at which its epochs ended.")
def everything_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        axes.plot(logs[name], label="train")
        axes.plot(logs["val_" + name], label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(replaces="training_curves", hint="Training steps are counted from 0. The first value is that of step 1.")
def training_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(replaces="training_curves", hint="The boundary is not drawn: axes.axvline(boundary), in both axes.")
def boundary_is_ignored(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(replaces="training_curves", hint="The accuracy axis zooms in on the values. Show it from 0 to 1, so that 0.9 looks like 0.9.")
def accuracy_axis_floats(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    return figure


@mistake(replaces="training_curves", hint="Everything is drawn into one axes. Loss and accuracy each get their own.")
def all_in_one_axes(logs, boundary=None):
    figure, one = plt.subplots()
    panels = [one, one]
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


# ================================================================ evidence: confusion_figure


@mistake(replaces="confusion_figure", hint="The numbers are transposed: axes.text takes x first, and x is the column.")
def counts_transposed(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(row, column, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake(replaces="confusion_figure", hint="Rows and columns are exchanged, in the picture and in the numbers. Rows are true, columns predicted.")
def everything_transposed(matrix, classes):
    matrix = matrix.T
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake(replaces="confusion_figure", hint="Cells with 0 have no number. Every cell gets one.")
def zeros_left_out(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            if count:
                axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake(replaces="confusion_figure", hint="The names of the axes are swapped: x (columns) is “predicted”, y (rows) is “true”.")
def axis_names_swapped(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("true")
    axes.set_ylabel("predicted")
    return figure


@mistake(replaces="confusion_figure", hint="The ticks show numbers; the names of the classes belong there.")
def no_class_names(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure
