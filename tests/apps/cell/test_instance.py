"""How a process learns which deployment it belongs to."""

import json

import pytest

from brokers.worker import node_config
from streaming.cell import secrets
from streaming.cell.failure import ConfigurationError
from streaming.cell.instance import Instance
from streaming.cell.programs import upkeep_programs


@pytest.fixture
def folder(tmp_path):
    secrets.write(tmp_path / "secrets.json", secrets.generate())
    record = {
        "id": "abc",
        "brokers": 2,
        "http_port": 18000,
        "kafka_port": 19092,
        "bind_host": "127.0.0.1",
        "advertised_host": "127.0.0.1",
        "tls": False,
        "demo": True,
        "database_port": 15432,
        "redis_port": 16379,
    }
    (tmp_path / "instance.json").write_text(json.dumps(record))
    return tmp_path


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_as_many_connect_workers_run_as_the_record_says(folder, workers):
    record = json.loads((folder / "instance.json").read_text())
    (folder / "instance.json").write_text(json.dumps(record | {"connect_workers": workers}))

    names = [each.name for each in upkeep_programs(Instance.load(folder, {}))]

    assert names == ["storage", *(f"connect-{n}" for n in range(1, workers + 1)), "beat"]


def test_the_record_says_where_everything_is(folder):
    instance = Instance.load(folder, {})

    assert instance.bootstrap_servers == "127.0.0.1:19092,127.0.0.1:19093"
    assert instance.internal_bootstrap_servers == "127.0.0.1:19192,127.0.0.1:19193"
    assert instance.http_url == "http://127.0.0.1:18000"
    assert instance.security_protocol == "SASL_PLAINTEXT"
    assert instance.broker(2).metrics_port == 19293
    assert instance.broker(2).volume == folder / "volumes" / "2"
    assert instance.database_url.startswith("postgresql://headwater_service:")
    assert instance.database_owner_url.startswith("postgresql://headwater:")
    assert instance.database_url.endswith("@127.0.0.1:15432/headwater")
    assert instance.redis_url.endswith("@127.0.0.1:16379/0")


def test_the_environment_comes_before_the_record(folder):
    instance = Instance.load(
        folder,
        {
            "HEADWATER_KAFKA_PORT": "29092",
            "HEADWATER_ADVERTISED_HOST": "streams.example",
            "HEADWATER_TLS": "true",
            "HEADWATER_CONNECTIONS_MAX_REAUTH_MS": "3600000",
            "HEADWATER_GROUP_CONSUMER_SESSION_TIMEOUT_MS": "6000",
            "HEADWATER_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS": "500",
            "DATABASE_URL": "postgresql://app@db/streams",
            "REDIS_URL": "redis://cache/1",
        },
    )

    assert instance.bootstrap_servers == "streams.example:29092,streams.example:29093"
    assert instance.http_url == "https://streams.example:18000"
    assert instance.security_protocol == "SASL_SSL"
    config = node_config(instance, 1)
    assert config.session_lifetime_ms == 3_600_000
    assert config.consumer_session_timeout_ms == 6_000
    assert config.consumer_heartbeat_interval_ms == 500
    assert (instance.database_url, instance.redis_url) == (
        "postgresql://app@db/streams",
        "redis://cache/1",
    )
    assert not instance.embedded_database
    assert not instance.embedded_redis


def test_a_listener_for_the_deployment_s_own_network_is_told_by_address(folder):
    told = Instance.load(folder, {"HEADWATER_NETWORK_BOOTSTRAP": "one.inner:9392, [fd00::2]:9393"})

    assert told.network_addresses == {1: ("one.inner", 9392), 2: ("fd00::2", 9393)}
    assert told.nearest_bootstrap_servers == "one.inner:9392,[fd00::2]:9393"
    assert node_config(told, 2).network.port == 9393
    without = Instance.load(folder, {})
    assert without.nearest_bootstrap_servers == without.bootstrap_servers
    assert node_config(without, 1).network is None


@pytest.mark.parametrize("heartbeat", ["0", "45000"])
def test_members_that_could_not_speak_in_time_are_refused(folder, heartbeat):
    with pytest.raises(ConfigurationError, match="would all be lost"):
        Instance.load(folder, {"HEADWATER_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS": heartbeat})


@pytest.mark.parametrize("given", ["broker-1", "broker-1:", ":9392", "broker-1:0", "a:1,b:70000"])
def test_an_address_that_is_none_is_refused(folder, given):
    with pytest.raises(ConfigurationError, match="host:port for each broker"):
        Instance.load(folder, {"HEADWATER_NETWORK_BOOTSTRAP": given})


def test_one_database_url_serves_both_roles_unless_the_owner_has_its_own(folder):
    one = {"DATABASE_URL": "postgresql://app@db/streams"}
    two = one | {"DATABASE_OWNER_URL": "postgresql://owner@db/streams"}

    assert Instance.load(folder, one).database_owner_url == one["DATABASE_URL"]
    assert Instance.load(folder, two).database_owner_url == two["DATABASE_OWNER_URL"]


def test_processes_with_the_same_secret_key_agree_on_every_secret(tmp_path):
    here = Instance.load(tmp_path / "a", {"HEADWATER_SECRET_KEY": "one"}).secrets
    there = Instance.load(tmp_path / "b", {"HEADWATER_SECRET_KEY": "one"}).secrets
    other = Instance.load(tmp_path / "b", {"HEADWATER_SECRET_KEY": "two"}).secrets

    assert here == there
    assert here.verifier_pepper != other.verifier_pepper
    assert here.edge_token_public_key == there.edge_token_public_key
    assert here.edge_token_public_key != other.edge_token_public_key


def test_a_shared_database_without_a_shared_secret_is_refused(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        Instance.load(tmp_path, {"DATABASE_URL": "postgresql://app:hidden@db/streams"})
    assert "HEADWATER_SECRET_KEY" in str(refused.value)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HEADWATER_KAFKA_PORT", "kafka"), ("HEADWATER_TLS", "perhaps"), ("HEADWATER_BROKERS", "")],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(folder, variable, value):
    with pytest.raises(ConfigurationError) as refused:
        Instance.load(folder, {variable: value})
    assert variable in str(refused.value)


def test_a_torn_record_is_refused_by_its_path(folder):
    (folder / "instance.json").write_text('{"id": ')
    with pytest.raises(ConfigurationError) as refused:
        Instance.load(folder, {})
    assert str(folder / "instance.json") in str(refused.value)


def test_secrets_are_readable_by_their_owner_only_and_never_printed(folder):
    kept = Instance.load(folder, {}).secrets

    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert kept.redis_password not in repr(kept)
    assert kept == secrets.read(folder / "secrets.json")
