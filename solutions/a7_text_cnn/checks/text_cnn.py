"""Hidden checks of the exercise `text_cnn`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import ids, some_order


def with_weights(model: nn.Module, weights: dict[str, Tensor]) -> nn.Module:
    """Eval mode, and the weights put into its layers, whichever way they keep them."""
    model = model.eval()
    modules = list(model.modules())
    layers = {kind: [module for module in modules if isinstance(module, kind)] for kind in (nn.Embedding, nn.Conv1d)}
    dense = [module for module in modules if isinstance(module, nn.Linear)]
    if [len(kept) for kept in layers.values()] != [1, 1] or len(dense) != 2:
        raise LookupError("one nn.Embedding, one nn.Conv1d and two nn.Linear are asked for")
    (letters,), (conv,) = layers.values()
    hidden, out = sorted(dense, key=lambda one: one.out_features == 2)
    size, detectors = letters.embedding_dim, weights["detectors"]
    flat = conv.weight.shape[1] == 1 and size > 1
    detectors = detectors[:, None] if flat else detectors.reshape(len(detectors), -1, size).transpose(1, 2)
    pairs = [(letters.weight, weights["letters"]), (conv.weight, detectors), (conv.bias, weights["offsets"])]
    pairs += [(hidden.weight, weights["hidden"]), (hidden.bias, weights["hidden_bias"])]
    pairs += [(out.weight, weights["out"]), (out.bias, weights["out_bias"])]
    with torch.no_grad():
        for parameter, values in pairs:
            if parameter is not None and parameter.shape != values.shape:
                raise LookupError(f"weights of shape {tuple(values.shape)} do not fit into {tuple(parameter.shape)}")
            if parameter is not None:
                parameter.copy_(values)
    return model


def number_of_parameters(model: nn.Module) -> int:
    """Of all layers together."""
    return sum(parameter.numel() for parameter in model.parameters())


def kind_of_layer(layer: nn.Module) -> str:
    """The class of torch's that it is, or is made from."""
    kinds = (nn.Embedding, nn.Conv1d, nn.Linear)
    return next((kind.__name__ for kind in kinds if isinstance(layer, kind)), type(layer).__name__)


def what_the_layers_do(model: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Kind, shape of the input and of the output of each call of a layer with parameters of its own, in order."""
    calls: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
    for module in model.modules():
        if next(module.parameters(recurse=False), None) is not None:
            module.register_forward_hook(
                lambda layer, inputs, output: calls.append(
                    (kind_of_layer(layer), tuple(inputs[0].shape), tuple(output.shape))
                )
            )
    with torch.no_grad():
        model.eval()(x)
    return calls


def logits(model: nn.Module, weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """In eval mode."""
    with torch.no_grad():
        return with_weights(model, weights)(x)


def logits_in_train_mode(model: nn.Module, weights: dict[str, Tensor], x: Tensor, seed: int = 0) -> Tensor:
    """With dropout."""
    with torch.no_grad():
        torch.manual_seed(seed)
        return with_weights(model, weights).train()(x)


def logits_one_by_one(model: nn.Module, weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """Each row in a batch of its own: (B, 1, 2)."""
    with torch.no_grad():
        return torch.stack([with_weights(model, weights)(x[i : i + 1]) for i in range(len(x))])


def gradients(model: nn.Module, weights: dict[str, Tensor], x: Tensor) -> tuple[list[str], list[bool]]:
    """Names of the parameters without a gradient, and for each character whether its row has one."""
    (with_weights(model, weights)(x) ** 2).sum().backward()
    slopes = {name: parameter.grad for name, parameter in model.named_parameters()}
    without = [name for name, slope in slopes.items() if slope is None or not bool(slope.any())]
    letters = next(module for module in model.modules() if isinstance(module, nn.Embedding))
    return without, [] if letters.weight.grad is None else letters.weight.grad.any(1).tolist()


def numbers_in_common(models: list[nn.Module], pairs: Sequence[Sequence[int]]) -> list[int]:
    """For each pair of networks, how many parameters are the same tensor in both, or start with the same values."""
    listed = [[list(models[place].parameters()) for place in pair] for pair in pairs]
    return [sum(a is b or torch.equal(a, b) for a, b in zip(*both, strict=False)) for both in listed]


Sizes = tuple[int, int, int, int, int]  # vocab_size, context, embedding_dim, conv_width, fc_width
SMALL: Sizes = (31, 3, 10, 6, 5)
USUAL = 23  # letters in a row, where the length is not what is asked for


def drawn(cases: Any, sizes: Sizes) -> dict[str, Tensor]:
    """Weights for a network of these sizes."""
    vocab, context, size, width, hidden = sizes
    return {
        "letters": cases.tensor(vocab, size, low=-2, high=2),
        "detectors": cases.tensor(width, context * size),
        "offsets": cases.bias(width) * 0.5,
        "hidden": cases.tensor(hidden, width),
        "hidden_bias": cases.bias(hidden) * 0.5,
        "out": cases.tensor(2, hidden, low=-2, high=2),
        "out_bias": cases.bias(2),
    }


def some_sizes(cases: Any) -> Sizes:
    """Sizes of a small network, all of them different, as the seed says."""
    vocab, context, size, width, hidden = (int(n) for n in cases.rng.permutation(range(2, 9))[:5])
    return vocab + 9, 2 + context % 3, size, width, hidden


def usual_rows(cases: Any, batch: int, sizes: Sizes = SMALL) -> Tensor:
    """Rows of the usual length that end as they begin: the last window says nothing that the first does not say."""
    x = ids(cases, batch, USUAL, sizes[0])
    x[:, -sizes[1] :] = x[:, : sizes[1]]
    return x


def network(student: Any, sizes: Sizes = SMALL) -> Any:
    """Without dropout, which has checks of its own."""
    return student.TextCNN(*sizes, p=0.0)


def as_it_ends(found: Any, right: Tensor) -> Tensor:
    """The right logits; their softmax where that is what came, since `cnn_plain_logits` asks for logits."""
    soft = right.softmax(1)
    same = isinstance(found, Tensor) and found.shape == soft.shape and found.is_floating_point()
    return soft if same and torch.allclose(found.to(soft), soft, rtol=1e-3, atol=1e-5) else right


def expect_logits(student: Any, sizes: Sizes, weights: dict[str, Tensor], x: Tensor) -> None:
    """The same logits with the same weights."""
    right = logits(reference.TextCNN(*sizes), weights, x)
    found = value_of(student.beside(logits)(network(student, sizes), weights, x))
    expect(found).to_agree_with(as_it_ends(found, right))


def follow_from_the_rows(found: Tensor) -> bool:
    """Whether no other row has the logits of the first."""
    return all(not torch.equal(found[0], other) for other in found[1:])


def telling(cases: Any, x: Tensor) -> dict[str, Tensor]:
    """Weights with which the right network has logits of its own for each row: few hidden units are easily all off."""
    often = (drawn(cases, SMALL) for _ in range(100))
    right = reference.TextCNN(*SMALL)
    return next(weights for weights in often if follow_from_the_rows(logits(right, weights, x)))


def own_logits(student: Any, weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """What the network says itself, something else of each row. Whether it is right, others ask."""
    found: Tensor = expect(student.beside(logits)(network(student), weights, x)).to_have_shape(len(x), 2)
    expect(follow_from_the_rows(found)).to_hold("the logits follow from the letters")
    return found


@check(weight=1.5, quote="Together **19,448** parameters. With `context=4, conv_width=128` it is 39,096.")
def test_cnn_parameters(student, cases):
    """TextCNN has 19,448 parameters, 39,096 with context 4 and width 128, and the right number for other sizes"""
    inside = student.beside(number_of_parameters)
    expect(inside.number_of_parameters(student.TextCNN())).to_equal(19_448)
    expect(inside.number_of_parameters(student.TextCNN(context=4, conv_width=128))).to_equal(39_096)
    for sizes in (SMALL, some_sizes(cases), some_sizes(cases)):
        right = number_of_parameters(reference.TextCNN(*sizes))
        expect(inside.number_of_parameters(student.TextCNN(*sizes))).to_equal(right)


@check(
    weight=1.5,
    quote="These four layers have all the parameters, and are called (not only their weights used).",
)
def test_cnn_layers(student, cases):
    """TextCNN calls an embedding, a convolution that answers at each place, and two dense layers, in this order"""
    inside = student.beside(what_the_layers_do)
    for sizes in (SMALL, some_sizes(cases)):
        calls = expect(inside.what_the_layers_do(student.TextCNN(*sizes), ids(cases, 2, USUAL, 7))).to_be_a(list)
        kinds = [call[0] for call in calls]
        expect(kinds).to_equal(["Embedding", "Conv1d", "Linear", "Linear"])
        expect(calls[0][2]).to_equal((2, USUAL, sizes[2]))
        expect(calls[1][2]).to_equal((2, sizes[3], USUAL - sizes[1] + 1))
        expect(calls[2][1:]).to_equal(((2, sizes[3]), (2, sizes[4])))
        expect(calls[3][1:]).to_equal(((2, sizes[4]), (2, 2)))


@check(
    weight=3,
    quote=(
        "Rows of numbers (B, L), int64 -> logits (B, 2).",
        "conv_width detectors for `context` letters, with bias, no padding",
    ),
)
def test_cnn_logits(student, cases):
    """TextCNN gives the right logits with given weights, for networks and batches of different sizes"""
    for sizes, batch in ((SMALL, 4), ((8, 2, 3, 5, 7), 3), ((11, 4, 2, 7, 4), 5)):
        expect_logits(student, sizes, drawn(cases, sizes), usual_rows(cases, batch, sizes))


@check(quote="L may be any length from `context` on, another one in every batch; B may be 1.")
def test_cnn_any_length(student, cases):
    """TextCNN takes rows of any length: as short as one n-gram, 22, 23, 24 or 40"""
    weights = drawn(cases, SMALL)
    for length in (3, 4, 22, 23, 24, 40):
        expect_logits(student, SMALL, weights, ids(cases, 3, length, SMALL[0]))


PLANTED: Sizes = (31, 3, 10, 2, 3)


def planted(cases: Any, says: float = 2.0) -> tuple[dict[str, Tensor], Tensor]:
    """A network that says 2 where the letters 1, 2, 3 stand somewhere in a row, and a row for each place of them."""
    weights = {name: torch.zeros_like(value) for name, value in drawn(cases, PLANTED).items()}
    weights["letters"][:10] = torch.eye(10, dtype=torch.float64)
    weights["detectors"][0] = torch.cat([weights["letters"][number] for number in (1, 2, 3)])
    weights["offsets"][0] = -2.0
    weights["hidden"][1, 0], weights["out"][1, 1] = 1.0, says
    x = cases.integers(USUAL - 2, USUAL, low=3, high=4)
    for place, row in enumerate(x):
        row[place : place + 3] = torch.tensor([1, 2, 3])
    return weights, x


def expect_to_say(student: Any, weights: dict[str, Tensor], x: Tensor, says: float, claim: str) -> None:
    """The logits 0 and `says` for each row; the claim names the place of a row as {}."""
    found = expect(student.beside(logits)(network(student, PLANTED), weights, x)).to_have_shape(len(x), 2)
    right = as_it_ends(found, torch.tensor([[0.0, says]]).expand(len(x), 2))
    for place, row in enumerate(found):
        expect(bool((row - right[place]).abs().max() < 1e-5)).to_hold(claim.format(place))


@check(weight=3, quote="max over all L - context + 1 places")
def test_cnn_every_place(student, cases):
    """TextCNN finds an n-gram wherever it stands, also in the first and in the very last window"""
    for _ in range(2):
        says = float(cases.tensor(1, low=1, high=5))
        weights, x = planted(cases, says)
        expect_to_say(student, weights, x, says, f"the n-gram at place {{}} of 0 to {USUAL - 3} is found")


@check(weight=1.5, quote="So of each row only the **largest** number is kept (framed).")
def test_cnn_only_the_best(student, cases):
    """TextCNN keeps the largest answer over time: an n-gram counts the same once or twice, in front or behind"""
    weights, x = planted(cases)
    first, second = x[: USUAL - 8].clone(), x[: USUAL - 8].clone()
    for place, row in enumerate(second):
        row[place + 4 : place + 7] = torch.tensor([1, 2, 3])
    for rows in (first, second):
        expect_to_say(student, weights, rows, 2.0, "the n-gram at place {} counts the same, once or twice in a row")
    weights = drawn(cases, SMALL)
    expect_logits(student, SMALL, weights | {"offsets": weights["offsets"] - 4}, usual_rows(cases, 4))


@check(quote="More dots at the end of a name that already ends in `context` dots change nothing.")
def test_cnn_more_dots(student, cases):
    """More dots behind a name that ends in dots do not change the logits of TextCNN"""
    x = torch.cat([ids(cases, 4, 6, SMALL[0]), torch.zeros(4, 3, dtype=torch.int64)], dim=1)
    weights = telling(cases, x)
    right = own_logits(student, weights, x)
    for more in (1, 5, 14):
        order = some_order(cases, range(4))
        expect(own_logits(student, weights, F.pad(x[order], (0, more)))).to_agree_with(right[order], atol=1e-6)


@check(weight=1.5, quote="The result are logits: no softmax.")
def test_cnn_plain_logits(student, cases):
    """TextCNN ends with plain logits: negative ones too, as many times as large as the last layer is, no softmax"""
    inside, weights, x = student.beside(logits), drawn(cases, SMALL), usual_rows(cases, 8)
    weights["out"][1] = -weights["out"][0]
    weights["out_bias"] = weights["out_bias"] * 0 - torch.tensor([0.5, 0.25])
    plain = expect(inside.logits(network(student), weights, x)).to_have_shape(8, 2)
    times = float(cases.tensor(1, low=1.5, high=4).float())
    grown = weights | {"out": weights["out"] * times, "out_bias": weights["out_bias"] * times}
    larger = expect(inside.logits(network(student), grown, x)).to_have_shape(8, 2)
    expect(bool((plain < 0).any())).to_hold("some logits are negative: nothing cuts them off after the last layer")
    same = bool((larger - times * plain).abs().max() <= 1e-5 * float(larger.abs().max()))
    expect(same).to_hold("larger weights of the last layer give logits as many times as large (no softmax)")


@check(quote="another one in every batch; B may be 1.")
def test_cnn_single_names(student, cases):
    """TextCNN gives a name in a batch of one what it gives it among others: (1, 2)"""
    x, order = usual_rows(cases, 5), some_order(cases, range(5))
    weights = telling(cases, x)
    right = own_logits(student, weights, x)[order, None]
    found = student.beside(logits_one_by_one)(network(student), weights, x[order])
    expect(found).to_agree_with(right, atol=1e-6)


@check(weight=2, quote="nn.Linear to fc_width · ReLU · nn.Dropout(p) · nn.Linear to 2.")
def test_cnn_dropout(student, cases):
    """TextCNN drops hidden units in train mode only: all of them with p = 1, none with p = 0"""
    inside, x = student.beside(logits_in_train_mode, logits), usual_rows(cases, 5)
    weights = telling(cases, x)
    right = own_logits(student, weights, x)
    expect(inside.logits(student.TextCNN(*SMALL, 1.0), weights, x)).to_agree_with(right, atol=1e-6)
    expect(inside.logits_in_train_mode(network(student), weights, x)).to_agree_with(right, atol=1e-6)
    nothing = value_of(inside.logits_in_train_mode(student.TextCNN(*SMALL, p=1.0), weights, x))
    expect(nothing).to_agree_with(as_it_ends(nothing, weights["out_bias"].float().expand(5, 2)))


@check(quote=("ReLU · nn.Dropout(p) · nn.Linear to 2.", "p: float = 0.5"))
def test_cnn_dropout_rate(student, cases):
    """TextCNN drops the share p of the hidden units, one half by default, and scales up the others"""
    inside, sizes = student.beside(logits_in_train_mode), (31, 2, 10, 5, 200)
    weights = {name: torch.zeros_like(value) for name, value in drawn(cases, sizes).items()}
    one = float(cases.tensor(1, low=1, high=9).float())
    weights["hidden_bias"] += one
    weights["out"] += 1
    x = usual_rows(cases, 50)
    share = float(cases.rng.choice((0.1, 0.2, 0.3, 0.4, 0.6, 0.7)))
    for settings, p in (((), 0.5), ((share,), share)):
        model = student.TextCNN(*sizes, *settings)
        kept = expect(inside.logits_in_train_mode(model, weights, x, cases.seed)).to_have_shape(50, 2)[:, 0] / 200 / one
        dropped = 1 - float((kept * (1 - p)).mean())
        claim = f"a share of {p} of the hidden units is 0, the others are {1 / (1 - p):.3g} times as large"
        expect(abs(dropped - p) < 0.03).to_hold(claim)


@check(
    quote=(
        "The dot is learned like every other character.",
        "leave the arguments as they were",
        "keep the way back for autograd open",
    ),
)
def test_cnn_gradients(student, cases):
    """Every parameter of TextCNN learns, and the dot like every other character; the ids stay as they were"""
    inside, weights = student.beside(gradients, logits), drawn(cases, SMALL)
    weights["offsets"], weights["hidden_bias"] = weights["offsets"].abs() + 9, weights["hidden_bias"].abs() + 9
    weights["hidden"] = weights["hidden"].abs()
    x = torch.arange(9).repeat(3, 3)[:, :USUAL]
    without, rows = expect(inside.gradients(network(student), weights, x)).to_be_a(tuple, length=2)
    expect(without == []).to_hold("every parameter of the network gets a gradient")
    right = gradients(reference.TextCNN(*SMALL), weights, x)[1]
    expect(rows == right).to_hold("the rows of the characters get gradients, that of the dot as well")
    expect(lambda: inside.logits(network(student), weights, x)).to_leave_inputs_alone()


@check(
    weight=0.5,
    quote="Each network has weights of its own, drawn anew when it is made.",
)
def test_cnn_own_weights(student, cases):
    """Two TextCNNs have no weights in common, and start from different random numbers"""
    inside = student.beside(numbers_in_common)
    models = [student.TextCNN(*SMALL) for _ in range(3)]
    pairs = some_order(cases, itertools.product(range(3), range(3)))  # each with itself, too: all is in common
    counts = expect(inside.numbers_in_common(models, pairs)).to_be_a(list, length=9)
    for (first, second), count in zip(pairs, counts, strict=True):
        expect((count > 0) == (first == second)).to_hold(
            "two networks have no weights in common, and start from different random numbers"
        )
