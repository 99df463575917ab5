"""Known mistakes of the exercise `pad2d`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


@mistake(replaces="pad2d", hint="left and right went to the height. Width is the last axis: left and right belong to it.")
def height_and_width_swapped(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + left + right, x.shape[-1] + top + bottom), value, dtype=x.dtype, device=x.device)
    out[..., left : left + x.shape[-2], top : top + x.shape[-1]] = x
    return out


@mistake(replaces="pad2d", hint="A slice that ends at -right is empty when right is 0. Count from the front: left : left + W.")
def empty_slice_without_right_padding(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + top + bottom, x.shape[-1] + left + right), value, dtype=x.dtype, device=x.device)
    out[..., top:-bottom, left:-right] = x
    return out


@mistake(replaces="pad2d", hint="You padded left and top only. The right and the bottom side need their own amounts.")
def one_side_only(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-2], x.shape[-2] + top, x.shape[-1] + left), value, dtype=x.dtype, device=x.device)
    out[..., top:, left:] = x
    return out


edit("pad2d", "same_amount_on_both_sides", "top + bottom, W + left + right", "2 * top, W + 2 * left",
     of="pad2d__full", hint="You used left for both sides and top for both sides. All four amounts may differ.")

edit("pad2d", "only_where_both_sides_grow",
     "x, side(right)], dim=-1)", "x, side(right)], dim=-1) if left and right else x.clone()",
     "return torch.cat([edge(top), x, edge(bottom)], dim=-2)", "return torch.cat([edge(top), x, edge(bottom)], dim=-2) if top and bottom else x.clone()",
     of="pad2d__cat", hint="Where one side gets nothing, the side across from it gets nothing either. Each of the four has its own amount, and a side of 0 needs no case of its own.")

edit("pad2d", "ignores_the_value",
     "out = torch.full((*x.shape[:-2], H + top + bottom, W + left + right), value, dtype=x.dtype, device=x.device)",
     "out = torch.zeros((*x.shape[:-2], H + top + bottom, W + left + right), dtype=x.dtype, device=x.device)",
     of="pad2d__full", hint="The border is always 0: value is not used. Make the frame with torch.full(..., value).")

edit("pad2d", "returns_the_input_itself",
     "    H, W = x.shape[-2:]",
     "    if left == right == top == bottom == 0:\n"
     "        return x\n"
     "    H, W = x.shape[-2:]",
     of="pad2d__full", hint="Without any padding you return x itself, so writing into the result changes the image. Return a new tensor in every case.")

edit("pad2d", "forces_float32", "value, dtype=x.dtype", "float(value)",
     of="pad2d__full", hint="torch.zeros and torch.full make float32 by default. Pass dtype=x.dtype, so that the type of the image survives.")

edit("pad2d", "left_and_right_swapped", "left : left", "right : right",
     of="pad2d__full", hint="left and right are swapped: the image starts after `left` columns.")

edit("pad2d", "top_and_bottom_swapped", "top : top", "bottom : bottom",
     of="pad2d__full", hint="top and bottom are swapped: the image starts after `top` rows.")

edit("pad2d", "adds_the_value_to_the_image", ": top + H, left : left + W] =", ": top + H, left : left + W] +=",
     of="pad2d__full", hint="value is added to the image too. Only the frame gets it: assign the image into the frame instead of adding it.")

edit("pad2d", "forgets_the_device", ", device=x.device", "",
     of="pad2d__full", hint="The new tensor lives on the CPU whatever the image does. Pass device=x.device (or use x.new_full).")


@mistake(replaces="pad2d", hint="You repeat the pixels at the border. The frame should hold one constant, value.")
def repeats_the_border(x, left, right, top, bottom, value=0.0):
    rows = torch.arange(-top, x.shape[-2] + bottom).clamp(0, x.shape[-2] - 1)
    cols = torch.arange(-left, x.shape[-1] + right).clamp(0, x.shape[-1] - 1)
    return x[..., rows, :][..., cols]


edit("pad2d", "only_for_batches",
     "H, W = x.shape[-2:]", "B, C, H, W = x.shape",
     "*x.shape[:-2]", "B, C",
     "out[..., top : top + H, left : left", "out[:, :, top : top + H, left : left",
     of="pad2d__full", hint="You unpack exactly four axes, so a single image fails. x.shape[-2:] gives height and width whatever comes before.")


@mistake(replaces="pad2d", hint="You padded the first two axes, which are batch and channel. Height and width are the last two.")
def pads_the_first_axes(x, left, right, top, bottom, value=0.0):
    out = torch.full((x.shape[0] + top + bottom, x.shape[1] + left + right, *x.shape[2:]), value, dtype=x.dtype, device=x.device)
    out[top : top + x.shape[0], left : left + x.shape[1]] = x
    return out


edit("pad2d", "cuts_the_gradient", "top + H, left : left + W] = x", "top + H, left : left + W] = x.detach()",
     of="pad2d__full", hint="detach or .data cuts the gradient: a convolution behind this padding could not learn. Assign x itself.")


@mistake(replaces="pad2d", hint="You only padded the width. top and bottom rows belong to the result too.")
def pads_the_width_only(x, left, right, top, bottom, value=0.0):
    out = torch.full((*x.shape[:-1], x.shape[-1] + left + right), value, dtype=x.dtype, device=x.device)
    out[..., left : left + x.shape[-1]] = x
    return out


@mistake(replaces="pad2d", hint="This exercise asks you to build the frame yourself: F.pad and nn.ZeroPad2d are switched off here. Make a full tensor and put x into it.", ends="blocked")
def calls_pad(x, left, right, top, bottom, value=0.0):
    return F.pad(x, (left, right, top, bottom), value=value).clone()
