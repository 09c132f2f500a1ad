"""The resume cursor: the next offset of each partition, as text that stands in a URL as it is.

To clients it is opaque. ``v1.0-123.1-456`` goes on at offset 123 of partition 0 and 456 of 1.
"""

from collections.abc import Iterable
from typing import Final

from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX

_VERSION: Final = "v1"
_OFFSET_MAX: Final = 2**63 - 1


class InvalidCursor(Exception):
    """The text is not a cursor that this service gave out."""


def encode_cursor(positions: Iterable[tuple[int, int]]) -> str:
    """``positions`` are (partition, next offset)."""
    return ".".join([_VERSION, *(f"{partition}-{offset}" for partition, offset in positions)])


def decode_cursor(text: str) -> dict[int, int]:
    """Next offset by partition. Raises ``InvalidCursor``."""
    version, *parts = text.split(".")
    if version != _VERSION or not parts or len(parts) > PARTITIONS_PER_TOPIC_MAX:
        raise InvalidCursor("resume is not a cursor of this service; use one from a records frame")
    positions: dict[int, int] = {}
    for part in parts:
        partition, separator, offset = part.partition("-")
        if not (separator and _is_number(partition) and _is_number(offset)):
            raise InvalidCursor("resume is damaged; use a cursor as a records frame gave it")
        positions[int(partition)] = int(offset)
    return positions


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _OFFSET_MAX
