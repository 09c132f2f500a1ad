"""The snapshots of one partition: one per segment, written when it begins, removed with it."""

from pathlib import Path

from brokers.log import files
from brokers.log.checkpoints import write_new_file
from brokers.log.disk import Disk
from brokers.log.producer_snapshot import BadSnapshot, decode_snapshot, encode_snapshot
from brokers.log.producers import ProducerWindow


class ProducerSnapshots:
    """Offsets (exclusive) of the snapshots that exist, ascending."""

    __slots__ = ("_directory", "_disk", "_offsets")

    def __init__(self, directory: Path, disk: Disk, offsets: list[int]) -> None:
        self._directory = directory
        self._disk = disk
        self._offsets = sorted(offsets)

    def _path(self, offset: int) -> Path:
        return files.offset_path(self._directory, offset, files.SNAPSHOT_SUFFIX)

    def load(self, offset: int) -> ProducerWindow | None:
        """The snapshot at exactly ``offset``; None when it is absent, torn or damaged."""
        try:
            return decode_snapshot(self._disk.read_file(self._path(offset)))
        except (BadSnapshot, FileNotFoundError):
            return None

    def write(self, offset: int, window: ProducerWindow) -> Path | None:
        """Write a snapshot, not yet durable; None when the disk does not take it.

        It has a checksum and can be rebuilt from the log, so neither is an error. One that is
        there says the same, and stays: where retention emptied the log there is nothing to rebuild
        it from, and the power may go before another is durable.
        """
        path = self._path(offset)
        if offset in self._offsets and self.load(offset) is not None:
            return path
        self._drop(offset)
        try:
            write_new_file(self._disk, path, encode_snapshot(window))
        except OSError:
            return None
        self._offsets.append(offset)
        self._offsets.sort()
        return path

    def synchronize(self, offset: int) -> None:
        """Make a snapshot durable. Raises ``OSError``."""
        handle = self._disk.open(self._path(offset))
        try:
            self._disk.synchronize(handle)
        finally:
            self._disk.close(handle)
        self._disk.synchronize_directory(self._directory)

    def newest(self, end_offset: int) -> tuple[int, ProducerWindow]:
        """The newest good snapshot not beyond ``end_offset``; an empty window at 0 without one."""
        for offset in reversed(self._offsets):
            window = self.load(offset) if offset <= end_offset else None
            if window is not None:
                return offset, window
        return 0, ProducerWindow()

    def drop_all(self) -> None:
        self.drop_above(-1)

    def drop_above(self, end_offset: int) -> bool:
        """Whether there were any."""
        dropped = [offset for offset in self._offsets if offset > end_offset]
        for offset in dropped:
            self._drop(offset)
        return bool(dropped)

    def drop_below(self, start_offset: int) -> None:
        for offset in [offset for offset in self._offsets if offset < start_offset]:
            self._drop(offset)

    def drop(self, offset: int) -> None:
        """Remove the snapshot at ``offset``, if there is one."""
        if offset in self._offsets:
            self._drop(offset)

    def _drop(self, offset: int) -> None:
        if offset in self._offsets:
            self._offsets.remove(offset)
        try:
            self._disk.unlink(self._path(offset))
        except FileNotFoundError:
            return
