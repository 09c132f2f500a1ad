"""A record's way between Kafka's bytes and a task: converters and transformations, as a machine.

It does no I/O and reads no clock: when an operation asks to be tried again, ``step`` answers how
long to wait, and goes on at that operation when it is called the next time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from connect.converters.converter import Converter, HeaderConverter
from connect.runtime.class_names import class_name
from connect.runtime.error_policy import ErrorPolicy, Stage
from connect.runtime.messages import ConsumedMessage, OutgoingMessage
from connect.spi.errors import RetriableError
from connect.spi.records import Header, SinkRecord, SourceRecord
from connect.spi.schema import Schema
from connect.transforms.chain import Chain


@dataclass(frozen=True, slots=True)
class Done:
    """``result``: a ``SinkRecord`` in a sink; in a source ``Written``."""

    result: Any


@dataclass(frozen=True, slots=True)
class Dropped:
    """A transformation left the record out."""


@dataclass(frozen=True, slots=True)
class Failed:
    """``class_name`` is what ran, under Kafka's name where it has one. ``tolerated``: the record is
    left behind (reported, perhaps to the dead-letter topic); else the task fails."""

    stage: Stage
    class_name: str
    error: BaseException
    attempts: int
    tolerated: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Call ``step`` again after this long."""

    milliseconds: int


Outcome = Done | Dropped | Failed | Wait


@dataclass(frozen=True, slots=True)
class Written:
    """A source's record after its transformations, and the message that it became."""

    record: SourceRecord
    message: OutgoingMessage


@dataclass(frozen=True, slots=True)
class Converters:
    key: Converter
    value: Converter
    header: HeaderConverter


@dataclass(frozen=True, slots=True)
class _Operation:
    """``run`` takes what the one before it gave; None means that the record is dropped."""

    stage: Stage
    class_name: str
    run: Callable[[Any], Any]


class Work:
    """One record on its way. After ``Done``, ``Dropped`` or ``Failed`` it is over.

    It stands before the operation ``at``, which is to get ``state``; ``error`` is what that has
    raised already.
    """

    __slots__ = ("_at", "_error", "_failures", "_operations", "_policy", "_since_ms", "_state")

    def __init__(
        self,
        operations: Sequence[_Operation],
        policy: ErrorPolicy,
        state: object,
        at: int = 0,
        error: Exception | None = None,
    ) -> None:
        self._operations = operations
        self._policy = policy
        self._state: Any = state
        self._at = at
        self._error = error
        self._failures = 0
        self._since_ms: int | None = None

    def step(self, now_ms: int, draw: float) -> Outcome:
        """As far as it gets. ``now_ms`` is of any clock that runs evenly; ``draw`` in [0, 1)."""
        while self._at < len(self._operations):
            operation = self._operations[self._at]
            if self._since_ms is None:
                self._since_ms = now_ms
            try:
                if self._error is not None:
                    error, self._error = self._error, None
                    raise error
                state = operation.run(self._state)
            except RetriableError as error:
                self._failures += 1
                elapsed = now_ms - self._since_ms
                wait = self._policy.retry_after_ms(self._failures, elapsed, draw)
                return self._failed(operation, error) if wait is None else Wait(wait)
            except Exception as error:
                self._failures += 1
                return self._failed(operation, error)
            if state is None:
                return DROPPED
            self._state = state
            self._at += 1
            self._failures = 0
            self._since_ms = None
        return Done(self._state)

    def _failed(self, operation: _Operation, error: Exception) -> Failed:
        tolerated = self._policy.tolerates(operation.stage)
        return Failed(operation.stage, operation.class_name, error, self._failures, tolerated)


DROPPED: Final = Dropped()


@dataclass(frozen=True, slots=True)
class Stages:
    """All that a task does to a record, made once and begun for each record."""

    operations: tuple[_Operation, ...]
    policy: ErrorPolicy

    def begin(self, record: ConsumedMessage | SourceRecord) -> Work:
        return Work(self.operations, self.policy, record)

    def through(self, record: ConsumedMessage | SourceRecord) -> Any | Work | None:
        """What becomes of a record with which nothing goes wrong, as nearly always: what ``Done``
        would hold, or None when it is dropped. Else the work that stands at what has failed."""
        state: Any = record
        for at, operation in enumerate(self.operations):
            try:
                made = operation.run(state)
            except Exception as error:
                return Work(self.operations, self.policy, state, at, error)
            if made is None:
                return None
            state = made
        return state


def sink_stages(converters: Converters, chain: Chain, policy: ErrorPolicy) -> Stages:
    """From a ``ConsumedMessage`` to a ``SinkRecord``: key, value, headers, transformations."""
    reading = _SinkReading(converters)
    operations = (
        _Operation(Stage.KEY_CONVERTER, class_name(converters.key), reading.key),
        _Operation(Stage.VALUE_CONVERTER, class_name(converters.value), reading.value),
        _Operation(Stage.HEADER_CONVERTER, class_name(converters.header), reading.headers),
        *_transformations(chain),
    )
    return Stages(operations, policy)


def source_stages(converters: Converters, chain: Chain, policy: ErrorPolicy) -> Stages:
    """From a ``SourceRecord`` to ``Written``: transformations, headers, key, value."""
    writing = _SourceWriting(converters)
    operations = (
        *_transformations(chain),
        _Operation(Stage.HEADER_CONVERTER, class_name(converters.header), writing.headers),
        _Operation(Stage.KEY_CONVERTER, class_name(converters.key), writing.key),
        _Operation(Stage.VALUE_CONVERTER, class_name(converters.value), writing.value),
    )
    return Stages(operations, policy)


def _transformations(chain: Chain) -> list[_Operation]:
    return [
        _Operation(Stage.TRANSFORMATION, class_name(step.transform), step.apply)
        for step in chain.steps
    ]


_WithKey = tuple[ConsumedMessage, Schema | None, Any]
_WithValue = tuple[ConsumedMessage, Schema | None, Any, Schema | None, Any]


@dataclass(frozen=True, slots=True)
class _SinkReading:
    """Each takes what the one before it gave; the record is made once, at the end."""

    converters: Converters

    def key(self, message: ConsumedMessage) -> _WithKey:
        schema, key = self.converters.key.from_bytes(message.topic, message.key, message.headers)
        return message, schema, key

    def value(self, read: _WithKey) -> _WithValue:
        message, key_schema, key = read
        schema, value = self.converters.value.from_bytes(
            message.topic, message.value, message.headers
        )
        return message, key_schema, key, schema, value

    def headers(self, read: _WithValue) -> SinkRecord:
        message, key_schema, key, value_schema, value = read
        headers = tuple(
            Header(name, *self.converters.header.from_bytes(message.topic, name, data))
            for name, data in message.headers
        )
        return SinkRecord(
            message.topic,
            message.partition,
            message.offset,
            key,
            value,
            key_schema=key_schema,
            value_schema=value_schema,
            timestamp_ms=message.timestamp_ms,
            timestamp_type=message.timestamp_type,
            headers=headers,
            original_topic=message.topic,
        )


@dataclass(frozen=True, slots=True)
class _SourceWriting:
    """Each takes what the one before it gave: the record, then a message that fills."""

    converters: Converters

    def headers(self, record: SourceRecord) -> Written:
        convert = self.converters.header.to_bytes
        headers = tuple(
            (one.key, convert(record.topic, one.key, one.schema, one.value))
            for one in record.headers
        )
        message = OutgoingMessage(
            topic=record.topic,
            partition=record.partition,
            key=None,
            value=None,
            headers=headers,
            timestamp_ms=record.timestamp_ms,
        )
        return Written(record, message)

    def key(self, written: Written) -> Written:
        record, message = written.record, written.message
        key = self.converters.key.to_bytes(
            record.topic, record.key_schema, record.key, message.headers
        )
        return Written(record, replace(message, key=key))

    def value(self, written: Written) -> Written:
        record, message = written.record, written.message
        value = self.converters.value.to_bytes(
            record.topic, record.value_schema, record.value, message.headers
        )
        return Written(record, replace(message, value=value))
