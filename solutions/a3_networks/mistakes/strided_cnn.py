"""Known mistakes of the exercise `strided_cnn`. Of two that look alike the first is named: narrower ones stand first."""

from torch import nn

from autograder.judge import edit, mistake


# ================================================================ strided_cnn: conv_block

edit("conv_block", "block_without_padding", ", padding=ks // 2", "",
     hint="There is no padding. ks // 2 keeps the size at stride 1.")

edit("conv_block", "padding_always_one", "=ks // 2", "=1",
     hint="The padding is always 1. For a kernel of 5 it should be 2: ks // 2.")

edit("conv_block", "padding_as_large_as_the_kernel",
     "ks, stride=stride, padding=ks // 2)", "ks, stride=stride, padding=ks)",
     hint="The padding is ks, twice too much. It should be ks // 2.")

edit("conv_block", "padding_for_odd_kernels_only", "=ks // 2", "=(ks - 1) // 2",
     hint="(ks - 1) // 2 is ks // 2 for odd kernels only. An even one is padded too little.")

edit("conv_block", "kernel_always_three", "ks, stride=stride, padding=ks // 2", "3, stride=stride, padding=1",
     hint="The kernel is always 3. Take the argument ks.")

edit("conv_block", "stride_always_two", "=stride", "=2",
     hint="The stride is always 2. Take the argument stride.")

edit("conv_block", "stride_forgotten", "stride=stride,", "",
     hint="The convolution moves by 1 pixel, whatever stride says.")

edit("conv_block", "pools_instead_of_striding",
     "conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)",
     "conv = nn.Sequential(nn.Conv2d(ni, nf, ks, padding=ks // 2), nn.MaxPool2d(stride, ceil_mode=True))",
     hint="You shrink with a pooling. The convolution itself should take steps: stride=stride.")

edit("conv_block", "relu_always", "if act else conv", "",
     hint="There is a ReLU even with act=False.")


@mistake(replaces="conv_block", hint="There is no ReLU even with act=True.")
def relu_never(ni, nf, ks=3, stride=2, act=True):
    return nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)


edit("conv_block", "act_the_other_way_round",
     "return nn.Sequential(conv, nn.ReLU()) if act else conv",
     "return conv if act else nn.Sequential(conv, nn.ReLU())",
     hint="act works the other way round: True should give a ReLU, False none.")

edit("conv_block", "relu_before_the_convolution", "conv, nn.ReLU()", "nn.ReLU(), conv",
     hint="The ReLU stands before the convolution. It comes after it.")

edit("conv_block", "relu_in_place", "Sequential(conv, nn.ReLU())", "Sequential(conv, nn.ReLU(inplace=True))",
     hint="inplace=True writes over what the convolution has put out. Leave it out: A6 looks at it.")

edit("conv_block", "block_without_bias",
     "ks, stride=stride, padding=ks // 2)", "ks, stride=stride, padding=ks // 2, bias=False)",
     hint="The convolution has no bias. Leave bias=False out.")

edit("conv_block", "block_with_batch_norm",
     "conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)",
     "conv = nn.Sequential(nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2), nn.BatchNorm2d(nf))",
     hint="There is a batch norm in it that nobody asked for.")

edit("conv_block", "channels_swapped", "ni, nf", "nf, ni",
     hint="ni and nf are swapped: the first argument of nn.Conv2d is what goes in.")

edit("conv_block", "leaky_block", "nn.ReLU", "nn.LeakyReLU",
     hint="The activation should be a plain ReLU; yours lets a part of the negative numbers through.")


@mistake(replaces="conv_block", hint="You return a Python list of layers. A block is a module: nn.Sequential(*layers).")
def block_in_a_list(ni, nf, ks=3, stride=2, act=True):
    layers = [nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)]
    return layers + [nn.ReLU()] if act else layers


edit("conv_block", "replicated_border",
     "ks, stride=stride, padding=ks // 2)", 'ks, stride=stride, padding=ks // 2, padding_mode="replicate")',
     hint="Your padding repeats the border pixels. It should be zeros, the default.")


# ================================================================ strided_cnn: strided_cnn

edit("strided_cnn", "relu_after_the_last_block",
     "        if i < len(channels) - 2:\n"
     "            layers.append(nn.ReLU())",
     "        layers.append(nn.ReLU())",
     of="strided_cnn__layer_by_layer", hint="The last block has a ReLU too: no logit can be negative. Give it act=False.")

edit("strided_cnn", "no_relu_in_any_block",
     "        if i < len(channels) - 2:\n"
     "            layers.append(nn.ReLU())\n",
     "",
     of="strided_cnn__layer_by_layer", hint="There is no ReLU in any block: all convolutions together are then just one.")

edit("strided_cnn", "relu_missing_before_the_last", "- 2:", "- 3:",
     of="strided_cnn__layer_by_layer", hint="The last two blocks have no ReLU. Only the last one should have none.")

edit("strided_cnn", "maps_not_flattened",
     "return nn.Sequential(*layers, nn.Flatten())", "return nn.Sequential(*layers)",
     of="strided_cnn__layer_by_layer", hint="The result still has its axes of length 1, (B, 10, 1, 1). End with nn.Flatten().")

edit("strided_cnn", "flattens_everything",
     "return nn.Sequential(*layers, nn.Flatten())", "return nn.Sequential(*layers, nn.Flatten(0))",
     of="strided_cnn__layer_by_layer", hint="nn.Flatten(0) melts the batch into one row as well. nn.Flatten() begins at axis 1.")

edit("strided_cnn", "averages_before_flattening", "nn.Flatten", "nn.AdaptiveAvgPool2d(1), nn.Flatten",
     of="strided_cnn__layer_by_layer", hint="You average the maps before flattening. On 28 × 28 nothing is left to average, on other images it is another network: Flatten only.")

edit("strided_cnn", "channels_ignored",
     "    layers = []",
     "    channels = (1, 4, 8, 16, 16, 10)\n"
     "    layers = []",
     of="strided_cnn__layer_by_layer", hint="You always build the same network. Go through the argument channels.")

edit("strided_cnn", "first_channel_always_one", "channels[i]", "channels[i] if i else 1",
     of="strided_cnn__layer_by_layer", hint="The first convolution always sees one channel. It should see channels[0].")

edit("strided_cnn", "one_block_too_few", "range(len(channels) - 1)", "range(len(channels) - 2)", "- 2:", "- 3:",
     of="strided_cnn__layer_by_layer", hint="One block is missing: with six channel counts there are five steps from one to the next.")

edit("strided_cnn", "steps_of_one", "stride=2,", "stride=1,",
     of="strided_cnn__layer_by_layer", hint="The blocks do not shrink the maps: they should have stride 2.")

edit("strided_cnn", "strided_without_padding", ", padding=1", "",
     of="strided_cnn__layer_by_layer", hint="There is no padding: 28 → 13 → 6 → 2 → 0, and nothing is left.")

edit("strided_cnn", "last_step_of_one", "stride=2,", "stride=2 if i < len(channels) - 2 else 1,",
     of="strided_cnn__layer_by_layer", hint="The last block has stride 1: from 2 × 2 it does not get down to one pixel.")

edit("strided_cnn", "dense_layer_at_the_end",
     "return nn.Sequential(*layers, nn.Flatten())",
     "return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1], channels[-1]))",
     of="strided_cnn__layer_by_layer", hint="There is a dense layer at the end. The logits are what the last convolution gives, flattened.")

edit("strided_cnn", "softmax_after_the_blocks",
     "return nn.Sequential(*layers, nn.Flatten())", "return nn.Sequential(*layers, nn.Flatten(), nn.Softmax(dim=1))",
     of="strided_cnn__layer_by_layer", hint="There is a softmax at the end. Return the logits.")

edit("strided_cnn", "strided_in_a_list",
     "return nn.Sequential(*layers, nn.Flatten())", "return [*layers, nn.Flatten()]",
     of="strided_cnn__layer_by_layer", hint="You return a Python list. nn.Sequential(*layers) makes a network of it.")

edit("strided_cnn", "pools_between_the_blocks",
     "        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))",
     "        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, padding=1))\n"
     "        layers.append(nn.MaxPool2d(2, ceil_mode=True))",
     of="strided_cnn__layer_by_layer", hint="You shrink with max pooling. Here the convolutions themselves take steps of 2.")

edit("strided_cnn", "strided_convolutions_without_bias",
     "], 3, stride=2, padding=1)", "], 3, stride=2, padding=1, bias=False)",
     of="strided_cnn__layer_by_layer", hint="The convolutions have no bias: 5,220 parameters instead of 5,274.")

edit("strided_cnn", "strided_module_list",
     "return nn.Sequential(*layers, nn.Flatten())", "return nn.ModuleList([*layers, nn.Flatten()])",
     of="strided_cnn__layer_by_layer", hint="An nn.ModuleList keeps layers, but cannot be called. Make it an nn.Sequential.")

edit("strided_cnn", "strided_relus_in_place", "layers.append(nn.ReLU())", "layers.append(nn.ReLU(inplace=True))",
     of="strided_cnn__layer_by_layer", hint="The ReLU should not work in place: what the convolution has put out is still needed.")

edit("strided_cnn", "last_block_by_its_channels", "if i < len(channels) - 2:", "if channels[i + 1] != channels[-1]:",
     of="strided_cnn__layer_by_layer",
     hint="The last block is told by its number of channels. An earlier block with as many loses its ReLU, too: ask which block it is.")
