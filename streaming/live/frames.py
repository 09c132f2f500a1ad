"""The frames that a live socket sends, as JSON text.

Offsets are strings, since a browser's numbers end at 2**53. Frames of a subscription carry its
``id``; on a socket that has just one, there is none.
"""

import json
from collections.abc import Mapping
from typing import Any

from streaming.live.close_codes import CloseCode


def ready_frame(
    id: str | None, topic: str, starts: Mapping[int, int], credits: int | None, mode: str
) -> str:
    """The first frame: what is read, from where, and how many records may come unasked."""
    return _text(
        "ready",
        id,
        topic=topic,
        mode=mode,
        partitions=sorted(starts),
        credits=credits,
        start=_offsets(starts),
    )


def heartbeat_frame(id: str | None, high_watermarks: Mapping[int, int], skipped: int) -> str:
    """``skipped`` counts records let pass that no records frame has reported yet."""
    return _text("heartbeat", id, high_watermarks=_offsets(high_watermarks), skipped=skipped)


def idle_frame() -> str:
    """The heartbeat of a socket without subscriptions."""
    return _text("heartbeat", None)


def progress_frame(id: str | None, *, cursor: str, **counts: int) -> str:
    """How far a filter has come: records and bytes it looked at, matches, and records that it
    could not tell."""
    return _text("progress", id, **counts, cursor=cursor)


def rebalance_frame(id: str | None, releasing: Mapping[int, int], seconds: float) -> str:
    """Partitions that the group takes back, with the offsets sent so far: commit now."""
    return _text("rebalance", id, revoking=_offsets(releasing), seconds=seconds)


def assigned_frame(id: str | None, starts: Mapping[int, int], member: str) -> str:
    """Partitions that the group gave to this subscription, and from where they are read."""
    return _text("assigned", id, partitions=_offsets(starts), member=member)


def revoked_frame(id: str | None, partitions: list[int], *, lost: bool) -> str:
    """Partitions that it has no longer; ``lost`` when the group did not wait for it."""
    return _text("revoked", id, partitions=partitions, lost=lost)


def committed_frame(id: str | None, offsets: Mapping[int, int]) -> str:
    """The group has these offsets."""
    return _text("committed", id, offsets=_offsets(offsets))


def produced_frame(id: str, partition: int, offset: int, timestamp_ms: int) -> str:
    """A record is written on all in-sync replicas."""
    return _text("produced", id, partition=partition, offset=str(offset), timestamp=timestamp_ms)


def filtered_frame(id: str | None, filter: str | None) -> str:
    """The filter is another now."""
    return _text("filtered", id, filter=filter)


def error_frame(code: int, message: str, id: str | None = None, *, retryable: bool = False) -> str:
    """What went wrong; the socket stays open unless a close follows."""
    return _text("error", id, code=code, message=message, retryable=retryable)


def bye_frame(id: str | None, code: CloseCode | None, reason: str, cursor: str | None) -> str:
    """A subscription's end, or with no ``id`` the socket's: a close follows."""
    said: dict[str, Any] = {} if code is None else {"code": int(code)}
    return _text("bye", id, **said, reason=reason, cursor=cursor)


def pong_frame(message: Mapping[str, Any]) -> str:
    """The answer to ``ping``, with its ``id`` when it had one."""
    return json.dumps(
        {"type": "pong", **({"id": message["id"]} if "id" in message else {})},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _offsets(by_partition: Mapping[int, int]) -> dict[str, str]:
    return {str(partition): str(offset) for partition, offset in by_partition.items()}


def _text(type: str, id: str | None, **fields: Any) -> str:
    named = {} if id is None else {"id": id}
    frame = {"type": type, **named, **fields}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
