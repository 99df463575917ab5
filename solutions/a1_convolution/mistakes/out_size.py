"""Known mistakes of the exercise `out_size`. Of two that look alike the first is named: narrower ones stand first."""

import math

from autograder.judge import edit, mistake


# ================================================================ out_size: conv_out_size


@mistake(replaces="conv_out_size", hint="You round up. A window that does not fit completely does not count, so the division rounds down: //.")
def rounds_up(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1


@mistake(replaces="conv_out_size", hint="You round to the nearest number. A window that does not fit completely does not count: always round down, //.")
def rounds_to_nearest(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return round((n + 2 * p - d * (k - 1) - 1) / s + 1)


@mistake(replaces="conv_out_size", hint="The + 1 is missing: the formula counts the steps, and the first place of the kernel comes on top.")
def forgets_plus_one(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) // s


@mistake(replaces="conv_out_size", hint="Padding is added on both sides: 2 * p, not p.")
def adds_the_padding_once(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + p:
        raise ValueError("the kernel does not fit")
    return (n + p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="A dilated kernel does not reach over d*k pixels: the gaps lie between its k entries, so it is d*(k-1) + 1.")
def multiplies_the_kernel_by_the_dilation(n, k, s=1, p=0, d=1):
    if d * k > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * k) // s + 1


@mistake(replaces="conv_out_size", hint="The padding does not appear in your formula: the kernel moves over n + 2p pixels.")
def forgets_the_padding(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n:
        raise ValueError("the kernel does not fit")
    return (n - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="A kernel that is larger than the padded input has no place at all: raise ValueError instead of returning 0 or a negative size.")
def returns_nonsense_when_nothing_fits(n, k, s=1, p=0, d=1):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="A kernel that does not fit is an error of the caller: raise ValueError instead of returning 0.")
def zero_when_nothing_fits(n, k, s=1, p=0, d=1):
    return max(0, (n + 2 * p - d * (k - 1) - 1) // s + 1)


@mistake(replaces="conv_out_size", hint="A kernel that does not fit is an error of the caller: raise ValueError instead of returning None.")
def none_when_nothing_fits(n, k, s=1, p=0, d=1):
    return None if d * (k - 1) + 1 > n + 2 * p else (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="assert raises AssertionError, and it can be switched off. Use `if …: raise ValueError(...)`.")
def asserts_that_it_fits(n, k, s=1, p=0, d=1):
    assert d * (k - 1) + 1 <= n + 2 * p
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="A kernel exactly as large as the padded input still has one place: the size is 1 there, no error.")
def refuses_an_exact_fit(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 >= n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="The dilation d is not used: a dilated kernel reaches over d*(k-1) + 1 pixels instead of k.")
def ignores_the_dilation(n, k, s=1, p=0, d=1):
    if k > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - k) // s + 1


@mistake(replaces="conv_out_size", hint="A dilated kernel reaches over d*(k-1) + 1 pixels; the + 1 for its last entry is missing.")
def forgets_the_last_entry(n, k, s=1, p=0, d=1):
    if d * (k - 1) > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1)) // s + 1


@mistake(replaces="conv_out_size", hint="A size is a whole number: / gives a float, // divides and rounds down.")
def returns_a_float(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return float((n + 2 * p - d * (k - 1) - 1) // s + 1)


@mistake(replaces="conv_out_size", hint="The fraction is still there: half a window does not exist. Round down with //.")
def keeps_the_fraction(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1) - 1) / s + 1


@mistake(replaces="conv_out_size", hint="The + 1 comes after the division. You add it before, which only agrees for stride 1.")
def plus_one_before_dividing(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return (n + 2 * p - d * (k - 1)) // s


@mistake(replaces="conv_out_size", hint="// binds more strongly than -, so only the kernel is divided by the stride. Put brackets around n + 2p - k.")
def divides_the_kernel_only(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n + 2 * p - (d * (k - 1) + 1) // s + 1


@mistake(replaces="conv_out_size", hint="Size divided by stride is a rule of thumb that fails for odd sizes: 49 gives 25, not 24. Use the formula.")
def size_over_stride(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n // s if s > 1 else (n + 2 * p - d * (k - 1) - 1) // s + 1


@mistake(replaces="conv_out_size", hint="The stride does not appear in your formula: divide the room that is left by s before you add 1.")
def ignores_the_stride(n, k, s=1, p=0, d=1):
    if d * (k - 1) + 1 > n + 2 * p:
        raise ValueError("the kernel does not fit")
    return n + 2 * p - d * (k - 1)


# ================================================================ out_size: same_padding


@mistake(replaces="same_padding", hint="An even kernel has no centre: with k // 2 the output grows by one. There is no such padding, so raise ValueError.")
def accepts_even_kernels(k, d=1):
    return d * (k - 1) // 2 if d * (k - 1) % 2 == 0 else k // 2


@mistake(replaces="same_padding", hint="Raise ValueError for an even kernel; None would be used in a sum later and fail far away from here.")
def none_for_even_kernels(k, d=1):
    return d * (k - 1) // 2 if d * (k - 1) % 2 == 0 else None


edit("same_padding", "same_padding_without_dilation", "== 1", "", "return d *", "return",
     hint="The dilation is not used: a dilated kernel needs d * (k-1) / 2 on each side.")

edit("same_padding", "same_padding_of_d_times_k", "== 1", "", "return d * (k - 1) // 2", "return (d * k - 1) // 2",
     hint="The dilated kernel reaches over d*(k-1) + 1 pixels, not d*k. Half of d*(k-1) goes on each side.")

edit("same_padding", "both_sides_together", "== 1", "", "// 2", "",
     hint="k - 1 is the padding of both sides together. Each side gets half of it.")

edit("same_padding", "same_padding_as_float", "== 1", "", "(k - 1) //", "(k - 1) /",
     hint="A padding is a whole number: use // 2 instead of / 2.")

edit("same_padding", "looks_at_k_instead_of_its_reach", "if d * (k - 1) % 2 == 1:", "if k % 2 == 0:",
     hint="What must be odd is the dilated kernel, d*(k-1) + 1. With d = 2 even an even k is fine.")

edit("same_padding", "one_pixel_too_many", "== 1", "", "// 2", "// 2 + 1",
     hint="k // 2 is one too many where you compute it from k + 1; the padding is (k - 1) / 2, so a 3×3 kernel needs 1.")


# ================================================================ out_size: even_cover_padding


@mistake(replaces="even_cover_padding", hint="For some sizes no padding works: 2p never changes whether n - k is even or odd. After s attempts everything repeats, so stop there and return None.", ends="timed_out")
def searches_for_ever(n, k, s):
    p = max(0, -((n - k) // 2))
    while (n + 2 * p - k) % s:
        p += 1
    return p


@mistake(replaces="even_cover_padding", hint="No padding at all may already be right: start the search at p = 0.")
def starts_at_padding_one(n, k, s):
    first = max(1, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="When no padding works the answer is None. -1 looks like a number that one could use.")
def minus_one_when_impossible(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), -1)


@mistake(replaces="even_cover_padding", hint="When no padding works the answer is None. 0 says that no padding is needed, which is something else.")
def zero_when_impossible(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), 0)


edit("even_cover_padding", "raises_when_impossible",
     "first = max(0, math.ceil((k - n) / 2))", "first = max(0, -((n - k) // 2))",
     "return None", 'raise ValueError("no padding covers the input evenly")',
     hint="When no padding works the answer is None here, not an exception.")


@mistake(replaces="even_cover_padding", hint="Padding is added on both sides: s must divide n + 2p - k, not n + p - k.")
def even_cover_with_one_side(n, k, s):
    first = max(0, k - n)
    return next((p for p in range(first, first + s) if (n + p - k) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="s must divide the room in which the kernel moves, n + 2p - k. The + 1 of the size formula does not belong here.")
def divides_the_number_of_places(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((p for p in range(first, first + s) if (n + 2 * p - k + 1) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="The kernel takes up room as well: s must divide n + 2p - k, not n + 2p.")
def forgets_the_kernel(n, k, s):
    return next((p for p in range(s) if (n + 2 * p) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="You stop too early: the padding may be larger than the kernel. The remainders repeat after s attempts, so search up to there.")
def gives_up_at_the_kernel(n, k, s):
    return next((p for p in range(k) if (n + 2 * p - k) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="You return the padding of both sides together. The answer is p, the padding of one side.")
def both_paddings_together(n, k, s):
    first = max(0, -((n - k) // 2))
    return next((2 * p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), None)


@mistake(replaces="even_cover_padding", hint="The largest padding that works is wasteful; stop at the first one.")
def keeps_searching_for_a_larger_one(n, k, s):
    found = [p for p in range(2 * s + k) if (n + 2 * p - k) % s == 0]
    return found[-1] if found else None


@mistake(replaces="even_cover_padding", hint="(k - 1) / 2 keeps the size at stride 1. With a larger stride the question is another one: when does s divide n + 2p - k?")
def same_padding_for_every_stride(n, k, s):
    return (k - 1) // 2


# ================================================================ out_size: flat_features


@mistake(replaces="flat_features", hint="The features of one image are asked for; the number of images in the batch does not change them.")
def times_the_batch(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return 100 * c_out * a * b


@mistake(replaces="flat_features", hint="The number of input channels does not matter for the output: each kernel adds them up into one map. Multiply by c_out only.")
def times_the_input_channels(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return 3 * c_out * a * b


@mistake(replaces="flat_features", hint="You used the width for both axes. Compute the height and the width of the output separately.")
def width_for_both_axes(hw, c_out, k, s, p):
    b = (hw[1] + 2 * p - k) // s + 1
    return c_out * b * b


@mistake(replaces="flat_features", hint="You used the height for both axes. Compute the height and the width of the output separately.")
def height_for_both_axes(hw, c_out, k, s, p):
    a = (hw[0] + 2 * p - k) // s + 1
    return c_out * a * a


@mistake(replaces="flat_features", hint="Every output channel has its own map: multiply by c_out.")
def forgets_the_channels(hw, c_out, k, s, p):
    a, b = [(n + 2 * p - k) // s + 1 for n in hw]
    return a * b


@mistake(replaces="flat_features", hint="The stride shrinks the map as well: use the output-size formula with s for both axes.")
def features_without_stride(hw, c_out, k, s, p):
    return c_out * (hw[0] + 2 * p - k + 1) * (hw[1] + 2 * p - k + 1)


@mistake(replaces="flat_features", hint="The padding enlarges the map: use the output-size formula with p for both axes.")
def features_without_padding(hw, c_out, k, s, p):
    return c_out * ((hw[0] - k) // s + 1) * ((hw[1] - k) // s + 1)


@mistake(replaces="flat_features", hint="You divided the whole area once. Height and width are each rounded down on their own, then multiplied.")
def divides_the_area(hw, c_out, k, s, p):
    return c_out * (((hw[0] + 2 * p - k + 1) * (hw[1] + 2 * p - k + 1)) // s**2)


@mistake(replaces="flat_features", hint="These are the features of the input. The convolution comes first, and its output is what gets flattened.")
def features_of_the_input(hw, c_out, k, s, p):
    return c_out * hw[0] * hw[1]
