"""What SCRAM tells a name that is not there: a salt and iterations as users of its cluster have.

Always the same for the same name while the shapes in use stay. When they change, as few names
change as have to (weighted rendezvous hashing), each as if its password had been set.
"""

import hmac
import math
from collections.abc import Mapping
from hashlib import shake_256
from typing import Final

from brokers.metadata.records import ScramVerifier
from brokers.metadata.scram_shapes import ScramShape
from brokers.node.authentication.verifiers import HashName

API_KEYS: Final = ScramShape(4096, 16, "bytes")
"""As every API key has it, and what is told where there are no SCRAM users at all."""

SHAPES_MAX: Final = 16
"""The most frequent ones are chosen from: a tenant cannot make others' logins dear by many."""

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_JAVA_BITS: Final = 130


def made_up(
    pepper: bytes, hash_name: HashName, user: str, shapes: Mapping[ScramShape, int]
) -> ScramVerifier:
    """``shapes`` counts the users of each; empty for a name that no SCRAM user could have."""
    seed = hmac.digest(pepper, b"salt " + user.encode(), hash_name)
    common = sorted(shapes.items(), key=lambda each: (-each[1], each[0]))[:SHAPES_MAX]
    shape = min(common, key=lambda each: _wait(seed, *each), default=(API_KEYS, 1))[0]
    return ScramVerifier(_salt(seed, shape), shape.iterations, stored_key=seed, server_key=seed)


def _wait(seed: bytes, shape: ScramShape, count: int) -> float:
    """The first of clocks that run ``count`` times as fast each: it is a shape's in proportion."""
    drawn = int.from_bytes(_drawn(seed, b"shape", shape, 6))
    return -math.log((drawn + 1) / (1 << 48)) / count


def _salt(seed: bytes, shape: ScramShape) -> bytes:
    if shape == API_KEYS:
        return seed[: shape.salt_bytes]
    if shape.salt_style == "base36":
        return _number(int.from_bytes(_drawn(seed, b"salt", shape, 2 * shape.salt_bytes)), shape)
    return _drawn(seed, b"salt", shape, shape.salt_bytes)


def _number(drawn: int, shape: ScramShape) -> bytes:
    """One of 130 bits, as Java's clients draw them, among those that have as many digits."""
    least = 36 ** (shape.salt_bytes - 1)
    end = min(36**shape.salt_bytes, 1 << _JAVA_BITS)
    value = least + drawn % (end - least if end > least else 35 * least)
    digits = []
    while value:
        value, digit = divmod(value, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)).encode()


def _drawn(seed: bytes, label: bytes, shape: ScramShape, size: int) -> bytes:
    return shake_256(b"\0".join((label, repr(tuple(shape)).encode(), seed))).digest(size)
