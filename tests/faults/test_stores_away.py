"""PostgreSQL and Valkey are killed and stay away under load: records go on flowing."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.faults.traffic import Traffic
from tests.service import ServiceUnderTest
from tests.waiting import wait_until

AWAY_SECONDS = 60


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service of its own: others' tests should not lose their stores."""
    with ServiceUnderTest(tmp_path_factory.mktemp("stores")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: ServiceUnderTest) -> dict[str, Any]:
    return service.add_tenant("away").librdkafka()


def make_topic(service: ServiceUnderTest, name: str) -> str:
    service.asked("topics", "--create", "--topic", name, "--tenant", "away", "--partitions", "3")
    return name


def keep_dead(service: ServiceUnderTest, name: str, seconds: float) -> None:
    """Kill -9 the store, and each time the supervisor has started it again, until time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for process in _running(service.data_dir, name):
            with suppress(psutil.NoSuchProcess):  # A child of one that was killed just now.
                process.send_signal(signal.SIGKILL)
        time.sleep(0.05)


def _running(data_dir: Path, name: str) -> list[psutil.Process]:
    found = []
    program = {"postgres": "postgres", "valkey": "valkey-server"}[name]
    for process in psutil.process_iter(["name"]):
        if process.info["name"] != program:
            continue
        try:
            inside = process.environ().get("HEADWATER_DATA_DIR") == str(data_dir)
            if inside and process.parent() is not None:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("store", ["postgres", "valkey"])
def test_a_minute_without_it_costs_no_produce_and_no_fetch(
    service: ServiceUnderTest, client: dict[str, Any], store: str
) -> None:
    topic = make_topic(service, f"without-{store}")
    brokers = {each["pid"] for each in service.status["brokers"]}
    with Traffic(client, topic) as traffic:
        wait_until(lambda: len(traffic.seen) > 50, "traffic to flow")
        first = service.pid(store)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        keep_dead(service, store, AWAY_SECONDS)
        flowing = len(traffic.seen)
        wait_until(lambda: len(traffic.seen) > flowing + 50, "traffic to go on")
        wait_until(lambda: service.pid(store) is not None, f"{store} to come back")
    assert traffic.failures == []
    assert traffic.missing() == set()
    assert sorted(traffic.seen) == list(range(traffic.sent))
    assert {each["pid"] for each in service.status["brokers"]} == brokers
    # What waited for the store works again by itself.
    wait_until(
        lambda: service.run("topics", "--list", "--tenant", "away").returncode == 0,
        "commands to work again",
    )
    make_topic(service, f"after-{store}")
