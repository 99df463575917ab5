"""The format of what crosses the wall: what goes in comes out, and nothing else ever comes out."""

from collections import namedtuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.box.inside import wire
from autograder.box.inside.wire import Array, Handle, WireError, decode, encode
from autograder.judge.local import LocalBox

ATOMS = (
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False)
)  # fmt: skip
KEYS = st.text() | st.integers(2, 2**70)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner), max_leaves=20
)


def _through(value):
    return decode(encode(value))


def test_no_example_is_judged_by_the_clock():
    assert settings().deadline is None


def test_a_single_number_out_of_a_wide_row_comes_back():
    assert torch.equal(_through(torch.tensor([[1.0, 3.0]])[:, 1]).rebuild(), torch.tensor([3.0]))


@given(VALUES.filter(lambda value: "\\" not in repr(value)))
def test_plain_data_comes_back_with_its_exact_types(value):
    assert repr(_through(value)) == repr(value)


@pytest.mark.parametrize("name", sorted(wire.TORCH_DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)])
def test_tensors_of_every_dtype_and_shape_come_back(name, shape):
    tensor = torch.arange(12).reshape(2, 6)[:, ::2].to(wire.TORCH_DTYPES[name])
    tensor = tensor if shape == (2, 3) else torch.ones(shape, dtype=wire.TORCH_DTYPES[name])
    back = _through(tensor).rebuild()
    assert back.dtype == tensor.dtype
    assert torch.equal(back, tensor)


@pytest.mark.parametrize("name", sorted(wire.NUMPY_DTYPES))
def test_numpy_arrays_and_scalars_are_told_apart(name):
    array = np.arange(6).reshape(2, 3).T.astype(name)
    back, scalar = _through(array).rebuild(), _through(array[1, 1]).rebuild()
    assert (type(back), back.dtype, type(scalar)) == (np.ndarray, array.dtype, type(array[1, 1]))
    assert np.array_equal(back, array)


def test_big_endian_and_conjugated_arrays_keep_their_values():
    assert np.array_equal(_through(np.array([1, 2], ">i4")).rebuild(), [1, 2])
    assert _through(torch.tensor([1 + 2j]).conj()).rebuild().tolist() == [1 - 2j]


def test_requires_grad_and_device_are_told():
    array = _through(torch.ones(2, requires_grad=True))
    assert (array.requires_grad, array.device, array.rebuild().requires_grad) == (True, "cpu", True)


@pytest.mark.parametrize(
    "thing",
    [torch.nn.Linear(1, 1), object(), np.array([object()]), torch.empty(2, device="meta"), {1, 2}, {(0, 1): 2.0}],
)
def test_everything_else_becomes_a_handle(thing):
    assert decode(encode([thing], on_object=lambda _: Handle(7, "Thing"))) == [Handle(7, "Thing")]
    with pytest.raises(WireError, match="cannot cross"):
        encode([thing])


def test_a_value_that_contains_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(WireError, match="deeply nested"):
        encode(loop)


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_wire_error(payload):
    try:
        decode(payload)
    except WireError:
        return
    assert payload


@settings(max_examples=300)
@given(VALUES, st.data())
def test_a_damaged_frame_gives_a_value_or_a_wire_error(value, data):
    payload = bytearray(encode([value, torch.ones(2, 3)]))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(payload[: data.draw(st.integers(0, len(payload)))]))
    except WireError:
        return


def _array(shape=(2,), data=b"12345678", dtype="float32", kind="torch"):
    return encode(Array(kind, dtype, shape, "cpu", False, data))


LIES = {
    "shape that overflows": _array(shape=(2**33, 2**33, 0 + 1), data=b""),
    "shape larger than its bytes": _array(shape=(3,)),
    "unknown dtype": _array(dtype="object"),
    "bfloat16 for numpy": _array(dtype="bfloat16", kind="numpy", shape=(4,)),
    "booleans of 7": _array(dtype="bool", shape=(8,), data=b"\7" * 8),
    "four thousand million items": b"l\xff\xff\xff\xff",
    "items of nothing": b"l\0\0\0\5NN",
    "two million empty maps": b"l\0\x1e\x84\x80" + b"d\0\0\0\0" * 2_000_000,
    "a thousand levels": b"l\0\0\0\1" * 1000 + b"N",
    "repeated key": b"d\0\0\0\2" + encode("a") + b"N" + encode("a") + b"N",
    "list as a key": b"d\0\0\0\1l\0\0\0\0N",
    "integer of no bytes": b"i\0\0",
    "integer of 60,000 bytes": b"i\xea\x60" + b"\1" * 60_000,
    "text that is not UTF-8": b"s\0\0\0\1\xff",
    "value and a half": b"NN",
    "nothing": b"",
}


@pytest.mark.parametrize("payload", LIES.values(), ids=LIES.keys())
def test_a_lying_frame_is_refused(payload):
    with pytest.raises(WireError):
        decode(payload)


def test_an_object_of_the_student_s_class_stays_inside_also_where_it_is_a_list():
    """A list that a function gives crosses as a list, whatever the class is called."""
    row = namedtuple("Row", "name label")("ada", 1)
    box = LocalBox({"Made": type("Made", (list,), {}), "given": lambda: [row]})
    request = {"op": "call", "args": [], "stay": ["Made", "missing"]}
    made = box.ask(request | {"target": ["name", "Made"]}).value
    assert (type(made), made.type_name) == (Handle, "Made")
    assert box.ask(request | {"target": ["name", "given"]}).value == [("ada", 1)]
    assert box.ask({"op": "len", "target": ["handle", made.id]}).value == 0
