"""What the tables of ``connectors`` say of a connector that has failed."""

from datetime import UTC, datetime

import pytest

from connect.cli.documents import connector_document, connectors_table, failure_of, tasks_table
from connect.selectors.connectors import ConnectorInfo, ConnectorStatus, TaskStatus
from connect.states import Kind, State, TargetState

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def document(state, again, trace="it broke", **metrics):
    task = TaskStatus(
        number=0,
        state=state,
        worker_id="connect-1",
        trace=trace,
        restarts=2,
        next_restart_at=again,
        generation=3,
        metrics=metrics,
    )
    info = ConnectorInfo("clock", Kind.SOURCE, "ticks", {}, (0,), TargetState.RUNNING, AT, AT)
    status = ConnectorStatus("clock", Kind.SOURCE, state, "connect-1", "", 2, again, (task,))
    return connector_document(info, status)


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        ("Traceback (most recent call last):\n  File\nOSError: gone\n", "OSError: gone"),
        ("Traceback (most recent call last):\nconnect.spi.errors.DataError: no: 3\n", "no: 3"),
        ("the target refused\n  at x", "the target refused"),
        ("", None),
    ],
)
def test_why_it_failed_is_one_line(trace, told):
    task = TaskStatus(0, State.FAILED, "connect-1", trace, 1, None, 3, {})
    status = ConnectorStatus("clock", Kind.SOURCE, State.RUNNING, "", "", tasks=(task,))
    assert failure_of(status) == told


def states(found):
    return connectors_table([found]).rows[0][3], tasks_table(found["tasks"]).rows[0][1]


def test_what_failed_says_when_it_is_tried_again():
    words = "FAILED, try 3 at 03:04:05 UTC"
    assert states(document(State.FAILED, AT)) == (words, words)


def test_what_is_not_tried_again_says_its_state_alone():
    assert states(document(State.FAILED, None)) == ("FAILED", "FAILED")
    assert states(document(State.RUNNING, AT)) == ("RUNNING", "RUNNING")


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (7200, "2 h")]
)
def test_why_what_runs_moves_nothing_stands_where_errors_do(seconds, told):
    def said(state):
        metrics = {"waiting": "the disk is full", "waiting_s": seconds}
        found = document(state, None, trace="", **metrics)
        return connectors_table([found]).rows[0][-1], tasks_table(found["tasks"]).rows[0][-1]

    assert said(State.RUNNING) == (f"the disk is full (for {told})",) * 2
    assert said(State.PAUSED) == (None, None)
