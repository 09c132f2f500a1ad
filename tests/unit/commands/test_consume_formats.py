"""``consume -f`` and ``consume --json``: what a record looks like when printed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cli.formats import compile_format
from streaming.cli.records import ReadRecord, as_json_line, iso_time, terminal_safe

FLIGHT = ReadRecord(
    "flights", 3, 42, 1_717_243_200_123, b"N14228", b'{"dest":"IAH"}',
    (("carrier", b"UA"), ("origin", b"EWR"), ("none", None)),
)  # fmt: skip
NULLS = ReadRecord("flights", 0, 0, -1, None, None)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("%t %p %o %k %v %h %T\\n",
         b'flights 3 42 N14228 {"dest":"IAH"} carrier=UA,origin=EWR,none= 1717243200123\n'),
        ("%s|%S|%V|%K", b'{"dest":"IAH"}|14|14|6'),
        ("%k{hex}", b"4e3134323238"),
        ("%v{base64}", b"eyJkZXN0IjoiSUFIIn0="),
        ("%k{text}", b"N14228"),
        ("%d", b"2024-06-01T12:00:00.123Z"),
        ("100%%\\t\\x41\\\\n", b"100%\tA\\n"),
        ("%p{x}", b"3{x}"),
        ("ünïcode %p", "ünïcode 3".encode()),
        ("", b""),
    ],
)  # fmt: skip
def test_each_letter_and_escape_prints_its_field(text, printed):
    assert compile_format(text)(FLIGHT) == printed


def test_nulls_print_as_nothing_and_are_told_apart_by_their_size():
    assert compile_format("[%k][%v][%v{hex}] %K %V %T %d")(NULLS) == b"[][][] -1 -1 -1 -"


@pytest.mark.parametrize("text", ["%q", "%", "100%", "\\q", "trailing\\", "%k{rot13}", "%k{"])
def test_what_a_format_does_not_know_is_refused(text):
    with pytest.raises(ValueError, match=r"means nothing|in the middle|there are"):
        compile_format(text if text != "%k{" else "%k{}")


@given(st.text(alphabet=st.characters(exclude_characters="%\\", exclude_categories=["Cs"])))
def test_other_text_is_printed_as_it_stands(text):
    assert compile_format(text)(FLIGHT) == text.encode()


@given(st.binary() | st.none(), st.binary() | st.none())
def test_a_json_line_is_one_line_and_gives_the_bytes_back(key, value):
    import base64

    def back(field):
        if isinstance(field, dict):
            return base64.b64decode(field["base64"])
        return None if field is None else field.encode()

    line = as_json_line(ReadRecord("t", 0, 7, 5, key, value, (("h", value),)))
    document = json.loads(line)

    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert (back(document["key"]), back(document["value"])) == (key, value)
    assert [(name, back(data)) for name, data in document["headers"]] == [("h", value)]
    assert (document["partition"], document["offset"], document["timestamp"]) == (0, 7, 5)


@given(st.binary())
def test_a_terminal_never_sees_a_control_character(data):
    shown = terminal_safe(data).decode()
    assert all(character.isprintable() or character in "\n\t" for character in shown)


def test_a_time_beyond_the_calendar_is_a_dash():
    assert iso_time(2**62) == "-"
