"""Who is at the other end of a connection, and what a handler is told about one request."""

from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING

from brokers.authorization.restriction import KeyRestriction
from brokers.kernel.ids import BrokerId, Incarnation, Principal, TenantId
from brokers.metadata.records import CredentialRecord
from brokers.node.entrance import Entrance
from brokers.node.ports import Actor

if TYPE_CHECKING:
    from brokers.node.authorization import Rights


class Scope(Flag):
    """What a person's role comes to, or an API key's; a service account's ACLs say more exactly
    what it may (``authorization.py``)."""

    READ = auto()
    WRITE = auto()
    ADMINISTER = auto()


SERVICE_ACCOUNT = Scope.READ | Scope.WRITE
ADMINISTRATOR = Scope.READ | Scope.WRITE | Scope.ADMINISTER


@dataclass(frozen=True, slots=True)
class Peer:
    """Another broker of this cell, as it logged in."""

    broker_id: BrokerId
    incarnation: Incarnation


@dataclass(frozen=True, slots=True)
class Session:
    """A login. Exactly one tenant; never changed, only replaced or cut."""

    tenant_id: TenantId
    principal: Principal
    scope: Scope
    credential_key: str | None
    """The API key that logged in, or that the edge's token names; revoking it cuts the connection.
    None for a token that stands for a person's session at the edge."""
    peer: Peer | None = None
    """Set when another broker has logged in: it follows partitions, and does nothing else."""
    restriction: KeyRestriction | None = None
    """What the API key is limited to; it stays the same for the key's whole life."""


def session_of(credential: CredentialRecord) -> Session:
    """What whoever proved to hold this API key is, and may do."""
    scope = ADMINISTRATOR if credential.administrator else SERVICE_ACCOUNT
    return Session(
        credential.tenant_id,
        credential.principal,
        scope,
        credential.key_id,
        restriction=credential.restriction,
    )


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request as its handler sees it."""

    session: Session
    api_version: int
    client_id: str | None
    entrance: Entrance
    peer: str
    """Address and port that the connection comes from."""
    rights: "Rights"

    def actor(self) -> Actor:
        """In whose name the request's verbs are done."""
        session = self.session
        administrator = Scope.ADMINISTER in session.scope
        return Actor(session.tenant_id, session.principal, administrator, self.client_id or "")

    @property
    def host(self) -> str:
        """Where the client is, in the form that Kafka shows."""
        return "/" + self.peer.rpartition(":")[0]
