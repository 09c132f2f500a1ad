"""Kill -9 of the broker that coordinates a transaction, before and while it is being ended."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.registry import ApiKey
from tests.node.raw_client import RawClient
from tests.service import ServiceUnderTest

ID = "orders"
TRANSACTIONS = 5
ABORTED = {1}
KILLED_BEFORE_END, KILLED_DURING_END = {1, 2}, {3}
SECONDS = 60


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    with ServiceUnderTest(tmp_path_factory.mktemp("coordinator"), brokers=3) as running:
        yield running


@pytest.fixture
def client(service: ServiceUnderTest) -> dict[str, Any]:
    """How librdkafka logs in; there is a topic ``t`` of two partitions on three brokers each."""
    login = service.add_tenant("killed")
    service.asked(
        "topics", "--create", "--topic", "t", "--tenant", "killed",
        "--partitions", "2", "--replication-factor", "3",
    )  # fmt: skip
    return login.librdkafka()


def coordinator_of(client: dict[str, Any]) -> int:
    """The broker that any broker which answers says it is."""
    deadline = time.monotonic() + SECONDS
    key = (client["sasl.username"], client["sasl.password"])
    while True:
        for address in client["bootstrap.servers"].split(","):
            try:
                with RawClient(int(address.rpartition(":")[2])) as connection:
                    connection.log_in(key)
                    asked = FindCoordinatorRequest(key_type=1, coordinator_keys=[ID])
                    (row,) = connection.ask(ApiKey.FIND_COORDINATOR, 4, asked).coordinators
                if not row.error_code:
                    return row.node_id
            except (OSError, EOFError):
                continue
        assert time.monotonic() < deadline, "nobody knows a coordinator"
        time.sleep(0.1)


def committed(client: dict[str, Any], last: bytes) -> list[bytes]:
    """Everything that readers of committed records see, up to ``last`` in both partitions."""
    settings = {"group.id": "none", "isolation.level": "read_committed", "log_level": 0}
    consumer = Consumer({**client, **settings})
    consumer.assign([TopicPartition("t", each, 0) for each in (0, 1)])
    values: list[bytes] = []
    deadline = time.monotonic() + SECONDS
    while values.count(last) < 2:
        assert time.monotonic() < deadline, f"only {values} are committed"
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            values.append(message.value() or b"")
    consumer.close()
    return values


def test_what_was_answered_is_so_in_every_partition(
    service: ServiceUnderTest, client: dict[str, Any]
) -> None:
    producer = Producer({**client, "transactional.id": ID, "log_level": 0})
    producer.init_transactions(SECONDS)
    expected: list[bytes] = []
    for number in range(TRANSACTIONS):
        producer.begin_transaction()
        value = b"%d" % number
        for partition in (0, 1):
            producer.produce("t", value, partition=partition)
        assert producer.flush(SECONDS) == 0
        killer: threading.Timer | None = None
        if number in KILLED_BEFORE_END | KILLED_DURING_END:
            coordinator = coordinator_of(client)
            old = service.pid(f"broker-{coordinator}")
            assert old is not None
            killer = threading.Timer(0, os.kill, (old, signal.SIGKILL))
            killer.start()
            if number in KILLED_BEFORE_END:
                killer.join()
        if number in ABORTED:
            producer.abort_transaction(SECONDS)
        else:
            producer.commit_transaction(SECONDS)
            expected += [value, value]
        if killer is not None:
            killer.join()
            service.wait_for_restart(f"broker-{coordinator}", old)
    assert sorted(committed(client, b"%d" % (TRANSACTIONS - 1))) == sorted(expected)
