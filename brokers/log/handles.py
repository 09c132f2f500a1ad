"""Open files of closed segments, at most so many, shared by all logs of a volume."""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from brokers.log.disk import Disk

OPEN_FILES_MAX: Final = 256
"""Per volume. A process may usually open 1024 files, and each partition's active segment has one
besides; a closed segment's file costs microseconds to open again."""


class HandlePool:
    """Handles by path, the least recently used closed first.

    A handle is good until the next call of ``get``, ``forget`` or ``close``: use it at once.
    """

    __slots__ = ("_capacity", "_handles", "disk")

    def __init__(self, disk: Disk, capacity: int = OPEN_FILES_MAX) -> None:
        self.disk = disk
        self._capacity = capacity
        self._handles: OrderedDict[Path, int] = OrderedDict()

    def get(self, path: Path) -> int:
        """A handle to an existing file. Raises ``OSError``."""
        handle = self._handles.get(path)
        if handle is not None:
            self._handles.move_to_end(path)
            return handle
        return self._keep(path, self.disk.open(path))

    def create(self, path: Path) -> int:
        """A handle to a new file. Raises ``OSError``, ``FileExistsError`` among them."""
        return self._keep(path, self.disk.create(path))

    def _keep(self, path: Path, handle: int) -> int:
        while len(self._handles) >= self._capacity:
            _, oldest = self._handles.popitem(last=False)
            self.disk.close(oldest)
        self._handles[path] = handle
        return handle

    def forget(self, path: Path) -> None:
        """Close the handle, because the file goes away or gets another name."""
        handle = self._handles.pop(path, None)
        if handle is not None:
            self.disk.close(handle)

    def close(self) -> None:
        while self._handles:
            _, handle = self._handles.popitem()
            self.disk.close(handle)
