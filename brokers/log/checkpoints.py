"""Small files that are replaced whole, and a volume's offsets per partition among them.

Kafka's ``recovery-point-offset-checkpoint`` and ``log-start-offset-checkpoint``, version 0, with
the topic's UUID where Kafka has its name: a name never becomes a path or a key on disk.
"""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from brokers.kernel.errors import StorageError
from brokers.log import files
from brokers.log.checkpoint_text import decode_lines, encode_lines
from brokers.log.disk import Disk, write_all


class PartitionKey(NamedTuple):
    """A partition on a volume: the topic's 16 bytes and the partition's number."""

    topic_id: bytes
    partition: int

    @property
    def directory_name(self) -> str:
        """``<topic-uuid>-<partition>``."""
        return f"{uuid.UUID(bytes=self.topic_id)}-{self.partition}"

    @classmethod
    def parse(cls, directory_name: str) -> "PartitionKey | None":
        """The partition whose folder has this name; None for any other name."""
        topic, _, number = directory_name.rpartition("-")
        if not (number.isascii() and number.isdigit()):
            return None
        try:
            key = cls(uuid.UUID(topic).bytes, int(number))
        except ValueError:
            return None
        return key if key.directory_name == directory_name else None


def replace_file(disk: Disk, path: Path, data: bytes) -> None:
    """Make ``path`` hold ``data``, all of it or as before, durably. Raises ``OSError``."""
    put_file(disk, path, data)
    disk.synchronize_directory(path.parent)


def put_file(disk: Disk, path: Path, data: bytes) -> None:
    """As ``replace_file``, but durable only once the folder is synchronised, which is left to the
    caller."""
    temporary = path.with_name(path.name + files.TEMPORARY_SUFFIX)
    handle = _write(disk, temporary, data)
    try:
        disk.synchronize(handle)
    finally:
        disk.close(handle)
    disk.rename(temporary, path)


def write_new_file(disk: Disk, path: Path, data: bytes) -> None:
    """Make a file, not yet durable; nothing is left of it when that fails. Raises ``OSError``."""
    disk.close(_write(disk, path, data))


def _write(disk: Disk, path: Path, data: bytes) -> int:
    try:
        handle = disk.create(path)
    except FileExistsError:
        disk.unlink(path)
        handle = disk.create(path)
    try:
        write_all(disk, handle, [data], 0)
    except OSError:
        disk.close(handle)
        disk.unlink(path)
        raise
    return handle


def encode_offsets(offsets: Mapping[PartitionKey, int]) -> bytes:
    return encode_lines(
        f"{uuid.UUID(bytes=key.topic_id)} {key.partition} {offset}"
        for key, offset in sorted(offsets.items())
    )


def decode_offsets(text: bytes, name: str) -> dict[PartitionKey, int]:
    """Offsets per partition. Raises ``StorageError``, naming the file ``name``."""
    offsets: dict[PartitionKey, int] = {}
    for line in decode_lines(text, name):
        try:
            topic, partition, offset = line.split(" ")
            offsets[PartitionKey(uuid.UUID(topic).bytes, int(partition))] = int(offset)
        except ValueError as error:
            raise StorageError(
                f"{name}: the line {line!r} is not a topic id, a partition and an offset; "
                "remove the file, the logs are then checked from their beginning"
            ) from error
    return offsets


class OffsetCheckpoint:
    """One such file and what it says."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Reads the file. Raises ``StorageError`` and ``OSError``."""
        self._disk = disk
        self._path = path
        self.absent = False
        """There was no file: offsets that it had are not known."""
        try:
            self._offsets = decode_offsets(disk.read_file(path), path.name)
        except FileNotFoundError:
            self._offsets = {}
            self.absent = True

    def get(self, key: PartitionKey) -> int:
        """The offset kept for a partition, 0 for none."""
        return self._offsets.get(key, 0)

    def make_if_absent(self) -> None:
        """Write an empty file, durably, so that an offset it does not have is 0 from now on."""
        if self.absent:
            replace_file(self._disk, self._path, encode_offsets({}))

    def update(self, offsets: Mapping[PartitionKey, int]) -> None:
        """Keep ``offsets`` too, durably; nothing is written when none is news. Raises
        ``OSError``."""
        self._replace({**self._offsets, **offsets})

    def drop(self, key: PartitionKey) -> None:
        """Forget a partition, durably. Raises ``OSError``."""
        self._replace({kept: self._offsets[kept] for kept in self._offsets if kept != key})

    def _replace(self, offsets: dict[PartitionKey, int]) -> None:
        if offsets != self._offsets:
            replace_file(self._disk, self._path, encode_offsets(offsets))
            self._offsets = offsets


class PartitionCheckpoint:
    """One partition's offsets in the checkpoints of its volume."""

    __slots__ = ("_first_dirty_offsets", "_key", "_log_starts", "_recovery_points")

    def __init__(
        self,
        key: PartitionKey,
        recovery_points: OffsetCheckpoint,
        log_starts: OffsetCheckpoint,
        first_dirty_offsets: OffsetCheckpoint,
    ) -> None:
        self._key = key
        self._recovery_points = recovery_points
        self._log_starts = log_starts
        self._first_dirty_offsets = first_dirty_offsets

    def promise_no_more_than(self, offset: int) -> None:
        """Neither that more is durable, nor that more is compacted, than what is below ``offset``.
        Raises ``OSError``."""
        for promised in (self._recovery_points, self._first_dirty_offsets):
            if promised.get(self._key) > offset:
                promised.update({self._key: offset})

    def set_log_start(self, offset: int) -> None:
        self._log_starts.update({self._key: offset})
