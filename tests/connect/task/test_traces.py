"""What a task tells of an error."""

from connect.task.events import trace_of
from connect.task.kafka_settings import poll_records
from streaming.cell.program import CHECKOUT


def test_a_trace_says_where_in_the_service_and_not_where_that_is():
    try:
        poll_records({"consumer.override.max.poll.records": "0"})
    except Exception as error:
        trace = trace_of(error)
    assert 'File "connect/task/kafka_settings.py"' in trace
    assert str(CHECKOUT) not in trace
    assert trace.rstrip().splitlines()[-1].startswith("connect.spi.errors.ConfigError: ")
