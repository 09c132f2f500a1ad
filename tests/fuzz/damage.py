"""Honest bytes made dishonest."""

import random
from collections.abc import Sequence

LENGTHS = (
    b"\xff\xff\xff\xff\x0f",
    b"\x7f\xff\xff\xff",
    b"\x80\x80\x80\x80\x08",
    b"\xff\xff",
    b"\0",
    b"\1",
    b"\x7f\xff",
    b"\x80\0\0\0",
    b"\xff\xff\xff\xfe",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\1",
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
)
"""Lengths that break naive readers, in every form that lengths have."""

TEXT = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"-1", b"0", b"1e999", b"NaN",
    b'"\\ud800"', b"\\u0000", b"\xed\xa0\x80", b"\xff", b"\\", b"9" * 25, b"-9223372036854775809",
    b"1" * 400, b"{}", b"[]", b"[" * 200, b'{"a":' * 200, b"\xef\xbb\xbf", b'""', b"0.5", b"\n",
)  # fmt: skip
"""What breaks readers of JSON and of other text."""

_ROUNDS = (1, 1, 2, 1, 1, 3, 1, 2)
_WORD = 0xFFFF


def damage(
    data: bytes, rng: random.Random, *, pieces: Sequence[bytes] = LENGTHS, spared: int = 2
) -> bytes:
    """A few changes: cut, a length put in or over, a bit flipped, a length that fits just not.

    The first ``spared`` bytes stay: they choose the decoder.
    """
    return damaged(data, 1, rng, data, pieces=pieces, spared=spared)[0]


def damaged(
    data: bytes,
    count: int,
    rng: random.Random,
    other: bytes,
    *,
    pieces: Sequence[bytes],
    spared: int,
) -> list[bytes]:
    """``count`` of ``data``, each damaged in its own way. ``other`` is what an end may be taken
    from. Written flat, since it is done as often as decoding."""
    bits = rng.getrandbits
    spared = min(spared, len(data))
    known = len(pieces)
    made = []
    for _ in range(count):
        out = bytearray(data)
        dice = bits(64)
        for _ in range(_ROUNDS[dice & 7]):
            dice = bits(64)
            size = len(out)
            at = spared + (dice >> 4 & _WORD) % (size - spared + 1)
            spice = dice >> 20
            match dice & 15:
                case 0:
                    del out[at:]
                case 1:
                    del out[at : at + 1 + (spice & 7)]
                case 2 | 3:
                    out[at:at] = pieces[spice % known]
                case 4 | 5:
                    piece = pieces[spice % known]
                    out[at : at + len(piece)] = piece
                case 6 | 7 if at < size:
                    out[at] ^= 1 << (spice & 7)
                case 8 if at < size:
                    out[at] = spice & 255
                case 9 if at < size:
                    out[at] = (out[at] + (spice & 31) - 16) & 255
                case 10:
                    out[at : at + 2] = _near(size - at - 2, spice, 2)
                case 11:
                    out[at : at + 4] = _near(size - at - 4, spice, 4)
                case 12:
                    out[at : at + 1] = _compact(size - at + (spice & 3) - 2)
                case 13:
                    out[at:at] = out[at : at + 1 + (spice & 31)] * (1 + (spice >> 5 & 3))
                case 14:
                    out[at:] = other[spared + spice % (len(other) - spared + 1) :]
                case _:
                    out[at:at] = (spice & 0xFFFFFF).to_bytes(3)
        made.append(bytes(out))
    return made


def swollen(data: bytes, rng: random.Random, size: int, spared: int) -> bytes:
    """About ``size`` bytes: a part of ``data`` again and again, as an array too long would be; with
    a length before it that says so, or without one, as text and Protobuf have them."""
    at = spared + rng.randrange(len(data) - spared + 1)
    part = data[at : at + rng.randrange(1, 24)] or b"\0"
    times = max(1, size // len(part))
    if rng.getrandbits(1):
        return data[:at] + part * times + data[at:]
    told = rng.choice((times, times * len(part)))
    head = told.to_bytes(4) if rng.getrandbits(1) else _compact(told + 1)
    cut = at - min(at - spared, rng.choice((0, 1, 4)))
    return data[:cut] + head + part * times + data[at:]


def _near(room: int, spice: int, width: int) -> bytes:
    """A length that fits, or is too long or too short by one."""
    return ((room + spice % 3 - 1) % (1 << 8 * width - 1)).to_bytes(width)


def _compact(value: int) -> bytes:
    """An unsigned varint."""
    out = bytearray()
    value = max(value, 0)
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
