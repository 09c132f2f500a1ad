"""A failed record as the dead-letter topic and the log tell it, in Kafka's words (KIP-298)."""

from dataclasses import dataclass, replace
from typing import Final

from connect.runtime.error_policy import ErrorPolicy
from connect.runtime.messages import ConsumedMessage, OutgoingMessage
from connect.runtime.stages import Failed
from connect.runtime.traces import trace_of
from connect.spi.errors import ConfigError, ConnectError, DataError, RetriableError
from connect.spi.records import SourceRecord, TimestampType

PREFIX: Final = "__connect.errors."
MESSAGE_BYTES_MAX: Final = 16 * 1024
STACK_TRACE_BYTES_MAX: Final = 64 * 1024
"""A dead letter is as large as its record and this; what is longer is cut off. Where that is more
than the dead-letter topic takes, ``shorter`` leaves more out."""
_TEXTS: Final = frozenset({f"{PREFIX}exception.message", f"{PREFIX}exception.stacktrace"})

# A subclass before its base.
_KAFKA_ERRORS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (RetriableError, "org.apache.kafka.connect.errors.RetriableException"),
    (DataError, "org.apache.kafka.connect.errors.DataException"),
    (ConfigError, "org.apache.kafka.common.config.ConfigException"),
    (ConnectError, "org.apache.kafka.connect.errors.ConnectException"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose records these are: a connector's name and a task's number."""

    connector: str
    task: int

    def __str__(self) -> str:
        return f"{self.connector}-{self.task}"


def dead_letter(
    message: ConsumedMessage, failed: Failed, policy: ErrorPolicy, origin: Origin
) -> OutgoingMessage | None:
    """The message as it was consumed, to the dead-letter topic; None where there is none. With
    context headers it says where it comes from and what was wrong; a header that it has from an
    earlier dead-letter topic stays as it is."""
    if not policy.dead_letter_topic:
        return None
    headers = message.headers
    if policy.context_headers:
        there = {name for name, _ in headers}
        context = _context(message, failed, origin)
        headers = (*headers, *(one for one in context if one[0] not in there))
    return OutgoingMessage(
        topic=policy.dead_letter_topic,
        partition=None,
        key=message.key,
        value=message.value,
        headers=headers,
        timestamp_ms=message.timestamp_ms,
    )


def shorter(letter: OutgoingMessage, message: ConsumedMessage) -> OutgoingMessage | None:
    """A dead letter of ``message`` that says less than ``letter``: without the error's own words,
    and then the message as it was, which a topic took. None where there is no less to say."""
    own, context = letter.headers[: len(message.headers)], letter.headers[len(message.headers) :]
    if not context:
        return None
    kept = tuple(one for one in context if one[0] not in _TEXTS)
    return replace(letter, headers=(*own, *kept) if len(kept) < len(context) else own)


def error_log_line(
    record: ConsumedMessage | SourceRecord, failed: Failed, policy: ErrorPolicy, origin: Origin
) -> str | None:
    """What ``errors.log.enable`` writes, None without it. A record is told by its place only, never
    by what it holds: logs are read by others than topics."""
    if not policy.logs:
        return None
    told = f"Executing stage '{failed.stage.value}' with class '{failed.class_name}'"
    if policy.logs_messages:
        told += f", where {_place(record)}"
    return f"Error encountered in task {origin}. {told}. {_one_line(failed.error)}"


def _context(
    message: ConsumedMessage, failed: Failed, origin: Origin
) -> list[tuple[str, bytes | None]]:
    error = failed.error
    texts = {
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "connector.name": origin.connector,
        "task.id": str(origin.task),
        "stage": failed.stage.value,
        "class.name": failed.class_name,
        "exception.class.name": _error_class(error),
    }
    return [
        *((PREFIX + name, text.encode()) for name, text in texts.items()),
        (f"{PREFIX}exception.message", _cut(str(error), MESSAGE_BYTES_MAX)),
        (f"{PREFIX}exception.stacktrace", _cut(trace_of(error), STACK_TRACE_BYTES_MAX)),
    ]


def _error_class(error: BaseException) -> str:
    """Kafka's class for Connect's own errors; a subclass and everything else under its own name."""
    for own, kafka in _KAFKA_ERRORS:
        if type(error) is own:
            return kafka
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _cut(text: str, bytes_max: int) -> bytes:
    data = text.encode(errors="replace")
    if len(data) <= bytes_max:
        return data
    # No half of a character at the end.
    return data[:bytes_max].decode(errors="ignore").encode()


def _one_line(error: BaseException) -> str:
    return f"{_error_class(error)}: {error}".replace("\n", " ")


def _place(record: ConsumedMessage | SourceRecord) -> str:
    if isinstance(record, SourceRecord):
        return (
            f"source record is for topic='{record.topic}', "
            f"sourcePartition={dict(record.source_partition)}, "
            f"sourceOffset={dict(record.source_offset)}"
        )
    told = (
        f"consumed record is {{topic='{record.topic}', partition={record.partition}, "
        f"offset={record.offset}"
    )
    if record.timestamp_type is not TimestampType.NONE:
        told += f", timestamp={record.timestamp_ms}, timestampType={record.timestamp_type.value}"
    return told + "}"
