"""Whose the transactional ids of a coordinator are, and which of each were used longest ago. Pure.

Whoever may use transactional ids may use a new one each time, and each is kept for a week: one
tenant's could fill the memory of the brokers that all share. An id is qualified, ``TENANT/NAME``.
"""

from collections.abc import Iterator


class KeptIds:
    """Each tenant's, in the order of their last use."""

    __slots__ = ("_by_tenant",)

    def __init__(self) -> None:
        self._by_tenant: dict[str, dict[str, None]] = {}

    def used(self, transactional_id: str) -> None:
        """It is kept, and was used last of all."""
        ids = self._by_tenant.setdefault(_tenant_of(transactional_id), {})
        ids.pop(transactional_id, None)
        ids[transactional_id] = None

    def forgotten(self, transactional_id: str) -> None:
        """It is kept no more, if it was."""
        tenant = _tenant_of(transactional_id)
        ids = self._by_tenant.get(tenant, {})
        ids.pop(transactional_id, None)
        if not ids:
            self._by_tenant.pop(tenant, None)

    def count_beside(self, transactional_id: str) -> int:
        """How many ids that one's tenant has."""
        return len(self._by_tenant.get(_tenant_of(transactional_id), ()))

    def oldest_beside(self, transactional_id: str) -> Iterator[str]:
        """Those of that one's tenant; the one that was used longest ago comes first."""
        return iter(self._by_tenant.get(_tenant_of(transactional_id), ()))


def _tenant_of(transactional_id: str) -> str:
    return transactional_id.partition("/")[0]
