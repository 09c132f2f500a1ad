"""A config tried on its target: by a process of its own, with secrets, and nothing kept."""

import json

import pytest

from connect.catalogue import finding
from connect.rest import trial
from tests.connect.rest.test_whose import CONFIG, REGISTERED, SECRET, told

pytestmark = pytest.mark.django_db

TRY = "/api/v1/tenants/acme/connect/connectors:try"


@pytest.fixture
def configured(monkeypatch):
    """What the process would have been asked; it answers that all is well."""
    asked = []

    def configure(**given):
        asked.append(given)
        return {"event": "configured"}

    monkeypatch.setattr(trial, "configure", configure)
    return asked


def test_nothing_is_kept_and_a_kept_secret_is_used(connect, configured):
    config = {**CONFIG, **REGISTERED, SECRET: "me:swordfish"}
    answer = connect.ask("POST", TRY, {"name": "mine", "config": config})
    assert told(answer) == {"worked": True, "message": "", "trace": ""}
    assert told(connect.ask("GET", "/connectors")) == []
    assert configured[0]["config"][SECRET] == "me:swordfish"

    connect.ask("POST", "/connectors", {"name": "mine", "config": config})
    shown = told(connect.ask("GET", "/connectors/mine/config"))
    assert shown[SECRET] == "********"
    connect.ask("POST", TRY, {"name": "mine", "config": shown})
    assert configured[1]["config"][SECRET] == "me:swordfish"
    stranger = connect.ask("POST", TRY, {"name": "other", "config": shown})
    assert stranger.status_code == 400
    assert len(configured) == 2


def test_a_config_with_faults_is_not_tried(connect, configured):
    answer = connect.ask("POST", TRY, {"name": "mine", "config": {**CONFIG, "tasks.max": "0"}})
    assert answer.status_code == 400
    assert configured == []


def test_there_are_never_more_than_a_few(connect, configured):
    for _ in range(trial.AT_ONCE):
        assert trial._slots.acquire(blocking=False)
    try:
        answer = connect.ask("POST", TRY, {"name": "mine", "config": CONFIG})
        assert answer.status_code == 503
        assert configured == []
    finally:
        for _ in range(trial.AT_ONCE):
            trial._slots.release()
    assert connect.ask("POST", TRY, {"name": "mine", "config": CONFIG}).status_code == 200


def test_a_target_that_is_our_own_network_is_refused(connect, monkeypatch):
    denied = []
    monkeypatch.setattr(trial, "denied_in_part", lambda _access, *what: denied.append(what))
    monkeypatch.setattr("connect.catalogue.catalogue", finding.catalogue)
    config = {
        "connector.class": "elasticsearch-sink",
        "connection.url": "http://127.0.0.1:9200",
        "topics": "t",
    }
    answer = told(connect.ask("POST", TRY, {"name": "mine", "config": config}))
    assert not answer["worked"]
    assert "127.0.0.1" in json.dumps(answer)
    assert denied == [("connector.reach", "127.0.0.1:9200")]
