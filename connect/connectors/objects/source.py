"""The object source: every record of every object once, in the order of its object.

What was read is kept per object: how many records, and whether that was all. Objects are taken to
be whole and never changed, as the sink writes them; new ones are found by listing. One that is
listed as empty is passed over, be it a folder's marker or one that a store knows before it has it,
and looked for with the next listing. One that is not as long as it was listed is not taken for
read: it is listed anew.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, Final, Protocol
from zlib import crc32

from connect.connectors.held_bytes import held_bytes
from connect.connectors.objects.formats import Format, Row, format_named
from connect.connectors.objects.spool import DAMAGED, decompressed
from connect.connectors.objects.store import Found
from connect.connectors.scratch import limit_bytes, scratch_file
from connect.spi.config import (
    REQUIRED,
    SET_BY_THE_CONNECTOR,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    at_least,
    non_empty,
    one_of,
)
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

TASKS: Final = "object.tasks"
TASK: Final = "object.task"
LOOKED_UP_AT_ONCE: Final = 500
NAME_BYTES_MAX: Final = 4_096
"""S3 takes 1,024, a folder as many as this; a name is part of an offset's key."""
NAMES_BYTES_MAX: Final = 96 * 2**20
"""Of the names that a task keeps in memory, those that are read and those that wait: with the rest
of a process within the memory of a task."""
NAME_OVERHEAD_BYTES: Final = 150
"""What one takes beside its characters, in a set."""
BATCH_BYTES: Final = 4 * 2**20
"""Of a batch's values in memory; the record that goes beyond is the last of it."""

_T, _HIGH, _MEDIUM = ConfigType, Importance.HIGH, Importance.MEDIUM

READING: Final = ConfigDef(
    (
        ConfigKey("topic", _T.STRING, REQUIRED, _HIGH, "Where records go.", "Reading",
                  validator=non_empty),
        ConfigKey("prefix", _T.STRING, "", _HIGH, "The directory to read, and those in it.",
                  "Reading"),
        ConfigKey("format.class", _T.STRING, "json", _HIGH,
                  "json (a document a line), csv, avro, parquet or bytes. Names that end with .gz "
                  "or .zst are compressed.", "Reading",
                  validator=one_of("json", "csv", "avro", "parquet", "bytes")),
        ConfigKey("poll.interval.ms", _T.LONG, 10_000, _MEDIUM,
                  "How often new objects are looked for.", "Reading", validator=at_least(100)),
        ConfigKey("batch.max.rows", _T.INT, 1_000, _MEDIUM,
                  "Records returned at once, at most; fewer of wide ones.", "Reading",
                  validator=at_least(1)),
        ConfigKey("object.max.bytes", _T.LONG, 5 * 2**30, _MEDIUM,
                  "How large an object may be as it is stored: it is copied to the worker's disk "
                  "while it is read. A larger one fails the task.", "Reading",
                  validator=at_least(1)),
    )
)  # fmt: skip


DIVISION: Final = ConfigDef(
    tuple(
        ConfigKey(
            name,
            _T.INT,
            default,
            Importance.LOW,
            "Set for each task by itself.",
            recommender=SET_BY_THE_CONNECTOR,
        )
        for name, default in ((TASKS, 1), (TASK, 0))
    )
)


class Readable(Protocol):
    """The part of a store that is needed here."""

    def objects(self, prefix: str) -> Iterator[Found]: ...

    def fetch(self, path: str, into: BinaryIO, bytes_max: int) -> None: ...

    def close(self) -> None: ...


class ObjectSourceTask(SourceTask, ABC):
    """A subclass opens the store."""

    @abstractmethod
    def open_store(self, config: Config, context: SourceContext) -> Readable: ...

    def start(self, config: Config, context: SourceContext) -> None:
        self._context = context
        self._topic: str = config["topic"]
        self._prefix: str = config["prefix"]
        self._format: Format = format_named(config["format.class"])
        self._interval_s: float = config["poll.interval.ms"] / 1000
        self._rows_max: int = config["batch.max.rows"]
        self._object_bytes_max = min(config["object.max.bytes"], limit_bytes())
        self._tasks, self._task = int(config.get(TASKS, 1)), int(config.get(TASK, 0))
        self._finished: set[str] = set()
        self._finished_bytes = 0
        self._waiting: list[tuple[str, int, int]] = []
        """Objects, how many bytes they are listed with, and how much of each was read before."""
        self._under_way: Iterator[tuple[str, int, Row]] | None = None
        self._looked_at: float | None = None
        """When all was listed last; None when it is to be listed now."""
        self._store = self.open_store(config, context)

    def poll(self) -> Sequence[SourceRecord]:
        if self._under_way is None and not self._begin():
            self._context.stopping.wait(min(1.0, self._interval_s))
            return []
        assert self._under_way is not None
        records: list[SourceRecord] = []
        room = BATCH_BYTES
        try:
            for path, position, row in self._under_way:
                records.append(self._record(path, position, row))
                room -= held_bytes(row.value)
                if len(records) == self._rows_max or room <= 0:
                    return records
        except RetriableError:
            # It may be gone by now: what there is, is looked for anew with the next try.
            self._waiting.clear()
            self._looked_at = self._under_way = None
            raise
        self._under_way = None
        return records

    def stop(self) -> None:
        self._store.close()

    def _begin(self) -> bool:
        """Whether there is an object to read."""
        if not self._waiting:
            self._look()
        if not self._waiting:
            return False
        self._under_way = self._read(*self._waiting.pop(0))
        return True

    def _look(self) -> None:
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < self._interval_s:
            return
        listed = self._listed()
        self._looked_at = now
        for start in range(0, len(listed), LOOKED_UP_AT_ONCE):
            some = listed[start : start + LOOKED_UP_AT_ONCE]
            stored = self._context.offsets.read([{"object": path} for path, _ in some])
            for (path, size), offset in zip(some, stored, strict=True):
                if offset is not None and offset.get("finished"):
                    self._finish(path)
                else:
                    done = 0 if offset is None else int(offset["position"])
                    self._waiting.append((path, size, done))

    def _listed(self) -> list[tuple[str, int]]:
        """Objects of this task's that it does not know to be read, with their sizes in bytes; none
        where it is to stop."""
        found_now, held = [], self._finished_bytes
        for found in self._store.objects(self._prefix):
            path = found.path
            if self._context.stopping.is_set():
                return []
            if not found.size or path in self._finished or not self._is_own(path):
                continue
            held += _name_bytes(path)
            if held > NAMES_BYTES_MAX:
                raise ConnectError(
                    f"there are more objects in {self._prefix!r} than a task can keep in mind "
                    f"({NAMES_BYTES_MAX} bytes of their names): have more tasks (tasks.max), or "
                    "name a directory in it (prefix)"
                )
            found_now.append((path, found.size))
        return sorted(found_now)

    def _is_own(self, path: str) -> bool:
        return crc32(path.encode()) % self._tasks == self._task

    def _finish(self, path: str) -> None:
        self._finished.add(path)
        self._finished_bytes += _name_bytes(path)

    def _read(self, path: str, size: int, done: int) -> Iterator[tuple[str, int, Row]]:
        """Rows with how many have been read by then; on the disk, and not in memory."""
        with ExitStack() as opened:
            file = opened.enter_context(scratch_file("headwater-object-"))
            self._store.fetch(path, file, self._object_bytes_max)
            if file.tell() != size:
                raise RetriableError(
                    f"{path!r} was listed with {size} bytes and came with {file.tell()}"
                )
            file.seek(0)
            position, last = 0, None
            try:
                for position, row in enumerate(self._format.rows(decompressed(file, path)), 1):
                    if position <= done:
                        continue
                    if last is not None:
                        yield path, position - 1, last
                    last = row
            except (DataError, *DAMAGED) as error:
                raise ConnectError(f"{path}, after record {position}: {error}") from error
            self._finish(path)
            # With the last record, so that its offset says that there are no more.
            if last is not None:
                yield path, -position, last

    def _record(self, path: str, position: int, row: Row) -> SourceRecord:
        offset: dict[str, Any] = {"position": abs(position)}
        if position < 0:
            offset["finished"] = True
        return SourceRecord(
            self._topic,
            None,
            row.value,
            value_schema=row.schema,
            source_partition={"object": path},
            source_offset=offset,
        )


def _name_bytes(path: str) -> int:
    """What it takes in memory. Raises ``ConnectError`` for a name that is none of a store."""
    size = len(path.encode())
    if size > NAME_BYTES_MAX:
        raise ConnectError(f"the store tells of an object with a name of {size} bytes")
    return size + NAME_OVERHEAD_BYTES


def divided(maximum: int) -> list[dict[str, str]]:
    """Objects are divided over tasks by their names."""
    return [{TASKS: str(maximum), TASK: str(number)} for number in range(maximum)]
