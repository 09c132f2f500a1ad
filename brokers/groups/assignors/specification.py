"""What an assignor is given and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Partitions = Mapping[bytes, frozenset[int]]
"""Topic id (16 bytes) to partition indexes; a topic without partitions is left out."""


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """A member as assignors see it."""

    topics: frozenset[bytes]
    """Ids of the topics it subscribes to; those that do not exist may be among them."""
    assigned: Partitions
    """Its target so far."""
    instance_id: str | None = None


Assign = Callable[[Mapping[str, MemberSpec], Mapping[bytes, int]], dict[str, Partitions]]
"""``(members by id, partition counts by topic id) -> target by member id``.

Every member gets an entry, every partition of a topic with a subscriber exactly one owner, who
subscribes to it. The same input gives the same target.
"""
