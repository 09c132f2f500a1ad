"""Connectors as Prometheus text."""

from connect.rest.exposition import exposition
from connect.selectors.connectors import ConnectorStatus, TaskStatus
from connect.states import Kind, State


def task(number, state, restarts=0, **metrics):
    return TaskStatus(number, state, "connect-1", "", restarts, None, 1, metrics)


def test_every_task_has_its_state_and_what_it_counted():
    copy = ConnectorStatus(
        "copy",
        Kind.SINK,
        State.RUNNING,
        "connect-1",
        "",
        tasks=(
            task(
                0,
                State.RUNNING,
                records=7,
                bytes=900,
                lag=None,
                batch_ms=1.5,
                waiting="full",
                waiting_s=61,
            ),
            task(1, State.FAILED, restarts=3, waiting="full", waiting_s=9),
        ),
    )
    empty = ConnectorStatus('a"b', Kind.SOURCE, State.STOPPED, "", "")
    lines = exposition([copy, empty]).splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert samples == [
        'headwater_connector_state{connector="a\\"b",state="stopped"} 1',
        'headwater_connector_state{connector="copy",state="running"} 1',
        'headwater_connector_task_state{connector="copy",task="0",state="running"} 1',
        'headwater_connector_task_state{connector="copy",task="1",state="failed"} 1',
        'headwater_connector_task_running{connector="copy",task="0"} 1',
        'headwater_connector_task_running{connector="copy",task="1"} 0',
        'headwater_connector_task_failures{connector="copy",task="0"} 0',
        'headwater_connector_task_failures{connector="copy",task="1"} 3',
        'headwater_connector_task_waiting{connector="copy",task="0"} 1',
        'headwater_connector_task_waiting{connector="copy",task="1"} 0',
        'headwater_connector_task_waiting_seconds{connector="copy",task="0"} 61',
        'headwater_connector_task_waiting_seconds{connector="copy",task="1"} 0',
        'headwater_connector_task_records_total{connector="copy",task="0"} 7',
        'headwater_connector_task_bytes_total{connector="copy",task="0"} 900',
        'headwater_connector_task_batch_ms{connector="copy",task="0"} 1.5',
    ]
    assert "# TYPE headwater_connector_task_lag gauge" in lines
    assert "# TYPE headwater_connector_task_records_total counter" in lines
