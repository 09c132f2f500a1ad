"""docker-compose.yml says the same as the code: commands, ports, variables, health checks."""

import re
from pathlib import Path

import pytest
import yaml

from brokers.kernel.ids import BrokerId
from brokers.worker import node_config
from streaming.cell.instance import Instance
from streaming.cell.program import CHECKOUT
from streaming.cell.programs import (
    beat_command,
    broker_command,
    connect_command,
    storage_command,
    web_command,
)

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "headwater"]
BROKERS = {number: SERVICES[f"broker-{number}"] for number in (1, 2, 3)}


def environment_of(name):
    """The variables of a service, each ``${NAME:?}`` replaced as `.env` would."""
    given = SERVICES[name]["environment"]
    return {key: re.sub(r"\$\{(\w+):\?\}", r"\1", value) for key, value in given.items()}


def instance_of(name):
    return Instance.load(Path("/data"), environment_of(name))


def in_container(command):
    return ["python", *command[1:]]


def test_every_part_of_a_deployment_is_there():
    assert set(SERVICES) == {
        *("postgres", "valkey", "migrate"),
        *("broker-1", "broker-2", "broker-3"),
        *("web", "storage", "connect", "beat"),
    }


def test_brokers_run_the_command_that_up_runs():
    for number, service in BROKERS.items():
        assert service["command"] == in_container(broker_command(number))


def test_the_other_processes_run_the_commands_that_up_runs():
    assert SERVICES["web"]["command"] == in_container(web_command(instance_of("web")))
    assert SERVICES["storage"]["command"] == in_container(storage_command())
    assert SERVICES["connect"]["command"] == in_container(connect_command(1))
    assert SERVICES["beat"]["command"] == in_container(
        beat_command(Path("/data/run/beat-schedule"))
    )


def test_the_migration_is_a_command_of_ours():
    interpreter, manage, command = SERVICES["migrate"]["command"]
    assert (interpreter, manage) == ("python", "manage.py")
    assert (CHECKOUT / "streaming/management/commands" / f"{command}.py").exists()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_makes_a_difference(name):
    """A variable that nothing reads is a mistake, and so is one that is spelled differently."""
    given = environment_of(name)
    usual = Instance.load(Path("/data"), given)
    for variable in given:
        if given[variable] in {"3", "9092", "8000"}:  # said aloud, though they are the defaults
            changed = Instance.load(Path("/data"), given | {variable: "1234"})
        elif variable == "HEADWATER_SECRET_KEY":
            changed = Instance.load(Path("/data"), given | {variable: "another"})
        else:
            changed = Instance.load(
                Path("/data"), {key: value for key, value in given.items() if key != variable}
            )
        assert changed != usual, variable


def test_published_ports_are_those_that_are_listened_on_and_stay_on_this_machine():
    for number, service in BROKERS.items():
        port = instance_of(f"broker-{number}").broker(number).port
        assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    port = instance_of("web").http_port
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_brokers_are_told_where_their_peers_listen():
    for number in BROKERS:
        instance = instance_of(f"broker-{number}")
        address = instance.broker(number)
        peers = instance.internal_bootstrap_servers.split(",")
        assert address.internal_host == f"broker-{number}"
        assert peers[number - 1] == f"{address.internal_host}:{address.internal_port}"


def test_who_seals_and_who_opens_share_the_file_of_keys():
    mounted = {name: SERVICES[name].get("volumes", []) for name in OURS}
    sharing = {name for name, volumes in mounted.items() if "keys:/data/keys" in volumes}
    assert sharing == {
        *("web", "storage", "connect", "migrate"),
        *(f"broker-{number}" for number in BROKERS),
    }
    for name in sharing:
        assert instance_of(name).connector_keys_file.parent == Path("/data/keys")


def test_between_containers_the_internal_listener_has_certificates():
    for name in set(OURS) - {"migrate", "beat"}:
        instance = instance_of(name)
        assert instance.internal_tls, name
        assert instance.authorities() == instance_of("broker-1").authorities()
    assert node_config(instance_of("broker-2"), 2).mutual_tls is not None


def test_connectors_tasks_are_sent_where_containers_reach_brokers():
    """By the name of each broker's container, on a port that takes tenants' keys, is bound on all
    of the container's addresses and is not published."""
    worker = instance_of("connect")
    bootstrap = worker.nearest_bootstrap_servers.split(",")
    for number, service in BROKERS.items():
        config = node_config(instance_of(f"broker-{number}"), number)
        told = config.network_addresses[BrokerId(number)]
        assert bootstrap[number - 1] == f"{told[0]}:{told[1]}"
        assert told == (f"broker-{number}", config.network.port)
        assert config.network.host == "0.0.0.0"
        assert config.network.port not in {
            config.external.port,
            config.internal.port,
            config.metrics_port,
        }
        assert len(service["ports"]) == 1


def test_health_checks_ask_the_ports_that_answer():
    for number, service in BROKERS.items():
        port = instance_of(f"broker-{number}").broker(number).metrics_port
        assert f"http://127.0.0.1:{port}/health" in service["healthcheck"]["test"][-1]
    assert "http://127.0.0.1:8000/login" in SERVICES["web"]["healthcheck"]["test"][-1]


def test_each_broker_keeps_its_partitions_on_a_volume_that_storage_sees():
    seen = set(SERVICES["storage"]["volumes"])
    for number, service in BROKERS.items():
        target = instance_of(f"broker-{number}").broker(number).volume
        assert service["volumes"] == [f"broker-{number}:{target}", "keys:/data/keys"]
        assert service["volumes"][0] in seen
        assert f"broker-{number}" in COMPOSE["volumes"]


def test_services_are_no_owner_of_the_database():
    for name in OURS:
        roles = {
            url.split("//")[1].split(":")[0]
            for key, url in environment_of(name).items()
            if key.startswith("DATABASE")
        }
        assert roles == (
            {"headwater_service", "headwater"} if name == "migrate" else {"headwater_service"}
        )


def test_nothing_serves_before_the_schema_is_there():
    for name in set(OURS) - {"migrate"}:
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_every_secret_is_asked_for_in_the_example():
    text = (CHECKOUT / "docker-compose.yml").read_text()
    example = (CHECKOUT / ".env.example").read_text()
    wanted = set(re.findall(r"\$\{(\w+)", text))
    assert wanted == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_the_image_has_what_the_commands_need():
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    for needed in (
        "brokers",
        "clients",
        "connect",
        "frontend",
        "streaming",
        "tenants",
        "manage.py",
    ):
        assert f"!{needed}" in ignored
        assert (CHECKOUT / needed).exists()
    for copied in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in copied.split()[:-1]:
            assert (CHECKOUT / source).exists(), source
