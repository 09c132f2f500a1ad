"""One subscription at work: from the shared tail, or reads of its own, into its socket's outbox.

The shell around ``Subscription``. What the shared tail brings is handed on at once; one task, which
lives while there is something to do, reads for partitions that are behind and matches what waits
for a filter.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Final, Protocol

from brokers.kernel.errors import Refusal
from streaming.access.caller import TenantAccess
from streaming.filters.filter import Filter, FilterFailure, FilterTooCostly, compile_filter
from streaming.live.backlog import Backlog
from streaming.live.close_codes import CloseCode
from streaming.live.cursor import encode_cursor
from streaming.live.ending import Ending
from streaming.live.fanout import BATCH_RECORDS_MAX, Tail, current_tails
from streaming.live.feed_request import FeedRequest
from streaming.live.frames import (
    error_frame,
    filtered_frame,
    heartbeat_frame,
    progress_frame,
    ready_frame,
)
from streaming.live.shared_batch import RECORDS_HEAD, Frame, SharedBatch
from streaming.live.start import resolve_starts
from streaming.live.start_from import InvalidRequest, Start
from streaming.live.subscription import Mode, Slice, Subscription
from streaming.records.clients import current_clients
from streaming.records.decoding import Unreadable, decode
from streaming.records.failures import BrokersUnavailable, Throttled, TooManyClients
from streaming.records.reader import Reader

CATCH_UP_WAIT_MS: Final = 200
CATCH_UP_BYTES: Final = 256 * 1024
"""One read of a subscriber's own; little, because its credits may be few."""
RETRY_SECONDS: Final = 0.5
PROGRESS_SECONDS: Final = 1.0
NOWHERE: Final = 2**63
"""Where the shared tail stands in a partition that it has not met yet: no reader can join it."""


class FeedOwner(Protocol):
    """The socket that a feed belongs to. None of these calls may wait."""

    @property
    def blocked(self) -> bool:
        """Whether as much waits for the socket as may."""
        ...

    def send(self, *frame: str) -> None: ...

    def on_feed_end(self, feed: "Feed", ending: Ending) -> None: ...


@dataclass(slots=True)
class Progress:
    """What a filter has looked at."""

    scanned: int = 0
    matched: int = 0
    failed: int = 0
    bytes: int = 0


class Feed:
    """``open``, then it runs by itself until ``close``."""

    def __init__(self, owner: FeedOwner, access: TenantAccess, request: FeedRequest) -> None:
        self._owner = owner
        self._access = access
        self.request = request
        self._subscription: Subscription | None = None
        self._tail: Tail | None = None
        self._filter: Filter | None = None
        self._backlog = Backlog()
        self._progress = Progress()
        self._told = 0.0
        self._task: asyncio.Task[None] | None = None
        named = "" if request.id is None else f'"id":{encode_basestring(request.id)},'
        self._head = RECORDS_HEAD + named

    # --- its life ---------------------------------------------------------------------------------

    async def open(self) -> None:
        """Join the shared tail and find the offsets to start from.

        Raises ``Refusal``, ``InvalidRequest``, ``InvalidFilter``, ``BrokersUnavailable`` and
        ``TooManyClients``.
        """
        request = self.request
        if request.filter is not None:
            self._filter = await compile_filter(request.filter)
        self._tail = await current_tails().subscribe(self._access.tenant_id, request.topic, self)
        try:
            starts = {} if request.group else await self._starts(request.start, request.resume)
        except BaseException:
            self.close()
            raise
        self._begin(starts, request.credits)

    def close(self) -> None:
        """Take no further part; harmless to repeat."""
        if self._tail is not None:
            current_tails().leave(self._tail, self)
            self._tail = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def begun(self) -> bool:
        """Whether it has sent its ready frame."""
        return self._subscription is not None

    @property
    def cursor(self) -> str | None:
        """Where to go on; None before it has begun."""
        return None if self._subscription is None else encode_cursor(self._subscription.cursor)

    @property
    def positions(self) -> dict[int, int]:
        """The first offset neither sent nor skipped, by partition."""
        return {} if self._subscription is None else dict(self._subscription.cursor)

    def _begin(self, starts: Mapping[int, int], credits: int | None) -> None:
        assert self._tail is not None
        request = self.request
        self._subscription = Subscription.begin(request.mode, credits, starts, self._tail.positions)
        self._subscription.blocked = self._owner.blocked
        self._backlog = Backlog()
        self._owner.send(ready_frame(request.id, request.topic, starts, credits, request.mode))
        self._wake()

    # --- what the subscriber says -----------------------------------------------------------------

    def permit(self, records: int) -> None:
        self._subscribed.permit(records)
        self._wake()

    def pause(self) -> None:
        self._subscribed.paused = True

    def resume(self) -> None:
        self._subscribed.paused = False
        self._wake()

    async def seek(self, start: Start, resume: dict[int, int]) -> None:
        """Go on from somewhere else, with the credits that are left. Raises as ``open`` does."""
        starts = await self._starts(start, resume)
        before = self._subscribed
        self._begin(starts, before.credits)
        self._subscribed.paused = before.paused
        self._subscribed.skipped = before.skipped

    async def refilter(self, text: str | None) -> None:
        """Have another filter, or none, from the next batch on. Raises ``InvalidFilter``."""
        self._filter = None if text is None else await compile_filter(text)
        self._progress = Progress()
        # What waits for the old filter is looked at by the new one, or read again without one.
        for partition in self._subscribed.partitions:
            self._subscribed.detach(partition)
        self._backlog = Backlog()
        self._owner.send(filtered_frame(self.request.id, text))
        self._wake()

    def set_blocked(self, blocked: bool) -> None:
        """The socket has as much waiting as it may, or room again."""
        if self._subscription is not None:
            self._subscription.blocked = blocked
            if not blocked:
                self._wake()

    def beat(self) -> None:
        """Send the heartbeat, and what the filter has done if nobody has been told."""
        if self._tail is None or self._subscription is None:
            return
        marks = self._tail.high_watermarks
        mine = {p: marks[p] for p in self._subscription.partitions if p in marks}
        self._owner.send(heartbeat_frame(self.request.id, mine, self._subscription.skipped))
        if self._filter is not None:
            self._tell_progress()

    # --- what the group says ----------------------------------------------------------------------

    async def group_starts(
        self, committed: Mapping[int, int], partitions: Sequence[int]
    ) -> dict[int, int]:
        """Where to begin: at what was committed, else by ``from``. Raises as ``open`` does."""
        assert self._tail is not None
        known = [p for p in partitions if p in self._tail.positions]
        resume = {p: committed[p] for p in known if p in committed}
        topic, start = self.request.topic, self.request.start
        async with current_clients().reader(self._access.identity) as reader:
            starts = await resolve_starts(
                reader, topic, known, start, resume=resume, tail=self._tail
            )
        # One that the shared tail has not met is new: it is read from its first record.
        return starts | {p: committed.get(p, 0) for p in partitions if p not in starts}

    def assign(self, starts: Mapping[int, int]) -> None:
        """Read these partitions too."""
        assert self._tail is not None
        for partition, offset in starts.items():
            tail = self._tail.positions.get(partition)
            self._subscribed.add_partition(partition, offset, tail)
        self._wake()

    def withdraw(self, partitions: Sequence[int]) -> None:
        """Read these partitions no longer."""
        for partition in partitions:
            self._subscribed.remove_partition(partition)

    # --- the shared tail speaks (none of these waits) ---------------------------------------------

    def on_batch(self, batch: SharedBatch) -> None:
        subscription = self._subscription
        if subscription is None:
            return
        if self._filter is None:
            part = subscription.on_shared(batch.partition, batch.offsets, batch.next_offset)
            self._send_records(batch, part, None)
        else:
            self._backlog.push(batch, subscription)
        self._wake()

    def on_unreadable(self, partition: int, what: Unreadable) -> None:
        if self._subscription and partition in self._subscription.partitions:
            self._owner.send(self._unreadable(partition, what))

    def on_new_partition(self, partition: int) -> None:
        if self._subscription is None or self.request.group is not None:
            return
        if self.request.partitions is None:
            self._subscription.add_partition(partition)
            self._wake()

    def on_gone(self, reason: str) -> None:
        self._end(Ending(CloseCode.NOT_FOUND, reason))

    # --- the task ---------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._task is None and self._has_work and self._tail is not None:
            self._task = asyncio.create_task(self._work())

    @property
    def _has_work(self) -> bool:
        subscription = self._subscription
        if subscription is None:
            return False
        return not self._backlog.is_empty or subscription.is_behind

    async def _work(self) -> None:
        try:
            while self._has_work:
                try:
                    await self._match_waiting()
                    await self._catch_up()
                except Throttled as error:
                    await asyncio.sleep(error.seconds)
                except (BrokersUnavailable, TooManyClients) as error:
                    self._complain(CloseCode.UNAVAILABLE, str(error))
                    await asyncio.sleep(RETRY_SECONDS)
        except FilterTooCostly as error:
            self._end(Ending(CloseCode.FILTER_TOO_COSTLY, str(error)))
        except Refusal as error:
            self._end(Ending.refused(error))
        except Exception as error:
            self._owner.on_feed_end(self, Ending.fault(error))
        finally:
            if self._task is asyncio.current_task():
                self._task = None

    async def _match_waiting(self) -> None:
        while (batch := self._backlog.next(self._subscribed)) is not None:
            subscription = self._subscribed
            if not subscription.can_take:
                self._leave(subscription, batch)
                continue
            chosen = await self._chosen(batch)
            if subscription is not self._subscription or chosen is None:
                continue
            offsets = [batch.offsets[index] for index in chosen]
            part = subscription.on_shared(batch.partition, offsets, batch.next_offset)
            self._send_records(batch, part, chosen)
            self._tell_progress_in_time()

    def _leave(self, subscription: Subscription, batch: SharedBatch) -> None:
        """Without credit nothing need be looked at."""
        if subscription.mode is Mode.LOSSLESS:
            subscription.detach(batch.partition)
        else:
            new = subscription.new_records(batch.partition, batch.offsets)
            subscription.let_pass(batch.partition, new, batch.next_offset)

    async def _chosen(self, batch: SharedBatch) -> list[int] | None:
        """Places in the batch of the records that match; None when there is no filter any more."""
        filter = self._filter
        if filter is None:
            return None
        outcomes = await batch.outcomes(filter)
        if filter is not self._filter:
            return None
        chosen = [index for index, outcome in enumerate(outcomes) if outcome is True]
        done = self._progress
        done.scanned += len(outcomes)
        done.matched += len(chosen)
        done.failed += sum(isinstance(outcome, FilterFailure) for outcome in outcomes)
        done.bytes += batch.size
        return chosen

    async def _catch_up(self) -> None:
        """Read for what is behind: from what others have just had, else with a reader."""
        while self._from_recent_is_possible():
            for partition, offset in self._subscribed.behind().items():
                batch = self._recent(partition, offset)
                if batch is not None:
                    await self._on_own(self._subscribed, batch)
        if not self._subscribed.behind():
            return
        async with current_clients().reader(self._access.identity) as reader:
            while (behind := self._subscribed.behind()) and self._backlog.is_empty:
                wait_ms = CATCH_UP_WAIT_MS if len(behind) == 1 else 0
                for partition, offset in behind.items():
                    subscription = self._subscribed
                    batch = self._recent(partition, offset)
                    if batch is None:
                        batch = await self._read(reader, partition, offset, wait_ms)
                    await self._on_own(subscription, batch)

    def _from_recent_is_possible(self) -> bool:
        behind = self._subscribed.behind()
        return any(self._recent(partition, offset) for partition, offset in behind.items())

    def _recent(self, partition: int, offset: int) -> SharedBatch | None:
        return None if self._tail is None else self._tail.recent(partition, offset)

    async def _read(self, reader: Reader, partition: int, offset: int, wait_ms: int) -> SharedBatch:
        fetched = await reader.fetch_partition(
            self.request.topic, partition, offset, wait_ms=wait_ms, max_bytes=CATCH_UP_BYTES
        )
        # Below the log's start nothing is left to read: go on with the oldest that is.
        start = max(offset, fetched.log_start_offset)
        credits = BATCH_RECORDS_MAX if self._filter is not None else self._subscribed.credits
        decoded = await decode(
            fetched.records,
            start,
            max_records=min(credits or BATCH_RECORDS_MAX, BATCH_RECORDS_MAX),
            max_bytes=CATCH_UP_BYTES,
        )
        for unreadable in decoded.unreadable:
            self.on_unreadable(partition, unreadable)
        return SharedBatch(
            partition, offset, decoded.records, decoded.next_offset, fetched.high_watermark
        )

    async def _on_own(self, subscription: Subscription, batch: SharedBatch) -> None:
        chosen: list[int] | None = None
        offsets = batch.offsets
        if self._filter is not None:
            chosen = await self._chosen(batch)
            if chosen is None:
                return
            offsets = [batch.offsets[index] for index in chosen]
        if subscription is not self._subscription or self._tail is None:
            return
        tail = self._tail.positions.get(batch.partition, NOWHERE)
        part = subscription.on_own(batch.partition, batch.start, offsets, batch.next_offset, tail)
        self._send_records(batch, part, chosen)
        if self._filter is not None:
            self._tell_progress_in_time()
        # Recent batches are there without waiting; others want their turn all the same.
        await asyncio.sleep(0)

    # --- sending ----------------------------------------------------------------------------------

    @property
    def _subscribed(self) -> Subscription:
        assert self._subscription is not None, "open() comes first"
        return self._subscription

    def _send_records(
        self, batch: SharedBatch, part: Slice | None, chosen: Sequence[int] | None
    ) -> None:
        if part is None:
            return
        cursor = encode_cursor(self._subscribed.cursor)
        frame: Frame = batch.frame(
            part, cursor, self.request.encoding, head=self._head, chosen=chosen
        )
        self._owner.send(*frame)

    def _tell_progress_in_time(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._told >= PROGRESS_SECONDS:
            self._told = now
            self._tell_progress()

    def _tell_progress(self) -> None:
        done = self._progress
        frame = progress_frame(
            self.request.id,
            cursor=encode_cursor(self._subscribed.cursor),
            scanned=done.scanned,
            matched=done.matched,
            failed=done.failed,
            bytes=done.bytes,
        )
        self._owner.send(frame)

    def _complain(self, code: CloseCode, message: str) -> None:
        self._owner.send(error_frame(code, message, self.request.id, retryable=True))

    def _unreadable(self, partition: int, what: Unreadable) -> str:
        return error_frame(
            422,
            f"records {what.first} to {what.next - 1} of {self.request.topic}/{partition} cannot "
            f"be shown and were left out: {what.reason}",
            self.request.id,
        )

    def _end(self, ending: Ending) -> None:
        self._owner.on_feed_end(self, ending)

    async def _starts(self, start: Start, resume: Mapping[int, int]) -> dict[int, int]:
        tail, request = self._tail, self.request
        assert tail is not None
        wanted = request.partitions
        missing = [p for p in wanted or () if p not in tail.positions]
        missing += [p for p in resume if p not in tail.positions]
        if missing:
            raise InvalidRequest(
                f"topic {request.topic!r} has no partition {missing[0]}; "
                f"it has {len(tail.positions)}, from 0"
            )
        partitions = list(wanted if wanted is not None else tail.positions)
        async with current_clients().reader(self._access.identity) as reader:
            return await resolve_starts(
                reader, request.topic, partitions, start, resume=resume, tail=tail
            )
