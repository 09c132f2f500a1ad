"""What the object sink can be told; Kafka's store connectors' names where they have one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connect.connectors.objects import placing
from connect.connectors.objects.formats import ALIASES, FORMATS, format_named
from connect.connectors.objects.naming import Naming
from connect.connectors.objects.placing import ByFields, ByPartition, ByTime, FieldTime, Placing
from connect.connectors.objects.rotation import Rotation
from connect.spi.config import (
    REQUIRED,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    Validator,
    at_least,
    between,
    invalid,
    non_empty,
    one_of,
)
from connect.spi.errors import ConfigError

_T, _HIGH, _MEDIUM, _LOW = ConfigType, Importance.HIGH, Importance.MEDIUM, Importance.LOW

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
_DAILY: Final = "'year'=YYYY/'month'=MM/'day'=dd"
_HOURLY: Final = "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH"
PARTITIONERS: Final = {
    "default": "io.confluent.connect.storage.partitioner.DefaultPartitioner",
    "field": "io.confluent.connect.storage.partitioner.FieldPartitioner",
    "time": "io.confluent.connect.storage.partitioner.TimeBasedPartitioner",
    "daily": "io.confluent.connect.storage.partitioner.DailyPartitioner",
    "hourly": "io.confluent.connect.storage.partitioner.HourlyPartitioner",
}
_SHORT: Final = {alias: name for name, alias in PARTITIONERS.items()}
COMPRESSIONS: Final = ("none", "gzip", "snappy", "zstd")


def _zone(name: str, value: Any) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(name, value, "there is no such time zone") from None


def _path(name: str, value: Any) -> None:
    try:
        if value:
            placing.path_format(value)
    except ValueError as error:
        raise invalid(name, value, str(error)) from None


def _named(*names: str) -> Validator:
    return one_of(*names)


LAYOUT: Final = ConfigDef(
    (
        ConfigKey("format.class", _T.STRING, "json", _HIGH,
                  "json (a document a line), csv, avro, parquet or bytes.", "Format",
                  validator=_named(*FORMATS, *ALIASES)),
        ConfigKey("compression.type", _T.STRING, "none", _MEDIUM,
                  "none, gzip or zstd; Avro and Parquet have snappy too.", "Format",
                  validator=_named(*COMPRESSIONS)),
        ConfigKey("topics.dir", _T.STRING, "topics", _HIGH, "What all names begin with.", "Names"),
        ConfigKey("directory.delim", _T.STRING, "/", _MEDIUM, "Between directories.", "Names",
                  validator=non_empty),
        ConfigKey("file.delim", _T.STRING, "+", _MEDIUM,
                  "Between topic, partition and offset in a name.", "Names", validator=non_empty),
        ConfigKey("filename.offset.zero.pad.width", _T.INT, 10, _LOW,
                  "Digits of the offset in a name.", "Names", validator=between(1, 19)),
        ConfigKey("partitioner.class", _T.STRING, "default", _HIGH,
                  "default (by partition), field, time, daily or hourly.", "Directories",
                  validator=_named(*PARTITIONERS, *PARTITIONERS.values())),
        ConfigKey("partition.field.name", _T.LIST, (), _MEDIUM,
                  "The fields of the field partitioner.", "Directories"),
        ConfigKey("path.format", _T.STRING, "", _MEDIUM,
                  f"The directory of the time partitioner, as {_HOURLY}.", "Directories",
                  validator=_path),
        ConfigKey("partition.duration.ms", _T.LONG, HOUR_MS, _MEDIUM,
                  "How long a directory of the time partitioner lasts.", "Directories",
                  validator=at_least(1)),
        ConfigKey("timezone", _T.STRING, "UTC", _MEDIUM, "Of the directories' times.",
                  "Directories", validator=_zone),
        ConfigKey("locale", _T.STRING, "", _LOW,
                  "Accepted for Kafka's sake: directories' times are numbers.", "Directories"),
        ConfigKey("timestamp.extractor", _T.STRING, "record", _MEDIUM,
                  "Whose time: wallclock, record, or recordfield.", "Directories",
                  validator=_named("wallclock", "record", "recordfield")),
        ConfigKey("timestamp.field", _T.STRING, "timestamp", _MEDIUM,
                  "The field of recordfield.", "Directories", validator=non_empty),
    )
)  # fmt: skip

FILES: Final = ConfigDef(
    (
        ConfigKey("flush.size", _T.INT, REQUIRED, _HIGH, "Records of a file, at most.", "Files",
                  validator=at_least(1)),
        ConfigKey("rotate.interval.ms", _T.LONG, -1, _HIGH,
                  "How far records of a file are apart in their own time, at most; -1: as they "
                  "come.", "Files", validator=at_least(-1)),
        ConfigKey("rotate.schedule.interval.ms", _T.LONG, -1, _HIGH,
                  "A file is closed at the clock's multiples of it, with or without new records; "
                  "-1: never.", "Files", validator=at_least(-1)),
        ConfigKey("rotate.file.bytes", _T.LONG, -1, _MEDIUM,
                  "A file is closed when it has so many bytes; -1: never.", "Files",
                  validator=at_least(-1)),
        ConfigKey("partitioner.max.open.files", _T.INT, 200, _MEDIUM,
                  "Files open at a time; a record that would need one more closes the oldest.",
                  "Files", validator=at_least(1)),
        ConfigKey("spool.bytes.max", _T.LONG, 1024 * 1024 * 1024, _LOW,
                  "What open files may take of the worker's disk, all together; past it the oldest "
                  "is closed.", "Files", validator=at_least(1024 * 1024)),
        ConfigKey("behavior.on.null.values", _T.STRING, "ignore", _LOW,
                  "What becomes of tombstones: ignore, or fail (a bad record).", "Files",
                  validator=_named("ignore", "fail")),
    )
)  # fmt: skip

S3_ACCESS: Final = ConfigDef(
    (
        ConfigKey("s3.bucket.name", _T.STRING, REQUIRED, _HIGH, "The bucket.", "Store",
                  validator=non_empty),
        ConfigKey("s3.region", _T.STRING, "us-east-1", _MEDIUM, "The bucket's region.", "Store",
                  validator=non_empty, names_target=True),
        ConfigKey("store.url", _T.STRING, None, _MEDIUM,
                  "An S3-compatible store, as https://minio.example:9000; AWS unless said.",
                  "Store", names_target=True),
        ConfigKey("aws.access.key.id", _T.STRING, REQUIRED, _HIGH, "The access key.", "Store",
                  validator=non_empty),
        ConfigKey("aws.secret.access.key", _T.PASSWORD, REQUIRED, _HIGH, "Its secret.", "Store",
                  validator=non_empty),
        ConfigKey("aws.session.token", _T.PASSWORD, None, _LOW,
                  "What comes with temporary credentials; the task fails once they have expired.",
                  "Store"),
        ConfigKey("s3.sign.payload", _T.BOOLEAN, False, _LOW,
                  "Sign what objects hold over https as well, as some stores and buckets' policies "
                  "want it; over http that is always signed.", "Store"),
    )
)  # fmt: skip


def naming_of(config: Config) -> Naming:
    return Naming(
        config["topics.dir"],
        config["directory.delim"],
        config["file.delim"],
        config["filename.offset.zero.pad.width"],
    )


def rotation_of(config: Config) -> Rotation:
    def limit(name: str) -> int | None:
        value: int = config[name]
        return value if value > 0 else None

    return Rotation(
        config["flush.size"],
        limit("rotate.interval.ms"),
        limit("rotate.schedule.interval.ms"),
        limit("rotate.file.bytes"),
    )


def placing_of(config: Config) -> Placing:
    """Raises ``ConfigError`` for what does not go together."""
    name = config["partitioner.class"]
    kind = _SHORT.get(name, name.lower())
    if kind == "default":
        return ByPartition()
    if kind == "field":
        if not config["partition.field.name"]:
            raise ConfigError("partitioner.class is field, and partition.field.name names none")
        return ByFields(tuple(config["partition.field.name"]), config["directory.delim"])
    pattern, duration_ms = {
        "daily": (_DAILY, DAY_MS),
        "hourly": (_HOURLY, HOUR_MS),
        "time": (config["path.format"], config["partition.duration.ms"]),
    }[kind]
    if not pattern:
        raise ConfigError("partitioner.class is time, and path.format is not set")
    return ByTime(moment_of(config), duration_ms, _path_of(pattern), ZoneInfo(config["timezone"]))


def _path_of(pattern: str) -> Callable[[datetime], str]:
    return placing.path_format(pattern)


def moment_of(config: Config) -> placing.Moment:
    match config["timestamp.extractor"].lower():
        case "wallclock":
            return placing.wall_clock
        case "record":
            return placing.record_time
    return FieldTime(config["timestamp.field"])


def check_layout(config: Config) -> None:
    """Raises ``ConfigError`` for what does not go together."""
    placing_of(config)
    chosen = format_named(config["format.class"])
    compression = config["compression.type"].lower()
    if compression not in chosen.codecs:
        raise ConfigError(
            f"compression.type is {compression}; the {chosen.name} format has "
            f"{', '.join(chosen.codecs)}"
        )
    by_wall = config["timestamp.extractor"].lower() == "wallclock"
    timed = not isinstance(placing_of(config), ByPartition | ByFields)
    if by_wall and timed and config["rotate.schedule.interval.ms"] <= 0:
        raise ConfigError(
            "timestamp.extractor is wallclock: set rotate.schedule.interval.ms, so that a file "
            "ends with its directory's time"
        )
