"""A disk in memory that can be killed at any byte, lose power, tear writes, fill up and fail.

What was written stands in the cache; what was synchronised is durable. ``kill`` keeps the cache,
as when a process dies; ``lose_power`` keeps what is durable and, of the rest, an arbitrary part.
"""

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from brokers.log.disk import Buffer, FileEntry


class Crash(BaseException):
    """The process is gone: nothing of it may catch this."""


@dataclass(eq=False)
class Inode:
    cached: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Changes since the last synchronisation: (position, bytes), or (length, None) for a cut."""
    locked: bool = False
    modified_ms: int = 0

    def apply(self, position: int, data: bytes | None) -> None:
        change(self.cached, position, data)
        self.pending.append((position, data))


def change(content: bytearray, position: int, data: bytes | None) -> None:
    if data is None:
        if position < len(content):
            del content[position:]
        else:
            content.extend(bytes(position - len(content)))
        return
    if position > len(content):
        content.extend(bytes(position - len(content)))
    content[position : position + len(data)] = data


Names = dict[str, Inode]


@dataclass
class Directory:
    names: Names = field(default_factory=dict)
    durable: Names = field(default_factory=dict)
    states: list[Names] = field(default_factory=list)
    """How the names stood after each change since the last synchronisation."""

    def changed(self) -> None:
        self.states.append(dict(self.names))


class MemoryDisk:
    """Implements ``brokers.log.disk.Disk``."""

    def __init__(self) -> None:
        self.directories: dict[Path, Directory] = {}
        self.free_bytes: int | None = None
        self.fail_synchronize = False
        self.crash_after: int | None = None
        """Changes that are still carried out; the one after is cut short by ``Crash``."""
        self.changes = 0
        self._handles: dict[int, Inode] = {}
        self._next_handle = 1000

    # --- what can happen to it ---

    def kill(self) -> None:
        """The process dies; what it wrote stays in the cache."""
        self.crash_after = None
        for inode in self._handles.values():
            inode.locked = False
        self._handles.clear()

    def lose_power(self, random: Random) -> None:
        """Everything stops; what was not synchronised survives in part, torn anywhere."""
        self.kill()
        for directory in self.directories.values():
            directory.names = dict(random.choice([directory.durable, *directory.states]))
            directory.durable, directory.states = dict(directory.names), []
        inodes = {id(i): i for d in self.directories.values() for i in d.names.values()}
        for inode in inodes.values():
            content = bytearray(inode.durable)
            for position, data in inode.pending:
                if random.random() < 0.5:
                    continue
                part = data if data is None else data[: random.randint(0, len(data))]
                change(content, position, part)
            inode.cached, inode.durable, inode.pending = content, bytes(content), []

    def _step(self) -> bool:
        """Count a change; whether the process dies within it."""
        self.changes += 1
        if self.crash_after is None:
            return False
        self.crash_after -= 1
        return self.crash_after < 0

    def _step_or_die(self) -> None:
        if self._step():
            raise Crash

    @property
    def open_handles(self) -> int:
        return len(self._handles)

    # --- the port ---

    def _directory(self, path: Path) -> Directory:
        try:
            return self.directories[path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(path)) from None

    def _inode(self, path: Path) -> Inode:
        try:
            return self._directory(path.parent).names[path.name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from None

    def _handle(self, inode: Inode) -> int:
        self._next_handle += 1
        self._handles[self._next_handle] = inode
        return self._next_handle

    def create(self, path: Path) -> int:
        directory = self._directory(path.parent)
        if path.name in directory.names:
            raise FileExistsError(errno.EEXIST, "the file exists", str(path))
        self._step_or_die()
        directory.names[path.name] = Inode()
        directory.changed()
        return self._handle(directory.names[path.name])

    def open(self, path: Path) -> int:
        return self._handle(self._inode(path))

    def close(self, handle: int) -> None:
        self._handles.pop(handle).locked = False

    def pwritev(self, handle: int, buffers: Sequence[Buffer], position: int) -> int:
        inode = self._handles[handle]
        data = b"".join(buffers)
        dies = self._step()
        if dies:
            data = data[: self.changes * 7919 % (len(data) + 1)]
        growth = max(0, position + len(data) - len(inode.cached))
        if self.free_bytes is not None:
            if growth > self.free_bytes:
                room = len(data) - (growth - self.free_bytes)
                if room <= 0:
                    raise OSError(errno.ENOSPC, "no space left")
                data, growth = data[:room], self.free_bytes
            self.free_bytes -= growth
        inode.apply(position, data)
        if dies:
            raise Crash
        return len(data)

    def pread(self, handle: int, length: int, position: int) -> bytes:
        if position < 0:
            raise OSError(errno.EINVAL, "negative position")
        return bytes(self._handles[handle].cached[position : position + length])

    def truncate(self, handle: int, length: int) -> None:
        self._step_or_die()
        inode = self._handles[handle]
        if self.free_bytes is not None:
            self.free_bytes += max(0, len(inode.cached) - length)
        inode.apply(length, None)

    def synchronize(self, handle: int) -> None:
        self._step_or_die()
        inode = self._handles[handle]
        if self.fail_synchronize:
            inode.pending.clear()  # as Linux: reported once, then the lost pages count as clean
            raise OSError(errno.EIO, "write-back failed")
        inode.durable = bytes(inode.cached)
        inode.pending.clear()

    def drop_cache(self, handle: int) -> None:
        inode = self._handles[handle]
        if not inode.pending:
            inode.cached = bytearray(inode.durable)

    def size(self, handle: int) -> int:
        return len(self._handles[handle].cached)

    def modified_ms(self, path: Path) -> int:
        return self._inode(path).modified_ms

    def read_file(self, path: Path) -> bytes:
        return bytes(self._inode(path).cached)

    def rename(self, source: Path, target: Path) -> None:
        if source in self.directories:
            self._step_or_die()
            self.directories[target] = self.directories.pop(source)
            return
        inode = self._inode(source)
        destination = self._directory(target.parent)
        self._step_or_die()
        directory = self._directory(source.parent)
        del directory.names[source.name]
        destination.names[target.name] = inode
        directory.changed()
        if destination is not directory:
            # Two changes: without power the file may be in both folders, or in neither.
            destination.changed()

    def unlink(self, path: Path) -> None:
        inode = self._inode(path)
        self._step_or_die()
        if self.free_bytes is not None:
            self.free_bytes += len(inode.cached)
        directory = self._directory(path.parent)
        del directory.names[path.name]
        directory.changed()

    def list(self, directory: Path) -> Sequence[FileEntry]:
        found = [
            FileEntry(name, len(inode.cached), False)
            for name, inode in self._directory(directory).names.items()
        ]
        found += [
            FileEntry(path.name, 0, True) for path in self.directories if path.parent == directory
        ]
        return found

    def make_directory(self, directory: Path) -> None:
        # Folders are durable at once: what is at stake here are the files in them.
        for path in [directory, *directory.parents]:
            self.directories.setdefault(path, Directory())

    def remove_tree(self, directory: Path) -> None:
        self._directory(directory)
        for path in [p for p in self.directories if p == directory or directory in p.parents]:
            del self.directories[path]

    def synchronize_directory(self, directory: Path) -> None:
        self._step_or_die()
        found = self._directory(directory)
        found.durable, found.states = dict(found.names), []

    def room(self, directory: Path) -> int:
        return sys.maxsize if self.free_bytes is None else self.free_bytes

    def lock(self, path: Path) -> int:
        directory = self._directory(path.parent)
        inode = directory.names.setdefault(path.name, Inode())
        if inode.locked:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        inode.locked = True
        return self._handle(inode)
