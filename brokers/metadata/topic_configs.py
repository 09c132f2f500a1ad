"""Topic configs: Kafka's names, types, defaults and ranges, and what each means here.

Pure. Names and defaults are those of Apache Kafka 4's ``TopicConfig`` and ``LogConfig``; ``flush``
is ours. A value that this release cannot honour is refused rather than kept and ignored; where a
config only tunes what Kafka does inside, its documentation says what happens instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import KIB, MESSAGE_BYTES_DEFAULT, MESSAGE_BYTES_MAX, MIB
from brokers.metadata.config_values import Values, fraction, integer, one_of, some_of

INT_MAX: Final = 2**31 - 1
LONG_MAX: Final = 2**63 - 1
DAY_MS: Final = 86_400_000


class ConfigType(IntEnum):
    """Type of a value as DescribeConfigs names it (KIP-569)."""

    BOOLEAN = 1
    STRING = 2
    INT = 3
    SHORT = 4
    LONG = 5
    DOUBLE = 6
    LIST = 7


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """One config. ``default`` and values are text, as on the wire."""

    name: str
    type: ConfigType
    default: str
    values: Values
    documentation: str


_INT: Final = ConfigType.INT
_LONG: Final = ConfigType.LONG
_BOOLEAN: Final = ConfigType.BOOLEAN
_STRING: Final = ConfigType.STRING
_LIST: Final = ConfigType.LIST
_DOUBLE: Final = ConfigType.DOUBLE

_FOR_TIERS: Final = "Only for tiered storage, which this release does not have."

_ALL: Final = (
    TopicConfig(
        "cleanup.policy",
        _LIST,
        "delete",
        some_of("compact", "delete"),
        "What happens to old records: delete removes segments by retention.ms and retention.bytes, "
        "compact keeps the last record of each key; records without a key are then refused.",
    ),
    TopicConfig(
        "compression.gzip.level",
        _INT,
        "-1",
        integer(-1, 9),
        "Kept for tools; batches stay as the producer compressed them.",
    ),
    TopicConfig(
        "compression.lz4.level",
        _INT,
        "9",
        integer(1, 17),
        "Kept for tools; batches stay as the producer compressed them.",
    ),
    TopicConfig(
        "compression.type",
        _STRING,
        "producer",
        one_of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
        "Kept for tools; batches stay as the producer compressed them, which is producer.",
    ),
    TopicConfig(
        "compression.zstd.level",
        _INT,
        "3",
        integer(-131072, 22),
        "Kept for tools; batches stay as the producer compressed them.",
    ),
    TopicConfig(
        "delete.retention.ms",
        _LONG,
        str(DAY_MS),
        integer(0, LONG_MAX),
        "How long compaction keeps a tombstone, a record without a value, after it first met it.",
    ),
    TopicConfig(
        "file.delete.delay.ms",
        _LONG,
        "60000",
        integer(0, DAY_MS),
        "Time between a segment's or topic's deletion and the removal of its files; at most a day.",
    ),
    TopicConfig(
        "flush",
        _STRING,
        "fsync",
        one_of("fsync", "os"),
        "When a record counts as durable: fsync, once it is on the disk; os, once the operating "
        "system has it, as in Kafka. Headwater's own.",
    ),
    TopicConfig(
        "flush.messages",
        _LONG,
        str(LONG_MAX),
        integer(1, LONG_MAX),
        "Kept for tools; flush=fsync already syncs before records count as committed.",
    ),
    TopicConfig(
        "flush.ms",
        _LONG,
        str(LONG_MAX),
        integer(0, LONG_MAX),
        "Kept for tools; flush=fsync already syncs before records count as committed.",
    ),
    TopicConfig(
        "index.interval.bytes",
        _INT,
        "4096",
        integer(0, INT_MAX),
        "How many bytes of records lie between two entries of an index.",
    ),
    TopicConfig("local.retention.bytes", _LONG, "-2", integer(-2, LONG_MAX), _FOR_TIERS),
    TopicConfig("local.retention.ms", _LONG, "-2", integer(-2, LONG_MAX), _FOR_TIERS),
    TopicConfig(
        "max.compaction.lag.ms",
        _LONG,
        str(LONG_MAX),
        integer(1, LONG_MAX),
        "Age at which a record is compacted however little there is to compact; never sooner than "
        "after a second, for segments are begun as often.",
    ),
    TopicConfig(
        "max.message.bytes",
        _INT,
        str(MESSAGE_BYTES_DEFAULT),
        integer(0, MESSAGE_BYTES_MAX),
        "The largest record batch that is accepted, as compressed.",
    ),
    TopicConfig(
        "message.timestamp.after.max.ms",
        _LONG,
        "3600000",
        integer(0, LONG_MAX),
        "How far a record's timestamp may be ahead of the broker's clock.",
    ),
    TopicConfig(
        "message.timestamp.before.max.ms",
        _LONG,
        str(LONG_MAX),
        integer(0, LONG_MAX),
        "How far a record's timestamp may be behind the broker's clock.",
    ),
    TopicConfig(
        "message.timestamp.type",
        _STRING,
        "CreateTime",
        one_of("CreateTime", "LogAppendTime"),
        "Whether a record keeps its producer's timestamp or gets the broker's.",
    ),
    TopicConfig(
        "min.cleanable.dirty.ratio",
        _DOUBLE,
        "0.5",
        fraction(),
        "A log is compacted when more than this part of its closed segments is not yet.",
    ),
    TopicConfig(
        "min.compaction.lag.ms",
        _LONG,
        "0",
        integer(0, LONG_MAX),
        "How long a record stays as it was produced before compaction may touch it.",
    ),
    TopicConfig(
        "min.insync.replicas",
        _INT,
        "2",
        integer(1, INT_MAX),
        "How many replicas must be in sync for records to be committed, or as many as there are "
        "when that is fewer. A leader that crashes alone then takes nothing with it. Kafka's "
        "default is 1.",
    ),
    TopicConfig(
        "preallocate",
        _BOOLEAN,
        "false",
        one_of("true", "false"),
        "Kept for tools; files grow as they are written.",
    ),
    TopicConfig(
        "remote.storage.enable",
        _BOOLEAN,
        "false",
        one_of("false", because="tiered storage is not in this release"),
        _FOR_TIERS,
    ),
    TopicConfig(
        "retention.bytes",
        _LONG,
        "-1",
        integer(-1, LONG_MAX),
        "Old segments go when a partition is larger; -1 for no limit.",
    ),
    TopicConfig(
        "retention.ms",
        _LONG,
        str(7 * DAY_MS),
        integer(-1, LONG_MAX),
        "Segments go when their newest record is older; -1 for no limit.",
    ),
    TopicConfig(
        "segment.bytes",
        _INT,
        str(1 << 30),
        integer(MIB, INT_MAX),
        "Size at which a new segment file is begun; at least 1 MiB, or files would be too many.",
    ),
    TopicConfig(
        "segment.index.bytes",
        _INT,
        str(10 * MIB),
        integer(4 * KIB, INT_MAX),
        "Size of a segment's index at which a new segment is begun.",
    ),
    TopicConfig(
        "segment.jitter.ms",
        _LONG,
        "0",
        integer(0, LONG_MAX),
        "Kept for tools; segments are begun after segment.ms without a random share.",
    ),
    TopicConfig(
        "segment.ms",
        _LONG,
        str(7 * DAY_MS),
        integer(1_000, LONG_MAX),
        "Age at which a new segment is begun; at least a second, or files would be too many.",
    ),
    TopicConfig(
        "unclean.leader.election.enable",
        _BOOLEAN,
        "false",
        one_of("false", because="acknowledged records are never given up by a setting"),
        "Whether a replica that may lack records can become leader.",
    ),
)

TOPIC_CONFIGS: Final[Mapping[str, TopicConfig]] = {config.name: config for config in _ALL}
"""Every topic config by name, in alphabetical order."""


def check_config(name: str, value: str | None) -> str:
    """``value`` when ``name`` may have it; raises ``Refusal`` INVALID_CONFIG otherwise."""
    config = TOPIC_CONFIGS.get(name)
    if config is None:
        raise Refusal(
            ErrorCode.INVALID_CONFIG,
            f"there is no topic config {_shown(name)!r}; DescribeConfigs lists those there are",
        )
    if value is None:
        raise Refusal(ErrorCode.INVALID_CONFIG, f"topic config {name} was given no value")
    if not config.values.are_good(value):
        raise Refusal(
            ErrorCode.INVALID_CONFIG,
            f"topic config {name} cannot be {_shown(value)!r}; it takes {config.values.wanted}",
        )
    return value


def checked(configs: Mapping[str, str | None]) -> dict[str, str]:
    """All of ``configs``; raises ``Refusal`` INVALID_CONFIG for the first that cannot be."""
    good = {name: check_config(name, value) for name, value in configs.items()}
    least, most = (value_of(f"{end}.compaction.lag.ms", good) for end in ("min", "max"))
    if int(least) > int(most):
        raise Refusal(
            ErrorCode.INVALID_CONFIG,
            f"topic config min.compaction.lag.ms cannot be {least}, more than "
            f"max.compaction.lag.ms, which is {most}",
        )
    return good


def value_of(name: str, configs: Mapping[str, str]) -> str:
    """The value in force: what was set, else the default. ``KeyError`` without such a config."""
    return configs.get(name, TOPIC_CONFIGS[name].default)


def list_of(name: str, configs: Mapping[str, str]) -> list[str]:
    """The items of the value in force."""
    return [item.strip() for item in value_of(name, configs).split(",")]


def _shown(text: str) -> str:
    return text if len(text) <= 100 else text[:100] + "…"
