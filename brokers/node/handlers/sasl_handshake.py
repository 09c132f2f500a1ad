"""SaslHandshake: which mechanism the login will use. Never flexible, in no version."""

import logging
from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import REAUTHENTICATION_SECONDS
from brokers.node.authentication.login import Stage
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.messages.sasl_handshake_response import SaslHandshakeResponse

if TYPE_CHECKING:
    from brokers.node.connection import Connection

log = logging.getLogger(__name__)


def handle(
    request: SaslHandshakeRequest, version: int, connection: "Connection"
) -> SaslHandshakeResponse:
    """UNSUPPORTED_SASL_MECHANISM comes with what is offered; the connection closes after it.

    A second one begins a re-authentication (KIP-368), a second after the login at the earliest: a
    client that does little else is sent away as in Kafka. The edge and brokers log in once.
    """
    offered = connection.listener.mechanisms
    names = list(offered)
    login = connection.login
    if login.stage is Stage.DONE and _may_log_in_again(version, connection):
        connection.log_in_again()
        is_chosen = login.choose_again(request.mechanism, version, offered)
    elif login.stage is Stage.HANDSHAKE:
        is_chosen = login.choose(request.mechanism, version, offered)
    else:
        return SaslHandshakeResponse(error_code=ErrorCode.ILLEGAL_SASL_STATE, mechanisms=names)
    if not is_chosen:
        log.warning("%s: asks for SASL mechanism %r, which is not offered", connection,
                    request.mechanism[:64])  # fmt: skip
        return SaslHandshakeResponse(
            error_code=ErrorCode.UNSUPPORTED_SASL_MECHANISM, mechanisms=names
        )
    return SaslHandshakeResponse(mechanisms=names)


def _may_log_in_again(version: int, connection: "Connection") -> bool:
    """Bare tokens have no place between requests, so the first version cannot."""
    since = connection.listener.loop.time() - connection.logged_in_at
    return version > 0 and not connection.listener.is_internal and since >= REAUTHENTICATION_SECONDS
