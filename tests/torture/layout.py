"""What is written where: the topics of a run, and values that say who sent them.

A value is the producer's number and its count of sends in one integer, so every value is unique and
a lost one names its sender; each tenant's producers have numbers of their own. A payload is that
integer over and over: a reader sees a changed byte.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

SEQUENCE_BITS: Final = 40
PRODUCERS_OF_A_TENANT: Final = 1 << 20
VALUE_BYTES: Final = 8
REPEATS: Final = range(8, 48)
"""How often a payload repeats its value: 64 to 376 bytes."""
PAYLOAD_BYTES_MEAN: Final = VALUE_BYTES * sum(REPEATS) // len(REPEATS)


class Place(NamedTuple):
    """A partition: the topic's position in ``TOPICS``, and the partition's number."""

    topic: int
    partition: int

    def __str__(self) -> str:
        return f"{TOPICS[self.topic].name}-{self.partition}"


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """``acks`` is what its writers ask for. Only ``all``, which they send idempotently, is a
    promise: nothing lost, nothing twice, nothing out of order. ``transactions`` are that and more:
    nothing that was aborted is read, and one that is made of another topic is it exactly once."""

    name: str
    acks: Literal["all", "1", "0", "transactions"]
    partitions: int
    made_of: str | None = None
    """The topic whose every record becomes one of this topic, in the partition of that number."""

    @property
    def is_promised(self) -> bool:
        return self.acks in {"all", "transactions"}


TOPICS: Final = (
    TopicPlan("orders", "all", 3),
    TopicPlan("payments", "all", 3),
    TopicPlan("clicks", "1", 2),
    TopicPlan("metrics", "0", 2),
    TopicPlan("shipments", "transactions", 3, made_of="orders"),
    TopicPlan("receipts", "transactions", 3, made_of="payments"),
    TopicPlan("ledger", "transactions", 2),
)

TOPIC_CONFIGS: Final = {"segment.bytes": str(1 << 20)}
"""The smallest there is: several closed segments within minutes."""


def places(*acks: str) -> list[Place]:
    """The partitions of the topics whose writers ask for one of ``acks``; all without any."""
    return [
        Place(topic, partition)
        for topic, plan in enumerate(TOPICS)
        if not acks or plan.acks in acks
        for partition in range(plan.partitions)
    ]


def places_of(topic: str) -> list[Place]:
    return [place for place in places() if TOPICS[place.topic].name == topic]


def value_of(producer: int, sequence: int) -> int:
    return producer << SEQUENCE_BITS | sequence


def sender_of(value: int) -> tuple[int, int]:
    """The producer's number and its count of sends, from 0."""
    return value >> SEQUENCE_BITS, value & (1 << SEQUENCE_BITS) - 1


def tenant_of(value: int) -> int:
    """Whose producer sent it: 0 for the tenant that everything is broken for, 1 for the other."""
    producer, _ = sender_of(value)
    return producer // PRODUCERS_OF_A_TENANT


def told(value: int) -> str:
    """A value for people: ``producer 3's send 17``, and whose if not the first tenant's."""
    producer, sequence = sender_of(value)
    tenant, number = divmod(producer, PRODUCERS_OF_A_TENANT)
    whose = f"tenant {tenant}'s " if tenant else ""
    return f"{whose}producer {number}'s send {sequence}"


def encode(value: int) -> bytes:
    repeats = REPEATS.start + value % len(REPEATS)
    return value.to_bytes(VALUE_BYTES, "big") * repeats


def decode(payload: bytes | None) -> int | None:
    """The value of a payload; None when it is not just what ``encode`` gave."""
    if payload is None:
        return None
    value = int.from_bytes(payload[:VALUE_BYTES], "big")
    return value if payload == encode(value) else None
