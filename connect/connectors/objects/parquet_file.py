"""Parquet, in row groups of bounded size."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connect.connectors.objects.arrow_schemas import arrow_schema, connect_schema, readable
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord

ROWS_MAX: Final = 5_000
"""Of a row group: what is kept in memory of a file."""
_UNREADABLE: Final = (pa.ArrowException, ValueError, OverflowError, KeyError, RecursionError)
"""What Arrow raises for a file that is damaged, and Python for years that it does not have."""
CODECS: Final = {"none": "NONE", "gzip": "GZIP", "snappy": "SNAPPY", "zstd": "ZSTD"}


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        if first.value_schema is None:
            raise DataError("a Parquet file needs a schema, and the value has none")
        self._schema = arrow_schema(first.value_schema)
        self._file = pq.ParquetWriter(out, self._schema, compression=CODECS[compression])
        self._rows: list[Any] = []

    def add(self, record: SinkRecord) -> None:
        try:
            # By itself first: in a table it would spoil the others.
            pa.array([record.value], pa.struct(list(self._schema)))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, ValueError) as error:
            raise DataError(f"this cannot be written as Parquet: {error}") from error
        self._rows.append(record.value)
        if len(self._rows) >= ROWS_MAX:
            self._pass_on()

    def finish(self) -> None:
        self._pass_on()
        self._file.close()

    def _pass_on(self) -> None:
        if self._rows:
            self._file.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows.clear()


def rows(file: BinaryIO) -> Iterator[Row]:
    try:
        # Instants of 96 bits, as Spark and Impala wrote them, have any year.
        parquet = pq.ParquetFile(file, coerce_int96_timestamp_unit="us")
        found = readable(parquet.schema_arrow)
        schema = connect_schema(found)
        casts = [pc.CastOptions(each.type, allow_time_truncate=True) for each in found]
        for batch in parquet.iter_batches(batch_size=1_000):
            columns = [
                pc.cast(column, options=options)
                for column, options in zip(batch.columns, casts, strict=True)
            ]
            table = pa.Table.from_arrays(columns, schema=found)
            for value in table.to_pylist(maps_as_pydicts="strict"):
                yield Row(schema, value)
    except _UNREADABLE as error:
        raise DataError(f"this is no Parquet file that can be read: {error}") from error
