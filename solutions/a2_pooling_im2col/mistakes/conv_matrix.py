"""Known mistakes of the exercise `conv_matrix`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit, mistake


# ================================================================ conv_matrix: conv_matrix

edit("conv_matrix", "square_images_only", "shape, in_shape", "shape, (in_shape[0], in_shape[0])",
     hint="You take the image for a square. in_shape is (H, W), and both count.")

edit("conv_matrix", "square_kernels_only",
     "    (h, w), (height, width) = K.shape, in_shape",
     "    (h, _), (height, width) = K.shape, in_shape\n"
     "    w = h",
     hint="You take the kernel for a square. K.shape is (h, w), and both count.")

edit("conv_matrix", "kernel_flipped_in_the_matrix", "r + h, c : c + w] = K", "r + h, c : c + w] = K.flip(0, 1)",
     hint="The kernel is flipped. corr2d takes it as it is, so its first number stands first in each row.")

edit("conv_matrix", "kernel_transposed_in_the_matrix",
     "r + h, c : c + w] = K", "r + h, c : c + w] = K if h != w else K.T",
     hint="The kernel is transposed: its rows belong to rows of the image.")

edit("conv_matrix", "places_by_columns", "return matrix", "return matrix.transpose(0, 1)",
     hint="The rows of your matrix number the places column by column. Row by row, as flatten does.")

edit("conv_matrix", "pixels_by_columns", "return matrix", "return matrix.transpose(2, 3)",
     hint="The columns of your matrix number the pixels column by column. Row by row, as X.flatten() does.")

edit("conv_matrix", "matrix_transposed",
     "return matrix.reshape(rows * columns, height * width)",
     "return matrix.reshape(rows * columns, height * width).T",
     hint="Your matrix is the transpose: it has one row for each *place* and one column for each pixel, so that W @ X.flatten() works.")


@mistake(replaces="conv_matrix", hint="Your windows wrap round at the edges: there is one row for every pixel. Only windows inside the image count, H−h+1 rows of W−w+1 places.")
def circulant(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    matrix = K.new_zeros(H * W, H * W)
    for place in range(H * W):
        for u in range(h):
            for v in range(w):
                matrix[place, (place + u * W + v) % (H * W)] = K[u, v]
    return matrix


@mistake(replaces="conv_matrix", hint="At the end of a line your kernel runs over the right edge into the next line: there are only W−w+1 places in a row, so skip the last w−1 pixels of each.")
def runs_over_the_edge(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for place in range(rows * columns):
        for u in range(h):
            for v in range(w):
                if place + u * W + v < H * W:
                    matrix[place, place + u * W + v] = K[u, v]
    return matrix


@mistake(replaces="conv_matrix", hint="The second row of the kernel stands right behind the first. Between them lies the rest of the image's line: it begins W pixels further on, not w.")
def bands_w_apart(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for r in range(rows):
        for c in range(columns):
            start = r * W + c
            matrix[r * columns + c, start : start + h * w] = K.flatten()
    return matrix


@mistake(replaces="conv_matrix", hint="The rows of the kernel stand H pixels apart. They belong one line of the image apart, and a line has W pixels.")
def bands_h_apart(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for r in range(rows):
        for c in range(columns):
            for u in range(h):
                for v in range(w):
                    if (r + u) * H + c + v < H * W:
                        matrix[r * columns + c, (r + u) * H + c + v] = K[u, v]
    return matrix


edit("conv_matrix", "matrix_one_place_missing",
     "return matrix.reshape(rows * columns, height * width)",
     "return matrix[: max(rows - 1, 1), : max(columns - 1, 1)].reshape(-1, height * width)",
     hint="The last row and column of places are missing: there are H−h+1 times W−w+1.")

edit("conv_matrix", "whole_number_matrix",
     "matrix = K.new_zeros(rows, columns, height, width)",
     "matrix = torch.zeros(rows, columns, height, width, dtype=torch.int64)",
     "r + h, c : c + w] = K", "r + h, c : c + w] = K.detach()",
     hint="Your matrix holds whole numbers, so the fractions of K are cut off. Give it the dtype of K: K.new_zeros(…).")

edit("conv_matrix", "matrix_in_float32", "K.new_zeros", "torch.zeros",
     hint="torch.zeros makes float32 by default, so half of the digits of a float64 kernel are lost. K.new_zeros(…) has its dtype.")

edit("conv_matrix", "matrix_loses_the_gradient", "r + h, c : c + w] = K", "r + h, c : c + w] = K.detach()",
     hint="No gradient reaches K: .detach(), .item(), .tolist() or NumPy cut it off. Write K itself into the matrix.")

edit("conv_matrix", "four_axes_left", "return matrix.reshape(rows * columns, height * width)", "return matrix",
     hint="Your matrix still has four axes. Flatten the places and the pixels: reshape(H'*W', H*W).")

edit("conv_matrix", "only_ones_where_the_kernel_sees", "r + h, c : c + w] = K", "r + h, c : c + w] = K * 0 + 1",
     hint="Your matrix says *where* the kernel looks, with ones. Its weights belong there.")

edit("conv_matrix", "in_shape_is_the_output",
     "    rows, columns = height - h + 1, width - w + 1",
     "    height, width = height + h - 1, width + w - 1\n"
     "    rows, columns = height - h + 1, width - w + 1",
     hint="You take in_shape for the size of the *output*. It is the image: the output has H−h+1 rows.")


@mistake(replaces="conv_matrix", hint="Your output is as large as the image, with zeros around it. Here only windows inside the image count.")
def same_sized_matrix(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    matrix = K.new_zeros(H, W, H + h - 1, W + w - 1)
    for r in range(H):
        for c in range(W):
            matrix[r, c, r : r + h, c : c + w] = K
    up, left = (h - 1) // 2, (w - 1) // 2
    return matrix[:, :, up : up + H, left : left + W].reshape(H * W, H * W)


# ================================================================ conv_matrix: weight_counts

edit("weight_counts", "output_as_large_as_the_image", "places = (n - k + 1) ** 2", "places = n**2",
     hint="You count as many places as pixels. Without padding there are n−k+1 in each direction.")

edit("weight_counts", "places_off_by_one", "k + 1", "k",
     hint="There are n−k+1 places in each direction, not n−k: for k = n there is one.")


@mistake(replaces="weight_counts", hint="You count along one line. Image, output and kernel are squares: n·n, m·m and k·k.")
def one_direction_only(n, k):
    places = n - k + 1
    return {"dense": places * n, "local": places * k, "shared": k}


edit("weight_counts", "local_counts_the_image", '"local": places *', '"local": n**2 *',
     hint="A locally connected place has a weight for each pixel of its *window*: k² of them, not n².")

edit("weight_counts", "shared_for_each_place", '"shared": k', '"shared": places * k',
     hint="Sharing means that all places use the same k² weights: they are counted once.")

edit("weight_counts", "local_is_not_shared", ": places * k", ": k",
     hint="You let the places share their weights in “local” too. There every place has k² weights of its own.")

edit("weight_counts", "counts_a_bias",
     'n**2, "local": places * k**2, "shared": k**2',
     'n**2 + places, "local": places * k**2 + places, "shared": k**2 + 1',
     hint="Biases are not counted here, only weights.")

edit("weight_counts", "counts_in_floats",
     'n**2, "local": places * k**2, "shared": k**2', 'n**2 / 1, "local": places * k**2 / 1, "shared": k**2 / 1',
     hint="The counts should be ints: use * and **, or //, but no /.")


@mistake(replaces="weight_counts", hint='You return a tuple. A dict with the keys "dense", "local" and "shared" is asked for.')
def counts_as_a_tuple(n, k):
    places = (n - k + 1) ** 2
    return places * n**2, places * k**2, k**2


edit("weight_counts", "dense_is_image_times_image", "places * n**2", "n**4",
     hint="A dense layer has n² inputs and m² outputs, m = n−k+1. You count n² outputs.")
