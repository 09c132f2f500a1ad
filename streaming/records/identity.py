"""In whose name the edge speaks to the brokers."""

from dataclasses import dataclass
from typing import Final

READ: Final = "read"
WRITE: Final = "write"
ADMINISTER: Final = "administer"


@dataclass(frozen=True, slots=True)
class Identity:
    """One tenant, one principal, and what it may do; pooled connections never cross these."""

    tenant_id: str
    principal: str
    """Kafka's principal text, ``User:NAME``."""
    scopes: frozenset[str]
    """Any of ``READ``, ``WRITE``, ``ADMINISTER``."""
    key_id: str | None = None
    """The API key that the caller presented: brokers then go by its restriction and, for a service
    account, by its ACLs. None for a person, who is judged by the scopes."""
