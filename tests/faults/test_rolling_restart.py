"""Every broker is restarted in turn under load: leadership is handed over first, nothing fails."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from tests.faults.traffic import Traffic
from tests.service import ServiceUnderTest
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    with ServiceUnderTest(tmp_path_factory.mktemp("rolling")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: ServiceUnderTest) -> dict[str, Any]:
    return service.add_tenant("rolling").librdkafka()


def test_no_produce_fails_and_nothing_is_lost(
    service: ServiceUnderTest, client: dict[str, Any]
) -> None:
    topic = "rolling"
    service.asked(
        "topics", "--create", "--topic", topic, "--tenant", "rolling", "--partitions", "1"
    )
    admin = AdminClient(client)

    def all_in_sync() -> bool:
        return len(admin.list_topics(topic, timeout=60).topics[topic].partitions[0].isrs) == 3

    wait_until(all_in_sync, "three in-sync replicas")
    with Traffic(client, topic) as traffic:
        wait_until(lambda: len(traffic.seen) > 50, "traffic to flow")
        for broker in service.status["brokers"]:
            os.kill(broker["pid"], signal.SIGTERM)
            service.wait_for_restart(f"broker-{broker['id']}", broker["pid"])
            wait_until(all_in_sync, "it to be in sync again")
        flowing = len(traffic.seen)
        wait_until(lambda: len(traffic.seen) > flowing + 50, "traffic to go on")
    assert traffic.failures == []
    assert traffic.missing() == set()
    assert sorted(traffic.seen) == list(range(traffic.sent))
