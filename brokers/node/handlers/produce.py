"""Produce: verify each batch, append it, and answer when ``acks`` is satisfied.

Order of checks: Apache Kafka, ``KafkaApis.handleProduceRequest`` and ``ReplicaManager``. The whole
of a request is appended in one go, so that nothing of the connection's next request comes in
between.
"""

import logging
from asyncio import TimerHandle
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal, StorageError
from brokers.log.partition_log import Appended
from brokers.log.producers import SequenceGap
from brokers.node.answers import Answer, Buffers
from brokers.node.framing import framed
from brokers.node.leader_hints import current_leader
from brokers.node.partition_lookup import WORTH_CATCHING_UP, find_led, find_topic, find_topic_for
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.refused_batches import Partition
from brokers.node.transactions import (
    NO_GUARDS,
    Guards,
    Producers,
    Unconfirmed,
    append_code,
    confirm,
)
from brokers.quotas.tenant_quotas import MESSAGE_BYTES, STORAGE
from brokers.wire.batch import TRANSACTIONAL_BIT
from brokers.wire.keyed import check_keys
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
    decode,
)
from brokers.wire.messages.produce_response import (
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
    encode,
)
from brokers.wire.produced import verify_produced

if TYPE_CHECKING:
    from brokers.node.connection import Outcome
    from brokers.node.dispatch import Call

log = logging.getLogger(__name__)

NO_ACKS: Final = 0
LEADER_ACKS: Final = 1
ALL_ACKS: Final = -1
LEADER_HINTS_SINCE_VERSION: Final = 10
NO_OFFSET: Final = -1
GAPS_MAY_CLOSE_MS: Final = 30_000
"""What is missing in a sequence may be on its way to the leader before this one (ADR 24)."""
_NOTHING = memoryview(b"")

_WORTH_CATCHING_UP: Final = WORTH_CATCHING_UP | {ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED}

Places = list[PartitionRuntime | ErrorCode]
"""Where a request's partitions are, in the request's order."""


def start(call: "Call") -> "Outcome":
    """Append now and answer, or wait for the commit; catch up with the metadata first where it may
    be behind. Raises ``ProtocolError`` for what can only be told by closing (``acks=0``)."""
    request = decode(call.version, call.frame, call.position)
    places = _locate(call, request)
    for place in places:
        if type(place) is ErrorCode and place in _WORTH_CATCHING_UP:
            # The frame's memory is the connection's; what waits takes a copy of its own.
            call.frame = memoryview(bytes(call.frame))
            return _after_catching_up(call)
    if request.transactional_id is not None:
        unconfirmed = _unconfirmed(call, request, places)
        if unconfirmed is not None:
            call.frame = memoryview(bytes(call.frame))
            return _after_confirmation(call, request.transactional_id, unconfirmed)
    return _append(call, request, places)


async def _after_catching_up(call: "Call") -> Buffers | Answer | None:
    await call.node.catch_up()
    request = decode(call.version, call.frame, call.position)
    places = _locate(call, request)
    if request.transactional_id is not None:
        unconfirmed = _unconfirmed(call, request, places)
        if unconfirmed is not None:
            return await _after_confirmation(call, request.transactional_id, unconfirmed)
    return _append(call, request, places)


def _unconfirmed(call: "Call", request: ProduceRequest, places: Places) -> Unconfirmed | None:
    """Where the request's transaction is not open yet. What is refused already takes its code's
    place in ``places``."""
    producers = Producers(call.version)
    number = 0
    for topic in request.topic_data:
        for data in topic.partition_data:
            place = places[number]
            if isinstance(place, PartitionRuntime):
                try:
                    producers.look_at(place, data.records)
                except Refusal as refusal:
                    if refusal.code is ErrorCode.INVALID_PRODUCER_ID_MAPPING:
                        places[:] = [refusal.code] * len(places)
                        return None
                    places[number] = refusal.code
            number += 1
    return producers.unconfirmed


async def _after_confirmation(
    call: "Call", transactional_id: str, unconfirmed: Unconfirmed
) -> Buffers | Answer | None:
    """Ask the coordinator, and append what it has confirmed. The connection begins nothing else
    meanwhile, so that a producer's batches stay in order."""
    tenant_id = call.session.tenant_id
    refused = await confirm(call.node, tenant_id, transactional_id, unconfirmed)
    request = decode(call.version, call.frame, call.position)
    # Anything may have happened while nobody looked: a partition that is not the same any more has
    # no guard, and a guard that a marker has overtaken is worth nothing.
    places: Places = [
        append_code(refused[place], call.version)
        if isinstance(place, PartitionRuntime) and place in refused
        else place
        for place in _locate(call, request)
    ]
    return _append(call, request, places, unconfirmed.guards)


def _locate(call: "Call", request: ProduceRequest) -> Places:
    node, rights = call.node, call.connection.rights
    refusal = _request_refusal(call, request)
    places: Places = []
    for topic in request.topic_data:
        topic_id = refusal or find_topic_for(
            Operation.WRITE, rights, node, topic.name, topic.topic_id
        )
        if isinstance(topic_id, ErrorCode):
            places += [topic_id] * len(topic.partition_data)
        else:
            for data in topic.partition_data:
                places.append(find_led(node, topic_id, data.index))
    return places


def _request_refusal(call: "Call", request: ProduceRequest) -> ErrorCode | None:
    """What refuses every partition alike."""
    if request.acks not in {NO_ACKS, LEADER_ACKS, ALL_ACKS}:
        return ErrorCode.INVALID_REQUIRED_ACKS
    if call.connection.charges.is_full:
        return ErrorCode.POLICY_VIOLATION
    transactional_id = request.transactional_id
    if transactional_id is not None and not call.connection.rights.allow(
        Operation.WRITE, ResourceType.TRANSACTIONAL_ID, transactional_id
    ):
        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    return None


def _append(
    call: "Call", request: ProduceRequest, places: Places, guards: Guards = NO_GUARDS
) -> Buffers | Answer | None:
    """Append to every partition that was found; the answer, or one that waits for the commit."""
    clock = call.node.clock
    now_ms = clock.now_ms()
    needs_commit = request.acks == ALL_ACKS
    refused = call.connection.refused_batches
    usage = call.connection.usage
    response = ProduceResponse()
    charges = call.connection.charges
    most_bytes = charges.message_bytes
    parked: _Parked | None = None
    found = iter(places)
    for topic in request.topic_data:
        rows: list[PartitionProduceResponse] = []
        is_counted = False
        for data in topic.partition_data:
            place = next(found)
            if not is_counted and isinstance(place, PartitionRuntime):
                place.counter.requests += 1
                is_counted = True
            try:
                if refused:
                    refused.check(_place_of(topic, data), data.records, clock.monotonic_ms())
                appended = _append_batch(
                    place, data.records, call.version, needs_commit, now_ms,
                    most_bytes=most_bytes,
                    guards=None if request.transactional_id is None else guards,
                )  # fmt: skip
            except Refusal as refusal:
                place_of = _place_of(topic, data)
                refused.note(place_of, data.records, refusal.code, clock.monotonic_ms())
                counter = None if isinstance(place, ErrorCode) else place.counter
                call.node.metrics.failed(call.session.tenant_id, refusal.code, counter)
                _note_if_denied(call, request, topic, refusal.code)
                _note_if_over_quota(call, topic, data, refusal.code)
                if refusal.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
                    # A client that gets this goes on as a new producer, and may send twice.
                    log.warning("%s: %s", place, refusal.message)
                rows.append(_refused(call, topic, data.index, refusal, response))
                continue
            assert isinstance(place, PartitionRuntime)
            if not appended.duplicate and data.records is not None:
                size = len(data.records)
                usage.bytes_in += size
                if size > usage.largest_batch:  # noqa: PLR1730 (half the cost of a call)
                    usage.largest_batch = size
                usage.records_in += appended.last_offset - appended.base_offset + 1
            row = PartitionProduceResponse(
                data.index,
                0,
                appended.base_offset,
                appended.log_append_time_ms,
                place.log.log_start_offset,
            )
            rows.append(row)
            if needs_commit and place.high_watermark <= appended.last_offset:
                if parked is None:
                    parked = _Parked(call, response)
                parked.wait_for(place, appended.last_offset + 1, row)
        response.responses.append(TopicProduceResponse(topic.name, topic.topic_id, rows))
    wait_ms = charges.charge_produce(len(call.frame))
    if wait_ms:
        response.throttle_time_ms = wait_ms
        call.connection.mute(wait_ms, call.correlation_id)
    if request.acks == NO_ACKS:
        _check_unanswered(response)
        return None
    if parked is not None:
        parked.wait_at_most(request.timeout_ms)
        return parked
    return framed(call.correlation_id, encode(call.version, response), has_tags=call.has_tags)


def _place_of(topic: TopicProduceData, data: PartitionProduceData) -> Partition:
    return topic.name, topic.topic_id, data.index


def _append_batch(
    place: PartitionRuntime | ErrorCode,
    records: memoryview | None,
    version: int,
    needs_commit: bool,
    now_ms: int,
    *,
    most_bytes: int,
    guards: Guards | None,
) -> Appended:
    """``guards``: None where the request names no transaction. Raises ``Refusal`` with the code
    that the partition is answered with. A batch has ``most_bytes`` at most, or what its topic
    says."""
    if isinstance(place, ErrorCode):
        raise Refusal(place, _MESSAGES.get(place, "not done; see the error code"))
    if place.doubts_leadership:
        raise Refusal(
            ErrorCode.NOT_LEADER_OR_FOLLOWER, "another broker may lead this partition by now"
        )
    if needs_commit and not place.has_enough_replicas:
        raise Refusal(
            ErrorCode.NOT_ENOUGH_REPLICAS, "fewer replicas are in sync than min.insync.replicas"
        )
    if records is None:
        records = _NOTHING
    header = verify_produced(
        records,
        max_bytes=min(place.max_message_bytes, most_bytes),
        produce_version=version,
    )
    guard = None
    if header.attributes & TRANSACTIONAL_BIT:
        if guards is None:
            raise Refusal(
                ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                "a transactional batch in a request without a transactional id",
            )
        guard = guards.get(place)
    if place.requires_keys:
        check_keys(records, header)
    try:
        return place.append(records, header, now_ms, guard)
    except SequenceGap as gap:
        if place.led_for_ms < GAPS_MAY_CLOSE_MS:
            raise Refusal(ErrorCode.NOT_ENOUGH_REPLICAS, f"{gap.message}; try again") from gap
        raise
    except StorageError as error:
        # What is wrong with a disk is the operator's to read, in the log, not the tenant's.
        log.error("%s: produce failed: %s", place, error)
        raise Refusal(
            ErrorCode.KAFKA_STORAGE_ERROR, "the broker could not write this; try again later"
        ) from error


_MESSAGES = {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: "this topic or partition does not exist",
    ErrorCode.UNKNOWN_TOPIC_ID: "no topic has this id",
    ErrorCode.NOT_LEADER_OR_FOLLOWER: "another broker leads this partition; refresh the metadata",
    ErrorCode.KAFKA_STORAGE_ERROR: "the broker cannot open this partition",
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: "this login may not write to a topic of this name",
    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: (
        "this login may not write under this transactional id"
    ),
    ErrorCode.INVALID_REQUIRED_ACKS: "acks must be 0, 1 or -1 (all)",
    ErrorCode.INVALID_TXN_STATE: "this partition is not part of the transaction; abort it",
    ErrorCode.INVALID_PRODUCER_EPOCH: "this producer's epoch has been replaced",
    ErrorCode.INVALID_PRODUCER_ID_MAPPING: "the transactional id is not this producer's",
    ErrorCode.NOT_ENOUGH_REPLICAS: "the transaction's coordinator did not answer; try again",
    ErrorCode.CONCURRENT_TRANSACTIONS: "the transaction before is being completed; try again",
    ErrorCode.TRANSACTION_ABORTABLE: "this partition is not part of the transaction; abort it",
}


def _note_if_denied(
    call: "Call", request: ProduceRequest, topic: TopicProduceData, code: ErrorCode
) -> None:
    """For the audit log."""
    denied = call.node.refusals.denied
    origin = call.connection.listener.dispatcher.origin_of(call.connection, call.correlation_id)
    if code is ErrorCode.TOPIC_AUTHORIZATION_FAILED:
        denied(call.session, "write", "topic", topic.name or topic.topic_id.hex(), origin)
    elif code is ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED and request.transactional_id:
        denied(call.session, "write", "transactional_id", request.transactional_id, origin)


def _note_if_over_quota(
    call: "Call", topic: TopicProduceData, data: PartitionProduceData, code: ErrorCode
) -> None:
    """For the audit log."""
    if code is not ErrorCode.POLICY_VIOLATION and code is not ErrorCode.MESSAGE_TOO_LARGE:
        return
    origin = call.connection.listener.dispatcher.origin_of(call.connection, call.correlation_id)
    refusals, size = call.node.refusals, 0 if data.records is None else len(data.records)
    if code is ErrorCode.POLICY_VIOLATION:
        refusals.over_quota(call.session, STORAGE, origin)
    elif size > call.connection.charges.message_bytes:
        refusals.over_quota(call.session, MESSAGE_BYTES, origin)
    else:
        refusals.over_topic_limit(call.session, topic.name or topic.topic_id.hex(), origin)


def _refused(
    call: "Call",
    topic: TopicProduceData,
    index: int,
    refusal: Refusal,
    response: ProduceResponse,
) -> PartitionProduceResponse:
    row = PartitionProduceResponse(index, refusal.code, NO_OFFSET, error_message=refusal.message)
    if refusal.code is ErrorCode.NOT_LEADER_OR_FOLLOWER:
        _hint(call, topic, row, response)
    if refusal.code is ErrorCode.POLICY_VIOLATION:
        row.error_message = _too_much_stored(call)
    return row


def _too_much_stored(call: "Call") -> str:
    tenant = call.node.image.tenants.get(call.session.tenant_id)
    name = call.session.tenant_id if tenant is None else tenant.name
    return (
        f"tenant {name} stores nearly all that it may, {call.connection.charges.stored}; nothing "
        "more is taken until records or topics are deleted, or the limit is raised"
    )


def _hint(
    call: "Call",
    topic: TopicProduceData,
    row: PartitionProduceResponse,
    response: ProduceResponse,
) -> None:
    """Put the leader that the image knows beside the error."""
    node = call.node
    topic_id = find_topic(node, call.session.tenant_id, topic.name, topic.topic_id)
    if call.version < LEADER_HINTS_SINCE_VERSION or isinstance(topic_id, ErrorCode):
        return
    leader = current_leader(node.image, topic_id, row.index)
    if leader is None:
        return
    record, broker = leader
    if broker.id == node.broker_id:
        return  # It doubts that: no client shall come back here for it.
    row.current_leader = LeaderIdAndEpoch(broker.id, record.leader_epoch)
    if all(endpoint.node_id != broker.id for endpoint in response.node_endpoints):
        host, port = node.endpoint(broker, call.connection.entrance)
        response.node_endpoints.append(NodeEndpoint(broker.id, host, port, broker.rack))


def _check_unanswered(response: ProduceResponse) -> None:
    """``acks=0`` gets no answer; an error can only be shown by closing the connection."""
    for topic in response.responses:
        for row in topic.partition_responses:
            if row.error_code:
                raise ProtocolError(
                    f"acks=0 and {ErrorCode(row.error_code).name} for {topic.name or 'a topic'}-"
                    f"{row.index}"
                )


class _Parked(Answer):
    """An answer that waits until all of its records are committed, or for ``timeout.ms``."""

    __slots__ = (
        "_correlation_id",
        "_has_tags",
        "_loop",
        "_missing",
        "_response",
        "_rows",
        "_timer",
        "_version",
    )

    def __init__(self, call: "Call", response: ProduceResponse) -> None:
        super().__init__()
        self._version = call.version
        self._correlation_id = call.correlation_id
        self._has_tags = call.has_tags
        self._loop = call.connection.listener.loop
        self._response = response
        self._rows: list[PartitionProduceResponse | None] = []
        """None once it is settled."""
        self._missing = 0
        self._timer: TimerHandle | None = None

    def wait_for(
        self, place: PartitionRuntime, end_offset: int, row: PartitionProduceResponse
    ) -> None:
        self._rows.append(row)
        self._missing += 1
        place.wait_for_commit(end_offset, self, len(self._rows) - 1)

    def wait_at_most(self, timeout_ms: int) -> None:
        self._timer = self._loop.call_later(max(0, timeout_ms) / 1000, self._timed_out)

    def settled(self, slot: int, code: ErrorCode) -> None:
        """One partition's records are committed, or will not be by this leader."""
        row = self._rows[slot]
        if self.buffers is not None or row is None:
            return
        if code:
            _fail(row, code)
        self._rows[slot] = None
        self._missing -= 1
        if self._missing == 0:
            self._finish()

    def _timed_out(self) -> None:
        for row in self._rows:
            if row is not None:
                _fail(row, ErrorCode.REQUEST_TIMED_OUT)
        self._finish()

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        body = encode(self._version, self._response)
        self.complete(framed(self._correlation_id, body, has_tags=self._has_tags))

    def abandon(self) -> None:
        self.buffers = []
        if self._timer is not None:
            self._timer.cancel()


def _fail(row: PartitionProduceResponse, code: ErrorCode) -> None:
    """The records may be in the log all the same; only an idempotent producer can tell."""
    row.error_code, row.base_offset, row.log_append_time_ms = code, NO_OFFSET, -1
    row.error_message = _MESSAGES.get(code, "written, but not committed in time")
