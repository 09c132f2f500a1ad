"""Several nodes in this process, replicating over real sockets."""

import errno
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

from brokers.kernel.errors import ErrorCode
from brokers.metadata import reassignment
from brokers.node.ports import NOTHING_TO_REPORT
from brokers.wire.messages.metadata_changes_request import MetadataChangesRequest
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import batch
from tests.node.transacting import (
    Coordinator,
    as_broker,
    part_of_transaction,
    produce,
    write_marker,
)
from tests.node.trio import BROKERS


def test_what_is_acknowledged_is_on_every_replica(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        for number in range(20):
            row = client.produce("t", batch(b"%d" % number))
            assert (row.error_code, row.base_offset) == (0, number)
    for broker in BROKERS:
        wait_until(lambda b=broker: trio.partition(b, topic).log.log_end_offset == 20, "a copy")
    wait_until(lambda: trio.partition(2, topic).high_watermark == 20, "the high watermark")


def test_leadership_passes_on_a_clean_stop_and_the_broker_comes_back(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"before", producer=(7, 0, 0))).error_code == 0
    trio.stop(1)
    record = trio.record(topic)
    assert record.leader in {2, 3}
    assert set(record.isr) == {2, 3}
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"after", producer=(7, 0, 1))).base_offset == 1
        # The window of sequences was replicated too.
        assert client.produce("t", batch(b"before", producer=(7, 0, 0))).base_offset == 0
        trio.start(1)
        trio.wait_for_isr(topic, 1, 2, 3)
        assert trio.partition(1, topic).log.log_end_offset == 2


def test_with_too_few_in_sync_nothing_is_acknowledged(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    trio.stop(2)
    trio.stop(3)
    wait_until(lambda: trio.record(topic).isr == (1,), "the ISR to shrink")
    wait_until(lambda: trio.partition(1, topic).in_sync == {1}, "the leader to know")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"x")).error_code == ErrorCode.NOT_ENOUGH_REPLICAS
        assert client.produce("t", batch(b"y"), acks=1).error_code == 0
        assert client.fetch("t", 0).high_watermark == 0
        trio.start(2)
        trio.wait_for_isr(topic, 1, 2)
        wait_until(lambda: client.fetch("t", 0).high_watermark == 1, "the commit")


def test_what_follows_a_refused_batch_is_refused_until_that_comes_again(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    first, second, third = (batch(b"%d" % n, producer=(7, 0, n)) for n in range(3))
    with trio.at_leader(topic) as client:
        assert client.produce("t", first).error_code == 0
        trio.stop(2)
        trio.stop(3)
        wait_until(lambda: trio.partition(1, topic).in_sync == {1}, "the leader to know")
        assert client.produce("t", second).error_code == ErrorCode.NOT_ENOUGH_REPLICAS
        trio.start(2)
        trio.wait_for_isr(topic, 1, 2)
        wait_until(lambda: trio.partition(1, topic).in_sync == {1, 2}, "the leader to know")
        # Not OUT_OF_ORDER_SEQUENCE_NUMBER, by which librdkafka becomes a new producer.
        assert client.produce("t", third).error_code == ErrorCode.NOT_ENOUGH_REPLICAS
        assert client.produce("t", first).base_offset == 0
        assert [client.produce("t", each).base_offset for each in (second, third)] == [1, 2]


def test_a_replica_whose_disk_fails_is_given_up_and_copied_anew(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        for number in range(5):
            client.produce("t", batch(b"%d" % number))
        failed = trio.partition(2, topic)
        loop = trio.nodes[2].node.external.loop
        loop.call_soon_threadsafe(failed.fail, "a disk that lies")
        wait_until(lambda: trio.partition(2, topic) not in {None, failed}, "another copy")
        trio.wait_for_isr(topic, 1, 2, 3)
        assert trio.partition(2, topic).log.log_end_offset == 5
        assert client.produce("t", batch(b"5")).error_code == 0


def behind(trio, topic):
    """As the leader tells with its heartbeats: replicas and how many records they lack."""
    for lag in trio.cell.reports.get(trio.record(topic).leader, NOTHING_TO_REPORT).lags:
        if lag.topic_id == topic.id:
            yield lag.replica, lag.records


@contextmanager
def full_disk(trio, broker):
    """Nothing can be written to the broker's volume."""
    disk = trio.nodes[broker].node.volume.disk

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    disk.pwritev, disk.create, disk.room = full, full, lambda _: 0
    try:
        yield
    finally:
        del disk.pwritev, disk.create, disk.room


def test_a_follower_whose_disk_is_full_is_left_behind_and_comes_back(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    trio.wait_for_isr(topic, 1, 2, 3)
    with trio.at_leader(topic) as client:
        with full_disk(trio, 3):
            assert client.produce("t", batch(b"0")).error_code == 0
            trio.wait_for_isr(topic, 1, 2)
            assert client.produce("t", batch(b"1")).error_code == 0
            wait_until(lambda: [*behind(trio, topic)] == [(3, 2)], "the leader to tell")
        trio.wait_for_isr(topic, 1, 2, 3)
    assert trio.partition(3, topic).log.log_end_offset == 2
    wait_until(lambda: not [*behind(trio, topic)], "the leader to tell")


def test_a_leader_whose_disk_is_full_hands_over_and_follows(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    trio.wait_for_isr(topic, 1, 2, 3)
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"0", producer=(7, 0, 0))).error_code == 0
        with full_disk(trio, 1):
            refused = client.produce("t", batch(b"1", producer=(7, 0, 1))).error_code
            assert refused in {
                ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_LEADER_OR_FOLLOWER,
            }  # fmt: skip
            wait_until(lambda: trio.record(topic).leader in {2, 3}, "another leader")
            leader = trio.record(topic).leader
            wait_until(lambda: trio.partition(leader, topic).is_leader, "its word")
            with trio.at_leader(topic) as other:
                assert other.produce("t", batch(b"1", producer=(7, 0, 1))).base_offset == 1
            trio.wait_for_isr(topic, 2, 3)
            assert client.fetch("t", 0).error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
        trio.wait_for_isr(topic, 1, 2, 3)
    assert trio.partition(1, topic).log.failure is None


def test_a_leader_whose_disk_fails_is_succeeded(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"0", producer=(7, 0, 0))).error_code == 0
    loop = trio.nodes[1].node.external.loop
    loop.call_soon_threadsafe(trio.partition(1, topic).fail, "a disk that lies")
    wait_until(lambda: trio.record(topic).leader in {2, 3}, "another leader")
    wait_until(lambda: trio.partition(trio.record(topic).leader, topic).is_leader, "its word")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"1", producer=(7, 0, 1))).base_offset == 1
    trio.wait_for_isr(topic, 1, 2, 3)


def test_a_replica_that_is_damaged_where_it_was_durable_is_copied_anew(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        for number in range(5):
            client.produce("t", batch(b"%d" % number))
    trio.wait_for_isr(topic, 1, 2, 3)
    wait_until(lambda: trio.partition(3, topic).log.durable_end_offset == 5, "a copy")
    trio.stop(3)
    volume = trio.folder / "3"
    (volume / ".kafka_cleanshutdown").unlink()
    (folder,) = volume.glob("*-0")
    (segment,) = (path for path in folder.glob("*.log") if path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[100] ^= 1
    segment.write_bytes(data)

    trio.start(3)

    trio.wait_for_isr(topic, 1, 2, 3)
    assert trio.partition(3, topic).log.log_end_offset == 5
    assert list(volume.glob("*-delete")), "what is left of the damaged log is kept for a while"


def test_a_partition_moves_to_another_broker_while_it_is_written(trio):
    topic = trio.cell.add_topic(trio.tenant_id, "t", 1, replicas=[[1, 2]])
    wait_until(lambda: trio.partition(1, topic), "a replica to be opened")
    with trio.at_leader(topic) as client:
        for number in range(5):
            assert client.produce("t", batch(b"%d" % number)).error_code == 0
        record = trio.record(topic)
        known, live = {1, 2, 3}, {1, 2, 3}
        trio.cell.put_partition(reassignment.begun(record, (3, 2), known=known, live=live))
        wait_until(lambda: trio.record(topic).replicas == (3, 2), "the move to be finished")
    assert trio.record(topic).leader in {2, 3}
    wait_until(lambda: trio.partition(1, topic) is None, "the old replica to go")
    assert list((trio.folder / "1").glob("*-delete")), "its files go after a delay"
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"5")).base_offset == 5


def test_transactions_outlive_their_leader(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    coordinator = Coordinator()
    for running in trio.nodes.values():
        running.node.transactions = coordinator
    with trio.at_leader(topic) as client, as_broker(trio.nodes[1]) as broker:
        for producer in (5, 6, 7):
            row = produce(client, "t", part_of_transaction(b"a", producer=producer))
            assert row.error_code == 0
        assert write_marker(broker, topic, producer_id=5, committed=False) == 0
    trio.stop(1)
    asked = len(coordinator.asked)
    record = trio.record(topic)
    place = trio.partition(record.leader, topic)
    wait_until(lambda: place.high_watermark == 4, "the high watermark to be known again")
    with trio.at_leader(topic) as client, as_broker(trio.nodes[record.leader]) as broker:
        row = client.fetch("t", 0, isolation_level=1)
        assert (row.last_stable_offset, row.high_watermark) == (1, 4)
        # It is known that 6's transaction is open: nobody need be asked about it.
        more = part_of_transaction(b"b", producer=6, sequence=1)
        assert produce(client, "t", more).base_offset == 4
        assert len(coordinator.asked) == asked
        fields = {"producer_id": 6, "committed": True}
        old = write_marker(broker, topic, leader_epochs=[record.leader_epoch - 1], **fields)
        assert old == ErrorCode.FENCED_LEADER_EPOCH
        assert write_marker(broker, topic, leader_epochs=[record.leader_epoch], **fields) == 0
        assert write_marker(broker, topic, producer_id=7, committed=False) == 0
        row = client.fetch("t", 0, isolation_level=1)
        assert row.last_stable_offset == 7
        aborted = [(each.producer_id, each.first_offset) for each in row.aborted_transactions]
        assert aborted == [(5, 0), (7, 2)]
        trio.start(1)
        trio.wait_for_isr(topic, 1, 2, 3)
        states = [dict(trio.partition(b, topic).log.producer_states()) for b in BROKERS]
        for producer in (5, 6, 7):
            assert len({(s[producer].epoch, s[producer].coordinator_epoch) for s in states}) == 1
            assert {s[producer].transaction_start for s in states} == {-1}


def test_a_marker_is_not_done_before_it_is_committed(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    for broker in (2, 3):
        trio.stop(broker)
    wait_until(lambda: trio.partition(1, topic).in_sync == {1}, "the ISR to shrink")
    with as_broker(trio.nodes[1]) as broker:
        assert write_marker(broker, topic) == ErrorCode.NOT_ENOUGH_REPLICAS
        assert trio.partition(1, topic).log.log_end_offset == 0


def test_only_a_new_replica_is_throttled_and_only_while_it_is(trio):
    topic = trio.cell.add_topic(trio.tenant_id, "t", 1, replicas=[[1, 2]])
    wait_until(lambda: trio.partition(1, topic), "a replica to be opened")
    # A batch has 170 bytes: slow enough to be watched, quick enough to ask again soon.
    trio.cell.put_broker(replace(trio.cell.brokers[3], copy_bytes_per_second=100))
    trio.cell.put_broker(replace(trio.cell.brokers[2], copy_bytes_per_second=100))
    with trio.at_leader(topic) as client:
        for number in range(20):
            assert client.produce("t", batch(b"%d" % number * 100)).error_code == 0
        moved = reassignment.begun(trio.record(topic), (3, 2), known={2, 3}, live={1, 2, 3})
        trio.cell.put_partition(moved)
        wait_until(lambda: [*behind(trio, topic)], "the leader to tell")
        # In sync, and held up by nobody: acks=all is answered all the while.
        for number in range(20):
            assert client.produce("t", batch(b"%d" % number * 100)).error_code == 0
        (left,) = behind(trio, topic)
        assert left[0] == 3
        assert trio.partition(3, topic).log.log_end_offset < 20
        assert trio.record(topic).adding == (3,)

        trio.cell.put_broker(replace(trio.cell.brokers[3], copy_bytes_per_second=None))
        wait_until(lambda: trio.record(topic).replicas == (3, 2), "the move to be finished")
    assert trio.partition(3, topic).log.log_end_offset == 40


def test_a_cancelled_move_leaves_nothing_behind(trio):
    topic = trio.cell.add_topic(trio.tenant_id, "t", 1, replicas=[[1, 2]])
    wait_until(lambda: trio.partition(1, topic), "a replica to be opened")
    trio.cell.put_broker(replace(trio.cell.brokers[3], copy_bytes_per_second=1))
    with trio.at_leader(topic) as client:
        for number in range(20):
            assert client.produce("t", batch(b"%d" % number * 100)).error_code == 0
        moved = reassignment.begun(trio.record(topic), (3, 2), known={2, 3}, live={1, 2, 3})
        trio.cell.put_partition(moved)
        wait_until(lambda: trio.partition(3, topic), "the new replica to be opened")
        trio.cell.put_partition(reassignment.cancelled(trio.record(topic), live={1, 2, 3}))
        wait_until(lambda: trio.partition(3, topic) is None, "the new replica to go")
        assert set(trio.record(topic).replicas) == {1, 2}
        assert client.produce("t", batch(b"20")).base_offset == 20


def test_a_leader_that_can_neither_commit_nor_ask_why_sends_its_clients_elsewhere(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client, trio.connect(1) as other:

        def leader() -> int:
            return other.metadata("t").topics[0].partitions[0].leader_id

        assert client.produce("t", batch(b"0")).error_code == 0
        trio.cell.available = False
        trio.stop(2)
        trio.stop(3)
        codes: list[ErrorCode] = []
        waiter = SimpleNamespace(settled=lambda _slot, code: codes.append(code))
        trio.nodes[1].node.external.loop.call_soon_threadsafe(
            trio.partition(1, topic).wait_for_commit, 2, waiter, 0
        )
        assert leader() == 1, "with nothing to commit there is nothing to doubt"
        # It could not commit this however long it waited: whoever is in sync has gone.
        row = client.produce("t", batch(b"1"), version=10)
        assert row.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
        assert leader() == -1
        row = client.produce("t", batch(b"2"), version=10)
        assert row.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
        assert row.current_leader is None, "a hint to itself would bring the client back"
        assert client.fetch("t", 0).high_watermark == 1, "what is committed can be read"
        trio.cell.available = True
        wait_until(lambda: leader() == 1, "the store's word")
        trio.start(2)
        wait_until(lambda: client.fetch("t", 0).high_watermark == 2, "the commit")
        assert codes == [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NONE], "it led all the time"
        assert client.produce("t", batch(b"3")).error_code == 0


def test_a_leader_that_is_still_followed_serves_while_the_store_and_one_replica_are_away(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client, trio.connect(1) as other:
        assert client.produce("t", batch(b"0")).error_code == 0
        trio.cell.available = False
        trio.stop(3)
        # Nobody can take the third out of the in-sync set, so this cannot be committed.
        row = client.produce("t", batch(b"1"))
        assert row.error_code == ErrorCode.REQUEST_TIMED_OUT
        assert other.metadata("t").topics[0].partitions[0].leader_id == 1
        assert client.produce("t", batch(b"2"), acks=1).error_code == 0
        assert client.fetch("t", 0).high_watermark == 1
        trio.cell.available = True


def test_a_leader_that_may_have_been_replaced_resets_no_consumer(trio):
    topic = trio.topic("t")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"0")).error_code == 0
        row = client.fetch("t", 7)
        assert row.error_code == ErrorCode.OFFSET_OUT_OF_RANGE, "the store says that it leads"
        # Nobody can say now whether another broker leads, and has an offset 7.
        trio.cell.available = False
        trio.stop(2)
        trio.stop(3)
        wait_until(
            lambda: client.fetch("t", 7).error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER,
            "the leader to be unsure",
        )
        trio.cell.available = True


def test_a_broker_cut_from_the_store_learns_from_the_others_that_it_was_replaced(trio) -> None:
    topic = trio.topic("orders")
    trio.wait_for_isr(topic, *BROKERS)
    with trio.connect(1) as client:
        trio.ways[1].is_cut = True
        wait_until(lambda: trio.record(topic).leader in {2, 3}, "the replacement")
        leader = trio.record(topic).leader

        def told() -> set[tuple[int, bool]]:
            answer = client.metadata("orders")
            alive = {broker.node_id for broker in answer.brokers}
            return {(row.leader_id, 1 in alive) for row in answer.topics[0].partitions}

        wait_until(lambda: told() == {(leader, False)}, "the broker that is cut to tell of it")
        refused = client.produce("orders", batch(b"late"))
        assert refused.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
        assert not trio.nodes[1].node.metadata.available

        trio.ways[1].is_cut = False
        trio.wait_for_isr(topic, *BROKERS)


def test_a_broker_that_does_not_reach_the_store_either_tells_no_changes(trio) -> None:
    topic = trio.topic("orders")
    trio.wait_for_isr(topic, *BROKERS)
    asked = MetadataChangesRequest(generation=0, after=2, limit=3)
    with as_broker(trio.nodes[2]) as peer:
        known = peer.ask(ApiKey.METADATA_CHANGES, 0, asked)
        assert (known.error_code, [each.number for each in known.changes]) == (0, [3, 4, 5])
        other = MetadataChangesRequest(generation=7, after=2, limit=3)
        refused = peer.ask(ApiKey.METADATA_CHANGES, 0, other)
        assert refused.error_code == ErrorCode.BROKER_NOT_AVAILABLE
        trio.ways[2].is_cut = True
        wait_until(lambda: not trio.nodes[2].node.metadata.available, "the loss of the store")
        unknown = peer.ask(ApiKey.METADATA_CHANGES, 0, asked)
        assert (unknown.error_code, unknown.changes) == (ErrorCode.BROKER_NOT_AVAILABLE, [])
