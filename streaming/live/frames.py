"""The frames of a live socket, as JSON text.

A batch is encoded once and shared: each record's text is made when the first subscriber needs it,
and the list of a whole batch is kept. Only what differs per subscriber is added to it. Offsets are
strings, since a browser's numbers end at 2**53.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any, Final

from brokers.wire.records import Record
from streaming.live.subscription import Slice
from streaming.records.content import Content, as_json

_TYPES: Final = {
    Content.JSON: '{"type":"json","data":',
    Content.STRING: '{"type":"string","data":',
    Content.BINARY: '{"type":"base64","data":',
}


@dataclass(slots=True)
class SharedBatch:
    """Records of one partition in offset order, for as many subscribers as there are."""

    partition: int
    records: Sequence[Record]
    next_offset: int
    high_watermark: int
    offsets: list[int] = field(init=False)
    _texts: list[str] | None = field(init=False, default=None)
    _whole: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.offsets = [record.offset for record in self.records]

    def frame(self, part: Slice, cursor: str) -> str:
        """The ``records`` frame with that part of the batch."""
        return (
            f'{{"type":"records","partition":{self.partition},"records":{self._list(part)},'
            f'"high_watermark":"{self.high_watermark}","skipped":{part.skipped},'
            f'"cursor":"{cursor}"}}'
        )

    def _list(self, part: Slice) -> str:
        if self._texts is None:
            self._texts = [record_text(record) for record in self.records]
        if part.stop - part.start < len(self._texts):
            return f"[{','.join(self._texts[part.start : part.stop])}]"
        if self._whole is None:
            self._whole = f"[{','.join(self._texts)}]"
        return self._whole


def record_text(record: Record) -> str:
    """One record as JSON. ``size`` is bytes of key and value."""
    size = len(record.key or b"") + len(record.value or b"")
    headers = ",".join(_header_text(name, value) for name, value in record.headers)
    return (
        f'{{"offset":"{record.offset}","timestamp":{record.timestamp_ms},'
        f'"key":{_payload_text(record.key)},"value":{_payload_text(record.value)},'
        f'"headers":[{headers}],"size":{size}}}'
    )


def ready_frame(topic: str, starts: Mapping[int, int], credits: int | None, mode: str) -> str:
    """The first frame: what is read, from where, and how many records may come unasked."""
    return _text(
        {
            "type": "ready",
            "topic": topic,
            "mode": mode,
            "partitions": sorted(starts),
            "credits": credits,
            "start": {str(partition): str(offset) for partition, offset in starts.items()},
        }
    )


def heartbeat_frame(high_watermarks: Mapping[int, int], skipped: int) -> str:
    """``skipped`` counts records let pass that no records frame has reported yet."""
    marks = {str(partition): str(offset) for partition, offset in high_watermarks.items()}
    return _text({"type": "heartbeat", "high_watermarks": marks, "skipped": skipped})


def error_frame(code: int, message: str) -> str:
    """What went wrong; the socket stays open unless a close follows."""
    return _text({"type": "error", "code": code, "message": message})


def pong_frame(message: Mapping[str, Any]) -> str:
    """The answer to ``ping``, with its ``id`` when it had one."""
    return _text({"type": "pong", **({"id": message["id"]} if "id" in message else {})})


def _payload_text(data: bytes | None) -> str:
    if data is None:
        return "null"
    content, text = as_json(data)
    return f"{_TYPES[content]}{text}}}"


def _header_text(name: str, value: bytes | None) -> str:
    """``[name, text]``; ``[name, base64, "base64"]`` when the value is not UTF-8."""
    if value is None:
        return f"[{encode_basestring(name)},null]"
    try:
        return f"[{encode_basestring(name)},{encode_basestring(value.decode())}]"
    except UnicodeDecodeError:
        return f'[{encode_basestring(name)},"{base64.b64encode(value).decode()}","base64"]'


def _text(frame: Mapping[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
