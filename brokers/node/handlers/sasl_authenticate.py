"""SaslAuthenticate, and the bare tokens that follow SaslHandshake 0: proving who one is."""

import asyncio
import logging
from typing import TYPE_CHECKING

from brokers.authorization.authorizer import UNKNOWN_HOST
from brokers.certificates.holder import EDGE, Holder
from brokers.kernel.errors import ErrorCode, ProtocolError
from brokers.kernel.limits import AUTHENTICATION_DELAY_SECONDS
from brokers.metadata.records import CredentialRecord
from brokers.node.authentication.login import REFUSED, Stage
from brokers.node.authentication.unknown_login import is_scram_user
from brokers.node.authentication.verdicts import Accepted, Challenge, Rejected, Verdict
from brokers.node.authorization import Rights
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_authenticate_response import SaslAuthenticateResponse

if TYPE_CHECKING:
    from brokers.node.connection import Connection
    from brokers.node.node import Node
    from brokers.node.session import Peer, Session

log = logging.getLogger(__name__)


async def handle(
    request: SaslAuthenticateRequest, connection: "Connection", node: "Node"
) -> SaslAuthenticateResponse:
    """Nothing but the mechanism's own bytes after success; one sentence, and the end, otherwise."""
    if connection.login.stage is not Stage.TOKENS or connection.login.bare_tokens:
        return SaslAuthenticateResponse(
            error_code=ErrorCode.ILLEGAL_SASL_STATE,
            error_message="SaslAuthenticate must follow SaslHandshake 1",
        )
    verdict = await judge(request.auth_bytes, connection, node)
    match verdict:
        case Challenge(message):
            return SaslAuthenticateResponse(error_message=None, auth_bytes=message)
        case Accepted(_, message):
            lifetime_ms = _session_lifetime_ms(connection, node)
            return SaslAuthenticateResponse(0, None, message, lifetime_ms)
        case Rejected():
            return SaslAuthenticateResponse(
                error_code=ErrorCode.SASL_AUTHENTICATION_FAILED, error_message=REFUSED
            )


async def handle_bare(token: bytes, connection: "Connection", node: "Node") -> bytes:
    """The next bare token to send, empty after success. Raises ``ProtocolError`` on failure: this
    form has no way to say why."""
    match await judge(token, connection, node):
        case Challenge(message) | Accepted(_, message):
            return message
        case Rejected():
            raise ProtocolError("authentication failed")


async def judge(token: bytes, connection: "Connection", node: "Node") -> Verdict:
    """One step of the login; moves the connection's session when it ends well."""
    login = connection.login
    assert login.exchange is not None
    key_id = login.exchange.key_id(token) or ""
    # A key that was issued, or a password that was altered, at another broker counts at once. Names
    # of users can be guessed: for them it is done whether there is such a user or not.
    looks_first = key_id not in node.image.credentials or is_scram_user(key_id)
    if key_id and looks_first:
        await _catch_up(connection, node)
    credential = node.image.credentials.get(key_id)
    now_ms = node.clock.monotonic_ms()
    if key_id and node.failed_logins.locks_out(connection.address, key_id, now_ms):
        verdict: Verdict = Rejected(f"{key_id!r} failed too often from {connection.address}")
    else:
        verdict = login.exchange.step(token, credential)
    if key_id and not looks_first and not isinstance(verdict, Accepted):
        # The time of a question to the store, as it takes for a name that is not there.
        await _catch_up(connection, node)
    if isinstance(verdict, Accepted):
        verdict = _certified(verdict, connection, node)
    if isinstance(verdict, Accepted):
        verdict = await _admit(verdict, node)
    if isinstance(verdict, Accepted):
        verdict = _at_its_own_host(verdict, connection, node)
    if isinstance(verdict, Accepted) and connection.session is not None:
        verdict = _same(verdict, connection.session)
    if isinstance(verdict, Accepted):
        await _begin_session(verdict.session, connection, node)
        login.ended(accepted=True)
    elif isinstance(verdict, Rejected):
        _note_failure(verdict.reason, key_id, credential, connection, node)
        await _delay(connection, node)
        login.ended(accepted=False)
    return verdict


async def _catch_up(connection: "Connection", node: "Node") -> None:
    """Bring the image up to date; not for an address from which logins fail in floods."""
    now_ms = node.clock.monotonic_ms()
    if not node.failed_logins.is_flooded_by(connection.address, now_ms):
        await node.metadata.catch_up()


def _note_failure(
    reason: str,
    key_id: str,
    credential: CredentialRecord | None,
    connection: "Connection",
    node: "Node",
) -> None:
    login, now_ms = connection.login, node.clock.monotonic_ms()
    node.metrics.authentication_failures += 1
    if not node.failed_logins.is_flooded_by(connection.address, now_ms):
        log.warning("%s: %s login refused: %s", connection, login.mechanism, reason)
    node.failed_logins.failed(connection.address, key_id, now_ms)
    node.refusals.login_refused(
        None if credential is None else credential.tenant_id,
        key_id,
        login.mechanism or "",
        connection.listener.dispatcher.origin_of(connection, 0),
    )


async def _delay(connection: "Connection", node: "Node") -> None:
    """Guessing is slow; a flood of it holds nothing."""
    if node.failed_logins.begin_waiting(connection.address):
        try:
            await asyncio.sleep(AUTHENTICATION_DELAY_SECONDS)
        finally:
            node.failed_logins.end_waiting(connection.address)


async def _begin_session(session: "Session", connection: "Connection", node: "Node") -> None:
    """Raises ``ProtocolError`` where the tenant may have no more connections."""
    # The edge's own address is not where its caller comes from.
    host = UNKNOWN_HOST if connection.listener.is_internal else connection.address
    rights = Rights(session, host, node.image)
    if connection.session is not None:
        connection.logged_in(session, rights, connection.requests, node.quotas.charges(session))
    else:
        origin = connection.listener.dispatcher.origin_of(connection, 0)
        too_many = await node.quotas.admit(session, connection.address, origin)
        if too_many is None:
            too_many = connection.listener.logged_in(connection, session, rights)
        if too_many is not None:
            node.quotas.exceeded(session, too_many.quota, origin)
            raise ProtocolError(too_many.message)
    lifetime_ms = _session_lifetime_ms(connection, node)
    loop = connection.listener.loop
    connection.session_ends = loop.time() + lifetime_ms / 1000 if lifetime_ms else None


def _certified(verdict: Accepted, connection: "Connection", node: "Node") -> Verdict:
    """Where certificates are shown, a token speaks for whom the certificate names and nobody else:
    neither of the two is enough without the other."""
    if node.config.mutual_tls is None or not connection.listener.is_internal:
        return verdict
    peer = verdict.session.peer
    expected = EDGE if peer is None else Holder(peer.broker_id)
    if connection.holder == expected:
        return verdict
    shown = connection.holder or "nobody that is known"
    return Rejected(f"a token of {expected} came with a certificate of {shown}")


def _at_its_own_host(verdict: Accepted, connection: "Connection", node: "Node") -> Verdict:
    """Who came by one tenant's host name logs in to that tenant or not at all."""
    asked_for = connection.entrance.cluster
    if asked_for is None:
        return verdict
    cluster = node.image.tenants[verdict.session.tenant_id].cluster_id
    if cluster == asked_for:
        return verdict
    return Rejected(f"a login of {cluster} came by the host name of {asked_for}")


def _same(verdict: Accepted, before: "Session") -> Verdict:
    """A re-authentication may show another key, but of the same principal (KIP-368)."""
    now = verdict.session
    if (now.tenant_id, now.principal) == (before.tenant_id, before.principal):
        return verdict
    return Rejected(
        f"{before.principal} of tenant {before.tenant_id} may not go on as {now.principal} of "
        f"tenant {now.tenant_id}"
    )


def _session_lifetime_ms(connection: "Connection", node: "Node") -> int:
    """How long the session may go on without being authenticated again; 0 for as long as its key
    is in force. Ends with the key at the latest."""
    session = connection.session
    if session is None or session.credential_key is None or connection.listener.is_internal:
        return 0
    limit_ms = node.config.session_lifetime_ms
    credential = node.image.credentials.get(session.credential_key)
    if credential is None or credential.expires_at_ms is None:
        return limit_ms
    left_ms = max(1, credential.expires_at_ms - node.clock.now_ms())
    return min(left_ms, limit_ms) if limit_ms else left_ms


async def _admit(verdict: Accepted, node: "Node") -> Verdict:
    """The proof was right: is the tenant active, the key in force, the broker a known one?"""
    session = verdict.session
    key_id, image = session.credential_key, node.image
    if (
        session.peer is not None
        or session.tenant_id not in image.tenants
        or (key_id is not None and key_id not in image.credentials)
    ):
        await node.metadata.catch_up()
    fault = session_fault(session, node)
    return verdict if fault is None else Rejected(fault)


def session_fault(session: "Session", node: "Node") -> str | None:
    """Why this session may not be, or not go on; None when it may."""
    if session.peer is not None:
        return _peer_fault(session.peer, node)
    tenant = node.image.tenants.get(session.tenant_id)
    if tenant is None:
        return f"tenant {session.tenant_id} does not exist"
    if not tenant.active:
        return f"tenant {tenant.cluster_id} is not active"
    if session.credential_key is None:
        return None
    credential = node.image.credentials.get(session.credential_key)
    if credential is None or credential.tenant_id != session.tenant_id:
        return f"API key {session.credential_key} does not exist or was revoked"
    if credential.expires_at_ms is not None and credential.expires_at_ms <= node.clock.now_ms():
        return f"API key {session.credential_key} has expired"
    return None


def _peer_fault(peer: "Peer", node: "Node") -> str | None:
    broker = node.image.brokers.get(peer.broker_id)
    if broker is None:
        return f"broker {peer.broker_id} is not one of this cell"
    if broker.incarnation > peer.incarnation:
        return f"broker {peer.broker_id} has a later incarnation, {broker.incarnation}"
    return None
