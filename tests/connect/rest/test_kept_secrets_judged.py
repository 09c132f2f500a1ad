"""A config that is shown can be judged and put again: what is hidden is judged by what it is."""

import json
from datetime import UTC, datetime

import pytest

from connect.catalogue import finding
from connect.connectors.jdbc.source import JdbcSourceConnector
from connect.spi.errors import ConfigError
from connect.states import HIDDEN
from streaming.cell import tls
from tests.connect.client_certificates import client_certificate
from tests.connect.rest.test_whose import told

LOGIN = "jdbc:postgresql://me:swordfish@db.example/shop"


@pytest.fixture
def ask(connect, stand_in, monkeypatch):
    monkeypatch.setattr("connect.catalogue.catalogue", finding.catalogue)
    stand_in._has_read.add("mine")  # It would read a file.
    return connect.ask


def made(ask, config):
    """What is shown of the connector that was made of ``config``."""
    answer = ask("POST", "/connectors", {"name": "mine", "config": config})
    assert answer.status_code == 201, answer.content
    return told(ask("GET", "/connectors/mine/config"))


def judged(ask, config):
    body = told(
        ask("PUT", f"/connector-plugins/{config['connector.class']}/config/validate", config)
    )
    values = {each["value"]["name"]: each["value"] for each in body["configs"]}
    return values, {name: each["errors"] for name, each in values.items() if each["errors"]}


def changes_of_a_database(folder):
    tls.ensure(folder, "localhost", datetime.now(UTC))
    certificate, key = client_certificate(folder, "cdc")
    return {
        "connector.class": "postgresql-cdc", "database.hostname": "db.example", "topic.prefix": "s",
        "database.user": "u", "database.dbname": "d", "database.ssl.certificate": certificate,
        "database.ssl.key": key,
    }  # fmt: skip


def tables(_folder):
    return {
        "connector.class": "jdbc-source", "mode": "bulk", "topic.prefix": "x-",
        "connection.url": LOGIN,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "secret"),
    [(changes_of_a_database, "database.ssl.key"), (tables, "connection.url")],
)
def test_what_was_read_is_sound_and_shows_no_secret(ask, config, secret, tmp_path):
    shown = made(ask, config(tmp_path / "tls"))
    assert shown[secret] == HIDDEN
    values, faults = judged(ask, shown)
    assert faults == {}
    assert values[secret]["value"] == HIDDEN
    assert ask("PUT", "/connectors/mine/config", shown).status_code == 200
    # Of another connector's name nothing is kept, which is all that there is to say of it.
    _, faults = judged(ask, {**shown, "name": "other"})
    assert [len(errors) for errors in faults.values()] == [1]
    assert "none is; give the secret itself" in faults[secret][0]


def test_no_sentence_has_a_kept_secret_in_it(ask, monkeypatch):
    """Whoever may change a config may not read what it keeps, whatever the connector quotes."""
    shown = made(ask, {**tables(None), "connection.password": "pa$$"})

    def quoting(self, config):
        login = config["connection.url"], config["connection.password"].secret
        raise ConfigError(f"mode: {' with '.join(login)}")

    monkeypatch.setattr(JdbcSourceConnector, "__init__", quoting)
    values, faults = judged(ask, shown)
    assert faults == {"mode": [f"mode: {HIDDEN} with {HIDDEN}"]}
    refused = ask("PUT", "/connectors/mine/config", {**shown, "topic.prefix": "y-"})
    assert refused.status_code == 400
    for answer in (json.dumps(values), refused.content.decode()):
        assert "swordfish" not in answer
        assert "pa$$" not in answer


def test_what_contradicts_itself_is_judged_and_not_kept(ask):
    sink = {
        "connector.class": "jdbc-sink", "connection.url": "jdbc:postgresql://db.example/shop",
        "insert.mode": "upsert",
    }  # fmt: skip
    _, faults = judged(ask, sink)
    assert list(faults) == ["name", "topics", "topics.regex"]
    _, faults = judged(ask, {**sink, "name": "mine"})
    assert list(faults) == ["topics", "topics.regex"]
    _, faults = judged(ask, {**sink, "name": "mine", "topics": "t"})
    assert list(faults) == ["insert.mode"]
    refused = ask("POST", "/connectors", {"name": "mine", "config": {**sink, "topics": "t"}})
    assert refused.status_code == 400
    assert "insert.mode=upsert needs a primary key: set pk.mode" in told(refused)["message"]
    assert told(ask("GET", "/connectors")) == []


def test_a_right_guess_of_a_kept_secret_is_answered_as_a_wrong_one(ask):
    """Sentences repeat what they refuse: hidden in one, a secret would be known."""
    shown = made(ask, {**tables(None), "connection.password": "pa$$"})
    told_of = {}
    for guess in ("pa$$", "p4$$"):
        config = {**shown, f"x.{guess}": "1"}
        values, faults = judged(ask, config)
        refused = ask("PUT", "/connectors/mine/config", config)
        said = json.dumps([values, faults, told(refused)])
        assert f"x.{guess}" in said
        told_of[guess] = said.replace(guess, "GUESS")
    assert told_of["pa$$"] == told_of["p4$$"]


def test_offsets_of_what_keeps_a_secret_are_changed(ask, stand_in, tmp_path):
    """A key has a form of its own, which what is shown in its place has not."""
    made(ask, changes_of_a_database(tmp_path / "tls"))
    stand_in.offsets["mine"] = [({"server": "s"}, {"lsn": 1, "index": 0})]
    assert ask("PUT", "/connectors/mine/stop").status_code == 204
    change = {"partition": {"server": "s"}, "offset": {"lsn": 7, "index": 0}}
    altered = ask("PATCH", "/connectors/mine/offsets", {"offsets": [change]})
    assert altered.status_code == 200, altered.content
    assert told(ask("GET", "/connectors/mine/offsets")) == {"offsets": [change]}
    assert ask("DELETE", "/connectors/mine/offsets").status_code == 200
    assert told(ask("GET", "/connectors/mine/offsets")) == {"offsets": []}


def test_a_list_of_aliases_without_end_is_one_fault(ask):
    """Each alias would have settings of its own, and cost more than the last."""
    aliases = ",".join(map(str, range(3_000)))
    config = {**tables(None), "name": "mine", "transforms": aliases, "predicates": aliases}
    values, faults = judged(ask, config)
    assert len(values) < 100
    assert list(faults) == ["transforms"]
    assert faults["transforms"][0].endswith("more than 50 aliases")
