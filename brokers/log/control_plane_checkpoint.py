"""What a broker has seen of the control plane, on its volume: one small file, replaced whole.

It stands against a metadata store that was restored from the past (``metadata/recovery.py``): a
decision is in this file before the broker acts on it. The orders in which a crash may fall:

- before the rename: the file is as before, and nothing that was to come into it was acted on;
- after the rename, before acting: the file has a decision that nobody may have acted on. It was
  made all the same, so whatever is rebuilt from it is what the metadata store had decided;
- the rename is durable before ``keep`` returns, so there is no acting before the file;
- a partition's folder is gone and its entry is not yet: the entry holds the decision by which the
  folder went, which names this broker as no replica any more, or the topic as deleted;
- the file is lost: its volume is lost, or counts as such: a replica without an entry has no data.

Keys and values are opaque here: words without a blank, and lines of ASCII (JSON).
"""

from collections.abc import Mapping
from pathlib import Path

from brokers.kernel.errors import StorageError
from brokers.log.checkpoint_text import decode_lines, encode_lines
from brokers.log.checkpoints import replace_file
from brokers.log.disk import Disk, storage_error


class ControlPlaneCheckpoint:
    """``entries`` is what the file holds. One thread at a time, not always the same."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Reads the file. Raises ``StorageError`` and ``OSError``."""
        self.entries: dict[str, str] = {}
        self._disk = disk
        self._path = path
        try:
            lines = decode_lines(disk.read_file(path), path.name)
        except FileNotFoundError:
            return
        for line in lines:
            key, blank, value = line.partition(" ")
            if not blank:
                raise StorageError(
                    f"{path}: the line {line!r} is no key and value; restore the file, or remove "
                    "it: nothing can then be rebuilt from this volume"
                )
            self.entries[key] = value

    def keep(self, changed: Mapping[str, str | None]) -> None:
        """Hold ``changed`` too, durably, None for what is to be forgotten; all of it or, when
        ``StorageError`` is raised, as before."""
        entries = {**self.entries, **changed}
        kept = {key: value for key, value in entries.items() if value is not None}
        if kept == self.entries:
            return
        try:
            data = encode_lines(f"{key} {value}" for key, value in kept.items())
            replace_file(self._disk, self._path, data)
        except OSError as error:
            raise storage_error(error, f"writing {self._path}") from error
        self.entries = kept
