"""Partitions by a few words, and what must be true of every one of them."""

from brokers.kernel.ids import BrokerId, LeaderEpoch, PartitionEpoch, PartitionIndex, TopicId
from brokers.metadata.records import BrokerRecord, PartitionRecord


def ids(*numbers):
    return tuple(BrokerId(number) for number in numbers)


def partition(replicas=(1, 2, 3), isr=None, leader=1, **fields):
    return PartitionRecord(
        topic_id=TopicId(bytes(16)),
        index=PartitionIndex(0),
        replicas=ids(*replicas),
        isr=ids(*(replicas if isr is None else isr)),
        leader=leader,
        leader_epoch=LeaderEpoch(fields.pop("leader_epoch", 5)),
        partition_epoch=PartitionEpoch(fields.pop("partition_epoch", 7)),
        **{name: ids(*numbers) for name, numbers in fields.items()},
    )


def broker(number, *, incarnation=1, fenced=False):
    return BrokerRecord(
        BrokerId(number), incarnation, "h", 1, "h", 2, f"volume-{number}", fenced=fenced
    )


def check(record):
    """A record that makes no sense fails here, whatever made it."""
    replicas = set(record.replicas)
    isr, eligible = set(record.isr), set(record.eligible_leaders)
    assert len(replicas) == len(record.replicas) > 0
    assert len(isr) == len(record.isr)
    assert len(eligible) == len(record.eligible_leaders)
    assert isr <= replicas
    assert eligible <= replicas
    assert not isr & eligible
    assert set(record.adding) <= replicas
    assert set(record.removing) <= replicas
    assert not set(record.adding) & set(record.removing)
    assert record.leader is None or record.leader in isr


def check_step(before, after):
    """``after`` was written in the place of ``before``."""
    check(after)
    assert after.partition_epoch > before.partition_epoch
    assert after.leader_epoch >= before.leader_epoch
    if after.leader != before.leader:
        assert after.leader_epoch > before.leader_epoch
