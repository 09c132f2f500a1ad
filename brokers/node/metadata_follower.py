"""Keeps the image up with the metadata store: one snapshot, then numbered changes in order.

Hints shorten the wait, polling each second makes their loss harmless. ``catch_up`` is for requests
that are about to be told "absent": however many wait, one query serves them all.

While the store is away the image is kept up through other brokers that reach it. It counts as away
all the same: nothing can be written, and this broker will be replaced.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from brokers.kernel.ids import ChangeNumber
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import Change
from brokers.node.ports import ChangeSource, MetadataSource, MetadataUnavailable

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
CHANGES_PER_QUERY = 1000


class MetadataFollower:
    """Owns the image; ``on_change`` hears of each change right after it was applied.

    ``flaw_of`` says what is wrong with a change before that, None for nothing. From the first flaw
    on, or when the store has lost what was applied, ``doubt`` says so and the image stays.
    """

    def __init__(
        self,
        source: MetadataSource,
        peers: ChangeSource,
        on_change: Callable[[Change], None],
        flaw_of: Callable[[Change], str | None],
    ) -> None:
        self.image = MetadataImage()
        self.available = True
        """Whether the store answered when it was last asked."""
        self.held = False
        """The cell is halted: the image stays as it is."""
        self.doubt: str | None = None
        self._source = source
        self._peers = peers
        self._on_change = on_change
        self._flaw_of = flaw_of
        self._running: asyncio.Task[bool] | None = None
        self._next: asyncio.Task[bool] | None = None

    async def close(self) -> None:
        await self._source.close()

    async def load(self) -> None:
        """Make the image anew from a snapshot. Raises ``MetadataUnavailable``."""
        snapshot = await self._source.snapshot()
        self.image.begin_anew(snapshot)
        self.available = True
        self.held = False
        self.doubt = None

    async def follow(self) -> None:
        """Apply changes as they come, until cancelled."""
        while True:
            await self._ask()
            if self.available:
                await self._wait_for_hint()
            else:
                await asyncio.sleep(POLL_SECONDS)

    async def follow_through_peers(self) -> None:
        """Apply changes that other brokers tell of while the store is away from this one only,
        until cancelled. Beside ``follow``, which goes on asking the store."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self.available:
                # When no other reaches the store, it is away from all, and the image stays.
                with contextlib.suppress(MetadataUnavailable):
                    await self._apply_new_changes(self._peers)

    async def _wait_for_hint(self) -> None:
        try:
            await self._source.wait_for_hint(POLL_SECONDS)
        except MetadataUnavailable:
            await asyncio.sleep(POLL_SECONDS)

    async def catch_up(self) -> bool:
        """Apply every change that was committed before this call; False when the store is away.

        Returns at once when the store is known to be away, or the cell to be halted: the image
        alone decides then.
        """
        return await self._ask() if self.available and not self.held else False

    async def changes_for_a_peer(
        self, generation: int, number: ChangeNumber, limit: int
    ) -> Sequence[Change]:
        """As ``ChangeSource.changes_after``, for a broker that cannot ask the store itself. Raises
        ``MetadataUnavailable``, at once when the store is known to be away, or when the other's
        image is not of the metadata that this broker follows."""
        if not self.available or self.held or self.doubt is not None:
            raise MetadataUnavailable("this broker does not follow the metadata store now")
        if generation != self.image.generation:
            raise MetadataUnavailable(
                f"generation {generation} is asked for, {self.image.generation} is followed here"
            )
        return await self._source.changes_after(number, min(limit, CHANGES_PER_QUERY))

    async def _ask(self) -> bool:
        # A query that is already under way may have been answered before the caller's change was
        # committed, so callers share the one that starts after it.
        if self._next is None:
            self._next = asyncio.create_task(self._ask_after(self._running))
        return await asyncio.shield(self._next)

    async def _ask_after(self, earlier: asyncio.Task[bool] | None) -> bool:
        if earlier is not None:
            await asyncio.wait([earlier])
        self._running, self._next = self._next, None
        try:
            await self._apply_new_changes(self._source)
        except MetadataUnavailable as error:
            if self.available:
                log.warning("metadata store is away, serving from the image: %s", error)
            self.available = False
        else:
            if not self.available:
                log.info("metadata store answers again")
            self.available = True
        return self.available

    async def _apply_new_changes(self, source: ChangeSource) -> None:
        while not self.held and self.doubt is None:
            asked_at, generation = self.image.number, self.image.generation
            # One change back: a store that still has it is the store that this image came from.
            changes = await source.changes_after(
                ChangeNumber(max(0, asked_at - 1)), CHANGES_PER_QUERY
            )
            if (asked_at, generation) != (self.image.number, self.image.generation):
                continue  # The image was made anew meanwhile.
            if asked_at > 0 and (not changes or changes[0].number > asked_at):
                self._begin_to_doubt(f"it no longer has change {asked_at}")
                return
            for change in changes:
                if self.held or self.doubt is not None:
                    return
                if change.number > self.image.number:
                    self._apply(change)
            if len(changes) < CHANGES_PER_QUERY:
                return

    def _apply(self, change: Change) -> None:
        flaw = self._flaw_of(change)
        if flaw is not None:
            self._begin_to_doubt(flaw)
            return
        self.image.apply(change)
        self._on_change(change)

    def _begin_to_doubt(self, reason: str) -> None:
        self.doubt = reason
        log.error(
            "the metadata store is not what this broker has seen: %s; it was restored from an "
            "earlier state, and no change is applied until the metadata is recovered", reason,
        )  # fmt: skip
