"""Hints through Channels that the audit log has grown: "look", and nothing else.

They go out from a thread of their own, so that a Redis that hangs keeps nobody waiting, and bursts
become one. Whoever misses one looks by itself within ``hub.POLL_SECONDS``. What a hint says is not
read, so one that was forged in Redis can say nothing either.
"""

import asyncio
import logging
import threading
from typing import Final
from uuid import uuid4

from channels.layers import get_channel_layer

from tenants import audit

logger = logging.getLogger(__name__)

GROUP: Final = "events"
MESSAGE: Final = {"type": "look"}
SEND_SECONDS_MAX: Final = 2
BURST_SECONDS: Final = 0.02
RETRY_SECONDS: Final = 5
REFRESH_SECONDS: Final = 3600
"""A group forgets its channels after a day."""


class Sender:
    """Sends a hint soon after ``hint``; never raises, never waits."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._wanted = asyncio.Event()
        threading.Thread(target=self._run, name="event-hints", daemon=True).start()

    def hint(self) -> None:
        self._loop.call_soon_threadsafe(self._wanted.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._send_forever())

    async def _send_forever(self) -> None:
        layer = get_channel_layer()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                async with asyncio.timeout(SEND_SECONDS_MAX):
                    await layer.group_send(GROUP, MESSAGE)
            except Exception as error:  # whatever the layer raises: it was a hint
                logger.info("an event hint was not sent: %r", error)
            await asyncio.sleep(BURST_SECONDS)


async def listen(wake: asyncio.Event) -> None:
    """Set ``wake`` for each hint, for ever; while Redis is away there are none."""
    layer = get_channel_layer()
    while True:
        try:
            # Not one of ``new_channel``: of those, messages for any name that they say are kept.
            channel = f"event-hints.{uuid4().hex}"
            while True:
                await layer.group_add(GROUP, channel)
                # What was said before this channel was in the group is heard now.
                wake.set()
                try:
                    async with asyncio.timeout(REFRESH_SECONDS):
                        while True:
                            await layer.receive(channel)
                            wake.set()
                except TimeoutError:
                    continue
        except Exception as error:
            logger.info("no event hints for now: %r", error)
            await asyncio.sleep(RETRY_SECONDS)


def send_from_this_process() -> None:
    """Let every audit entry that this process commits give a hint. Twice is harmless."""
    global _sender
    if _sender is None:
        _sender = Sender()
        audit.listeners.append(_sender.hint)


_sender: Sender | None = None
