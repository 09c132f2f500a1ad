"""Kafka's murmur2 and the partition it gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as their_murmur2

from brokers.wire.partitioner import murmur2, partition_of

# Apache Kafka, UtilsTest.testMurmur2; there as signed numbers.
KNOWN = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", KNOWN)
def test_known_vectors(key: bytes) -> None:
    assert murmur2(key) == KNOWN[key] & 0xFFFFFFFF


@given(st.binary(max_size=70))
def test_agrees_with_kafka_python(key: bytes) -> None:
    assert murmur2(key) == their_murmur2(key) & 0xFFFFFFFF


@given(st.binary(max_size=20), st.integers(1, 1000))
def test_partition_takes_the_positive_hash(key: bytes, count: int) -> None:
    assert partition_of(key, count) == (their_murmur2(key) & 0x7FFFFFFF) % count
