"""Rules taken away one at a time, in this process only: the simulation must notice each.

Negative controls: a check that cannot fail proves nothing. Each patch stands for one line somebody
might once write.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.ids import NO_OFFSET
from brokers.log import partition_log, producers, recovery
from brokers.log.partition_log import PartitionLog
from brokers.log.scan import scan_headers
from brokers.log.segment import Segment
from brokers.metadata import isr_proposals, rejoining
from brokers.node import follower_feed
from brokers.node.handlers import fetch
from brokers.node.leader_copy import LeaderCopy
from brokers.node.partition_runtime import PartitionRuntime
from brokers.replication.leader import HighWatermarkRose, Leader, ProposalEnded
from tests.sim import flusher
from tests.sim.planted_coordination import COORDINATION, IN_A_STORM


@contextmanager
def high_watermark_ignores_pending() -> Iterator[None]:
    """Committed counts the known in-sync replicas, not those of a change under way."""

    def committed(self: Leader, replica: int, end: int) -> HighWatermarkRose | None:
        if self.is_under_minimum_isr:
            return None
        ends = {**self.durable_ends, replica: end}
        lowest = min(ends.get(member, NO_OFFSET) for member in self.isr)
        return HighWatermarkRose(lowest) if lowest > self.high_watermark else None

    with patch.object(Leader, "_committed", committed):
        yield


@contextmanager
def pending_is_dropped_when_unknown() -> Iterator[None]:
    """A proposal whose answer is lost is taken for one that did not land."""
    replay = Leader.replay

    def forget(self: Leader, event: Any) -> None:
        replay(self, event)
        if isinstance(event, ProposalEnded):
            self.pending = frozenset()

    with patch.object(Leader, "replay", forget):
        yield


@contextmanager
def set_without_partition_epoch() -> Iterator[None]:
    accepted = isr_proposals.accepted

    def careless(record: Any, **given: Any) -> Any:
        return accepted(record, **{**given, "partition_epoch": record.partition_epoch})

    with patch("tests.node.fakes.accepted", careless):
        yield


@contextmanager
def set_without_incarnation() -> Iterator[None]:
    with patch.object(isr_proposals, "_check_added", lambda *_: None):
        yield


@contextmanager
def fetch_without_epoch_check() -> Iterator[None]:
    """Nor is it looked whether the logs part: each of the two walls stands in for the other."""
    with (
        patch.object(follower_feed, "epoch_fault", lambda *_: None),
        patch.object(follower_feed, "divergence", lambda *_: None),
    ):
        yield


@contextmanager
def truncation_to_the_high_watermark() -> Iterator[None]:
    follow = PartitionRuntime.follow

    def cut(self: PartitionRuntime, who: Any, epoch: Any) -> bool:
        is_news = follow(self, who, epoch)
        if is_news:
            self.log.truncate_to(self.high_watermark)
        return is_news

    with (
        patch.object(PartitionRuntime, "follow", cut),
        patch.object(follower_feed, "divergence", lambda *_: None),
    ):
        yield


@contextmanager
def joining_before_the_epochs_start() -> Iterator[None]:
    with patch.object(
        Leader, "_has_everything", lambda self, end, high_watermark: end >= high_watermark
    ):
        yield


@contextmanager
def unclean_replicas_stay() -> Iterator[None]:
    """With ``flush=os``: a crashed broker is believed to have what it was acknowledged for."""
    with patch.object(rejoining.Restart, "may_lack_records", lambda *_, **__: False):
        yield


@contextmanager
def committing_below_the_minimum() -> Iterator[None]:
    with patch.object(Leader, "is_under_minimum_isr", property(lambda self: not self.isr)):
        yield


@contextmanager
def leading_on_at_the_same_epoch() -> Iterator[None]:
    """A restarted leader goes on where its last incarnation was."""
    with patch.object(rejoining, "begun_anew", lambda *_: None):
        yield


@contextmanager
def no_fsync() -> Iterator[None]:
    def run(self: Any, ticket: Any, done: Callable[..., None]) -> None:
        self._broker.later(0.1, 3.0, lambda: done(ticket))

    with patch.object(flusher.Flusher, "run", run):
        yield


@contextmanager
def acknowledging_before_the_commit() -> Iterator[None]:
    def at_once(self: PartitionRuntime, end: int, waiter: Any, slot: int) -> None:
        waiter.settled(slot, ErrorCode.NONE)

    with patch.object(PartitionRuntime, "wait_for_commit", at_once):
        yield


@contextmanager
def sequences_lost_on_failover() -> Iterator[None]:
    """A follower appends without remembering who wrote."""
    append = PartitionLog.append_replicated

    def forgetful(self: PartitionLog, batches: Any, *, now_ms: int) -> int:
        kept = self._producers
        self._producers = producers.ProducerWindow()
        try:
            return append(self, batches, now_ms=now_ms)
        finally:
            self._producers = kept

    with patch.object(PartitionLog, "append_replicated", forgetful):
        yield


@contextmanager
def short_writes_stay() -> Iterator[None]:
    """A full disk takes half a batch, and nobody cuts it off."""
    write = Segment.write

    def keep(self: Segment, buffers: Any, size: int) -> None:
        disk = self._handles.disk
        with patch.object(disk, "truncate", lambda *_: None):
            try:
                write(self, buffers, size)
            except Exception:
                self.size = disk.size(self.handle)
                raise

    with patch.object(Segment, "write", keep):
        yield


@contextmanager
def no_checksums_in_recovery() -> Iterator[None]:
    with patch.object(
        recovery, "scan_verified", lambda read, end, _max: scan_headers(read, 0, end)
    ):
        yield


@contextmanager
def reporting_before_it_is_durable() -> Iterator[None]:
    """A follower names its log end as soon as it has appended."""

    def at_once(self: LeaderCopy, key: Any, copy: Any) -> None:
        self._name(key)

    asked = "brokers.node.leader_copy._asked"

    def log_end(copy: Any) -> Any:
        log = copy.partition.log
        from brokers.wire.messages.fetch_request import FetchPartition

        return FetchPartition(
            copy.partition.index,
            current_leader_epoch=copy.follower.epoch,
            fetch_offset=log.log_end_offset,
            last_fetched_epoch=log.epoch_before(log.log_end_offset),
            partition_max_bytes=1 << 20,
        )

    with patch.object(LeaderCopy, "_name_when_durable", at_once), patch(asked, log_end):
        yield


@contextmanager
def lost_volumes_stay() -> Iterator[None]:
    def keep(self: rejoining.Restart, record: Any, *, is_synced: bool) -> bool:
        return False

    with patch.object(rejoining.Restart, "may_lack_records", keep):
        yield


@contextmanager
def window_of_one() -> Iterator[None]:
    """Only a producer's last batch is remembered, not its last five."""
    with patch.object(producers, "PRODUCER_BATCHES_REMEMBERED", 1):
        yield


@contextmanager
def index_trusted_after_a_torn_tail() -> Iterator[None]:
    """Where the index knows how the log ends, what comes before is not looked at after a crash."""
    opened = partition_log.open_folder

    def trust(*given: Any, **named: Any) -> Any:
        return opened(*given, **{**named, "clean": True})

    with patch.object(partition_log, "open_folder", trust):
        yield


@contextmanager
def reading_beyond_the_high_watermark() -> Iterator[None]:
    read_one = fetch._Result._read_one

    def everything(self: Any, place: PartitionRuntime, topic: Any, asked: Any) -> Any:
        committed, place.high_watermark = place.high_watermark, place.log.log_end_offset
        try:
            return read_one(self, place, topic, asked)
        finally:
            place.high_watermark = committed

    with patch.object(fetch._Result, "_read_one", everything):
        yield


@contextmanager
def unknown_server_error_on_produce() -> Iterator[None]:
    """What is wrong with a disk is answered as what nobody thought of."""
    append = PartitionRuntime.append

    def careless(self: PartitionRuntime, *given: Any) -> Any:
        try:
            return append(self, *given)
        except StorageError as error:
            raise Refusal(ErrorCode.UNKNOWN_SERVER_ERROR, str(error)) from error

    with patch.object(PartitionRuntime, "append", careless):
        yield


@dataclass(frozen=True, slots=True)
class Planted:
    """``trouble`` is what it is looked for in."""

    bug: Callable[[], AbstractContextManager[None]]
    trouble: str


PLANTED = {
    "high watermark ignores pending in-sync changes": Planted(
        high_watermark_ignores_pending, "joining"
    ),
    "pending changes dropped when the outcome is unknown": Planted(
        pending_is_dropped_when_unknown, "joining"
    ),
    "set without partition epoch": Planted(set_without_partition_epoch, "storm"),
    "set without broker incarnation": Planted(set_without_incarnation, "wiped"),
    "fetch without leader-epoch check": Planted(fetch_without_epoch_check, "twice"),
    "truncation to the high watermark": Planted(truncation_to_the_high_watermark, "any"),
    "joining before the epoch's start": Planted(joining_before_the_epochs_start, "behind"),
    "unclean replicas stay in sync (flush=os)": Planted(unclean_replicas_stay, "crash"),
    "committing below the minimum": Planted(committing_below_the_minimum, "storm"),
    "leading on at the same epoch": Planted(leading_on_at_the_same_epoch, "back"),
    "no fsync": Planted(no_fsync, "any"),
    "acknowledging before the commit": Planted(acknowledging_before_the_commit, "any"),
    "sequences lost on failover": Planted(sequences_lost_on_failover, "any"),
    "short writes stay": Planted(short_writes_stay, "any"),
    "no checksums in recovery": Planted(no_checksums_in_recovery, "any"),
    "reporting before it is durable": Planted(reporting_before_it_is_durable, "any"),
    "lost volumes stay in sync": Planted(lost_volumes_stay, "any"),
    "a window of one batch": Planted(window_of_one, "pipelined"),
    "index trusted after a torn tail": Planted(index_trusted_after_a_torn_tail, "torn"),
    "reading beyond the high watermark": Planted(reading_beyond_the_high_watermark, "any"),
    "UNKNOWN_SERVER_ERROR on produce": Planted(unknown_server_error_on_produce, "any"),
}
PLANTED |= {name: Planted(bug, "coordinators") for name, bug in COORDINATION.items()}
PLANTED |= {name: Planted(bug, "handover") for name, bug in IN_A_STORM.items()}
