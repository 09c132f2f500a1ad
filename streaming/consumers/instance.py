"""A consumer instance: a member of a group, or a reader of given partitions, for one client.

Requests take turns. What is decided about positions is ``Positions``'s; this asks and waits.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from brokers.kernel.errors import HeadwaterError, Refusal
from brokers.metadata.topic_names import check_topic_name
from brokers.wire.records import Record
from streaming.consumers.errors import IllegalState, InstanceNotFound, UnreadableRecord
from streaming.consumers.fetching import GONE, Page, look
from streaming.consumers.membership import Membership
from streaming.consumers.positions import Positions
from streaming.consumers.settings import ASSIGNMENT_SECONDS, InstanceSettings, Reset
from streaming.consumers.topics import topics_matching
from streaming.groups.extents import extents_of, offsets_at
from streaming.groups.model import Committed, TopicPartition
from streaming.groups.offsets import by_topic, committed_offsets
from streaming.records.clients import current_clients
from streaming.records.failures import BrokersUnavailable
from streaming.records.identity import Identity
from streaming.records.reader import EARLIEST, LATEST, Reader

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""The longest that one leader is waited for, so that a rebalance or an end is noticed."""
LOOKS_APART_SECONDS: Final = 0.2
"""The same where there are several: all of them must answer before any record goes out."""
INLINE_BYTES_MAX: Final = 256 * 1024
"""More than that is written as text in a thread, so that others are answered meanwhile."""
PATTERN_SECONDS: Final = 10
COMMIT_RETRY_SECONDS: Final = 0.2

Write = Callable[[TopicPartition, Record], str]
"""A record as text. Raises ``UnreadableRecord``."""


@dataclass(slots=True)
class Answer:
    """Records as text; ``again`` when they were handed out before and not committed since."""

    records: list[str] = field(default_factory=list)
    again: bool = False


class Instance:
    """``on_end`` is called when it must end by itself; whoever calls also closes it."""

    def __init__(
        self,
        *,
        group: str,
        name: str,
        identity: Identity,
        settings: InstanceSettings,
        options: Mapping[str, object],
        on_end: Callable[["Instance"], None],
    ) -> None:
        self.group = group
        self.name = name
        self.identity = identity
        self.settings = settings
        self._on_end = on_end
        self._membership = Membership(group, options, self._assigned)
        self._positions = Positions()
        self._lock = asyncio.Lock()
        self._users = 0
        self._used_at = asyncio.get_running_loop().time()
        self._closed = False
        self._assignments = 0
        self._topics: frozenset[str] = frozenset()
        self._pattern: str | None = None
        self._pattern_at = 0.0
        self._by_hand = False
        self._settling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect; raises ``BrokersUnavailable``. To be closed in either case."""
        await self._membership.start()

    async def close(self) -> None:
        """Leave the group. What was handed out and not committed is read again by others."""
        self._closed = True
        if self._settling is not None:
            self._settling.cancel()
        await self._membership.stop()

    def end(self, _code: object, reason: str) -> None:
        """What a revocation does to it."""
        logger.info("consumer instance %s of group %s ends: %s", self.name, self.group, reason)
        self._on_end(self)

    def idle_seconds(self, now: float) -> float:
        """How long nobody has asked it anything; ``now`` is the event loop's time."""
        return 0.0 if self._users else now - self._used_at

    # --- what it reads ---------------------------------------------------------------------------

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group for these topics, instead of those before. Raises ``Refusal`` for names
        that no topic can have, ``IllegalState`` after ``assign``."""
        chosen = frozenset(topics)
        for topic in chosen:
            check_topic_name(topic)
        async with self._turn():
            self._require_no_assignment()
            self._pattern = None
            self._join(chosen)

    async def subscribe_pattern(self, pattern: str) -> None:
        """Join for the topics whose whole name the pattern matches, now and later. Raises
        ``Refusal`` INVALID_REGULAR_EXPRESSION, ``IllegalState`` after ``assign``."""
        async with self._turn() as reader:
            self._require_no_assignment()
            topics = await topics_matching(reader, pattern)
            self._pattern = pattern
            self._pattern_at = self._now()
            self._join(topics)

    async def unsubscribe(self) -> None:
        """Leave the group, or let go of what was assigned. Harmless when there is neither."""
        async with self._turn():
            self._leave()

    @property
    def topics(self) -> list[str]:
        """What it is subscribed to, by name."""
        return sorted(self._topics)

    async def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Read these, without being a member; none lets go of all. Raises ``IllegalState`` after
        ``subscribe``, ``Refusal`` when one is not there."""
        chosen = frozenset(partitions)
        async with self._turn() as reader:
            if self._is_subscribed:
                raise IllegalState(
                    f"Instance {self.name} is subscribed, and its group assigns its partitions. "
                    "DELETE its subscription first, or create another instance."
                )
            for refusal in (await extents_of(reader, chosen)).refused.values():
                raise refusal
            if not chosen:
                self._leave()
                return
            self._by_hand = True
            self._membership.assign(chosen)

    async def assignment(self) -> list[TopicPartition]:
        """What it reads; none while its group rebalances."""
        async with self._turn():
            return sorted(self._positions.assigned) if self._membership.is_assigned else []

    # --- where it reads --------------------------------------------------------------------------

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Read on from these offsets. Raises ``IllegalState`` for what is not assigned."""
        async with self._turn() as reader:
            await self._require_assigned(reader, offsets)
            self._go_to(offsets)

    async def seek_times(self, times: Mapping[TopicPartition, int]) -> None:
        """Read on from the first record at or after a time (Unix ms, ``EARLIEST``, ``LATEST``),
        else from the end. Raises as ``seek`` does."""
        async with self._turn() as reader:
            await self._require_assigned(reader, times)
            for time_ms in set(times.values()):
                partitions = [each for each, at in times.items() if at == time_ms]
                self._go_to(await offsets_at(reader, partitions, time_ms))

    async def commit(
        self, offsets: Mapping[TopicPartition, Committed] | None
    ) -> dict[TopicPartition, Committed]:
        """Commit these, or with None all that was handed out; what was committed.

        Raises ``IllegalState`` for what is not assigned, or no longer.
        """
        async with self._turn() as reader:
            deadline = self._now() + ASSIGNMENT_SECONDS
            while True:
                await self._require_assigned(reader, offsets or ())
                await self._settle(reader)
                reached = self._positions.reached()
                wanted = {each: Committed(at) for each, at in reached.items()}
                wanted = wanted if offsets is None else dict(offsets)
                try:
                    await self._membership.commit(wanted)
                except IllegalState:
                    # The group rebalances; what stays here can be committed once it has.
                    if self._by_hand or self._now() > deadline:
                        raise
                    await asyncio.sleep(COMMIT_RETRY_SECONDS)
                    continue
                self._positions.commit({each: at.offset for each, at in wanted.items()})
                return wanted

    async def committed(
        self, partitions: Iterable[TopicPartition] | None
    ) -> dict[TopicPartition, Committed]:
        """What the group has committed for these; for all that is assigned with None."""
        async with self._turn() as reader:
            found = await committed_offsets(reader, self.group)
            asked = self._positions.assigned if partitions is None else frozenset(partitions)
            return {each: found[each] for each in sorted(asked) if each in found}

    # --- reading ---------------------------------------------------------------------------------

    async def poll(self, write: Write, timeout_ms: int, max_bytes: int) -> Answer:
        """The next records, those first that were handed out and not committed; none when there
        are none in time.

        The time begins once the group has assigned the partitions. Raises ``IllegalState`` when
        there is nothing to read, ``UnreadableRecord`` when the next record cannot be given.
        """
        async with self._turn() as reader:
            self._require_subject()
            if self.settings.auto_commit:
                await self._commit_arrived()
            deadline = None
            while True:
                if not await self._wait_assigned(reader):
                    return Answer()
                deadline = deadline or self._now() + timeout_ms / 1000
                left = deadline - self._now()
                answer = await self._look(reader, write, max(left, 0.0), max_bytes)
                self._require_open()
                if answer is not None:
                    return answer
                if left <= 0:
                    return Answer()

    async def _look(
        self, reader: Reader, write: Write, left: float, max_bytes: int
    ) -> Answer | None:
        """One look, ``left`` seconds before the last; None when it found nothing, or too little, or
        the assignment changed meanwhile."""
        assignments = self._assignments
        await self._settle(reader)
        spans, again = self._positions.wanted(), self._positions.is_outstanding
        leaders = await self._leaders(reader, spans)
        wait = 0.0 if again else min(left, LOOK_SECONDS if leaders < 2 else LOOKS_APART_SECONDS)
        page = await look(reader, spans, wait_ms=int(wait * 1000), max_bytes=max_bytes)
        if assignments != self._assignments or not self._membership.is_assigned:
            return None
        await self._reset(reader, page)
        if page.bytes > INLINE_BYTES_MAX:
            texts = await asyncio.to_thread(_texts, page, write)
        else:
            texts = _texts(page, write)
        if texts and (again or page.bytes >= self.settings.min_bytes or left <= 0):
            self._positions.hand_out(page.ends)
            return Answer(texts, again)
        if not texts:
            for partition, end in page.ends.items():
                self._positions.pass_over(partition, end)
        if texts or again or not page.waited:
            # Brokers would answer at once, with as little.
            await asyncio.sleep(min(left, LOOKS_APART_SECONDS))
        return None

    async def _leaders(self, reader: Reader, spans: Iterable[TopicPartition]) -> int:
        leaders = set()
        for topic, indexes in by_topic(spans).items():
            try:
                places = await reader.places(topic)
            except Refusal:
                continue
            leaders |= {places[index].leader for index in indexes if index in places}
        return len(leaders)

    async def _commit_arrived(self) -> None:
        """Commit what was handed out before, since the client asks for more."""
        arrived = self._positions.acknowledge()
        try:
            await self._membership.commit({each: Committed(at) for each, at in arrived.items()})
        except HeadwaterError as error:
            # The next request commits it too, unless another member has the partition by then.
            logger.info("group %s: not committed yet: %s", self.group, error)

    # --- the assignment --------------------------------------------------------------------------

    def _join(self, topics: frozenset[str]) -> None:
        if topics == self._topics:
            return
        self._topics = topics
        if topics:
            self._membership.subscribe(topics)
        else:
            self._membership.leave()

    def _leave(self) -> None:
        self._by_hand = False
        self._pattern = None
        self._topics = frozenset()
        self._membership.leave()

    def _assigned(self, partitions: frozenset[TopicPartition]) -> None:
        self._assignments += 1
        self._positions.assign(partitions)
        if partitions and (self._settling is None or self._settling.done()):
            # Where "latest" is should not wait for the first request.
            self._settling = asyncio.create_task(self._settle_soon())

    async def _settle_soon(self) -> None:
        try:
            async with self._lock, current_clients().reader(self.identity) as reader:
                await self._settle(reader)
        except HeadwaterError as error:
            logger.info("group %s: positions are not known yet: %s", self.group, error)

    async def _wait_assigned(self, reader: Reader) -> bool:
        if self._pattern is not None and self._now() - self._pattern_at > PATTERN_SECONDS:
            self._pattern_at = self._now()
            self._join(await topics_matching(reader, self._pattern))
        if self._pattern is not None and not self._topics:
            return True
        try:
            return await self._membership.wait_assigned(ASSIGNMENT_SECONDS)
        except BrokersUnavailable as error:
            if not self._membership.has_died:
                raise
            self.end(None, str(error))
            raise InstanceNotFound(self.group, self.name) from error

    async def _settle(self, reader: Reader) -> None:
        if not self._positions.unsettled:
            return
        committed = await committed_offsets(reader, self.group)
        self._positions.settle({each: at.offset for each, at in committed.items()})
        missing = self._positions.unsettled
        if missing and self.settings.reset is Reset.NONE:
            raise IllegalState(
                f"Group {self.group!r} has committed nothing for {', '.join(map(str, missing))}, "
                "and the instance's auto.offset.reset is none. POST where to read to its positions."
            )
        reset = EARLIEST if self.settings.reset is Reset.EARLIEST else LATEST
        for topic, indexes in by_topic(missing).items():
            partitions = [TopicPartition(topic, index) for index in indexes]
            try:
                self._go_to(await offsets_at(reader, partitions, reset))
            except Refusal as refusal:
                if refusal.code not in GONE:
                    raise

    async def _reset(self, reader: Reader, page: Page) -> None:
        """Go where records are, from offsets that there are none at."""
        if not page.out_of_range:
            return
        if self.settings.reset is Reset.NONE:
            raise IllegalState(
                f"The position in {page.out_of_range[0]} has no record any more, and the "
                "instance's auto.offset.reset is none. POST where to read to its positions."
            )
        spans = self._positions.wanted()
        extents = (await extents_of(reader, page.out_of_range)).known
        for each, extent in extents.items():
            at = spans[each].start if each in spans else extent.end
            is_earliest = self.settings.reset is Reset.EARLIEST
            # What retention has left is still read, whatever the rule for new groups.
            self._go_to({each: extent.start if is_earliest else extent.nearest(at)})

    def _go_to(self, offsets: Mapping[TopicPartition, int]) -> None:
        for each, offset in offsets.items():
            if each in self._positions.assigned:
                self._positions.seek(each, offset)

    # --- what must be ----------------------------------------------------------------------------

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Reader]:
        self._users += 1
        try:
            async with self._lock:
                self._require_open()
                async with current_clients().reader(self.identity) as reader:
                    yield reader
        finally:
            self._users -= 1
            self._used_at = self._now()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def _is_subscribed(self) -> bool:
        return bool(self._topics) or self._pattern is not None

    def _require_open(self) -> None:
        if self._closed:
            raise InstanceNotFound(self.group, self.name)

    def _require_no_assignment(self) -> None:
        if self._by_hand:
            raise IllegalState(
                f"Instance {self.name} was assigned its partitions, so it cannot subscribe. "
                "DELETE its subscription to let go of them, or create another instance."
            )

    def _require_subject(self) -> None:
        if not self._is_subscribed and not self._by_hand:
            raise IllegalState(
                f"Instance {self.name} has nothing to read. POST topics to its subscription, or "
                "partitions to its assignments."
            )

    async def _require_assigned(self, reader: Reader, partitions: Iterable[TopicPartition]) -> None:
        """Raises ``IllegalState`` when one of them is not the instance's, once the group has
        settled."""
        self._require_subject()
        await self._wait_assigned(reader)
        for each in partitions:
            if each not in self._positions.assigned or not self._membership.is_assigned:
                raise IllegalState(
                    f"Instance {self.name} is not assigned {each}. GET its assignments to see what "
                    "it reads; another member of its group may have it."
                )


def _texts(page: Page, write: Write) -> list[str]:
    """The page's records as text, each partition up to its first record that has none; the page's
    ends are moved back there. Raises ``UnreadableRecord`` when that leaves nothing."""
    texts: list[str] = []
    stopped: set[TopicPartition] = set()
    failure: UnreadableRecord | None = None
    for partition, record in page.records:
        if partition in stopped:
            continue
        try:
            texts.append(write(partition, record))
        except UnreadableRecord as error:
            failure = failure or error
            stopped.add(partition)
            page.ends[partition] = record.offset
    if failure is None and page.unreadable:
        partition, batch = page.unreadable[0]
        failure = UnreadableRecord(
            f"The records of {partition} from offset {batch.first} to {batch.next - 1} cannot be "
            f"opened: {batch.reason}. POST offset {batch.next} to the instance's positions to read "
            "on behind them."
        )
    if not texts and failure is not None:
        raise failure
    return texts
