"""What a broker does on its own account: beat, watch the others, let old records go, checkpoint."""

import asyncio
import logging
from typing import TYPE_CHECKING

from brokers.kernel.errors import Refusal, StorageError
from brokers.kernel.ids import BrokerId
from brokers.metadata.election import others_are_complete
from brokers.metadata.image import MetadataImage
from brokers.metadata.liveness import Liveness
from brokers.node.halt import Halt, check_alive
from brokers.node.ports import GivenUp, MetadataUnavailable, PartitionNumber, Report
from brokers.node.replica_lags import ReplicaLags
from brokers.node.retention_clock import RetentionClock

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)


CHECKPOINT_SECONDS = 60.0
FOLLOWERS_SECONDS = 0.25
PARTITIONS_SECONDS = 1.0
REPAIR_SECONDS = 1.0
REMEMBER_SECONDS = 1.0
REBALANCE_ROUNDS = 15
"""Leaders are given back every so many rounds: a broker that has just come back may go again."""


async def beat(node: "Node") -> None:
    """Heartbeats, until cancelled. Raises ``Fenced`` once another incarnation has taken over."""
    halt = Halt(node)
    lags = ReplicaLags()
    while True:
        await asyncio.sleep(node.config.heartbeat_interval_s)
        if not node.is_serving:
            continue  # It has signed off, and must not be taken for alive again.
        try:
            asked_ms = node.clock.monotonic_ms()
            live = {broker.id for broker in node.image.live_brokers()}
            report = Report(
                node.volume.lacks_room(),
                lags.look(node.partitions, live, node.clock.monotonic_ms()),
            )
            standing = await node.control.heartbeat(
                node.broker_id, node.incarnation, report, node.seen()
            )
            check_alive(node, standing)
            node.lease.renewed(asked_ms)
            await halt.heed(standing)
        except MetadataUnavailable:
            continue  # Serving does not depend on it; the follower says that the store is away.


async def remember(node: "Node") -> None:
    """Keep how far the control plane was seen, beyond what was acted on, until cancelled."""
    while True:
        await asyncio.sleep(REMEMBER_SECONDS)
        node.seen_state.note(node.seen())
        try:
            await node.seen_state.keep()
        except StorageError as error:
            log.error("%s", error)
        else:
            node.partitions.try_postponed()


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


async def watch_followers(node: "Node") -> None:
    """As a leader: go on without followers that hold the others up, and send clients elsewhere
    while that cannot be, until cancelled."""
    while True:
        await asyncio.sleep(FOLLOWERS_SECONDS)
        live = {broker.id: broker.incarnation for broker in node.image.live_brokers()}
        answers = node.metadata.available
        for partition in node.partitions:
            partition.tick(node.heard_ms, live)
            partition.look_for_doubt(store_answers=answers)


async def watch_partitions(node: "Node") -> None:
    """The controller loop's other half: partitions without a leader or led on a full disk,
    reassignments that are done, leaders that are not the preferred ones, until cancelled.
    Compare-and-sets, like all of it."""
    rounds = 0
    while True:
        await asyncio.sleep(PARTITIONS_SECONDS)
        rounds += 1
        try:
            done = await node.control.mend_partitions(rebalance=rounds % REBALANCE_ROUNDS == 0)
        except MetadataUnavailable:
            continue
        if done.elected or done.moved_to_preferred or done.reassigned or done.handed_over:
            log.info(
                "elected leaders for %d partitions, gave %d back to their preferred leaders, "
                "finished %d reassignments, had others lead %d that were led on full disks",
                done.elected, done.moved_to_preferred, done.reassigned, done.handed_over,
            )  # fmt: skip
        if done.drain_moves:
            log.info("began to move %d replicas off draining brokers", done.drain_moves)
        if done.widened:
            log.info("began to copy %d partitions of coordinators to more brokers", done.widened)


async def repair(node: "Node") -> None:
    """Give up replicas whose logs are damaged or whose disk failed them, and copy them from their
    leaders; open those for which there was no room; until cancelled."""
    while True:
        await asyncio.sleep(REPAIR_SECONDS)
        node.partitions.open_lacking_room()
        for failed in node.partitions.failed():
            if given_up(node.image, node.broker_id, failed) is not None:
                await node.partitions.take_out(failed)
        asked = [given_up(node.image, node.broker_id, each) for each in node.partitions.damaged()]
        replicas = [each for each in asked if each is not None]
        if not replicas:
            continue
        try:
            refusals = await node.control.give_up_replicas(
                node.broker_id, node.incarnation, replicas
            )
        except (MetadataUnavailable, Refusal):
            continue  # Refused: a later incarnation has registered; the heartbeat ends this one.
        if await node.catch_up():
            # Those that were refused are looked at again in the next round, by what is known now.
            for each, refused in zip(replicas, refusals, strict=True):
                if refused is None:
                    _begin_anew(node, PartitionNumber(each.topic_id, each.index))


def _begin_anew(node: "Node", damaged: PartitionNumber) -> None:
    try:
        node.partitions.begin_anew(node.image, damaged)
    except StorageError as error:
        log.error("%s; it is tried again", error)


def given_up(
    image: MetadataImage, broker_id: BrokerId, partition: PartitionNumber
) -> GivenUp | None:
    """What to ask for so that the broker is a replica without records; None while nobody else is
    known to have everything that is committed."""
    record = image.partition(partition.topic_id, partition.index)
    if record is None or not others_are_complete(record, broker_id):
        return None
    return GivenUp(partition.topic_id, partition.index, record.leader_epoch, record.partition_epoch)


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
                    partition.log_start_moved()
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
