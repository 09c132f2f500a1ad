"""The object source: every record of every object once, in the order of its object.

What was read is kept per object: how many records, and whether that was all. Objects are taken to
be whole and never changed, as the sink writes them; new ones are found by listing.
"""

import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, Final, Protocol
from zlib import crc32

from connect.connectors.held_bytes import held_bytes
from connect.connectors.objects.formats import Format, Row, format_named
from connect.connectors.objects.spool import decompressed
from connect.connectors.objects.store import Found
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
from connect.spi.errors import ConnectError, DataError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

TASKS: Final = "object.tasks"
TASK: Final = "object.task"
LOOKED_UP_AT_ONCE: Final = 500
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

    def fetch(self, path: str, into: BinaryIO) -> None: ...

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
        self._tasks, self._task = int(config.get(TASKS, 1)), int(config.get(TASK, 0))
        self._finished: set[str] = set()
        self._waiting: list[tuple[str, int]] = []
        """Objects, and how much of each was read before."""
        self._under_way: Iterator[tuple[str, int, Row]] | None = None
        self._looked_at = -self._interval_s
        self._store = self.open_store(config, context)

    def poll(self) -> Sequence[SourceRecord]:
        if self._under_way is None and not self._begin():
            self._context.stopping.wait(min(1.0, self._interval_s))
            return []
        assert self._under_way is not None
        records: list[SourceRecord] = []
        room = BATCH_BYTES
        for path, position, row in self._under_way:
            records.append(self._record(path, position, row))
            room -= held_bytes(row.value)
            if len(records) == self._rows_max or room <= 0:
                return records
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
        if time.monotonic() - self._looked_at < self._interval_s:
            return
        self._looked_at = time.monotonic()
        paths = sorted(
            found.path
            for found in self._store.objects(self._prefix)
            if found.size
            and found.path not in self._finished
            and crc32(found.path.encode()) % self._tasks == self._task
        )
        for start in range(0, len(paths), LOOKED_UP_AT_ONCE):
            some = paths[start : start + LOOKED_UP_AT_ONCE]
            stored = self._context.offsets.read([{"object": path} for path in some])
            for path, offset in zip(some, stored, strict=True):
                if offset is not None and offset.get("finished"):
                    self._finished.add(path)
                else:
                    self._waiting.append((path, 0 if offset is None else int(offset["position"])))

    def _read(self, path: str, done: int) -> Iterator[tuple[str, int, Row]]:
        """Rows with how many have been read by then; on the disk, and not in memory."""
        with ExitStack() as opened:
            file: BinaryIO = opened.enter_context(
                tempfile.TemporaryFile(prefix="headwater-object-")
            )
            self._store.fetch(path, file)
            file.seek(0)
            position, last = 0, None
            try:
                for position, row in enumerate(self._format.rows(decompressed(file, path)), 1):
                    if position <= done:
                        continue
                    if last is not None:
                        yield path, position - 1, last
                    last = row
            except (DataError, OSError, EOFError) as error:
                raise ConnectError(f"{path}, after record {position}: {error}") from error
            self._finished.add(path)
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


def divided(maximum: int) -> list[dict[str, str]]:
    """Objects are divided over tasks by their names."""
    return [{TASKS: str(maximum), TASK: str(number)} for number in range(maximum)]
