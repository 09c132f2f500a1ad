"""Waiting for what happens elsewhere: on a condition, never for time to pass."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.02


def wait_until(condition: Callable[[], T], what: str, seconds: float = 60) -> T:
    """What ``condition`` tells, as soon as that is true; fails the test when time is up, saying
    for ``what`` it waited."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(LOOK_AGAIN_SECONDS)
    return found


def at_best(attempt: Callable[[], None], tries: int = 10) -> None:
    """Passes with the first attempt that does, and else as the last one failed.

    For what must not take long: on a busy machine anything may, now and then, but what is slow by
    itself is slow each time.
    """
    for _ in range(tries - 1):
        with suppress(AssertionError):
            return attempt()
    return attempt()


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """The same in an event loop, whose tasks go on meanwhile. Raises ``TimeoutError``."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
