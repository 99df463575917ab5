"""Known mistakes of the exercise `corr2d`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


# ================================================================ corr2d: corr2d

edit("corr2d", "flipped_kernel", ").sum(dim=(2, 3))", ".flip(0, 1)).sum((-1, -2))",
     of="corr2d__windows", hint="Your result equals a true convolution: the kernel is flipped. In corr2d the kernel is read from its own top left, just like the window.")

edit("corr2d", "empty_when_the_kernel_fills_the_image",
     "    (H, W), (h, w) = X.shape, K.shape",
     "    (H, W), (h, w) = X.shape, K.shape\n"
     "    rows = [[(X[i : i + h, j : j + w] * K).sum() for j in range(W - w or 0)] for i in range(H - h or 0)]\n"
     "    if not rows or not rows[0]:\n"
     "        return torch.empty(H - h, W - w, dtype=X.dtype)",
     of="corr2d__unfolded_twice", hint="When the kernel is as large as the image your loop has nothing to do. One place is left: H - h + 1 is 1 there.")

edit("corr2d", "one_place_too_few", "sum((-1, -2))", "sum((-1, -2))[: H - h, : W - w]",
     of="corr2d__unfolded_twice", hint="The last row and column of windows are missing: a kernel of height h has H - h + 1 places, not H - h. Count them on paper for H = h.")


@mistake(replaces="corr2d", hint="Your output is as large as the input, with cut-off windows at the border. Let only those windows count that fit into X completely.")
def same_size_with_garbage_border(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H, W, dtype=torch.result_type(X, K))
    for i in range(H):
        for j in range(W):
            window = X[i : i + h, j : j + w]
            out[i, j] = (window * K[: window.shape[0], : window.shape[1]]).sum()
    return out


edit("corr2d", "output_transposed", "sum(dim=(2, 3))", "sum((-1, -2)).T",
     of="corr2d__windows", hint="Height and width of your output are swapped: shape[0] is the number of rows. It only shows on images that are not square.")


@mistake(replaces="corr2d", hint="The numbers of steps are swapped: you go down as often as there are columns. shape[0] is the height, shape[1] the width.")
def horizontal_steps_from_the_height(X, K):
    horizontal_steps, vertical_steps = X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1
    h, w = K.shape
    rows = []
    for i in range(vertical_steps):
        rows.append(torch.stack([(X[i : i + h, j : j + w] * K).sum() for j in range(horizontal_steps)]))
    return torch.stack(rows)


@mistake(replaces="corr2d", hint="Your result is stored as whole numbers, so fractions are cut off. Give the output the floating-point type of the inputs.")
def integer_accumulator(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H - h + 1, W - w + 1, dtype=torch.int64)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return out


edit("corr2d", "accumulator_of_the_image_type", "sum(dim=(2, 3))", "sum((-1, -2)).to(X.dtype)",
     of="corr2d__windows", hint="The output takes the type of X, so an image of whole numbers cuts off the fractions of a kernel. torch.result_type(X, K) gives the type that holds both.")


@mistake(replaces="corr2d", hint="torch.zeros makes float32 by default, so half of the digits of a float64 image are lost. Give it dtype=X.dtype.")
def float32_accumulator(X, K):
    return (X.float().unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.float()).sum((-1, -2))


edit("corr2d", "loses_the_gradient", "sum(dim=(2, 3))", "sum((-1, -2)).detach()",
     of="corr2d__windows", hint="torch.tensor(...) or .item() cuts the result off from its inputs: no gradient reaches the kernel, and nothing could be learnt. Fill a tensor with tensors, or use torch.stack.")

edit("corr2d", "returns_numpy", "sum(dim=(2, 3))", "sum((-1, -2)).detach().numpy()",
     of="corr2d__windows", hint="You return a NumPy array, which carries no gradient. Stay in torch from beginning to end.")

edit("corr2d", "mean_instead_of_sum", "sum(dim=(2, 3))", "sum((-1, -2)) / K.numel()",
     of="corr2d__windows", hint="You take the mean of the products; the formula asks for their sum.")

edit("corr2d", "divides_by_the_kernel_sum", "sum(dim=(2, 3))", "sum((-1, -2)) / K.sum()",
     of="corr2d__windows", hint="You divide by the sum of the kernel. That is an average filter; the formula only multiplies and adds.")


@mistake(replaces="corr2d", hint="A window is a view of X: mul_ or *= on it overwrites the image for all later windows. Multiply into a new tensor.")
def overwrites_the_image(X, K):
    (H, W), (h, w) = X.shape, K.shape
    out = torch.zeros(H - h + 1, W - w + 1, dtype=X.dtype)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = X[i : i + h, j : j + w].mul_(K).sum()
    return out


edit("corr2d", "scalar_when_the_kernel_fills_the_image", "sum(dim=(2, 3))", "sum((-1, -2)).squeeze()",
     of="corr2d__windows", hint="When the kernel is as large as the image there is still one place for it: the result has the shape (1, 1), not ().")


@mistake(replaces="corr2d", hint="Your kernel is transposed: rows of K belong to rows of the window. A square kernel hides it, until it is not symmetric.")
def kernel_transposed(X, K):
    return (X.unfold(0, K.shape[1], 1).unfold(1, K.shape[0], 1) * K.T).sum((-1, -2))


edit("corr2d", "flips_the_rows", ").sum(dim=(2, 3))", ".flip(0)).sum((-1, -2))",
     of="corr2d__windows", hint="The kernel is upside down: you flipped its rows. Cross-correlation flips nothing.")

edit("corr2d", "flips_the_columns", ").sum(dim=(2, 3))", ".flip(1)).sum((-1, -2))",
     of="corr2d__windows", hint="The kernel is mirrored left to right: you flipped its columns. Cross-correlation flips nothing.")

edit("corr2d", "square_window", "(H, W), (h, w) = X.shape, K.shape", "h = K.shape[0]", ", w,", ", h,",
     of="corr2d__unfolded_twice", hint="Your window is square: you used the kernel's height for its width too. The window is X[i:i+h, j:j+w].")

edit("corr2d", "matrix_product", "* K).sum(dim=(2, 3", "@ K).sum((-1, -2",
     of="corr2d__windows", hint="@ is the matrix product. Window and kernel are multiplied number by number: use *.")

edit("corr2d", "jumps_by_the_kernel",
     "(H, W), (h, w) = X.shape, K.shape", "h, w = K.shape",
     ", 1).unfold(1, w, 1)", ", h).unfold(1, w, w)",
     of="corr2d__unfolded_twice", hint="Your windows do not overlap: you move by the size of the kernel. Move by one pixel at a time.")

edit("corr2d", "starts_at_one", "return (X.unfold(0, h, 1).", "return (X[1:, 1:].unfold(0, h, 1).",
     of="corr2d__unfolded_twice", hint="The first window starts at row 0, column 0, and indices in Python start at 0; yours starts one further.")

edit("corr2d", "clips_negative_sums", "sum(dim=(2, 3))", "sum((-1, -2)).clamp(min=0)",
     of="corr2d__windows", hint="Negative sums are meant: they are the edges from bright to dark. You set them to 0.")

edit("corr2d", "four_axes", "sum(dim=(2, 3))", "sum((-1, -2))[None, None]",
     of="corr2d__windows", hint="Images here are plain (H, W); your result still carries the batch and channel axes. Take [0, 0] at the end.")

edit("corr2d", "sums_one_axis_only", "sum(dim=(2, 3))", "sum(-1)",
     of="corr2d__windows", hint="You add up within the rows of the window only. The sum runs over both axes of the kernel.")


@mistake(replaces="corr2d", hint="This exercise is about writing the loop yourself: F.conv2d, nn.Conv2d and F.unfold are switched off here. Slice a window, multiply by K, add up.", ends="blocked")
def calls_conv2d(X, K):
    return F.conv2d(X[None, None], K.to(X.dtype)[None, None])[0, 0]


# ================================================================ corr2d: true_conv2d


@mistake(replaces="true_conv2d", hint="A true convolution turns the kernel by 180 degrees; you turned it by 90. Flip rows and columns: K.flip(0, 1).")
def turned_by_90_degrees(X, K):
    K = torch.rot90(K)
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))


edit("true_conv2d", "not_flipped_at_all", "torch.rot90(K, 2)).sum((-2, -1", "K).sum((-1, -2",
     of="true_conv2d__turned_twice", hint="This is still a cross-correlation. A true convolution reads the kernel backwards in both directions: K.flip(0, 1).")

edit("true_conv2d", "flips_only_the_rows", "torch.rot90(K, 2)).sum((-2, -1", "K.flip(0)).sum((-1, -2",
     of="true_conv2d__turned_twice", hint="You flipped only the rows of the kernel. A turn by 180 degrees flips rows and columns.")

edit("true_conv2d", "flips_only_the_columns", "torch.rot90(K, 2)).sum((-2, -1", "K.flip(1)).sum((-1, -2",
     of="true_conv2d__turned_twice", hint="You flipped only the columns of the kernel. A turn by 180 degrees flips rows and columns.")


@mistake(replaces="true_conv2d", hint="Transposing mirrors the kernel along its diagonal; a turn by 180 degrees is K.flip(0, 1).")
def transposed_instead_of_turned(X, K):
    return (X.unfold(0, K.shape[1], 1).unfold(1, K.shape[0], 1) * K.T).sum((-1, -2))


@mistake(replaces="true_conv2d", hint="You turned the image instead of the kernel, so your result comes out turned as well.")
def turns_the_image(X, K):
    return (X.flip(0, 1).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((-1, -2))


@mistake(replaces="true_conv2d", hint="You turned image and kernel; then nothing has changed but the direction of reading. Turn only the kernel.")
def turns_both(X, K):
    return (X.flip(0, 1).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K.flip(0, 1)).sum((-1, -2))


@mistake(replaces="true_conv2d", hint="You computed the full convolution with zeros around the image. Here only windows inside X count: (H-h+1, W-w+1).")
def full_convolution(X, K):
    (H, W), (h, w) = X.shape, K.shape
    wide = torch.zeros(H + 2 * h - 2, W + 2 * w - 2, dtype=X.dtype)
    wide[h - 1 : h - 1 + H, w - 1 : w - 1 + W] = X
    return (wide.unfold(0, h, 1).unfold(1, w, 1) * K.flip(0, 1)).sum((-1, -2))
