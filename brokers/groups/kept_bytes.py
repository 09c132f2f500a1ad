"""How much of a broker's memory the members of a tenant's groups take. Pure.

Counted is what members say of themselves and what their leaders assign them; what follows from the
tenant's partitions, which are bounded by themselves, is not. A group's id is qualified,
``TENANT/NAME``.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

MEMBER_BYTES: Final = 1_024
"""A member that says nothing: it and its timers, in the tables that find it."""

PART_BYTES: Final = 128
"""A protocol or the name of a topic that says nothing."""

Room = Callable[[], int]
"""How many bytes more a group's members may take; below 0 where they have more than that."""


def unbounded() -> int:
    """The room of a group that is alone."""
    return 1 << 62


class KeptBytes:
    """Of the groups of one coordinator."""

    __slots__ = ("_by_group", "_by_tenant")

    def __init__(self) -> None:
        self._by_group: dict[str, int] = {}
        self._by_tenant: Counter[str] = Counter()

    def note(self, group_id: str, size: int) -> None:
        """The group's members take ``size`` bytes now; 0 when there is none."""
        before = self._by_group.get(group_id, 0)
        if size == before:
            return
        if size:
            self._by_group[group_id] = size
        else:
            del self._by_group[group_id]
        tenant = _tenant_of(group_id)
        self._by_tenant[tenant] += size - before
        if not self._by_tenant[tenant]:
            del self._by_tenant[tenant]

    def beside(self, group_id: str) -> int:
        """Of all groups of that one's tenant."""
        return self._by_tenant[_tenant_of(group_id)]


def _tenant_of(group_id: str) -> str:
    return group_id.partition("/")[0]
