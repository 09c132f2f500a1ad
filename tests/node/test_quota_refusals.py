"""What a broker does not allow by a quota is told to the audit log, once for many times."""

from collections import Counter

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.ports import NewTopic, Refused
from brokers.node.quotas import FULL
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.registry import ApiKey
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient, batch

KIB = 1024


class Log:
    """The audit log."""

    def __init__(self):
        self.entries = []

    async def record(self, refusals):
        self.entries += refusals

    async def record_deeds(self, deeds):
        pass

    def of(self, action):
        """(by, object) with the counts that were told."""
        found = Counter()
        for each in self.entries:
            if each.act.action == action:
                found[each.act.by, each.act.object] += each.count
        return found


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def world(log, tmp_path):
    cell = MemoryCell()
    with running(cell, node_config(tmp_path / "volume"), refusals=log) as node:
        tenant = cell.add_tenant("acme")
        cell.add_topic(tenant.id, "flights")
        node.cell, node.tenant = cell, tenant
        node.key = cell.add_key(tenant, principal="User:app")
        yield node


def limit(world, **limits):
    number = len(world.cell.changes) + 1
    world.cell.limit(world.tenant, **limits)
    wait_until(lambda: world.node.image.number >= number, "hearing of it")


def produced(client, size):
    request = client.produce_request("flights", batch(b"x" * size))
    answer = client.ask(ApiKey.PRODUCE, 9, request)
    return answer.responses[0].partition_responses[0].error_code


def test_who_is_held_back_is_told_of_with_the_quota_that_holds_him(world, log):
    limit(world, produce_bytes_per_s=1000 * KIB, fetch_bytes_per_s=20 * KIB)
    world.cell.put_quota(world.tenant, {"user": "app"}, producer_byte_rate=100.0 * KIB)
    wait_until(lambda: world.node.image.client_quotas.get(world.tenant.id), "hearing of it")
    with RawClient(world.port).log_in(world.key) as client:
        for _ in range(4):
            assert produced(client, 60 * KIB) == 0
        client.fetch("flights", 0)
    by_both = lambda: len(log.of("quota.throttle")) == 2  # noqa: E731
    wait_until(by_both, "the first of each is written at once")
    assert set(log.of("quota.throttle")) == {
        ("User:app", "producer_byte_rate"),
        ("User:app", "fetch_bytes_per_s"),
    }
    first = log.entries[0]
    assert (first.source, first.act.tenant_id) == ("127.0.0.1", world.tenant.id)
    assert first.request_id.count(".") == 3
    assert log.of("quota.refuse") == {}


def test_every_mute_counts_and_makes_no_entry_of_its_own(log, tmp_path):
    cell = MemoryCell()
    tenant = cell.add_tenant("acme")
    cell.limit(tenant, produce_bytes_per_s=2000 * KIB)
    with running(cell, node_config(tmp_path / "volume"), refusals=log) as node:
        cell.add_topic(tenant.id, "flights")
        with RawClient(node.port).log_in(cell.add_key(tenant, principal="User:app")) as client:
            for _ in range(20):
                assert produced(client, 300 * KIB) == 0
        mutes = node.node.metrics.tenant(tenant.id).mutes
        assert mutes > 3
        wait_until(lambda: log.entries, "the first is written")
    # What was gathered since is written by a broker that stops.
    assert log.of("quota.throttle") == {("User:app", "produce_bytes_per_s"): mutes}
    assert len(log.entries) == 2


def test_what_is_used_up_is_told_by_its_name(world, log):
    limit(world, message_bytes=KIB, storage_bytes=1_000_000)
    with RawClient(world.port).log_in(world.key) as client:
        assert produced(client, 2 * KIB) == ErrorCode.MESSAGE_TOO_LARGE
        world.node.quotas.have_stored({world.tenant.id: int(1_000_000 * FULL)})
        assert produced(client, 10) == ErrorCode.POLICY_VIOLATION
    wait_until(lambda: len(log.of("quota.refuse")) == 2, "both are written")
    assert log.of("quota.refuse") == {
        ("User:app", "message_bytes"): 1,
        ("User:app", "storage_bytes"): 1,
    }


def test_what_its_topic_alone_does_not_take_is_told_with_the_topic(world, log):
    limit(world, message_bytes=100 * KIB)
    world.cell.add_topic(world.tenant.id, "small", configs={"max.message.bytes": "200"})
    with RawClient(world.port).log_in(world.key) as client:
        client.metadata("small")
        request = client.produce_request("small", batch(b"x" * KIB))
        answer = client.ask(ApiKey.PRODUCE, 9, request)
        row = answer.responses[0].partition_responses[0]
        assert row.error_code == ErrorCode.MESSAGE_TOO_LARGE
        client.ask(ApiKey.PRODUCE, 9, request)
        assert produced(client, 200 * KIB) == ErrorCode.MESSAGE_TOO_LARGE
    wait_until(lambda: len(log.of("quota.refuse")) == 2, "both are written")
    assert set(log.of("quota.refuse")) == {
        ("User:app", "max.message.bytes of small"),
        ("User:app", "message_bytes"),
    }
    assert log.entries[0].request_id, "it is that of the request"


def test_connections_that_are_too_many_or_come_too_fast(world, log):
    limit(world, connections=1)
    key_id, secret = world.key
    with RawClient(world.port).log_in(world.key), RawClient(world.port) as other:
        other.handshake("PLAIN")
        token = SaslAuthenticateRequest(f"\0{key_id}\0{secret}".encode())
        other.send(ApiKey.SASL_AUTHENTICATE, 1, token)
        assert other.is_closed_by_broker()
    wait_until(lambda: log.of("quota.refuse") == {("User:app", "connections"): 1}, "it is written")
    limit(world, connections_per_s=1)
    for _ in range(7):
        RawClient(world.port).log_in(world.key).socket.close()
    hurried = ("User:app", "connections_per_s")
    wait_until(lambda: hurried in log.of("quota.throttle"), "five may come at once")


def commit(client, group):
    place = OffsetCommitRequestTopic("flights", partitions=[OffsetCommitRequestPartition(0, 7)])
    request = OffsetCommitRequest(group_id=group, topics=[place])
    return client.ask(ApiKey.OFFSET_COMMIT, 7, request).topics[0].partitions[0].error_code


def test_groups_that_are_too_many(world, log):
    limit(world, groups=1)
    with RawClient(world.port).log_in(world.key) as client:
        find = FindCoordinatorRequest("any", 0)
        wait_until(lambda: not client.ask(ApiKey.FIND_COORDINATOR, 2, find).error_code, "one")
        wait_until(lambda: commit(client, "first") == ErrorCode.NONE, "a commit")
        assert commit(client, "second") == ErrorCode.POLICY_VIOLATION
    wait_until(lambda: log.entries, "it is written")
    assert log.of("quota.refuse") == {("User:app", "groups"): 1}
    assert log.entries[0].request_id, "it is that of the request"


def test_topics_that_are_too_many_and_come_too_fast(world, log, monkeypatch):
    refused = {
        "many": Refused(ErrorCode.POLICY_VIOLATION, "too many", quota="partitions"),
        "fast": Refused(
            ErrorCode.THROTTLING_QUOTA_EXCEEDED, "too fast", 100, "controller_mutation_rate"
        ),
        "wrong": Refused(ErrorCode.INVALID_CONFIG, "another reason"),
    }

    async def create_topics(_actor, topics: list[NewTopic], _validate_only):
        return [refused[topic.name] for topic in topics]

    monkeypatch.setattr(world.cell, "create_topics", create_topics)
    administrator = world.cell.add_key(world.tenant, principal="User:boss")
    with RawClient(world.port).log_in(administrator) as client:
        topics = [CreatableTopic(name, 1, 1) for name in refused]
        client.ask(ApiKey.CREATE_TOPICS, 7, CreateTopicsRequest(topics, 5_000))
    wait_until(lambda: len(log.entries) == 2, "both are written")
    assert log.of("quota.refuse") == {("User:boss", "partitions"): 1}
    assert log.of("quota.throttle") == {("User:boss", "controller_mutation_rate"): 1}
