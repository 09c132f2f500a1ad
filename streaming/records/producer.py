"""Writing a tenant's records: idempotent, on all in-sync replicas, within a deadline."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka import errors as kafka

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import MESSAGE_BYTES_MAX
from streaming.records.connection import CONNECT_SECONDS
from streaming.records.failures import BrokersUnavailable, broker_errors

DELIVERY_SECONDS: Final = 30
"""aiokafka retries an idempotent batch for ever; a caller is told in time that nobody knows."""

STOP_SECONDS: Final = 5
BATCH_BYTES: Final = 64 * 1024
BATCH_OVERHEAD_BYTES: Final = 256

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """One record to write. ``timestamp_ms`` is Unix time."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        headers = sum(len(name.encode()) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a record was written, and the timestamp it has there (Unix ms)."""

    offset: int
    timestamp_ms: int


class BatchRefused(Exception):
    """The brokers refused a batch; nothing of it was written.

    It may be another record's doing: of the same batch, or of one before it, since an idempotent
    producer's batches follow each other. ``refusal`` is what the brokers said.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Sent:
    """A record on its way; ``settle`` tells what became of it."""

    record: OutgoingRecord
    written: "asyncio.Future[Any]"


class Producer:
    """aiokafka's producer of one identity, shared by all requests of that identity.

    After a batch was refused it is ``spent``: aiokafka has counted the sequence numbers of that
    batch, so that every later batch of the partition would be out of order.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self.in_use = 0
        self.spent = False

    async def start(self) -> None:
        """Connect; raises ``BrokersUnavailable``."""
        with broker_errors("connecting to the brokers"):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._producer.start()

    async def stop(self) -> None:
        """Deliver what is under way, for ``STOP_SECONDS`` at most, then disconnect."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._producer.stop()
        except (TimeoutError, kafka.KafkaError):
            # aiokafka has no word for giving up: stopping waits for what can never be delivered,
            # and its sender would go on trying, and connecting, for as long as the process lives.
            sender = self._producer._sender
            if sender.sender_task is not None:
                sender.sender_task.cancel()
            await self._producer.client.close()

    async def submit(self, record: OutgoingRecord) -> Sent:
        """Put ``record`` on its way, together with others; waits while there is no room.

        Records of one partition are written in the order in which this returned. Raises
        ``BatchRefused`` and ``BrokersUnavailable``.
        """
        if record.key is None and record.value is None:
            return await self.submit_alone(record)
        with self._judged(record):
            async with asyncio.timeout(DELIVERY_SECONDS):
                written = await self._producer.send(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    timestamp_ms=record.timestamp_ms,
                    headers=list(record.headers),
                )
        return Sent(record, written)

    async def submit_alone(self, record: OutgoingRecord) -> Sent:
        """``submit`` in a batch of its own, so that a refusal is about it and nothing else."""
        batch = self._producer.create_batch()
        batch.append(
            timestamp=record.timestamp_ms,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
        )
        batch.close()
        with self._judged(record):
            async with asyncio.timeout(DELIVERY_SECONDS):
                written = await self._producer.send_batch(
                    batch, record.topic, partition=record.partition
                )
        return Sent(record, written)

    async def settle(self, sent: Sent) -> Delivered:
        """Wait until the record is written. Raises ``BatchRefused`` and ``BrokersUnavailable``;
        after the latter the outcome is unknown."""
        with self._judged(sent.record):
            async with asyncio.timeout(DELIVERY_SECONDS):
                written = await sent.written
        # A timestamp type of 1 says that the broker gave its own time (LogAppendTime).
        appended = written.timestamp if written.timestamp_type == 1 else sent.record.timestamp_ms
        return Delivered(written.offset, appended)

    @contextmanager
    def _judged(self, record: OutgoingRecord) -> Iterator[None]:
        try:
            with broker_errors(f"record for topic {record.topic!r}/{record.partition}"):
                yield
        except Refusal as refusal:
            self.spent = True
            raise BatchRefused(refusal) from refusal
        except BrokersUnavailable as error:
            self.spent = True
            raise BrokersUnavailable(
                f"{error}; whether the record was written is not known"
            ) from error


def check_size(record: OutgoingRecord) -> None:
    """Raise ``Refusal`` MESSAGE_TOO_LARGE for what no topic of this service would take."""
    if record.size > MESSAGE_BYTES_MAX - BATCH_OVERHEAD_BYTES:
        raise Refusal(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"record for topic {record.topic!r}: {record.size} bytes; no topic takes more than "
            f"{MESSAGE_BYTES_MAX}. Send smaller records, or store the content elsewhere and send "
            "a reference",
        )
