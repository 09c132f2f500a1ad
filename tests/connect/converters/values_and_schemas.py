"""Any schema, and any value that it describes."""

import struct
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zlib import crc32

from hypothesis import strategies as st

from connect.spi import schema as spi
from connect.spi.schema import Field, Schema, Type


def _float32(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


_INTEGERS = {
    spi.INT8: st.integers(-(2**7), 2**7 - 1),
    spi.INT16: st.integers(-(2**15), 2**15 - 1),
    spi.INT32: st.integers(-(2**31), 2**31 - 1),
    spi.INT64: st.integers(-(2**63), 2**63 - 1),
}
_milliseconds = st.integers(0, 999).map(lambda ms: ms * 1000)
PLAIN = [
    *((schema, values) for schema, values in _INTEGERS.items()),
    (spi.FLOAT32, st.floats(allow_nan=False, width=32).map(_float32)),
    (spi.FLOAT64, st.floats(allow_nan=False)),
    (spi.BOOLEAN, st.booleans()),
    (spi.STRING, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    (spi.BYTES, st.binary(max_size=12)),
    (spi.DATE, st.dates()),
    (
        spi.TIME,
        st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), _milliseconds),
    ),
    (
        spi.TIMESTAMP,
        st.builds(
            lambda day, moment: datetime.combine(day, moment, UTC),
            st.dates(date(1900, 1, 1), date(2200, 1, 1)),
            st.builds(time, st.integers(0, 23), st.integers(0, 59), st.just(7), _milliseconds),
        ),
    ),
]
_decimals = st.integers(0, 6).map(
    lambda scale: (
        spi.decimal(scale),
        st.integers(-(10**30), 10**30).map(lambda whole: Decimal(whole).scaleb(-scale)),
    )
)
_names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)


def _optional(pair):
    schema, values = pair
    return spi.optional(schema), st.none() | values


def _array(pair):
    schema, values = pair
    return spi.array(schema), st.lists(values, max_size=3)


def _map(pair):
    schema, values = pair
    keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    return spi.mapping(spi.STRING, schema), st.dictionaries(keys, values, max_size=3)


def _struct(pairs):
    fields = [Field(name, schema) for name, (schema, _) in pairs.items()]
    values = {name: values for name, (_, values) in pairs.items()}
    # Of one name there is one schema, as in Avro.
    name = f"made.up.Name{crc32(repr(fields).encode())}"
    return spi.struct(*fields, name=name), st.fixed_dictionaries(values)


_leaves = st.sampled_from(PLAIN) | _decimals
PAIRS = st.recursive(
    _leaves | _leaves.map(_optional),
    lambda inner: (
        inner.map(_array)
        | inner.map(_map)
        | st.dictionaries(_names, inner, min_size=1, max_size=3).map(_struct)
    ),
    max_leaves=6,
)


def _valued(pairs) -> st.SearchStrategy[tuple[Schema, object]]:
    return pairs.flatmap(lambda pair: st.tuples(st.just(pair[0]), pair[1]))


def _protobuf_fields(items):
    """Protobuf has lists and maps of ``items`` only: of nothing that is null, a list or a map."""
    return items | _leaves.map(_optional) | items.map(_array) | items.map(_map)


DESCRIBED = _valued(PAIRS)
"""(schema, value)."""

DESCRIBED_BY_PROTOBUF = _valued(
    _protobuf_fields(
        st.recursive(
            _leaves,
            lambda items: st.dictionaries(
                _names, _protobuf_fields(items), min_size=1, max_size=3
            ).map(_struct),
            max_leaves=6,
        )
    )
)
"""(schema of a field, value)."""

assert {schema.type for schema, _ in PLAIN} == set(Type) - {Type.ARRAY, Type.MAP, Type.STRUCT}
