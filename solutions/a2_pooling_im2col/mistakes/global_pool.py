"""Known mistakes of the exercise `global_pool`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit, mistake


edit("global_pool", "keeps_the_1x1_axes",
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    out = places.mean(2) if mode == "avg" else places.max(2).values\n'
     "    return out.reshape(*out.shape, *[1] * (x.ndim - 2))",
     of="global_pool__places_in_a_row", hint="Your result still has axes of length 1 behind the channels. One number per channel: the shape is (B, C).")

edit("global_pool", "squeezes_everything",
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    out = places.mean(2) if mode == "avg" else places.max(2).values\n'
     "    return out.squeeze()",
     of="global_pool__places_in_a_row", hint="squeeze() removes *every* axis of length 1, also a batch of one image or a single channel. Reduce exactly the axes after the channels.")

edit("global_pool", "squeezes_the_mean", "return places.mean(2) if", "return places.mean(2).squeeze() if",
     of="global_pool__places_in_a_row", hint="squeeze() removes *every* axis of length 1 of the mean, also a batch of one image or a single channel. Reduce exactly the axes after the channels.")

edit("global_pool", "maximum_of_images_only", "places.max(2).values", "x.amax((2, 3))",
     of="global_pool__places_in_a_row", hint="The maximum expects images (B, C, H, W). A text has one axis after the channels, a volume three: reduce all axes from number 2 on.")

edit("global_pool", "pools_over_the_channels",
     "    places = x.flatten(2)\n"
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    return x.mean(1).flatten(1) if mode == "avg" else x.amax(1).flatten(1)',
     of="global_pool__places_in_a_row", hint="You take the mean over the channels. The channels stay; what goes are the places: all axes from number 2 on.")

edit("global_pool", "pools_over_the_batch",
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    out = places.mean(2) if mode == "avg" else places.max(2).values\n'
     '    return out.mean(0, keepdim=True) if mode == "avg" else out.amax(0, keepdim=True)',
     of="global_pool__places_in_a_row", hint="You mix the images of the batch. Every image keeps its own numbers: reduce the axes from number 2 on.")

edit("global_pool", "pools_all_but_the_batch", "places = x.flatten(2)", "places = x.flatten(1)[:, None]",
     of="global_pool__places_in_a_row", hint="One number per *image* is left. It should be one per channel: flatten from axis 2 on, not from axis 1.")

edit("global_pool", "fixed_window_of_7",
     "places = x.flatten(2)", "places = x[..., :7].flatten(2) if x.ndim == 3 else x[:, :, :7, :7].flatten(2)",
     of="global_pool__places_in_a_row", hint="You pool a fixed window. Global means: as large as the map, whatever its size.")

edit("global_pool", "images_only",
     "    places = x.flatten(2)",
     "    b, c, h, w = x.shape\n"
     "    places = x.reshape(b, c, h * w)",
     of="global_pool__places_in_a_row", hint="Your function knows images only. A text (B, C, L) has one axis behind the channels, and x.flatten(2) works for both.")

edit("global_pool", "two_axes_always",
     "    places = x.flatten(2)\n"
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    return x.mean((-2, -1)) if mode == "avg" else x.amax((-2, -1))',
     of="global_pool__places_in_a_row", hint="You reduce the last two axes, whatever they are: of a text (B, C, L) that swallows the channels. Reduce the axes from number 2 on: x.flatten(2).")

edit("global_pool", "last_axis_only",
     "    places = x.flatten(2)\n"
     '    return places.mean(2) if mode == "avg" else places.max(2).values',
     '    return x.mean(-1) if mode == "avg" else x.amax(-1)',
     of="global_pool__places_in_a_row", hint="You reduce the last axis only, so the rows remain. All axes behind the channels go: x.flatten(2) puts them on one.")

edit("global_pool", "maximum_begins_at_zero", "values", "values.clamp(min=0)",
     of="global_pool__places_in_a_row", hint="Your maximum begins at 0, so a channel that is negative everywhere gives 0. Begin at its first number.")

edit("global_pool", "divides_by_the_height_twice", "mean(2)", "sum(2) / x.shape[2] ** 2",
     of="global_pool__places_in_a_row", hint="You divide by H² instead of H·W (or by W²). It only shows on maps that are not square.")

edit("global_pool", "sum_instead_of_mean", "mean", "sum",
     of="global_pool__places_in_a_row", hint="You add the places up and do not divide by their number.")

edit("global_pool", "global_loses_the_gradient", "= x.", "= x.detach().",
     of="global_pool__places_in_a_row", hint="No gradient reaches x: .detach(), .item() or NumPy cut it off. Stay with tensors to the end.")

edit("global_pool", "global_mode_ignored", 'if mode == "avg" else places.max(2).values', "",
     of="global_pool__places_in_a_row", hint="The mode is ignored: you always take the mean.")

edit("global_pool", "default_is_the_maximum", 'places.mean(2) if mode == "avg" else', "",
     of="global_pool__places_in_a_row", hint="The mode is ignored: you always take the maximum. Without a mode the mean is asked for.")

edit("global_pool", "every_other_mode_is_the_maximum",
     '    if mode not in ("avg", "max"):\n'
     '        raise ValueError("no such mode")\n',
     "",
     of="global_pool__places_in_a_row", hint="A mode that is neither “avg” nor “max” must raise ValueError.")

edit("global_pool", "returns_values_and_places", "places.max(2).values", "tuple(places.max(2))",
     of="global_pool__places_in_a_row", hint="Tensor.max(dim=…) gives two things, the values and their places. You want .values.")

edit("global_pool", "argmax_instead_of_max", "max(2).values", "argmax(2).to(x.dtype)",
     of="global_pool__places_in_a_row", hint="You return *where* the largest number stands. What is wanted is the number itself.")

edit("global_pool", "global_in_float32", "flatten(2)", "flatten(2).float()",
     of="global_pool__places_in_a_row", hint="Your result is float32 although x is float64: keep the dtype of x.")

edit("global_pool", "largest_magnitude", "places.max", "places.abs().max",
     of="global_pool__places_in_a_row", hint="You compare absolute values, so −3 beats −1. The maximum of −3, −1, −2 is −1.")
