"""Tasks: what reads a source or writes a sink. Each has a process of its own, and may block."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from threading import Event
from typing import Any, Protocol

from connect.spi.config import Config
from connect.spi.egress import Egress
from connect.spi.records import SinkRecord, SourceRecord, TopicPartition


class StoredOffsets(Protocol):
    """How far a source had read."""

    def read(
        self, source_partitions: Collection[Mapping[str, Any]]
    ) -> list[Mapping[str, Any] | None]:
        """The offset stored for each, in their order; None for one that has none."""
        ...


class TaskContext(Protocol):
    """What both kinds are given. ``stopping`` is set when the task is to end."""

    @property
    def connector_name(self) -> str: ...

    @property
    def task_number(self) -> int: ...

    @property
    def egress(self) -> Egress: ...

    @property
    def log(self) -> logging.Logger: ...

    @property
    def stopping(self) -> Event: ...


class TransactionContext(Protocol):
    """Where an exactly-once source's transactions end, for ``transaction.boundary=connector``. Both
    are for the end of the batch that ``poll`` returns next."""

    def commit(self) -> None: ...

    def abort(self) -> None:
        """The transaction's records are discarded for good: its offsets are stored all the same. To
        have them read again, raise an error instead."""
        ...


class SourceContext(TaskContext, Protocol):
    @property
    def offsets(self) -> StoredOffsets: ...

    @property
    def transaction(self) -> TransactionContext | None:
        """None unless transactions end where the connector says."""
        ...

    @property
    def kafka(self) -> Mapping[str, str]:
        """Settings for confluent-kafka, for connectors that say ``needs_kafka``; else empty."""
        ...


class SinkContext(TaskContext, Protocol):
    @property
    def assignment(self) -> Collection[TopicPartition]: ...

    def report(self, record: SinkRecord, error: Exception) -> None:
        """This record cannot be written: it is counted, logged and put into the dead-letter topic,
        as the ``errors.`` settings say. Raises ``error`` where they say that the task fails."""
        ...

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Have records from these offsets on come again, before any later ones of their
        partitions."""
        ...

    def pause(self, *partitions: TopicPartition) -> None:
        """No more records of these for now."""
        ...

    def resume(self, *partitions: TopicPartition) -> None: ...

    def request_commit(self) -> None:
        """Call ``flush`` soon, before its interval is over."""
        ...

    def retry_after(self, seconds: float) -> None:
        """How long to wait after the ``RetriableError`` that is raised next."""
        ...


class SourceTask(ABC):
    """Subclass it. ``poll`` must be defined."""

    def start(self, config: Config, context: SourceContext) -> None:
        """Before anything else. ``config`` is the connector's, with the task's own in it."""

    @abstractmethod
    def poll(self) -> Sequence[SourceRecord]:
        """The next records, in order; after about a second an empty answer. Returns soon once
        ``context.stopping`` is set. May raise ``RetriableError``: it is called again later."""

    def commit(self, offsets: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """These offsets, (source partition, source offset), are stored, and the records up to them
        are in Kafka: the source may forget what lies before. Called now and then; the newest of
        each partition that is newly stored, perhaps none."""

    def record_written(self, record: SourceRecord, partition: int, offset: int) -> None:
        """It is in Kafka, there; both -1 when a transform left it out."""

    def stop(self) -> None:
        """The last call; what was opened is closed here."""


class SinkTask(ABC):
    """Subclass it. ``put`` must be defined."""

    def start(self, config: Config, context: SinkContext) -> None:
        """Before anything else. ``config`` is the connector's, with the task's own in it."""

    def open(self, partitions: Collection[TopicPartition]) -> None:
        """Records of these partitions come from now on."""

    @abstractmethod
    def put(self, records: Sequence[SinkRecord]) -> None:
        """Write them, or keep them until ``flush``. Called without records too, about once a
        second, so that what lingers is written. ``RecordRuns`` (``runs.py``) have columns as well.

        ``RetriableError``: the target will have them later, the same records come again.
        ``DataError``, and whatever is no ``ConnectError``: one of the records is bad; which one is
        found out by halves. Any other ``ConnectError`` fails the task.
        """

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        """Make durable what was put. ``offsets`` are the next to be read; returns those that may be
        committed, as far as the target has everything before them."""
        return offsets

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These, of what ``flush`` has just returned, are committed. Not every commit is told of:
        one may have been made whose answer was lost."""

    def close(self, partitions: Collection[TopicPartition]) -> None:
        """Records of these come no more; what is not flushed comes again elsewhere."""

    def stop(self) -> None:
        """The last call; what was opened is closed here."""
