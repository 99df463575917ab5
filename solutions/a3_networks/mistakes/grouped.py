"""Known mistakes of the exercise `grouped`. Of two that look alike the first is named: narrower ones stand first."""

from torch import nn

from autograder.judge import edit, mistake


# ================================================================ grouped: grouped_params

edit("grouped_params", "groups_forgotten", "(c_in // groups)", "c_in",
     hint="The groups change nothing in your count. One output channel sees only c_in // groups input channels.")

edit("grouped_params", "both_sides_divided", "return c_out *", "return c_out // groups *",
     hint="You count one group only: there are as many outputs as before, and each has its slices. Only the inputs that one output sees get fewer.")

edit("grouped_params", "outputs_divided", "return c_out * (c_in // groups) * kh * kw + (c_out if", "return c_out // groups * (c_in // groups) * kh * kw + (c_out // groups if",
     hint="You count one group, biases and all. There are `groups` of them.")

edit("grouped_params", "times_groups", "(c_in // groups)", "c_in * groups",
     hint="You multiply by the groups. More groups are fewer weights: each output sees c_in // groups inputs.")

edit("grouped_params", "bias_per_group", "(c_out if bias", "(groups if bias",
     hint="There is a bias for each output channel, not for each group.")

edit("grouped_params", "bias_always", "(c_out if bias else 0)", "c_out",
     hint="You count a bias even with bias=False.")

edit("grouped_params", "square_kernel", "else k\n", "else (k[0], k[0])\n",
     hint="You take the kernel's height for its width too. A pair is (height, width).")

edit("grouped_params", "only_inputs_checked", "if c_in % groups or c_out % groups:", "if c_in % groups:",
     hint="The groups have to divide the output channels, too: each group makes as many as the others.")

edit("grouped_params", "only_outputs_checked", "if c_in % groups or c_out % groups:", "if c_out % groups:",
     hint="The groups have to divide the input channels, too: each group sees as many as the others.")

edit("grouped_params", "nothing_refused", "if c_in % groups or c_out % groups:", "if False:",
     hint="You refuse nothing. ValueError where groups does not divide c_in or c_out: nn.Conv2d cannot be made then.")

edit("grouped_params", "a_fraction", "(c_in // groups)", "(c_in / groups)",
     hint="Your count is a float. Numbers of weights are whole: divide with //.")

# ================================================================ grouped: separable_conv

edit("separable_conv", "without_groups", ", groups=c_in", "",
     hint="Your first convolution is an ordinary one: it mixes all channels already. Depthwise means groups=c_in.")

edit("separable_conv", "without_padding", ", padding=k // 2", "",
     hint="The image gets smaller: padding k // 2 keeps its size.")

edit("separable_conv", "padding_of_one", "padding=k // 2", "padding=1",
     hint="Your padding is always 1. That is right for a kernel of 3; in general it is k // 2.")

edit("separable_conv", "depthwise_kernel_of_three", "nn.Conv2d(c_in, c_in, k, padding=k // 2,", "nn.Conv2d(c_in, c_in, 3, padding=1,",
     hint="The depthwise kernel is always 3 × 3. Take the argument k.")

edit("separable_conv", "second_looks_around", "nn.Conv2d(c_in, c_out, 1)", "nn.Conv2d(c_in, c_out, k, padding=k // 2)",
     hint="Your second convolution looks around as well. A pointwise one has a kernel of 1 × 1.")

edit("separable_conv", "relu_between", "nn.Sequential(depthwise, ", "nn.Sequential(depthwise, nn.ReLU(), ",
     hint="There is a ReLU between your two convolutions. Here nothing is between them.")


@mistake(replaces="separable_conv", hint="You mix the channels first and filter them afterwards. The depthwise convolution comes first, on the c_in channels.")
def pointwise_first(c_in, c_out, k=3):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.Conv2d(c_out, c_out, k, padding=k // 2, groups=c_out))


edit("separable_conv", "no_bias_in_the_first", "groups=c_in)", "groups=c_in, bias=False)",
     hint="Your depthwise convolution has no bias. Both have one.")

edit("separable_conv", "no_bias_in_the_second", "nn.Conv2d(c_in, c_out, 1)", "nn.Conv2d(c_in, c_out, 1, bias=False)",
     hint="Your pointwise convolution has no bias. Both have one.")


@mistake(replaces="separable_conv", hint="The pointwise convolution is missing: without it no channel ever hears of another.")
def never_mixed(c_in, c_out, k=3):
    class Alone(nn.Module):
        def __init__(self):
            super().__init__()
            self.look = nn.Conv2d(c_in, c_in, k, padding=k // 2, groups=c_in)

        def forward(self, x):
            seen = self.look(x)
            return seen[:, [channel % c_in for channel in range(c_out)]]

    return Alone()
