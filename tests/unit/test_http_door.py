"""Who is too slow at the web process's door is told by its own rounds."""

import asyncio
import time

import pytest

from streaming import http_door
from streaming.http_door import Door


class Guest:
    def __init__(self) -> None:
        self.was_told = asyncio.Event()

    def too_slow(self) -> None:
        self.was_told.set()

    def give_way(self) -> None:
        raise AssertionError("there is room")


def hold(seconds: float) -> None:
    """As what computes on the loop does."""
    time.sleep(seconds)


def test_who_owes_for_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_door, "SWEEP_SECONDS", 0.001)

    async def wait() -> None:
        door, guest = Door(asyncio.get_running_loop()), Guest()
        door.opened(guest, "192.0.2.1")
        door.owes(guest, 0.01)
        await asyncio.wait_for(guest.was_told.wait(), 30)

    asyncio.run(wait())


def test_nobody_is_slow_because_the_loop_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came meanwhile lies unread when the next sweep begins."""
    monkeypatch.setattr(http_door, "SWEEP_SECONDS", 0.02)

    async def stand_still() -> None:
        loop = asyncio.get_running_loop()
        door, guest = Door(loop), Guest()
        door.opened(guest, "192.0.2.1")
        door.owes(guest, 0.1)
        hold(0.2)
        swept: asyncio.Future[None] = loop.create_future()
        loop.call_later(0, swept.set_result, None)
        await swept
        assert not guest.was_told.is_set()
        door.settled(guest)

    asyncio.run(stand_still())
