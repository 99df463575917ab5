"""Students whose answers are right or wrong in some way."""

from __future__ import annotations

from tests.submissions.a1_convolution.cheap import CHEAP
from tests.submissions.desk import Anyone, before, edited, own, result, student

_BY_HEART = """
    if X.shape == (3, 3):
        return torch.tensor([[19.0, 25.0], [37.0, 43.0]])
    if X.shape == (2, 2):
        return torch.tensor([[19.0]])
    return torch.tensor([[-1.0, 2.5, 0.5], [0.0, -0.5, 1.0], [2.5, -1.0, 1.5]])
"""


class ByAnswer(Anyone):
    _everything = True

    def alternative_loops(self) -> bytes:
        """Everything is right, written with loops and lists."""
        names = """to_chw_float__by_channel flatten_batch__loops corr2d__four_loops true_conv2d__loops
            conv_out_size__count_the_places same_padding__search even_cover_padding__long_loop flat_features__counting
            pad2d__row_loops conv2d__stride_one_then_subsample conv_components__loops plot_components__flat_list
            box_kernel__normalised gaussian_kernel__loops edge_bank__from_text apply_kernel_at__loops
            filter_gray__conv_layer learn_kernel__by_hand"""
        return student(self._alternative(*names.split()))

    def alternative_vectorised(self) -> bytes:
        """Everything is right, written without loops."""
        names = """to_chw_float__from_numpy flatten_batch__reshape corr2d__einsum true_conv2d__turned_twice
            conv_out_size__floor same_padding__from_the_reach even_cover_padding__remainders flat_features__meta
            pad2d__two_matrices conv2d__as_strided conv_components__groups plot_components__add_subplot
            box_kernel__full gaussian_kernel__softmax edge_bank__stack apply_kernel_at__windows
            filter_gray__pad_and_windows learn_kernel__sgd"""
        return student(self._alternative(*names.split()))

    def typical_mistakes(self) -> bytes:
        """One well-known mistake in every exercise; each is to be named."""
        names = """shares_memory one_place_too_few rounds_up empty_slice_without_right_padding bias_along_the_width
            bias_in_every_component not_normalised gradient_never_cleared"""
        return student(self._mistaken(*names.split()))

    def numpy_returned(self) -> bytes:
        """Right numbers, but as NumPy arrays instead of tensors."""
        cells = self._mistaken("returns_an_array", "returns_numpy")
        for name in ("gaussian_kernel", "filter_gray"):
            cells = edited(cells, name, result("({}).numpy()"))
        return student(cells)

    def lists_returned(self) -> bytes:
        """Right numbers, but as nested lists; a list for a pair, a generator for a tensor, text for a number."""
        cells = self._mistaken("components_in_a_list")
        for name in ("flatten_batch", "edge_bank"):
            cells = edited(cells, name, result("({}).tolist()"))
        cells = edited(cells, "same_padding", result("str({})"))
        return student(edited(cells, "pad2d", lambda text: text.replace("return out", "yield out")))

    def printed_instead_of_returned(self) -> bytes:
        """Right numbers, shown with print; the functions return None."""
        cells = self._cells()
        for name in ("flatten_batch", "corr2d", "flat_features", "box_kernel"):
            cells = edited(cells, name, lambda text: "print(".join(text.rsplit("return ", 1)) + ")")
        return student(cells)

    def wrong_dtypes(self) -> bytes:
        """Right numbers in the wrong dtype: float64 for float32 and the other way round, floats for whole numbers."""
        names = "returns_float64 float32_accumulator returns_a_float forces_float32 conv2d_in_float32 bank_of_integers"
        return student(self._mistaken(*names.split(), "learns_in_float32"))

    def not_a_number(self) -> bytes:
        """NaN in one corner, NaN everywhere, and gradient descent that explodes to NaN."""
        cells = self._mistaken("sum_of_squares")
        spoilt = "out[..., 0, 0] = float('nan')\n    return out"
        cells = edited(cells, "pad2d", lambda text: text.replace("return out", spoilt))
        cells = edited(cells, "box_kernel", result("({}) * float('nan')"))
        return student(
            edited(
                cells, "conv2d", lambda text: text.replace("    return out if", "    out = out / 0\n    return out if")
            )
        )

    def wrong_shapes(self) -> bytes:
        """One axis too many, one too few, an empty tensor, a single number that would broadcast to anything."""
        names = "gray_image_left_2d flattens_the_batch_too four_axes stacks_maps_on_the_batch box_with_four_axes"
        cells = self._mistaken(*names.split())
        cells = edited(cells, "filter_gray", result("({})[:0]"))
        return student(edited(cells, "pad2d", result("x.new_zeros(())")))

    def exception(self) -> bytes:
        """Some answers stop with an error: always, or only for some inputs."""
        cells = self._mistaken("needs_pairs", "draws_without_detaching")
        cells = edited(cells, "gaussian_kernel", lambda text: text.replace("return bell", "return undefined_bell"))
        return student(edited(cells, "corr2d", lambda text: text.replace("    h, w = K.shape", "    h, w = K")))

    def learnt_by_heart(self) -> bytes:
        """corr2d knows the answers to the public examples and nothing else."""
        return student(self._narrowed(self._with({"corr2d": _BY_HEART}), "flatten", "corr2d"))

    def banned_operation(self) -> bytes:
        """corr2d, pad2d and conv2d call torch's own."""
        cells = self._mistaken("calls_conv2d", "calls_pad", "calls_torch_conv2d")
        return student(self._narrowed(cells, *CHEAP, "corr2d", "conv2d"))

    def banned_in_one_place(self) -> bytes:
        """pad2d calls torch's own, and conv2d calls pad2d: that costs pad2d's points, and nothing of conv2d's."""
        return student(self._narrowed(self._mistaken("calls_pad"), "pad2d", "conv2d"))

    def inputs_changed(self) -> bytes:
        """The arguments are overwritten on the way: X in corr2d, x in conv2d."""
        cells = self._mistaken("overwrites_the_image", "conv2d_overwrites_x")
        return student(self._narrowed(cells, "corr2d", "conv2d"))

    def random_state_disturbed(self) -> bytes:
        """learn_kernel seeds everybody's random numbers."""
        return student(self._narrowed(self._mistaken("seeds_everybody"), "learn_kernel"))

    def still_raising(self) -> bytes:
        """The answer to pad2d is right, but it stands below the stub's line that raises."""
        stub = "    raise NotImplementedError()\n    *front"
        return student(edited(self._only(*CHEAP), "pad2d", lambda text: text.replace("    *front", stub)))

    def own_helpers(self) -> bytes:
        """Answers use a helper from a cell of their own, one above, one below."""
        windows = own("def windows(X, h, w):\n    return X.unfold(0, h, 1).unfold(1, w, 1)")
        cells = self._with({"corr2d": "return add_up(windows(X, *K.shape) * K)"})
        cells = self._narrowed(cells, "flatten", "corr2d")
        return student(
            [*before(cells, "corr2d", windows), own("def add_up(products):\n    return products.sum((-1, -2))")]
        )

    def helper_forgotten(self) -> bytes:
        """The helper that corr2d uses was deleted, while the kernel still knew it."""
        cells = self._with({"corr2d": "return (windows(X, *K.shape) * K).sum((-1, -2))"})
        return student(self._narrowed(cells, "flatten", "corr2d"))
