"""A broker tells what it counted, and does not mind when nobody can hear it."""

import asyncio

import pytest

from brokers.node.figures import PRINCIPALS_MAX, REPLICAS_MAX, Look, Published
from brokers.node.ports import MetadataUnavailable, PrincipalReading, ReplicaReading, UseReading
from brokers.wire.registry import ApiKey
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient, batch


class MemoryFigures:
    """Keeps what was published; ``available`` False is a PostgreSQL that is away."""

    def __init__(self) -> None:
        self.available = True
        self.attempts = 0
        self.roll_ups = 0
        self.stored = {}
        self.brokers = []
        self.published: list[ReplicaReading] = []
        self.principals: list[PrincipalReading] = []
        self.uses: list[UseReading] = []

    async def publish(self, broker_id, incarnation, readings) -> None:
        self.attempts += 1
        if not self.available:
            raise MetadataUnavailable("switched off by the test")
        self.brokers.append(readings.broker)
        self.published += readings.replicas
        self.principals += readings.principals
        self.uses += readings.uses

    async def roll_up(self) -> None:
        self.roll_ups += 1

    async def stored_bytes(self):
        return dict(self.stored)

    def of(self, topic) -> list[ReplicaReading]:
        return [each for each in self.published if each.topic_id == topic.id]


@pytest.fixture
def figures():
    return MemoryFigures()


@pytest.fixture
def cell():
    return MemoryCell()


@pytest.fixture
def node(cell, tmp_path, figures):
    config = node_config(tmp_path / "volume", figures_interval_s=0.05)
    with running(cell, config, figures=figures) as running_node:
        yield running_node


def test_what_a_tenant_holds_is_published_as_it_changes(cell, node, figures):
    tenant = cell.add_tenant()
    key = cell.add_key(tenant)
    with RawClient(node.port).log_in(key), RawClient(node.port).log_in(key):
        wait_until(lambda: UseReading(tenant.id, 2, 0, 0, 2) in _timeless(figures.uses), "two")
    wait_until(lambda: _timeless(figures.uses)[-1:] == [UseReading(tenant.id, 0, 0, 0, 2)], "none")


def _timeless(readings):
    return [each._replace(busy_ms=0) for each in readings]


def test_what_changed_is_published_once(cell, node, figures):
    tenant = cell.add_tenant()
    topic = cell.add_topic(tenant.id, "t", partitions=2)
    data = batch(b"a", b"b")
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        client.produce("t", data, partition=1)
        client.fetch("t", 0, partition=1)
    wait_until(lambda: figures.of(topic) and figures.of(topic)[-1].bytes_out, "the figures")
    last = max(figures.of(topic), key=lambda each: each.bytes_out)
    assert last == ReplicaReading(topic.id, 1, 2, len(data), len(data), 0, 2, len(data), 2)
    rounds, told = len(figures.brokers), len(figures.of(topic))
    wait_until(lambda: len(figures.brokers) > rounds + 2, "more rounds")
    assert len(figures.of(topic)) == told, "what had not changed was published again"
    principal = max(figures.principals, key=lambda each: each.requests)
    assert principal[:2] == (tenant.id, "User:tenant-admin")
    assert (principal.records_in, principal.bytes_in) == (2, len(data))
    assert principal.bytes_out == len(data)
    assert principal.requests >= 2
    broker = figures.brokers[-1]
    assert (broker.leaders, broker.replicas) == (2, 2)
    assert (broker.bytes_in, broker.bytes_out) == (len(data), len(data))
    assert broker.requests >= 2
    assert min(broker.network_in, broker.network_out) > len(data)
    assert 0 < broker.disk_free_bytes <= broker.disk_bytes
    assert figures.roll_ups


def test_a_request_counts_once_for_each_topic_that_it_names(cell, node, figures):
    tenant = cell.add_tenant()
    topics = {name: cell.add_topic(tenant.id, name, partitions=3) for name in ("a", "b")}
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        first, second, other = (
            client.produce_request(name, batch(b"x"), partition=index)
            for name, index in (("a", 2), ("a", 1), ("b", 1))
        )
        first.topic_data[0].partition_data += second.topic_data[0].partition_data
        first.topic_data += other.topic_data
        client.ask(ApiKey.PRODUCE, 9, first)
        first, second, other = (
            client.fetch_request(name, 0, partition=index)
            for name, index in (("a", 2), ("a", 1), ("b", 1))
        )
        first.topics[0].partitions += second.topics[0].partitions
        first.topics += other.topics
        client.ask(ApiKey.FETCH, 12, first)
        # One that waits is read again, and counts when it is answered.
        client.fetch("a", 1, partition=2, max_wait_ms=50)
        client.fetch("absent", 0)
    wait_until(lambda: requests_of(figures, topics) == {"a": 3, "b": 2}, "the requests")


def requests_of(figures, topics) -> dict[str, int]:
    """By topic: the newest word of each of its partitions, together."""
    newest = {each[:2]: each for each in figures.published}
    return {
        name: sum(each.requests for each in newest.values() if each.topic_id == topic.id)
        for name, topic in topics.items()
    }


def test_a_store_that_is_away_costs_the_sample_and_nothing_else(cell, node, figures):
    tenant = cell.add_tenant()
    topic = cell.add_topic(tenant.id, "t")
    figures.available = False
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        client.produce("t", batch(b"a"))
        before = figures.attempts
        wait_until(lambda: figures.attempts > before + 2, "it tries on")
        client.produce("t", batch(b"b"))
    assert not node.failures
    figures.available = True
    wait_until(lambda: figures.of(topic), "the figures")
    wait_until(lambda: figures.of(topic)[-1].records_in == 2, "both records are told")
    assert figures.of(topic)[-1].high_watermark == 2


def test_a_broker_that_stops_tells_the_last_of_it(cell, tmp_path, figures):
    tenant = cell.add_tenant()
    config = node_config(tmp_path / "volume", figures_interval_s=3600)
    with running(cell, config, figures=figures) as node:
        topic = cell.add_topic(tenant.id, "t")
        with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
            client.produce("t", batch(b"a"))
        assert figures.of(topic) == []
    assert [each.records_in for each in figures.of(topic)] == [1]


class SilentFigures(MemoryFigures):
    """Takes what it is given, and never answers."""

    async def publish(self, *_figures) -> None:
        await asyncio.Event().wait()


def test_a_silent_store_holds_up_no_stop(cell, tmp_path):
    config = node_config(tmp_path / "volume", figures_interval_s=0.05)
    with running(cell, config, figures=SilentFigures()) as node:
        assert not node.failures


def test_what_a_fetch_read_and_did_not_answer_is_not_counted(cell, node, figures):
    """One that waits for more reads the same again."""
    tenant = cell.add_tenant()
    topic = cell.add_topic(tenant.id, "t")
    data = batch(b"a")
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        client.produce("t", data)
        answer = client.fetch("t", 0, min_bytes=10 * len(data), max_wait_ms=50)
        assert len(answer.records) == len(data)
    rounds = len(figures.brokers)
    wait_until(lambda: len(figures.brokers) > rounds + 2, "all of it was published")
    assert figures.of(topic)[-1].bytes_out == len(data)
    assert figures.principals[-1].bytes_out == len(data)


def test_what_clients_use_of_their_quotas_is_published_while_they_do(cell, node, figures):
    tenant = cell.add_tenant()
    cell.add_topic(tenant.id, "t")
    every_client = {"client-id": None}
    cell.put_quota(tenant, every_client, producer_byte_rate=1e9, consumer_byte_rate=1e9)
    wait_until(lambda: node.node.image.client_quotas.get(tenant.id), "hearing of it")
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        client.produce("t", batch(b"a"))
        client.fetch("t", 0)

        def told():
            return {use.quota: use for each in figures.uses for use in each.clients}

        wait_until(lambda: len(told()) == 2, "what was produced and fetched")
    for use in told().values():
        assert (use.entity, use.who) == (every_client, {"client-id": "test"})
        assert use.used > 0
    wait_until(lambda: figures.uses[-1].clients == (), "nobody uses any of it now")


def test_the_largest_batch_is_published(cell, node, figures):
    tenant = cell.add_tenant()
    cell.add_topic(tenant.id, "t")
    large, small = batch(b"x" * 500), batch(b"a")
    with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
        for records in (small, large, small):
            client.produce("t", records)
        largest = lambda: max((each.largest_batch for each in figures.uses), default=0)  # noqa: E731
        wait_until(lambda: largest() == len(large), "it is told")
        rounds = len(figures.brokers)
        wait_until(lambda: len(figures.brokers) > rounds + 2, "more rounds")
        client.produce("t", small)
        wait_until(lambda: figures.principals[-1].records_in == 4, "the last is told")
    assert figures.uses[-1].largest_batch == len(large), "for an hour"


def test_principals_beyond_what_one_publication_takes_have_their_turn():
    published = Published()
    everybody = [
        PrincipalReading("t", str(number), 0, 0, 0, 1) for number in range(2 * PRINCIPALS_MAX + 5)
    ]
    told = set()
    for round in range(3):
        busy = [each._replace(requests=1 + round) for each in everybody]
        chosen = published.changed_principals(busy)
        assert len(chosen) <= PRINCIPALS_MAX
        published.principals_were_taken(chosen)
        told |= {each.principal for each in chosen}
    assert len(told) == len(everybody)


def reading(number: int, records: int = 0) -> ReplicaReading:
    return ReplicaReading(number.to_bytes(16, "big"), 0, records, 0, 0, 0, 0, 0)


def chosen(published: Published, readings) -> list[ReplicaReading]:
    return Look(changed=published.changed(readings)).first_changed()


def test_those_that_waited_longest_come_first():
    published = Published()
    published.were_taken(reading(number) for number in range(REPLICAS_MAX))
    changed = [reading(number, 1) for number in range(REPLICAS_MAX + 10)]
    told = chosen(published, changed)
    assert len(told) == REPLICAS_MAX
    assert {each.topic_id for each in changed[-10:]} <= {each.topic_id for each in told}
    published.were_taken(told)
    assert len(chosen(published, changed)) == 10
    published.were_taken(chosen(published, changed))
    assert chosen(published, changed) == []


def test_what_was_not_taken_is_told_again():
    published = Published()
    assert chosen(published, [reading(1)]) == chosen(published, [reading(1)]) == [reading(1)]


def test_a_rebuilt_store_is_told_everything():
    published = Published()
    published.were_taken([reading(1)])
    assert chosen(published, [reading(1)]) == []
    published.forget_before(1)
    assert chosen(published, [reading(1)]) == [reading(1)]
    published.were_taken([reading(1)])
    published.forget_before(1)
    assert chosen(published, [reading(1)]) == []
