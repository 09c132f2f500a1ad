"""No secret of a service that ran is anywhere but where secrets are kept."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from streaming.cell.instance import Instance
from tests.login import Login
from tests.service import ServiceUnderTest

KEPT_IN = {"secrets.json", "demo.json", "valkey/valkey.conf", "tls"}
"""Files of the data folder that are there to hold secrets, mode 0600."""
STORES = {"postgres", "valkey"}
"""They are read by asking them; a page of PostgreSQL's may hold a row in pieces."""


@pytest.fixture(scope="module")
def secrets(cell: ServiceUnderTest, demo: dict[str, Any]) -> dict[str, str]:
    """Every secret there is, by name; a key and a person were made and used just now."""
    issued = cell.asked("keys", "--create", "--tenant", "demo")
    person = cell.run(
        "users", "--create", "--login", "canary", "--tenant", "demo", "--role", "viewer", "--json"
    )
    kept = json.loads((cell.data_dir / "secrets.json").read_text())
    found = {name: value for name, value in kept.items() if isinstance(value, str)}
    found["edge_token_key"] = "".join(found["edge_token_key"].splitlines()[1:-1])
    found["an API key's"] = issued["api_secret"]
    found["the demo key's"] = demo["demo"]["api_secret"]
    found["the demo person's"] = demo["demo"]["password"]
    found["a person's"] = json.loads(person.stdout)["password"]
    with httpx.Client(base_url=demo["http_url"]) as client:
        key = (issued["api_key"], issued["api_secret"])
        assert client.get("/api/v1/tenants", auth=key).status_code == 200
        assert client.get("/api/v1/tenants", auth=(key[0], key[1][:-1])).status_code == 401
        who = {"login": "canary", "password": found["a person's"]}
        assert client.post("/api/v1/session", json=who).is_success
        wrong = {"login": "canary", "password": found["a person's"] + "x"}
        assert client.post("/api/v1/session", json=wrong).status_code in (400, 401, 403)
    found |= of_a_scram_user(demo) | of_a_connector(cell)
    assert all(len(value) >= 12 for value in found.values()), found.keys()
    return found


def of_a_scram_user(demo: dict[str, Any]) -> dict[str, str]:
    """A password that a Kafka client sets and logs in with, and what of it goes over the wire."""
    password, salt = "the-canary-of-a-scram-user", b"sixteen-bytes-of"
    mechanism, iterations = ScramMechanism.SCRAM_SHA_256, 4096
    wanted = UserScramCredentialUpsertion(
        "canary", ScramCredentialInfo(mechanism, iterations), password.encode(), salt
    )
    administrator = Login.of(demo, demo["demo"])
    admin = AdminClient(administrator.librdkafka())
    for altered in admin.alter_user_scram_credentials([wanted]).values():
        altered.result(30)
    user = f"canary@{demo['demo']['cluster_id']}"
    canary = replace(administrator, api_key=user, api_secret=password)
    own = AdminClient(canary.librdkafka("SCRAM-SHA-256"))
    assert own.list_topics(timeout=60).cluster_id == demo["demo"]["cluster_id"]
    guessing = replace(canary, api_secret=f"{password}-x")
    stranger = AdminClient(guessing.librdkafka("SCRAM-SHA-256"))
    with pytest.raises(KafkaException):
        stranger.list_topics(timeout=3)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    return {
        "a SCRAM user's": password,
        "a SCRAM user's, salted": salted.hex(),
        "a SCRAM user's, salted, as base64": base64.b64encode(salted).decode(),
    }


def of_a_connector(cell: ServiceUnderTest) -> dict[str, str]:
    """The password of a connector that has run: its target is nowhere, which its task has said."""
    secret = "the-canary-of-a-connector"
    config = {
        "connector.class": "elasticsearch-sink",
        "topics": "flights",
        "connection.url": "https://nowhere.invalid:9200",
        "connection.username": "me",
        "connection.password": secret,
    }
    given = [word for key, value in config.items() for word in ("--set", f"{key}={value}")]
    made = ("connectors", "--create", "--connector", "canary", *given, "--tenant", "demo", "--json")
    ran = cell.run(*made)
    assert json.loads(ran.stdout)["error"]["code"] == "CONNECTOR_FAILED", ran
    return {"a connector's": secret}


def leaks(secrets: dict[str, str], where: str, content: bytes) -> list[str]:
    return [
        f"{name} in {where}"
        for name, value in secrets.items()
        if value.encode() in content
        or base64.b64encode(value.encode()).rstrip(b"=")[:-1] in content
    ]


def test_the_search_finds_what_is_there(cell: ServiceUnderTest, secrets: dict[str, str]) -> None:
    content = (cell.data_dir / "secrets.json").read_bytes()
    assert len(leaks(secrets, "secrets.json", content)) >= 6
    assert leaks({"x": "a-password"}, "there", base64.b64encode(b"a-password")) == ["x in there"]


def test_files(cell: ServiceUnderTest, secrets: dict[str, str]) -> None:
    """Logs, volumes, the supervisor's configuration."""
    found, looked_at = [], 0
    for path in files(cell.data_dir):
        looked_at += 1
        found += leaks(secrets, str(path.relative_to(cell.data_dir)), path.read_bytes())
    assert found == []
    assert looked_at > 20


def files(data_dir: Path) -> Iterator[Path]:
    for path in sorted(data_dir.rglob("*")):
        within = path.relative_to(data_dir)
        is_kept = str(within) in KEPT_IN or within.parts[0] in KEPT_IN
        if path.is_file() and not is_kept and within.parts[0] not in STORES:
            yield path


def test_where_secrets_are_kept_only_the_owner_reads(cell: ServiceUnderTest) -> None:
    for name in ("secrets.json", "demo.json"):
        assert (cell.data_dir / name).stat().st_mode & 0o077 == 0


def test_the_database(
    cell: ServiceUnderTest, demo: dict[str, Any], secrets: dict[str, str]
) -> None:
    """Every row of every table, as a dump would have it."""
    found, has_key = [], []
    with psycopg.connect(Instance.load(cell.data_dir, {}).database_owner_url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        # The owner's rows are behind the walls too.
        connection.execute("SELECT set_config('headwater.scope', 'system', true)")
        for (table,) in tables:
            with connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copied:
                content = b"".join(bytes(piece) for piece in copied)
            if demo["demo"]["api_key"].encode() in content:
                has_key.append(table)
            found += leaks(secrets, table, content)
    assert found == []
    assert "tenants_apikey" in has_key, "the tables were empty to whoever looked"


def test_valkey(cell: ServiceUnderTest, secrets: dict[str, str]) -> None:
    store = redis.Redis.from_url(Instance.load(cell.data_dir, {}).redis_url)
    found = []
    for key in store.scan_iter(count=1000):
        found += leaks(secrets, repr(key), key + (store.dump(key) or b""))
    assert found == []


def test_answers(demo: dict[str, Any], secrets: dict[str, str]) -> None:
    """What the owner of the tenant may read; refusals and errors too."""
    tenant = "/api/v1/tenants/demo"
    paths = [
        "/api/openapi.json", "/api/v1/tenants", tenant, "/nothing", "/api/v1/nothing",
        *(f"{tenant}/{name}" for name in
          ("members", "service-accounts", "api-keys", "audit", "usage")),
        "/connect/connectors", "/connect/connectors/canary", "/connect/connectors/canary/status",
        "/connect/connectors/canary/config", "/connect/connectors/canary/tasks",
        f"/kafka/v3/clusters/{demo['demo']['cluster_id']}/topics",
        f"/kafka/v3/clusters/{demo['demo']['cluster_id']}/brokers/1/configs",
    ]  # fmt: skip
    found, good = [], 0
    with httpx.Client(
        base_url=demo["http_url"], auth=(demo["demo"]["api_key"], demo["demo"]["api_secret"])
    ) as client:
        for path in paths:
            answer = client.get(path)
            good += answer.is_success
            head = repr(answer.headers.raw).encode()
            found += leaks(secrets, path, answer.content + head)
    assert found == []
    assert good >= 13
