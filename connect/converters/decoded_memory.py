"""How much memory a decoded value may take, for all converters that keep to a bound.

A value's bytes and its memory have little to do with each other: a struct of one byte is a dict of
184, and a schema may say hundreds of fields that no byte is spent on. So eight times its bytes, as
a request to a broker may take (``DECODED_GROWTH``), is no bound that decoded values can keep to.
``PER_BYTE_MAX`` is one that arrays of structs keep to which have two fields or more of numbers or
text, whatever these are.

Sizes are CPython's (``sys.getsizeof``, rounded up), at most.
"""

import sys
from collections.abc import Iterable
from typing import Final

from connect.spi.errors import DataError

PER_BYTE_MAX: Final = 136
"""Bytes of memory for each byte of a value: 1 MiB of them, Kafka's usual limit, take little more
than a third of what a task may have (``connect/worker/limits.py``)."""
BESIDE_MAX: Final = 1024 * 1024
"""And this, for each value."""

DECIMAL: Final = 128
"""One of a few digits."""
LIST: Final = 64
LIST_ITEM: Final = 12
"""What a list has for each item while it grows."""
MAP: Final = 72
MAP_ITEM: Final = 104
"""A dict that grows holds its former table meanwhile."""


def allowed_bytes(size: int) -> int:
    """What a value of ``size`` bytes may take of memory, in bytes."""
    return PER_BYTE_MAX * size + BESIDE_MAX


def too_large(size: int) -> DataError:
    """What is said of a value of ``size`` bytes that would take more."""
    return DataError(
        f"{size} bytes become more than {allowed_bytes(size)} bytes of memory when they "
        f"are decoded, and may not ({PER_BYTE_MAX} for each byte and 1 MiB): write smaller "
        "records, with fewer items in an array, or read them as bytes"
    )


def struct_bytes(names: Iterable[str]) -> int:
    """Of a dict that got these keys one by one."""
    grown: dict[str, None] = {}
    for name in names:
        grown[name] = None
    return sys.getsizeof(grown)


def decimal_bytes(digits: int) -> int:
    """Of a decimal, and of what is needed to make it."""
    return DECIMAL + max(0, digits)


class Allowance:
    """What the value at hand may still take. Whoever makes a part of it spends first."""

    __slots__ = ("_size", "left")

    def __init__(self) -> None:
        self._size = 0
        self.left = BESIDE_MAX

    def begin(self, size: int, per_byte: int) -> None:
        """The next value has ``size`` bytes, each of which takes ``per_byte`` bytes of memory that
        nobody spends."""
        self._size = size
        self.left = allowed_bytes(size) - per_byte * size

    def spend(self, memory: int) -> None:
        """Raises ``DataError``."""
        self.left -= memory
        if self.left < 0:
            raise too_large(self._size)
