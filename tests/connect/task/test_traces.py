"""What a task tells of an error."""

from connect.spi.errors import DataError
from connect.task.events import MESSAGE_CHARACTERS_MAX, TRACE_CHARACTERS_MAX, cut_trace_of, told_of
from connect.task.kafka_settings import poll_records
from streaming.cell.program import CHECKOUT


def test_a_trace_says_where_in_the_service_and_not_where_that_is():
    try:
        poll_records({"consumer.override.max.poll.records": "0"})
    except Exception as error:
        trace = cut_trace_of(error)
    assert 'File "connect/task/kafka_settings.py"' in trace
    assert str(CHECKOUT) not in trace
    assert trace.rstrip().splitlines()[-1].startswith("connect.spi.errors.ConfigError: ")


def test_what_is_wrong_comes_first_and_is_never_cut():
    """Tools for Kafka Connect show the first line of a task's trace."""
    try:
        raise DataError("x" * 2 * MESSAGE_CHARACTERS_MAX)
    except DataError as error:
        told = told_of(error)
    first, second, *_ = told.splitlines()
    assert first == "x" * MESSAGE_CHARACTERS_MAX
    assert second.startswith("Traceback")
    assert len(told) <= TRACE_CHARACTERS_MAX
    assert told_of(ValueError("no")).splitlines()[0] == "ValueError: no"


def test_a_deep_trace_loses_its_beginning_and_keeps_what_is_wrong():
    def deeper(depth):
        if depth == 0:
            raise DataError("the end of it" + "\n" * TRACE_CHARACTERS_MAX)
        deeper(depth - 1)

    try:
        deeper(3)
    except DataError as error:
        told = told_of(error)
    assert told.startswith("the end of it\n")
    assert len(told) == TRACE_CHARACTERS_MAX
