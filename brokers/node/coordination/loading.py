"""Reads one partition of an internal topic back into a state machine.

Everything from the log start to the log end. Only markers are appended meanwhile: transactions that
others coordinate end whether this is loaded or not.
"""

import asyncio
import logging
from typing import Protocol

from brokers.kernel.errors import HeadwaterError, ProtocolError
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import BatchHeader, iterate_batches
from brokers.wire.coordinator.state_record import StateRecord, StateTopic, UnknownKey
from brokers.wire.records import Record, iterate_records

log = logging.getLogger(__name__)

BYTES_PER_TURN = 128 * 1024
"""Replayed before the event loop may do something else."""

COMMIT_MARKER = 1


class Replaying(Protocol):
    """The part of a machine that loading needs: the only ways in which it changes."""

    def replay(self, record: StateRecord) -> None: ...

    def replay_in_transaction(self, producer_id: int, record: StateRecord) -> None:
        """Part of a transaction that is open until ``transaction_ended``."""
        ...

    def transaction_ended(self, producer_id: int, committed: bool) -> None: ...


class LoadInterrupted(HeadwaterError):
    """The partition was closed, moved or failed while it was read."""


async def load(
    partition: PartitionRuntime, leader_epoch: int, state: StateTopic, machine: Replaying
) -> int:
    """Replay the log into ``machine``; the number of records. On return there is nothing in the log
    that was not replayed, until the event loop turns again.

    Raises ``LoadInterrupted`` when the leadership ended meanwhile, ``StorageError`` and ``Refusal``
    when the log cannot be read.
    """
    count = unknown = 0
    offset = partition.log.log_start_offset
    while offset < (end_offset := partition.log.log_end_offset):
        if partition.is_closed or partition.leader_epoch != leader_epoch:
            raise LoadInterrupted(f"{partition}: no longer led at epoch {leader_epoch}")
        read = partition.log.read(
            offset, max_bytes=BYTES_PER_TURN, end_offset=end_offset, at_least_one=True
        )
        if not len(read.data):
            break
        view = memoryview(read.data)
        for position, header in iterate_batches(view):
            batch = view[position : position + header.total_bytes]
            for record in iterate_records(batch):
                count += 1
                unknown += not _replay(state, machine, header, record)
        offset = read.next_offset
        await asyncio.sleep(0)
    if unknown:
        log.warning(
            "%s: %d records are of kinds that this release does not know", partition, unknown
        )
    return count


def _replay(state: StateTopic, machine: Replaying, header: BatchHeader, record: Record) -> bool:
    """False for a record of an unknown kind, which a later release has written."""
    if header.is_control:
        kind = int.from_bytes((record.key or b"")[2:4])
        machine.transaction_ended(header.producer_id, kind == COMMIT_MARKER)
        return True
    try:
        key = state.decode_key(record.key or b"")
        if type(key) is UnknownKey:
            return False
        value = None if record.value is None else state.decode_value(key, record.value)
    except ProtocolError:
        return False
    if header.is_transactional:
        machine.replay_in_transaction(header.producer_id, StateRecord(key, value))
    else:
        machine.replay(StateRecord(key, value))
    return True
