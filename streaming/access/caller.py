"""A caller who was recognised, and what it may do."""

from dataclasses import dataclass
from typing import Final

from brokers.authorization.restriction import KeyRestriction
from streaming.access.errors import ClusterNotFound, NotAllowed, TenantNotFound
from streaming.records.identity import ADMINISTER, READ, WRITE, Identity

_PHRASES = {
    READ: "read this tenant's records and topics",
    WRITE: "write this tenant's records",
    ADMINISTER: "administer this tenant",
}


ADMINISTRATOR: Final = "administrator"
"""In place of a role: a key of the tenant's administrator. Another key is a service account's."""


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """An API key; it may be revoked or expire while it is in use."""

    key_id: str
    expires_at_ms: int | None


@dataclass(frozen=True, slots=True)
class SessionCredential:
    """A browser's session; it may end, and memberships may change, while it is in use."""

    session_key: str
    user_id: str


@dataclass(frozen=True, slots=True)
class TenantAccess:
    """What the caller may do at one tenant."""

    tenant_id: str
    tenant: str
    """The tenant's name."""
    cluster_id: str
    role: str
    principal: str
    scopes: frozenset[str]
    key_id: str | None = None
    """The API key that was shown; None for a person."""
    restriction: KeyRestriction | None = None
    """What that key is limited to; None for no limit."""

    @property
    def identity(self) -> Identity:
        """In whose name the edge speaks to the brokers."""
        return Identity(self.tenant_id, self.principal, self.scopes, self.key_id)

    @property
    def goes_by_acls(self) -> bool:
        """A service account's key: ``streaming/access/rights.py`` says what it may."""
        return self.key_id is not None and self.role != ADMINISTRATOR

    def require(self, scope: str) -> None:
        """Raise ``NotAllowed`` unless the caller has ``scope``."""
        if scope not in self.scopes:
            raise NotAllowed(
                f"{self.principal} ({self.role}) may not {_PHRASES[scope]}. "
                "Use a credential with that right, or ask the tenant's administrator."
            )


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` identifies the caller (a login or a principal); ``full_name`` is for people.

    An operator runs the service: its brokers, and which tenants there are. That alone opens no
    tenant's records.
    """

    name: str
    full_name: str
    credential: KeyCredential | SessionCredential
    tenants: tuple[TenantAccess, ...]
    is_operator: bool = False

    def access(self, cluster_id: str) -> TenantAccess:
        """Raises ``ClusterNotFound`` when the cluster is not one of the caller's."""
        for access in self.tenants:
            if access.cluster_id == cluster_id:
                return access
        raise ClusterNotFound(cluster_id)

    def tenant(self, name: str) -> TenantAccess:
        """Raises ``TenantNotFound`` when the tenant is not one of the caller's."""
        for access in self.tenants:
            if access.tenant == name:
                return access
        raise TenantNotFound(name)

    def require_operator(self) -> None:
        """Raise ``NotAllowed`` unless the caller is an operator of the service."""
        if not self.is_operator:
            raise NotAllowed(
                f"{self.name} is not an operator of this service. `./headwater users "
                "--appoint-operator --login LOGIN` makes a person one."
            )
