"""Who is to hold new partitions: what the verbs that make some have in common."""

from collections.abc import Mapping, Sequence

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.metadata.placement import Candidate

Replicas = Sequence[tuple[BrokerId, ...]]
"""Per new partition, the preferred leader first."""


def checked_candidates(
    candidates: Sequence[Candidate], replication_factor: int
) -> Sequence[Candidate]:
    """``candidates`` when they suffice. Raises ``Refusal`` INVALID_REPLICATION_FACTOR."""
    if not any(candidate.is_live for candidate in candidates):
        raise Refusal(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "no broker is alive to hold a replica; try again when one is",
        )
    if len(candidates) < replication_factor:
        raise Refusal(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"{replication_factor} replicas need as many brokers, and {len(candidates)} can hold "
            "one; ask for fewer, or for -1, the default",
        )
    return candidates


def assigned_replicas(
    assignments: Mapping[int, Sequence[BrokerId]], candidates: Sequence[Candidate], first: int
) -> Replicas:
    """Replicas by hand, for partitions ``first`` and up without a gap, as many for each.

    Raises ``Refusal`` INVALID_REPLICA_ASSIGNMENT or INVALID_PARTITIONS.
    """
    if sorted(assignments) != list(range(first, first + len(assignments))):
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"replicas must be assigned to partitions {first} and up, each once and without gaps",
        )
    if len(assignments) > PARTITIONS_PER_TOPIC_MAX:
        raise Refusal(
            ErrorCode.INVALID_PARTITIONS,
            f"a topic has at most {PARTITIONS_PER_TOPIC_MAX} partitions",
        )
    count = len(assignments[first])
    live = {candidate.id: candidate.is_live for candidate in candidates}
    for index in sorted(assignments):
        _check(index, assignments[index], count, live)
    return [tuple(assignments[index]) for index in sorted(assignments)]


def _check(
    index: int, replicas: Sequence[BrokerId], count: int, live: Mapping[BrokerId, bool]
) -> None:
    unknown = [replica for replica in replicas if replica not in live]
    fault = None
    if not replicas:
        fault = "it needs at least one"
    elif len(replicas) != count:
        fault = f"other partitions have {count}, and all must have as many"
    elif len(set(replicas)) != len(replicas):
        fault = "a broker can hold one only"
    elif unknown:
        fault = f"there is no broker {unknown[0]} that may hold one"
    elif not any(live[replica] for replica in replicas):
        fault = "none of these brokers is alive"
    if fault is not None:
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"partition {index} was assigned the replicas {list(replicas)}: {fault}",
        )
