"""Web processes tell each other what they are asked for, over Redis' publish and subscribe.

Nothing is kept there, and no clock but a process's own is looked at. While Redis is away each
process keeps the shares that it had; one that never heard of another has the whole limit.
"""

import json
import logging
import threading
import time
from typing import Any, Final
from uuid import uuid4

import redis
from django.conf import settings

from streaming.quotas.budgets import Budgets, process_budgets

logger = logging.getLogger(__name__)

TELL_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 5
ANSWER_SECONDS_MAX: Final = 2
MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024


class Exchange:
    """A thread of its own: a Redis that hangs keeps no request waiting."""

    def __init__(self, url: str, channel: str, budgets: Budgets) -> None:
        self._url = url
        self._channel = channel
        self._budgets = budgets
        self._name = uuid4().hex
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="budgets", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns once the thread has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._talk()
            except (redis.RedisError, OSError) as error:
                logger.info("web processes keep their shares of limits for now: %r", error)
                # Demand is measured all the same, so that what is said next is of late.
                self._stopping.wait(RETRY_SECONDS)
                self._budgets.demands()

    def _talk(self) -> None:
        client = redis.Redis.from_url(
            self._url, socket_timeout=ANSWER_SECONDS_MAX, socket_connect_timeout=ANSWER_SECONDS_MAX
        )
        with client, client.pubsub(ignore_subscribe_messages=True) as others:
            others.subscribe(self._channel)
            self._budgets.reconnected()
            tell_at = time.monotonic()
            while not self._stopping.is_set():
                wait = tell_at - time.monotonic()
                if wait <= 0:
                    self._tell(client)
                    tell_at = time.monotonic() + TELL_SECONDS
                else:
                    self._hear(others.get_message(timeout=wait))

    def _tell(self, client: "redis.Redis") -> None:
        demands = self._budgets.demands()
        client.publish(self._channel, json.dumps({"from": self._name, "demands": demands}))
        self._budgets.forget_silent()

    def _hear(self, message: dict[str, Any] | None) -> None:
        said = None if message is None else parsed(message["data"])
        if said is not None and said[0] != self._name:
            self._budgets.heard(*said)


def parsed(data: Any) -> tuple[str, dict[str, float]] | None:
    """Who speaks and what it is asked for; None for what is not from one of us."""
    if not isinstance(data, bytes) or len(data) > MESSAGE_BYTES_MAX:
        return None
    try:
        match json.loads(data):
            case {"from": str(name), "demands": dict(demands)}:
                return name, {
                    str(what): float(demand)
                    for what, demand in demands.items()
                    if isinstance(demand, int | float) and 0 <= demand < 1e18
                }
    except (ValueError, RecursionError):
        pass
    return None


def channel_name() -> str:
    """Where this deployment's processes speak."""
    return f"headwater-{settings.HEADWATER.id[:8]}-budgets"


def share_from_this_process() -> None:
    """Take part from now on. Twice is harmless."""
    global _exchange
    if _exchange is None:
        _exchange = Exchange(settings.HEADWATER.redis_url, channel_name(), process_budgets())
        _exchange.start()


def stop_sharing() -> None:
    """Before the Redis of this process ends with it: nobody is left who would ask for it. Returns
    once the thread has ended; harmless where none runs."""
    global _exchange
    if _exchange is not None:
        _exchange.stop()
        _exchange = None


_exchange: Exchange | None = None
