"""The disk as this package sees it: a port, and the real one behind it.

A port, so that tests and simulation can put a disk there that loses what was not synchronised,
tears writes, fills up or fails. Handles are small integers. Every method may raise ``OSError``.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from brokers.kernel.errors import StorageError

Buffer = bytes | bytearray | memoryview

PASSING_ERRORS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE})
"""Errors that end by themselves or by an operator's hand, and leave what is on the disk intact."""


class DiskFull(StorageError):
    """No room, or no file handle, for this write. Nothing was changed; the same may work later."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One name in a folder. ``size`` in bytes, 0 for a folder."""

    name: str
    size: int
    is_directory: bool


class Disk(Protocol):
    """Files, folders and the calls that make them durable."""

    def create(self, path: Path) -> int:
        """A handle to a new, empty file for reading and writing; FileExistsError if the name is
        taken."""
        ...

    def open(self, path: Path) -> int:
        """A handle to an existing file for reading and writing."""
        ...

    def close(self, handle: int) -> None: ...

    def pwritev(self, handle: int, buffers: Sequence[Buffer], position: int) -> int:
        """Write at ``position``; the count of bytes written may be short."""
        ...

    def pread(self, handle: int, length: int, position: int) -> bytes:
        """At most ``length`` bytes from ``position``; fewer at the end of the file."""
        ...

    def truncate(self, handle: int, length: int) -> None: ...

    def synchronize(self, handle: int) -> None:
        """Make the file's bytes and length durable (fdatasync). Safe to call in any thread."""
        ...

    def drop_cache(self, handle: int) -> None:
        """Let the next read come from the device, where the system can do that."""
        ...

    def size(self, handle: int) -> int: ...

    def modified_ms(self, path: Path) -> int:
        """When the file was last written, Unix epoch, milliseconds."""
        ...

    def read_file(self, path: Path) -> bytes: ...

    def rename(self, source: Path, target: Path) -> None:
        """Rename, replacing ``target``."""
        ...

    def unlink(self, path: Path) -> None: ...

    def list(self, directory: Path) -> Sequence[FileEntry]: ...

    def make_directory(self, directory: Path) -> None:
        """Make the folder and its parents; nothing happens when it is there."""
        ...

    def remove_tree(self, directory: Path) -> None: ...

    def synchronize_directory(self, directory: Path) -> None:
        """Make the names in the folder durable."""
        ...

    def room(self, directory: Path) -> int:
        """Bytes that may still be written there."""
        ...

    def lock(self, path: Path) -> int:
        """An exclusive lock on a file, made if absent; ``BlockingIOError`` when another holds it.

        Held until the handle is closed or the process ends.
        """
        ...


class RealDisk:
    """The operating system's files."""

    # The functions themselves, not methods around them: both stand on the path of every record.
    pwritev = staticmethod(os.pwritev)
    pread = staticmethod(os.pread)
    close = staticmethod(os.close)

    def create(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def truncate(self, handle: int, length: int) -> None:
        os.ftruncate(handle, length)

    def synchronize(self, handle: int) -> None:
        os.fdatasync(handle)

    def drop_cache(self, handle: int) -> None:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)

    def size(self, handle: int) -> int:
        return os.fstat(handle).st_size

    def modified_ms(self, path: Path) -> int:
        return path.stat().st_mtime_ns // 1_000_000

    def read_file(self, path: Path) -> bytes:
        return path.read_bytes()

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def list(self, directory: Path) -> Sequence[FileEntry]:
        found = []
        with os.scandir(directory) as entries:
            for entry in entries:
                folder = entry.is_dir(follow_symlinks=False)
                size = 0 if folder else entry.stat(follow_symlinks=False).st_size
                found.append(FileEntry(entry.name, size, folder))
        return found

    def make_directory(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)

    def remove_tree(self, directory: Path) -> None:
        shutil.rmtree(directory)

    def synchronize_directory(self, directory: Path) -> None:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def room(self, directory: Path) -> int:
        told = os.statvfs(directory)
        return told.f_bavail * told.f_frsize

    def lock(self, path: Path) -> int:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise
        return handle


def write_all(disk: Disk, handle: int, buffers: Sequence[Buffer], position: int) -> int:
    """Write all of ``buffers`` at ``position``, going on after short writes; the bytes written."""
    size = sum(len(buffer) for buffer in buffers)
    written = disk.pwritev(handle, buffers, position)
    if written != size:
        rest = memoryview(b"".join(buffers))[written:]
        while rest:
            count = disk.pwritev(handle, [rest], position + written)
            if count == 0:
                raise OSError(errno.EIO, "the disk took no bytes and gave no reason")
            written += count
            rest = rest[count:]
    return size


def storage_error(error: OSError, what: str) -> StorageError:
    """``error`` as this package raises it: ``DiskFull`` when it may pass, else ``StorageError``."""
    reason = error.strerror or str(error)
    if error.errno in PASSING_ERRORS:
        return DiskFull(f"{what}: {reason}; make room and try again")
    return StorageError(f"{what}: {reason}; check the disk, then restart the broker")
