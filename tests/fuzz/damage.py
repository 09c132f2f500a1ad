"""Honest bytes made dishonest."""

import random

LENGTHS = [
    b"\xff\xff\xff\xff\x0f",
    b"\x7f\xff\xff\xff",
    b"\x80\x80\x80\x80\x08",
    b"\xff\xff",
    b"\0",
]
"""Lengths that break naive readers, in every form that lengths have."""


def damage(data: bytes, rng: random.Random) -> bytes:
    """One to five changes: cut, a length put in or over, a bit flipped. The first two bytes stay:
    they choose the decoder."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(2, len(out) + 1)
        match rng.randrange(4):
            case 0:
                del out[at:]
            case 1:
                out[at:at] = rng.choice(LENGTHS)
            case 2:
                size = rng.choice(LENGTHS)
                out[at : at + len(size)] = size
            case _ if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
    return bytes(out)
