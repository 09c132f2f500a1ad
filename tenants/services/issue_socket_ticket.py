import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import scope
from tenants.errors import Conflict
from tenants.models import SocketTicket
from tenants.transactions import limit_waits

SECONDS: Final = 30
OPEN_MAX: Final = 1_000
"""Unused tickets of one tenant."""


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """``ticket`` is shown this once."""

    ticket: str
    expires_at: datetime


def issue_socket_ticket(
    *,
    tenant_id: UUID,
    key_id: str | None = None,
    user_id: UUID | None = None,
    session_key: str = "",
) -> IssuedTicket:
    """Let whoever presents the ticket within ``SECONDS`` open one websocket, as the API key or as
    the person's session that it was issued to.

    There is no audit entry and no numbered change: a ticket gives nobody a right that they lack,
    brokers never see it, and it is gone before anyone could look. Raises ``Conflict`` while the
    tenant has ``OPEN_MAX`` that nobody has used.
    """
    ticket = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    with scope.tenant(tenant_id):
        limit_waits()
        SocketTicket.objects.filter(expires_at__lte=now).delete()
        if SocketTicket.objects.count() >= OPEN_MAX:
            raise Conflict(
                f"there are {OPEN_MAX} unused tickets; use them, or wait {SECONDS} seconds"
            )
        row = SocketTicket(
            digest=ticket_digest(ticket),
            tenant_id=tenant_id,
            api_key_id=key_id,
            user_id=user_id,
            session_key=session_key,
            expires_at=now + timedelta(seconds=SECONDS),
        )
        row.save(force_insert=True)
    return IssuedTicket(ticket, row.expires_at)


def ticket_digest(ticket: str) -> str:
    """What is kept of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()
