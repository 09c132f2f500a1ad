"""Failed records as the dead-letter topic and the log have them."""

import json
import sys
from dataclasses import replace

import pytest

from connect.converters.json import JsonConverter
from connect.runtime.dead_letters import (
    MESSAGE_BYTES_MAX,
    STACK_TRACE_BYTES_MAX,
    Origin,
    dead_letter,
    error_log_line,
    shorter,
)
from connect.runtime.error_policy import ErrorPolicy, Stage
from connect.runtime.messages import ConsumedMessage, OutgoingMessage
from connect.runtime.stages import Failed
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import SourceRecord, TimestampType
from streaming.cell.program import CHECKOUT

ORIGIN = Origin("sink", 2)
MESSAGE = ConsumedMessage(
    "orders", 3, 42, b"k", b"v", (("h", b"x"), ("n", None)), 1_700, TimestampType.CREATE
)
POLICY = ErrorPolicy(tolerates_all=True, dead_letter_topic="dead", context_headers=True)


def failed(error: Exception) -> Failed:
    try:
        raise error
    except Exception as raised:
        name = "org.apache.kafka.connect.json.JsonConverter"
        return Failed(Stage.VALUE_CONVERTER, name, raised, attempts=1, tolerated=True)


def test_a_dead_letter_is_the_message_as_it_was() -> None:
    policy = replace(POLICY, context_headers=False)
    assert dead_letter(MESSAGE, failed(DataError("bad")), policy, ORIGIN) == OutgoingMessage(
        "dead", None, b"k", b"v", MESSAGE.headers, 1_700
    )


def test_without_a_topic_there_is_no_dead_letter() -> None:
    policy = replace(POLICY, dead_letter_topic="")
    assert dead_letter(MESSAGE, failed(DataError("bad")), policy, ORIGIN) is None


def test_context_headers_have_kafkas_names() -> None:
    letter = dead_letter(MESSAGE, failed(DataError("bad \N{BUG}")), POLICY, ORIGIN)
    assert letter is not None
    assert letter.headers[:2] == MESSAGE.headers
    *texts, trace = letter.headers[2:]
    assert texts == [
        ("__connect.errors.topic", b"orders"),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"42"),
        ("__connect.errors.connector.name", b"sink"),
        ("__connect.errors.task.id", b"2"),
        ("__connect.errors.stage", b"VALUE_CONVERTER"),
        ("__connect.errors.class.name", b"org.apache.kafka.connect.json.JsonConverter"),
        (
            "__connect.errors.exception.class.name",
            b"org.apache.kafka.connect.errors.DataException",
        ),
        ("__connect.errors.exception.message", "bad \N{BUG}".encode()),
    ]
    assert trace[0] == "__connect.errors.exception.stacktrace"
    assert trace[1] is not None
    assert trace[1].startswith(b"Traceback")
    assert b"test_dead_letters.py" in trace[1]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (DataError("x"), "org.apache.kafka.connect.errors.DataException"),
        (RetriableError("x"), "org.apache.kafka.connect.errors.RetriableException"),
        (ConnectError("x"), "org.apache.kafka.connect.errors.ConnectException"),
        (KeyError("x"), "builtins.KeyError"),
    ],
)
def test_connects_own_errors_are_told_by_kafkas_names(error: Exception, name: str) -> None:
    letter = dead_letter(MESSAGE, failed(error), POLICY, ORIGIN)
    assert letter is not None
    assert dict(letter.headers)["__connect.errors.exception.class.name"] == name.encode()


def test_a_dead_letter_says_where_in_the_service_and_not_where_that_is() -> None:
    """Its readers are the tenant's; the operator's folders concern none of them."""
    try:
        JsonConverter({}, is_key=False).from_bytes("orders", b"{", ())
    except DataError as error:
        letter = dead_letter(MESSAGE, failed(error), POLICY, ORIGIN)
    assert letter is not None
    trace = dict(letter.headers)["__connect.errors.exception.stacktrace"]
    assert trace is not None
    assert b'File "connect/converters/json.py"' in trace
    assert str(CHECKOUT).encode() not in trace
    try:
        json.loads("{")
    except ValueError as error:
        letter = dead_letter(MESSAGE, failed(error), POLICY, ORIGIN)
    assert letter is not None
    trace = dict(letter.headers)["__connect.errors.exception.stacktrace"]
    assert trace is not None
    assert b"json/decoder.py" in trace
    assert sys.base_prefix.encode() not in trace


def test_headers_of_an_earlier_dead_letter_topic_stay() -> None:
    earlier = MESSAGE._replace(headers=(("__connect.errors.topic", b"before"),))
    letter = dead_letter(earlier, failed(DataError("bad")), POLICY, ORIGIN)
    assert letter is not None
    topics = [data for name, data in letter.headers if name == "__connect.errors.topic"]
    assert topics == [b"before"]


def test_a_long_message_is_cut_between_characters() -> None:
    letter = dead_letter(MESSAGE, failed(DataError("\N{BUG}" * 100_000)), POLICY, ORIGIN)
    assert letter is not None
    headers = dict(letter.headers)
    for name, most in (("message", MESSAGE_BYTES_MAX), ("stacktrace", STACK_TRACE_BYTES_MAX)):
        data = headers[f"__connect.errors.exception.{name}"]
        assert data is not None
        assert most - 4 < len(data) <= most
        data.decode()


def test_a_letter_without_room_says_less_and_less() -> None:
    letter = dead_letter(MESSAGE, failed(DataError("bad")), POLICY, ORIGIN)
    assert letter is not None
    less = shorter(letter, MESSAGE)
    assert less is not None
    names = [name for name, _data in less.headers]
    assert names[-1] == "__connect.errors.exception.class.name"
    assert len(names) == len(letter.headers) - 2
    least = shorter(less, MESSAGE)
    assert least is not None
    assert (least.headers, least.value) == (MESSAGE.headers, MESSAGE.value)
    assert shorter(least, MESSAGE) is None


def test_what_an_earlier_letter_said_is_the_records_own() -> None:
    earlier = MESSAGE._replace(headers=(("__connect.errors.exception.message", b"before"),))
    letter = dead_letter(earlier, failed(DataError("bad")), POLICY, ORIGIN)
    while letter is not None:
        assert letter.headers[0] == earlier.headers[0]
        letter = shorter(letter, earlier)


def test_a_log_line_tells_the_place_only_when_it_is_asked_to() -> None:
    silent = error_log_line(MESSAGE, failed(DataError("bad")), POLICY, ORIGIN)
    assert silent is None
    short = error_log_line(MESSAGE, failed(DataError("a\nb")), ErrorPolicy(logs=True), ORIGIN)
    assert short == (
        "Error encountered in task sink-2. Executing stage 'VALUE_CONVERTER' with class "
        "'org.apache.kafka.connect.json.JsonConverter'. "
        "org.apache.kafka.connect.errors.DataException: a b"
    )
    told = ErrorPolicy(logs=True, logs_messages=True)
    line = error_log_line(MESSAGE, failed(DataError("bad")), told, ORIGIN)
    assert line is not None
    assert (
        "where consumed record is {topic='orders', partition=3, offset=42, timestamp=1700, "
        "timestampType=CreateTime}."
    ) in line


def test_a_source_record_is_told_by_its_source() -> None:
    record = SourceRecord("t", None, "secret", source_partition={"f": 1}, source_offset={"o": 2})
    told = ErrorPolicy(logs=True, logs_messages=True)
    line = error_log_line(record, failed(DataError("bad")), told, ORIGIN)
    assert line is not None
    assert "sourcePartition={'f': 1}, sourceOffset={'o': 2}" in line
    assert "secret" not in line
