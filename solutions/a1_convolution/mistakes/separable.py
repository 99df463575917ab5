"""Known mistakes of the exercise `separable`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake


# ================================================================ separable: split_kernel

edit("split_kernel", "divides_by_the_corner",
     "i, j = divmod(int(K.abs().argmax()), K.shape[1])", "i, j = 0, 0",
     hint="You take the first row and the first column. They may be zeros, and then nothing is left to divide by: take those of the largest entry, by its absolute value.")

edit("split_kernel", "largest_without_its_sign", "K.abs().argmax()", "K.argmax()",
     hint="K.argmax() looks for the largest number, and a kernel without positive numbers may have a 0 there. Take the largest absolute value: K.abs().argmax().")

edit("split_kernel", "column_not_divided", "return K[:, j] * 1.0, K[i] / K[i, j]", "return K[:, j] * 1.0, K[i] * 1.0",
     of="split_kernel__cross_products", hint="Your table is the kernel times one of its numbers: row and column of the kernel meet in a number, which is in both of them. Divide one of them by it.")

edit("split_kernel", "always_a_table",
     "return (column, row) if rest < 1e-3 * K[i, j].abs() else None", "return column, row",
     hint="You give a pair for every kernel. Make its table and compare: where it is not the kernel, the answer is None.")

edit("split_kernel", "without_rounding", "rest < 1e-3 * K[i, j].abs()", "rest == 0",
     hint="You ask for equality to the last digit, but floats are rounded: 0.1 · 3 is not 0.3. Allow a thousandth of the largest entry.")

edit("split_kernel", "the_same_limit_for_all", "1e-3 * K[i, j].abs()", "1e-3",
     hint="Your limit is the same for all kernels: one of tiny numbers always stays below it, one of large numbers never does. Take a thousandth of the kernel's largest entry.")

edit("split_kernel", "pair_the_wrong_way_round", "return (column, row) if", "return (row, column) if",
     hint="The pair is the wrong way round: the column comes first. Their table is transposed otherwise.")


@mistake(replaces="split_kernel", hint="You left the singular value out: U's column and V's row have length 1, so their table is the kernel divided by it. Multiply one of them by S[0].")
def without_the_singular_value(K):
    U, S, V = torch.linalg.svd(K, full_matrices=False)
    return None if len(S) > 1 and S[1] > 1e-3 * S[0] else (U[:, 0] * 1, V[0] * 1)


edit("split_kernel", "a_view_of_the_kernel", "K[i].clone()", "K[i]",
     hint="Your row is a window into K: writing into it changes the kernel. Give it its own memory, with clone().")

# ================================================================ separable: two_passes

edit("two_passes", "row_first",
     "    between = sum(column[i] * X[i : i + rows] for i in range(h))\n"
     "    return between, sum(row[j] * between[:, j : j + columns] for j in range(w))",
     "    between = sum(row[j] * X[:, j : j + columns] for j in range(w))\n"
     "    return between, sum(column[i] * between[i : i + rows] for i in range(h))",
     hint="You slide the row first. The last image is the same, the one in between is not: the column comes first, so that it is as wide as X.")

edit("two_passes", "only_the_last_image", "return between, sum(", "return sum(",
     hint="You return the last image only. Both are asked for, as a pair: (between, result).")

edit("two_passes", "forgets_the_first_pass", "row[j] * between[:, j", "row[j] * X[:rows, j",
     hint="Your row is slid over the image itself. Slide it over what the column has made of it.")

edit("two_passes", "column_upside_down", "column[i] * X", "column[h - 1 - i] * X",
     hint="Your column is upside down. Nothing is flipped here: column[0] belongs to the top of the window.")

edit("two_passes", "row_mirrored", "row[j] * between", "row[w - 1 - j] * between",
     hint="Your row is mirrored. Nothing is flipped here: row[0] belongs to the left end of the window.")

edit("two_passes", "one_row_too_few", "rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1", "rows, columns = X.shape[0] - h, X.shape[1] - w",
     hint="The last row and the last column are missing: a column of h numbers fits in H - h + 1 places.")

edit("two_passes", "passes_without_gradient", "return between, sum(row[j] * between[", "return between, sum(row[j] * between.detach()[",
     hint="No gradient reaches X and the column: something between the passes cuts it off, such as detach(), .item() or torch.tensor(...).")

edit("two_passes", "adds_the_two", "row[j] * between[:, j : j + columns]", "row[j] * X[:rows, j : j + columns] + between[:, :columns] / w",
     hint="You add what the two walks make of X. The second walk goes over the result of the first.")

# ================================================================ separable: multiplications

edit("multiplications", "places_of_the_last_image", "rows * W * h", "rows * columns * h",
     hint="The first walk goes over the whole width: the column has W places in each row, not W - w + 1.")

edit("multiplications", "second_walk_over_all_rows", "+ rows * columns * w", "+ H * columns * w",
     hint="The second walk has only H - h + 1 rows to go over: the first one has left no more of them.")

edit("multiplications", "a_place_at_every_pixel", "rows, columns = H - h + 1, W - w + 1", "rows, columns = H, W",
     hint="You count a place at every pixel. Only places where the kernel fits completely count: H - h + 1 rows of W - w + 1.")

edit("multiplications", "row_slid_first", "rows * W * h + rows * columns * w", "H * columns * w + rows * columns * h",
     hint="You count the row first. The column is slid first, over the whole width, then the row over the rows that are left.")

edit("multiplications", "multiplies_the_walks", "rows * W * h + rows * columns * w", "rows * W * h * (rows * columns * w)",
     hint="You multiply the two counts. One walk comes after the other: add them up.")

edit("multiplications", "only_the_second_count", "return rows * columns * h * w, rows", "return rows",
     hint="A pair is asked for: the multiplications of one walk, and those of two.")

edit("multiplications", "counts_one_place_too_few", "H - h + 1, W - w + 1", "H - h, W - w",
     hint="A kernel of height h has H - h + 1 places, not H - h: one place is left when it is as large as the image.")
