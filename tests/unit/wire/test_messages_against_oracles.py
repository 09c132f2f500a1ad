"""Every (API, version, direction) against independent codecs, byte for byte: two, or for the newest
APIs kio alone.
"""

import io
import random

import pytest
from kio.serial import entity_reader, entity_writer

from brokers.wire.generator.schema import Message, load_messages
from tests.unit.wire.samples import (
    draw,
    from_ours,
    kio_class,
    module_of,
    to_kafka_python,
    to_ours,
    without_ours,
)

SAMPLES = 12
NOT_IN_KAFKA_PYTHON = {"ConsumerGroupHeartbeat", "ConsumerGroupDescribe"}
FIRST_OF_OURS = 10_000
"""API keys from here on are not Kafka's; no other codec knows them."""


def cases(*, kafkas: bool) -> list:
    return [
        pytest.param(message, version, id=f"{message.root.name}-v{version}")
        for message in load_messages()
        if (message.api_key < FIRST_OF_OURS) is kafkas
        for version in message.range()
    ]


def encode(message: Message, version: int, value: object) -> bytes:
    return b"".join(module_of(message).encode(version, value))


@pytest.mark.parametrize(("message", "version"), cases(kafkas=False))
def test_round_trip_of_our_own(message: Message, version: int) -> None:
    rng = random.Random(f"{message.root.name} {version}")
    for _ in range(SAMPLES):
        tree = draw(message, version, rng)
        ours = encode(message, version, to_ours(message, tree))
        decoded = module_of(message).decode(version, memoryview(b"xy" + ours + b"z"), 2)
        assert from_ours(message.root, version, decoded) == tree


@pytest.mark.parametrize(("message", "version"), cases(kafkas=True))
def test_round_trip_and_oracles(message: Message, version: int) -> None:
    rng = random.Random(f"{message.root.name} {version}")
    read, cls = entity_reader(kio_class(message, version)), kio_class(message, version)
    for _ in range(SAMPLES):
        tree = draw(message, version, rng)
        ours = encode(message, version, to_ours(message, tree))

        decoded = module_of(message).decode(version, memoryview(b"xy" + ours + b"z"), 2)
        assert from_ours(message.root, version, decoded) == tree

        tree = without_ours(message.root, tree)
        ours = encode(message, version, to_ours(message, tree))
        if message.api_name not in NOT_IN_KAFKA_PYTHON:
            assert bytes(to_kafka_python(message, tree, version).encode()) == ours

        theirs, size = read(ours, 0)
        assert size == len(ours)
        out = io.BytesIO()
        entity_writer(cls)(out, theirs)
        assert out.getvalue() == ours
