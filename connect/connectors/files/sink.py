"""Values of topics as lines of one file."""

import fcntl
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from connect.connectors.files import progress
from connect.connectors.files.folder import open_to_append, parts_of, root
from connect.connectors.files.progress import Offsets, Progress
from connect.connectors.json_text import to_json
from connect.spi.config import Config, ConfigDef, ConfigKey, ConfigType, Importance, non_empty
from connect.spi.connector import ConfigFault, SinkConnector
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.runs import RecordRuns
from connect.spi.task import SinkContext, SinkTask

LOCK_S: Final = 10.0
"""For a task before this one to end: its process may be on its way out."""
_LOOK_S: Final = 0.05


class FileSinkTask(SinkTask):
    """Exactly once, unless somebody else writes the file: see ``progress.py``."""

    _file: int | None = None

    def start(self, config: Config, context: SinkContext) -> None:
        self._path: str = config["file"]
        self._file = open_to_append(self._path)
        _lock(self._file, self._path, context)
        self._progress = self._begun(context.connector_name)
        self._new: set[TopicPartition] = set()
        """Partitions of which nothing has come since they were assigned."""

    def open(self, partitions: Collection[TopicPartition]) -> None:
        self._new.update(partitions)

    def put(self, records: Sequence[SinkRecord]) -> None:
        ends: Offsets = {}
        data = b"".join(map(line_of, self._values(records, ends)))
        if data:
            self._append(data)
        self._progress.reach(ends)

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        assert self._file is not None
        is_known = all(self._progress.start(place) >= end for place, end in offsets.items())
        if is_known and self._progress.length == self._length:
            return offsets
        self._progress.reach(offsets)
        self._progress.length = self._length
        try:
            os.fsync(self._file)
        except OSError as error:
            # What became of it nobody knows: it is cut off, and comes again.
            raise ConnectError(f"file={self._path!r} is not on the disk: {error}") from error
        progress.store(self._path, self._progress)
        return offsets

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._progress.committed.update(offsets)
        progress.store(self._path, self._progress)

    def stop(self) -> None:
        if self._file is not None:
            os.close(self._file)  # With its lock.
            self._file = None

    def _begun(self, connector: str) -> Progress:
        """Of the file as it is now: without what nothing else knows of."""
        assert self._file is not None
        found, kept = os.fstat(self._file), progress.load(self._path)
        self._length = found.st_size
        if kept is None or kept.connector != connector:
            kept = Progress(connector, found.st_ino, self._length)
        if kept.inode == found.st_ino and kept.length <= self._length:
            os.ftruncate(self._file, kept.length)
            self._length = kept.length
        else:
            # Another file, or somebody has cut it: where it ends now is where it goes on.
            kept.inode, kept.length = found.st_ino, self._length
        progress.store(self._path, kept)
        return kept

    def _values(self, records: Sequence[SinkRecord], ends: Offsets) -> Iterator[Any]:
        """Of those that are not in the file; ``ends`` are told as they are passed."""
        if isinstance(records, RecordRuns):
            for run in records.runs:
                start = run.index_of(self._start_of(run.place, run.offsets[0]))
                yield from run.values[start:]
                ends[run.place] = run.offsets[-1] + 1
        else:
            for record in records:
                if record.offset >= self._start_of(record.place, record.offset):
                    yield record.value
                ends[record.place] = record.offset + 1

    def _start_of(self, place: TopicPartition, offset: int) -> int:
        if place in self._new:
            self._new.discard(place)
            self._progress.begin(place, offset)
        return self._progress.start(place)

    def _append(self, data: bytes) -> None:
        """All of it, or nothing."""
        assert self._file is not None
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            os.ftruncate(self._file, self._length)
            raise RetriableError(f"file={self._path!r} takes no more now: {error}") from error
        self._length += len(data)


def _lock(file: int, path: str, context: SinkContext) -> None:
    """For as long as the file is open. Raises ``ConnectError``."""
    deadline = time.monotonic() + LOCK_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline or context.stopping.wait(_LOOK_S):
                raise ConnectError(f"another task writes file={path!r}") from error
        else:
            return


def line_of(value: Any) -> bytes:
    """Text and bytes as they are, everything else as JSON.

    Raises:
        DataError: the value cannot be written as JSON.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace") + b"\n"
    if isinstance(value, bytes):
        return value + b"\n"
    return to_json(value) + b"\n"


class FileSink(SinkConnector):
    name: ClassVar[str] = "file-sink"
    aliases: ClassVar[tuple[str, ...]] = (
        "org.apache.kafka.connect.file.FileStreamSinkConnector",
        "FileStreamSink",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "File sink"
    doc: ClassVar[str] = "Adds each record's value to a file, as a line, exactly once."
    config: ClassVar[ConfigDef] = ConfigDef(
        (
            ConfigKey(
                "file", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
                doc="A path below the operator's folder. Beside it is a hidden file that says how "
                "far it is.",
            ),
        )
    )  # fmt: skip
    task: ClassVar[type[SinkTask]] = FileSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        parts_of(config["file"])

    def check(self) -> Sequence[ConfigFault]:
        root()
        return ()

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        """One: who writes a file writes it alone."""
        return [{}]
