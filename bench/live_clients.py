"""Websocket clients that only count: ``python -m bench.live_clients HOST PORT AUTHORIZATION …``.

They run in a process of their own, so that what they cost is not the service's. Frames are not
parsed: a record is counted by the text that begins it, and nothing else in a frame contains that
text, since quotes inside of values are escaped.
"""

import argparse
import asyncio
import base64
import json
import os
import sys
import time
from typing import Final, cast

RECORD: Final = b'{"offset":"'
FRAME: Final = b'{"type":"records"'
READ_BYTES: Final = 256 * 1024


class CountingClient(asyncio.BufferedProtocol):
    """One socket with one lossless subscription. ``records`` came so far, the last at ``at``."""

    def __init__(self, host: str, authorization: str, subscribe: dict[str, object]) -> None:
        self._request = (
            f"GET /ws/v1/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
        ).encode()
        self._subscribe = json.dumps(subscribe).encode()
        self._buffer = memoryview(bytearray(READ_BYTES + len(RECORD)))
        self._kept = 0
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.records = 0
        self.frames = 0
        self.bytes = 0
        self.at = 0.0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def get_buffer(self, _sizehint: int) -> memoryview:
        return self._buffer[self._kept :]

    def buffer_updated(self, nbytes: int) -> None:
        self.bytes += nbytes
        end = self._kept + nbytes
        data = bytes(self._buffer[:end])
        if not self.ready.done():
            self._greet(data)
        count = data.count(RECORD)
        if count:
            self.records += count
            self.frames += data.count(FRAME)  # one cut in two is missed: this is a round figure
            self.at = time.monotonic()
        # The text may be cut by the end of a read; it can be counted once only.
        self._kept = min(end, len(RECORD) - 1)
        self._buffer[: self._kept] = data[end - self._kept :]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def _greet(self, data: bytes) -> None:
        assert self._transport is not None
        if data.startswith(b"HTTP/1.1 101"):
            self._transport.write(_masked(self._subscribe))
        elif data.startswith(b"HTTP/1.1"):
            self.ready.set_exception(ConnectionRefusedError(data.decode(errors="replace")))
        if b'"type":"ready"' in data:
            self.ready.set_result(None)


def _masked(payload: bytes) -> bytes:
    """One masked text frame (RFC 6455, section 5.2); a mask of zeros changes nothing."""
    length = len(payload)
    head = bytes((0x81, 0x80 | length)) if length < 126 else b"\x81\xfe" + length.to_bytes(2, "big")
    return head + bytes(4) + payload


async def run(arguments: argparse.Namespace) -> None:
    """Connect, say ``ready``, wait for a line on stdin or for all records, and tell the counts."""
    loop = asyncio.get_running_loop()
    subscribe = {
        "type": "subscribe",
        "id": "a",
        "topic": arguments.topic,
        "mode": "lossless",
        "credits": "unlimited",
    }
    clients: list[CountingClient] = []
    for _ in range(arguments.clients):
        client = CountingClient(arguments.host, arguments.authorization, subscribe)
        await loop.create_connection(lambda made=client: made, arguments.host, arguments.port)
        await client.ready
        clients.append(client)
    print("ready", flush=True)
    told = loop.run_in_executor(None, sys.stdin.readline)
    while not told.done():
        if arguments.records and all(each.records >= arguments.records for each in clients):
            break
        await asyncio.sleep(0.02)
    print(
        json.dumps(
            {
                "records": [each.records for each in clients],
                "frames": sum(each.frames for each in clients),
                "bytes": sum(each.bytes for each in clients),
                "last": max(each.at for each in clients),
                "lost": sum(each.lost for each in clients),
            }
        ),
        flush=True,
    )
    os._exit(0)  # stdin's thread would be waited for


if __name__ == "__main__":
    import uvloop

    parser = argparse.ArgumentParser(prog="bench.live_clients", description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("authorization")
    parser.add_argument("topic")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--records", type=int, default=0, help="stop after so many each")
    uvloop.run(run(parser.parse_args()))
