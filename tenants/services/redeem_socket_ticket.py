from datetime import UTC, datetime

from tenants import scope
from tenants.models import SocketTicket
from tenants.services.issue_socket_ticket import ticket_digest
from tenants.transactions import limit_waits


def redeem_socket_ticket(*, ticket: str) -> SocketTicket | None:
    """Use a ticket up, and say whose it was; None alike for one that is unknown, used or expired.

    However many processes try at once, one of them gets it: the row is deleted once.
    """
    with scope.system("a ticket is shown: its tenant is not known before"):
        limit_waits()
        row = SocketTicket.objects.filter(digest=ticket_digest(ticket)).first()
        if row is None:
            return None
        deleted, _ = SocketTicket.objects.filter(digest=row.digest).delete()
        return row if deleted == 1 and row.expires_at > datetime.now(UTC) else None
