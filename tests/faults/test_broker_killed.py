"""Kill -9 of brokers, and of the service itself: what was acknowledged is there afterwards."""

import os
import signal
from typing import Any

import pytest

from tests.faults.traffic import Traffic
from tests.service import ServiceUnderTest
from tests.waiting import wait_until


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ServiceUnderTest(tmp_path_factory.mktemp("killed"), brokers=1) as running:
        yield running


def client_of(service: ServiceUnderTest) -> dict[str, Any]:
    login = service.add_tenant("killed")
    service.asked("topics", "--create", "--topic", "t", "--tenant", "killed", "--partitions", "1")
    return login.librdkafka()


def test_five_kills_of_a_broker_lose_duplicate_and_reorder_nothing(
    service: ServiceUnderTest,
) -> None:
    client = client_of(service)
    with Traffic(client, "t") as traffic:
        for _ in range(5):
            flowing = len(traffic.seen)
            wait_until(lambda at=flowing: len(traffic.seen) > at + 100, "traffic to flow")
            killed = service.pid("broker-1")
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            service.wait_for_restart("broker-1", killed)
        flowing = len(traffic.seen)
        wait_until(lambda: len(traffic.seen) > flowing + 100, "traffic to flow")
    assert traffic.failures == []
    assert traffic.missing() == set()
    assert traffic.seen == list(range(traffic.sent)), "lost, duplicated or reordered"


def test_kill_and_clean_stop_of_everything_lose_nothing(service: ServiceUnderTest) -> None:
    client = client_of(service)
    with Traffic(client, "t") as traffic:
        wait_until(lambda: len(traffic.seen) > 200, "traffic to flow")
        service.kill()
        service.start()
        flowing = len(traffic.seen)
        wait_until(lambda: len(traffic.seen) > flowing + 100, "traffic after kill -9 of everything")
        service.stop()
        service.start()
        flowing = len(traffic.seen)
        wait_until(lambda: len(traffic.seen) > flowing + 100, "traffic after an orderly stop")
    assert traffic.failures == []
    assert traffic.missing() == set()
    assert traffic.seen == list(range(traffic.sent)), "lost, duplicated or reordered"
