"""What is written in a format is read again, and what does not fit is a bad record."""

import gzip
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from connect.connectors.objects import bounded_lines
from connect.connectors.objects.formats import FORMATS, format_named
from connect.connectors.objects.spool import DAMAGED, decompressed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field
from tests.connect.harness import sink_record

SCHEMA = spi.struct(
    Field("id", spi.INT32),
    Field("price", spi.decimal(2)),
    Field("day", spi.DATE),
    Field("clock", spi.TIME),
    Field("at", spi.TIMESTAMP),
    Field("data", spi.OPTIONAL_BYTES),
    Field("tags", spi.array(spi.STRING)),
    Field("counts", spi.mapping(spi.STRING, spi.OPTIONAL_INT64)),
    Field("inner", spi.struct(Field("x", spi.FLOAT64), name="Inner", optional=True)),
    name="Whole",
)
VALUE = {
    "id": 7, "price": Decimal("12.50"), "day": date(2026, 11, 27), "clock": time(1, 2, 3, 4000),
    "at": datetime(2026, 11, 27, 12, tzinfo=UTC), "data": b"\0\1", "tags": ["a", "b"],
    "counts": {"x": 1, "y": None}, "inner": {"x": 0.5},
}  # fmt: skip


def written(name, *values, schema=SCHEMA, compression="none"):
    out = io.BytesIO()
    records = [sink_record(each, value_schema=schema) for each in values]
    writer = format_named(name).writer(out, records[0], compression)
    for each in records:
        writer.add(each)
    writer.finish()
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "compression"),
    [(each.name, codec) for each in FORMATS.values() if each.one_schema for codec in each.codecs
     if each.name != "csv"],
)  # fmt: skip
def test_every_type_comes_back_with_its_schema(name, compression):
    values = [VALUE, {**VALUE, "data": None, "inner": None}]
    found = [*format_named(name).rows(io.BytesIO(written(name, *values, compression=compression)))]
    assert [row.value for row in found] == values
    types = {each.name: each.schema for each in found[0].schema.fields}
    assert types["price"].name == spi.DECIMAL_NAME
    assert types["at"].name == spi.TIMESTAMP_NAME
    assert types["inner"].optional
    if name == "avro":
        assert found[0].schema == SCHEMA


@pytest.mark.parametrize("name", ["json", "csv", "avro", "bytes"])
def test_the_same_records_make_the_same_file(name):
    values, schema = ([b"a", b"b"], spi.BYTES) if name == "bytes" else ([VALUE], SCHEMA)
    assert written(name, *values, schema=schema) == written(name, *values, schema=schema)


def test_lines_of_json_and_csv():
    assert written("json", {"a": Decimal("1.50"), "b": None}, schema=None) == (
        b'{"a":1.50,"b":null}\n'
    )
    value = {"a": 'say "hi"', "b": [1, 2], "c": None, "d": True, "e": date(2026, 1, 2)}
    found = written("csv", value, schema=None)
    assert found == b'a,b,c,d,e\r\n"say ""hi""","[1,2]",,true,2026-01-02\r\n'
    assert [row.value for row in FORMATS["csv"].rows(io.BytesIO(found))] == [
        {"a": 'say "hi"', "b": "[1,2]", "c": "", "d": "true", "e": "2026-01-02"}
    ]


@pytest.mark.parametrize("name", ["avro", "parquet", "csv"])
def test_a_bad_record_leaves_the_file_whole(name):
    out = io.BytesIO()
    schema = spi.struct(Field("n", spi.INT8), name="N")
    writer = format_named(name).writer(out, sink_record({"n": 1}, value_schema=schema), "none")
    writer.add(sink_record({"n": 1}, value_schema=schema))
    bad = {"n": "x"} if name != "csv" else "no fields"
    with pytest.raises(DataError):
        writer.add(sink_record(bad, value_schema=None if name == "csv" else schema))
    writer.add(sink_record({"n": 2}, value_schema=schema))
    writer.finish()
    rows = [*format_named(name).rows(io.BytesIO(out.getvalue()))]
    assert [int(row.value["n"]) for row in rows] == [1, 2]


@pytest.mark.parametrize(
    ("name", "value"),
    [("avro", {"a": 1}), ("parquet", {"a": 1}), ("csv", "text"), ("bytes", {"a": 1}),
     ("json", object())],
)  # fmt: skip
def test_what_a_format_cannot_have_is_a_bad_record(name, value):
    with pytest.raises(DataError):
        written(name, value, schema=None)


@pytest.mark.parametrize("name", ["json", "avro", "parquet", "csv"])
def test_what_is_no_such_file_says_so(name):
    with pytest.raises(DataError):
        list(format_named(name).rows(io.BytesIO(b'a,b\r\n"x\r\n{')))


@pytest.mark.parametrize("kind", ["bytes", "fixed"])
def test_decimals_of_an_avro_file_are_bounded(kind):
    def row_of(data):
        named = {"name": "F", "size": len(data)} if kind == "fixed" else {}
        price = {"type": kind, **named, "logicalType": "decimal", "precision": 9, "scale": 2}
        schema = {"type": "record", "name": "R", "fields": [{"name": "price", "type": price}]}
        out = io.BytesIO()
        # Bytes it writes as they are.
        fastavro.writer(out, fastavro.parse_schema(schema), [{"price": data}])
        (row,) = FORMATS["avro"].rows(io.BytesIO(out.getvalue()))
        return row.value

    assert row_of((123_456_789_012).to_bytes(8, "big")) == {"price": Decimal("1234567890.12")}
    with pytest.raises(DataError, match="a decimal of 5001 bytes"):
        row_of(b"\1" + bytes(5_000))


def packed(data, extension):
    """As an object of that name holds it; read again as the source reads it."""
    made = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress, "": bytes}
    return decompressed(io.BytesIO(made[extension](data)), f"a{extension}")


@pytest.mark.parametrize("extension", ["", ".gz", ".zst"])
def test_lines_are_read_however_they_are_packed(extension):
    rows = FORMATS["json"].rows(packed(b'{"n":1}\n\n{"n":2}', extension))
    assert [row.value for row in rows] == [{"n": 1}, {"n": 2}]
    rows = FORMATS["bytes"].rows(packed(b"a\r\n\nb", extension))
    assert [row.value for row in rows] == [b"a\r", b"", b"b"]
    rows = FORMATS["csv"].rows(packed(b"n\r\n1\r\n2\r\n", extension))
    assert [row.value for row in rows] == [{"n": "1"}, {"n": "2"}]


@pytest.mark.parametrize("name", ["json", "bytes", "csv"])
def test_a_line_without_end_is_not_taken_into_memory(monkeypatch, name):
    """Packed it may be a few bytes."""
    monkeypatch.setattr(bounded_lines, "RECORD_MAX", 1000)

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            self.taken += len(buffer)
            assert self.taken < 1_000_000
            buffer[:] = b"7" * len(buffer)
            return len(buffer)

    with pytest.raises(DataError, match="more than 1000"):
        next(FORMATS[name].rows(io.BufferedReader(Endless())))


def test_a_csv_record_of_lines_without_end_is_not_taken_into_memory(monkeypatch):
    monkeypatch.setattr(bounded_lines, "RECORD_MAX", 1000)
    data = b"a,b\n" + b'1,"x\ny"\n' * 500 + b'"\n",' * 5_000
    rows = FORMATS["csv"].rows(io.BytesIO(data))
    assert [next(rows).value for _ in range(500)] == [{"a": "1", "b": "x\ny"}] * 500
    with pytest.raises(DataError, match="the record that begins at line 1002: it has more than"):
        next(rows)


def test_a_wide_field_comes_back():
    """Python's own bound is 128 KiB."""
    value = {"a": "x" * 300_000, "b": "1"}
    found = FORMATS["csv"].rows(io.BytesIO(written("csv", value, schema=None)))
    assert [row.value for row in found] == [value]


@pytest.mark.parametrize("extension", [".gz", ".zst"])
def test_what_is_damaged_on_its_way_is_said_to_be(extension):
    with pytest.raises(DAMAGED):
        list(FORMATS["json"].rows(decompressed(io.BytesIO(b"nothing packed"), f"a{extension}")))


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, version="2.6")
    return out


def test_instants_of_other_programs_files_are_read_as_instants():
    """pandas writes nanoseconds and no zone; a zone's name may be anything."""
    fine = 1_800_000_000_123_456_789
    at = datetime(2027, 1, 15, 8, 0, 0, 123456, tzinfo=UTC)
    berlin = pa.timestamp("ms", "Europe/Berlin")
    (row,) = FORMATS["parquet"].rows(parquet(
        naive=pa.array([fine], pa.timestamp("ns")),
        zoned=pa.array([fine // 1_000_000], berlin),
        nowhere=pa.array([fine // 1_000_000_000], pa.timestamp("s", "No/Where")),
        clock=pa.array([3_600_000_000_001], pa.time64("ns")),
        several=pa.array([[fine]], pa.list_(pa.timestamp("ns"))),
        inner=pa.array([{"at": fine}], pa.struct([("at", pa.timestamp("ns"))])),
        word=pa.array(["a"]).dictionary_encode(),
    ))  # fmt: skip
    assert row.value == {
        "naive": at, "zoned": at.replace(microsecond=123_000), "nowhere": at.replace(microsecond=0),
        "clock": time(1), "several": [at], "inner": {"at": at}, "word": "a",
    }  # fmt: skip
    types = {each.name: each.schema for each in row.schema.fields}
    assert {types[name].name for name in ("naive", "zoned", "nowhere")} == {spi.TIMESTAMP_NAME}
    assert types["word"].type is spi.Type.STRING
    assert row.value["naive"].tzinfo is not None


@pytest.mark.parametrize("value", [-(2**62), 2**62])
def test_an_instant_that_python_has_not_is_a_bad_file(value):
    with pytest.raises(DataError, match="no Parquet file that can be read"):
        list(FORMATS["parquet"].rows(parquet(at=pa.array([value], pa.timestamp("us")))))


def test_what_spreadsheets_make_of_csv_is_read():
    data = "\ufeffid,name\r\n1,Ä\r\n\r\n2,\r\n\r\n".encode()
    found = [row.value for row in FORMATS["csv"].rows(io.BytesIO(data))]
    assert found == [{"id": "1", "name": "Ä"}, {"id": "2", "name": ""}]
    found = [row.value for row in FORMATS["json"].rows(io.BytesIO(b'\xef\xbb\xbf{"n":1}\n'))]
    assert found == [{"n": 1}]


def test_a_column_is_not_lost_behind_another_of_its_name():
    with pytest.raises(DataError, match="'id' more than once"):
        list(FORMATS["csv"].rows(io.BytesIO(b"id,x,id\n1,2,3\n")))
