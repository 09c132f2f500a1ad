"""A connector's source offsets out of the records of their topic. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connect.task.offset_keys import partition_key, read_key, read_value


@dataclass(slots=True)
class StoredOffset:
    """``offset`` is None where it was taken back. ``keys`` are all spellings of the partition that
    the topic has had: a tombstone for one leaves the others."""

    partition: dict[str, Any]
    offset: dict[str, Any] | None = None
    keys: set[bytes] = field(default_factory=set)


class StoredOffsets:
    """One connector's offsets, as far as its topic has been read: in the records' order."""

    def __init__(self, connector: str) -> None:
        self._connector = connector
        self._found: dict[str, StoredOffset] = {}

    def note(self, key: bytes | None, value: bytes | None) -> None:
        """Take in the next record, whosever it is."""
        read = read_key(key)
        if read is None or read[0] != self._connector or key is None:
            return
        partition = read[1]
        stored = self._found.setdefault(partition_key(partition), StoredOffset(partition))
        stored.offset = read_value(value)
        stored.keys.add(key)

    def of(self, partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """Where the source goes on; None where it begins."""
        stored = self._found.get(partition_key(partition))
        return None if stored is None else stored.offset

    def spellings(self, partition: Mapping[str, Any]) -> set[bytes]:
        """The keys under which the topic has the partition."""
        stored = self._found.get(partition_key(partition))
        return set() if stored is None else stored.keys

    def all(self) -> list[StoredOffset]:
        return list(self._found.values())
