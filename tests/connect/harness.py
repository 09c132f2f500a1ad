"""What drives a connector's tasks without Kafka."""

import logging
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event
from typing import Any

import httpx

from connect.spi.egress import Address
from connect.spi.records import SinkRecord, TimestampType, TopicPartition
from connect.spi.runs import RecordRuns, Run


class OpenEgress:
    """Lets everything out, loopback too."""

    def resolve(self, host: str, port: int) -> Sequence[Address]:
        return [Address("127.0.0.1" if host == "localhost" else host, port)]

    def http_transport(self, ssl_context: ssl.SSLContext | None = None) -> httpx.BaseTransport:
        return httpx.HTTPTransport(verify=ssl_context or True, trust_env=False)


class NamedEgress(OpenEgress):
    """Every name is this machine's, at the one address to which its connections are pinned."""

    def resolve(self, host: str, port: int) -> Sequence[Address]:
        return [Address("127.0.0.1", port)]


class Offsets:
    """Stored offsets, by partition."""

    def __init__(self) -> None:
        self.stored: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []

    def store(self, partition: Mapping[str, Any], offset: Mapping[str, Any]) -> None:
        self.stored = [each for each in self.stored if each[0] != partition]
        self.stored.append((dict(partition), dict(offset)))

    def read(
        self, source_partitions: Collection[Mapping[str, Any]]
    ) -> list[Mapping[str, Any] | None]:
        return [
            next((offset for known, offset in self.stored if known == partition), None)
            for partition in source_partitions
        ]


@dataclass
class FakeSourceContext:
    offsets: Offsets = field(default_factory=Offsets)
    egress: Any = field(default_factory=OpenEgress)
    kafka: Mapping[str, str] = field(default_factory=dict)
    transaction: Any = None
    connector_name: str = "tested"
    task_number: int = 0
    stopping: Event = field(default_factory=Event)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("tested"))


@dataclass
class FakeSinkContext:
    """``reported`` are the records that went to the dead-letter topic, with why; with
    ``tolerates`` False the error is raised instead."""

    egress: Any = field(default_factory=OpenEgress)
    tolerates: bool = True
    connector_name: str = "tested"
    task_number: int = 0
    stopping: Event = field(default_factory=Event)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("tested"))
    assignment: Collection[TopicPartition] = ()
    reported: list[tuple[SinkRecord, Exception]] = field(default_factory=list)
    rewound: dict[TopicPartition, int] = field(default_factory=dict)
    paused: set[TopicPartition] = field(default_factory=set)
    commits_requested: int = 0
    pause_seconds: float | None = None

    def report(self, record: SinkRecord, error: Exception) -> None:
        if not self.tolerates:
            raise error
        self.reported.append((record, error))

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.rewound.update(offsets)

    def pause(self, *partitions: TopicPartition) -> None:
        self.paused |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.paused -= set(partitions)

    def request_commit(self) -> None:
        self.commits_requested += 1

    def retry_after(self, seconds: float) -> None:
        self.pause_seconds = seconds


def sink_record(value: Any, *, topic: str = "t", partition: int = 0, offset: int = 0, **more: Any):
    """One record; its timestamp rises with its offset."""
    return SinkRecord(
        topic, partition, offset, more.pop("key", None), value,
        timestamp_ms=more.pop("timestamp_ms", 1_700_000_000_000 + offset),
        timestamp_type=TimestampType.CREATE, **more,
    )  # fmt: skip


def in_runs(records: Sequence[SinkRecord]) -> RecordRuns:
    """The same records by columns, as the loop of a task puts them."""
    runs = []
    for (place, kind, timed), same in groupby(records, _source):
        found = list(same)
        runs.append(
            Run(
                place,
                [each.offset for each in found],
                [each.key_schema for each in found],
                [each.key for each in found],
                [each.value_schema for each in found],
                [each.value for each in found],
                [each.timestamp_ms for each in found] if timed else None,
                kind,
            )
        )
    return RecordRuns(runs)


def _source(record: SinkRecord) -> tuple[TopicPartition, TimestampType, bool]:
    return record.place, record.timestamp_type, record.timestamp_ms is not None
