"""Frames that wait for a socket, within a bound that their producer can see."""

import asyncio
from collections import deque
from typing import Final

from streaming.live.socket import Socket

PENDING_CHARACTERS_MAX: Final = 4 * 1024 * 1024
SEND_SECONDS_MAX: Final = 15
"""A socket that takes not one frame for so long is not read any more."""


class ReaderStalled(Exception):
    """The socket took nothing for ``SEND_SECONDS_MAX``."""


class Outbox:
    """The queue in front of one socket. ``put`` never waits; ``is_full`` asks for restraint."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._frames: deque[str] = deque()
        self._wake = asyncio.Event()
        self.characters = 0

    @property
    def is_empty(self) -> bool:
        return not self._frames

    @property
    def is_full(self) -> bool:
        """Whether more than ``PENDING_CHARACTERS_MAX`` wait; by one frame at most, if obeyed."""
        return self.characters > PENDING_CHARACTERS_MAX

    def put(self, frame: str) -> None:
        self._frames.append(frame)
        self.characters += len(frame)
        self._wake.set()

    async def drain(self) -> None:
        """Send what waits, then return; waits for a frame when there is none.

        Raises ``ReaderStalled``, and ``Closed`` when the other side is gone.
        """
        while not self._frames:
            self._wake.clear()
            await self._wake.wait()
        while self._frames:
            frame = self._frames.popleft()
            try:
                async with asyncio.timeout(SEND_SECONDS_MAX):
                    await self._socket.send(frame)
            except TimeoutError:
                raise ReaderStalled(f"nothing was read for {SEND_SECONDS_MAX} seconds") from None
            self.characters -= len(frame)
            if not self.is_full:
                return
