"""The copy's task: a consumer whose place is kept as a source's offsets.

It is in no consumer group: partitions are divided over the tasks by their numbers, and the offset
of each copied record is stored with the copy. With ``exactly.once.support=required`` both are in
one transaction, and each record is copied exactly once.
"""

import time
import zlib
from collections.abc import Sequence
from typing import Any, ClassVar, Final, cast

from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from connect.connectors.topic_copy.record_filter import RecordFilter, Row, bounded_cpu
from connect.spi.config import (
    SET_BY_THE_CONNECTOR,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    at_least,
    non_empty,
    one_of,
)
from connect.spi.connector import SourceConnector
from connect.spi.errors import ConfigError, ConnectError, DataError, RetriableError
from connect.spi.records import Header, SourceRecord
from connect.spi.schema import OPTIONAL_BYTES
from connect.spi.task import SourceContext, SourceTask

BATCH: Final = 500
BATCH_BYTES: Final = 4 * 2**20
TAKE: Final = 16
"""At a time, of messages that may be large: so much goes beyond a batch's bytes at most."""
_POLL_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 10.0
"""How often new partitions and topics are looked for."""
_ANSWER_SECONDS: Final = 10.0
_CLIENT: Final = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "queued.max.messages.kbytes": 8 * 1024,
    "fetch.max.bytes": 4 << 20,
    "max.partition.fetch.bytes": 1 << 20,
    "fetch.wait.max.ms": 200,
}

CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            "source.topics", ConfigType.LIST, importance=Importance.HIGH, validator=non_empty,
            doc="Topics to copy from.",
        ),
        ConfigKey(
            "topic", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
            doc="The topic to copy to.",
        ),
        ConfigKey(
            "filter", ConfigType.STRING, None, Importance.HIGH,
            "A CEL expression over topic, partition, offset, timestamp (ms), key, value, headers "
            "and size; records of which it is true are copied. timestamp / 3600000 % 24 >= 12 is "
            "the afternoon (UTC).",
        ),
        ConfigKey(
            "filter.on.error", ConfigType.STRING, "fail",
            doc="What becomes of records that the filter cannot judge: fail, skip or copy.",
            validator=one_of("fail", "skip", "copy"),
        ),
        ConfigKey(
            "source.start", ConfigType.STRING, "earliest",
            doc="Where to begin in partitions of which nothing has been copied yet.",
            validator=one_of("earliest", "latest"),
        ),
        ConfigKey(
            "keep.partition", ConfigType.BOOLEAN, False,
            doc="Copy into the partition of the same number, and not by the key.",
        ),
        ConfigKey(
            "copy.task", ConfigType.INT, 0, Importance.LOW, "Set for each task.",
            validator=at_least(0), recommender=SET_BY_THE_CONNECTOR,
        ),
        ConfigKey(
            "copy.tasks", ConfigType.INT, 1, Importance.LOW, "Set for each task.",
            validator=at_least(1), recommender=SET_BY_THE_CONNECTOR,
        ),
    )
)  # fmt: skip


class TopicCopyTask(SourceTask):
    def start(self, config: Config, context: SourceContext) -> None:
        self._config = config
        self._context = context
        text = config["filter"]
        self._filter = RecordFilter(text) if text is not None else None
        self._on_error: str = config["filter.on.error"].lower()
        self._assigned: set[tuple[str, int]] = set()
        self._looked = -_LOOK_SECONDS
        # A name of its own is demanded of every consumer; nothing is stored or joined under it.
        group = {"group.id": f"connect-{context.connector_name}"}
        self._consumer = Consumer({**context.kafka, **_CLIENT, **group})

    def poll(self) -> Sequence[SourceRecord]:
        """
        Raises:
            RetriableError: the topics cannot be read now.
            ConnectError: they may not be read.
            DataError: the filter cannot judge a record, and ``filter.on.error`` is fail.
        """
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._take_new_partitions()
        if not self._assigned:
            self._context.stopping.wait(_POLL_SECONDS)
            self._looked = -_LOOK_SECONDS
            return []
        rows = [row_of(one) for one in self._messages()]
        with bounded_cpu():
            return [self._record(row) for row in rows if self._passes(row)]

    def stop(self) -> None:
        self._consumer.close()

    def _messages(self) -> list[Message]:
        """Those that come within ``_POLL_SECONDS``, within a batch's bounds."""
        found: list[Message] = []
        room, until = BATCH_BYTES, time.monotonic() + _POLL_SECONDS
        left = _POLL_SECONDS
        while left > 0 and room > 0 and len(found) < BATCH:
            taken = self._consumer.consume(min(TAKE, BATCH - len(found)), left)
            found += taken
            room -= sum(map(len, taken))
            left = until - time.monotonic()
        return found

    def _take_new_partitions(self) -> None:
        """Read those partitions that are this task's and have come since the last look."""
        new: list[tuple[str, int]] = []
        for topic in self._config["source.topics"]:
            try:
                found = self._consumer.list_topics(topic, timeout=_ANSWER_SECONDS).topics[topic]
            except KafkaException as error:
                raise trouble(error.args[0], topic) from error
            if found.error is not None:
                if found.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                    continue  # it may be created yet
                raise trouble(found.error, topic)
            places = {(topic, number) for number in found.partitions}
            new += sorted(place for place in places - self._assigned if self._is_mine(*place))
        if new:
            self._consumer.incremental_assign(self._beginnings(new))
            self._assigned.update(new)
        self._looked = time.monotonic()

    def _is_mine(self, topic: str, number: int) -> bool:
        tasks, task = int(self._config["copy.tasks"]), int(self._config["copy.task"])
        return (zlib.crc32(topic.encode()) + number) % tasks == task

    def _beginnings(self, places: Sequence[tuple[str, int]]) -> list[TopicPartition]:
        stored = self._context.offsets.read([source_partition(*place) for place in places])
        # What comes to be while it runs is read from its beginning, wherever the others began.
        latest = self._config["source.start"].lower() == "latest" and not self._assigned
        start = OFFSET_END if latest else OFFSET_BEGINNING
        return [
            TopicPartition(topic, number, int(offset["offset"]) if offset else start)
            for (topic, number), offset in zip(places, stored, strict=True)
        ]

    def _passes(self, row: Row) -> bool:
        if self._filter is None:
            return True
        try:
            return self._filter.passes(row)
        except DataError as error:
            if self._on_error == "fail":
                raise ConnectError(
                    f"{row.topic}-{row.partition} at offset {row.offset}: {error}; "
                    "filter.on.error=skip or copy goes on"
                ) from error
            return self._on_error == "copy"

    def _record(self, row: Row) -> SourceRecord:
        return SourceRecord(
            self._config["topic"],
            row.key,
            row.value,
            key_schema=OPTIONAL_BYTES,
            value_schema=OPTIONAL_BYTES,
            partition=row.partition if self._config["keep.partition"] else None,
            timestamp_ms=row.timestamp_ms,
            headers=tuple(Header(name, OPTIONAL_BYTES, data) for name, data in row.headers),
            source_partition=source_partition(row.topic, row.partition),
            source_offset={"offset": row.offset + 1},
        )


def source_partition(topic: str, number: int) -> dict[str, Any]:
    return {"topic": topic, "partition": number}


def row_of(message: Message) -> Row:
    """
    Raises:
        RetriableError: the message tells of trouble that passes.
        ConnectError: of trouble that does not.
    """
    error = message.error()
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    if error is not None:
        raise trouble(error, topic or "the source topics")
    assert topic is not None
    assert partition is not None
    assert offset is not None
    kind, timestamp_ms = message.timestamp()
    return Row(
        topic,
        partition,
        offset,
        None if kind == TIMESTAMP_NOT_AVAILABLE else timestamp_ms,
        message.key(),
        message.value(),
        # A list, whatever its type allows for producers.
        tuple(cast("list[tuple[str, bytes | None]]", message.headers() or [])),
    )


def trouble(error: KafkaError, topic: str) -> ConnectError:
    if error.code() in {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,
        KafkaError.TOPIC_EXCEPTION,
    }:
        return ConnectError(f"{topic} may not be read: {error.str()}")
    return RetriableError(f"{topic} cannot be read now: {error.str()}")


class TopicCopy(SourceConnector):
    name: ClassVar[str] = "topic-copy"
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "Topic to topic copy"
    doc: ClassVar[str] = "Copies the records that a CEL expression is true of into another topic."
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SourceTask]] = TopicCopyTask
    exactly_once: ClassVar[bool] = True
    needs_kafka: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        if config["topic"] in config["source.topics"]:
            raise ConfigError(f"topic={config['topic']} is one of source.topics: it would not end")
        if config["filter"] is not None:
            RecordFilter(config["filter"])

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        """Bytes in, bytes out: whatever converters the configuration names are not for these."""
        bytes_ = dict.fromkeys(("key.converter", "value.converter", "header.converter"), "bytes")
        return [
            {**bytes_, "copy.task": str(number), "copy.tasks": str(maximum)}
            for number in range(maximum)
        ]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], list(self.configured["source.topics"])
