"""Known mistakes of the exercise `logreg`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake


# ================================================================ logreg: read_signs

edit("read_signs", "scaled_by_the_brightest", "/ 255", "/ table[:, 1:].max()",
     hint="You divide by the largest pixel that there is. A byte goes up to 255, however dark the pictures are.")

edit("read_signs", "bytes_are_left", " / 255,", ".float(),",
     hint="The pixels are bytes, 0 to 255. Divide them by 255.")

edit("read_signs", "signs_divided_by_256", "/ 255", "/ 256",
     hint="The largest byte is 255, not 256: with 256 white would not be 1.")

edit("read_signs", "signs_column_by_column",
     "return table[:, 1:].reshape(-1, 1, 28, 28) / 255", "return table[:, 1:].reshape(-1, 1, 28, 28).mT / 255",
     hint="Rows and columns are exchanged: the pixels of a line come row by row.")

edit("read_signs", "label_is_the_last_column", "table[:, 1:]", "table[:, :-1]", "table[:, 0]", "table[:, -1]",
     hint="The label is the first number of a line, not the last.")

edit("read_signs", "first_sign_is_lost", "lines[1:]", "lines[2:]",
     hint="One picture is missing. Only the first line of the table is a heading.")

edit("read_signs", "heading_is_no_number", "lines[1:]", "lines",
     hint="The first line holds the names of the columns. It is no picture: go through lines[1:].")

edit("read_signs", "signs_without_channel_axis", "reshape(-1, 1, 28, 28)", "reshape(-1, 28, 28)",
     hint="The axis of the channel is missing: a batch of gray images is (n, 1, 28, 28).")

edit("read_signs", "single_sign_squeezed", " / 255,", ".div(255).squeeze(0),",
     hint="With a single picture the axis of the batch is gone: squeeze removes every axis of length 1 that it is pointed at.")

edit("read_signs", "signs_in_double_precision", " / 255,", ".double() / 255,",
     hint="The images are float64. Networks are float32: leave out .double(), or take .float().")

edit("read_signs", "labels_counted_from_one", "table[:, 0]", "table[:, 0] + 1",
     hint="Your labels are one too large. They are given as they stand there: A is 0.")

edit("read_signs", "labels_as_floats", "table[:, 0]", "table[:, 0].float()",
     hint="The labels are floats. cross_entropy wants class numbers, int64.")


# ================================================================ logreg: LogReg

edit("LogReg", "logistic_function_at_the_end",
     "28 * 28", "784",
     "return self.linear(x.flatten(1))", "return torch.sigmoid(self.linear(x.flatten(1)))",
     hint="There is a sigmoid at the end. Despite the name there should be none: the loss takes the softmax. Return the logits.")

edit("LogReg", "softmax_after_logreg",
     "28 * 28", "784",
     "return self.linear(x.flatten(1))", "return torch.softmax(self.linear(x.flatten(1)), dim=1)",
     hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")

edit("LogReg", "relu_after_logreg",
     "28 * 28", "784",
     "return self.linear(x.flatten(1))", "return F.relu(self.linear(x.flatten(1)))",
     hint="There is a ReLU at the end. Logistic regression is one matrix and a bias.")

edit("LogReg", "letters_without_j_and_z", "28 * 28, 26", "784, 24",
     hint="You have 24 outputs. The labels are places in the alphabet and go up to 24, so at least 25 are needed; the task says 26.")

edit("LogReg", "ten_classes_as_for_digits", "28 * 28, 26", "784, 10",
     hint="There are 26 classes here, not ten.")

edit("LogReg", "logreg_without_bias", "28 * 28, 26", "784, 26, bias=False",
     hint="The dense layer has no bias: 26 numbers are missing.")

edit("LogReg", "logreg_with_a_hidden_layer",
     "        self.linear = nn.Linear(28 * 28, 26)",
     "        self.hidden = nn.Linear(784, 26)\n"
     "        self.linear = nn.Linear(26, 26)",
     "return self.linear(x.flatten(1))", "return self.linear(F.relu(self.hidden(x.flatten(1))))",
     hint="There is a hidden layer. Logistic regression has one dense layer, from the pixels to the classes.")

edit("LogReg", "refuses_rows", "28 * 28", "784", "linear(x.flatten(1))", "linear(x[:, 0].flatten(1))",
     hint="Rows of 784 should work as well; yours takes (B, 1, 28, 28) only. x.flatten(1) leaves a row as it is.")

edit("LogReg", "pixels_column_by_column",
     "28 * 28", "784",
     "return self.linear(x.flatten(1))", "return self.linear(x.transpose(-2, -1).flatten(1) if x.ndim == 4 else x)",
     hint="You read the image column by column. flatten(1) alone is right.")

edit("LogReg", "scales_the_pixels_again", "28 * 28", "784", "flatten(1)", "flatten(1) / 255",
     hint="You divide the pixels by 255. They are between 0 and 1 already; scaling is not the network's business.")

edit("LogReg", "logreg_squeezes", "28 * 28", "784", "linear(x.flatten(1))", "linear(x.flatten(1)).squeeze()",
     hint="squeeze also removes the batch axis when there is only one image. Leave it out.")

edit("LogReg", "logreg_flattens_the_batch", "28 * 28", "784", "flatten(1)", "flatten()",
     hint="flatten() without an argument melts the batch into one row as well: x.flatten(1).")


# ================================================================ logreg: MinimalConv

edit("MinimalConv", "softmax_after_minimal_conv",
     "return self.linear(F.relu(self.conv(x)).flatten(1))",
     "return torch.softmax(self.linear(F.relu(self.conv(x)).flatten(1)), dim=1)",
     hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")

edit("MinimalConv", "sigmoid_after_minimal_conv",
     "return self.linear(F.relu(self.conv(x)).flatten(1))",
     "return torch.sigmoid(self.linear(F.relu(self.conv(x)).flatten(1)))",
     hint="There is a sigmoid at the end. Return the logits.")

edit("MinimalConv", "relu_at_the_end",
     "return self.linear(F.relu(self.conv(x)).flatten(1))",
     "return F.relu(self.linear(F.relu(self.conv(x)).flatten(1)))",
     hint="The ReLU after the dense layer cuts off all negative logits.")

edit("MinimalConv", "no_relu_after_the_convolution",
     "return self.linear(F.relu(self.conv(x)).flatten(1))", "return self.linear(self.conv(x).flatten(1))",
     hint="There is no ReLU after the convolution, so convolution and dense layer together are just one matrix.")

edit("MinimalConv", "relu_in_the_wrong_place",
     "return self.linear(F.relu(self.conv(x)).flatten(1))", "return F.relu(self.linear(self.conv(x).flatten(1)))",
     hint="The ReLU stands after the dense layer instead of before it.")

edit("MinimalConv", "sigmoid_after_the_convolution", "F.relu", "torch.sigmoid",
     hint="The activation after the convolution should be ReLU, yours is a sigmoid.")

edit("MinimalConv", "padded_to_28", "nn.Conv2d(1, 4, 5)", "nn.Conv2d(1, 4, 5, padding=2)", "24 * 24", "28 * 28",
     hint="The convolution has a padding of 2 and keeps 28 × 28. Without it the maps are 24 × 24, and 2,304 numbers arrive at the dense layer.")

edit("MinimalConv", "dense_layer_for_28", "24 * 24", "28 * 28",
     hint="The dense layer is made for 4 · 28 · 28 numbers. A 5 × 5 kernel without padding leaves 24 × 24.")

edit("MinimalConv", "kernel_of_three", "nn.Conv2d(1, 4, 5)", "nn.Conv2d(1, 4, 3)", "24 * 24", "26 * 26",
     hint="The kernel should be 5 × 5, yours is smaller.")

edit("MinimalConv", "eight_maps",
     "nn.Conv2d(1, 4, 5)", "nn.Conv2d(1, 8, 5)",
     "Linear(4 * 24 * 24, 26)", "Linear(8 * 24 * 24, 26)",
     hint="The convolution should give 4 maps.")

edit("MinimalConv", "pooling_added",
     "24 * 24", "12 * 12",
     "return self.linear(F.relu(self.conv(x)).flatten(1))",
     "return self.linear(F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1))",
     hint="There is a pooling in it. The minimal network has none: 24 × 24 go on to the dense layer.")

edit("MinimalConv", "minimal_without_j_and_z", "Linear(4 * 24 * 24, 26)", "Linear(4 * 24 * 24, 24)",
     hint="You have 24 outputs. The labels go up to 24, so at least 25 are needed; the task says 26.")

edit("MinimalConv", "minimal_without_bias",
     "nn.Conv2d(1, 4, 5)", "nn.Conv2d(1, 4, 5, bias=False)",
     "Linear(4 * 24 * 24, 26)", "Linear(4 * 24 * 24, 26, bias=False)",
     hint="Convolution and dense layer have no bias.")

edit("MinimalConv", "reshapes_rows_silently", "conv(x)", "conv(x.reshape(-1, 1, 28, 28))",
     hint="You reshape whatever comes to (B, 1, 28, 28). Rows of 784 may have lost their order on the way, and nobody would notice: let nn.Conv2d refuse them.")

edit("MinimalConv", "minimal_squeezes", "self.conv(x)).flatten(1))", "self.conv(x)).flatten(1)).squeeze()",
     hint="squeeze also removes the batch axis when there is only one image. Leave it out.")

edit("MinimalConv", "minimal_flattens_the_batch", "flatten(1)", "flatten()",
     hint="flatten() without an argument melts the batch into one row as well: flatten(1).")

edit("MinimalConv", "minimal_with_dropout",
     "        self.linear = nn.Linear(4 * 24 * 24, 26)",
     "        self.linear = nn.Linear(4 * 24 * 24, 26)\n"
     "        self.drop = nn.Dropout(0.5)",
     "return self.linear(F.relu(self.conv(x)).flatten(1))",
     "return self.linear(self.drop(F.relu(self.conv(x)).flatten(1)))",
     hint="There is a Dropout in it that nobody asked for.")

edit("MinimalConv", "frozen_edge_detectors",
     "        self.linear = nn.Linear(4 * 24 * 24, 26)",
     "        self.linear = nn.Linear(4 * 24 * 24, 26)\n"
     "        self.conv.requires_grad_(False)",
     hint="The convolution is frozen. Its kernels should be learned: leave requires_grad alone.")

edit("MinimalConv", "minimal_channels_last", "relu(self.conv(x)).", "relu(self.conv(x)).permute(0, 2, 3, 1).",
     hint="You move the channels last before flattening. flatten(1) alone is right.")
