"""One partition of an internal topic, and the state machine that lives in it while this broker
leads.

A decision's records are replayed at once and appended with all others of the same turn of the event
loop as one batch; answers go out when the high watermark has passed everything that they could have
seen. So a machine decides on what it has decided before, an answer never tells of what can
still be lost, and one fsync serves many requests.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from brokers.kernel.clock import Clock, Instant
from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode, HeadwaterError, Refusal, StorageError
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.log.verification import Guard
from brokers.node.coordination.loading import LoadInterrupted, Replaying, load
from brokers.node.coordination.state_batch import encoded, size_of, state_batch
from brokers.node.coordination.waiter import FutureWaiter, Waiter
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import NewRecord, parse_batch_header
from brokers.wire.coordinator.state_record import StateRecord, StateTopic

log = logging.getLogger(__name__)

COMMIT_SECONDS: Final = 5.0
"""Kafka's ``offsets.commit.timeout.ms``: longer, and the client is told to try again."""

RELOAD_SECONDS: Final = 1.0
REFIRE_MS: Final = 1_000
"""A timer whose decision could not be written comes again."""


class Machine(Replaying, Protocol):
    """What a shard runs. Verbs read and decide; only these methods change anything."""

    def replay_event(self, event: Any) -> None: ...

    def loaded(self, now: Instant) -> Decision[StateRecord, Any]:
        """Everything was replayed: set the timers, go on with what was under way."""
        ...

    def fired(self, key: Hashable, now: Instant) -> Decision[StateRecord, Any]:
        """The timer of ``key`` has come."""
        ...


M = TypeVar("M", bound=Machine)
Decide = Callable[[M, Token, Instant], Decision[StateRecord, Any]]


@dataclass(slots=True, eq=False)
class _Batch:
    """Records on their way to be committed, and who waits until they are."""

    end_offset: int = -1
    since: float = 0.0
    """When it was written, in the event loop's seconds."""
    replies: list[Reply] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)


class Shard(Generic[M]):
    """Belongs to the event loop. Lives from one election to the end of that leadership.

    ``perform`` does effects that are neither answers nor timers, once they are committed.
    ``is_sure``: whether it is out of the question that another broker leads by now.
    """

    def __init__(
        self,
        partition: PartitionRuntime,
        state: StateTopic,
        make_machine: Callable[[], M],
        *,
        clock: Clock,
        perform: Callable[["Shard[M]", Any], None],
        is_sure: Callable[[], bool],
    ) -> None:
        self.partition = partition
        self.leader_epoch = partition.leader_epoch
        self.is_active = False
        """Whether the machine is loaded and decides."""
        self.machine: M
        self._state = state
        self._make_machine = make_machine
        self._clock = clock
        self._perform = perform
        self._is_sure = is_sure
        self._loop = asyncio.get_running_loop()
        self._gone = False
        self._tokens = 0
        self._waiting: dict[Token, Waiter] = {}
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}
        self._records: list[NewRecord] = []
        self._bytes = 0
        self._open = _Batch()
        self._uncommitted: deque[_Batch] = deque()
        self._writing: asyncio.Handle | None = None
        self._loading = self._loop.create_task(self._load())

    # Asking.

    async def ask(
        self,
        decide: Decide[M],
        *,
        gone: Decide[M] | None = None,
        guard: Guard | None = None,
    ) -> Any:
        """What the machine replies to a request, once it is committed.

        ``gone`` is decided when whoever asks is cancelled while he waits for others; ``guard`` is
        for a decision in a transaction that is not open here yet. Raises ``Refusal``:
        COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE when the decision
        could not be written, and as ``carry_out``.
        """
        waiter = FutureWaiter(self._loop)
        token = self.submit(decide, waiter, guard)
        try:
            return await waiter.future
        except asyncio.CancelledError:
            if gone is not None and token in self._waiting and self.is_active:
                self.carry_out(gone(self.machine, token, self._now()))
            raise
        finally:
            self._waiting.pop(token, None)

    async def ask_current(self, decide: Decide[M]) -> Any:
        """As ``ask``, for a decision that only looks: what a coordinator that has replaced this one
        could have changed is not answered. Raises ``Refusal`` as ``ask``."""
        if not self._is_sure():
            await self._prove_leadership()
        return await self.ask(decide)

    async def ask_surely(self, decide: Decide[M]) -> Any:
        """As ``ask_current``, and taking nobody's word for it but the followers'. With too few of
        them in sync nothing can be committed, here or elsewhere, and ``is_sure`` has to do."""
        if self.partition.has_enough_replicas:
            await self._prove_leadership()
            return await self.ask(decide)
        return await self.ask_current(decide)

    async def _prove_leadership(self) -> None:
        """Commit a record that says nothing: all in-sync replicas took it from this leader, so none
        of them led when it was asked for. Raises ``Refusal`` COORDINATOR_LOAD_IN_PROGRESS."""

        def say_nothing(machine: M, token: Token, now: Instant) -> Decision[StateRecord, Any]:
            return Decision(records=(self._state.nothing,), effects=(Reply(token, None),))

        try:
            await self.ask(say_nothing)
        except Refusal as refusal:
            if refusal.code is not ErrorCode.COORDINATOR_NOT_AVAILABLE:
                raise
            # At this code every client asks again, and its heartbeats tell it of another
            # coordinator. librdkafka gives a partition's offset up at any other, for good.
            raise Refusal(
                ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                "it cannot be made sure that this broker still coordinates this",
            ) from None

    def submit(self, decide: Decide[M], waiter: Waiter, guard: Guard | None = None) -> Token:
        """As ``ask``, for whoever does not wait here; ``waiter`` may have been told on return.

        Raises ``Refusal`` as ``ask`` does for what is known at once.
        """
        if not self.is_active:
            if self._gone:
                raise Refusal(ErrorCode.NOT_COORDINATOR, "another broker coordinates this now")
            raise Refusal(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, "the coordinator is loading")
        self._tokens = token = self._tokens + 1
        self._waiting[token] = waiter
        try:
            self.carry_out(decide(self.machine, token, self._now()), guard)
        except BaseException:
            self._waiting.pop(token, None)
            raise
        return token

    def _now(self) -> Instant:
        return Instant(self._clock.monotonic_ms(), self._clock.now_ms())

    def carry_out(self, decision: Decision[StateRecord, Any], guard: Guard | None = None) -> None:
        """Replay it, and write it with whatever else is decided in this turn of the event loop.

        Raises ``Refusal``, with nothing changed, for a decision that is too large to be written,
        and for one in a transaction that is not open here, nor confirmed by ``guard``.
        """
        records = [encoded(record) for record in decision.records]
        if records:
            size = size_of(records)
            self._check_size(size)
            if decision.producer_id >= 0:
                self._write_in_transaction(decision, records, guard)
            else:
                self._keep(decision.records, records, size)
            if not self.is_active:
                return
        for event in decision.events:
            self.machine.replay_event(event)
        self._take_effects(decision.effects)

    def _keep(self, decided: tuple[StateRecord, ...], records: list[NewRecord], size: int) -> None:
        """Replay them, and have them written at the end of this turn of the event loop."""
        if self._bytes + size > self._room:
            self._write()
            if not self.is_active:
                return
        for record in decided:
            self.machine.replay(record)
        self._records += records
        self._bytes += size
        if self._writing is None:
            self._writing = self._loop.call_soon(self._write)

    def _write_in_transaction(
        self,
        decision: Decision[StateRecord, Any],
        records: list[NewRecord],
        guard: Guard | None,
    ) -> None:
        """A batch of its own, appended before it is replayed: whether the transaction is still open
        only the log can tell."""
        self._write()
        if not self.is_active:
            return
        producer_id = decision.producer_id
        try:
            end_offset = self._append(records, producer_id, decision.producer_epoch, guard)
        except StorageError as error:
            log.error("%s: offsets cannot be written: %s", self.partition, error)
            raise Refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE, "the disk takes nothing") from error
        for record in decision.records:
            self.machine.replay_in_transaction(producer_id, record)
        self.wait_for(end_offset)

    def _take_effects(self, effects: tuple[Any, ...]) -> None:
        for effect in effects:
            match effect:
                case SetTimer(key, at_ms):
                    self._set_timer(key, at_ms)
                case CancelTimer(key):
                    timer = self._timers.pop(key, None)
                    if timer is not None:
                        timer.cancel()
                case Reply():
                    self._last_batch().replies.append(effect)
                case _:
                    self._last_batch().effects.append(effect)
        if not self._records and not self._uncommitted:
            self._deliver_open()

    def _last_batch(self) -> _Batch:
        """The last one on its way: what was decided now has seen everything in it."""
        if self._records or not self._uncommitted:
            return self._open
        return self._uncommitted[-1]

    def _deliver_open(self) -> None:
        batch, self._open = self._open, _Batch()
        self._deliver(batch)

    # Writing.

    @property
    def _room(self) -> int:
        return self.partition.max_message_bytes - BATCH_OVERHEAD_BYTES

    def _check_size(self, size: int) -> None:
        if size > self._room:
            raise Refusal(
                ErrorCode.MESSAGE_TOO_LARGE,
                f"{size} bytes of state do not fit {self.partition.topic.name}'s "
                f"max.message.bytes, {self.partition.max_message_bytes}",
            )

    def _write(self) -> None:
        """Append what was decided since the last time as one batch."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        records, self._records, self._bytes = self._records, [], 0
        if not records or self._gone:
            return
        batch, self._open = self._open, _Batch()
        try:
            self.wait_for(self._append(records), batch)
        except (Refusal, StorageError) as error:
            log.error("%s: the coordinator's state cannot be written: %s", self.partition, error)
            self._start_over()

    def _append(
        self,
        records: list[NewRecord],
        producer_id: int = -1,
        producer_epoch: int = -1,
        guard: Guard | None = None,
    ) -> int:
        """The end offset of the batch. Raises as ``PartitionRuntime.append``."""
        now_ms = self._clock.now_ms()
        data = state_batch(records, now_ms, producer_id, producer_epoch)
        header = parse_batch_header(data)
        return self.partition.append(data, header, now_ms, guard).last_offset + 1

    def wait_for(self, end_offset: int, batch: _Batch | None = None) -> None:
        """Answer nothing from now on before the high watermark is at ``end_offset``."""
        waiting = _Batch() if batch is None else batch
        waiting.end_offset, waiting.since = end_offset, self._loop.time()
        self._uncommitted.append(waiting)
        if self.partition.high_watermark >= end_offset:
            self.settled(0, ErrorCode.NONE)
        else:
            self.partition.wait_for_commit(end_offset, self, 0)

    def settled(self, slot: int, code: ErrorCode) -> None:
        """The high watermark rose (NONE), or this leadership has ended or failed."""
        if code or self._gone:
            return  # ``leadership_ended`` comes too; a failed disk is found by the next write.
        high_watermark = self.partition.high_watermark
        while self._uncommitted and self._uncommitted[0].end_offset <= high_watermark:
            self._deliver(self._uncommitted.popleft())
        if not self._uncommitted and not self._records:
            self._deliver_open()

    def _deliver(self, batch: _Batch) -> None:
        for reply in batch.replies:
            waiter = self._waiting.pop(reply.token, None)
            if waiter is not None:
                waiter.replied(reply.result)
        for effect in batch.effects:
            self._perform(self, effect)

    def marker_appended(self, producer_id: int, producer_epoch: int, committed: bool) -> None:
        """A marker that ends the producer's transaction here is the last thing in the log."""
        if self.is_active:
            end_offset = self.partition.log.log_end_offset
            self._write()
        if self.is_active:
            self.machine.transaction_ended(producer_id, committed)
            self.wait_for(end_offset)

    # Timers.

    def _set_timer(self, key: Hashable, at_ms: int) -> None:
        earlier = self._timers.get(key)
        if earlier is not None:
            earlier.cancel()
        delay = max(0, at_ms - self._clock.monotonic_ms()) / 1000
        self._timers[key] = self._loop.call_later(delay, self._fire, key)

    def _fire(self, key: Hashable) -> None:
        self._timers.pop(key, None)
        if self.is_active:
            try:
                self.carry_out(self.machine.fired(key, self._now()))
            except Refusal as refusal:
                log.error("%s: %s: %s", self.partition, key, refusal.message)
                self._set_timer(key, self._clock.monotonic_ms() + REFIRE_MS)

    # Beginning and ending.

    async def _load(self) -> None:
        while not self._gone:
            try:
                await self._load_once()
            except LoadInterrupted:
                return
            except (HeadwaterError, OSError) as error:
                log.error("%s: the coordinator cannot be loaded: %s", self.partition, error)
                await asyncio.sleep(RELOAD_SECONDS)
            else:
                return

    async def _load_once(self) -> None:
        """Everything that a leader before this one has left is committed before it is replayed:
        what that one has answered is there, and what is there will stay. Markers that were appended
        since are replayed too, and nothing is answered before they are committed."""
        partition = self.partition
        end_offset = partition.log.log_end_offset
        while partition.high_watermark < end_offset:
            committed = asyncio.Event()
            partition.wait_for_commit(end_offset, _Awaken(committed), 0)
            await committed.wait()
            if self._gone or partition.leader_epoch != self.leader_epoch:
                raise LoadInterrupted(f"{partition}: the leadership ended while loading")
            if partition.log.failure is not None:
                raise StorageError(partition.log.failure)
        machine = self._make_machine()
        started = self._loop.time()
        count = await load(partition, self.leader_epoch, self._state, machine)
        if self._gone:
            return
        self.machine = machine
        self.is_active = True
        if count:
            log.info("%s: %d records loaded in %.0f ms", partition, count,
                     (self._loop.time() - started) * 1000)  # fmt: skip
        if partition.high_watermark < partition.log.log_end_offset:
            self.wait_for(partition.log.log_end_offset)
        self.carry_out(machine.loaded(self._now()))

    def _start_over(self) -> None:
        """The machine has seen what the log has not: forget it, and read the log again."""
        self._stop(ErrorCode.COORDINATOR_NOT_AVAILABLE)
        if not self._gone:
            self._loading = self._loop.create_task(self._load())

    def _stop(self, code: ErrorCode) -> None:
        self.is_active = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._records, self._bytes = [], 0
        self._open = _Batch()
        self._uncommitted.clear()
        waiting, self._waiting = self._waiting, {}
        for waiter in waiting.values():
            waiter.refused(Refusal(code, "this broker no longer coordinates this"))

    def end(self) -> None:
        """The leadership is over: whoever waits asks the next coordinator."""
        if not self._gone:
            self._gone = True
            self._loading.cancel()
            self._stop(ErrorCode.NOT_COORDINATOR)

    def tell_late(self) -> None:
        """Whoever has waited too long for a commit is told to try again; called every second. What
        was decided stays decided, and may be committed yet."""
        oldest = self._loop.time() - COMMIT_SECONDS
        for batch in self._uncommitted:
            if batch.since > oldest:
                return
            for reply in batch.replies:
                waiter = self._waiting.pop(reply.token, None)
                if waiter is not None:
                    waiter.refused(
                        Refusal(
                            ErrorCode.COORDINATOR_NOT_AVAILABLE,
                            f"not committed within {COMMIT_SECONDS:g} s: too few replicas are in "
                            "sync; try again",
                        )
                    )
            batch.replies.clear()


class _Awaken:
    """Sets an event at the commit that was waited for, or when there will be none."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def settled(self, slot: int, code: ErrorCode) -> None:
        self._event.set()
