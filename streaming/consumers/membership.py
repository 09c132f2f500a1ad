"""One member of a consumer group: aiokafka's consumer, of which only the membership is used.

Its partitions are always paused: it joins, beats, and commits, and records are read by a ``Reader``
and opened within bounds.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka import errors as kafka
from aiokafka.abc import ConsumerRebalanceListener

from streaming.consumers.errors import IllegalState
from streaming.groups.model import Committed, TopicPartition
from streaming.records.connection import CONNECT_SECONDS
from streaming.records.failures import BrokersUnavailable, broker_errors
from streaming.records.reader import ANSWER_SECONDS

SESSION_MS: Final = 10_000
HEARTBEAT_MS: Final = 1_000
"""Also how fast a rebalance is noticed, which others wait for."""
REBALANCE_MS: Final = 60_000
POLL_INTERVAL_MS: Final = 24 * 3_600_000
"""Idle instances are ended by the instances' own rule, not by aiokafka's."""
METADATA_MS: Final = 30_000
"""How soon new partitions of a topic are read."""
RETRY_MS: Final = 300
"""While a coordinator is away; aiokafka says each time in the log that it is."""
STOP_SECONDS: Final = 5


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """``on_assigned`` is called with each new assignment."""

    def __init__(
        self,
        group: str,
        options: Mapping[str, Any],
        on_assigned: Callable[[frozenset[TopicPartition]], None],
    ) -> None:
        self._group = group
        self._on_assigned = on_assigned
        self._assigned = asyncio.Event()
        self._consumer = AIOKafkaConsumer(
            **options,
            group_id=group,
            enable_auto_commit=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            max_poll_interval_ms=POLL_INTERVAL_MS,
            metadata_max_age_ms=METADATA_MS,
            retry_backoff_ms=RETRY_MS,
        )

    async def start(self) -> None:
        """Connect; raises ``BrokersUnavailable``."""
        with broker_errors("connecting to the brokers"):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._consumer.start()

    async def stop(self) -> None:
        """Leave the group and disconnect, within ``STOP_SECONDS``."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._consumer.stop()
        except (TimeoutError, kafka.KafkaError):
            await self._consumer._client.close()

    def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group for these topics, one at least, instead of those before."""
        self._assigned.clear()
        self._consumer.subscribe(topics=sorted(topics), listener=self)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Read these without being a member."""
        chosen = frozenset(partitions)
        self._consumer.assign([KafkaPartition(*each) for each in sorted(chosen)])
        self.on_partitions_assigned(chosen)

    def leave(self) -> None:
        """Have nothing any more."""
        self._consumer.unsubscribe()
        self._assigned.clear()
        self._on_assigned(frozenset())

    @property
    def is_assigned(self) -> bool:
        """False while the group rebalances."""
        return self._assigned.is_set()

    @property
    def has_died(self) -> bool:
        """Whether aiokafka's coordination has ended by a fault of its own, and so for good."""
        coordinator = self._consumer._coordinator
        return coordinator is not None and coordinator._coordination_task.done()

    async def wait_assigned(self, seconds: float) -> bool:
        """Wait until the group has given the member its partitions, which may be none; whether it
        did in time. Raises ``Refusal`` when the group does not take it."""
        with broker_errors(f"group {self._group!r}"):
            try:
                async with asyncio.timeout(seconds):
                    # What went wrong in the background is raised here, and only then tried again.
                    await self._consumer.getmany(timeout_ms=0)
                    await self._assigned.wait()
            except TimeoutError:
                return False
        return True

    async def commit(self, offsets: Mapping[TopicPartition, Committed]) -> None:
        """Raises ``IllegalState`` when the group has moved on without this member, ``Refusal`` and
        ``BrokersUnavailable``."""
        if not offsets:
            return
        wanted = {
            KafkaPartition(*each): (committed.offset, committed.metadata)
            for each, committed in offsets.items()
        }
        with self._moved_on(), broker_errors(f"group {self._group!r}"):
            # aiokafka tries for ever while the coordinator is away.
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._consumer.commit(wanted)

    @contextmanager
    def _moved_on(self) -> Iterator[None]:
        try:
            yield
        except BrokersUnavailable as error:
            if isinstance(error.__cause__, kafka.CommitFailedError | kafka.IllegalStateError):
                raise IllegalState(
                    f"Nothing was committed: group {self._group!r} is rebalancing, or has given "
                    "those partitions to another member. Ask for records again; what was not "
                    "committed is read again by whoever has the partition."
                ) from error
            raise

    def on_partitions_revoked(self, _revoked: Iterable[Any]) -> None:
        self._assigned.clear()

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """aiokafka calls this before it has fetched anything of them, and never will."""
        partitions = [KafkaPartition(*each) for each in assigned]
        self._consumer.pause(*partitions)
        for each in partitions:
            self._consumer.seek(each, 0)
        self._on_assigned(frozenset(TopicPartition(*each) for each in partitions))
        self._assigned.set()
