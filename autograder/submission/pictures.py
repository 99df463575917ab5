"""Pictures that students made: shown only when they have, byte by byte, the form of a small PNG, or a JPEG's header."""

import base64
import binascii
import struct
import zlib
from dataclasses import dataclass

from markupsafe import Markup

_MAGIC = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"gAMA", b"sRGB", b"cHRM", b"bKGD", b"sBIT"})
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # markers of a JPEG after which its size stands


@dataclass(frozen=True, slots=True)
class Largest:
    """What a browser draws without harm."""

    size: int  # bytes
    side: int  # pixels
    pixels: int


FIGURE = Largest(1_500_000, 4000, 8_000_000)  # that a cell drew
PASTED = Largest(2_000_000, 8000, 25_000_000)  # into an answer: photographs of paper, too


def png_uri(encoded: str, largest: Largest = FIGURE) -> Markup:
    """A data: URI of the figure, encoded anew without its text chunks; empty for anything that is no sound PNG."""
    return _uri("png", _rebuilt(_decoded(encoded, largest), largest))


def picture_uri(encoded: str) -> Markup:
    """A data: URI of a picture that was pasted into an answer; empty for anything that is no sound PNG or JPEG."""
    raw = _decoded(encoded, PASTED)
    return png_uri(encoded, PASTED) or _uri("jpeg", raw if _is_jpeg(raw, PASTED) else b"")


def _uri(kind: str, clean: bytes) -> Markup:
    return Markup(f"data:image/{kind};base64,{base64.b64encode(clean).decode('ascii')}" if clean else "")


def _decoded(encoded: str, largest: Largest) -> bytes:
    """Nothing where it is too large or no base64."""
    if len(encoded) > largest.size * 3 // 2:
        return b""
    try:
        raw = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if len(raw) <= largest.size else b""


def _rebuilt(raw: bytes, largest: Largest) -> bytes:
    """The PNG with only the chunks that draw; nothing when a length, checksum, size or the order is wrong."""
    kept, names, at = [_MAGIC], [], len(_MAGIC)
    if not raw.startswith(_MAGIC):
        return b""
    while at + 12 <= len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        name, body = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        whole = raw[at : at + 12 + length]
        if len(whole) != 12 + length or whole[-4:] != struct.pack(">I", zlib.crc32(name + body)):
            return b""
        names.append(name)
        kept.extend([whole] if name in _CHUNKS else [])
        at += 12 + length
    sound = names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and b"IDAT" in names and at == len(raw)
    width, height = struct.unpack_from(">II", raw, len(_MAGIC) + 8) if sound else (0, 0)
    return b"".join(kept) if names.count(b"IEND") == 1 and _small(width, height, largest) else b""


def _is_jpeg(raw: bytes, largest: Largest) -> bool:
    """Whether its segments lead to a frame of a size that may be drawn."""
    at = 2 if raw.startswith(b"\xff\xd8\xff") else len(raw)
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker, length = raw[at + 1], struct.unpack_from(">H", raw, at + 2)[0]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return _small(width, height, largest)
        at += 2 + max(length, 2)
    return False


def _small(width: int, height: int, largest: Largest) -> bool:
    return 0 < width <= largest.side and 0 < height <= largest.side and width * height <= largest.pixels
