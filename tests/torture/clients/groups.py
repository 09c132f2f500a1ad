"""The consumer groups of a run: who reads what, by which protocol, and what members write down."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from tests.torture.clients.task import Login, Task, name_of, place_of
from tests.torture.history import Kind, Recorder
from tests.torture.layout import TOPICS, Place, places_of

SESSION_MS: Final = 6_000
"""Members are killed, and coordinators move every few seconds: one that takes over gives the dead
the whole time again, so that with 45 s they would never be gone."""
HEARTBEAT_MS: Final = 500
ASK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Group:
    """Named like its members' role. ``makes`` is the topic that is made of the one they read."""

    name: str
    protocol: str
    reads: tuple[str, ...]
    members: int
    makes: str | None = None

    @property
    def places(self) -> list[Place]:
        return [place for topic in self.reads for place in places_of(topic)]

    def transactional_id(self, slot: int) -> str:
        return f"{self.name}-{slot}"


GROUPS: Final = {
    group.name: group
    for group in (
        Group("classic-transformer", "classic", ("orders",), 3, "shipments"),
        Group("consumer-transformer", "consumer", ("payments",), 2, "receipts"),
        Group("auditor", "classic", ("orders", "payments"), 3),
    )
}


def consumer_of(login: Login, group: Group) -> Consumer:
    settings: dict[str, Any] = {
        "group.id": group.name,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 200,
        "group.protocol": group.protocol,
    }
    if group.protocol == "classic":
        settings |= {"session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS}
    return Consumer(login.librdkafka(**settings))


def subscribe(consumer: Consumer, task: Task, record: Recorder) -> None:
    """Every assignment is written down, with what the group had committed then."""

    def assigned(asked: Consumer, partitions: list[TopicPartition]) -> None:
        for place in (place_of(each.topic, each.partition) for each in partitions):
            record.note(Kind.ASSIGN, place)
        with suppress(KafkaException):
            committed(asked, [place_of(each.topic, each.partition) for each in partitions], record)

    consumer.subscribe(list(GROUPS[task.role].reads), on_assign=assigned)


def committed(
    consumer: Consumer, places: Iterable[Place], record: Recorder | None = None
) -> dict[Place, int]:
    """What the group has committed, 0 where nothing. Raises ``KafkaException``."""
    asked_at = int(time.monotonic() * 1e6)
    asked = [TopicPartition(*name_of(place)) for place in places]
    found = consumer.committed(asked, timeout=ASK_S)
    for each in found:
        if each.error is not None:
            raise KafkaException(each.error)
    offsets = {place_of(each.topic, each.partition): max(0, each.offset) for each in found}
    if record is not None:
        for place, offset in offsets.items():
            record.note(Kind.FOUND, place, value=asked_at, offset=offset)
    return offsets


def sink_of(place: Place) -> Place:
    """Where what is made of a partition's records goes."""
    (topic,) = [n for n, plan in enumerate(TOPICS) if plan.made_of == TOPICS[place.topic].name]
    return Place(topic, place.partition)
