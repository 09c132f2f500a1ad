"""What classic consumers put into JoinGroup and get from SyncGroup, as bytes.

An int16 version, and a body that every later version begins as the earlier one does. Source: Apache
Kafka, ``ConsumerProtocolSubscription.json`` and ``ConsumerProtocolAssignment.json``.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.topics import Topics
from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal
from brokers.wire.coordinator import consumer_protocol_assignment as assignment
from brokers.wire.coordinator import consumer_protocol_subscription as subscription

_VERSION: Final = Struct(">h")


@dataclass(frozen=True, slots=True)
class Said:
    """A consumer's subscription; topics by name."""

    version: int
    topic_names: frozenset[str]
    rack_id: str | None
    owned: dict[str, frozenset[int]]


def read_subscription(metadata: bytes) -> Said:
    """Raises ``Refusal``: INCONSISTENT_GROUP_PROTOCOL, when it is no consumer's."""
    try:
        version, body = _split(metadata)
        read = subscription.decode(min(version, subscription.MAX_VERSION), body)
    except ProtocolError as error:
        raise _malformed("subscription", error) from error
    owned = {entry.topic: frozenset(entry.partitions) for entry in read.owned_partitions}
    return Said(version, frozenset(read.topics), read.rack_id or None, owned)


def read_assignment(data: bytes) -> dict[str, frozenset[int]]:
    """Partitions by topic name; none of no bytes. Raises as ``read_subscription``."""
    if not data:
        return {}
    try:
        version, body = _split(data)
        read = assignment.decode(min(version, assignment.MAX_VERSION), body)
    except ProtocolError as error:
        raise _malformed("assignment", error) from error
    return {entry.topic: frozenset(entry.partitions) for entry in read.assigned_partitions}


def write_assignment(partitions: Partitions, version: int, topics: Topics) -> bytes:
    """In the version that the member's own subscription had. Deleted topics are left out."""
    version = min(version, assignment.MAX_VERSION)
    entries = [
        assignment.TopicPartition(name, sorted(found))
        for topic_id, found in sorted(partitions.items())
        if (name := topics.name_of(topic_id)) is not None
    ]
    body = assignment.encode(version, assignment.ConsumerProtocolAssignment(entries))
    return _VERSION.pack(version) + b"".join(body)


def by_id(named: dict[str, frozenset[int]], topics: Topics) -> Partitions:
    """Without the topics that are not there."""
    return {
        topic.topic_id: found
        for name, found in named.items()
        if found and (topic := topics.find(name)) is not None
    }


def _split(data: bytes) -> tuple[int, memoryview]:
    if len(data) < _VERSION.size:
        raise ProtocolError(f"{len(data)} bytes hold no version")
    (version,) = _VERSION.unpack_from(data)
    if version < 0:
        raise ProtocolError(f"version {version}")
    return version, memoryview(data)[_VERSION.size :]


def _malformed(what: str, error: ProtocolError) -> Refusal:
    return Refusal(
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL, f"the consumer's {what} cannot be read: {error}"
    )
