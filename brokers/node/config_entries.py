"""Configs as clients are shown them: values in force, where they come from, what they are called.

Sources and types are DescribeConfigs' own numbers (KIP-226, KIP-569).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from brokers.kernel.limits import MESSAGE_BYTES_DEFAULT
from brokers.metadata.records import BrokerRecord, TenantRecord
from brokers.metadata.topic_configs import TOPIC_CONFIGS, ConfigType, TopicConfig


class Source(IntEnum):
    TOPIC = 1
    DYNAMIC_DEFAULT_BROKER = 3
    STATIC_BROKER = 4
    DEFAULT = 5


@dataclass(frozen=True, slots=True)
class Synonym:
    """A place that a value can come from, the one in force first."""

    name: str
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    value: str
    source: Source
    read_only: bool
    type: ConfigType
    documentation: str
    synonyms: list[Synonym] = field(default_factory=list)


BROKER_NAMES: Final = {
    "cleanup.policy": "log.cleanup.policy",
    "compression.gzip.level": "compression.gzip.level",
    "compression.lz4.level": "compression.lz4.level",
    "compression.type": "compression.type",
    "compression.zstd.level": "compression.zstd.level",
    "delete.retention.ms": "log.cleaner.delete.retention.ms",
    "file.delete.delay.ms": "log.segment.delete.delay.ms",
    "flush.messages": "log.flush.interval.messages",
    "flush.ms": "log.flush.interval.ms",
    "index.interval.bytes": "log.index.interval.bytes",
    "max.compaction.lag.ms": "log.cleaner.max.compaction.lag.ms",
    "max.message.bytes": "message.max.bytes",
    "message.timestamp.after.max.ms": "log.message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms": "log.message.timestamp.before.max.ms",
    "message.timestamp.type": "log.message.timestamp.type",
    "min.cleanable.dirty.ratio": "log.cleaner.min.cleanable.ratio",
    "min.compaction.lag.ms": "log.cleaner.min.compaction.lag.ms",
    "min.insync.replicas": "min.insync.replicas",
    "preallocate": "log.preallocate",
    "retention.bytes": "log.retention.bytes",
    "retention.ms": "log.retention.ms",
    "segment.bytes": "log.segment.bytes",
    "segment.index.bytes": "log.index.size.max.bytes",
    "segment.jitter.ms": "log.roll.jitter.ms",
    "segment.ms": "log.roll.ms",
    "unclean.leader.election.enable": "unclean.leader.election.enable",
}
"""A topic config's name as a broker's default (Apache Kafka, ``ServerTopicConfigSynonyms``)."""


def topic_entries(configs: Mapping[str, str]) -> Iterator[Entry]:
    """Every topic config for a topic on which ``configs`` were set, by name."""
    for config in TOPIC_CONFIGS.values():
        yield _topic_entry(config, configs.get(config.name))


def _topic_entry(config: TopicConfig, set_value: str | None) -> Entry:
    default_name = BROKER_NAMES.get(config.name)
    synonyms = []
    if set_value is not None:
        synonyms.append(Synonym(config.name, set_value, Source.TOPIC))
    if default_name is not None:
        synonyms.append(Synonym(default_name, config.default, Source.DEFAULT))
    return Entry(
        name=config.name,
        value=config.default if set_value is None else set_value,
        source=Source.DEFAULT if set_value is None else Source.TOPIC,
        read_only=False,
        type=config.type,
        documentation=config.documentation,
        synonyms=synonyms,
    )


def broker_entries(
    broker: BrokerRecord, tenant: TenantRecord, security_protocol: str, replication_factor: int
) -> Iterator[Entry]:
    """What a tenant may know of a broker, by name; the operator alone changes it.

    ``security_protocol`` is the external listener's, the same on every broker of a cell;
    ``replication_factor`` is that of a topic which asks for none.
    """
    host = f"[{broker.host}]" if ":" in broker.host else broker.host
    auto_create = "true" if tenant.auto_create_topics else "false"
    partitions = str(tenant.default_partition_count)
    return (
        Entry(name, value, Source.STATIC_BROKER, True, kind, documentation, synonyms=[])
        for name, kind, value, documentation in (
            (
                "advertised.listeners",
                ConfigType.LIST,
                f"{security_protocol}://{host}:{broker.port}",
                "Where clients reach this broker.",
            ),
            (
                "auto.create.topics.enable",
                ConfigType.BOOLEAN,
                auto_create,
                "Whether a topic is created when a client asks about it; the tenant's setting.",
            ),
            ("broker.id", ConfigType.INT, str(broker.id), "This broker's id."),
            (
                "broker.rack",
                ConfigType.STRING,
                broker.rack or "",
                "Where this broker stands.",
            ),
            (
                "default.replication.factor",
                ConfigType.INT,
                str(replication_factor),
                "Replicas of a partition when a client asks for the default.",
            ),
            (
                "message.max.bytes",
                ConfigType.INT,
                str(MESSAGE_BYTES_DEFAULT),
                "Default of the topic config max.message.bytes.",
            ),
            (
                "num.partitions",
                ConfigType.INT,
                partitions,
                "Partitions of a topic when a client asks for the default; the tenant's setting.",
            ),
        )
    )
