"""Records of one request, put on their way together, and the answers to each in their order."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.problems import Problem, problem_of
from streaming.records.clients import current_clients
from streaming.records.identity import Identity
from streaming.records.outgoing import (
    Delivered,
    Outcome,
    OutgoingRecord,
    Parcel,
    check_size,
)
from streaming.records.partitioner import choose_partition
from streaming.rest.answers import INTERNAL, logger
from streaming.rest.produce_request import ProduceRequest
from streaming.rest.record_json import InvalidRecord
from streaming.rest.record_stream import Asked

Answer = bytes | Problem
"""What is told of a record that is written, as a ``Report`` has it; or why it is not."""

Report = Callable[[ProduceRequest, int, Delivered], bytes]
"""Tells of a record that was asked for, the partition that it went to, and where it is there."""

_NO_HEADERS: Final[dict[str, str]] = {}
"""One for all that are refused; a body of a few bytes each may have thousands."""


class Shipper:
    """Sends what requests ask for to one topic."""

    def __init__(self, identity: Identity, topic: str, report: Report) -> None:
        self._identity = identity
        self._topic = topic
        self._report = report
        self._partitions = 0

    async def find_topic(self) -> None:
        """To be awaited before ``ship``. Raises ``Refusal``, ``BrokersUnavailable`` and, when the
        brokers want no more records of this identity for a while, ``Throttled``."""
        current_clients().require_unthrottled(self._identity)
        self._partitions = len(await current_clients().partitions(self._identity, self._topic))

    async def partition_count(self, partition: int) -> int:
        """How many the topic has. It may have grown since it was found: where ``partition`` is not
        among them, a broker is asked. Raises as ``find_topic`` does."""
        if partition >= self._partitions:
            places = await current_clients().current_partitions(self._identity, self._topic)
            self._partitions = len(places)
        return self._partitions

    async def until_unthrottled(self) -> None:
        """Wait until the brokers take more records of this identity."""
        await current_clients().until_unthrottled(self._identity)

    async def ship(self, asked: Sequence[Asked]) -> "Shipment":
        """Put the records on their way, those of one partition in their order."""
        return await self.ship_records(asked, await self.prepare(asked))

    async def prepare(
        self, asked: Sequence[Asked], places: Sequence[tuple[int, int] | None] | None = None
    ) -> list[OutgoingRecord | Problem]:
        """What each asks for as a record, or why it cannot be one. ``places`` are partition and
        timestamp of each where these are settled already."""
        now_ms = time.time_ns() // 1_000_000
        records: list[OutgoingRecord | Problem] = []
        for index, each in enumerate(asked):
            if isinstance(each, InvalidRecord):
                records.append(_refused(each))
                continue
            place = places[index] if places is not None else None
            try:
                wanted = each
                if place is not None:
                    wanted = wanted._replace(partition=place[0], timestamp_ms=place[1])
                if wanted.partition is not None and wanted.partition >= self._partitions:
                    await self._require_partition(wanted.partition)
                records.append(self._record(wanted, now_ms))
            except Exception as error:
                records.append(problem_for(error))
        return records

    async def ship_records(
        self, asked: Sequence[Asked], records: Sequence[OutgoingRecord | Problem]
    ) -> "Shipment":
        """``ship`` of what each asked for, made into a record before."""
        by_partition: dict[int, list[OutgoingRecord]] = {}
        for record in records:
            if isinstance(record, OutgoingRecord):
                by_partition.setdefault(record.partition, []).append(record)
        parcels: dict[int, Parcel | Exception] = {}
        for partition, together in by_partition.items():
            try:
                parcels[partition] = await current_clients().submit_many(self._identity, together)
            except Exception as error:
                parcels[partition] = error
        return Shipment(self._report, asked, records, parcels)

    def report(self, asked: Asked, partition: int, delivered: Delivered) -> bytes:
        """What is told of a record that is written."""
        assert isinstance(asked, ProduceRequest)
        return self._report(asked, partition, delivered)

    def _record(self, asked: ProduceRequest, now_ms: int) -> OutgoingRecord:
        key, value = asked.key, asked.value
        key_data = None if key is None else key.data
        partition = asked.partition
        if partition is None:
            partition = choose_partition(key_data, self._partitions)
        record = OutgoingRecord(
            self._topic,
            partition,
            key_data,
            None if value is None else value.data,
            asked.headers,
            now_ms if asked.timestamp_ms is None else asked.timestamp_ms,
        )
        check_size(record)
        return record

    async def _require_partition(self, partition: int) -> None:
        count = await self.partition_count(partition)
        if partition >= count:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {self._topic!r} has no partition {partition}; it has {count}, from 0",
            )


class Shipment:
    """Records on their way. ``answers`` waits for the last of them."""

    def __init__(
        self,
        report: Report,
        asked: Sequence[Asked],
        records: Sequence[OutgoingRecord | Problem],
        parcels: Mapping[int, Parcel | Exception],
    ) -> None:
        self._report = report
        self._asked = asked
        self._records = records
        self._parcels = parcels

    async def answers(self) -> list[Answer]:
        """One for each that was asked, in their order."""
        outcomes: dict[int, Any] = {}
        for partition, parcel in self._parcels.items():
            if isinstance(parcel, Parcel):
                await parcel.done
                outcomes[partition] = iter(parcel.outcomes)
            else:
                outcomes[partition] = _again(parcel)
        return [
            record
            if isinstance(record, Problem)
            else self._answer(asked, record.partition, next(outcomes[record.partition]))
            for asked, record in zip(self._asked, self._records, strict=True)
        ]

    def _answer(self, asked: Asked, partition: int, outcome: Outcome) -> Answer:
        if not isinstance(outcome, Delivered):
            return problem_for(outcome)
        assert isinstance(asked, ProduceRequest)
        return self._report(asked, partition, outcome)


def _refused(error: InvalidRecord) -> Problem:
    return Problem(400, 400, f"Bad Request: {error}", _NO_HEADERS)


def _again(error: Exception) -> Any:
    while True:
        yield error


def problem_for(error: Exception) -> Problem:
    """The answer for a record that could not be written; what is not expected is logged."""
    problem = problem_of(error)
    if problem is None:
        logger.error("a record could not be produced", exc_info=error)
        return INTERNAL
    return problem
