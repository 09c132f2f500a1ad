"""The object sink: every record in exactly one object, whatever crashes and when.

How that comes about is told in ``partition_files.py``; here records are taken, placed and counted.
Closed files go up beside that (``uploads.py``): ``put`` waits for them only while too many are
left, ``flush`` until all are there.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from connect.connectors.objects import rotation
from connect.connectors.objects.formats import Format, format_named
from connect.connectors.objects.naming import Naming
from connect.connectors.objects.partition_files import Generation, PartitionFiles
from connect.connectors.objects.placing import Placing
from connect.connectors.objects.rotation import Rotation
from connect.connectors.objects.sink_config import naming_of, placing_of, rotation_of
from connect.connectors.objects.spool import OpenFile, shape_of
from connect.connectors.objects.uploads import Objects, Upload, Uploads
from connect.connectors.scratch import limit_bytes
from connect.spi.config import Config
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.runs import RecordRuns, Run
from connect.spi.task import SinkContext, SinkTask

CLOSED_MAX: Final = 4
"""Closed generations that are not in the store yet, of all partitions: enough that reading goes on
while an upload takes longer than others. They are on the disk, and read again after a crash."""


_SPOOLS: Final = 4
"""Of what a task may have: open files take one, closed ones that are left a second, those that are
just being closed a third; the last is for a batch and for what is still in files' writers."""


class ObjectSinkTask(SinkTask, ABC):
    """A subclass opens the store."""

    _store: Objects
    _naming: Naming
    _rotation: Rotation
    _placing: Placing
    _format: Format

    def __init__(
        self,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        uploads: Callable[[Objects], Uploads] = Uploads,
    ) -> None:
        self._clock = clock
        self._make_uploads = uploads
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
        self._spool_bytes_max = min(config["spool.bytes.max"], limit_bytes() // _SPOOLS)
        self._refuses_null = config["behavior.on.null.values"].lower() == "fail"
        self._store = self.open_store(config, context)
        self._uploads = self._make_uploads(self._store)

    def open(self, partitions: Collection[TopicPartition]) -> None:
        self._forget_all(partitions)

    def close(self, partitions: Collection[TopicPartition]) -> None:
        self._forget_all(partitions)

    def stop(self) -> None:
        self._forget_all(list(self._partitions))
        with suppress(AttributeError):  # Where it never started.
            self._store.close()
            self._uploads.stop()

    def put(self, records: Sequence[SinkRecord]) -> None:
        try:
            self._put(records)
        except OSError as error:
            # No record's fault, and a file may have a part of what it was given: all that is in no
            # object is read again by the task that follows.
            raise ConnectError(f"the worker's disk takes no more records: {error}") from error

    def _put(self, records: Sequence[SinkRecord]) -> None:
        if isinstance(records, RecordRuns):
            self._begin(run.place for run in records.runs)
            for run in records.runs:
                self._take_run(self._files_of(run.place), run)
        else:
            placed = [(record.place, record) for record in records]
            self._begin(place for place, _ in placed)
            for place, record in placed:
                self._take(self._files_of(place), record)
        self._close_due()
        self._keep_within_spool()
        if records:
            # What was taken is not taken again when the same batch comes because of this.
            self._is_again = True
        self._keep_up()
        self._is_again = False

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        self._close_due()
        self._drain()
        return {
            place: self._files_of(place).committable(offset) for place, offset in offsets.items()
        }

    # Taking records.

    def _begin(self, places: Iterable[TopicPartition]) -> None:
        """A batch of these; what was to be read again comes with it, unless it is the same."""
        if not self._is_again:
            for place in dict.fromkeys(places):
                self._files_of(place).back_to = None

    def _take_run(self, files: PartitionFiles, run: Run) -> None:
        """As ``_take`` does with each of them."""
        start = run.index_of(files.next_offset)
        while start < len(run):
            file = self._file_of_all(files, run)
            end = start if file is None else self._end_of_same(files, run, start)
            if file is not None and end > start:
                self._take_same(files, file, run, start, end)
            else:
                end = start + 1
                self._take(files, run.record(start))
            start = end

    def _file_of_all(self, files: PartitionFiles, run: Run) -> OpenFile | None:
        """The open file that takes all records of the run, whatever they hold; None where each has
        to be asked. What an object has already is asked when a file is opened: what follows in the
        same directory is behind it."""
        directory = self._placing.fixed_directory(run.place)
        if (
            files.open is None
            or directory is None
            or not self._format.by_value
            or self._rotation.record_span_ms is not None
            or self._rotation.size_bytes is not None
        ):
            return None
        return files.open.files.get(directory)

    def _end_of_same(self, files: PartitionFiles, run: Run, start: int) -> int:
        """To where the file takes them: until it is full, or to the next tombstone."""
        assert files.open is not None
        end = min(len(run), start + self._rotation.records - files.open.records)
        try:
            return run.values.index(None, start, end)
        except ValueError:
            return end

    def _take_same(
        self, files: PartitionFiles, file: OpenFile, run: Run, start: int, end: int
    ) -> None:
        assert files.open is not None
        try:
            file.add_values(run.values[start:end], run.offsets[end - 1])
        except DataError:
            # None is in it: which one it was shows when they come alone.
            for index in range(start, end):
                self._take(files, run.record(index))
            return
        files.open.records += end - start
        self._took(files, run.offsets[end - 1])

    def _take(self, files: PartitionFiles, record: SinkRecord) -> None:
        if files.back_to is not None or record.offset < files.next_offset:
            return
        try:
            self._place(files, record)
        except DataError as error:
            self._context.report(record, error)
        if files.back_to is None:
            self._took(files, record.offset)

    def _took(self, files: PartitionFiles, offset: int) -> None:
        files.next_offset = offset + 1
        if files.open is not None:
            files.open.end = offset + 1
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

    def _keep_within_spool(self) -> None:
        """After each batch: a file that nothing else closes grows without another being opened."""
        while True:
            open_ = [f for f in self._partitions.values() if f.open is not None]
            sizes = [f.open.size_bytes for f in open_ if f.open is not None]
            if sum(sizes) <= self._spool_bytes_max:
                return
            self._close(min(open_, key=lambda f: f.open.opened_ms if f.open else 0))

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
        if self._is_too_much_closed():
            with suppress(RetriableError):  # Tried again at the end of the batch.
                self._keep_up()

    # Closed generations on their way. What an upload has failed by is raised by whichever of these
    # is called next, and the file goes up again after that.

    def _keep_up(self) -> None:
        """Wait while too much is left. What has failed before is waited for as well: nothing more
        is read until the store takes it."""
        self._settle(self._uploads.ended())
        while self._is_too_much_closed() or any(
            files.has_failed and files.uploads for files in self._partitions.values()
        ):
            self._settle(self._uploads.next_ended())

    def _drain(self) -> None:
        """Until all that is closed is in the store."""
        self._settle(self._uploads.ended())
        while any(files.closed for files in self._partitions.values()):
            self._settle(self._uploads.next_ended())

    def _is_too_much_closed(self) -> bool:
        closed = [each for files in self._partitions.values() for each in files.closed]
        return (
            len(closed) > CLOSED_MAX
            or sum(each.size_bytes for each in closed) > self._spool_bytes_max
        )

    def _settle(self, ended: Sequence[Upload]) -> None:
        """Raises what the first of these failed by."""
        failure: ConnectError | None = None
        for upload in ended:
            try:
                self._settle_one(upload)
            except ConnectError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        self._begin_uploads()

    def _settle_one(self, upload: Upload) -> None:
        place = upload.place
        files = self._partitions.get(place)
        if files is None or upload not in files.uploads:
            upload.file.drop()  # Of a partition that went away meanwhile.
            return
        files.ended(upload, lambda offset: self._context.rewind({place: offset}))

    def _begin_uploads(self) -> None:
        """Of all that is closed; those of the oldest generations first."""
        while waiting := [
            (closed.opened_ms, place)
            for place, files in self._partitions.items()
            if (closed := files.next_closed) is not None
        ]:
            _, place = min(waiting)
            self._uploads.begin(self._partitions[place].begun(self._naming))

    def _files_of(self, place: TopicPartition) -> PartitionFiles:
        files = self._partitions.get(place)
        if files is None:
            files = self._partitions[place] = PartitionFiles(place)
        return files

    def _forget_all(self, places: Collection[TopicPartition]) -> None:
        # Of a batch that was to come again, nothing may be left.
        self._is_again = False
        for place in places:
            files = self._partitions.pop(place, None)
            if files is not None:
                files.drop()
