"""Transactional requests, and who stands in for the other side of them."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from brokers.kernel.errors import ErrorCode
from brokers.node.authentication.broker_token import broker_token
from brokers.node.ports import TransactionPart
from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.messages.write_txn_markers_request import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)
from brokers.wire.registry import ApiKey
from tests.node.harness import RunningNode
from tests.node.raw_client import RawClient

TRANSACTIONAL_ID = "tx"


class Coordinator:
    """Answers verifications with what a test wants, when it wants."""

    def __init__(self) -> None:
        self.code = ErrorCode.NONE
        self.asked: list[tuple[str, TransactionPart]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.codes: list[ErrorCode] = []
        """Answers before ``code``, one per question."""

    async def verify(self, part: TransactionPart) -> Sequence[ErrorCode]:
        return await self._answer("verify", part)

    async def add(self, part: TransactionPart) -> Sequence[ErrorCode]:
        return await self._answer("add", part)

    async def _answer(self, how: str, part: TransactionPart) -> Sequence[ErrorCode]:
        self.asked.append((how, part))
        await asyncio.to_thread(self.may_answer.wait)
        code = self.codes.pop(0) if self.codes else self.code
        return [code] * len(part.partitions)


@contextmanager
def as_broker(running: RunningNode) -> Iterator[RawClient]:
    """A connection to the internal listener, logged in as a broker of the cell."""
    node = running.node
    token = broker_token(
        node.config.broker_token_key, node.broker_id, node.incarnation, int(time.time())
    )
    with RawClient(running.internal_port) as connected:
        assert connected.handshake("OAUTHBEARER").error_code == 0
        message = b"n,,\x01auth=Bearer " + token + b"\x01\x01"
        assert connected.authenticate(message).error_code == 0
        yield connected


def part_of_transaction(
    *values: bytes, producer: int = 5, epoch: int = 0, sequence: int = 0
) -> bytes:
    return build_batch(
        [NewRecord(None, value) for value in values], base_timestamp=int(time.time() * 1000),
        producer_id=producer, producer_epoch=epoch, base_sequence=sequence, attributes=0x10,
    )  # fmt: skip


def request_of(client: RawClient, name: str, records: bytes, **fields: Any) -> Any:
    request = client.produce_request(name, records, **fields)
    return replace(request, transactional_id=TRANSACTIONAL_ID)


def produce(client: RawClient, name: str, records: bytes, *, version: int = 11) -> Any:
    answer = client.ask(ApiKey.PRODUCE, version, request_of(client, name, records))
    return answer.responses[0].partition_responses[0]


def marker_request(topic, *, partitions: Sequence[int] = (0,), **fields: Any) -> Any:
    options = {
        "producer_id": 5, "producer_epoch": 0, "committed": True, "coordinator_epoch": 0,
        "transaction_version": 1, "leader_epochs": [], **fields,
    }  # fmt: skip
    marker = WritableTxnMarker(
        options["producer_id"], options["producer_epoch"], options["committed"],
        [WritableTxnMarkerTopic(
            topic.name, list(partitions), topic.id, options["leader_epochs"]
        )],
        options["coordinator_epoch"], options["transaction_version"],
    )  # fmt: skip
    return WriteTxnMarkersRequest([marker])


def write_marker(broker: RawClient, topic, **fields: Any) -> int:
    """The error code of the one partition."""
    answer = broker.ask(ApiKey.WRITE_TXN_MARKERS, 2, marker_request(topic, **fields))
    (row,) = answer.markers[0].topics
    assert row.topic_id == topic.id
    return row.partitions[0].error_code
