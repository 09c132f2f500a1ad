"""Sending to a server that ought to hang up."""

import socket
from typing import Final

from streaming.http_connection import HEAD_BYTES_MAX

SENT_MAX: Final = 100 * HEAD_BYTES_MAX


def is_cut_off(client: socket.socket, piece: bytes) -> bool:
    """Whether the server hangs up on one that sends ``piece`` again and again, before it has been
    sent a hundred times what a head may have."""
    sent = 0
    try:
        while sent < SENT_MAX:
            client.sendall(piece)
            sent += len(piece)
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False
