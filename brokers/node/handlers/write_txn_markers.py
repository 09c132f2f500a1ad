"""WriteTxnMarkers: a transaction coordinator ends a transaction in the partitions led here.

Between brokers only. Answered once the markers are committed; asked again, a marker that is there
already is not appended again. A topic is named by its id, for its name is its tenant's own. Rules:
Apache Kafka, ``KafkaApis.handleWriteTxnMarkersRequest``.
"""

import logging
from asyncio import TimerHandle
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.ids import TopicId
from brokers.node.answers import Answer, Buffers
from brokers.node.framing import framed
from brokers.node.partition_lookup import WORTH_CATCHING_UP, epoch_fault, find_led
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.control import Marker
from brokers.wire.messages.write_txn_markers_request import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    decode,
)
from brokers.wire.messages.write_txn_markers_response import (
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersResponse,
    encode,
)

if TYPE_CHECKING:
    from brokers.node.connection import Outcome
    from brokers.node.dispatch import Call

log = logging.getLogger(__name__)

COMMIT_SECONDS: Final = 30
"""Kafka's ``request.timeout.ms``: the coordinator asks again after an error."""

NO_EPOCH: Final = -1

Places = list[PartitionRuntime | ErrorCode]


def start(call: "Call") -> "Outcome":
    """Append now; the answer waits for the commit."""
    request = decode(call.version, call.frame, call.position)
    places = _locate(call, request)
    if any(type(place) is ErrorCode and place in WORTH_CATCHING_UP for place in places):
        return _after_catching_up(call, request)
    return _append(call, request, places)


async def _after_catching_up(call: "Call", request: WriteTxnMarkersRequest) -> Buffers | Answer:
    # The decoded request holds no memory of the connection's.
    await call.node.catch_up()
    return _append(call, request, _locate(call, request))


def _locate(call: "Call", request: WriteTxnMarkersRequest) -> Places:
    return [
        _find(call, topic, number)
        for marker in request.markers
        for topic in marker.topics
        for number in range(len(topic.partition_indexes))
    ]


def _find(call: "Call", topic: WritableTxnMarkerTopic, number: int) -> PartitionRuntime | ErrorCode:
    if call.session.peer is None:
        return ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    topic_id = TopicId(topic.topic_id)
    if topic_id not in call.node.image.topics:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    place = find_led(call.node, topic_id, topic.partition_indexes[number])
    if isinstance(place, ErrorCode):
        return place
    epochs = topic.leader_epochs
    epoch = epochs[number] if number < len(epochs) else NO_EPOCH
    return epoch_fault(place, epoch) or place


def _append(call: "Call", request: WriteTxnMarkersRequest, places: Places) -> Buffers | Answer:
    now_ms = call.node.clock.now_ms()
    response = WriteTxnMarkersResponse()
    parked = _Parked(call, response)
    found = iter(places)
    for marker in request.markers:
        result = WritableTxnMarkerResult(marker.producer_id)
        response.markers.append(result)
        for topic in marker.topics:
            rows = []
            for index in topic.partition_indexes:
                row = WritableTxnMarkerPartitionResult(index)
                rows.append(row)
                place = next(found)
                end_offset = _append_one(place, marker, now_ms)
                if isinstance(end_offset, ErrorCode):
                    row.error_code = end_offset
                elif isinstance(place, PartitionRuntime) and place.high_watermark < end_offset:
                    parked.wait_for(place, end_offset, row)
            result.topics.append(WritableTxnMarkerTopicResult(topic.name, rows, topic.topic_id))
    if not parked.is_waiting:
        return parked.encoded()
    parked.wait_at_most(COMMIT_SECONDS)
    return parked


def _append_one(
    place: PartitionRuntime | ErrorCode, marker: WritableTxnMarker, now_ms: int
) -> int | ErrorCode:
    """The offset that the high watermark must reach."""
    if isinstance(place, ErrorCode):
        return place
    if not place.has_enough_replicas:
        return ErrorCode.NOT_ENOUGH_REPLICAS
    try:
        appended = place.append_marker(
            Marker(marker.transaction_result, marker.coordinator_epoch),
            producer_id=marker.producer_id,
            producer_epoch=marker.producer_epoch,
            transaction_version=marker.transaction_version,
            now_ms=now_ms,
        )
    except Refusal as refusal:
        log.warning("%s: a marker was refused: %s", place, refusal.message)
        return refusal.code
    except StorageError as error:
        log.error("%s: writing a marker failed: %s", place, error)
        return ErrorCode.KAFKA_STORAGE_ERROR
    return appended.last_offset + 1


class _Parked(Answer):
    """Waits until every marker is committed, or for ``COMMIT_SECONDS``."""

    __slots__ = (
        "_correlation_id", "_has_tags", "_loop", "_missing", "_response", "_rows", "_timer",
        "_version",
    )  # fmt: skip

    def __init__(self, call: "Call", response: WriteTxnMarkersResponse) -> None:
        super().__init__()
        self._version = call.version
        self._correlation_id = call.correlation_id
        self._has_tags = call.has_tags
        self._loop = call.connection.listener.loop
        self._response = response
        self._rows: list[WritableTxnMarkerPartitionResult | None] = []
        """None once it is settled."""
        self._missing = 0
        self._timer: TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        return self._missing > 0

    def wait_for(
        self, place: PartitionRuntime, end_offset: int, row: WritableTxnMarkerPartitionResult
    ) -> None:
        self._rows.append(row)
        self._missing += 1
        place.wait_for_commit(end_offset, self, len(self._rows) - 1)

    def wait_at_most(self, seconds: float) -> None:
        self._timer = self._loop.call_later(seconds, self._timed_out)

    def settled(self, slot: int, code: ErrorCode) -> None:
        """One marker is committed, or will not be by this leader."""
        row = self._rows[slot]
        if self.buffers is not None or row is None:
            return
        row.error_code = code
        self._rows[slot] = None
        self._missing -= 1
        if self._missing == 0:
            self._finish()

    def _timed_out(self) -> None:
        for row in self._rows:
            if row is not None:
                row.error_code = ErrorCode.REQUEST_TIMED_OUT
        self._finish()

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.complete(self.encoded())

    def encoded(self) -> Buffers:
        body = encode(self._version, self._response)
        return framed(self._correlation_id, body, has_tags=self._has_tags)

    def abandon(self) -> None:
        self.buffers = []
        if self._timer is not None:
            self._timer.cancel()
