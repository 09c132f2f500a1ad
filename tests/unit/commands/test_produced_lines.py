"""Lines that ``produce`` reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cli.lines import LineFormat, NewRecord, parse_header, parse_line


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (b"key:value", NewRecord(b"key", b"value")),
        (b"key:a:b", NewRecord(b"key", b"a:b")),
        (b":value", NewRecord(b"", b"value")),
        (b"key:", NewRecord(b"key", b"")),
    ],
)
def test_the_first_separator_ends_the_key(line, record):
    assert parse_line(line, LineFormat()) == record


def test_a_line_without_its_separator_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="--no-key"):
        parse_line(b"no key here", LineFormat())


@given(st.binary())
def test_without_a_separator_a_line_is_its_value(line):
    assert parse_line(line, LineFormat(key_separator=None)) == NewRecord(None, line)


@given(st.binary().filter(lambda key: b"\t" not in key), st.binary())
def test_key_and_value_come_back_from_a_line(key, value):
    assert parse_line(key + b"\t" + value, LineFormat(b"\t")) == NewRecord(key, value)


def test_the_null_marker_makes_a_tombstone():
    line_format = LineFormat(null_marker=b"NULL")
    assert parse_line(b"key:NULL", line_format) == NewRecord(b"key", None)
    assert parse_line(b"NULL:v", line_format) == NewRecord(None, b"v")


def test_headers_are_name_and_value():
    assert parse_header("carrier=UA=1") == ("carrier", b"UA=1")
    for wrong in ("carrier", "=UA", ""):
        with pytest.raises(ValueError, match="NAME=VALUE"):
            parse_header(wrong)
