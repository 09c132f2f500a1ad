"""confluent-kafka's settings for each client of a task: ours, then what the config may override.

The sizes are what keeps a task within its memory: librdkafka's own defaults let a consumer hold
64 MB and a producer 1 GB. What is fetched is counted as it is compressed, and may be twenty times
that in memory: hence the small fetches.
"""

from collections.abc import Mapping
from typing import Any, Final

from connect.spi.config import ConfigType, parse_value
from connect.spi.errors import ConfigError
from connect.task.assignment import TaskAssignment

CONSUMER: Final = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "partition.assignment.strategy": "cooperative-sticky",
    "queued.max.messages.kbytes": 8 * 1024,
    "queued.min.messages": 10_000,
    "fetch.queue.backoff.ms": 20,
    "fetch.max.bytes": 2**20,
    "max.partition.fetch.bytes": 2**19,
    "fetch.wait.max.ms": 200,
    "session.timeout.ms": 6_000,
    "heartbeat.interval.ms": 1_000,
    "topic.metadata.refresh.interval.ms": 10_000,
}
"""The session is as short as brokers allow: a killed task holds its partitions that long.

A partition whose queue is full is fetched again after ``fetch.queue.backoff.ms``: by librdkafka's
own second it would get no more than a queue a second, however fast the task is."""
PRODUCER: Final = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 5,
    "compression.type": "lz4",
    "partitioner": "murmur2_random",
    "queue.buffering.max.kbytes": 16 * 1024,
    "queue.buffering.max.messages": 20_000,
    "message.timeout.ms": 0,
    "message.max.bytes": 16 * 2**20,
}
"""A record is sent until it is there or refused (``message.timeout.ms`` 0), as Connect does. A
large one is the topic's to refuse."""

OVERRIDES: Final = frozenset(
    {
        "producer.override.batch.size",
        "producer.override.compression.type",
        "producer.override.linger.ms",
        "consumer.override.auto.offset.reset",
        "consumer.override.fetch.max.wait.ms",
        "consumer.override.fetch.min.bytes",
        "consumer.override.isolation.level",
        "consumer.override.max.poll.records",
    }
)
"""What a config may set of the clients, by the names of Kafka's own. ``max.poll.records`` is the
loop's, not the client's."""

_NAMES: Final = {"fetch.max.wait.ms": "fetch.wait.max.ms"}
"""Where librdkafka calls it otherwise."""

BATCH_BYTES: Final = 1_000_000
"""librdkafka's own, just below what a topic takes unless it is told otherwise."""

POLL_RECORDS: Final = 2_000
"""Of one batch of a sink at most, unless ``consumer.override.max.poll.records`` says otherwise."""
POLL_RECORDS_MAX: Final = 100_000


def check_overrides(config: Mapping[str, str]) -> None:
    """Raises ``ConfigError`` for what no connector may set of its clients."""
    for name in config:
        if name.startswith(("producer.override.", "consumer.override.")) and name not in OVERRIDES:
            raise ConfigError(
                f"{name} cannot be set here; what can be is {', '.join(sorted(OVERRIDES))}"
            )


def consumer_settings(assignment: TaskAssignment, config: Mapping[str, str]) -> dict[str, Any]:
    """Of the member of the connector's group that this task is."""
    return {
        **assignment.kafka,
        **CONSUMER,
        **_overrides("consumer.override.", config),
        "group.id": assignment.group,
        "client.id": client_id(assignment),
    }


def producer_settings(assignment: TaskAssignment, config: Mapping[str, str]) -> dict[str, Any]:
    """Of an idempotent producer."""
    return {
        **assignment.kafka,
        **PRODUCER,
        **_overrides("producer.override.", config),
        "client.id": client_id(assignment),
    }


def batch_bytes(config: Mapping[str, str]) -> int:
    """Of one batch of a source at most, unless its topic takes less. Raises ``ConfigError``."""
    name = "producer.override.batch.size"
    size = int(parse_value(name, config.get(name, str(BATCH_BYTES)), ConfigType.INT))
    if size < 0:
        raise ConfigError(f"{name} is {size}; it may be 0 (each record alone) or more")
    # What Kafka calls 0 is 1 here.
    return max(size, 1)


def client_id(assignment: TaskAssignment) -> str:
    return f"connect-{assignment.connector}-{assignment.task}"


def poll_records(config: Mapping[str, str]) -> int:
    """Of one batch of a sink at most. Raises ``ConfigError``."""
    name = "consumer.override.max.poll.records"
    count = int(parse_value(name, config.get(name, str(POLL_RECORDS)), ConfigType.INT))
    if not 1 <= count <= POLL_RECORDS_MAX:
        raise ConfigError(f"{name} is {count}; it may be 1 to {POLL_RECORDS_MAX}")
    return count


def _overrides(prefix: str, config: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(OVERRIDES & config.keys()):
        if name.startswith(prefix):
            own = name.removeprefix(prefix)
            if own != "max.poll.records":
                found[_NAMES.get(own, own)] = config[name]
    return found
