"""Known mistakes of the exercise `transforms`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake

edit("hflip", "hflip_upside_down", "flip(-1)", "flip(-2)",
     hint="Yours exchanges top and bottom. Left and right are the columns, the last axis.")

edit("hflip", "hflip_by_counting_from_the_front", "flip(-1)", "flip(2)",
     hint="Axis 2 are the columns of a patch, but the rows of a batch. Count from the end: -1.")

edit("hflip", "hflip_reverses_the_first_axis", "flip(-1)", "flip(0)",
     hint="The first axis of a patch are its colours, of a batch its images: those must stay. Flip the last axis.")

edit("vflip", "vflip_left_right", "flip(-2)", "flip(-1)",
     hint="Yours exchanges left and right. Up and down are the rows, the last axis but one.")

edit("rot90", "turns_with_the_clock", "2, -1", "1, -2",
     hint="Yours turns with the clock. Against it means: from the columns to the rows, torch.rot90 with dims (-2, -1).")

edit("rot90", "no_turn_for_negative_k", "k % 4", "k", "return x", "return x.clone()",
     of="rot90__transpose_and_flip", hint="A loop over range(k) does nothing for k = -1, which is a quarter with the clock. k % 4 is 3 there.")

edit("center_crop", "crop_rounds_down",
     "top, left = round((height - size) / 2), round((width - size) / 2)",
     "top, left = (height - size) // 2, (width - size) // 2",
     hint="// always rounds down: 96 to 49 starts at 23 then. The rule is Python's round, 24.")

edit("center_crop", "crop_rounds_up",
     "top, left = round((height - size) / 2), round((width - size) / 2)",
     "top, left = (height - size + 1) // 2, (width - size + 1) // 2",
     hint="Halves are rounded up in yours. Python's round takes the even neighbour: 9 to 4 starts at 2.")

edit("center_crop", "crop_of_too_little",
     "    if height < size or width < size:\n"
     '        raise ValueError(f"{height} × {width} pixels hold no {size} × {size}")\n',
     "",
     hint="Slices never complain: on an image that is too small you silently give fewer pixels. Raise ValueError.")

edit("RandomAugment", "one_coin_for_both",
     "        if torch.rand(1, generator=generator).item() < self.p_h:",
     "        coin = torch.rand(1, generator=generator).item()\n"
     "        if coin < self.p_h:",
     "if torch.rand(1, generator=generator).item() < self.p_v:", "if coin < self.p_v:",
     of="RandomAugment__one_draw_each", hint="One coin decides about both flips, so they always come together or not at all. Draw twice.")

edit("RandomAugment", "draws_when_it_is_made",
     "        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop",
     "        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop\n"
     "        self.across, self.down = torch.rand(2, generator=torch.Generator().manual_seed(0)).tolist()",
     "if torch.rand(1, generator=generator).item() < self.p_h:", "if self.across < self.p_h:",
     "if torch.rand(1, generator=generator).item() < self.p_v:", "if self.down < self.p_v:",
     of="RandomAugment__one_draw_each", hint="The draw is made once, in __init__, and every patch is treated the same. Draw in each call.")

edit("RandomAugment", "probability_the_other_way_round",
     "if torch.rand(1, generator=generator).item() < self.p_h:",
     "if torch.rand(1, generator=generator).item() >= self.p_h:",
     "if torch.rand(1, generator=generator).item() < self.p_v:",
     "if torch.rand(1, generator=generator).item() >= self.p_v:",
     of="RandomAugment__one_draw_each", hint="The flips come with probability 1 - p: a number between 0 and 1 is *smaller* than p with probability p.")

edit("RandomAugment", "never_both_flips",
     "if torch.rand(1, generator=generator).item() < self.p_v:",
     "elif torch.rand(1, generator=generator).item() < self.p_v:",
     of="RandomAugment__one_draw_each", hint="With elif the second flip is only tried when the first did not happen. They are independent: two ifs.")

edit("RandomAugment", "ignores_the_generator",
     "if torch.rand(1, generator=generator).item() < self.p_h:",
     "if torch.rand(1, generator=None).item() < self.p_h:",
     "if torch.rand(1, generator=generator).item() < self.p_v:",
     "if torch.rand(1, generator=None).item() < self.p_v:",
     "randint(4, (1,), generator=generator)", "randint(4, (1,), generator=None)",
     of="RandomAugment__one_draw_each", hint="The generator is not used, so a run cannot be repeated: give it to each torch.rand and torch.randint.")

edit("RandomAugment", "pythons_random_numbers",
     "if torch.rand(1, generator=generator).item() < self.p_h:", 'if __import__("random").random() < self.p_h:',
     "if torch.rand(1, generator=generator).item() < self.p_v:", 'if __import__("random").random() < self.p_v:',
     of="RandomAugment__one_draw_each", hint="Python's random numbers know nothing of the generator, nor of torch.manual_seed. Draw with torch.")


@mistake(replaces="RandomAugment", hint="The crop is taken first. Where half a pixel is left over that is another place than the middle of the turned patch: cut last.")
class crops_first:
    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x, generator=None):
        if self.crop is not None:
            top, left = round((x.shape[-2] - self.crop) / 2), round((x.shape[-1] - self.crop) / 2)
            x = x[..., top : top + self.crop, left : left + self.crop]
        if torch.rand(1, generator=generator).item() < self.p_h:
            x = x.flip(-1)
        if torch.rand(1, generator=generator).item() < self.p_v:
            x = x.flip(-2)
        if self.rot:
            x = torch.rot90(x, int(torch.randint(4, (1,), generator=generator)), (-2, -1))
        return x


edit("RandomAugment", "two_turns_only",
     "randint(4, (1,), generator=generator)", "randint(2, (1,), generator=generator)",
     of="RandomAugment__one_draw_each", hint="Only 0 and 1 quarters are drawn: torch.randint(4, …) draws 0, 1, 2, 3.")

edit("RandomAugment", "turns_always", "if self.rot:", "if True:",
     of="RandomAugment__one_draw_each", hint="rot=False does not switch the turning off.")
