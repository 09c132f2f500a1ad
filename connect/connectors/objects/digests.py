"""What an object's bytes come to: told with the object, and made again of what a store sends of it.

A digest finds what was lost or mixed up on the way or in the store; that nobody meant it so is for
signatures and TLS. So where nothing else needs a strong one, a quick one is enough.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from re import fullmatch
from typing import Any, BinaryIO, Final

SHA256: Final = "sha256"
CRC32: Final = "crc32"
"""A third of what SHA-256 takes of the processor, where that has instructions for it."""
MD5: Final = "md5"
MAPPED_BYTES: Final = 8 * 2**20
"""Of a file while it is hashed: the kernel's own pages, which count as the process's."""


class _Crc32:
    """As those of ``hashlib``."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: Any) -> None:
        self._value = zlib.crc32(piece, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


_MADE: Final[dict[str, Callable[[], Any]]] = {
    SHA256: hashlib.sha256,
    MD5: partial(hashlib.md5, usedforsecurity=False),
    CRC32: _Crc32,
}


@dataclass(frozen=True, slots=True)
class Digest:
    """``size`` is in bytes, ``value`` hexadecimal. As text it is ``ALGORITHM-SIZE-VALUE``."""

    algorithm: str
    size: int
    value: str

    def __str__(self) -> str:
        return f"{self.algorithm}-{self.size}-{self.value}"


def digest_told(text: str) -> Digest | None:
    """What ``str`` made of one; None of any other text."""
    found = fullmatch(r"([a-z0-9]+)-([0-9]{1,19})-([0-9a-f]+)", text)
    if found is None or found[1] not in _MADE:
        return None
    return Digest(found[1], int(found[2]), found[3])


class Digesting:
    """Of what is written to it, by several algorithms."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._size = 0
        self._made = {name: _MADE[name]() for name in algorithms}

    def write(self, piece: Any) -> None:
        """Large ones are hashed without Python's lock."""
        self._size += len(piece)
        for each in self._made.values():
            each.update(piece)

    @property
    def size(self) -> int:
        return self._size

    @property
    def digests(self) -> list[Digest]:
        return [Digest(name, self._size, each.hexdigest()) for name, each in self._made.items()]


def digest_of(file: BinaryIO, size: int, algorithm: str) -> Digest:
    """Of a file of the disk, little of which is in memory."""
    into = Digesting([algorithm])
    for start in range(0, size, MAPPED_BYTES):
        count = min(MAPPED_BYTES, size - start)
        with mmap(file.fileno(), count, access=ACCESS_READ, offset=start) as piece:
            into.write(piece)
    return into.digests[0]
