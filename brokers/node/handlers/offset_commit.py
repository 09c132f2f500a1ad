"""OffsetCommit: a group, or whoever speaks for one, notes how far it has read.

On the hot path: a connection's next request is begun while this one waits for its commit, so that
one flush serves all commits that are under way.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.offset_requests import CommitOffsets, CommittedOffsets, NewOffset
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex
from brokers.metering.offset_moves import OffsetMove, OffsetMoves
from brokers.node.answers import Answer, Buffers
from brokers.node.config import ListenerName
from brokers.node.coordination import group_limit
from brokers.node.coordination.group_limit import is_new
from brokers.node.coordination.internal_topics import qualified
from brokers.node.framing import framed
from brokers.node.partition_lookup import find_topic_for
from brokers.wire.messages.offset_commit_request import OffsetCommitRequest, decode
from brokers.wire.messages.offset_commit_response import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
    encode,
)

if TYPE_CHECKING:
    from brokers.node.connection import Outcome
    from brokers.node.dispatch import Call

EPOCHS_SINCE_VERSION: Final = 9
"""Before it, a member of a KIP-848 group cannot say what it must."""

RETENTION_UNTIL_VERSION: Final = 4
"""Up to this version a client may ask for a retention of its own (KIP-211 took it away)."""


def start(call: "Call") -> "Outcome":
    """One row per partition; what its topic does not have is refused, the rest is committed."""
    request = decode(call.version, call.frame, call.position)
    commit = _Commit(call, request)
    if commit.may_be_behind:
        return _after_catching_up(call, request)
    if commit.begins_group(call):
        return _once_admitted(call, request, commit)
    return commit.begin(call)


async def _after_catching_up(call: "Call", request: OffsetCommitRequest) -> Buffers | Answer:
    """Everything that is kept of the request was copied out of its frame when it was decoded."""
    await call.node.catch_up()
    commit = _Commit(call, request)
    if commit.begins_group(call):
        return await _once_admitted(call, request, commit)
    return commit.begin(call)


async def _once_admitted(
    call: "Call", request: OffsetCommitRequest, commit: "_Commit"
) -> Buffers | Answer:
    """The first commit of somebody who assigns himself begins a group."""
    origin = call.connection.listener.dispatcher.origin_of(call.connection, call.correlation_id)
    try:
        await group_limit.admit(call.node, call.session, request.group_id, origin)
    except Refusal as refusal:
        commit.refused(refusal)
    return commit.begin(call)


class _Commit(Answer):
    """Waits for the coordinator's codes, one for each of ``_rows``."""

    __slots__ = (
        "_asked", "_correlation_id", "_has_tags", "_note_reset", "_request", "_response", "_rows",
        "_version", "may_be_behind",
    )  # fmt: skip

    def __init__(self, call: "Call", request: OffsetCommitRequest) -> None:
        super().__init__()
        self._version = call.version
        self._correlation_id = call.correlation_id
        self._has_tags = call.has_tags
        self._request = request
        self._response = OffsetCommitResponse()
        self._asked: list[NewOffset] = []
        self._rows: list[OffsetCommitResponsePartition] = []
        self._note_reset: Callable[[OffsetMoves], None] | None = None
        rights = call.connection.rights
        may_commit = rights.allow(Operation.READ, ResourceType.GROUP, request.group_id)
        self.may_be_behind = not may_commit
        """Whether something is refused for what is not in the image, which may be behind."""
        for topic in request.topics:
            found = (
                find_topic_for(Operation.READ, rights, call.node, topic.name, topic.topic_id)
                if may_commit
                else ErrorCode.GROUP_AUTHORIZATION_FAILED
            )
            answers = OffsetCommitResponseTopic(topic.name, topic.topic_id)
            self._response.topics.append(answers)
            known = (
                () if isinstance(found, ErrorCode) else call.node.image.partitions.get(found, ())
            )
            for partition in topic.partitions:
                index = PartitionIndex(partition.partition_index)
                row = OffsetCommitResponsePartition(index)
                answers.partitions.append(row)
                if isinstance(found, ErrorCode):
                    row.error_code = found
                    self.may_be_behind = True
                elif index not in known:
                    row.error_code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    self.may_be_behind = True
                else:
                    self._rows.append(row)
                    self._asked.append(
                        NewOffset(
                            (topic.name or call.node.image.topics[found].name, index),
                            partition.committed_offset,
                            partition.committed_leader_epoch,
                            partition.committed_metadata or "",
                        )
                    )

    def begins_group(self, call: "Call") -> bool:
        """Whether there may be too many groups for it."""
        try:
            tenant_id = call.session.tenant_id
            return bool(self._asked) and is_new(call.node, tenant_id, self._request.group_id)
        except Refusal:
            return False  # Said when the coordinator is asked.

    def begin(self, call: "Call") -> Buffers | Answer:
        """Ask the coordinator; the response, where it is known at once."""
        if self.may_be_behind:
            self._note_refusals(call)
        if self._asked and self.buffers is None:
            try:
                self._ask(call)
            except Refusal as refusal:
                self.refused(refusal)
        if self.buffers is None and not self._rows:
            return self._encoded()
        return self if self.buffers is None else self.buffers

    def _note_refusals(self, call: "Call") -> None:
        """For the audit log."""
        denied = call.node.refusals.denied
        origin = call.connection.listener.dispatcher.origin_of(call.connection, call.correlation_id)
        for topic in self._response.topics:
            codes = {row.error_code for row in topic.partitions}
            if ErrorCode.GROUP_AUTHORIZATION_FAILED in codes:
                denied(call.session, "read", "group", self._request.group_id, origin)
                return
            if ErrorCode.TOPIC_AUTHORIZATION_FAILED in codes:
                named = topic.name or topic.topic_id.hex()
                denied(call.session, "read", "topic", named, origin)

    def _resets_are_noted(self, call: "Call") -> None:
        """For the audit log; what the edge asks for it writes down by itself."""
        connection = call.connection
        if connection.entrance.listener is ListenerName.INTERNAL:
            return
        origin_of, correlation_id = connection.listener.dispatcher.origin_of, call.correlation_id
        note, session = call.node.deeds.moved_offsets, call.session
        self._note_reset = lambda moves: note(
            session, self._request.group_id, moves, origin_of(connection, correlation_id)
        )

    def _ask(self, call: "Call") -> None:
        request, now_ms = self._request, call.node.clock.now_ms()
        if not request.member_id:
            self._resets_are_noted(call)
        retains_ms = request.retention_time_ms if self._version <= RETENTION_UNTIL_VERSION else -1
        name = qualified(call.session.tenant_id, request.group_id)
        commit = CommitOffsets(
            group_id=name,
            member_id=request.member_id,
            instance_id=request.group_instance_id,
            generation=request.generation_id_or_member_epoch,
            offsets=self._asked,
            at_ms=now_ms,
            expires_ms=-1 if retains_ms < 0 else now_ms + retains_ms,
        )
        shard = call.node.groups.shard_for(name)
        shard.submit(lambda machine, token, now: machine.commit_offsets(commit, token, now), self)

    # What the coordinator says.

    def replied(self, result: CommittedOffsets) -> None:
        if result.reset and self._note_reset is not None:
            moves = (OffsetMove(*move.place, move.before, move.after) for move in result.reset)
            self._note_reset(OffsetMoves.of(moves))
        for row, code in zip(self._rows, result.codes, strict=True):
            row.error_code = code
            if code is ErrorCode.STALE_MEMBER_EPOCH and self._version < EPOCHS_SINCE_VERSION:
                row.error_code = ErrorCode.UNSUPPORTED_VERSION
        self.complete(self._encoded())

    def refused(self, refusal: Refusal) -> None:
        too_large = refusal.code is ErrorCode.MESSAGE_TOO_LARGE
        self._refuse_all(ErrorCode.INVALID_COMMIT_OFFSET_SIZE if too_large else refusal.code)

    def _refuse_all(self, code: ErrorCode) -> None:
        for row in self._rows:
            row.error_code = code
        self.complete(self._encoded())

    def _encoded(self) -> Buffers:
        body = encode(self._version, self._response)
        return framed(self._correlation_id, body, has_tags=self._has_tags)
