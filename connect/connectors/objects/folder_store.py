"""A folder of the worker's disk as an object store, below the operator's folder.

Not obstore's local store: that follows symbolic links, keeps nothing about a file beside its bytes
and does not wait for the disk. Here each part of a path is opened from the folder before it; a file
is written without a name, synced, and then given one, which is atomic and fails where the name is
taken. Its last offset is in an extended attribute, so it comes to be with the file.
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from stat import S_ISREG
from typing import BinaryIO, Final

from connect.connectors.files.folder import open_to_read, parent, parts_of, root
from connect.connectors.objects.store import Found, too_large
from connect.connectors.objects.uploads import Turn
from connect.spi.errors import ConfigError, ConnectError, RetriableError

LAST_OFFSET: Final = "user.headwater.last-offset"
PIECE_BYTES: Final = 1024 * 1024
_LASTING: Final = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP, errno.ENOTDIR, errno.EISDIR,
    errno.ENAMETOOLONG, errno.EOPNOTSUPP,
}  # fmt: skip


class FolderStore:
    """Names are below ``folder``, which is below the operator's. Raises as ``ObjectStore`` does."""

    def __init__(self, folder: str) -> None:
        """
        Raises:
            ConfigError: files are off, ``folder`` leads out, or this is no Linux.
        """
        if sys.platform != "linux":
            raise ConfigError("folders need Linux; another system keeps no such files")
        root()
        parts_of(folder)
        self._folder = folder

    def close(self) -> None:
        """Nothing is kept open."""

    def create(self, path: str, file: BinaryIO, size: int, last_offset: int, turn: Turn) -> bool:
        """Whether this made the file. It is on the disk then, and so is one that was there. It has
        no name before its ``turn``."""
        below = self._below(path)
        try:
            with parent(below, make=True) as folder:
                is_new = _linked(file, last_offset, parts_of(below)[-1], folder, turn)
            _sync_folders(below)
        except OSError as error:
            raise _trouble(error, path) from error
        return is_new

    def last_offset(self, path: str) -> int | None:
        """What ``create`` said of the file that is there; None where there is none.

        Raises:
            ConnectError: it is not one of ours, or has lost its attributes.
        """
        try:
            opened = open_to_read(self._below(path))
        except FileNotFoundError:
            return None
        try:
            return int(os.getxattr(opened, LAST_OFFSET))
        except (OSError, ValueError) as error:
            raise ConnectError(
                f"{path!r} is there and does not say which records it has ({LAST_OFFSET}): "
                "move it elsewhere, or let the sink write another folder"
            ) from error
        finally:
            os.close(opened)

    def objects(self, prefix: str) -> Iterator[Found]:
        """Files in the directory ``prefix`` and those in it; not hidden ones and no links."""
        below = self._below(prefix)
        try:
            with parent(f"{below}/any", make=False) as folder:
                yield from _files(folder, prefix)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _trouble(error, prefix) from error

    def fetch(self, path: str, into: BinaryIO, bytes_max: int) -> None:
        """The whole file. Raises ``ConnectError`` for one that is larger."""
        try:
            with os.fdopen(open_to_read(self._below(path)), "rb") as file:
                if os.fstat(file.fileno()).st_size > bytes_max:
                    raise too_large(path, bytes_max)
                shutil.copyfileobj(file, into, PIECE_BYTES)
        except OSError as error:
            raise _trouble(error, path) from error

    def _below(self, path: str) -> str:
        # Checked before it is joined: alone it may not be absolute or go upwards either.
        if path:
            parts_of(path)
        return f"{self._folder}/{path}" if path else self._folder


def _linked(file: BinaryIO, last_offset: int, name: str, folder: int, turn: Turn) -> bool:
    """Whether ``name`` was free, and is now a file with all of ``file`` and its attribute."""
    unnamed = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with os.fdopen(unnamed, "wb") as out:
        shutil.copyfileobj(file, out, PIECE_BYTES)
        out.flush()
        os.setxattr(unnamed, LAST_OFFSET, str(last_offset).encode())
        os.fsync(unnamed)
        turn()
        with suppress(FileExistsError):
            # linkat(2) tells of this way to give a name to a file that has none.
            os.link(f"/proc/self/fd/{unnamed}", name, dst_dir_fd=folder)
            return True
    return False


def _sync_folders(path: str) -> None:
    """All on the way: each may be new, and its name must outlast the machine as well."""
    parts = parts_of(path)
    for depth in range(1, len(parts) + 1):
        with parent("/".join(parts[:depth]), make=False) as folder:
            os.fsync(folder)


def _files(folder: int, prefix: str) -> Iterator[Found]:
    for at, inner, names, opened in os.fwalk(".", dir_fd=folder, follow_symlinks=False):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            with suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=opened, follow_symlinks=False)
                if S_ISREG(found.st_mode) and found.st_nlink == 1:
                    path = "/".join(parts_of(f"{prefix.strip('/') or '.'}/{at}/{name}"))
                    yield Found(path, found.st_size, found.st_mtime_ns // 1_000_000)


def _trouble(error: OSError, path: str) -> ConnectError:
    if error.errno == errno.EOPNOTSUPP:
        return ConnectError(
            "the folder's file system has no unnamed files or no extended attributes; "
            "ext4, XFS and Btrfs have both"
        )
    if error.errno in _LASTING:
        return ConnectError(f"the folder does not let us at {path!r}: {error.strerror}")
    return RetriableError(f"the folder could not do it for {path!r}: {error.strerror}")
