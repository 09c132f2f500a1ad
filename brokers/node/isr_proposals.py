"""Takes leaders' proposals of in-sync sets to the metadata store, many at a time.

A proposal whose answer is lost has ended all the same: the leader waits for the union of all it
proposed, and proposes anew. Nothing here decides anything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from brokers.kernel.errors import Refusal, StorageError
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.records import PartitionRecord
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.ports import ControlPlane, IsrChange, MetadataUnavailable, Refused
from brokers.replication.leader import IsrProposed

log = logging.getLogger(__name__)

CHANGES_PER_CALL: Final = 500
RETRY_SECONDS: Final = 0.5

Proposal = tuple[PartitionRuntime, IsrProposed]


class IsrProposals:
    """``propose`` from the event loop; ``submit`` is the loop that takes them on.

    ``remember`` keeps records durably; no leader hears of one before.
    """

    def __init__(
        self,
        control: ControlPlane,
        broker_id: BrokerId,
        incarnation: Callable[[], Incarnation],
        remember: Callable[[Sequence[PartitionRecord]], Awaitable[None]],
    ) -> None:
        self._control = control
        self._remember = remember
        self._broker_id = broker_id
        self._incarnation = incarnation
        self._queue: list[Proposal] = []
        self._queued = asyncio.Event()

    def propose(self, partition: PartitionRuntime, proposal: IsrProposed) -> None:
        self._queue.append((partition, proposal))
        self._queued.set()

    async def submit(self) -> None:
        """Until cancelled."""
        while True:
            await self._queued.wait()
            batch, self._queue = (
                self._queue[:CHANGES_PER_CALL],
                self._queue[CHANGES_PER_CALL:],
            )
            if not self._queue:
                self._queued.clear()
            if not await self._submit(batch):
                await asyncio.sleep(RETRY_SECONDS)

    async def _submit(self, batch: list[Proposal]) -> bool:
        """False when the store is away, or the disk fails: outcomes are as good as unknown."""
        incarnation = self._incarnation()
        changes = [self._change(partition, proposal) for partition, proposal in batch]
        try:
            results = await self._control.alter_isrs(self._broker_id, incarnation, changes)
            await self._remember([each for each in results if isinstance(each, PartitionRecord)])
        except (MetadataUnavailable, Refusal, StorageError) as error:
            # Refused as a whole: a later incarnation has registered, and the heartbeat ends this.
            log.warning("%d changes of in-sync replicas must wait: %s", len(batch), error)
            for partition, proposal in batch:
                partition.proposal_ended(proposal, None)
            return False
        for (partition, proposal), result in zip(batch, results, strict=True):
            self._ended(partition, proposal, result)
        return True

    def _change(self, partition: PartitionRuntime, proposal: IsrProposed) -> IsrChange:
        members = tuple(
            (
                member,
                self._incarnation()
                if member == self._broker_id
                else partition.incarnation_of(member),
            )
            for member in sorted(proposal.isr)
        )
        return IsrChange(
            partition.topic_id,
            partition.index,
            partition.leader_epoch,
            proposal.partition_epoch,
            members,
        )

    def _ended(
        self,
        partition: PartitionRuntime,
        proposal: IsrProposed,
        result: PartitionRecord | Refused,
    ) -> None:
        if isinstance(result, Refused):
            log.info("%s: in-sync replicas stay: %s", partition, result.message)
            partition.proposal_ended(proposal, None)
            return
        before = sorted(partition.in_sync)
        partition.proposal_ended(proposal, result)
        if sorted(result.isr) != before:
            log.info("%s: in-sync replicas are %s, were %s", partition, sorted(result.isr), before)
