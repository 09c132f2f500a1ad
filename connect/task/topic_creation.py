"""The topics that a task writes to, made when they are not there. Blocking."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from connect.spi.errors import ConnectError
from connect.task.events import Events
from connect.task.topic_rules import OF_THE_CELL, NewTopicConfig

ANSWER_S: Final = 10.0
_ABSENT: Final = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_EXCEPTION)

LOG: Final = logging.getLogger("connect.task")


class TopicMaker:
    """Looks for a topic once; afterwards it is known to be there."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)
        self._known: set[str] = set()

    def knows(self, topic: str) -> bool:
        return topic in self._known

    def ensure(self, topic: str, config: NewTopicConfig) -> None:
        """Raises ``ConnectError`` when it is not there and cannot be made."""
        admin = AdminClient(self._settings)
        try:
            if not self._exists(admin, topic):
                self._create(admin, topic, config)
        except KafkaException as error:
            raise ConnectError(f"topic {topic} could not be made: {error}") from error
        self._known.add(topic)

    def _exists(self, admin: AdminClient, topic: str) -> bool:
        described = admin.list_topics(topic, timeout=ANSWER_S).topics[topic]
        if described.error is None:
            return True
        if described.error.code() in _ABSENT:
            return False
        raise KafkaException(described.error)

    def _create(self, admin: AdminClient, topic: str, config: NewTopicConfig) -> None:
        new = NewTopic(
            topic,
            num_partitions=config.partitions,
            replication_factor=config.replication_factor,
            config=dict(config.configs),
        )
        try:
            made = admin.create_topics([new], operation_timeout=ANSWER_S, request_timeout=ANSWER_S)
            made[topic].result(2 * ANSWER_S)
            LOG.info("made topic %s", topic)
        except KafkaException as error:
            # Another task of the connector was quicker.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


class TopicsUsed:
    """Tells the worker which topics the task reads or writes, whenever there is a new one."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._topics: set[str] = set()

    def note(self, topic: str) -> None:
        if topic not in self._topics:
            self._topics.add(topic)
            self._events.write(event="topics", topics=sorted(self._topics))


def dead_letter_topic(replication_factor: int) -> NewTopicConfig:
    """As Kafka makes it: one partition."""
    return NewTopicConfig(1, replication_factor or OF_THE_CELL, {})
