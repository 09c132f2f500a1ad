"""The socket: connects, and connects again, and hands frames to its subscriptions."""

import asyncio
import base64
import json
import random
from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from headwater_live.errors import Ended, LiveError, Refused, Unconfirmed
from headwater_live.record import Payload, Produced, wire_header, wire_payload
from headwater_live.subscription import Subscription

FIRST_RETRY_SECONDS: Final = 0.25
LAST_RETRY_SECONDS: Final = 15.0
MESSAGE_BYTES_MAX: Final = 32 * 1024 * 1024
PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses, and close codes less 4000, after which trying again may help."""
STALLED: Final = 508


def connect(
    url: str,
    *,
    api_key: str | None = None,
    api_secret: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> "Live":
    """A socket to the service at ``url`` (``ws://host:port`` or ``wss://…``).

    Use it with ``async with``, which raises ``Refused`` when the service does.
    """
    sent = dict(headers or {})
    if api_key is not None:
        pair = base64.b64encode(f"{api_key}:{api_secret}".encode()).decode()
        sent["Authorization"] = f"Basic {pair}"
    return Live(f"{url.rstrip('/')}/ws/v1/stream", sent)


class Live:
    """One websocket, many subscriptions. Lost connections are made again by themselves."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._ids = count(1)
        self._subscriptions: dict[str, Subscription] = {}
        self._produced: dict[str, asyncio.Future[Produced]] = {}
        self._outgoing: asyncio.Queue[str] | None = None
        self._connected: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._failure: LiveError | None = None

    async def __aenter__(self) -> "Live":
        self._connected = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())
        await self._connected
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._end(Ended(1000, "the client was closed"))

    def subscribe(
        self,
        topic: str,
        *,
        mode: str = "lossless",
        start: str = "latest",
        resume: str | None = None,
        partitions: list[int] | None = None,
        filter: str | None = None,
        group: str | None = None,
        key_format: str = "auto",
        value_format: str = "auto",
        max_value_bytes: int | None = None,
        window: int = 1_000,
    ) -> Subscription:
        """Records of a topic. ``window`` is how many may be under way to you.

        ``start`` is ``latest``, ``earliest``, ``end-N``, ``offset:N`` or ``timestamp:UNIX_MS``.
        Entering it raises ``LiveError`` when the service refuses.
        """
        given = {
            "mode": mode,
            "from": start,
            "resume": resume,
            "partitions": partitions,
            "filter": filter,
            "group": group,
            "key_format": key_format,
            "value_format": value_format,
            "max_value_bytes": max_value_bytes,
        }
        options = {name: value for name, value in given.items() if value is not None}
        subscription = Subscription(self, f"s{next(self._ids)}", topic, window, options)
        if self._failure is not None:
            raise self._failure
        self._subscriptions[subscription.id] = subscription
        self.say(subscription.opening())
        return subscription

    async def produce(
        self,
        topic: str,
        value: Payload = None,
        *,
        key: Payload = None,
        headers: Mapping[str, str | bytes | None] | None = None,
        partition: int | None = None,
        timestamp: int | None = None,
    ) -> Produced:
        """Write a record, and wait until it is on all in-sync replicas.

        Raises ``LiveError`` when it is refused, and ``Unconfirmed`` when the connection was lost
        first: sending it again may write it twice.
        """
        if self._failure is not None:
            raise self._failure
        id = f"p{next(self._ids)}"
        message = {
            "type": "produce",
            "id": id,
            "topic": topic,
            "partition": partition,
            "key": wire_payload(key),
            "value": wire_payload(value),
            "headers": [wire_header(*header) for header in (headers or {}).items()],
            "timestamp": timestamp,
        }
        if self._outgoing is None:
            raise LiveError(1006, "the connection is lost; it is being made again", retryable=True)
        done: asyncio.Future[Produced] = asyncio.get_running_loop().create_future()
        self._produced[id] = done
        self.say(message)
        try:
            return await done
        finally:
            self._produced.pop(id, None)

    def say(self, message: dict[str, Any]) -> None:
        """Send a message, if the socket is open; subscriptions are opened again when it is not."""
        if self._outgoing is not None:
            self._outgoing.put_nowait(json.dumps(message))

    async def forget(self, subscription: Subscription) -> None:
        """End a subscription."""
        if self._subscriptions.pop(subscription.id, None) is not None:
            self.say({"type": "unsubscribe", "id": subscription.id})
        subscription.end(Ended(1000, "unsubscribed"))

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                async with open_socket(
                    self._url,
                    additional_headers=self._headers,
                    max_size=MESSAGE_BYTES_MAX,
                    compression=None,
                ) as socket:
                    failures = 0
                    await self._converse(socket)
            except InvalidStatus as refused:
                if refused.response.status_code not in PASSING:
                    return self._end(_refusal(refused))
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                if 4400 <= code < 4600 and code - 4000 not in PASSING and code - 4000 != STALLED:
                    return self._end(Ended(code, closed.rcvd.reason if closed.rcvd else ""))
            except (OSError, TimeoutError, InvalidHandshake):
                pass
            except Exception as error:
                self._end(Ended(1006, f"the client failed: {error!r}"))
                raise
            delay = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**failures)
            failures = min(failures + 1, 10)
            # Spread, so that a service that restarts is not met by everyone at once.
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))

    async def _converse(self, socket: ClientConnection) -> None:
        self._outgoing = asyncio.Queue()
        for subscription in self._subscriptions.values():
            self.say(subscription.opening())
        if self._connected is not None and not self._connected.done():
            self._connected.set_result(None)
        writing = asyncio.create_task(self._write(socket, self._outgoing))
        try:
            while True:
                self._hear(json.loads(await socket.recv()))
        finally:
            writing.cancel()
            self._outgoing = None
            for subscription in self._subscriptions.values():
                subscription.lost()
            lost = Unconfirmed(1006, "the connection was lost before the record was acknowledged")
            for done in self._produced.values():
                if not done.done():
                    done.set_exception(lost)

    async def _write(self, socket: ClientConnection, outgoing: "asyncio.Queue[str]") -> None:
        try:
            while True:
                await socket.send(await outgoing.get())
        except ConnectionClosed:
            pass  # the reader is told why

    def _hear(self, frame: dict[str, Any]) -> None:
        id = frame.get("id")
        produced = self._produced.get(id) if isinstance(id, str) else None
        if produced is not None and not produced.done():
            if frame["type"] == "produced":
                told = Produced(frame["partition"], int(frame["offset"]), frame["timestamp"])
                produced.set_result(told)
            elif frame["type"] == "error":
                produced.set_exception(
                    LiveError(frame["code"], frame["message"], retryable=frame["retryable"])
                )
        elif id in self._subscriptions:
            subscription = self._subscriptions[id]
            if frame["type"] == "bye":
                del self._subscriptions[id]
            subscription.hear(frame)

    def _end(self, failure: LiveError) -> None:
        self._failure = failure
        if self._connected is not None and not self._connected.done():
            self._connected.set_exception(failure)
        for subscription in list(self._subscriptions.values()):
            subscription.end(failure)
        self._subscriptions.clear()


def _refusal(refused: InvalidStatus) -> Refused:
    status = refused.response.status_code
    try:
        message = json.loads(refused.response.body or b"{}")["message"]
    except (ValueError, KeyError, TypeError):
        message = f"the service answered {status}"
    return Refused(4000 + status, message)
