"""What the tests of both kinds of links ask of two ends: not how a run uses them."""

import socket
import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def says(end: socket.socket, other: socket.socket, words: bytes, seconds: float) -> bool:
    """Whether what one end sends comes to the other within ``seconds``."""
    end.sendall(words)
    other.settimeout(seconds)
    try:
        return other.recv(100) == words
    except TimeoutError:
        return False
