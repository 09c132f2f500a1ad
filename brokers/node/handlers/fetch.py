"""Fetch: committed records as they lie in the log, or a wait until there are some.

Semantics: Apache Kafka, ``ReplicaManager.fetchMessages`` and ``DelayedFetch``. Fetch sessions
(KIP-227) are not kept: every answer says session 0, which makes clients send the whole list each
time.
"""

import logging
from asyncio import TimerHandle
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX
from brokers.node.answers import Answer, Buffers
from brokers.node.follower_feed import divergence
from brokers.node.framing import framed
from brokers.node.handlers import replica_fetch
from brokers.node.leader_hints import current_leader
from brokers.node.metrics import PartitionCounter
from brokers.node.partition_lookup import (
    WORTH_CATCHING_UP,
    epoch_fault,
    find_led,
    find_topic,
    find_topic_for,
)
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, decode
from brokers.wire.messages.fetch_response import (
    AbortedTransaction,
    FetchableTopicResponse,
    FetchResponse,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
    encode,
)

if TYPE_CHECKING:
    from brokers.node.connection import Outcome
    from brokers.node.dispatch import Call

log = logging.getLogger(__name__)

LEADER_HINTS_SINCE_VERSION = 16
READ_COMMITTED = 1
_NO_FRAME = memoryview(b"")
NO_SESSION, FINAL_EPOCH, INITIAL_EPOCH = 0, -1, 0

Places = list[PartitionRuntime | ErrorCode]


def start(call: "Call") -> "Outcome":
    """Answer now if there is enough or anything is wrong; else wait, at most ``max_wait_ms``."""
    request = decode(call.version, call.frame, call.position)
    if call.session.peer is not None:
        return replica_fetch.start(call, request)
    fault = _request_fault(request)
    if fault is not None:
        return _encoded(call, FetchResponse(error_code=fault))
    places = _locate(call, request)
    for place in places:
        if type(place) is ErrorCode and place in WORTH_CATCHING_UP:
            return _after_catching_up(call, request)
    return _answer_or_wait(call, request, places)


async def _after_catching_up(call: "Call", request: FetchRequest) -> Buffers | Answer:
    # A decoded Fetch request holds no memory of the connection's.
    result = _Result(call, request, is_current=await call.node.catch_up())
    places = _locate(call, request)
    result.read(places)
    return _answer_or_park(call, request, places, result)


def _request_fault(request: FetchRequest) -> ErrorCode | None:
    replica = request.replica_state.replica_id if request.replica_state else request.replica_id
    if replica >= 0:
        return ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    if request.session_id != NO_SESSION:
        return ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    if request.session_epoch not in {FINAL_EPOCH, INITIAL_EPOCH}:
        return ErrorCode.INVALID_FETCH_SESSION_EPOCH
    return None


def _locate(call: "Call", request: FetchRequest) -> Places:
    node, rights = call.node, call.connection.rights
    places: Places = []
    for topic in request.topics:
        topic_id = find_topic_for(Operation.READ, rights, node, topic.topic, topic.topic_id)
        if isinstance(topic_id, ErrorCode):
            places += [topic_id] * len(topic.partitions)
        else:
            for asked in topic.partitions:
                places.append(find_led(node, topic_id, asked.partition))
    return places


def _answer_or_wait(call: "Call", request: FetchRequest, places: Places) -> "Outcome":
    result = _Result(call, request)
    result.read(places)
    if result.is_unsure:
        return _after_catching_up(call, request)
    return _answer_or_park(call, request, places, result)


def _answer_or_park(
    call: "Call", request: FetchRequest, places: Places, result: "_Result"
) -> Buffers | Answer:
    if (
        result.byte_count >= request.min_bytes
        or result.must_return
        or request.max_wait_ms <= 0
        or not places
    ):
        return result.encoded()
    return _Parked(call, request, places, request.min_bytes - result.byte_count)


class _Result:
    """One pass over the partitions that were asked for, and the response it makes."""

    __slots__ = (
        "_asked_of", "_budget", "_call", "_is_committed", "_is_current", "_read_of", "_request",
        "byte_count", "is_unsure", "must_return", "response",
    )  # fmt: skip

    def __init__(self, call: "Call", request: FetchRequest, is_current: bool = False) -> None:
        """``is_current``: the image holds everything that was decided before the request came."""
        self._is_current = is_current
        self.is_unsure = False
        """Whether a consumer is beyond a log's end, and this broker may not lead any more."""
        self.response = FetchResponse()
        self.byte_count = 0
        self.must_return = False
        """An error or a divergence, which the client should not wait for."""
        self._read_of: list[tuple[PartitionCounter, int, int]] = []
        """By partition: bytes and offsets."""
        self._asked_of: list[PartitionCounter] = []
        """One partition of each topic: the first that is here."""
        self._call = call
        self._request = request
        self._is_committed = request.isolation_level == READ_COMMITTED
        self._budget = min(request.max_bytes, FETCH_BYTES_MAX)
        if not call.connection.listener.takes_its_answers(call.session.tenant_id):
            self._budget = 0

    def read(self, places: Places) -> None:
        """Fill the response in the request's order until the budget is used up. Who has used up a
        quota is answered at once, with nothing in it, and told when to come back (KIP-219)."""
        """The answer; only now is what it holds counted, for what waits is read again."""
        connection = self._call.connection
        wait_ms = connection.charges.fetch_wait_ms()
        if wait_ms:
            self.response.throttle_time_ms = wait_ms
            self.must_return = True
            connection.mute(wait_ms, self._call.correlation_id)
            return
        self._budget = connection.charges.fetch_bytes(self._budget)
        found = iter(places)
        for topic in self._request.topics:
            rows = []
            is_counted = False
            for asked in topic.partitions:
                place = next(found)
                if isinstance(place, ErrorCode):
                    rows.append(self._refused(topic, asked, place, None))
                    continue
                if not is_counted:
                    self._asked_of.append(place.counter)
                    is_counted = True
                rows.append(self._read_one(place, topic, asked))
            self.response.responses.append(
                FetchableTopicResponse(topic.topic, topic.topic_id, rows)
            )

    def _read_one(
        self, place: PartitionRuntime, topic: FetchTopic, asked: FetchPartition
    ) -> PartitionData:
        fault = epoch_fault(place, asked.current_leader_epoch)
        if fault is not None:
            return self._refused(topic, asked, fault, place)
        high_watermark = place.high_watermark
        row = PartitionData(
            asked.partition,
            0,
            high_watermark,
            place.last_stable_offset,
            place.log.log_start_offset,
        )
        row.aborted_transactions = None
        end_offset = high_watermark
        if self._is_committed:
            row.aborted_transactions = []
            end_offset = place.last_stable_offset
        row.records = b""
        offset = asked.fetch_offset
        try:
            if self._diverges(place, asked, row):
                return row
            if offset == end_offset:
                return row
            found = place.log.read(
                offset,
                max_bytes=max(0, min(asked.partition_max_bytes, self._budget)),
                end_offset=end_offset,
                at_least_one=self.byte_count == 0,
            )
            if self._is_committed and found.data:
                row.aborted_transactions = [
                    AbortedTransaction(aborted.producer_id, aborted.first_offset)
                    for aborted in place.log.aborted_transactions(offset, found.next_offset)
                ]
        except Refusal as refusal:
            code = refusal.code
            if offset > place.log.log_end_offset and not self._surely_leads(place):
                # A leader that was replaced must not make a consumer begin anew somewhere else.
                code = ErrorCode.NOT_LEADER_OR_FOLLOWER
                self.is_unsure = True
            return self._refused(topic, asked, code, place)
        except StorageError as error:
            log.error("%s: fetch failed: %s", place, error)
            return self._refused(topic, asked, ErrorCode.KAFKA_STORAGE_ERROR, place)
        if found.data:
            row.records = found.data
            size = len(found.data)
            self.byte_count += size
            self._budget -= size
            self._read_of.append((place.counter, size, found.next_offset - offset))
        return row

    def _surely_leads(self, place: PartitionRuntime) -> bool:
        """Whether nobody can have been elected before the consumer read what this log lacks."""
        if self._is_current:
            return True
        record = self._call.node.image.partition(place.topic_id, place.index)
        return record is not None and len(record.replicas) == 1

    def _diverges(self, place: PartitionRuntime, asked: FetchPartition, row: PartitionData) -> bool:
        """Whether the client's log is not a prefix of this one, and where the two part."""
        row.diverging_epoch = divergence(place, asked)
        self.must_return = self.must_return or row.diverging_epoch is not None
        return row.diverging_epoch is not None

    def _refused(
        self,
        topic: FetchTopic,
        asked: FetchPartition,
        code: ErrorCode,
        place: PartitionRuntime | None,
    ) -> PartitionData:
        self.must_return = True
        call = self._call
        call.node.metrics.failed(
            call.session.tenant_id, code, None if place is None else place.counter
        )
        if code is ErrorCode.TOPIC_AUTHORIZATION_FAILED:
            origin = call.connection.listener.dispatcher.origin_of(
                call.connection, call.correlation_id
            )
            named = topic.topic or topic.topic_id.hex()
            call.node.refusals.denied(call.session, "read", "topic", named, origin)
        row = PartitionData(
            asked.partition, code, -1, -1, -1, aborted_transactions=None, records=b""
        )
        if code in {ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH}:
            self._hint(topic, row)
        return row

    def _hint(self, topic: FetchTopic, row: PartitionData) -> None:
        """Put the leader that the image knows beside the error."""
        call = self._call
        topic_id = find_topic(call.node, call.session.tenant_id, topic.topic, topic.topic_id)
        if call.version < LEADER_HINTS_SINCE_VERSION or isinstance(topic_id, ErrorCode):
            return
        leader = current_leader(call.node.image, topic_id, row.partition_index)
        if leader is None:
            return
        record, broker = leader
        row.current_leader = LeaderIdAndEpoch(broker.id, record.leader_epoch)
        endpoints = self.response.node_endpoints
        if all(endpoint.node_id != broker.id for endpoint in endpoints):
            host, port = call.node.endpoint(broker, call.connection.entrance)
            endpoints.append(NodeEndpoint(broker.id, host, port, broker.rack))

    def encoded(self) -> Buffers:
        """The answer; only now is what it holds counted, for what waits is read again."""
        connection = self._call.connection
        wait_ms = connection.charges.charge_fetch(self.byte_count) if self.byte_count else 0
        if wait_ms:
            self.response.throttle_time_ms = wait_ms
            connection.mute(wait_ms, self._call.correlation_id)
        usage = connection.usage
        for counter in self._asked_of:
            counter.requests += 1
        for counter, size, record_count in self._read_of:
            counter.bytes_out += size
            counter.records_out += record_count
            usage.bytes_out += size
        return _encoded(self._call, self.response)


def _encoded(call: "Call", response: FetchResponse) -> Buffers:
    body = encode(call.version, response)
    return framed(call.correlation_id, body, has_tags=call.has_tags)


class _Parked(Answer):
    """A long poll: woken by the high watermark of any of its partitions, or by the last stable
    offset where it wants committed transactions only, or by time.

    Each wake-up is an addition; the partitions are read once, when there is enough.
    """

    __slots__ = ("_call", "_missing_bytes", "_places", "_request", "_timer")

    def __init__(
        self, call: "Call", request: FetchRequest, places: Places, missing_bytes: int
    ) -> None:
        super().__init__()
        call.frame = _NO_FRAME
        self._call = call
        self._request = request
        self._missing_bytes = missing_bytes
        self._places = [place for place in places if isinstance(place, PartitionRuntime)]
        wait_ms = min(request.max_wait_ms, FETCH_WAIT_MS_MAX)
        self._timer: TimerHandle = call.connection.listener.loop.call_later(
            wait_ms / 1000, self.disturbed
        )
        for place in self._places:
            if request.isolation_level == READ_COMMITTED:
                place.wait_for_stable_records(self)
            else:
                place.wait_for_records(self)

    def committed(self, byte_count: int) -> None:
        """So many bytes more can be read."""
        self._missing_bytes -= byte_count
        if self._missing_bytes <= 0:
            self.disturbed()

    def disturbed(self) -> None:
        """Answer with whatever there is now."""
        self.abandon()
        result = _Result(self._call, self._request)
        result.read(_locate(self._call, self._request))
        self.complete(result.encoded())

    def hurry(self) -> None:
        self.disturbed()

    def abandon(self) -> None:
        self._timer.cancel()
        for place in self._places:
            place.stop_waiting(self)
