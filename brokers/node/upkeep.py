"""What a broker does on its own account: beat, watch the others, let old records go, checkpoint."""

import asyncio
import logging
from typing import TYPE_CHECKING

from brokers.kernel.errors import HeadwaterError, StorageError
from brokers.metadata.liveness import Liveness
from brokers.node.ports import MetadataUnavailable
from brokers.node.retention_clock import RetentionClock

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)


class Fenced(HeadwaterError):
    """A later incarnation of this broker has registered: this process must serve no more."""


CHECKPOINT_SECONDS = 60.0


async def beat(node: "Node") -> None:
    """Heartbeats, until cancelled. Raises ``Fenced`` once another incarnation has taken over."""
    while True:
        await asyncio.sleep(node.config.heartbeat_interval_s)
        try:
            alive = await node.control.heartbeat(node.broker_id, node.incarnation)
        except MetadataUnavailable:
            continue  # Serving does not depend on it; the follower says that the store is away.
        if not alive:
            raise Fenced(
                f"broker {node.broker_id}, incarnation {node.incarnation}: a later one has "
                "registered, or the broker was removed; this process stops"
            )


async def watch_brokers(node: "Node") -> None:
    """The controller loop: fence brokers that are late, until cancelled.

    Every broker runs it; fencing is a compare-and-set on the incarnation, so several are harmless.
    """
    liveness = Liveness(round(node.config.session_timeout_s * 1000))
    while True:
        await asyncio.sleep(node.config.heartbeat_interval_s)
        now_ms = node.clock.monotonic_ms()
        try:
            liveness.read(await node.control.broker_heartbeats(), now_ms)
            for broker_id, incarnation in liveness.late(now_ms):
                if broker_id == node.broker_id:
                    continue
                if await node.control.fence_broker(broker_id, incarnation):
                    log.warning(
                        "broker %d (incarnation %d) did not beat for %g s and was fenced",
                        broker_id, incarnation, node.config.session_timeout_s,
                    )  # fmt: skip
        except MetadataUnavailable:
            liveness.unreadable()


async def let_go(node: "Node") -> None:
    """Retention, and the files of what was deleted, until cancelled."""
    clock = RetentionClock()
    was_paused = False
    while True:
        await asyncio.sleep(node.config.retention_interval_s)
        now_ms = node.clock.now_ms()
        believed_ms = clock.believed(now_ms, node.clock.monotonic_ms())
        is_paused = believed_ms != now_ms
        if is_paused and not was_paused:
            log.error("the wall clock jumped; no record is deleted for its age for an hour")
        was_paused = is_paused
        for partition in node.partitions:
            if partition.is_closed:
                continue
            try:
                deleted = partition.log.apply_retention(
                    believed_ms, high_watermark=partition.high_watermark
                )
                if deleted:
                    log.info("%s: let %d old segments go", partition, len(deleted))
                partition.log.unlink_expired(now_ms)
            except StorageError as error:
                log.error("%s: retention failed: %s", partition, error)
            await asyncio.sleep(0)
        try:
            node.volume.remove_deleted(now_ms)
        except StorageError as error:
            log.error("%s", error)


async def checkpoint(node: "Node") -> None:
    """Keep recovery points, so that the start after a crash reads little, until cancelled."""
    while True:
        await asyncio.sleep(CHECKPOINT_SECONDS)
        try:
            node.volume.checkpoint()
        except StorageError as error:
            log.error("%s", error)
