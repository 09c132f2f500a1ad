"""A secret that is kept unseen is not sent to a server that whoever alters the connector chose."""

import json
import re

import pytest

from connect.catalogue import catalogue, finding
from connect.moved_target import FormerConfig, moved_secrets
from connect.plugins import find_plugin
from connect.spi.config import ConfigType
from connect.states import HIDDEN
from tests.connect.rest.test_whose import told

HTTP = {
    "connector.class": "http-source", "topic": "t", "http.url": "https://good.example/in",
    "auth.type": "basic", "auth.user": "me", "auth.password": "swordfish",
}  # fmt: skip
KEPT = {**HTTP, "auth.password": HIDDEN}
ELSEWHERE = {"http.url": "https://evil.example/in"}
REGISTRY = {
    "value.converter": "avro",
    "value.converter.schema.registry.url": "https://registry.example",
    "value.converter.basic.auth.user.info": HIDDEN,
}
NAMES_A_SERVER = re.compile(
    r"url|uri\b|host|server|endpoint|address|\bport|region|bootstrap|broker"
)
VERIFIES_A_SERVER = re.compile(r"\b(ssl|tls|ca|pem)|sslmode|certificate|verif|trust")
CA = "-----BEGIN CERTIFICATE-----"
JDBC = {
    "connector.class": "jdbc-sink", "connection.url": "jdbc:postgresql://db.example/shop",
    "connection.password": HIDDEN, "connection.ssl.mode": "verify-full",
}  # fmt: skip
CDC = {
    "connector.class": "postgresql-cdc", "database.hostname": "db.example",
    "database.password": HIDDEN, "database.sslmode": "verify-full",
}  # fmt: skip
SEARCH = {
    "connector.class": "elasticsearch-sink", "connection.url": "https://search.example",
    "connection.password": HIDDEN,
}  # fmt: skip


def moved(before, after, former="http-source"):
    """The secrets that are not kept, and what is said to have changed."""
    faults = moved_secrets(
        find_plugin(after["connector.class"]), FormerConfig(former, before), after
    )
    return {name: re.search(r": (.*) changed", sentence)[1] for name, sentence in faults}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"http.timeout.ms": "5000", "topic": "u"}, {}),
        (ELSEWHERE, {"auth.password": "http.url"}),
        ({"http.url": HTTP["http.url"] + "?"}, {"auth.password": "http.url"}),
        ({"auth.token.url": "https://evil.example"}, {"auth.password": "auth.token.url"}),
        ({**ELSEWHERE, "auth.password": "given"}, {}),
        ({"connector.class": "elasticsearch-sink"}, {"auth.password": "connector.class"}),
        ({"value.converter.schema.registry.url": "https://evil.example"}, {}),
    ],
)  # fmt: skip
def test_what_keeps_a_secret_and_what_does_not(changes, expected):
    assert moved(KEPT, {**KEPT, **changes}) == expected


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"value.converter.schema.registry.url": "https://evil.example"},
         "value.converter.schema.registry.url"),
        ({"value.converter": "protobuf"}, "value.converter"),
    ],
)  # fmt: skip
def test_a_converter_s_login_stays_at_its_registry(changes, because):
    before = {**KEPT, **REGISTRY}
    assert moved(before, before) == {}
    assert moved(before, {**before, **changes}) == {"value.converter.basic.auth.user.info": because}
    assert set(moved(before, {**before, **ELSEWHERE})) == {"auth.password"}


def test_a_default_is_as_good_as_the_same_text():
    before = {
        "connector.class": "postgresql-cdc",
        "database.hostname": "db",
        "database.password": HIDDEN,
    }
    same, other = {**before, "database.port": "5432"}, {**before, "database.port": "5433"}
    assert moved(before, same, "postgresql-cdc") == {}
    assert moved(same, before, "postgresql-cdc") == {}
    assert moved(before, other, "postgresql-cdc") == {"database.password": "database.port"}


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        (JDBC, {"connection.ssl.mode": "prefer"}),
        (JDBC, {"connection.ssl.mode": "require"}),
        (JDBC, {"connection.ssl.ca": CA}),
        (JDBC, {"connection.url": "jdbc:postgresql://db.example/shop?sslmode=disable"}),
        (JDBC | {"connector.class": "jdbc-source"}, {"connection.ssl.mode": "disable"}),
        (CDC, {"database.sslmode": "disable"}),
        (CDC, {"database.ssl.ca": CA}),
        (SEARCH, {"connection.ca.pem": CA}),
        (SEARCH, {"connection.url": "http://search.example"}),
    ],
)
def test_a_server_that_is_verified_less_may_be_any_server(before, changes):
    """Whoever listens between the two would have the password, or be the server."""
    (name,) = changes
    (secret,) = [key for key, value in before.items() if value == HIDDEN]
    former = before["connector.class"]
    assert moved(before, before | {"topics": "t"}, former) == {}
    assert moved(before, before | changes, former) == {secret: name}
    assert moved(before, before | changes | {secret: "given"}, former) == {}


@pytest.mark.parametrize(
    ("config", "key", "secret"),
    [
        (JDBC, "connection.ssl.mode", "connection.password"),
        (CDC, "database.sslmode", "database.password"),
    ],
)
def test_what_verified_is_not_left_out_unnoticed(config, key, secret):
    without = {name: value for name, value in config.items() if name != key}
    assert moved(config, without, config["connector.class"]) == {secret: key}


@pytest.mark.parametrize(
    ("config", "prefix", "mode"),
    [(JDBC, "connection", "connection.ssl.mode"), (CDC, "database", "database.sslmode")],
)
def test_a_certificate_has_the_server_verified_and_is_not_left_out_unnoticed(config, prefix, mode):
    names = (f"{prefix}.ssl.certificate", f"{prefix}.ssl.key")
    without = {name: value for name, value in config.items() if name != mode}
    before = {**without, names[0]: CA, names[1]: HIDDEN}
    assert moved(before, before, config["connector.class"]) == {}
    assert moved(before, without, config["connector.class"]) == {f"{prefix}.password": names[0]}


def test_an_address_with_a_login_in_it_is_not_learnt_by_trying():
    """The right guess is answered as a wrong one."""
    before = {**KEPT, "http.url": HIDDEN}
    assert moved(before, before) == {}
    for guess in ("https://me:right@good.example", "https://me:wrong@good.example"):
        assert moved(before, {**before, "http.url": guess}) == {"auth.password": "http.url"}


def test_every_plugin_that_takes_a_secret_says_what_names_its_target():
    """A new one that does not, and a new key with the name of an address, fail here."""
    taking = 0
    for plugin in catalogue().all():
        definition = getattr(plugin.load(), "config", None)
        if definition is None or all(key.type is not ConfigType.PASSWORD for key in definition):
            continue
        taking += 1
        named = {key.name for key in definition if key.names_target}
        assert named, f"{plugin.name} takes secrets; which of its keys decide where they are sent?"
        likely = {
            key.name
            for key in definition
            if NAMES_A_SERVER.search(key.name)
            # A private key says who the client is.
            or (VERIFIES_A_SERVER.search(key.name) and key.type is not ConfigType.PASSWORD)
        }
        assert likely <= named, plugin.name
    assert taking >= 9


@pytest.fixture
def mine(connect, stand_in, monkeypatch):
    monkeypatch.setattr("connect.catalogue.catalogue", finding.catalogue)
    stand_in._has_read.add("mine")  # It would read a file.
    answer = connect.ask("POST", "/connectors", {"name": "mine", "config": HTTP})
    assert answer.status_code == 201, answer.content
    return connect


def config_of(client):
    return told(client.ask("GET", "/connectors/mine/config"))


def test_no_way_of_altering_takes_the_secret_along(mine):
    shown = config_of(mine)
    assert shown["auth.password"] == HIDDEN
    trial = {"name": "mine", "config": {**shown, **ELSEWHERE}}
    for answer in (
        mine.ask("PUT", "/connectors/mine/config", {**shown, **ELSEWHERE}),
        mine.ask("PATCH", "/connectors/mine/config", ELSEWHERE),
        mine.ask("POST", "/api/v1/tenants/acme/connect/connectors:try", trial),
    ):
        assert answer.status_code == 400
        message = told(answer)["message"]
        assert "configuration auth.password: http.url changed" in message
        assert "give the secret again" in message
    assert config_of(mine) == shown
    again = {**ELSEWHERE, "auth.password": "another"}
    assert mine.ask("PATCH", "/connectors/mine/config", again).status_code == 200
    assert config_of(mine) == {**shown, **ELSEWHERE}


def test_what_stays_where_it_is_keeps_the_secret(mine):
    assert (
        mine.ask("PATCH", "/connectors/mine/config", {"http.timeout.ms": "5000"}).status_code == 200
    )
    shown = config_of(mine)
    assert mine.ask("PUT", "/connectors/mine/config", {**shown, "topic": "u"}).status_code == 200


def test_validation_says_it_of_the_secret_s_own_field(mine):
    shown = config_of(mine)
    path = "/connector-plugins/http-source/config/validate"

    def errors(config):
        body = told(mine.ask("PUT", path, config))
        found = {each["value"]["name"]: each["value"]["errors"] for each in body["configs"]}
        assert body["error_count"] == sum(map(len, found.values()))
        return {name: errors for name, errors in found.items() if errors}

    assert errors(shown) == {}
    (said,) = errors({**shown, **ELSEWHERE})["auth.password"]
    assert "http.url changed" in said
    assert errors({**shown, **ELSEWHERE, "auth.password": "another"}) == {}
    # What is kept for no connector, or not for this one, is as wrong here as when it is written.
    elsewhere = {**shown, **ELSEWHERE, "name": "other"}
    for config in (elsewhere, {**shown, "auth.token": HIDDEN}):
        (name,) = errors(config)
        assert "none is; give the secret itself" in " ".join(errors(config)[name])
        wrong = mine.ask("PUT", f"/connectors/{config['name']}/config", config)
        assert errors(config)[name][0] in told(wrong)["message"]


def test_validation_lists_a_converter_s_secret_too(mine):
    with_login = {**REGISTRY, "value.converter.basic.auth.user.info": "me:pw"}
    assert mine.ask("PATCH", "/connectors/mine/config", with_login).status_code == 200
    elsewhere = {"value.converter.schema.registry.url": "https://evil.example"}
    answer = mine.ask(
        "PUT", "/connector-plugins/http-source/config/validate", {**config_of(mine), **elsewhere}
    )
    (found,) = [each for each in told(answer)["configs"] if each["value"]["errors"]]
    assert found["value"]["name"] == "value.converter.basic.auth.user.info"
    assert found["value"]["value"] == HIDDEN
    assert "swordfish" not in json.dumps(told(answer))
