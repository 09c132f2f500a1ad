"""Quotas at one broker: what a tenant may use in all, whoever asks and over whatever connection."""

import itertools
import time
from contextlib import ExitStack

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.exposition import exposition
from brokers.node.quotas import FULL
from brokers.wire.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntityData,
    EntryData,
    OpData,
)
from brokers.wire.messages.describe_client_quotas_request import (
    ComponentData,
    DescribeClientQuotasRequest,
)
from brokers.wire.messages.quota_shares_request import QuotaReport, QuotaSharesRequest
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch
from tests.waiting import at_best

KIB = 1024


class Guest:
    """A tenant of one test's own, with a topic and two principals."""

    def __init__(self, world, name, **limits):
        self.world = world
        self.tenant = world.cell.add_tenant(name)
        self.key = self.key_of("User:app")
        self.topic = world.cell.add_topic(self.tenant.id, "flights", 1)
        self.limit(**limits)
        with self.connect() as client:
            client.metadata("flights")  # It is there by now.

    def key_of(self, principal):
        return self.world.cell.add_key(self.tenant, administrator=False, principal=principal)

    def limit(self, **limits):
        number = len(self.world.cell.changes) + 1
        self.world.cell.limit(self.tenant, **limits)
        self.caught_up(number)

    def quota(self, entity, **values):
        number = len(self.world.cell.changes) + 1
        self.world.cell.put_quota(self.tenant, entity, **values)
        self.caught_up(number)

    def caught_up(self, number):
        image = lambda: self.world.node.node.image.number  # noqa: E731
        wait_until(lambda: image() >= number, "hearing of it")

    def connect(self, key=None):
        return RawClient(self.world.node.port).log_in(key or self.key)


def produced(client, size, **fields):
    """The whole answer to so many bytes."""
    request = client.produce_request("flights", batch(b"x" * size), **fields)
    return client.ask(ApiKey.PRODUCE, 9, request)


def fetched(client, offset=0, **fields):
    return client.ask(ApiKey.FETCH, 12, client.fetch_request("flights", offset, **fields))


def seconds(function, *arguments):
    began = time.monotonic()
    function(*arguments)
    return time.monotonic() - began


def test_who_produces_too_much_is_told_and_muted(world):
    guest = Guest(world, "loud", produce_bytes_per_s=100 * KIB)
    with guest.connect() as client:
        began = time.monotonic()
        first = produced(client, 150 * KIB)
        assert first.responses[0].partition_responses[0].error_code == 0
        assert 300 < first.throttle_time_ms <= 600
        client.api_versions()  # From the append on, which may be a while before its answer.
        assert time.monotonic() - began > first.throttle_time_ms / 1000
    node = world.node.node
    assert node.metrics.tenant(guest.tenant.id).mutes == 1
    assert f'headwater_mutes_total{{tenant="{guest.tenant.id}"}} 1' in exposition(
        node.metrics, 1, {}
    )


def test_within_the_quota_nobody_waits(world):
    guest = Guest(world, "quiet", produce_bytes_per_s=100 * KIB, fetch_bytes_per_s=100 * KIB)
    with guest.connect() as client:
        assert produced(client, 50 * KIB).throttle_time_ms == 0
        assert fetched(client).throttle_time_ms == 0
        client.api_versions()
    assert world.node.node.metrics.tenant(guest.tenant.id).mutes == 0


def test_connecting_anew_and_other_names_do_not_help(world):
    rate, span = 200 * KIB, 1.5
    guest = Guest(world, "sly", produce_bytes_per_s=rate)
    began, taken, number = time.monotonic(), 0, 0
    # A busy machine may connect too slowly to use it all, and goes on until it does.
    while (passed := time.monotonic() - began) < span or taken < rate * passed * 0.7:
        assert passed < 30, "less was taken than is allowed"
        number += 1
        with guest.connect(guest.key_of(f"User:app{number}")) as client:
            request = client.produce_request("flights", batch(b"x" * 60 * KIB))
            client.send(ApiKey.PRODUCE, 9, request, client_id=f"client{number}")
            client.receive(ApiKey.PRODUCE, 9)
            taken += 60 * KIB
        passed = time.monotonic() - began
        assert taken <= rate * (passed + 1) * 1.1 + 60 * KIB


def test_another_tenant_is_not_held_up(world, client, topic):
    guest = Guest(world, "hog", produce_bytes_per_s=10 * KIB)
    with guest.connect() as hog:
        mutes = world.node.node.metrics.tenant(world.tenant.id).mutes
        wait_ms = produced(hog, 500 * KIB).throttle_time_ms
        assert wait_ms > 30_000
        assert seconds(client.produce, topic.name, batch(b"x" * 50 * KIB)) < wait_ms / 1000
    assert world.node.node.metrics.tenant(world.tenant.id).mutes == mutes


def test_who_fetches_too_much_gets_nothing_and_is_told(world):
    guest = Guest(world, "greedy", fetch_bytes_per_s=30 * KIB)
    with guest.connect() as client, guest.connect() as other:
        produced(client, 100 * KIB)
        first = fetched(client)
        assert len(first.responses[0].partitions[0].records) > 100 * KIB, "whole batches only"
        assert first.throttle_time_ms > 2_000
        second = fetched(other)
        assert (second.responses, second.throttle_time_ms > 0) == ([], True)
        third = fetched(other)  # It was muted meanwhile.
        assert len(third.responses[0].partitions[0].records) > 100 * KIB


def test_a_fetch_returns_no_more_than_there_is_of_the_quota(world):
    guest = Guest(world, "modest", fetch_bytes_per_s=100 * KIB)
    with guest.connect() as client:
        for _ in range(5):
            produced(client, 40 * KIB)
        answer = fetched(client)
        assert len(answer.responses[0].partitions[0].records) <= 100 * KIB


@pytest.mark.parametrize("entity", [{"user": "app"}, {"client-id": "test"}, {"user": None}])
def test_a_client_quota_holds_for_its_client_alone(world, entity):
    guest = Guest(world, "divided-" + "-".join(f"{k}.{v}" for k, v in entity.items()))
    with guest.connect() as client, guest.connect(guest.key_of("User:other")) as other:
        assert produced(client, 50 * KIB).throttle_time_ms == 0
        guest.quota(entity, producer_byte_rate=20.0 * KIB)
        assert produced(client, 60 * KIB).throttle_time_ms > 0
        request = other.produce_request("flights", batch(b"x" * 10))
        other.send(ApiKey.PRODUCE, 9, request, client_id="another")
        assert other.receive(ApiKey.PRODUCE, 9).throttle_time_ms == 0


def until_throttled(ask):
    """The throttle time of the first answer that has one."""
    end = time.monotonic() + 60
    while not (throttled_ms := ask().throttle_time_ms):
        assert time.monotonic() < end, "nothing was throttled"
    return throttled_ms


def test_a_clients_quotas_of_fetching_and_of_time_hold(world):
    guest = Guest(world, "watched")
    other = guest.key_of("User:other")
    with guest.connect() as client, guest.connect(other) as beside:
        produced(client, 60 * KIB)
        assert fetched(client).throttle_time_ms == 0
        guest.quota({"user": "app"}, consumer_byte_rate=20.0 * KIB)
        assert fetched(client).throttle_time_ms > 1_000
        assert fetched(beside).throttle_time_ms == 0
    guest = Guest(world, "timed")
    with guest.connect() as client, guest.connect(guest.key_of("User:other")) as beside:
        guest.quota({"user": "app"}, request_percentage=1.0)
        assert until_throttled(lambda: client.metadata(version=5)) > 0
        assert beside.metadata(version=5).throttle_time_ms == 0


def test_connections_of_an_address_wait_by_its_quota_and_others_do_not(world):
    guest = Guest(world, "addressed")
    guest.quota({"ip": "127.0.0.1"}, connection_creation_rate=2.0)
    with ExitStack() as stack:

        def connect(source):
            client = stack.enter_context(RawClient(world.node.port, source=source))
            client.log_in(guest.key)

        assert seconds(lambda: [connect("127.0.0.1") for _ in range(5)]) > 0.8
        others = (f"127.0.1.{number}" for number in itertools.count(1))

        def connect_at_once():
            other = next(others)
            assert seconds(lambda: [connect(other) for _ in range(5)]) < 0.8

        at_best(connect_at_once)


def test_a_quota_that_is_raised_ends_the_wait(world):
    guest = Guest(world, "patient", produce_bytes_per_s=1 * KIB)
    with guest.connect() as client:
        assert produced(client, 100 * KIB).throttle_time_ms > 60_000
        guest.limit(produce_bytes_per_s=10_000 * KIB)
        assert seconds(client.api_versions) < 30, "half of what it was told"


def test_time_on_the_broker_is_charged(world):
    guest = Guest(world, "busy", request_time_percent=1)
    with guest.connect() as client:
        began, answer = 0.0, None

        def ask():
            nonlocal began, answer
            began = time.monotonic()  # From its answer on, which is seen a while after.
            answer = client.metadata(version=5)
            return answer

        until_throttled(ask)
        client.metadata()
        assert time.monotonic() - began > answer.throttle_time_ms / 1000 - 0.1


def test_a_batch_above_the_tenants_limit_is_refused(world):
    guest = Guest(world, "small", message_bytes=1 * KIB)
    with guest.connect() as client:
        row = produced(client, 2 * KIB).responses[0].partition_responses[0]
        assert row.error_code == ErrorCode.MESSAGE_TOO_LARGE
        assert produced(client, 100).responses[0].partition_responses[0].error_code == 0


def test_a_full_tenant_reads_and_writes_no_more_until_something_is_deleted(world):
    guest = Guest(world, "stuffed", storage_bytes=1_000_000)
    quotas = world.node.node.quotas
    with guest.connect() as client:
        assert produced(client, 10).responses[0].partition_responses[0].error_code == 0
        quotas.have_stored({guest.tenant.id: int(1_000_000 * FULL)})
        row = produced(client, 10).responses[0].partition_responses[0]
        assert row.error_code == ErrorCode.POLICY_VIOLATION
        assert "tenant stuffed stores nearly all" in row.error_message
        assert "950000 bytes of its limit storage_bytes, 1000000;" in row.error_message
        assert len(fetched(client).responses[0].partitions[0].records) > 0
        quotas.have_stored({guest.tenant.id: int(1_000_000 * FULL) - 1})
        assert produced(client, 10).responses[0].partition_responses[0].error_code == 0


def test_connections_that_come_too_fast_wait_for_their_turn(world):
    guest = Guest(world, "stormy", connections_per_s=2)
    kept = []
    spent = seconds(lambda: kept.extend(guest.connect() for _ in range(13)))
    for client in kept:
        client.socket.close()
    assert spent > 0.8, "ten may come at once, then two a second"


def test_shares_are_for_brokers_alone(world):
    request = QuotaSharesRequest([QuotaReport(world.tenant.id, "produce_bytes_per_s", 0, 1, 0)])
    with RawClient(world.node.node.internal.port) as client:
        assert client.log_in_as_edge(world.tenant.id).error_code == 0
        answer = client.ask(ApiKey.QUOTA_SHARES, 0, request)
    assert (answer.error_code, answer.shares) == (ErrorCode.CLUSTER_AUTHORIZATION_FAILED, [])


def altered(client, entity, remove=False, validate_only=False, **values):
    entry = EntryData(
        [EntityData(kind, name) for kind, name in entity.items()],
        [OpData(key, value, remove) for key, value in values.items()],
    )
    request = AlterClientQuotasRequest([entry], validate_only)
    (row,) = client.ask(ApiKey.ALTER_CLIENT_QUOTAS, 1, request).entries
    assert {each.entity_type: each.entity_name for each in row.entity} == entity
    return row.error_code


def described(client, *components, strict=False):
    asked = [ComponentData(kind, match, name) for kind, match, name in components]
    request = DescribeClientQuotasRequest(asked, strict)
    answer = client.ask(ApiKey.DESCRIBE_CLIENT_QUOTAS, 1, request)
    if answer.error_code:
        return ErrorCode(answer.error_code)
    return {
        tuple((each.entity_type, each.entity_name) for each in entry.entity): {
            value.key: value.value for value in entry.values
        }
        for entry in answer.entries
    }


EXACT, DEFAULT, ANY = 0, 1, 2


def test_client_quotas_over_the_wire(world):
    guest = Guest(world, "wired")
    boss = world.cell.add_key(guest.tenant)
    with guest.connect(boss) as client, guest.connect() as app:
        assert altered(client, {"user": "app"}, producer_byte_rate=20.0 * KIB) == 0
        assert altered(client, {"user": None, "client-id": "x"}, request_percentage=5.0) == 0
        assert altered(client, {"ip": "10.0.0.1"}, connection_creation_rate=3.0) == 0
        assert altered(client, {"user": "no"}, validate_only=True, producer_byte_rate=1.0) == 0
        assert altered(client, {"user": "app"}, producer_byte_rate=-1.0) == 42
        assert altered(app, {"user": "app"}, producer_byte_rate=9e9) == 31
        app_only = {(("user", "app"),): {"producer_byte_rate": 20.0 * KIB}}
        both = {(("client-id", "x"), ("user", None)): {"request_percentage": 5.0}}
        address = {(("ip", "10.0.0.1"),): {"connection_creation_rate": 3.0}}
        assert described(client) == app_only | both | address
        assert described(client, ("user", ANY, None)) == app_only | both
        assert described(client, ("user", ANY, None), strict=True) == app_only
        assert described(client, ("user", DEFAULT, None)) == both
        assert described(client, ("user", EXACT, "app")) == app_only
        assert described(client, ("user", EXACT, "no")) == {}
        assert described(client, ("user", EXACT, None)) is ErrorCode.INVALID_REQUEST
        assert described(client, ("ip", ANY, None), ("user", ANY, None)) == 42
        assert described(client, ("colour", ANY, None)) is ErrorCode.UNSUPPORTED_VERSION
        assert described(app) is ErrorCode.CLUSTER_AUTHORIZATION_FAILED
        assert produced(app, 60 * KIB).throttle_time_ms > 0, "it holds at once"
        assert altered(client, {"user": "app"}, remove=True, producer_byte_rate=0.0) == 0
        assert described(client, ("user", EXACT, "app")) == {}
    with world.connect() as stranger:
        assert described(stranger) == {}
