"""Known mistakes of the exercise `drawnet`. Of two that look alike the first is named: narrower ones stand first."""

import math

import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake

edit("DrawNet", "halved_only_once", "**n_blocks", "",
     of="DrawNet__module_list", hint="The dense layer is made for im_size // 2, whatever n_blocks is. Each block halves again.")


@mistake(replaces="DrawNet", hint="You round odd sizes up, 27 → 14. Max pooling rounds down, 27 → 13: use //.")
class rounds_up(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = math.ceil(side / 2)
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(replaces="DrawNet", hint="round() rounds halves to the even neighbour: right for 27 and 50 on some days only. Max pooling rounds down: use //.")
class rounds_to_even(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = round(side / 2)
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


edit("DrawNet", "pools_rounding_up",
     "side = im_size // 2**n_blocks", "side = -(-im_size // 2**n_blocks)",
     "if side", "if im_size // 2**n_blocks",
     "F.relu(conv(x)), 2)", "F.relu(conv(x)), 2, ceil_mode=True)",
     of="DrawNet__module_list", hint="Your pooling keeps half a window at the border (ceil_mode): 27 → 14. Odd sizes should be rounded down.")

edit("DrawNet", "divided_by_twice_the_blocks", "side = im_size // 2**n_blocks", "side = im_size // (2 * n_blocks)",
     of="DrawNet__module_list", hint="You divide by 2 · n_blocks. Two blocks halve twice, by 4, three by 8: 2**n_blocks.")

edit("DrawNet", "blocks_in_a_list", "nn.ModuleList", "list",
     of="DrawNet__module_list", hint="The convolutions are in a Python list: they are not registered, so nobody counts, moves or trains them. nn.ModuleList or nn.Sequential.")

edit("DrawNet", "one_convolution_for_all",
     "        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])",
     "        again = nn.Conv2d(width, width, 3, padding=1)\n"
     "        self.convs = nn.ModuleList([nn.Conv2d(1, width, 3, padding=1)] + [again] * (n_blocks - 1))",
     of="DrawNet__module_list", hint="All later blocks use the same convolution. Each should have its own: make a new one in the loop, not one that is repeated.")

edit("DrawNet", "always_one_channel_in", "if i == 0 else width", "",
     of="DrawNet__module_list", hint="Every convolution sees one channel. Only the first one does; all others see width.")

edit("DrawNet", "width_doubles",
     "        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])\n"
     "        self.linear = nn.Linear(width * side * side, num_classes)",
     "        sizes = [1] + [width * 2**i for i in range(n_blocks)]\n"
     "        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in zip(sizes, sizes[1:])])\n"
     "        self.linear = nn.Linear(sizes[-1] * side * side, num_classes)",
     of="DrawNet__module_list", hint="The number of maps doubles from block to block. It should be width in each.")

edit("DrawNet", "always_twenty_maps",
     "        side = im_size // 2**n_blocks",
     "        width = 20\n"
     "        side = im_size // 2**n_blocks",
     of="DrawNet__module_list", hint="There are always 20 maps. Take the argument width.")

edit("DrawNet", "always_three_classes", "Linear(width * side * side, num_classes)", "Linear(width * side * side, 3)",
     of="DrawNet__module_list", hint="There are always three classes. Take the argument num_classes.")

edit("DrawNet", "always_one_block",
     "        side = im_size // 2**n_blocks",
     "        n_blocks = 1\n"
     "        side = im_size // 2**n_blocks",
     of="DrawNet__module_list", hint="There is always one block. Repeat it n_blocks times.")

edit("DrawNet", "one_block_more",
     "        side = im_size // 2**n_blocks",
     "        n_blocks = n_blocks + 1\n"
     "        side = im_size // 2**n_blocks",
     of="DrawNet__module_list", hint="There is one block more than n_blocks.")

edit("DrawNet", "drawings_always_of_28",
     "        side = im_size // 2**n_blocks",
     "        im_size = 28\n"
     "        side = im_size // 2**n_blocks",
     of="DrawNet__module_list", hint="The dense layer is made for 28 × 28. Take the argument im_size.")


@mistake(replaces="DrawNet", hint="The convolutions have no padding and lose a pixel on each side. Padding 1 keeps the size.")
class blocks_without_padding(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = (side - 2) // 2
        if side <= 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


edit("DrawNet", "no_relu_in_the_blocks", "F.relu(conv(x))", "conv(x)",
     of="DrawNet__module_list", hint="There is no ReLU in the blocks.")

edit("DrawNet", "relu_in_the_first_block_only",
     "for conv in self.convs:", "for i, conv in enumerate(self.convs):",
     "relu(conv(x))", "relu(conv(x)) if i == 0 else conv(x)",
     of="DrawNet__module_list", hint="Only the first block has a ReLU. Each should have one.")

edit("DrawNet", "relu_after_the_dense_layer",
     "return self.linear(x.flatten(1))", "return F.relu(self.linear(x.flatten(1)))",
     of="DrawNet__module_list", hint="The ReLU after the dense layer cuts off all negative logits.")

edit("DrawNet", "softmax_in_the_drawnet",
     "return self.linear(x.flatten(1))", "return torch.softmax(self.linear(x.flatten(1)), dim=1)",
     of="DrawNet__module_list", hint="There is a softmax at the end. CrossEntropyLoss takes it itself; return the logits.")

edit("DrawNet", "average_pooling_in_the_drawnet", "max_pool2d", "avg_pool2d",
     of="DrawNet__module_list", hint="The pooling should take the maximum; yours averages.")

edit("DrawNet", "batch_flattened_away", "flatten(1)", "flatten(0)",
     of="DrawNet__module_list", hint="flatten(0) melts the batch into one row. Begin at axis 1.")


@mistake(replaces="DrawNet", hint="You pool once, after all the convolutions. Each block pools.")
class pools_once_at_the_end(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.linear(F.max_pool2d(x, 2).flatten(1))


edit("DrawNet", "averages_the_maps_away",
     "* side * side", "",
     "return self.linear(x.flatten(1))", "return self.linear(x.mean((2, 3)))",
     of="DrawNet__module_list", hint="You average every map to one number before the dense layer. It should see all the pixels that are left.")

edit("DrawNet", "dropout_in_the_drawnet",
     "        self.linear = nn.Linear(width * side * side, num_classes)",
     "        self.linear = nn.Linear(width * side * side, num_classes)\n"
     "        self.drop = nn.Dropout(0.3)",
     "return self.linear(x.flatten(1))", "return self.linear(self.drop(x.flatten(1)))",
     of="DrawNet__module_list", hint="There is a Dropout in it that nobody asked for.")

edit("DrawNet", "nothing_left_unnoticed",
     "        if side == 0:\n"
     '            raise ValueError("no pixel is left")\n',
     "",
     of="DrawNet__module_list", hint="When the poolings leave no pixel you build a dense layer without inputs, which always says the same. Raise ValueError when im_size // 2**n_blocks is 0.")

edit("DrawNet", "last_pixel_refused", "side == 0", "side <= 1",
     of="DrawNet__module_list", hint="One pixel is enough: raise ValueError only when none is left.")

edit("DrawNet", "asserts_instead_of_raising",
     "        if side == 0:\n"
     '            raise ValueError("no pixel is left")',
     '        assert side > 0, "nothing is left"',
     of="DrawNet__module_list", hint="assert raises AssertionError, and disappears with python -O. Raise ValueError.")

edit("DrawNet", "extra_hidden_layer",
     "        self.linear = nn.Linear(width * side * side, num_classes)",
     "        self.linear = nn.Linear(width * side * side, num_classes)\n"
     "        self.linear = nn.Linear(width * side * side, 64)\n"
     "        self.head = nn.Linear(64, num_classes)",
     "return self.linear(x.flatten(1))", "return self.head(F.relu(self.linear(x.flatten(1))))",
     of="DrawNet__module_list", hint="There is a second dense layer. The numbers go straight from the maps to the logits.")

edit("DrawNet", "kernels_of_five", "3, padding=1", "5, padding=2",
     of="DrawNet__module_list", hint="The kernels should be 3 × 3 with padding 1.")

edit("DrawNet.__init__", "size_before_classes",
     "num_classes: int = 3, im_size: int = 28", "im_size=28, num_classes=3",
     "super().__init__()", "nn.Module.__init__(self)",
     hint="im_size and num_classes are swapped: the first argument is the number of classes.")
