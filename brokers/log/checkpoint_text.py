"""The text form of Kafka's checkpoint files: a version, a count, and so many lines."""

from collections.abc import Iterable
from typing import Final

from brokers.kernel.errors import StorageError

VERSION: Final = "0"


def encode_lines(lines: Iterable[str]) -> bytes:
    body = list(lines)
    return "\n".join([VERSION, str(len(body)), *body, ""]).encode()


def decode_lines(text: bytes, name: str) -> list[str]:
    """The lines behind the count. Raises ``StorageError``, naming the file ``name``."""
    try:
        version, count, *lines = text.decode("ascii").splitlines()
        if version != VERSION or int(count) != len(lines):
            raise ValueError("count or version is off")
    except ValueError as error:
        raise StorageError(
            f"{name}: not a checkpoint of version {VERSION} ({error}); restore it or remove it"
        ) from error
    return lines
