"""So many wrong logins a second, however long each answer takes: connections are opened when they
are due, and not when the one before has ended.

Half of them try the neighbour's own key with a wrong secret, half a key that is not there.
"""

import asyncio
import os
import resource
import struct
import sys
import time
from collections.abc import Callable
from typing import Final

from bench.wire_client import frame
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.registry import ApiKey

OUTSTANDING_MAX: Final = 2_000
"""Of one flood. A broker that answers nothing is asked no more than that."""
ANSWER_SECONDS: Final = 30.0
BEHIND_SECONDS_MAX: Final = 1.0
"""What is not offered by then is not made up for: the rate is a rate, and no burst."""
_HANDSHAKE: Final = frame(ApiKey.SASL_HANDSHAKE, 1, SaslHandshakeRequest("PLAIN"))
_LENGTH: Final = struct.Struct(">i")
_CODE: Final = struct.Struct(">h")
_CODE_AT: Final = 4
"""After the correlation id, in a response of SaslAuthenticate."""


def allow_many_sockets() -> None:
    """As many as the system lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def source(number: int) -> str | None:
    """An address of the flood's own, where all of 127.0.0.0/8 is this machine: what a broker keeps
    by address then does not concern who is beside it."""
    return f"127.0.0.{2 + number % 250}" if sys.platform.startswith("linux") else None


async def flood(
    where: tuple[str, int], key: str, rate: float, from_: str | None, count: Callable[[bool], None]
) -> None:
    """For ever. ``count`` is told of each login that ended, and whether it was let in."""
    under_way: set[asyncio.Task[None]] = set()
    begun, offered = time.monotonic(), 0
    while True:
        passed = time.monotonic() - begun
        offered = max(offered, int((passed - BEHIND_SECONDS_MAX) * rate))
        while offered < passed * rate and len(under_way) < OUTSTANDING_MAX:
            name = key if offered % 2 else os.urandom(8).hex()
            login = asyncio.create_task(_counted(where, name, from_, count))
            under_way.add(login)
            login.add_done_callback(under_way.discard)
            offered += 1
        await asyncio.sleep(1 / rate)


async def _counted(
    where: tuple[str, int], key: str, from_: str | None, count: Callable[[bool], None]
) -> None:
    try:
        count(await asyncio.wait_for(_login(where, key, from_), ANSWER_SECONDS))
    except (OSError, EOFError, TimeoutError):
        count(False)


async def _login(where: tuple[str, int], key: str, from_: str | None) -> bool:
    local = (from_, 0) if from_ else None
    reader, writer = await asyncio.open_connection(*where, local_addr=local)
    try:
        said = SaslAuthenticateRequest(f"\0{key}\0wrong".encode())
        writer.write(_HANDSHAKE + frame(ApiKey.SASL_AUTHENTICATE, 1, said))
        await _answer(reader)
        return _CODE.unpack_from(await _answer(reader), _CODE_AT) == (0,)
    finally:
        # No farewell: closed ones would keep their ports for a minute, and there are not so many.
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(_LENGTH.unpack(await reader.readexactly(_LENGTH.size))[0])
