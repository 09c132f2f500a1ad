"""The object sink: every record in exactly one object, whatever crashes and when.

How that comes about is told in ``partition_files.py``; here records are taken, placed and counted.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

from connect.connectors.objects import rotation
from connect.connectors.objects.formats import Format, format_named
from connect.connectors.objects.naming import Naming
from connect.connectors.objects.partition_files import Generation, Objects, PartitionFiles
from connect.connectors.objects.placing import Placing
from connect.connectors.objects.rotation import Rotation
from connect.connectors.objects.sink_config import naming_of, placing_of, rotation_of
from connect.connectors.objects.spool import OpenFile, shape_of
from connect.spi.config import Config
from connect.spi.errors import DataError, RetriableError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.task import SinkContext, SinkTask

CLOSED_MAX: Final = 16
"""Closed generations that wait for the end of a batch."""


class ObjectSinkTask(SinkTask, ABC):
    """A subclass opens the store."""

    _store: Objects
    _naming: Naming
    _rotation: Rotation
    _placing: Placing
    _format: Format

    def __init__(self, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._clock = clock
        self._partitions: dict[TopicPartition, PartitionFiles] = {}
        self._is_again = False
        """Whether the next batch is the one that was put before."""

    @abstractmethod
    def open_store(self, config: Config, context: SinkContext) -> Objects: ...

    # What the runtime calls.

    def start(self, config: Config, context: SinkContext) -> None:
        self._context = context
        self._naming, self._rotation = naming_of(config), rotation_of(config)
        self._placing = placing_of(config)
        self._format = format_named(config["format.class"])
        self._compression: str = config["compression.type"].lower()
        self._files_max: int = config["partitioner.max.open.files"]
        self._spool_bytes_max: int = config["spool.bytes.max"]
        self._refuses_null = config["behavior.on.null.values"].lower() == "fail"
        self._store = self.open_store(config, context)

    def open(self, partitions: Collection[TopicPartition]) -> None:
        for place in partitions:
            self._forget(place)

    def close(self, partitions: Collection[TopicPartition]) -> None:
        for place in partitions:
            self._forget(place)

    def stop(self) -> None:
        for place in list(self._partitions):
            self._forget(place)
        with suppress(AttributeError):  # Where it never started.
            self._store.close()

    def put(self, records: Sequence[SinkRecord]) -> None:
        placed = [(record.place, record) for record in records]
        if not self._is_again:
            for place in dict.fromkeys(place for place, _ in placed):
                self._files_of(place).back_to = None
        for place, record in placed:
            self._take(self._files_of(place), record)
        self._close_due()
        # What was taken is not taken again when the same batch comes because of this.
        self._is_again = True
        self._hand_over()
        self._is_again = False

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        self._close_due()
        self._hand_over()
        return {
            place: self._files_of(place).committable(offset) for place, offset in offsets.items()
        }

    # Taking records.

    def _take(self, files: PartitionFiles, record: SinkRecord) -> None:
        if files.back_to is not None or record.offset < files.next_offset:
            return
        try:
            self._place(files, record)
        except DataError as error:
            self._context.report(record, error)
        if files.back_to is None:
            files.next_offset = record.offset + 1
            if files.open is not None:
                files.open.end = record.offset + 1
                if rotation.is_full(self._rotation, files.open):
                    self._close(files)

    def _place(self, files: PartitionFiles, record: SinkRecord) -> None:
        if record.value is None:
            if self._refuses_null:
                raise DataError("a tombstone, and behavior.on.null.values is fail")
            return
        now_ms = self._clock()
        directory = self._placing.directory(record, now_ms)
        if files.holds(directory, record.offset):
            return
        if files.open is not None and self._ends_before(files.open, directory, record):
            self._close(files)
        if files.open is None or directory not in files.open.files:
            self._make_room()
        # To close what was open may have told more of what there is.
        if files.back_to is None and not files.holds(directory, record.offset):
            self._add(files, directory, record, now_ms)

    def _ends_before(self, open_: Generation, directory: str, record: SinkRecord) -> bool:
        file = open_.files.get(directory)
        if (
            file is not None
            and self._format.one_schema
            and file.shape is not record.value_schema
            and file.shape != shape_of(record)
        ):
            return True
        return rotation.ends_before(self._rotation, open_, record.timestamp_ms)

    def _add(self, files: PartitionFiles, directory: str, record: SinkRecord, now_ms: int) -> None:
        is_new = files.open is None or directory not in files.open.files
        if is_new:
            file = OpenFile(record, self._format, self._compression)
        else:
            assert files.open is not None
            file = files.open.files[directory]
        try:
            file.add(record)
        except DataError:
            if is_new:
                file.drop()
            raise
        if files.open is None:
            offset = record.offset
            files.open = Generation(offset, offset + 1, record.timestamp_ms, now_ms)
        files.open.files[directory] = file
        files.open.records += 1

    def _make_room(self) -> None:
        """For one more file: the oldest generations end, until there is."""
        while True:
            open_ = [each.open for each in self._partitions.values() if each.open is not None]
            if not open_ or (
                sum(len(each.files) for each in open_) < self._files_max
                and sum(each.size_bytes for each in open_) <= self._spool_bytes_max
            ):
                return
            oldest = min(open_, key=lambda each: each.opened_ms)
            self._close(next(f for f in self._partitions.values() if f.open is oldest))

    # Closing generations.

    def _close_due(self) -> None:
        now_ms = self._clock()
        for files in self._partitions.values():
            if files.open is not None and rotation.is_due(self._rotation, files.open, now_ms):
                self._close(files)

    def _close(self, files: PartitionFiles) -> None:
        files.close()
        if sum(len(each.closed) for each in self._partitions.values()) >= CLOSED_MAX:
            with suppress(RetriableError):  # Tried again at the end of the batch.
                self._hand_over()

    def _hand_over(self) -> None:
        """Raises ``RetriableError``."""
        for place, files in self._partitions.items():
            rewind = lambda offset, place=place: self._context.rewind({place: offset})  # noqa: E731
            files.hand_over(self._store, self._naming, rewind)

    def _files_of(self, place: TopicPartition) -> PartitionFiles:
        files = self._partitions.get(place)
        if files is None:
            files = self._partitions[place] = PartitionFiles(place)
        return files

    def _forget(self, place: TopicPartition) -> None:
        files = self._partitions.pop(place, None)
        if files is not None:
            files.drop()
