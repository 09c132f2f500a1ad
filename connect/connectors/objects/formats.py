"""What a format is, and which there are. A format's own module is imported when it is used."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO, Final, NamedTuple, Protocol

from connect.spi.records import SinkRecord
from connect.spi.schema import Schema


class FileWriter(Protocol):
    """Writes one file. Whatever it keeps back is bounded."""

    def add(self, record: SinkRecord) -> None:
        """Raises ``DataError`` for a record that the format cannot have, which changes nothing."""
        ...

    def finish(self) -> None:
        """Everything is in the file; it is not closed."""
        ...


class ValueWriter(FileWriter, Protocol):
    """One that looks at nothing but values, and takes many at once."""

    def add_values(self, values: Sequence[Any]) -> None:
        """Raises ``DataError`` when it cannot have one of them, and then it has taken none."""
        ...


class Row(NamedTuple):
    """What is read of a file."""

    schema: Schema | None
    value: Any


@dataclass(frozen=True, slots=True)
class Format:
    """``one_schema``: a file has records of one schema only, and the next begins another.
    ``by_value``: its writer is a ``ValueWriter``. ``codecs`` are values of ``compression.type``."""

    name: str
    extension: str
    module: str
    one_schema: bool = False
    by_value: bool = False
    compresses_itself: bool = False
    codecs: tuple[str, ...] = ("none", "gzip", "zstd")

    def writer(self, out: BinaryIO, first: SinkRecord, compression: str) -> FileWriter:
        """For a file that begins with a record like ``first``. Raises ``DataError``."""
        make: Callable[..., FileWriter] = import_module(self.module).Writer
        return make(out, first, compression)

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        """Raises ``DataError`` where the file is not what it should be."""
        read: Callable[[BinaryIO], Iterator[Row]] = import_module(self.module).rows
        return read(file)


_HERE: Final = "connect.connectors.objects"
FORMATS: Final = {
    each.name: each
    for each in (
        Format("json", ".json", f"{_HERE}.json_lines", by_value=True),
        Format("csv", ".csv", f"{_HERE}.csv_rows", one_schema=True),
        Format(
            "avro",
            ".avro",
            f"{_HERE}.avro_file",
            one_schema=True,
            compresses_itself=True,
            codecs=("none", "gzip", "snappy"),
        ),
        Format(
            "parquet",
            ".parquet",
            f"{_HERE}.parquet_file",
            one_schema=True,
            compresses_itself=True,
            codecs=("none", "gzip", "snappy", "zstd"),
        ),
        Format("bytes", ".bin", f"{_HERE}.byte_lines", by_value=True),
    )
}
ALIASES: Final = {
    "io.confluent.connect.s3.format.json.JsonFormat": "json",
    "io.confluent.connect.s3.format.avro.AvroFormat": "avro",
    "io.confluent.connect.s3.format.parquet.ParquetFormat": "parquet",
    "io.confluent.connect.s3.format.bytearray.ByteArrayFormat": "bytes",
}


def format_named(name: str) -> Format:
    """By its short name, or Kafka's class that means the same. Raises ``KeyError``."""
    return FORMATS[ALIASES.get(name, name.lower())]
