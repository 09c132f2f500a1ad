"""Bytes, text and single numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.catalogue import Kind, catalogue
from connect.spi.errors import ConfigError, DataError
from connect.spi.schema import STRING, Type
from tests.connect.converters.values_and_schemas import PLAIN

PACKED = {
    "short": Type.INT16, "integer": Type.INT32, "long": Type.INT64, "float": Type.FLOAT32,
    "double": Type.FLOAT64, "boolean": Type.BOOLEAN, "string": Type.STRING, "bytes": Type.BYTES,
}  # fmt: skip
VALUES = {schema.type: (schema, values) for schema, values in PLAIN if schema.name is None}


def converter(name, **config):
    told = {key.replace("_", "."): value for key, value in config.items()}
    return catalogue().find(Kind.CONVERTER, name).load()(told, is_key=True)


@given(st.data(), st.sampled_from(sorted(PACKED)))
def test_what_was_written_is_read_again(data, name):
    schema, values = VALUES[PACKED[name]]
    value = data.draw(st.none() | values)
    made = converter(name)
    read_schema, read = made.from_bytes("t", made.to_bytes("t", schema, value, ()), ())
    assert read == value
    assert read_schema.type is schema.type
    assert read_schema.optional


@pytest.mark.parametrize("name", sorted(set(PACKED) - {"string", "bytes"}))
def test_other_lengths_and_other_types_are_bad_records(name):
    with pytest.raises(DataError):
        converter(name).from_bytes("t", b"123", ())
    with pytest.raises(DataError):
        converter(name).to_bytes("t", STRING, "x", ())
    with pytest.raises(DataError):
        converter(name).to_bytes("t", None, "x", ())


def test_text_has_an_encoding():
    assert converter("string", converter_encoding="latin-1").to_bytes("t", None, "é", ()) == b"\xe9"
    with pytest.raises(DataError):
        converter("string").from_bytes("t", b"\xe9", ())
    with pytest.raises(ConfigError, match="no such encoding"):
        converter("string", converter_encoding="nonsense")
    with pytest.raises(ConfigError, match="no encoding of text"):
        converter("string", converter_encoding="base64")


def test_kafkas_class_names_mean_the_same():
    names = {
        "org.apache.kafka.connect.json.JsonConverter": "json",
        "StringConverter": "string",
        "ByteArray": "bytes",
    }
    for alias, name in names.items():
        assert catalogue().find(Kind.CONVERTER, alias).name == name
