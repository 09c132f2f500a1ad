"""Frames that wait for a socket, within bounds that their producers can see.

What goes out to a tenant's sockets is charged to its ``fetch_bytes_per_s``, each socket's bytes on
their own: the brokers have counted once what goes to many. A tenant in debt waits, and its outboxes
are full meanwhile, as those of slow readers are.

A frame is kept in parts: those who wait with the same records share their text, so that many slow
readers of one topic hold little more than one does.
"""

import asyncio
from collections import Counter, deque
from typing import Final

from streaming.live.egress import Egress
from streaming.live.socket import Socket

PENDING_CHARACTERS_MAX: Final = 2 * 1024 * 1024
PENDING_CHARACTERS_PER_TENANT_MAX: Final = 64 * 1024 * 1024
"""Of all sockets of a tenant at one web process. Past it each may have one frame waiting."""
SEND_SECONDS_MAX: Final = 15
"""A socket that takes not one frame for so long is not read any more."""


class ReaderStalled(Exception):
    """The socket took nothing for ``SEND_SECONDS_MAX``."""


class Outbox:
    """The queue in front of one socket. ``put`` never waits; ``is_full`` asks for restraint.

    ``pending`` counts characters by tenant, over all outboxes that share it.
    """

    def __init__(
        self, socket: Socket, pending: Counter[str], tenant_id: str, egress: Egress
    ) -> None:
        self._socket = socket
        self._egress = egress
        self._pending = pending
        self._tenant_id = tenant_id
        self._frames: deque[tuple[str, ...]] = deque()
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self.characters = 0

    @property
    def is_empty(self) -> bool:
        return not self._frames

    @property
    def is_full(self) -> bool:
        """Whether as much waits as may; it is more by one frame at most, if obeyed."""
        if self.characters > PENDING_CHARACTERS_MAX:
            return True
        if self.characters > 0 and self._egress.wait_seconds > 0:
            return True
        crowded = self._pending[self._tenant_id] > PENDING_CHARACTERS_PER_TENANT_MAX
        return crowded and self.characters > 0

    def put(self, *frame: str) -> None:
        self._frames.append(frame)
        self._count(sum(map(len, frame)))
        self._wake.set()

    def close(self) -> None:
        """Forget what waits."""
        self._frames.clear()
        self._count(-self.characters)
        if not self._pending[self._tenant_id]:
            del self._pending[self._tenant_id]

    async def drain(self) -> None:
        """Send the next frame, after one is there.

        Raises ``ReaderStalled``, and ``Closed`` when the other side is gone.
        """
        while not self._frames:
            self._wake.clear()
            await self._wake.wait()
        await self._egress.room()
        frame = self._frames.popleft()
        self._egress.spend(sum(map(len, frame)))
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                await self._socket.send("".join(frame))
        except TimeoutError:
            raise ReaderStalled(f"nothing was read for {SEND_SECONDS_MAX} seconds") from None
        finally:
            self._count(-sum(map(len, frame)))
        self._sent.set()

    async def room(self) -> None:
        """Wait until it is not full."""
        while self.is_full:
            self._sent.clear()
            await self._sent.wait()

    def _count(self, characters: int) -> None:
        self.characters += characters
        self._pending[self._tenant_id] += characters
