"""Known mistakes of the exercise `picture_maths`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit, mistake

edit("standardize_and_clip", "variance_instead_of_std", ").std", ").var",
     of="standardize_and_clip__in_pairs", hint="You divide by the variance. It is the square of the standard deviation.")

edit("standardize_and_clip", "population_std", "std(1)", "std(1, correction=0)",
     of="standardize_and_clip__in_pairs", hint="Your standard deviation divides by n; torch's default divides by n − 1.")

edit("standardize_and_clip", "statistics_of_the_batch",
     "mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)",
     "mean, std = g.mean(), g.std()",
     of="standardize_and_clip__in_pairs", hint="Mean and σ are those of the whole batch. Each picture is standardised by itself.")

edit("standardize_and_clip", "nan_on_plain_pictures", "std.clamp(min=1e-07)", "std",
     of="standardize_and_clip__in_pairs", hint="A picture with one value has σ = 0, and 0 / 0 is NaN. Divide by max(σ, 1e-7).")

edit("standardize_and_clip", "clamped_before_the_shift",
     "* saturation + brightness).clamp(lo, hi)", ").clamp(lo, hi) * saturation + brightness",
     of="standardize_and_clip__in_pairs", hint="You clamp before saturation and brightness are applied, and lose half of the picture. First the whole formula, then the clamp.")

edit("standardize_and_clip", "changes_g",
     "return ((g - mean) / std.clamp(min=1e-07) * saturation + brightness).clamp(lo, hi)",
     "return g.sub_(mean).div_(std.clamp(min=1e-7)).mul_(saturation).add_(brightness).clamp_(lo, hi)",
     of="standardize_and_clip__in_pairs", hint="g is changed in place (sub_, div_, -= and their like write into it). Make new tensors.")

edit("standardize_and_clip", "nan_goes_through",
     "    if g.isnan().any():\n"
     '        raise ValueError("NaN")\n',
     "",
     of="standardize_and_clip__in_pairs", hint="A single NaN makes the whole picture NaN, and nobody is told. Raise ValueError.")


@mistake(replaces="normalize01", hint="You divide by the maximum only; with negative values that does not end in [0, 1]. Subtract the minimum first.")
def divides_by_the_maximum(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return x / high.abs().clamp(min=eps)


edit("normalize01", "stretched_over_the_batch",
     "torch.isnan(x)", "x.isnan()",
     "    low = x.flatten(1).amin(dim=1).reshape(shape)\n"
     "    high = x.flatten(1).amax(dim=1).reshape(shape)",
     "    low, high = x.amin(), x.amax()",
     hint="Minimum and maximum are those of the whole batch. Each picture is stretched by itself.")


@mistake(replaces="normalize01", hint="max − min is 0 for a picture with one value, and 0 / 0 is NaN. Divide by max(max − min, eps).")
def plain_picture_is_nan(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return (x - low) / (high - low)


@mistake(replaces="normalize01", hint="x is changed in place (-=, /= and their like write into it). Make a new tensor.")
def changes_x(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return x.sub_(low).div_((high - low).clamp(min=eps))


@mistake(replaces="normalize01", hint="A NaN goes through in silence. Raise ValueError.")
def normalize_lets_nan_through(x, eps=1e-12):
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return (x - low) / (high - low).clamp(min=eps)


edit("overlay", "alpha_reversed",
     "return (1 - alpha) * gray[:, None] + alpha * colour", "return alpha * gray[:, None] + (1 - alpha) * colour",
     hint="alpha belongs to the map, 1 − alpha to the image. With alpha = 0 only the image is seen.")

edit("overlay", "image_at_full_strength", "return (1 - alpha) *", "return",
     hint="The image counts fully, and the map comes on top: that goes beyond 1. The image gets the weight 1 − alpha.")

edit("overlay", "colours_last",
     "return (1 - alpha) * gray[:, None] + alpha * colour",
     "return ((1 - alpha) * gray[:, None] + alpha * colour).permute(0, 2, 3, 1)",
     hint="The colours come last, (B, H, W, 3). PyTorch has them behind the batch: (B, 3, H, W).")

edit("overlay", "shapes_not_compared",
     "    if gray.shape != heat.shape:\n"
     '        raise ValueError(f"gray has the shape {tuple(gray.shape)}, heat {tuple(heat.shape)}")\n',
     "",
     hint="One map for two images is laid over both in silence (broadcasting). Compare the shapes, and raise ValueError.")

edit("overlay", "alpha_not_looked_at",
     "    if not 0 <= alpha <= 1:\n"
     '        raise ValueError(f"alpha = {alpha} is not between 0 and 1")\n',
     "",
     hint="An alpha of 1.5 gives colours below 0. Raise ValueError when it is not between 0 and 1.")
