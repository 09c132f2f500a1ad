"""A leader's proposal of who is in sync, judged: KIP-497's AlterPartition with KIP-903. Pure.

The compare-and-set on both epochs is what makes a proposal that comes late, twice, or from a leader
that was deposed meanwhile, harmless. A member that is *added* must be alive in the very incarnation
whose fetches the leader saw: the next one may have lost what the earlier one had.
"""

from collections.abc import Mapping, Sequence

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, Incarnation, LeaderEpoch, PartitionEpoch
from brokers.metadata.election import with_isr
from brokers.metadata.records import BrokerRecord, PartitionRecord

Members = Sequence[tuple[BrokerId, Incarnation]]


def accepted(
    record: PartitionRecord,
    *,
    leader: BrokerId,
    leader_epoch: LeaderEpoch,
    partition_epoch: PartitionEpoch,
    isr: Members,
    brokers: Mapping[BrokerId, BrokerRecord],
    minimum: int,
) -> PartitionRecord:
    """The record with the in-sync set that ``leader`` proposes.

    Raises ``Refusal``: FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION, INVALID_REQUEST,
    INELIGIBLE_REPLICA.
    """
    if (record.leader, record.leader_epoch) != (leader, leader_epoch):
        raise Refusal(
            ErrorCode.FENCED_LEADER_EPOCH,
            f"broker {leader} does not lead partition {record.index} at epoch {leader_epoch}",
        )
    if record.partition_epoch != partition_epoch:
        raise Refusal(
            ErrorCode.INVALID_UPDATE_VERSION,
            f"partition {record.index} is at partition epoch {record.partition_epoch}, "
            f"not {partition_epoch}",
        )
    members = [member for member, _ in isr]
    if leader not in members or not set(members) <= set(record.replicas):
        raise Refusal(
            ErrorCode.INVALID_REQUEST,
            f"{members} are not replicas of partition {record.index} with its leader among them",
        )
    for member, incarnation in isr:
        if member not in record.isr:
            _check_added(member, incarnation, brokers.get(member))
    return with_isr(record, members, minimum=minimum)


def _check_added(member: BrokerId, seen: Incarnation, registered: BrokerRecord | None) -> None:
    if registered is None or registered.fenced or registered.incarnation != seen:
        raise Refusal(
            ErrorCode.INELIGIBLE_REPLICA,
            f"broker {member} is not alive as incarnation {seen}, which the leader saw",
        )
