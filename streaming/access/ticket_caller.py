"""Callers who present a ticket: the credential that it was issued to, as it stands now."""

from uuid import UUID

from streaming.access.caller import Caller, KeyCredential, SessionCredential, TenantAccess
from streaming.access.directory import tenants_of, valid_sessions
from streaming.access.errors import NotAuthenticated
from streaming.access.key_caller import caller_of_live_key
from streaming.access.refusals import recognised
from tenants import scope
from tenants.models import SocketTicket, User
from tenants.selectors.api_keys import live_api_key
from tenants.services.issue_socket_ticket import IssuedTicket, issue_socket_ticket
from tenants.services.redeem_socket_ticket import redeem_socket_ticket


def ticket_for(caller: Caller, access: TenantAccess) -> IssuedTicket:
    """A ticket that stands for the caller at one tenant. Raises ``Conflict``."""
    tenant_id = UUID(access.tenant_id)
    match caller.credential:
        case KeyCredential(key_id=key_id):
            return issue_socket_ticket(tenant_id=tenant_id, key_id=key_id)
        case SessionCredential(session_key=session_key, user_id=user_id):
            return issue_socket_ticket(
                tenant_id=tenant_id, user_id=UUID(user_id), session_key=session_key
            )


def caller_of_ticket(ticket: str) -> Caller:
    """Use the ticket up. Raises ``NotAuthenticated`` alike for one that is unknown, used or
    expired, and for one whose credential holds no longer."""
    row = redeem_socket_ticket(ticket=ticket)
    caller = None if row is None else _caller(row)
    if caller is None:
        raise NotAuthenticated(
            "The ticket is unknown, was used or has expired; each opens one socket within 30 "
            "seconds. Ask for another."
        )
    return caller


def _caller(row: SocketTicket) -> Caller | None:
    if row.api_key_id is not None:
        key = live_api_key(row.api_key_id)
        return None if key is None else caller_of_live_key(key)
    if row.session_key not in valid_sessions({row.session_key}):
        return None
    with scope.system("a ticket is shown: its person's tenants are looked up"):
        user = User.objects.filter(pk=row.user_id, is_active=True).first()
    if user is None:
        return None
    credential = SessionCredential(row.session_key, str(user.pk))
    tenants = tuple(each for each in tenants_of(user) if each.tenant_id == str(row.tenant_id))
    if not tenants:
        return None
    caller = Caller(user.login, user.name or user.login, credential, tenants)
    recognised(caller)
    return caller
