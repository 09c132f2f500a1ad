"""Producer ids out of blocks that were reserved ahead, so that they last while PostgreSQL is
away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from brokers.kernel.errors import StorageError
from brokers.kernel.ids import ProducerId
from brokers.kernel.limits import PRODUCER_ID_BLOCK
from brokers.node.ports import ControlPlane, MetadataUnavailable
from brokers.node.producer_id_cipher import ProducerIdCipher

log = logging.getLogger(__name__)

_REFILL_BELOW = PRODUCER_ID_BLOCK // 2


class ProducerIds:
    """Ids of an abandoned block are never given to anybody; there are 2**63.

    ``remember`` is told the first id above a block, durably, before any of the block is used: a
    metadata store that was restored from the past would give it out again. Blocks are of a counter
    of the cell's; producers get what ``cipher`` makes of its numbers.
    """

    def __init__(
        self,
        control: ControlPlane,
        remember: Callable[[int], Awaitable[None]],
        cipher: ProducerIdCipher,
    ) -> None:
        self._control = control
        self._remember = remember
        self._cipher = cipher
        self._blocks: list[range] = []
        self._refilling: asyncio.Task[None] | None = None

    @property
    def left(self) -> int:
        return sum(len(block) for block in self._blocks)

    async def next(self) -> ProducerId | None:
        """A producer id that nobody else has; None when none is left and none can be reserved."""
        if not self._blocks:
            await self.refill()
        if not self._blocks:
            return None
        block = self._blocks[0]
        if len(block) == 1:
            self._blocks.pop(0)
        else:
            self._blocks[0] = block[1:]
        if self.left < _REFILL_BELOW:
            self._begin_refill()
        return self._cipher.hidden(block[0])

    async def refill(self) -> None:
        """Reserve a block; nothing changes when the metadata store is away."""
        await asyncio.shield(self._begin_refill())

    def _begin_refill(self) -> asyncio.Task[None]:
        if self._refilling is None or self._refilling.done():
            self._refilling = asyncio.create_task(self._refill())
        return self._refilling

    async def _refill(self) -> None:
        try:
            first = await self._control.reserve_producer_ids(PRODUCER_ID_BLOCK)
            await self._remember(first + PRODUCER_ID_BLOCK)
        except (MetadataUnavailable, StorageError) as error:
            log.warning("no producer ids could be reserved, %d are left: %s", self.left, error)
            return
        self._blocks.append(range(first, first + PRODUCER_ID_BLOCK))
