"""What goes over a replication connection around the plug-in's messages. Pure.

Source: PostgreSQL's manual, "Streaming Replication Protocol": XLogData, primary keepalive, standby
status update.
"""

import re
from struct import Struct, error
from typing import Final, NamedTuple

from connect.connectors.postgresql_cdc.pgoutput import POSTGRES_EPOCH_US, MalformedMessage

_DATA: Final = Struct(">cQQq")
_KEEPALIVE: Final = Struct(">cQqB")
_STATUS: Final = Struct(">cQQQqB")
_LSN: Final = re.compile(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})")


class Data(NamedTuple):
    """One message of the plug-in; ``lsn`` is the change's."""

    lsn: int
    payload: bytes


class Keepalive(NamedTuple):
    """All transactions that were committed before ``wal_end`` have been sent."""

    wal_end: int
    asks_reply: bool


def unwrap(data: bytes) -> Data | Keepalive:
    """Raises ``MalformedMessage``."""
    try:
        if data[:1] == b"w":
            _tag, lsn, _end, _sent = _DATA.unpack_from(data)
            return Data(lsn, data[_DATA.size :])
        if data[:1] == b"k":
            _tag, wal_end, _sent, asks = _KEEPALIVE.unpack(data)
            return Keepalive(wal_end, bool(asks))
    except error as cause:
        raise MalformedMessage(f"the database's replication stream is damaged: {cause}") from cause
    raise MalformedMessage(f"the database sent {data[:1]!r} within its replication stream")


def status(received: int, confirmed: int, now_us: int) -> bytes:
    """The standby's status: what was ``received``, and what is ``confirmed`` to be kept for good;
    the log before that may go. ``now_us`` is microseconds since 1970."""
    return _STATUS.pack(
        b"r", max(received, confirmed), confirmed, confirmed, now_us - POSTGRES_EPOCH_US, 0
    )


def lsn_text(lsn: int) -> str:
    """As PostgreSQL writes it: ``16/B374D848``."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def lsn_of(text: str) -> int:
    """Raises ``ValueError``."""
    match = _LSN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no log position")
    return int(match[1], 16) << 32 | int(match[2], 16)
