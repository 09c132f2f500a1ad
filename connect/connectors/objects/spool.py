"""An open file: records on their way into an object, on the worker's disk and not in its memory."""

import gzip
import io
import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO, Final

import zstandard

from connect.connectors.objects.formats import Format
from connect.connectors.scratch import scratch_file
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord

PIECE_BYTES: Final = 64 * 1024
DAMAGED: Final = (OSError, EOFError, zlib.error, zstandard.ZstdError)
EXTENSIONS: Final = {"none": "", "gzip": ".gz", "zstd": ".zst"}


class OpenFile:
    """Of one directory and one partition."""

    def __init__(self, first: SinkRecord, made_of: Format, compression: str) -> None:
        """For ``first`` and what follows it, which are added then. Raises ``DataError`` when the
        format cannot have such a record."""
        self.first_offset = first.offset
        self.last_offset = -1
        self.shape = shape_of(first)
        self.is_finished = False
        self._size_bytes = 0
        self.file = scratch_file("headwater-spool-")
        try:
            inner = "none" if made_of.compresses_itself else compression
            self.extension = made_of.extension + EXTENSIONS[inner]
            self._out = _compressed(self.file, inner)
            self._writer = made_of.writer(self._out, first, compression)
        except BaseException:
            self.file.close()
            raise

    @property
    def size_bytes(self) -> int:
        """As far as it is written: until it is finished, a little is still in its writer."""
        return self._size_bytes if self.is_finished else self.file.tell()

    def add(self, record: SinkRecord) -> None:
        """Raises ``DataError``, and then the record is not in it."""
        self._writer.add(record)
        self.last_offset = record.offset

    def add_values(self, values: Sequence[Any], last_offset: int) -> None:
        """Of records to ``last_offset``, where the format is ``by_value``. Raises ``DataError``,
        and then none of them is in it."""
        writer: Any = self._writer
        writer.add_values(values)
        self.last_offset = last_offset

    def finish(self) -> BinaryIO:
        """No more records: everything is on the disk; the file, to be read from its beginning."""
        if not self.is_finished:
            self._writer.finish()
            if self._out is not self.file:
                self._out.close()
            self.file.flush()
            self._size_bytes = os.fstat(self.file.fileno()).st_size
            self.is_finished = True
        self.file.seek(0)
        return self.file

    def drop(self) -> None:
        """Whatever it held is gone."""
        if not self.is_finished:
            # Libraries finish a file when they are forgotten, wherever that is by then.
            with suppress(DataError, OSError, ValueError):
                self._writer.finish()
        # What it still keeps back is written first, and a full disk takes no more.
        with suppress(OSError):
            self.file.close()


def _compressed(file: BinaryIO, compression: str) -> BinaryIO:
    if compression == "gzip":
        # No time and no name in its header: the same records make the same file.
        made: Any = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
        return made  # type: ignore[no-any-return]
    if compression == "zstd":
        made = zstandard.ZstdCompressor().stream_writer(file, closefd=False)
        return made  # type: ignore[no-any-return]
    return file


def decompressed(file: BinaryIO, path: str) -> BinaryIO:
    """By the end of the name. What is damaged raises one of ``DAMAGED`` when it is read."""
    if path.endswith(".gz"):
        made: Any = gzip.GzipFile(mode="rb", fileobj=file)
        return made  # type: ignore[no-any-return]
    if path.endswith(".zst"):
        made = zstandard.ZstdDecompressor().stream_reader(file, closefd=False)
        # By itself it has no lines.
        return io.BufferedReader(made, PIECE_BYTES)
    return file


def shape_of(record: SinkRecord) -> object:
    """What records of one file have in common where the format wants it."""
    if record.value_schema is not None:
        return record.value_schema
    return tuple(record.value) if isinstance(record.value, dict) else None
