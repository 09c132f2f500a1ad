"""Loggers, metrics and switches of restart: what the transcript does not ask."""

import pytest

from tests.connect.rest.test_whose import CONFIG, told

pytestmark = pytest.mark.django_db


def test_a_level_is_set_to_what_it_is_and_to_no_other(connect):
    def put(level, query=""):
        return connect.ask("PUT", f"/admin/loggers/root{query}", {"level": level})

    assert told(connect.ask("GET", "/admin/loggers")) == {
        "root": {"level": "INFO", "last_modified": None}
    }
    assert told(put("info")) == ["root"]
    assert put("INFO", "?scope=cluster").status_code == 204
    assert put("INFO", "?scope=galaxy").status_code == 400
    refused = put("DEBUG")
    assert refused.status_code == 403
    assert "tasks/N/log tells what a task logged" in told(refused)["message"]


def test_every_connector_is_there_for_prometheus(connect):
    connect.ask("POST", "/connectors", {"name": "mine", "config": CONFIG})
    answer = connect.ask("GET", "/api/v1/tenants/acme/connect/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert 'headwater_connector_state{connector="mine",state="running"} 1' in lines
    assert 'headwater_connector_task_running{connector="mine",task="0"} 1' in lines


def test_a_switch_is_true_or_false(connect):
    connect.ask("POST", "/connectors", {"name": "mine", "config": CONFIG})
    for word, status in (("true", 202), ("FALSE", 204), ("yes", 400), ("", 400)):
        answer = connect.ask("POST", f"/connectors/mine/restart?includeTasks={word}")
        assert answer.status_code == status, word
