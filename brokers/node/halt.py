"""A halted cell, as one of its brokers lives it.

The metadata store was restored from the past: some broker has seen more than it knows. Then nobody
is elected and nothing is deleted until the rows are rebuilt (``services/recover_metadata.py``).

A broker that serves goes on: it leads and follows by what it saw last, with in-sync sets as they
are, and takes no change. That is safe whatever the rows say, since what commits a record is the
durable word of every in-sync replica at the leader's epoch, and those go by what they saw too. One
that starts does not serve before the halt is over: the epochs of what it led have to rise first.
"""

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from brokers.kernel.errors import HeadwaterError
from brokers.metadata.recovery import flaw
from brokers.node.ports import ReplicaReport, Standing
from brokers.node.seen_state import Partition

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

WHAT_TO_DO = (
    "no leader is elected, no in-sync set changed and nothing deleted until `recover` has rebuilt "
    "the metadata from what the brokers remember; run `recover` to see what it would do"
)

SETTLE_SECONDS = 2.0


class Fenced(HeadwaterError):
    """This process must serve no more: a later incarnation of its broker has registered, or the
    broker was removed."""


def check_alive(node: "Node", standing: Standing) -> None:
    """Raises ``Fenced`` when this process does not count any more."""
    if not standing.alive:
        raise Fenced(
            f"broker {node.broker_id}, incarnation {node.incarnation}: a later one has "
            "registered, or the broker was removed, or forgotten in a recovery; this process stops"
        )


class Halt:
    """What one process has done about a halt. ``is_clean``: it did not begin with a crash."""

    def __init__(self, node: "Node", *, is_clean: bool = True) -> None:
        self._node = node
        self._is_clean = is_clean
        self._has_told = False
        self._damaged: set[Partition] = set()
        """What it remembers of these is worth nothing: the records are not there."""

    async def heed(self, standing: Standing) -> None:
        """As a broker that serves. Raises ``MetadataUnavailable``."""
        node = self._node
        if standing.halted:
            node.metadata.held = True
            if standing.reported:
                return
            try:
                async with asyncio.timeout(SETTLE_SECONDS):
                    await node.partitions.settle()
            except TimeoutError:
                return  # Its disk does not take what it is about to act on; with a later beat.
            self._damaged = {(each.topic_id, each.index) for each in node.partitions.damaged()}
            await self.report(standing)
        elif standing.generation != node.image.generation:
            await node.resume()
            log.warning(
                "the metadata was rebuilt (generation %d); this broker goes on with it",
                node.image.generation,
            )
            self._has_told = False
        elif node.metadata.held:
            await node.resume()
        elif node.metadata.doubt is not None:
            await node.control.halt(node.broker_id, node.image.generation, node.metadata.doubt)

    async def report(self, standing: Standing) -> None:
        """Say what this broker remembers, once per halt. Raises ``MetadataUnavailable``."""
        node = self._node
        if standing.reported:
            return
        state = node.seen_state
        if not self._has_told:
            self._has_told = True
            log.error("the metadata store was restored from the past and the cell is halted: %s",
                  WHAT_TO_DO)  # fmt: skip
        report = ReplicaReport(
            registration=replace(node.registration, seen=node.seen()),
            incarnation=node.incarnation,
            is_clean=self._is_clean,
            partitions=tuple(
                record for key, record in state.partitions.items() if key not in self._damaged
            ),
            topics=tuple(state.topics.values()),
        )
        await node.control.report_replicas(report)


async def read_metadata(node: "Node", *, is_clean: bool) -> None:
    """Load the first image, when the cell is not, or not any more, halted.

    Raises ``MetadataUnavailable``, and ``Fenced`` when this process does not count any more.
    """
    halt = Halt(node, is_clean=is_clean)
    while True:
        standing = await node.control.heartbeat(node.broker_id, node.incarnation, seen=node.seen())
        check_alive(node, standing)
        if standing.halted:
            await halt.report(standing)
            await asyncio.sleep(node.config.heartbeat_interval_s)
            continue
        await node.metadata.load()
        found = flaw(node.image, node.seen_state.seen, node.seen_state.partitions)
        if found is None:
            node.seen_state.note(node.seen())
            return
        await node.control.halt(node.broker_id, node.image.generation, found)
