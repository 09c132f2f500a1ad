"""Readers that do not read and writers that do not finish: bounded, and cut in the end."""

import gc
import struct

import pytest

from brokers.kernel.limits import FETCH_BYTES_MAX, MIB, WRITE_BUFFER_BYTES_MAX
from brokers.node import connection
from brokers.wire.messages.metadata_request import MetadataRequest
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import batch


@pytest.fixture
def large(world, client, request):
    """A topic of 12 MB, of this test's own: an earlier one's name may still lead to the earlier."""
    topic = world.add_topic(f"large-{request.node.name}")
    for _ in range(12):
        assert client.produce(topic.name, batch(bytes(1_000_000))).error_code == 0
    return topic


def _connection_of(world, client):
    port = client.socket.getsockname()[1]
    return next(
        c for c in list(world.node.node.external.connections) if c.peer.endswith(f":{port}")
    )


def test_a_reader_that_does_not_read_is_not_read_either(world, large):
    with world.connect(receive_buffer=4096) as slow:
        served = _connection_of(world, slow)
        request = slow.fetch_request(large.name, 0, partition_max_bytes=2 * MIB)
        for _ in range(50):
            slow.send(ApiKey.FETCH, 11, request)
        wait_until(lambda: not served._reading, "pausing the reader")
        most = WRITE_BUFFER_BYTES_MAX + 2 * MIB + MIB
        assert served._transport.get_write_buffer_size() <= most
        with world.connect() as other:
            assert other.fetch(large.name, 0).error_code == 0
        for _ in range(50):
            row = slow.receive(ApiKey.FETCH, 11).responses[0].partitions[0]
            assert len(row.records) > MIB
        wait_until(lambda: served._reading, "reading again")


def test_a_reader_that_never_reads_is_cut(world, large, monkeypatch, caplog):
    monkeypatch.setattr(connection, "WRITE_SECONDS_MAX", 1)
    with world.connect(receive_buffer=4096) as dead:
        served = _connection_of(world, dead)
        for _ in range(20):
            dead.send(ApiKey.FETCH, 11, dead.fetch_request(large.name, 0))
        wait_until(lambda: served not in world.node.node.external.connections, "the cut")
    assert "not taken for" in caplog.text
    wait_until(lambda: world.node.node.external.takes_its_answers(world.tenant.id), "the account")


def test_a_frame_that_stalls_is_cut(world, monkeypatch, caplog):
    monkeypatch.setattr(connection, "FRAME_SECONDS_MAX", 1)
    with world.connect() as stalled:
        stalled.socket.sendall(struct.pack(">i", 1000) + b"half a frame")
        assert stalled.is_closed_by_broker()
    assert "did not go on" in caplog.text


def test_whoever_leaves_before_a_request_begins_leaves_nothing(world, recwarn):
    """The task of a request is cancelled before its first step: nothing awaits the handler."""
    with world.connect() as leaving:
        served = _connection_of(world, leaving)
        begin = served.start

        def begin_and_lose(frame, connection):
            work = begin(frame, connection)
            connection._transport.abort()
            return work

        served.start = begin_and_lose
        leaving.send(ApiKey.METADATA, 5, MetadataRequest(None))
        assert leaving.is_closed_by_broker()
    wait_until(served._task.done, "the end of its task")
    assert served._task.cancelled()
    del served
    gc.collect()
    assert [str(each.message) for each in recwarn if "never awaited" in str(each.message)] == []


def test_an_idle_connection_is_closed(world, monkeypatch):
    monkeypatch.setattr(connection, "CONNECTION_IDLE_SECONDS_MAX", 1)
    with world.connect() as idle:
        assert idle.is_closed_by_broker()


def test_one_fetch_has_a_limit(world, client, large):
    row = client.fetch(large.name, 0, max_bytes=2**31 - 1, partition_max_bytes=2**31 - 1)
    assert len(row.records) <= FETCH_BYTES_MAX


def test_a_tenant_that_does_not_read_gets_one_batch_at_a_time(world, client, large):
    listener = world.node.node.external
    listener._unsent[world.tenant.id] += 1 << 40
    try:
        row = client.fetch(large.name, 0)
        assert len(row.records) == len(batch(bytes(1_000_000)))
    finally:
        listener._unsent[world.tenant.id] -= 1 << 40


def test_large_and_small_frames_take_turns(client, large):
    """Frames that need a buffer of their own, between ones that do not."""
    base = client.list_offset(large.name, -1).offset
    sizes = [10, 900_000, 1, 300_000, 262_144, 5, 1_000_000, 40]
    for size in sizes:
        request = client.produce_request(large.name, batch(bytes(size)), acks=1)
        client.send(ApiKey.PRODUCE, 9, request)
    for number in range(len(sizes)):
        row = client.receive(ApiKey.PRODUCE, 9).responses[0].partition_responses[0]
        assert (row.error_code, row.base_offset) == (0, base + number)


def test_more_requests_than_may_be_in_flight(client, topic):
    for _ in range(150):
        request = client.fetch_request(topic.name, 0, max_wait_ms=10)
        client.send(ApiKey.FETCH, 11, request)
    for _ in range(150):
        assert client.receive(ApiKey.FETCH, 11).responses[0].partitions[0].error_code == 0


def test_a_flood_of_requests_does_not_keep_the_others_waiting(world, client, topic):
    """Thousands of requests in one read are begun in turns with the other connections'."""
    client.produce(topic.name, batch(b"v"))
    frames: list[bytes] = []
    with world.connect() as flood:
        flood.send_frame = lambda frame: frames.append(struct.pack(">i", len(frame)) + frame)
        for _ in range(3000):
            flood.send(ApiKey.FETCH, 11, flood.fetch_request(topic.name, 1))
        flood.socket.sendall(b"".join(frames))
        for _ in range(10):
            assert client.fetch(topic.name, 1).error_code == 0
        for _ in range(3000):
            flood.receive(ApiKey.FETCH, 11)
