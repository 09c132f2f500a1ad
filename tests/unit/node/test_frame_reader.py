"""Frames come out as they were sent, however the bytes were cut up."""

import itertools
import struct
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.kernel.errors import ProtocolError
from brokers.kernel.limits import (
    FRAME_BYTES_MAX,
    RECEIVE_BYTES_PER_TENANT_MAX,
    RECEIVE_CHUNK_BYTES,
    RECEIVE_GROWTH,
)
from brokers.node.frame_reader import FrameReader
from brokers.node.receive_buffers import ReceiveBuffers


def framed(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def never() -> bool:
    raise AssertionError("memory was not short")


def new_reader(buffers=None) -> FrameReader:
    reader = FrameReader(buffers or ReceiveBuffers())
    reader.frame_bytes_max = FRAME_BYTES_MAX
    return reader


def feed(reader, data, cuts, wanted=lambda: True):
    """Write ``data`` in pieces as the event loop would; the frames that came out."""
    frames = []
    for piece in pieces(data, cuts):
        rest = memoryview(piece)
        while rest:
            room = reader.room()
            count = min(len(room), len(rest))
            room[:count] = rest[:count]
            reader.arrived(count)
            rest = rest[count:]
            while wanted() and (frame := reader.next_frame()) is not None:
                frames.append(bytes(frame))
            reader.settle(never)
    return frames


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(
    frames=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.integers(1, 3 * RECEIVE_CHUNK_BYTES).map(lambda n: bytes(n % 251 for _ in range(n))),
        ),
        max_size=6,
    ),
    cuts=st.lists(st.integers(0, 1 << 22), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_frames_survive_any_cut(frames, cuts):
    buffers = ReceiveBuffers()
    reader = new_reader(buffers)
    data = b"".join(framed(frame) for frame in frames)
    assert feed(reader, data, cuts) == frames
    assert reader.is_empty
    assert buffers.lent_bytes(None) == 0


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=30), st.data())
@settings(max_examples=60, deadline=None)
def test_frames_wait_while_they_are_not_wanted(frames, data):
    reader = new_reader()
    sent = b"".join(framed(frame) for frame in frames)
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=8))
    taken = feed(reader, sent, cuts, wanted=lambda: data.draw(st.booleans()))
    while (frame := reader.next_frame()) is not None:
        taken.append(bytes(frame))
    assert taken == frames


@pytest.mark.parametrize("size", [-1, FRAME_BYTES_MAX + 1, 2**31 - 1, -(2**31)])
def test_impossible_lengths_are_refused(size):
    reader = new_reader()
    with pytest.raises(ProtocolError, match=str(size)):
        feed(reader, struct.pack(">i", size), [])


def test_memory_grows_with_what_arrived():
    buffers = ReceiveBuffers()
    reader = new_reader(buffers)
    data = framed(bytes(FRAME_BYTES_MAX))[:-1]
    arrived = 0
    for start in range(0, len(data), 100_000):
        piece = data[start : start + 100_000]
        feed(reader, piece, [])
        arrived += len(piece)
        least = 2 * RECEIVE_CHUNK_BYTES
        assert buffers.lent_bytes(None) <= max(least, 2 * RECEIVE_GROWTH * arrived)


def test_past_the_budget_frames_finish_one_after_the_other():
    buffers = ReceiveBuffers()
    data = framed(bytes(4 * RECEIVE_CHUNK_BYTES - 100))
    half = RECEIVE_CHUNK_BYTES - 10
    woken = deque()

    def arrive(reader):
        room = reader.room()
        room[:half] = data[:half]
        reader.arrived(half)
        assert reader.next_frame() is None

    def settle(reader) -> bool:
        return reader.settle(lambda: not woken.append(reader))

    readers = [new_reader(buffers) for _ in range(400)]
    reading = deque()
    for reader in readers:
        arrive(reader)
        if settle(reader):
            reading.append(reader)
    assert 0 < len(reading) < len(readers)
    assert buffers.lent_bytes(None) <= (
        RECEIVE_BYTES_PER_TENANT_MAX + 2 * len(data) + len(readers) * RECEIVE_CHUNK_BYTES
    )
    finished = 0
    while reading or woken:
        while woken and settle(woken[0]):
            reading.append(woken.popleft())
        if woken:
            woken.popleft()  # It was told to wait again.
        if reading:
            assert feed(reading.popleft(), data[half:], []) == [data[4:]]
            finished += 1
    assert finished == len(readers)
    assert buffers.lent_bytes(None) == 0
