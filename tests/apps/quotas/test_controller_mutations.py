"""``controller_mutation_rate`` as Kafka's clients of either age meet it (KIP-599)."""

import time
from contextlib import ExitStack

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.wire.messages.create_partitions_request import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from brokers.wire.registry import ApiKey
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tests.node.raw_client import RawClient

BURST_S = 11
"""At the first request there is so much of the rate."""
DEBT = 28
CLIENT_ID = "maker"
TOO_FAST = ErrorCode.THROTTLING_QUOTA_EXCEEDED
PATIENT_MS = 30_000


def rate(tenant, partitions_per_s):
    wanted = Alteration({"client-id": CLIENT_ID}, {"controller_mutation_rate": partitions_per_s})
    alter_client_quotas(tenant_id=tenant.id, by="test", alterations=[wanted])


def creation(timeout_ms=PATIENT_MS, validate_only=False, **topics):
    rows = [CreatableTopic(name, count, 1) for name, count in topics.items()]
    return CreateTopicsRequest(rows, timeout_ms, validate_only)


def growth(name, count, timeout_ms=PATIENT_MS):
    return CreatePartitionsRequest([CreatePartitionsTopic(name, count, None)], timeout_ms)


def deletion(version, *names, timeout_ms=PATIENT_MS):
    if version < 6:
        return DeleteTopicsRequest(topic_names=list(names), timeout_ms=timeout_ms)
    return DeleteTopicsRequest([DeleteTopicState(name) for name in names], timeout_ms=timeout_ms)


class Maker(RawClient):
    """Every request has the client id that the quota is for."""

    def send(self, api_key, version, request):
        super().send(api_key, version, request, CLIENT_ID)

    def create(self, version, **wanted):
        answer = self.ask(ApiKey.CREATE_TOPICS, version, creation(**wanted))
        return [row.error_code for row in answer.topics], answer.throttle_time_ms

    def grow(self, version, *wanted, **fields):
        answer = self.ask(ApiKey.CREATE_PARTITIONS, version, growth(*wanted, **fields))
        return [row.error_code for row in answer.results], answer.throttle_time_ms

    def delete(self, version, *names, **fields):
        answer = self.ask(ApiKey.DELETE_TOPICS, version, deletion(version, *names, **fields))
        return [row.error_code for row in answer.responses], answer.throttle_time_ms


@pytest.fixture
def owing(edge):
    """A tenant whose client owes ``DEBT`` partitions at one a second, and how to connect to it."""
    tenant = edge.tenant()
    rate(tenant, 1)
    with Maker(edge.kafka_port()) as client:
        client.log_in(tenant.administrator)
        # The second is begun while there is something left, so it may overdraw.
        codes, wait_ms = client.create(7, kept=9, grown=BURST_S - 9 + DEBT, late=1, later=1)
        assert codes == [0, 0, TOO_FAST, TOO_FAST], "only what is beyond the bucket"
        assert DEBT * 1000 / 2 < wait_ms <= DEBT * 1000 + 1
    return tenant


def maker(edge, tenant):
    return Maker(edge.kafka_port()).log_in(tenant.administrator)


def test_a_client_that_knows_the_error_is_told_when_to_come_again(edge, owing):
    with maker(edge, owing) as client:
        answers = [
            client.create(6, late=1),
            client.create(7, late=1),
            client.grow(3, "kept", 10),
            client.delete(5, "kept"),
            client.delete(6, "kept", "grown"),
        ]
        for codes, wait_ms in answers:
            assert set(codes) == {TOO_FAST}
            assert 0 < wait_ms <= DEBT * 1000 + 1
        # What changes nothing costs nothing, and what fails for another reason says so.
        assert client.create(7, late=1, validate_only=True) == ([0], 0)
        assert client.delete(6, "absent") == ([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION], 0)
        names = {topic.name for topic in client.metadata().topics}
    assert names == {"kept", "grown"}


def test_an_older_client_is_never_told_the_error_and_waits(edge, owing):
    with ExitStack() as stack:
        clients = [stack.enter_context(maker(edge, owing)) for _ in range(4)]
        first = clients[0]
        impatient = [
            first.create(5, late=1, timeout_ms=200),
            first.grow(2, "kept", 10, timeout_ms=200),
            first.delete(4, "kept", timeout_ms=200),
        ]
        assert [codes for codes, _ in impatient] == [[ErrorCode.REQUEST_TIMED_OUT]] * 3
        rate(owing, DEBT / 3)  # What is owed stays owed, and takes three seconds at most now.
        began = time.monotonic()
        _, wait_ms = first.create(7, told=1)
        requests = [
            (ApiKey.CREATE_TOPICS, 5, creation(late=1)),
            (ApiKey.CREATE_PARTITIONS, 2, growth("kept", 10)),
            (ApiKey.DELETE_TOPICS, 4, deletion(4, "grown")),
        ]
        for client, request in zip(clients[1:], requests, strict=True):
            client.send(*request)
        created, grown, deleted = (
            client.receive(api_key, version)
            for client, (api_key, version, _) in zip(clients[1:], requests, strict=True)
        )
        took_ms = (time.monotonic() - began) * 1000
        names = {topic.name: len(topic.partitions) for topic in first.metadata().topics}
    assert created.topics[0].error_code == 0
    assert grown.results[0].error_code == 0
    assert deleted.responses[0].error_code == 0
    assert 0 < wait_ms <= took_ms + 1, "held back for as long as a newer client is told to wait"
    assert names == {"kept": 10, "late": 1}


@pytest.mark.parametrize(("create", "grow", "delete"), [(7, 3, 6), (5, 2, 4)])
def test_another_tenant_s_client_of_the_same_name_is_not_held_back(
    edge, owing, create, grow, delete
):
    neighbour = edge.tenant()
    rate(neighbour, 1)
    with maker(edge, neighbour) as client:
        assert client.create(create, kept=2) == ([0], 0)
        assert client.grow(grow, "kept", 4) == ([0], 0)
        assert client.delete(delete, "kept") == ([0], 0)
    with maker(edge, owing) as client:
        assert client.delete(6, "kept")[0] == [TOO_FAST], "who owes still does"
