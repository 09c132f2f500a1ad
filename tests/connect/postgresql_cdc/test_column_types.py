"""Types and values out of PostgreSQL's text form."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.connectors.postgresql_cdc import text_values
from connect.connectors.postgresql_cdc.column_types import (
    ColumnTypes,
    DatabaseType,
    DecimalMode,
    TimeMode,
)
from connect.spi.schema import Type, check

KNOWN = {
    9001: DatabaseType(9001, element_oid=23),
    9002: DatabaseType(9002, base_oid=1700, base_modifier=(10 << 16 | 2) + 4),
    9003: DatabaseType(9003, labels=("new", "paid")),
    9004: DatabaseType(9004, element_oid=9003),
}


def types(decimals=DecimalMode.PRECISE, times=TimeMode.ADAPTIVE):
    return ColumnTypes(decimals, times, KNOWN)


FEW = (10 << 16 | 2) + 4
CASES = [
    (16, -1, b"t", True, None), (20, -1, b"-5", -5, None), (701, -1, b"1.5", 1.5, None),
    (700, -1, b"-Infinity", -float("inf"), None), (26, -1, b"4294967295", 4294967295, None),
    (17, -1, b"\\x00ff", b"\x00\xff", None), (25, -1, "é".encode(), "é", None),
    (1700, FEW, b"-1.50", Decimal("-1.50"), "org.apache.kafka.connect.data.Decimal"),
    (9002, -1, b"7.00", Decimal("7.00"), "org.apache.kafka.connect.data.Decimal"),
    (1700, -1, b"-1.280", {"scale": 3, "value": b"\xfb\x00"},
     "io.debezium.data.VariableScaleDecimal"),
    (790, -1, b"-$1,234.50", Decimal("-1234.50"), "org.apache.kafka.connect.data.Decimal"),
    (1082, -1, b"2024-01-05", 19727, "io.debezium.time.Date"),
    (1082, -1, b"infinity", 2**31 - 1, "io.debezium.time.Date"),
    (1082, -1, b"0044-03-15 BC", -735160, "io.debezium.time.Date"),
    (1083, -1, b"24:00:00", 86_400_000_000, "io.debezium.time.MicroTime"),
    (1083, 3, b"00:00:01.5", 1500, "io.debezium.time.Time"),
    (1114, -1, b"1970-01-02 00:00:00.000001", 86_400_000_001, "io.debezium.time.MicroTimestamp"),
    (1114, 3, b"1969-12-31 23:59:59.999", -1, "io.debezium.time.Timestamp"),
    (1114, -1, b"12024-12-31 23:59:59.999999", 317305209599999999,
     "io.debezium.time.MicroTimestamp"),
    (1184, -1, b"2024-01-05 12:00:00.5+00", "2024-01-05T12:00:00.5Z",
     "io.debezium.time.ZonedTimestamp"),
    (1184, -1, b"infinity", "infinity", "io.debezium.time.ZonedTimestamp"),
    (1266, -1, b"12:00:00+02", "12:00:00+02:00", "io.debezium.time.ZonedTime"),
    (1266, -1, b"12:00:00+00", "12:00:00Z", "io.debezium.time.ZonedTime"),
    (1560, 1, b"1", True, None), (1560, 10, b"1000000001", b"\x01\x02", "io.debezium.data.Bits"),
    (3802, -1, b'{"a": 1}', '{"a": 1}', "io.debezium.data.Json"),
    (2950, -1, b"x", "x", "io.debezium.data.Uuid"),
    (9001, -1, b"{1,NULL,-3}", [1, None, -3], None),
    (9001, -1, b"[0:1]={1,2}", [1, 2], None), (9001, -1, b"{{1,2},{3,4}}", [1, 2, 3, 4], None),
    (9003, -1, b"paid", "paid", "io.debezium.data.Enum"), (9004, -1, b"{paid}", ["paid"], None),
    (600, -1, b"(1,2)", "(1,2)", None),
]  # fmt: skip


@pytest.mark.parametrize(("oid", "modifier", "raw", "value", "name"), CASES)
def test_types_and_values(oid, modifier, raw, value, name):
    found = types().of(oid, modifier)
    assert found.convert(raw) == value
    assert type(found.convert(raw)) is type(value)
    assert found.schema.name == name
    check(found.schema, found.convert(raw))


def test_the_other_modes():
    connect = types(times=TimeMode.CONNECT)
    assert connect.of(1082, -1).convert(b"2024-01-05") == date(2024, 1, 5)
    assert connect.of(1083, -1).convert(b"12:30:00.5") == time(12, 30, 0, 500_000)
    assert connect.of(1114, 3).convert(b"2024-01-05 00:00:00") == datetime(2024, 1, 5, tzinfo=UTC)
    assert types(times=TimeMode.ADAPTIVE_MICROSECONDS).of(1083, 3).convert(b"00:00:01") == 1_000_000
    doubles, texts = types(DecimalMode.DOUBLE), types(DecimalMode.STRING)
    for oid in (1700, 790):
        assert doubles.of(oid, -1).schema.type is Type.FLOAT64
        assert doubles.of(oid, -1).convert(b"1.50") == 1.5
        assert texts.of(oid, -1).convert(b"1.50") == "1.50"
    with pytest.raises(ValueError, match=r"decimal\.handling\.mode=string"):
        types().of(1700, -1).convert(b"NaN")


def array_text(values):
    def quoted(each):
        if each is None:
            return b"NULL"
        return b'"' + each.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    return b"{" + b",".join(quoted(each) for each in values) + b"}"


@given(st.lists(st.none() | st.binary(max_size=6)))
def test_arrays_of_any_text(values):
    assert text_values.elements(array_text(values)) == values


@given(st.binary(max_size=12))
def test_what_is_no_array_is_told(raw):
    with suppress(ValueError):
        assert isinstance(text_values.elements(raw), list)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_decimals_of_any_scale_keep_their_value(value):
    scale, unscaled = text_values.unscaled(value)
    whole = int.from_bytes(unscaled, "big", signed=True)
    with localcontext(prec=200):
        assert Decimal(whole).scaleb(-scale) == value
