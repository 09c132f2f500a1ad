"""What the tables of ``connectors`` say of a connector that has failed."""

from datetime import UTC, datetime

from connect.cli.documents import connector_document, connectors_table, tasks_table
from connect.selectors.connectors import ConnectorInfo, ConnectorStatus, TaskStatus
from connect.states import Kind, State, TargetState

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def document(state, again):
    task = TaskStatus(
        number=0,
        state=state,
        worker_id="connect-1",
        trace="it broke",
        restarts=2,
        next_restart_at=again,
        generation=3,
        metrics={},
    )
    info = ConnectorInfo("clock", Kind.SOURCE, "ticks", {}, (0,), TargetState.RUNNING, AT, AT)
    status = ConnectorStatus("clock", Kind.SOURCE, state, "connect-1", "", 2, again, (task,))
    return connector_document(info, status)


def states(found):
    return connectors_table([found]).rows[0][3], tasks_table(found["tasks"]).rows[0][1]


def test_what_failed_says_when_it_is_tried_again():
    words = "FAILED, try 3 at 03:04:05 UTC"
    assert states(document(State.FAILED, AT)) == (words, words)


def test_what_is_not_tried_again_says_its_state_alone():
    assert states(document(State.FAILED, None)) == ("FAILED", "FAILED")
    assert states(document(State.RUNNING, AT)) == ("RUNNING", "RUNNING")
