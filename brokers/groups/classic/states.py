"""The states of a classic group."""

from enum import Enum


class GroupState(Enum):
    """Values are the names that DescribeGroups and ListGroups show.

    ::

        Empty -> PreparingRebalance -> CompletingRebalance -> Stable
                   |    ^                 |                      |
        Empty <----+    +-----------------+----------------------+        any -> Dead
    """

    EMPTY = "Empty"
    """No members; offsets may still be kept."""
    PREPARING_REBALANCE = "PreparingRebalance"
    """Members are asked to join again; joins wait for each other."""
    COMPLETING_REBALANCE = "CompletingRebalance"
    """A generation has begun; syncs wait for the leader's assignment."""
    STABLE = "Stable"
    DEAD = "Dead"
    """Deleted: whoever still asks looks for its coordinator again."""
