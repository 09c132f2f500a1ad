"""How far a file is in the topics that it is made of: kept beside it, so that a line is in it once.

The file's bytes come first, then this, then the group's offsets. So after a crash the file may have
lines that nothing else knows of, which are cut off and come again; and the group may be behind what
is said here, whose lines are in the file and are left out when they come again. What is committed
is noted as well: a partition that begins before that has been set back by somebody, who wants its
lines once more.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from connect.connectors.files.folder import ordinary, parent, parts_of, refused
from connect.spi.errors import ConnectError
from connect.spi.records import TopicPartition

BYTES_MAX: Final = 64 * 2**20
"""More than 500,000 partitions take."""

Offsets = dict[TopicPartition, int]


@dataclass(slots=True)
class Progress:
    """``inode`` and ``length`` (bytes) are the file's, ``next`` follow the last line of each
    partition in it, ``committed`` are the group's at least. ``connector`` is whose they are."""

    connector: str
    inode: int
    length: int
    next: Offsets = field(default_factory=dict)
    committed: Offsets = field(default_factory=dict)

    def begin(self, place: TopicPartition, offset: int) -> None:
        """Its first record since it was assigned is this one."""
        known = self.committed.setdefault(place, offset)
        if offset < known:
            self.next[place] = self.committed[place] = offset

    def start(self, place: TopicPartition) -> int:
        """Records before it are in the file."""
        return self.next.get(place, 0)

    def reach(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Lines are in the file up to these, or were left out on purpose."""
        for place, offset in offsets.items():
            self.next[place] = max(offset, self.start(place))


def load(path: str) -> Progress | None:
    """What is kept beside the file; None where nothing is.

    Raises:
        ConnectError: it cannot be read, or is something else.
    """
    try:
        with parent(path, make=False) as folder:
            opened = ordinary(_beside(path), folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConnectError(refused(_beside(path), error)) from error
    with os.fdopen(opened, "rb") as file:
        data = file.read(BYTES_MAX)
    try:
        told = json.loads(data)
        next_, committed = _offsets(told["next"]), _offsets(told["committed"])
        return Progress(
            str(told["connector"]), int(told["inode"]), int(told["length"]), next_, committed
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ConnectError(
            f"{_beside(path)!r} does not say how far file={path!r} is; remove it, and lines may "
            "come twice"
        ) from error


def store(path: str, progress: Progress) -> None:
    """In one piece, and on the disk when this returns.

    Raises:
        ConnectError: it cannot be written.
    """
    data = json.dumps({
        "connector": progress.connector, "inode": progress.inode, "length": progress.length,
        "next": _listed(progress.next), "committed": _listed(progress.committed),
    }).encode()  # fmt: skip
    name = _beside(path)
    try:
        with parent(path, make=True) as folder:
            with suppress(FileNotFoundError):
                os.unlink(f"{name}.new", dir_fd=folder)
            new = ordinary(f"{name}.new", folder, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(new, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(new)
            os.replace(f"{name}.new", name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
    except OSError as error:
        raise ConnectError(refused(name, error)) from error


def _beside(path: str) -> str:
    """A name that no folder's source reads."""
    return f".{parts_of(path)[-1]}.progress"


def _listed(offsets: Offsets) -> list[list[Any]]:
    return [[*place, offset] for place, offset in offsets.items()]


def _offsets(listed: Any) -> Offsets:
    return {
        TopicPartition(str(topic), int(number)): int(offset) for topic, number, offset in listed
    }
