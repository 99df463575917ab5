"""Known mistakes of the exercise `mnist_net`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake

edit("mnist_net", "second_convolution_padded",
     "),\n"
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 5 * 5",
     ", padding=1),\n"
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 6 * 6",
     hint="The second convolution has a padding of 1: its maps are 12 × 12. The table says 10 × 10, so it has none.")

edit("mnist_net", "same_padding_in_both",
     "),\n"
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 5 * 5",
     ', padding="same"),\n'
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 7 * 7",
     hint="The second convolution keeps the size. The table says 14 → 10, so it has no padding.")

edit("mnist_net", "dense_layer_for_7_by_7", "5 * 5", "7 * 7",
     hint="The dense layer is made for maps of 7 × 7. The second convolution has no padding, 14 → 10, and half of that is 5: 32 · 5 · 5 = 800 numbers arrive.")

edit("mnist_net", "second_kernel_of_three",
     "5),\n"
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 5 * 5",
     "3),\n"
     "        nn.SELU(),\n"
     "        nn.MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(32 * 6 * 6",
     hint="25,632 = 32 · (32 · k² + 1): the second kernel is 5 × 5, not 3 × 3.")

edit("mnist_net", "first_kernel_of_five", "nn.Conv2d(1, 32, 3, padding=1),", "nn.Conv2d(1, 32, 5, padding=2),",
     hint="320 = 32 · (1 · k² + 1): the first kernel is 3 × 3, not 5 × 5.")

edit("mnist_net", "dropout_before_the_selu",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop",
     "800, 256),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.SELU(",
     hint="The Dropout stands before the last SELU. In the table it comes after it.")

edit("mnist_net", "dropout_on_the_logits",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.Linear(256, 10),\n"
     "    )",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Linear(256, 10),\n"
     "        nn.Dropout(p_drop),\n"
     "    )",
     hint="The Dropout stands after the last layer: it throws logits away. In the table it comes before it.")

edit("mnist_net", "dropout_before_the_first_dense_layer",
     "nn.Linear(32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.",
     "nn.Dropout(p_drop),\n"
     "        nn.Linear(800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.",
     hint="The Dropout stands before the first dense layer. In the table it comes after it.")

edit("mnist_net", "dropout_after_the_maps_too",
     "Flatten(),\n"
     "        nn.Linear(32 * 5 * 5",
     "Dropout(p_drop),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(800",
     hint="There is a second Dropout, after the convolutions. The table has one.")

edit("mnist_net", "whole_channels_dropped",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout1d",
     hint="nn.Dropout1d and its relatives drop whole channels. For single numbers take nn.Dropout.")

edit("mnist_net", "alpha_dropout",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.AlphaDropout",
     hint="nn.AlphaDropout does not put zeros. (It was made for SELU, and would be a good idea, but the table says Dropout.)")

edit("mnist_net", "always_half_dropped",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(0.5",
     hint="The Dropout is always 0.5. Take the argument p_drop.")

edit("mnist_net", "share_to_keep",
     "Linear(32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(",
     "Linear(800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(1 -",
     hint="p is the share that is dropped, not the share that is kept: nn.Dropout(p_drop).")

edit("mnist_net", "no_dropout_at_all",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Identity(",
     hint="There is no Dropout before the last layer.")


@mistake(replaces="mnist_net", hint="The activations should be SELU; yours are ReLU.")
def relu_instead_of_selu(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.ReLU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(replaces="mnist_net", hint="The activations should be SELU, ELU with a scale; yours are plain ELU.")
def elu_instead_of_selu(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.ELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.ELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


edit("mnist_net", "no_selu_after_the_dense_layer",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(",
     "800, 256",
     hint="There is no SELU after the first dense layer.")

edit("mnist_net", "average_pooling_in_mnist_net",
     "nn.MaxPool2d(2),\n"
     "        nn.Conv2d",
     "nn.AvgPool2d(2),\n"
     "        nn.Conv2d",
     "nn.MaxPool2d(2),\n"
     "        nn.Flatten",
     "nn.AvgPool2d(2),\n"
     "        nn.Flatten",
     hint="The poolings should take the maximum.")

edit("mnist_net", "softmax_after_mnist_net",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.Linear(256, 10),\n"
     "    )",
     "800, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.Linear(256, 10),\n"
     "        nn.Softmax(dim=1),\n"
     "    )",
     hint="There is a softmax at the end. Return the logits.")

edit("mnist_net", "hidden_layer_of_128",
     "32 * 5 * 5, 256),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.Linear(256",
     "800, 128),\n"
     "        nn.SELU(),\n"
     "        nn.Dropout(p_drop),\n"
     "        nn.Linear(128",
     hint="205,056 = 256 · (800 + 1): the hidden layer has 256 numbers.")

edit("mnist_net", "mnist_net_without_flatten",
     "Flatten(),\n"
     "        nn.Linear(32 * 5 * 5",
     "Linear(800",
     hint="nn.Flatten() is missing before the first dense layer.")


@mistake(replaces="mnist_net", hint="F.dropout without training=self.training drops in eval mode too. Take the layer nn.Dropout, which knows the mode.")
def dropout_in_eval_mode_too(p_drop=0.5):
    class Dropout(nn.Module):
        def forward(self, x):
            return F.dropout(x, p_drop)

    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        Dropout(),
        nn.Linear(256, 10),
    )


@mistake(replaces="mnist_net", hint="The last layer is made anew in every forward pass: it is random each time, and never trained. Make it once.")
def fresh_layer_in_every_pass(p_drop=0.5):
    class Linear(nn.Module):
        def forward(self, x):
            return nn.Linear(256, 10).to(x.dtype)(x)

    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        Linear(),
    )
