"""What the tests of both kinds of links ask of two ends: not how a run uses them."""

import socket


def says(end: socket.socket, other: socket.socket, words: bytes, seconds: float) -> bool:
    """Whether what one end sends comes to the other within ``seconds``."""
    end.sendall(words)
    other.settimeout(seconds)
    try:
        return other.recv(100) == words
    except TimeoutError:
        return False
