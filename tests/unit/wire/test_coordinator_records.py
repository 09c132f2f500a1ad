"""Records of the coordinators' topics: what was written comes back, and damage is refused."""

import dataclasses
import random
from typing import Any

import pytest

from brokers.kernel.errors import ProtocolError
from brokers.kernel.limits import REQUEST_UNITS_MAX
from brokers.wire.coordinator import (
    consumer_group_member_metadata_value,
    consumer_protocol_subscription,
    offset_commit_value,
    transaction_log_value,
)
from brokers.wire.coordinator.consumer_group_metadata_key import ConsumerGroupMetadataKey
from brokers.wire.coordinator.consumer_group_metadata_value import ConsumerGroupMetadataValue
from brokers.wire.coordinator.group_metadata_value import GroupMetadataValue
from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.offset_commit_value import OffsetCommitValue
from brokers.wire.coordinator.state_record import (
    GROUP_STATE,
    TRANSACTION_STATE,
    UnknownKey,
    encode_key,
    encode_value,
)
from brokers.wire.coordinator.transaction_log_key import TransactionLogKey
from brokers.wire.coordinator.transaction_log_value import PartitionsSchema, TransactionLogValue
from brokers.wire.generator.schema import Message, load_coordinator_messages
from tests.unit.wire.samples import draw, from_ours, module_of, to_ours

SAMPLES = 12
MESSAGES = load_coordinator_messages()
CASES = [
    pytest.param(message, version, id=f"{message.root.name}-v{version}")
    for message in MESSAGES
    for version in message.range()
]
PAIRS = [
    pytest.param(key, value, id=key.root.name.removesuffix("Key"))
    for key in MESSAGES
    for value in MESSAGES
    if key.direction == "coordinator-key"
    and value.root.name == f"{key.root.name.removesuffix('Key')}Value"
]


@pytest.mark.parametrize(("message", "version"), CASES)
def test_round_trip(message: Message, version: int) -> None:
    rng = random.Random(f"{message.root.name} {version}")
    for _ in range(SAMPLES):
        tree = draw(message, version, rng)
        written = b"".join(module_of(message).encode(version, to_ours(message, tree)))
        decoded = module_of(message).decode(version, memoryview(b"xy" + written + b"z"), 2)
        assert from_ours(message.root, version, decoded) == tree


@pytest.mark.parametrize(("message", "version"), CASES)
def test_damage_is_refused_or_read_but_never_overread(message: Message, version: int) -> None:
    """Cut anywhere: refused. Bytes changed: refused, or another message, whose size is bounded."""
    rng = random.Random(f"{message.root.name} {version} damaged")
    decode = module_of(message).decode
    for _ in range(SAMPLES):
        tree = draw(message, version, rng)
        written = b"".join(module_of(message).encode(version, to_ours(message, tree)))
        for end in {0, len(written) // 2, len(written) - 1}:
            with pytest.raises(ProtocolError):
                decode(version, memoryview(written[:end]))
        damaged = bytearray(written)
        damaged[rng.randrange(len(damaged))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        try:
            other = decode(version, memoryview(damaged))
        except ProtocolError:
            continue
        assert _size(other) <= 64 * len(damaged)


def _size(value: Any) -> int:
    """Leaves of a decoded message, strings by length."""
    if dataclasses.is_dataclass(value):
        return sum(_size(getattr(value, f.name)) for f in dataclasses.fields(value))
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(value) if isinstance(value, (str, bytes)) else 1


@pytest.mark.parametrize(("key", "value"), PAIRS)
def test_a_record_says_its_type_and_version(key: Message, value: Message) -> None:
    rng = random.Random(key.root.name)
    topic = TRANSACTION_STATE if key.root.name == "TransactionLogKey" else GROUP_STATE
    written_key = to_ours(key, draw(key, 0, rng))
    data = encode_key(written_key)
    assert int.from_bytes(data[:2], "big") == key.api_key == value.api_key
    read_key = topic.decode_key(data)
    assert read_key == written_key
    for version in value.range():
        tree = draw(value, version, rng)
        body = b"".join(module_of(value).encode(version, to_ours(value, tree)))
        decoded = topic.decode_value(read_key, version.to_bytes(2, "big") + body)
        assert from_ours(value.root, version, decoded) == tree
    default = getattr(module_of(value), value.root.name)()
    assert topic.decode_value(read_key, encode_value(default)) == default


def test_every_key_has_its_value() -> None:
    keys = [m for m in MESSAGES if m.direction == "coordinator-key"]
    assert len(PAIRS) == len(keys) == 11


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (OffsetCommitValue(offset=5), 4),
        (OffsetCommitValue(offset=5, expire_timestamp=9), 1),
        (GroupMetadataValue(), 3),
        (TransactionLogValue(), 1),
        (ConsumerGroupMetadataValue(), 0),
    ],
)
def test_versions_that_kafka_writes(value: object, version: int) -> None:
    assert encode_value(value)[:2] == version.to_bytes(2, "big")


def test_bytes_of_an_offset() -> None:
    """As Kafka's serde writes them: worked out by hand from the schema."""
    assert encode_key(OffsetCommitKey("g", "flights", 3)) == bytes.fromhex(
        "0001 0001 67 0007 666c6967687473 00000003"
    )
    value = OffsetCommitValue(offset=258, leader_epoch=7, metadata="", commit_timestamp=1)
    assert encode_value(value) == bytes.fromhex(
        "0004 0000000000000102 00000007 01 0000000000000001 00"
    )
    tagged = dataclasses.replace(value, topic_id=bytes(range(16)))
    assert encode_value(tagged)[-19:] == bytes.fromhex("01 00 10") + bytes(range(16))


def test_unknown_types_are_told_apart_from_damage() -> None:
    share_group = bytes.fromhex("000b 0001 67")
    assert GROUP_STATE.decode_key(share_group) == UnknownKey(11)
    assert TRANSACTION_STATE.decode_key(bytes.fromhex("0001 0001 67")) == UnknownKey(1)
    assert TRANSACTION_STATE.decode_key(bytes.fromhex("0000 0001 67")) == TransactionLogKey("g")
    for data in (b"", b"\0", bytes.fromhex("0003 0005 67")):
        with pytest.raises(ProtocolError):
            GROUP_STATE.decode_key(data)
    key = ConsumerGroupMetadataKey("g")
    for data in (b"", b"\0", bytes.fromhex("0001 00000001 00"), bytes.fromhex("ffff 00")):
        with pytest.raises(ProtocolError):
            GROUP_STATE.decode_value(key, data)


def test_a_transaction_without_partitions_and_one_with_none_are_different() -> None:
    for partitions in (None, [], [PartitionsSchema("flights", [0, 2])]):
        value = TransactionLogValue(producer_id=7, transaction_partitions=partitions)
        body = b"".join(transaction_log_value.encode(0, value))
        assert (
            transaction_log_value.decode(0, memoryview(body)).transaction_partitions == partitions
        )


def test_fields_that_a_version_lacks_are_dropped_or_refused() -> None:
    value = OffsetCommitValue(offset=1, leader_epoch=4, topic_id=b"\1" * 16)
    body = b"".join(offset_commit_value.encode(0, value))
    assert offset_commit_value.decode(0, memoryview(body)).leader_epoch == -1
    with pytest.raises(ValueError, match="client_transaction_version"):
        transaction_log_value.encode(0, TransactionLogValue(client_transaction_version=2))


def test_a_subscription_is_bounded_as_a_request_is() -> None:
    module = consumer_protocol_subscription
    topics = ["t" * 20] * (REQUEST_UNITS_MAX // 2)
    most = b"".join(module.encode(1, module.ConsumerProtocolSubscription(topics)))
    assert module.decode(1, memoryview(most)).topics == topics
    more = b"".join(module.encode(1, module.ConsumerProtocolSubscription([*topics, "t"])))
    with pytest.raises(ProtocolError, match="elements"):
        module.decode(1, memoryview(more))


def test_a_group_id_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        encode_key(ConsumerGroupMetadataKey("g" * 0x8000))


def test_a_null_tagged_struct_is_sent_since_an_absent_one_means_its_defaults() -> None:
    module = consumer_group_member_metadata_value
    (null,) = module.encode(0, module.ConsumerGroupMemberMetadataValue())
    assert bytes(null[-4:]) == bytes.fromhex("01 00 01 00")
    assert module.decode(0, memoryview(null)).classic_member_metadata is None
    defaults = module.ClassicMemberMetadata()
    (absent,) = module.encode(
        0, module.ConsumerGroupMemberMetadataValue(classic_member_metadata=defaults)
    )
    assert bytes(absent) == bytes(null[:-4]) + b"\0"
    assert module.decode(0, memoryview(absent)).classic_member_metadata == defaults
