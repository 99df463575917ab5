"""Known mistakes of the exercise `receptive_field`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit, mistake

edit("receptive_field", "adds_the_whole_kernel", "size += (kernel - 1) * jump", "size += kernel * jump",
     hint="Each layer adds k−1 pixels, not k: one of the k is the pixel that was already there. Two layers of 3 see 5.")

edit("receptive_field", "begins_at_zero", "= 1,", "= 0,",
     hint="Before the first layer a pixel sees itself: size begins at 1, not at 0.")

edit("receptive_field", "ignores_the_jump", "size += (kernel - 1) * jump", "size += kernel - 1",
     hint="After a stride, neighbours are `jump` pixels of the image apart, so a layer adds (k−1) * jump.")

edit("receptive_field", "own_stride_counts",
     "        size += (kernel - 1) * jump",
     "        jump *= stride\n"
     "        size += (kernel - 1) * jump",
     "        jump *= stride\n", "",
     hint="You multiply by the layer's own stride before adding. What counts are the strides of the layers *before* it: change jump last.")

edit("receptive_field", "own_stride_counts_for_the_start",
     "        start += ((kernel - 1) / 2 - padding) * jump",
     "        jump *= stride\n"
     "        start += ((kernel - 1) / 2 - padding) * jump",
     "        jump *= stride\n", "",
     hint="Size is right; for start you use the jump *after* the layer. It moves by ((k−1)/2 − p) times the jump before it.")

edit("receptive_field", "strides_are_added", "*= stride", "+= stride - 1",
     hint="Strides multiply: after two layers of stride 2, neighbours are 4 pixels apart. You add them.")

edit("receptive_field", "only_the_last_stride", "jump *=", "jump =",
     hint="jump is the product of *all* strides so far, not the stride of the last layer.")

edit("receptive_field", "pooling_left_out",
     "    for kernel, stride, padding in layers:",
     "    for kernel, stride, padding in layers:\n"
     "        if kernel == stride:\n"
     "            continue",
     hint="Layers with kernel 2 and stride 2, the poolings, are left out. They count like every other layer.")

edit("receptive_field", "product_of_the_kernels", "size += (kernel - 1) * jump", "size *= kernel",
     hint="You multiply the kernels: 3 · 3 = 9. The windows overlap, so a layer only *adds* (k−1) * jump: 5.")

edit("receptive_field", "sum_of_the_kernels",
     "size += (kernel - 1) * jump", "size = kernel if size == 1 else size + kernel * jump",
     hint="You add the kernels up: 3 + 3 = 6. Each layer after the first adds k−1 only (times the jump).")

edit("receptive_field", "padding_moves_to_the_right", "2 - padding", "2 + padding",
     hint="The sign of the padding is wrong: padding lets the first unit begin further to the *left*, so p is subtracted.")

edit("receptive_field", "start_without_padding", "- padding", "",
     hint="The padding is missing in start: ((k−1)/2 − p) * jump.")

edit("receptive_field", "start_is_the_left_edge",
     "start += ((kernel - 1) / 2 - padding) * jump", "start += float(-padding) * jump",
     hint="Your start is the left *edge* of the field. Its middle is asked for: (k−1)/2 − p.")

edit("receptive_field", "start_begins_at_a_half", "= 1, 1, 0.0", "= 1, 1, 0.5",
     hint="You begin at 0.5. Here the middle of pixel 0 is 0.0.")

edit("receptive_field", "start_begins_at_one", "= 1, 1, 0.0", "= 1, 1, 1.0",
     hint="You count pixels from 1. The middle of pixel 0 is 0.0.")

edit("receptive_field", "start_rounded_down", "((kernel - 1) / 2 - padding)", "float((kernel - 1) // 2 - padding)",
     hint="(k−1)//2 rounds: the middle of a kernel of 2 lies at 0.5. Divide with /.")

edit("receptive_field", "start_half_a_kernel", "((kernel - 1) / 2 - padding)", "(kernel / 2 - padding)",
     hint="The middle of k pixels beginning at 0 is (k−1)/2, not k/2.")

edit("receptive_field", "start_ignores_the_jump",
     "start += ((kernel - 1) / 2 - padding) * jump", "start += ((kernel - 1) / 2 - padding)",
     hint="start moves in pixels of the image: multiply ((k−1)/2 − p) by the jump so far.")

edit("receptive_field", "start_cut_at_zero", "return size, jump, start", "return size, jump, max(start, 0.0)",
     hint="start may be negative: the first unit then looks at padding. Do not cut it off at 0.")

edit("receptive_field", "layers_from_the_end", "in layers", "in reversed(layers)",
     hint="You go through the layers from the last to the first. Begin at the image: the order decides which strides count.")

edit("receptive_field", "stride_and_padding_swapped", "- padding", "- stride", "*= stride", "*= padding",
     hint="Stride and padding are swapped: a layer is (kernel, stride, padding).")

edit("receptive_field", "padding_makes_it_smaller", "+= (kernel - 1)", "+= (kernel - 1 - 2 * padding)",
     hint="Padding does not change the size of the field, only where it lies.")

edit("receptive_field", "cut_off_at_224", "return size, jump, start", "return min(size, 224), jump, start",
     hint="You cut the field off at the size of some image. Leave it as it is: it may be larger.")

edit("receptive_field", "returns_the_size_only", "return size, jump, start", "return size",
     hint="Three things are asked for: return size, jump, start.")

edit("receptive_field", "returns_a_list", "return size, jump, start", "return [size, jump, start]",
     hint="Return a tuple, (size, jump, start), not a list.")

edit("receptive_field", "size_in_floats", "+= (kernel - 1)", "+= (kernel - 1) / 1",
     hint="size and jump are ints: there is a / in them. Only start may be half a pixel.")

edit("receptive_field", "start_as_an_int",
     "return size, jump, start", "return size, jump, int(start) if start == int(start) else start",
     hint="start is a float, also when no layer moved it: begin with 0.0.")

edit("receptive_field", "fails_on_no_layer",
     "    size, jump, start = 1, 1, 0.0\n"
     "    for kernel, stride, padding in layers:",
     "    (size, jump, padding), rest = layers[0], layers[1:]\n"
     "    start = (size - 1) / 2 - padding\n"
     "    for kernel, stride, padding in rest:",
     hint="Without any layer a pixel sees itself: (1, 1, 0.0). Do not take the first layer out of the list before the loop.")
