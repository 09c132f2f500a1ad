"""A subscription in a consumer group: heartbeats, commits, and partitions that come and go.

The shell around ``Membership``. Real members of a real Kafka group: every client of the tenant sees
them, and shares partitions with them.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.consumer_group_heartbeat_request import (
    ConsumerGroupHeartbeatRequest,
    TopicPartitions,
)
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.primitives import ZERO_UUID
from brokers.wire.registry import ApiKey
from streaming.access.caller import TenantAccess
from streaming.groups.coordinator import PASSING, coordinator_of, following
from streaming.groups.model import TopicPartition
from streaming.groups.offsets import committed_offsets
from streaming.live.close_codes import CloseCode
from streaming.live.ending import Ending
from streaming.live.feed import Feed
from streaming.live.frames import assigned_frame, error_frame, rebalance_frame, revoked_frame
from streaming.live.membership import Change, Lose, Membership, Release, Take
from streaming.records.clients import current_clients
from streaming.records.failures import BrokersUnavailable, TooManyClients, refusal_of
from streaming.records.wire_request import WireRequest

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS_DEFAULT: Final = 1.0
"""Until the coordinator has said how often it wants one."""
HEARTBEAT_SECONDS_MAX: Final = 2.0
"""Sooner than coordinators ask for, so that partitions move soon."""
RELEASE_SECONDS: Final = 5.0
"""How long a reader has to commit before a partition goes to another member."""
REBALANCE_MS: Final = 30_000
LEAVE_EPOCH: Final = -1
LEAVE_SECONDS: Final = 5
COMMIT_ATTEMPTS: Final = 5
_BY_TOPIC_NAME_TO_VERSION: Final = 9
_FENCED: Final = frozenset({ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.UNKNOWN_MEMBER_ID})

_leaving: set[asyncio.Task[None]] = set()


class NotAssigned(Exception):
    """A commit for a partition that the group has given to another."""


class MemberOwner(Protocol):
    """The socket that the membership belongs to. None of these calls may wait."""

    def send(self, *frame: str) -> None: ...

    def on_feed_end(self, feed: Feed, ending: Ending) -> None: ...


class GroupMember:
    """``start``, then it runs by itself until ``leave``."""

    def __init__(self, access: TenantAccess, group: str, feed: Feed, owner: MemberOwner) -> None:
        self._access = access
        self._group = group
        self._feed = feed
        self._owner = owner
        self._id = feed.request.id
        self._membership = Membership(str(uuid.uuid4()))
        self._known: dict[int, int] = {}
        """What the group has by partition, or where reading began."""
        self._topic_id = ZERO_UUID
        self._interval = HEARTBEAT_SECONDS_DEFAULT
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Join the group."""
        self._task = asyncio.create_task(self._run())

    def leave(self) -> None:
        """Leave the group, in the background: its partitions go to others at once."""
        if self._task is None:
            return
        self._task.cancel()
        self._task = None
        task = asyncio.create_task(self._say_leave())
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)

    def release(self) -> None:
        """The reader has committed what it wanted of the partitions that are taken back."""
        self._given_up(self._membership.give_up(list(self._membership.awaiting)))

    async def commit(self, offsets: Mapping[int, int]) -> None:
        """Commit next offsets. Raises ``NotAssigned``, ``Refusal`` and ``BrokersUnavailable``."""
        foreign = sorted(offsets.keys() - self._membership.owned)
        if foreign:
            raise NotAssigned(
                f"partition {foreign[0]} is not assigned to this subscription; nothing was "
                "committed, and its records go to another member from the last commit on"
            )
        for attempt in range(COMMIT_ATTEMPTS):
            try:
                await self._commit(offsets)
                break
            except Refusal as refusal:
                # The epoch rose while the request was under way: the next one has the new one.
                if (
                    refusal.code is not ErrorCode.STALE_MEMBER_EPOCH
                    or attempt == COMMIT_ATTEMPTS - 1
                ):
                    raise
                self._wake.set()
                await asyncio.sleep(HEARTBEAT_SECONDS_DEFAULT / 10)
        self._known.update(offsets)
        self._given_up(self._membership.on_committed(offsets))

    # --- the conversation -------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                await self._beat()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._interval):
                        await self._wake.wait()
        except Refusal as error:
            self._owner.on_feed_end(self._feed, Ending.refused(error))
        except Exception as error:
            self._owner.on_feed_end(self._feed, Ending.fault(error))

    async def _beat(self) -> None:
        try:
            answer = await self._heartbeat(self._membership.epoch)
            self._interval = min(answer.heartbeat_interval_ms / 1000, HEARTBEAT_SECONDS_MAX)
            for change in self._membership.on_heartbeat(
                answer.member_epoch, self._assigned(answer.assignment)
            ):
                await self._apply(change)
        except (BrokersUnavailable, TooManyClients) as error:
            self._owner.send(
                error_frame(CloseCode.UNAVAILABLE, str(error), self._id, retryable=True)
            )
            self._interval = HEARTBEAT_SECONDS_DEFAULT
        except Refusal as error:
            if error.code not in _FENCED and error.code not in PASSING:
                raise
            self._interval = HEARTBEAT_SECONDS_DEFAULT
            if error.code in _FENCED:
                await self._apply(self._membership.on_fenced())

    async def _apply(self, change: Change) -> None:
        match change:
            case Release(partitions):
                self._begin_release(partitions)
            case Take(partitions):
                starts = await self._feed.group_starts(await self._committed(), partitions)
                self._known.update(starts)
                self._feed.assign(starts)
                self._owner.send(assigned_frame(self._id, starts, self._membership.member_id))
                self._wake.set()
            case Lose(partitions):
                self._feed.withdraw(partitions)
                if partitions:
                    self._owner.send(revoked_frame(self._id, list(partitions), lost=True))
                self._wake.set()

    def _begin_release(self, partitions: tuple[int, ...]) -> None:
        positions = self._feed.positions
        sent = {partition: positions.get(partition, 0) for partition in partitions}
        self._feed.withdraw(partitions)
        self._membership.release(sent)
        self._owner.send(rebalance_frame(self._id, sent, RELEASE_SECONDS))
        loop = asyncio.get_running_loop()
        loop.call_later(RELEASE_SECONDS, self._time_is_up, partitions)
        self._given_up(self._membership.on_committed(self._known))

    def _time_is_up(self, partitions: tuple[int, ...]) -> None:
        if self._task is not None:
            self._given_up(self._membership.give_up(partitions))

    def _given_up(self, partitions: list[int]) -> None:
        if partitions:
            self._owner.send(revoked_frame(self._id, partitions, lost=False))
            self._wake.set()

    def _assigned(self, assignment: Any) -> list[int] | None:
        if assignment is None:
            return None
        partitions: list[int] = []
        for topic in assignment.topic_partitions:
            self._topic_id = topic.topic_id
            partitions += topic.partitions
        return partitions

    # --- requests ---------------------------------------------------------------------------------

    async def _heartbeat(self, epoch: int) -> Any:
        owned = sorted(self._membership.owned)
        mine = [TopicPartitions(self._topic_id, owned)] if owned else []
        request = WireRequest(
            ApiKey.CONSUMER_GROUP_HEARTBEAT,
            ConsumerGroupHeartbeatRequest(
                group_id=self._group,
                member_id=self._membership.member_id,
                member_epoch=epoch,
                rebalance_timeout_ms=REBALANCE_MS,
                subscribed_topic_names=[self._feed.request.topic],
                topic_partitions=mine,
            ),
        )
        answer = await self._ask(request)
        if answer.error_code:
            raise refusal_of(answer.error_code, self._named)
        return answer

    async def _commit(self, offsets: Mapping[int, int]) -> None:
        rows = [OffsetCommitRequestPartition(p, offset) for p, offset in offsets.items()]
        request = WireRequest(
            ApiKey.OFFSET_COMMIT,
            OffsetCommitRequest(
                group_id=self._group,
                generation_id_or_member_epoch=self._membership.epoch,
                member_id=self._membership.member_id,
                topics=[OffsetCommitRequestTopic(self._feed.request.topic, partitions=rows)],
            ),
            min_version=_BY_TOPIC_NAME_TO_VERSION,
            max_version=_BY_TOPIC_NAME_TO_VERSION,
        )
        answer = await self._ask(request)
        for topic in answer.topics:
            for row in topic.partitions:
                if row.error_code:
                    raise refusal_of(row.error_code, f"{self._named}, {topic.name}")

    async def _ask(self, request: WireRequest) -> Any:
        async with current_clients().reader(self._access.identity) as reader:

            async def attempt() -> Any:
                node = await coordinator_of(reader, self._group)
                answer = await reader.ask(node, request, self._named)
                code = getattr(answer, "error_code", 0)
                if code and ErrorCode(code) in PASSING:
                    raise refusal_of(code, self._named)
                return answer

            return await following(attempt)

    async def _committed(self) -> dict[int, int]:
        async with current_clients().reader(self._access.identity) as reader:
            committed = await committed_offsets(reader, self._group)
        topic = self._feed.request.topic
        return {
            place.partition: known.offset
            for place, known in committed.items()
            if place == TopicPartition(topic, place.partition)
        }

    async def _say_leave(self) -> None:
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._heartbeat(LEAVE_EPOCH)
        except (Refusal, BrokersUnavailable, TooManyClients, TimeoutError) as error:
            logger.info("%s: a member could not say goodbye (%s)", self._named, error)

    @property
    def _named(self) -> str:
        return f"group {self._group!r}"
