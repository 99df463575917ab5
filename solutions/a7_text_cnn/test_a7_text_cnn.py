"""Hidden checks of a7_text_cnn. The first line of each docstring is what the student reads.

Vocabularies and networks stay in the box as handles; the helpers below are run beside them, and plain data comes back.
What one exercise needs of another (a vocabulary, a network, rows) is made by the helpers, so that no slip costs twice.
"""

from __future__ import annotations

import inspect
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.judge import check, expect
from autograder.judge.hidden import hidden_names
from cnnkit import data

Row = tuple[str, int]


def beside(student: Any, *helpers: Callable[..., Any]) -> Any:
    """The helpers inside the box, as `student.env.name(...)`."""
    student.run("\n\n".join(inspect.getsource(helper) for helper in helpers))
    return student.env


# ================================================================ char_vocab

ALPHABET = ["abcdefghijklm", "nopqrstuvwxyz", "ñ'", "ç_"]


def words(cases: Any, letters: str, count: int, longest: int) -> list[str]:
    """Random names without a space at an end, of every length up to the longest, some longer."""
    lengths = [1 + place % longest for place in range(count)]
    return ["".join(letters[int(i)] for i in cases.rng.integers(0, len(letters), n)) for n in lengths]


@check("char_vocab")
def test_vocab_characters(student, cases):
    """CharVocab lists the dot, then the other characters of the names, each once and sorted"""
    expect(student.CharVocab(ALPHABET).chars).to_equal(".'_abcdefghijklmnopqrstuvwxyzçñ")
    names = words(cases, "zebrañ'ox_", 12, 9)
    expect(student.CharVocab(names).chars).to_equal(reference.CharVocab(names).chars)


@check("char_vocab", weight=0.5)
def test_vocab_length(student):
    """len(vocab) counts the characters with the dot, and max_len is what was given, 22 by default"""
    for names, most in ((ALPHABET, 22), (["ana", "eva"], 5)):
        vocab = student.CharVocab(names, max_len=most)
        expect(len(vocab)).to_equal(len(reference.CharVocab(names)))
        expect(vocab.max_len).to_equal(most)
    expect(student.CharVocab(["ana"]).max_len).to_equal(22)


@check("char_vocab", weight=1.5)
def test_encode_ids(student):
    """encode gives the place of each character in chars: john_andrew is 0, 12, 17, 10, 16, 2, 3, 16, 6, …"""
    vocab = student.CharVocab(ALPHABET)
    expect(vocab.encode("john_andrew")).to_equal([0, 12, 17, 10, 16, 2, 3, 16, 6, 20, 7, 25] + [0] * 11)
    expect(vocab.encode("zoé'"[:2] + "ñça")).to_equal([0, 28, 17, 30, 29, 3] + [0] * 17)


@check("char_vocab", weight=1.5)
def test_encode_lengths(student, cases):
    """encode always gives max_len + 1 numbers, for names that are empty, just fit, or are far too long"""
    names = ["", *words(cases, "abcdñ_", 28, 28)]
    for most in (22, 5, 1):
        vocab, right = student.CharVocab(["abcdñ_"], max_len=most), reference.CharVocab(["abcdñ_"], most)
        for name in (names[0], names[1], names[most - 1], names[most], names[most + 1], names[-1]):
            expect(vocab.encode(name)).to_equal(right.encode(name))


@check("char_vocab", weight=1.5)
def test_vocab_writing(student):
    """Maria Clara, MARIA CLARA and maria_clara are one name, in the list of characters and in encode"""
    names = ["Maria CLARA", "ÑUSTA", "Ana Luz Eva"]
    vocab, right = student.CharVocab(names), reference.CharVocab(names)
    expect(vocab.chars).to_equal("._aceilmnrstuvzñ")
    for name in ("Maria Clara", "MARIA_CLARA", "maria clara", "Ana Luz Eva", "ÑUSTA", "Ñusta"):
        expect(vocab.encode(name)).to_equal(right.encode(name))


@check("char_vocab")
def test_vocab_marks(student):
    """ñ, ç and letters with an accent are letters of their own"""
    names = ["peña", "pena", "françois", "jose", "josé"]
    vocab, right = student.CharVocab(names), reference.CharVocab(names)
    expect(vocab.chars).to_equal(".aefijnoprsçéñ")
    for name in names:
        expect(vocab.encode(name)).to_equal(right.encode(name))


def ids_and_warnings(vocab: Any, name: str) -> tuple[list[int], list[tuple[bool, str]]]:
    """What encode gives, and for each warning whether it is a UserWarning, and its text."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ids = vocab.encode(name)
    return ids, [(issubclass(one.category, UserWarning), str(one.message)) for one in caught]


@check("char_vocab", weight=1.5)
def test_encode_unknown(student):
    """encode leaves out characters that are not in the vocabulary, before it cuts the name"""
    inside = beside(student, ids_and_warnings)
    vocab, right = student.CharVocab(["abcd"], max_len=6), reference.CharVocab(["abcd"], 6)
    for name, known in (("axbyc", "abc"), ("xyz", ""), ("xaxbxcxdxax", "abcda"), ("aXbxcdabcd", "abcdabcd")):
        ids, _ = expect(inside.ids_and_warnings(vocab, name)).to_be_a(tuple, length=2)
        expect(ids).to_equal(right.encode(known))


@check("char_vocab")
def test_encode_warns(student):
    """encode gives one warning that names the characters it leaves out, and none when it knows them all"""
    inside = beside(student, ids_and_warnings)
    vocab = student.CharVocab(["abcd", "ñ_"], max_len=6)
    for name, unknown in (("kaqba", "kq"), ("abécd", "é"), ("Abc Ñ", ""), ("abcdabcdabcd", ""), ("", "")):
        _, told = expect(inside.ids_and_warnings(vocab, name)).to_be_a(tuple, length=2)
        expect(len(told)).to_equal(1 if unknown else 0)
        for is_warning, sentence in told:
            expect(is_warning).to_hold("the warning is one of warnings.warn (a UserWarning)")
            named = all(letter in sentence for letter in unknown)
            expect(named).to_hold("the warning names each character that was left out")


@check("char_vocab")
def test_vocab_dots(student):
    """A dot inside a name is no letter: it is in chars only once, and encode leaves it out like an unknown character"""
    inside = beside(student, ids_and_warnings)
    names = ["ma. jose", "j.r."]
    vocab = student.CharVocab(names)
    expect(vocab.chars).to_equal("._aejmors")
    for name, letters in (("Ma. Jose", "ma_jose"), ("j.r.", "jr")):
        ids, told = expect(inside.ids_and_warnings(vocab, name)).to_be_a(tuple, length=2)
        expect(ids).to_equal(reference.CharVocab(names).encode(letters))
        expect(len(told)).to_equal(1)


@check("char_vocab", weight=1.5)
def test_decode_and_back(student, cases):
    """decode(encode(name)) gives the name back, or its first max_len characters"""
    vocab = student.CharVocab(ALPHABET)
    for name in words(cases, "abcxyzñç_'", 20, 26)[1::2]:
        expect(vocab.decode(reference.CharVocab(ALPHABET).encode(name))).to_equal(name[:22])
    expect(vocab.decode([0] * 23)).to_equal("")
    back = student.CharVocab(["luz"], max_len=2)
    expect(back.decode(back.encode("LUZ"))).to_equal("lu")


@check("char_vocab")
def test_decode_any_row(student):
    """decode takes lists and tensors of any length, and removes the dots at both ends, but none inside"""
    vocab = student.CharVocab(["abc"], max_len=4)
    for ids in ([0, 0, 1, 0, 2, 0, 0, 3, 0], [1, 2], [0, 3, 3, 0, 0, 0, 0, 1], [], [2, 0]):
        right = reference.CharVocab(["abc"]).decode(ids)
        expect(vocab.decode(ids)).to_equal(right)
        if ids:
            expect(vocab.decode(torch.tensor(ids))).to_equal(right)


@check("char_vocab", weight=0.5)
def test_two_vocabularies(student):
    """Two vocabularies do not know of each other"""
    first = student.CharVocab(["xyz"], max_len=3)
    second = student.CharVocab(["ab"], max_len=5)
    expect(first.encode("zy")).to_equal([0, 3, 2, 0])
    expect(second.encode("ba")).to_equal([0, 2, 1, 0, 0, 0])
    expect(first.decode([0, 1, 2])).to_equal("xy")
    expect(len(first)).to_equal(4)


# ================================================================ ngram_conv


def letters_and_detectors(cases: Any, sizes: tuple[int, int, int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """emb, weight and bias for (B, L, E, C, n)."""
    batch, length, size, width, n = sizes
    return cases.tensor(batch, length, size), cases.tensor(width, n * size), cases.bias(width)


@check("ngram_conv", weight=2)
def test_ngram_values(student, cases):
    """ngram_conv agrees with torch for names, letters and detectors of different sizes"""
    for sizes in ((2, 7, 3, 4, 2), (3, 9, 2, 5, 4), (2, 6, 5, 3, 3)):
        inputs = letters_and_detectors(cases, sizes)
        expect(student.ngram_conv(*inputs)).to_match(reference.ngram_conv(*inputs))


@check("ngram_conv")
def test_ngram_extremes(student, cases):
    """ngram_conv is right for single letters (n = 1), for n = L with one place, and for a batch of one"""
    for sizes in ((2, 5, 3, 4, 1), (3, 4, 2, 5, 4), (1, 6, 2, 3, 3), (2, 7, 1, 3, 2), (2, 6, 3, 1, 2)):
        inputs = letters_and_detectors(cases, sizes)
        expect(student.ngram_conv(*inputs)).to_match(reference.ngram_conv(*inputs))


@check("ngram_conv")
def test_ngram_order(student, cases):
    """A detector for abc answers most to abc, not to cba, and at the last place as well"""
    letters = torch.eye(3, dtype=torch.float64)
    name = letters[torch.tensor([[2, 1, 0, 0, 1, 2], [0, 2, 1, 2, 1, 0]])]
    detector, bias = letters.reshape(1, 9) * 2, cases.bias(1)
    expect(student.ngram_conv(name, detector, bias)).to_match(reference.ngram_conv(name, detector, bias))


@check("ngram_conv")
def test_ngram_gradients(student, cases):
    """ngram_conv lets gradients flow back to the embeddings, the weight and the bias"""
    inputs = letters_and_detectors(cases, (2, 6, 3, 4, 2))
    upstream = cases.tensor(2, 4, 5)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).ngram_conv(*inputs)
    leaves = [one.clone().requires_grad_() for one in inputs]
    for place, right in enumerate(torch.autograd.grad(reference.ngram_conv(*leaves), leaves, upstream)):
        expect(found).to_have_gradient(right, of=str(place))


def answers_for_turned(emb: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """ngram_conv on embeddings that were transposed, whose numbers do not lie in one piece."""
    return student.ngram_conv(emb.transpose(1, 2).contiguous().transpose(1, 2), weight, bias)  # type: ignore[name-defined]  # noqa: F821


@check("ngram_conv", weight=0.5)
def test_ngram_dtype(student, cases):
    """ngram_conv keeps float32, leaves its inputs alone and works on slices of larger tensors and transposed ones"""
    inputs = letters_and_detectors(cases, (3, 6, 2, 4, 3))
    short = [one.float() for one in inputs]
    expect(student.ngram_conv(*short)).to_match(reference.ngram_conv(*short))
    expect(lambda: student.ngram_conv(*inputs)).to_leave_inputs_alone()
    expect(student.on_views.ngram_conv(*inputs)).to_match(reference.ngram_conv(*inputs))
    turned = beside(student, answers_for_turned).answers_for_turned(*inputs)
    expect(turned).to_match(reference.ngram_conv(*inputs))


@check("ngram_conv", weight=0.5)
def test_ngram_refuses(student, cases):
    """ngram_conv raises ValueError when the weights are no whole number of letters"""
    for weights, size in ((7, 3), (2, 3), (9, 2)):
        inputs = cases.tensor(2, 12, size), cases.tensor(4, weights), cases.bias(4)
        expect(lambda inputs=inputs: student.ngram_conv(*inputs)).to_raise(ValueError)


@check("ngram_conv", weight=1.5)
def test_conv1d_weight_values(student, cases):
    """conv1d_weight turns (C, n*E) into (C, E, n), with the numbers in their right places"""
    for width, n, size in ((4, 3, 2), (3, 2, 5), (2, 4, 3), (5, 1, 3), (3, 4, 1), (1, 3, 4)):
        weight = cases.tensor(width, n * size)
        expect(student.conv1d_weight(weight, size)).to_match(reference.conv1d_weight(weight, size))


def answers_of_conv1d(emb: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """nn.Conv1d with the student's weight for it."""
    size = emb.shape[2]
    layer = nn.Conv1d(size, len(weight), weight.shape[1] // size).to(emb)
    with torch.no_grad():
        layer.weight.copy_(student.conv1d_weight(weight, size))  # type: ignore[name-defined]  # noqa: F821
        layer.bias.copy_(bias)
        return layer(emb.transpose(1, 2))


@check("ngram_conv")
def test_conv1d_weight_agrees(student, cases):
    """nn.Conv1d with the weight of conv1d_weight gives what ngram_conv should give"""
    inside = beside(student, answers_of_conv1d)
    for sizes in ((2, 8, 3, 4, 2), (3, 7, 2, 5, 3)):
        inputs = letters_and_detectors(cases, sizes)
        expect(inside.answers_of_conv1d(*inputs)).to_match(reference.ngram_conv(*inputs))


@check("ngram_conv", weight=0.5)
def test_conv1d_weight_keeps(student, cases):
    """conv1d_weight keeps float32 and the way back for gradients, and leaves the weight as it was"""
    weight, upstream = cases.tensor(4, 6), cases.tensor(4, 2, 3)
    short = weight.float()
    expect(student.conv1d_weight(short, 2)).to_equal(reference.conv1d_weight(short, 2))
    expect(lambda: student.conv1d_weight(weight, 2)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("0",)).conv1d_weight(weight, 2)
    expect(found).to_have_gradient(upstream.transpose(1, 2).reshape(4, 6), of="0")


# ================================================================ text_cnn


def with_weights(model: nn.Module, weights: dict[str, Tensor]) -> nn.Module:
    """float64, eval mode, and the weights put into its layers, whichever way they keep them."""
    model = model.double().eval()
    layers = {kind: [one for one in model.modules() if isinstance(one, kind)] for kind in (nn.Embedding, nn.Conv1d)}
    dense = [one for one in model.modules() if isinstance(one, nn.Linear)]
    if [len(found) for found in layers.values()] != [1, 1] or len(dense) != 2:
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


def what_the_layers_do(model: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Class, shape of the input and of the output of each call of a layer with parameters of its own, in order."""
    calls: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
    for module in model.modules():
        if next(module.parameters(recurse=False), None) is not None:
            module.register_forward_hook(
                lambda layer, inputs, output: calls.append(
                    (type(layer).__name__, tuple(inputs[0].shape), tuple(output.shape))
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
    without = [name for name, one in model.named_parameters() if one.grad is None or not bool(one.grad.any())]
    letters = next(one for one in model.modules() if isinstance(one, nn.Embedding))
    return without, [] if letters.weight.grad is None else letters.weight.grad.any(1).tolist()


def numbers_in_common(one: nn.Module, other: nn.Module) -> int:
    """How many parameters are the same tensor in both, or start with the same values."""
    pairs = zip(one.parameters(), other.parameters(), strict=False)
    return sum(a is b or torch.equal(a, b) for a, b in pairs)


HELPERS = (
    with_weights,
    number_of_parameters,
    what_the_layers_do,
    logits,
    logits_in_train_mode,
    logits_one_by_one,
    gradients,
    numbers_in_common,
)
Sizes = tuple[int, int, int, int, int]  # vocab_size, context, embedding_dim, conv_width, fc_width
SMALL: Sizes = (9, 3, 4, 6, 5)


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


def ids(cases: Any, batch: int, length: int, vocab: int) -> Tensor:
    """Random rows of numbers."""
    return cases.integers(batch, length, low=0, high=vocab - 1)


def expect_logits(student: Any, sizes: Sizes, weights: dict[str, Tensor], x: Tensor) -> None:
    """The same logits with the same weights."""
    right = logits(reference.TextCNN(*sizes), weights, x)
    expect(beside(student, *HELPERS).logits(student.TextCNN(*sizes), weights, x)).to_match(right)


@check("text_cnn", weight=1.5)
def test_cnn_parameters(student):
    """TextCNN has 19,448 parameters, 39,096 with context 4 and width 128, and the right number for other sizes"""
    inside = beside(student, *HELPERS)
    expect(inside.number_of_parameters(student.TextCNN())).to_equal(19_448)
    expect(inside.number_of_parameters(student.TextCNN(context=4, conv_width=128))).to_equal(39_096)
    for sizes in (SMALL, (7, 2, 5, 3, 8), (26, 5, 6, 9, 4)):
        right = number_of_parameters(reference.TextCNN(*sizes))
        expect(inside.number_of_parameters(student.TextCNN(*sizes))).to_equal(right)


@check("text_cnn", weight=1.5)
def test_cnn_layers(student, cases):
    """TextCNN calls an embedding, a convolution that answers at each place, and two dense layers, in this order"""
    inside = beside(student, *HELPERS)
    for sizes, length in ((SMALL, 11), ((7, 2, 5, 3, 8), 6)):
        calls = expect(inside.what_the_layers_do(student.TextCNN(*sizes), ids(cases, 2, length, 7))).to_be_a(list)
        kinds = [call[0] for call in calls]
        expect(kinds).to_equal(["Embedding", "Conv1d", "Linear", "Linear"])
        expect(calls[0][2]).to_equal((2, length, sizes[2]))
        expect(calls[1][2]).to_equal((2, sizes[3], length - sizes[1] + 1))
        expect(calls[2][1:]).to_equal(((2, sizes[3]), (2, sizes[4])))
        expect(calls[3][1:]).to_equal(((2, sizes[4]), (2, 2)))


@check("text_cnn", weight=3)
def test_cnn_logits(student, cases):
    """TextCNN gives the right logits with given weights, for networks and batches of different sizes"""
    for sizes, batch, length in ((SMALL, 4, 9), ((8, 2, 3, 5, 7), 3, 6), ((11, 4, 2, 7, 4), 5, 23)):
        expect_logits(student, sizes, drawn(cases, sizes), ids(cases, batch, length, sizes[0]))


@check("text_cnn")
def test_cnn_any_length(student, cases):
    """TextCNN takes rows of any length: as short as one n-gram, 22, 23, 24 or 40"""
    weights = drawn(cases, SMALL)
    for length in (3, 4, 22, 23, 24, 40):
        expect_logits(student, SMALL, weights, ids(cases, 3, length, SMALL[0]))


def planted(cases: Any, length: int) -> tuple[dict[str, Tensor], Tensor]:
    """A network that says 2 where the letters 1, 2, 3 stand somewhere in a row, and a row for each place of them."""
    sizes = (5, 3, 5, 2, 3)
    weights = {name: torch.zeros_like(value) for name, value in drawn(cases, sizes).items()}
    weights["letters"] = torch.eye(5, dtype=torch.float64)
    weights["detectors"][0] = torch.cat([weights["letters"][one] for one in (1, 2, 3)])
    weights["offsets"][0] = -2.0
    weights["hidden"][1, 0], weights["out"][1, 1] = 1.0, 2.0
    x = cases.integers(length - 2, length, low=3, high=4)
    for place, row in enumerate(x):
        row[place : place + 3] = torch.tensor([1, 2, 3])
    return weights, x


@check("text_cnn", weight=3)
def test_cnn_every_place(student, cases):
    """TextCNN finds an n-gram wherever it stands, also in the first and in the very last window"""
    inside = beside(student, *HELPERS)
    for length in (23, 9):
        weights, x = planted(cases, length)
        model = student.TextCNN(5, 3, 5, 2, 3)
        found = expect(inside.logits(model, weights, x)).to_have_shape(length - 2, 2)
        for place, answer in enumerate(found[:, 1].tolist()):
            expect(abs(answer - 2) < 1e-9).to_hold(f"the n-gram at place {place} of 0 to {length - 3} is found")


@check("text_cnn", weight=1.5)
def test_cnn_only_the_best(student, cases):
    """TextCNN keeps the largest answer over time: an n-gram counts the same once or twice, in short and long names"""
    weights, x = planted(cases, 12)
    twice = torch.cat([x, x.flip(0)], dim=1)
    found = expect(beside(student, *HELPERS).logits(student.TextCNN(5, 3, 5, 2, 3), weights, twice)).to_have_shape(
        10, 2
    )
    expect(found).to_match(torch.tensor([[0.0, 2.0]], dtype=torch.float64).expand(10, 2))
    weights = drawn(cases, SMALL)
    expect_logits(student, SMALL, weights | {"offsets": weights["offsets"] - 4}, ids(cases, 4, 8, SMALL[0]))


@check("text_cnn")
def test_cnn_more_dots(student, cases):
    """More dots behind a name that ends in dots do not change the logits of TextCNN"""
    inside, weights = beside(student, *HELPERS), drawn(cases, SMALL)
    x = torch.cat([ids(cases, 4, 6, SMALL[0]), torch.zeros(4, 3, dtype=torch.int64)], dim=1)
    right = logits(reference.TextCNN(*SMALL), weights, x)
    for more in (0, 1, 5, 14):
        expect(inside.logits(student.TextCNN(*SMALL), weights, F.pad(x, (0, more)))).to_match(right)


@check("text_cnn", weight=1.5)
def test_cnn_plain_logits(student, cases):
    """TextCNN ends with plain logits: negative ones too, twice as large when the last layer is, no softmax"""
    inside, weights, x = beside(student, *HELPERS), drawn(cases, SMALL), ids(cases, 8, 9, SMALL[0])
    weights["out"][1] = -weights["out"][0]
    weights["out_bias"] = weights["out_bias"] * 0 - torch.tensor([0.5, 0.25])
    plain = expect(inside.logits(student.TextCNN(*SMALL), weights, x)).to_have_shape(8, 2)
    double = weights | {"out": weights["out"] * 2, "out_bias": weights["out_bias"] * 2}
    twice = expect(inside.logits(student.TextCNN(*SMALL), double, x)).to_have_shape(8, 2)
    expect(bool((plain < 0).any())).to_hold("some logits are negative: nothing cuts them off after the last layer")
    same = bool((twice - 2 * plain).abs().max() <= 1e-9 * float(plain.abs().max()))
    expect(same).to_hold("twice the weights of the last layer give twice the logits (no softmax)")


@check("text_cnn")
def test_cnn_single_names(student, cases):
    """TextCNN gives a name in a batch of one what it gives it among others: (1, 2)"""
    inside, weights, x = beside(student, *HELPERS), drawn(cases, SMALL), ids(cases, 4, 8, SMALL[0])
    right = logits_one_by_one(reference.TextCNN(*SMALL), weights, x)
    expect(inside.logits_one_by_one(student.TextCNN(*SMALL), weights, x)).to_match(right)


@check("text_cnn", weight=1.5)
def test_cnn_dropout(student, cases):
    """TextCNN drops hidden units in train mode only: all of them with p = 1, none with p = 0"""
    inside, weights, x = beside(student, *HELPERS), drawn(cases, SMALL), ids(cases, 5, 9, SMALL[0])
    right = logits(reference.TextCNN(*SMALL), weights, x)
    expect(inside.logits(student.TextCNN(*SMALL, 1.0), weights, x)).to_match(right)
    expect(inside.logits_in_train_mode(student.TextCNN(*SMALL, 0.0), weights, x)).to_match(right)
    nothing = inside.logits_in_train_mode(student.TextCNN(*SMALL, p=1.0), weights, x)
    expect(nothing).to_match(weights["out_bias"].expand(5, 2))


@check("text_cnn")
def test_cnn_dropout_rate(student, cases):
    """TextCNN drops the share p of the hidden units, one half by default, and scales up the others"""
    inside, sizes = beside(student, *HELPERS), (4, 2, 3, 5, 200)
    weights = {name: torch.zeros_like(value) for name, value in drawn(cases, sizes).items()}
    weights["hidden_bias"] += 1
    weights["out"] += 1
    x = ids(cases, 50, 6, 4)
    for settings, p in (((), 0.5), ((0.2,), 0.2)):
        model = student.TextCNN(*sizes, *settings)
        kept = expect(inside.logits_in_train_mode(model, weights, x, cases.seed)).to_have_shape(50, 2)[:, 0] / 200
        dropped = 1 - float((kept * (1 - p)).mean())
        expect(abs(dropped - p) < 0.03).to_hold(
            f"a share of {p} of the hidden units is 0, the others are {1 / (1 - p)}"
        )


@check("text_cnn")
def test_cnn_gradients(student, cases):
    """Every parameter of TextCNN learns, and the dot like every other character; the ids stay as they were"""
    inside, weights = beside(student, *HELPERS), drawn(cases, SMALL)
    weights["offsets"], weights["hidden_bias"] = weights["offsets"].abs() + 9, weights["hidden_bias"].abs() + 9
    weights["hidden"] = weights["hidden"].abs()
    x = torch.arange(9).repeat(3, 2)[:, :14] % 9
    without, rows = expect(inside.gradients(student.TextCNN(*SMALL), weights, x)).to_be_a(tuple, length=2)
    expect(without == []).to_hold("every parameter of the network gets a gradient")
    right = gradients(reference.TextCNN(*SMALL), weights, x)[1]
    expect(rows == right).to_hold("the rows of the characters get gradients, that of the dot as well")
    expect(lambda: inside.logits(student.TextCNN(*SMALL), weights, x)).to_leave_inputs_alone()


@check("text_cnn", weight=0.5)
def test_cnn_own_weights(student):
    """Two TextCNNs have no weights in common, and start from different random numbers"""
    inside = beside(student, *HELPERS)
    count = expect(inside.numbers_in_common(student.TextCNN(*SMALL), student.TextCNN(*SMALL))).to_be_a(int)
    expect(count == 0).to_hold("two networks have no weights in common, and start from different random numbers")


# ================================================================ load_names


def names_in_files(male: str, female: str) -> Any:
    """load_names on two files with these texts."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.csv", Path(folder) / "b.csv"]
        for path, content in zip(paths, (male, female), strict=True):
            path.write_bytes(content.encode("utf-8"))
        return student.load_names(*map(str, paths))  # type: ignore[name-defined]  # noqa: F821


def table(*names: str, head: str = "name,frequency,mean_age") -> str:
    """A file with these names in the first column."""
    return "\n".join([head, *(f"{name},{700 - place},{30 + place}.5" for place, name in enumerate(names))]) + "\n"


def expect_names(student: Any, male: str, female: str, right: list[Row]) -> None:
    """From two files."""
    expect(beside(student, names_in_files).names_in_files(male, female)).to_equal(right)


@check("load_names", weight=1.5)
def test_load_two_files(student):
    """load_names gives (name, 0) for the first file, then (name, 1) for the second, in the order of the files"""
    men, women = table("PEDRO", "ANTONIO", "JUAN CARLOS"), table("ZOILA", "ANA MARIA ROSA", "BEA", "EVA")
    right = [
        ("pedro", 0),
        ("antonio", 0),
        ("juan_carlos", 0),
        ("zoila", 1),
        ("ana_maria_rosa", 1),
        ("bea", 1),
        ("eva", 1),
    ]
    expect_names(student, men, women, right)


@check("load_names")
def test_load_missing(student):
    """load_names keeps women called NA, Nan or None, and leaves out lines with an empty name"""
    men, women = table("NULL", "", "LUIS"), table("NA", "", "NAN", "NONE", "ANA")
    right = [("null", 0), ("luis", 0), ("na", 1), ("nan", 1), ("none", 1), ("ana", 1)]
    expect_names(student, men, women, right)


@check("load_names")
def test_load_doubles(student):
    """load_names has each name once per label, at its first place, also when written otherwise; names for both stay"""
    men, women = table("JOSE", "MARIA", "jose", "LUIS", "JOSE"), table("LUZ", "MARIA", "Luz", "JOSE", "MARIA", "EVA")
    right = [("jose", 0), ("maria", 0), ("luis", 0), ("luz", 1), ("maria", 1), ("jose", 1), ("eva", 1)]
    expect_names(student, men, women, right)


@check("load_names")
def test_load_letters(student):
    """load_names reads UTF-8 and keeps ñ, ç, accents and apostrophes: BEGOÑA is begoña"""
    men, women = table("IÑIGO", "FRANÇOIS", "JOSÉ ÁNGEL"), table("BEGOÑA", "D'ANGELA", "JOSE-LUZ")
    right = [("iñigo", 0), ("françois", 0), ("josé_ángel", 0), ("begoña", 1), ("d'angela", 1), ("jose-luz", 1)]
    expect_names(student, men, women, right)


@check("load_names")
def test_load_columns(student):
    """load_names finds the column called name wherever it stands, also behind an index or a quoted number"""
    men = ',frequency,name,mean_age\n0,"7,152",LUIS,54.6\n1,"6,41",JUAN,60\n'
    women = "mean_age,frequency,name\n50.1,7,EVA MARIA\n33,6,ANA\n"
    expect_names(student, men, women, [("luis", 0), ("juan", 0), ("eva_maria", 1), ("ana", 1)])


def split_of(rows: Sequence[Row], fractions: Sequence[float], *seed: int) -> Any:
    """split_names on a list of tuples."""
    return student.split_names([tuple(row) for row in rows], list(fractions), *seed)  # type: ignore[name-defined]  # noqa: F821


def some_rows(cases: Any, count: int, both: int) -> list[Row]:
    """Men first, then women; the first `both` women's names are men's as well."""
    names = sorted(set(words(cases, "aeioulnrst", 4 * count, 7)))
    names = [names[int(place)] for place in cases.rng.permutation(len(names))[:count]]
    men, women = sorted(names[: count // 2]), sorted(names[:both] + names[count // 2 :])
    return [(name, 0) for name in men] + [(name, 1) for name in women]


def expect_parts(student: Any, rows: list[Row], fractions: list[float], *seed: int) -> list[list[Row]]:
    """As many lists of rows as fractions."""
    parts = expect(beside(student, split_of).split_of(rows, fractions, *seed)).to_be_a(list, length=len(fractions))
    for part in parts:
        expect(part).to_be_a(list)
    return parts


@check("load_names")
def test_split_covers(student, cases):
    """split_names puts every row into exactly one list"""
    for fractions in ([0.8, 0.2], [0.5, 0.25, 0.25], [1.0]):
        rows = some_rows(cases, 61, 9)
        parts = expect_parts(student, rows, fractions, 3)
        got = Counter(tuple(row) for part in parts for row in part)
        expect(got == Counter(rows)).to_hold("every row is in one list, none is missing, none is there twice")


@check("load_names", weight=1.5)
def test_split_no_leak(student, cases):
    """split_names keeps both rows of a name that has both labels in the same list"""
    rows = some_rows(cases, 80, 30)
    for seed in range(3):
        parts = expect_parts(student, rows, [0.6, 0.2, 0.2], seed)
        names = [{row[0] for row in part} for part in parts]
        leaked = sorted((names[0] & names[1]) | (names[0] & names[2]) | (names[1] & names[2]))
        expect(leaked == []).to_hold("no name is in two lists")


@check("load_names")
def test_split_sizes(student, cases):
    """split_names gives each list its fraction of the different names, at most one name more or less"""
    for count, fractions in ((60, [0.8, 0.2]), (50, [0.7, 0.2, 0.1]), (41, [0.1, 0.3, 0.6]), (40, [0.25] * 4)):
        parts = expect_parts(student, some_rows(cases, count, 7), fractions)
        for part, share in zip(parts, fractions, strict=True):
            names = len({row[0] for row in part})
            right = abs(names - share * count) <= 1 + 1e-9
            expect(right).to_hold(f"the list for {share} of {count} names has {share * count:g} of them, or one off")


@check("load_names")
def test_split_mixes(student, cases):
    """split_names deals the names out at random: men and women in each list, and from the whole alphabet"""
    rows = some_rows(cases, 200, 0)
    parts = expect_parts(student, rows, [0.5, 0.5], 1)
    order = {name: place for place, name in enumerate(sorted(name for name, _ in rows))}
    for part in parts:
        share = sum(label for _, label in part) / len(part)
        expect(0.3 < share < 0.7).to_hold("each list has about as many men as women")
        middle = sum(order[name] for name, _ in part) / len(part) / len(rows)
        expect(0.35 < middle < 0.65).to_hold("each list has names from the whole alphabet")
        steps = [order[name] % 2 for name, _ in part]
        expect(0.2 < sum(steps) / len(steps) < 0.8).to_hold("the names are dealt out at random, not every other one")


def same_in_other_pythons(rows: Sequence[Row], salts: Sequence[int]) -> list[bool]:
    """Whether the split is the same for names that are hashed in other ways, as in a Python that was started anew."""

    def salted(salt):  # type: ignore[no-untyped-def]
        class Name(str):
            __slots__ = ()

            def __hash__(self):  # type: ignore[no-untyped-def]
                return hash((salt, str.__str__(self)))

        return Name

    results = []
    for salt in salts:
        kind = salted(salt)
        parts = student.split_names([(kind(name), label) for name, label in rows], [0.5, 0.5], 4)  # type: ignore[name-defined]  # noqa: F821
        results.append([sorted([str.__str__(name), label] for name, label in part) for part in parts])
    return [one == results[0] for one in results]


@check("load_names")
def test_split_seeds(student, cases):
    """split_names gives the same lists for the same seed, and others for another seed"""
    rows = some_rows(cases, 60, 5)
    student.env.torch.manual_seed(1)
    first, again = ([sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 4)] for _ in range(2))
    expect(first == again).to_hold("the same seed gives the same lists")
    different = [[sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], seed)] for seed in (5, 6)]
    expect(first not in different and different[0] != different[1]).to_hold("another seed gives other lists")
    default, zero = ([sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], *seed)] for seed in ((), (0,)))
    expect(default == zero).to_hold("without a seed it is 0")


@check("load_names", weight=0.5)
def test_split_anew(student, cases):
    """split_names gives the same lists for the same seed when Python is started anew"""
    rows = some_rows(cases, 60, 5)
    same = expect(beside(student, same_in_other_pythons).same_in_other_pythons(rows, [1, 2, 3])).to_be_a(list, length=3)
    expect(all(same)).to_hold(
        "the lists are the same when Python is started anew, where a set has another order (sort the names first)"
    )


def global_numbers_around(rows: Sequence[Row]) -> list[bool]:
    """Whether the global random numbers of torch, Python and NumPy are the same with and without a split in between."""
    import random

    def numbers(split):  # type: ignore[no-untyped-def]
        torch.manual_seed(1)
        random.seed(1)
        np.random.seed(1)  # type: ignore[name-defined]  # noqa: F821
        if split:
            student.split_names([tuple(row) for row in rows], [0.5, 0.5], 2)  # type: ignore[name-defined]  # noqa: F821
        return torch.rand(1).item(), random.random(), np.random.rand()  # type: ignore[name-defined]  # noqa: F821

    return [a == b for a, b in zip(numbers(False), numbers(True), strict=True)]


@check("load_names", weight=0.5)
def test_split_global_state(student, cases):
    """split_names neither uses nor changes the global random state"""
    rows = some_rows(cases, 20, 2)
    same = expect(beside(student, global_numbers_around).global_numbers_around(rows)).to_be_a(list, length=3)
    expect(all(same)).to_hold("torch.rand, random.random and np.random.rand go on as if nothing had happened")
    first = [sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 7)]
    student.env.torch.manual_seed(5)
    second = [sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 7)]
    expect(first == second).to_hold("the lists follow from the seed alone, not from the global random state")


@check("load_names", weight=0.5)
def test_split_refuses(student, cases):
    """split_names raises ValueError when the fractions do not add up to 1, but forgives rounding"""
    rows = some_rows(cases, 20, 2)
    inside = beside(student, split_of)
    for fractions in ([0.7, 0.2], [0.8, 0.3], [0.5, 0.5, 0.5], [0.5, 0.49]):
        expect(lambda fractions=fractions: inside.split_of(rows, fractions)).to_raise(ValueError)
    expect_parts(student, rows, [0.7, 0.2, 0.1])


# ================================================================ train_names


class LoggedLetters:
    """A vocabulary of 40 numbers that writes down the names it is made of."""

    def __init__(self, log: dict[str, Any], names: Sequence[str]) -> None:
        log["names"].append(sorted(set(names)))
        log["made"].append(self)

    def __len__(self) -> int:
        return 40

    def encode(self, name: str) -> list[int]:
        """39 and five numbers."""
        return [39, *((ord(letter) * 7) % 38 for letter in name[:5]), *[0] * (5 - len(name))]


class LoggedNet(nn.Module):
    """An embedding and a dense layer in float64; it is made in eval mode, and writes down what happens to it."""

    def __init__(self, log: dict[str, Any], size: int) -> None:
        nn.Module.__init__(self)
        self.log, self.letters, self.out = log, nn.Embedding(40, 3), nn.Linear(18, 2)
        self.double().eval()
        log["sizes"].append(size)
        log["made"].append(self)
        log["start"] = [one.detach().clone() for one in self.parameters()]
        for one in self.parameters():
            one.register_hook(
                lambda _slope, one=one: log["leftovers"].append(one.grad is not None and bool(one.grad.any()))
            )

    def forward(self, x: Tensor) -> Tensor:
        """Logits; what is asked with gradients is written down."""
        answer: Tensor = self.out(self.letters(x).flatten(1))
        if answer.requires_grad:
            self.log["ids"].append(x.clone())
            self.log["modes"].append(self.training)
            answer.register_hook(lambda slope: self.log["slopes"].append(slope.clone()))
        return answer


def watched_training(rows: Sequence[Row], settings: dict[str, Any], disturb: bool = False) -> dict[str, Any]:
    """train_names on rows, with the vocabulary and the network that write down what happens to them."""
    log: dict[str, Any] = {name: [] for name in ("names", "sizes", "made", "ids", "modes", "slopes", "leftovers")}
    torch.manual_seed(23)
    if disturb:
        torch.rand(3)
    model, vocab, losses = student.train_names(  # type: ignore[name-defined]  # noqa: F821
        [tuple(row) for row in rows],
        lambda names: LoggedLetters(log, names),
        lambda size: LoggedNet(log, size),
        **settings,
    )
    log |= {"losses": losses, "end": [one.detach().clone() for one in model.parameters()], "training": model.training}
    made = log.pop("made")
    return log | {"own": [any(one is given for one in made) for given in (vocab, model)]}


SETTINGS = {"epochs": 3, "batch_size": 5, "lr": 0.01, "seed": 3}


def syllables(cases: Any, count: int) -> list[Row]:
    """Names of five letters, all different, men first."""
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join("abcdefghij"[int(i)] for i in cases.rng.integers(0, 10, 5))] = None
    return [(name, int(place >= count // 2)) for place, name in enumerate(sorted(names))]


def expect_training(student: Any, rows: list[Row], disturb: bool = False, **changed: Any) -> dict[str, Any]:
    """What the helper wrote down."""
    inside = beside(student, LoggedLetters, LoggedNet, watched_training)
    return expect(inside.watched_training(rows, SETTINGS | changed, disturb)).to_be_a(dict)


def places_of(log: dict[str, Any], rows: list[Row]) -> list[list[int]]:
    """For each batch the places of its rows in the list; -1 for what is none of them."""
    known = {(39, *((ord(letter) * 7) % 38 for letter in name)): place for place, (name, _) in enumerate(rows)}
    return [[known.get(tuple(one), -1) for one in batch.tolist()] for batch in log["ids"]]


@check("train_names")
def test_train_makers(student, cases):
    """train_names makes one vocabulary, from the names of the rows, and one network of its size, and gives both back"""
    rows = syllables(cases, 22)
    log = expect_training(student, rows)
    expect(log["names"]).to_equal([[name for name, _ in rows]])
    expect(log["sizes"]).to_equal([40])
    expect(log["own"] == [True, True]).to_hold("the network and the vocabulary that come back are those that were made")


@check("train_names", weight=1.5)
def test_train_batches(student, cases):
    """train_names uses every row once per epoch, in batches of batch_size, the last one shorter; ids are int64"""
    rows = syllables(cases, 22)
    log = expect_training(student, rows)
    batches = places_of(log, rows)
    expect([len(batch) for batch in batches]).to_equal([5, 5, 5, 5, 2] * 3)
    for epoch in range(3):
        used = sorted(place for batch in batches[5 * epoch : 5 * epoch + 5] for place in batch)
        expect(used == list(range(22))).to_hold("every row, encoded by the vocabulary, is used once in an epoch")
    expect(all(batch.dtype == torch.int64 for batch in log["ids"])).to_hold("the ids are int64")


@check("train_names", weight=0.5)
def test_train_defaults(student, cases):
    """Without further settings train_names takes 15 epochs, batches of 32, a learning rate of 2e-3 and the seed 0"""
    rows, inside = syllables(cases, 40), beside(student, LoggedLetters, LoggedNet, watched_training)
    log = expect(inside.watched_training(rows, {})).to_be_a(dict)
    expect([len(batch) for batch in log["ids"]]).to_equal([32, 8] * 15)
    expect(len(log["end"]) == 3).to_hold("the network that comes back is the one that was made")
    for found, right in zip(log["end"], replay(log, rows, lr=2e-3)["end"], strict=True):
        expect(found).to_match(right, rtol=1e-6)
    zero = expect(inside.watched_training(rows, {"seed": 0, "epochs": 1})).to_be_a(dict)
    expect(zero["start"][1]).to_match(log["start"][1])


@check("train_names", weight=1.5)
def test_train_shuffles(student, cases):
    """train_names goes through the rows in random order, another one in every epoch"""
    rows = syllables(cases, 40)
    batches = places_of(expect_training(student, rows, batch_size=10), rows)
    orders = [[place for batch in batches[4 * epoch : 4 * epoch + 4] for place in batch] for epoch in range(3)]
    for order in orders:
        expect(order != sorted(order)).to_hold("the rows are shuffled")
        moved = sum(abs(place - spot) for spot, place in enumerate(order)) / len(order)
        expect(moved > 5).to_hold("the rows are shuffled all over, not only the batches or inside them")
        together = sum(abs(a - b) == 1 for a, b in itertools.pairwise(order))
        expect(together < 20).to_hold("the rows are shuffled one by one, not in blocks")
    expect(len({tuple(order) for order in orders}) == 3).to_hold("each epoch has an order of its own")


@check("train_names", weight=1.5)
def test_train_loss(student, cases):
    """train_names takes the mean cross entropy of the logits with the labels of their own names"""
    rows = syllables(cases, 22)
    log = expect_training(student, rows)
    steps = replay(log, rows)
    expect(len(log["slopes"]) == 15).to_hold("the loss of each of the 15 batches reaches the network")
    for found, right in zip(log["slopes"][:2], steps["slopes"][:2], strict=True):
        expect(found).to_match(right)


@check("train_names", weight=1.5)
def test_train_clean_gradients(student, cases):
    """Each step of train_names uses the gradient of its own batch alone: what was left from before is cleared"""
    log = expect_training(student, syllables(cases, 22))
    expect(len(log["leftovers"]) >= 45).to_hold("every parameter gets a gradient in each of the 15 batches")
    expect(not any(log["leftovers"])).to_hold("no gradient of an earlier batch is left when a new one is computed")


def replay(log: dict[str, Any], rows: list[Row], lr: float = 0.01) -> dict[str, Any]:
    """The training by hand from the same start, with the same batches: slopes, mean losses, weights at the end."""
    letters, weight, bias = parameters = [one.clone().requires_grad_() for one in log["start"]]
    optimizer = torch.optim.Adam(parameters, lr=lr)
    known = {(39, *((ord(letter) * 7) % 38 for letter in name)): label for name, label in rows}
    slopes, losses = [], []
    for x in log["ids"]:
        y = torch.tensor([known.get(tuple(one), 0) for one in x.tolist()])
        answer = letters[x].flatten(1) @ weight.T + bias
        answer.retain_grad()
        loss = F.cross_entropy(answer, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        slopes.append(answer.grad)
        losses += [loss.item()] * len(y)
    count = max(1, len(losses) // max(1, len(log["losses"])))
    means = [sum(losses[i : i + count]) / count for i in range(0, len(losses), count)]
    return {"slopes": slopes, "losses": means, "end": [one.detach() for one in parameters]}


@check("train_names", weight=1.5)
def test_train_adam(student, cases):
    """After three epochs the weights are those that Adam reaches by hand, with the given learning rate"""
    rows = syllables(cases, 22)
    log = expect_training(student, rows)
    expect(len(log["end"]) == 3).to_hold("the network that comes back is the one that was made")
    for found, right in zip(log["end"], replay(log, rows)["end"], strict=True):
        expect(found).to_match(right, rtol=1e-6)


@check("train_names")
def test_train_modes(student, cases):
    """train_names trains in train mode, whatever mode the network was made in, and gives it back in eval mode"""
    log = expect_training(student, syllables(cases, 22))
    expect(len(log["modes"]) > 0 and all(log["modes"])).to_hold("the network is in train mode for every batch")
    expect(log["training"]).to_equal(False)


@check("train_names")
def test_train_losses(student, cases):
    """The losses are one plain float per epoch: the mean over its names, also when the last batch is shorter"""
    rows = syllables(cases, 23)
    log = expect_training(student, rows)
    expect(log["losses"]).to_be_a(list, length=3)
    expect(log["losses"]).to_match(replay(log, rows)["losses"], rtol=1e-6)


@check("train_names")
def test_train_seeds(student, cases):
    """The same seed gives the same network, another seed another start and another order"""
    rows = syllables(cases, 22)
    first, again = expect_training(student, rows), expect_training(student, rows, disturb=True)
    for found, right in zip(again["end"], first["end"], strict=True):
        expect(found).to_match(right)
    other = expect_training(student, rows, seed=8)
    expect(not torch.equal(other["start"][1], first["start"][1])).to_hold("another seed gives another start")
    expect(places_of(other, rows) != places_of(first, rows)).to_hold("another seed gives another order")


class EndedLetters:
    """A vocabulary with characters for what is before and behind a name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.found = sorted(set("".join(names)), reverse=True)

    def __len__(self) -> int:
        return len(self.found) + 2

    def encode(self, name: str) -> list[int]:
        """20 numbers."""
        known = [self.found.index(letter) + 2 for letter in name if letter in self.found][:18]
        return [1] * (19 - len(known)) + known + [0]


class SmallNet(nn.Module):
    """64 detectors for three letters; it always starts with the same weights, so little is left to chance."""

    def __init__(self, size: int) -> None:
        nn.Module.__init__(self)
        state = torch.get_rng_state()
        torch.manual_seed(0)
        self.letters, self.detectors, self.out = nn.Embedding(size, 16), nn.Conv1d(16, 64, 3), nn.Linear(64, 2)
        torch.set_rng_state(state)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        found = self.detectors(self.letters(x).transpose(1, 2)).relu().amax(2)
        answer: Tensor = self.out(F.dropout(found, 0.5, self.training))
        return answer


def trained_on_names(rows: Sequence[Row], seed: int, asked: Sequence[str]) -> Tensor:
    """Logits for the asked names after eight epochs of train_names."""
    settings = {"epochs": 8, "batch_size": 64, "lr": 5e-3, "seed": seed}
    given = [tuple(row) for row in rows]
    model, vocab, _losses = student.train_names(given, EndedLetters, SmallNet, **settings)  # type: ignore[name-defined]  # noqa: F821
    with torch.no_grad():
        answer: Tensor = model(torch.tensor([vocab.encode(name) for name in asked]))
        return answer


@check(
    "train_names",
    after=(
        "train_makers",
        "train_batches",
        "train_defaults",
        "train_shuffles",
        "train_loss",
        "train_clean_gradients",
        "train_adam",
        "train_modes",
        "train_losses",
        "train_seeds",
    ),
    weight=2,
)
def test_names_gate(student, cases, thresholds):
    """Trained on the public names, the network is right about names it has never seen, as often as it should be"""
    asked = hidden_names()
    inside = beside(student, EndedLetters, SmallNet, trained_on_names)
    found = expect(inside.trained_on_names(data.names(), cases.seed, [name for name, _ in asked]))
    said = found.to_have_shape(len(asked), 2).argmax(1)
    right = float((said == torch.tensor([label for _, label in asked])).double().mean())
    expect(right).to_reach(thresholds.names, on="names it has never seen")


# ================================================================ p_female


def asked_network(
    weights: Sequence[Tensor], names: Sequence[str], broken: bool = False, asleep: bool = False
) -> dict[str, Any]:
    """p_female on a network of ours with these weights, half of it in train mode; what it says and what it leaves.

    With `asleep` the network is in eval mode but for its dropout.
    """

    class Letters:
        def encode(self, name):  # type: ignore[no-untyped-def]
            letters = name.lower().replace(" ", "_")[:6]
            return [(ord(letter) * 5) % 19 for letter in letters] + [19] * (6 - len(letters))

    class Net(nn.Module):
        def __init__(self):  # type: ignore[no-untyped-def]
            super().__init__()
            self.letters, self.norm = nn.Embedding(20, 4), nn.BatchNorm1d(24)
            self.drop, self.out = nn.Dropout(0.5), nn.Linear(24, 2)

        def forward(self, x):  # type: ignore[no-untyped-def]
            if broken:
                raise FloatingPointError("stopped half way")
            return self.out(self.drop(self.norm(self.letters(x).flatten(1))))

    model = Net()
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), weights, strict=True):
            parameter.copy_(values)
    model.norm.running_mean += 0.3
    model.norm.eval()
    if asleep:
        model.eval().drop.train()
    torch.manual_seed(3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    error, said = "", None
    try:
        said = student.p_female(model, Letters(), list(names))  # type: ignore[name-defined]  # noqa: F821
    except FloatingPointError as raised:
        error = str(raised)
    after = [module.training for module in model.modules()]
    again = None if broken else student.p_female(model.eval(), Letters(), list(names))  # type: ignore[name-defined]  # noqa: F821
    model.train(True)
    model.norm.eval()
    third = [] if broken else [student.p_female(model, Letters(), list(names)) for _ in range(2)]  # type: ignore[name-defined]  # noqa: F821
    same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    clean = all(one.grad is None and one.requires_grad for one in model.parameters())
    kept = {"modes": (modes, after), "same": same, "clean": clean}
    return kept | {"p": said, "again": again, "third": third, "error": error}


def network_weights(cases: Any) -> list[Tensor]:
    """For letters, norm (weight and bias) and the last layer."""
    shapes = ((20, 4), (24,), (24,), (2, 24), (2,))
    return [cases.tensor(*shape, dtype=torch.float32) for shape in shapes]


def right_p(weights: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    """By hand."""
    letters, scale, shift, out, bias = (one.double() for one in weights)
    numbers = [[(ord(one) * 5) % 19 for one in name.lower().replace(" ", "_")[:6]] for name in names]
    x = letters[torch.tensor([row + [19] * (6 - len(row)) for row in numbers])].flatten(1)
    x = (x - 0.3) / (1 + 1e-5) ** 0.5 * scale + shift
    return (x @ out.T + bias).softmax(1)[:, 1].float()


NAMES = ["maria", "clara", "Maria Clara", "tuco", "salamanca", "ana", "maria", "José", "zoe"]


@check("p_female", weight=3)
def test_p_values(student, cases):
    """p_female gives the softmax probability of label 1, to four digits, in the order of the names"""
    inside, weights = beside(student, asked_network), network_weights(cases)
    for names in (NAMES, NAMES[::-1][:4], ["luz", "eva"]):
        found = expect(inside.asked_network(weights, names)).to_be_a(dict, length=7)
        expect(found["p"]).to_match(right_p(weights, names), rtol=1e-4)


@check("p_female")
def test_p_single_name(student, cases):
    """p_female answers for a single name as well, (1,), and the same as among others"""
    weights = network_weights(cases)
    for name in ("eva", "Tuco Salamanca"):
        found = expect(beside(student, asked_network).asked_network(weights, [name])).to_be_a(dict, length=7)
        expect(found["p"]).to_match(right_p(weights, [name]), rtol=1e-4)


@check("p_female")
def test_p_no_names(student, cases):
    """p_female gives a float32 tensor of shape (0,) for an empty list"""
    found = expect(beside(student, asked_network).asked_network(network_weights(cases), [])).to_be_a(dict, length=7)
    expect(found["p"]).to_equal(torch.zeros(0))


@check("p_female")
def test_p_without_gradient(student, cases):
    """p_female gives plain numbers without gradient, and leaves no gradients and no frozen parameters behind"""
    found = expect(beside(student, asked_network).asked_network(network_weights(cases), NAMES)).to_be_a(dict, length=7)
    expect(found["p"]).to_be_detached()
    expect(found["clean"]).to_equal(True)


@check("p_female", weight=1.5)
def test_p_repeats(student, cases):
    """p_female gives the same answer each time, in whichever mode the network is, and leaves its statistics alone"""
    weights = network_weights(cases)
    found = expect(beside(student, asked_network).asked_network(weights, NAMES)).to_be_a(dict, length=7)
    for answer in (found["again"], *found["third"]):
        expect(answer).to_match(right_p(weights, NAMES), rtol=1e-4)
    expect(found["same"]).to_equal(True)


@check("p_female", weight=1.5)
def test_p_modes(student, cases):
    """Afterwards every module is in the mode in which it was, also when the network stops with an error"""
    inside, weights = beside(student, asked_network), network_weights(cases)
    settings = list(itertools.product((False, True), (False, True)))
    asked = [inside.asked_network(weights, NAMES[:3], broken, asleep) for broken, asleep in settings]
    for (broken, _), one in zip(settings, asked, strict=True):
        found = expect(one).to_be_a(dict, length=7)
        expect(found["error"]).to_equal("stopped half way" if broken else "")
        before, after = found["modes"]
        expect(list(before) == list(after)).to_hold("every module is in the mode in which it was")
