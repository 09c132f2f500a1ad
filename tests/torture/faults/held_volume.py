"""Keeping a killed broker from starting again: its volume is locked by somebody else.

The supervisor tries again all the while, so a start that finds its volume in use is tortured too.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from brokers.log.volume import LOCK
from tests.torture.faults.scene import NotNow

TAKE_WITHIN_S: Final = 0.5
"""A killed process is gone in a moment; another one needs longer than this to start."""


class HeldVolume:
    """Nobody else changes the volume's files until ``release``. Raises ``NotNow``."""

    def __init__(self, volume: Path) -> None:
        self._handle = os.open(volume / LOCK, os.O_RDWR | os.O_CLOEXEC)
        deadline = time.monotonic() + TAKE_WITHIN_S
        while not self._taken():
            if time.monotonic() > deadline:
                os.close(self._handle)
                raise NotNow(f"the broker of {volume} would not go, or was back at once")
            time.sleep(0.001)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        os.close(self._handle)
