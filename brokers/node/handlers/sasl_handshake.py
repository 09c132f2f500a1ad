"""SaslHandshake: which mechanism the login will use. Never flexible, in no version."""

import logging
from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
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

    A second handshake is refused: re-authentication (KIP-368) is not offered, sessions have no
    lifetime of their own and end when their key does.
    """
    offered = connection.listener.mechanisms
    names = list(offered)
    login = connection.login
    if login.stage is not Stage.HANDSHAKE:
        return SaslHandshakeResponse(error_code=ErrorCode.ILLEGAL_SASL_STATE, mechanisms=names)
    if not login.choose(request.mechanism, version, offered):
        log.warning("%s: asks for SASL mechanism %r, which is not offered", connection,
                    request.mechanism[:64])  # fmt: skip
        return SaslHandshakeResponse(
            error_code=ErrorCode.UNSUPPORTED_SASL_MECHANISM, mechanisms=names
        )
    return SaslHandshakeResponse(mechanisms=names)
