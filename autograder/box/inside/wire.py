"""The format of what crosses the wall: a closed list of plain values in length-prefixed frames.

A format of our own because it is smaller than any codec that we could restrict: eleven tags, one decoder of a
page, every cap checked before memory is taken, no extension types, no object is ever constructed by name.
Both sides read this file; nothing in it is secret.

A frame is a u32 length and that many bytes. A value is a tag byte and its body, big-endian:

    N T F            None, True, False          s b   u32 length, UTF-8 text or bytes
    i                u16 length, two's complement     l t   u32 count, values (list, tuple)
    f c              float64; two of them             d     u32 count, key-value pairs
    H                u64 id, type name (a thing that stayed inside the box)
    A                kind, dtype, device, requires_grad, shape, raw little-endian data
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable
from typing import Any

from .values import ITEM_SIZES, NUMPY_DTYPES, TORCH_DTYPES, Array, Handle

__all__ = ["Array", "Handle", "WireError", "decode", "encode", "transform"]

MAX_FRAME = 64 * 2**20  # bytes, of a request
MAX_ANSWER = 16 * 2**20  # bytes, of a reply: whoever reads it holds it several times
MAX_NODES = 200_000
ARRAY_NODES = 20  # as many as one array counts for: it takes a kilobyte, however empty
MAX_DEPTH = 32
MAX_INT_BYTES = 1024
MAX_NDIM = 16
MAX_NAME = 60  # characters of a type's name
KEYS = (str, int, float, bool, type(None))  # of a dict that crosses; any other dict stays inside as a handle

_KINDS = {"torch": b"t", "numpy": b"n", "numpy_scalar": b"s"}
_KIND_NAMES = {tag: name for name, tag in _KINDS.items()}


class WireError(ValueError):
    """Bytes that break the format, or a value that the format does not carry."""


def encode(
    value: Any,
    on_object: Callable[[Any], Handle] | None = None,
    most: int = MAX_FRAME,
    own_classes: tuple[type, ...] = (),
) -> bytes:
    """At most so many bytes of a value. `on_object` turns what is not plain data into a Handle, else a WireError.

    Objects of the classes in `own_classes` are no plain data, also where these are made from list, tuple or dict.
    """
    encoder = _Encoder(on_object, own_classes)
    encoder.write(value, 0)
    return bytes(encoder.out[: _capped(len(encoder.out), most)])


class _Encoder:
    def __init__(self, on_object: Callable[[Any], Handle] | None, own_classes: tuple[type, ...]) -> None:
        self.out, self.nodes, self.on_object, self.own_classes = bytearray(), 0, on_object, own_classes

    def write(self, value: Any, depth: int) -> None:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES or len(self.out) > MAX_FRAME:
            raise WireError("the value is too large or too deeply nested to be compared")
        kind = type(value)
        if kind is bool or value is None:
            self.out += b"N" if value is None else b"T" if value else b"F"
        elif kind in (int, float, complex, str, bytes):
            self._atom(kind, value)
        elif kind not in (list, tuple, dict) and issubclass(kind, self.own_classes):
            self._object(value)
        elif issubclass(kind, (list, tuple)) or (issubclass(kind, dict) and all(type(key) in KEYS for key in value)):
            self._container(value, depth)
        else:
            self._object(value)

    def _atom(self, kind: type, value: Any) -> None:
        if kind is int:
            size = _capped(value.bit_length() // 8 + 1, MAX_INT_BYTES)
            self.out += struct.pack(">cH", b"i", size) + value.to_bytes(size, "big", signed=True)
        elif kind is float:
            self.out += struct.pack(">cd", b"f", value)
        elif kind is complex:
            self.out += struct.pack(">cdd", b"c", value.real, value.imag)
        else:
            raw = value if kind is bytes else value.encode("utf-8", "backslashreplace")
            self.out += struct.pack(">cI", b"b" if kind is bytes else b"s", _capped(len(raw), MAX_FRAME)) + raw

    def _container(self, value: Any, depth: int) -> None:
        mapping = issubclass(type(value), dict)
        tag = b"d" if mapping else b"l" if issubclass(type(value), list) else b"t"
        self.out += struct.pack(">cI", tag, _capped(len(value), MAX_NODES))
        for item in list(value.items()) if mapping else value:
            for part in item if mapping else (item,):
                self.write(part, depth + 1)

    def _object(self, value: Any) -> None:
        array = value if type(value) is Array else Array.of(value)
        if array is not None:
            self._array(array)
            return
        handle = value if type(value) is Handle else self.on_object(value) if self.on_object else None
        if handle is None:
            raise WireError(f"a {type(value).__name__} cannot cross the wall")
        name = handle.type_name[:MAX_NAME].encode("utf-8", "backslashreplace")
        self.out += struct.pack(">cQI", b"H", handle.id, len(name)) + name

    def _array(self, array: Array) -> None:
        self.nodes += ARRAY_NODES
        if len(array.shape) > MAX_NDIM or len(array.data) > MAX_FRAME:
            raise WireError("the array is too large to be compared")
        dtype, device = array.dtype.encode(), array.device.encode()[:50]
        self.out += b"A" + _KINDS[array.kind] + bytes([len(dtype)]) + dtype + bytes([len(device)]) + device
        self.out += bytes([array.requires_grad, len(array.shape)]) + struct.pack(f">{len(array.shape)}Q", *array.shape)
        self.out += struct.pack(">I", len(array.data)) + array.data


def _capped(count: int, most: int) -> int:
    if count > most:
        raise WireError("the value is too large to be compared")
    return count


def decode(payload: bytes) -> Any:
    """The value of a payload; arrays come back as `Array`. Raises WireError on anything but one well-formed value."""
    decoder = _Decoder(payload)
    value = decoder.read(0)
    if decoder.at != len(payload):
        raise WireError("bytes after the value")
    return value


class _Decoder:
    def __init__(self, payload: bytes) -> None:
        self.raw, self.at, self.nodes = payload, 0, 0

    def take(self, count: int) -> bytes:
        if count > len(self.raw) - self.at:
            raise WireError("the frame is cut short")
        self.at += count
        return self.raw[self.at - count : self.at]

    def number(self, form: str) -> Any:
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))[0]

    def read(self, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("too many or too deeply nested values")
        tag = self.take(1)
        reader = _READERS.get(tag)
        if reader is None:
            raise WireError(f"unknown tag {tag!r}")
        return reader(self, depth)

    def integer(self, _depth: int) -> int:
        size = self.number("H")
        if not 0 < size <= MAX_INT_BYTES:
            raise WireError("an integer of an invalid size")
        return int.from_bytes(self.take(size), "big", signed=True)

    def text(self, _depth: int = 0) -> str:
        try:
            return self.take(self.number("I")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def items(self, depth: int) -> list[Any]:
        count = self.number("I")
        if count > len(self.raw) - self.at:  # every value takes at least a byte
            raise WireError("fewer items than announced")
        return [self.read(depth + 1) for _ in range(count)]

    def mapping(self, depth: int) -> dict[Any, Any]:
        count = self.number("I")
        if count > len(self.raw) - self.at:
            raise WireError("fewer items than announced")
        result: dict[Any, Any] = {}
        for _ in range(count):
            key = self.read(depth + 1)
            if type(key) not in KEYS or key in result:
                raise WireError("a key that is a duplicate or not a plain value")
            result[key] = self.read(depth + 1)
        return result

    def array(self, _depth: int) -> Array:
        self.nodes += ARRAY_NODES
        kind = _KIND_NAMES.get(self.take(1))
        dtype, device = (self.take(self.number("B")).decode("ascii", "replace") for _ in range(2))
        requires_grad, ndim = self.number("B"), self.number("B")
        known = TORCH_DTYPES if kind == "torch" else NUMPY_DTYPES
        if kind is None or dtype not in known or requires_grad > 1 or ndim > MAX_NDIM:
            raise WireError("an array of an unknown kind")
        shape = tuple(self.number("Q") for _ in range(ndim))
        data = self.take(self.number("I"))
        # Nor may an empty array announce a shape that no library can hold.
        if math.prod(max(side, 1) for side in shape) > 2**40 or math.prod(shape) * ITEM_SIZES[dtype] != len(data):
            raise WireError("an array whose shape does not match its bytes")
        if dtype == "bool" and data.strip(b"\0\1"):
            raise WireError("booleans that are neither 0 nor 1")
        return Array(kind, dtype, shape, device, bool(requires_grad), data)


_READERS: dict[bytes, Callable[[_Decoder, int], Any]] = {
    b"N": lambda _d, _n: None,
    b"T": lambda _d, _n: True,
    b"F": lambda _d, _n: False,
    b"i": _Decoder.integer,
    b"f": lambda d, _n: d.number("d"),
    b"c": lambda d, _n: complex(d.number("d"), d.number("d")),
    b"s": _Decoder.text,
    b"b": lambda d, _n: d.take(d.number("I")),
    b"l": _Decoder.items,
    b"t": lambda d, n: tuple(d.items(n)),
    b"d": _Decoder.mapping,
    b"H": lambda d, _n: Handle(d.number("Q"), d.text()[:MAX_NAME]),
    b"A": _Decoder.array,
}


def transform(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same containers with every leaf (anything but a list, tuple or dict) replaced by change(leaf)."""
    if isinstance(value, dict):
        return {key: transform(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(transform(item, change) for item in value)
    return change(value)


if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("the wire format assumes a little-endian machine")
