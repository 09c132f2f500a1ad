"""A record as JSON text, the same wherever REST shows one.

Values that are JSON stand in it as they were written. What is longer than a page's limit for one
key or value is cut, marked ``truncated`` with its whole ``size``, and linked as a whole.
"""

import base64
from codecs import utf_8_decode
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Final

from brokers.wire.records import Record
from streaming.records.content import Content, as_json
from streaming.records.decoding import Unreadable

_TYPES: Final = {
    Content.JSON: '{"type":"JSON","data":',
    Content.STRING: '{"type":"STRING","data":',
    Content.BINARY: '{"type":"BINARY","data":',
}


def record_text(partition: int, record: Record, max_value_bytes: int, topic_url: str) -> str:
    """One record; its link begins with ``topic_url``. ``size`` is bytes of key and value."""
    key, value = record.key, record.value
    size = (0 if key is None else len(key)) + (0 if value is None else len(value))
    headers = _headers_text(record.headers) if record.headers else "[]"
    if size > max_value_bytes:
        href = f"{topic_url}/partitions/{partition}/records/{record.offset}"
        key_text = _cut_text(key, max_value_bytes, href)
        value_text = _cut_text(value, max_value_bytes, href)
    else:
        key_text, value_text = payload_text(key), payload_text(value)
    return (
        f'{{"partition_id":{partition},"offset":{record.offset},'
        f'"timestamp":{record.timestamp_ms},"key":{key_text},"value":{value_text},'
        f'"headers":{headers},"size":{size}}}'
    )


def payload_text(data: bytes | None) -> str:
    if data is None:
        return "null"
    content, text = as_json(data)
    return f"{_TYPES[content]}{text}}}"


def _cut_text(data: bytes | None, limit: int, href: str) -> str:
    if data is None or len(data) <= limit:
        return payload_text(data)
    shown = data[:limit]
    try:
        text, _used = utf_8_decode(shown, "strict", False)
        kind, shown_text = "STRING", encode_basestring(text)
    except UnicodeDecodeError:
        kind, shown_text = "BINARY", f'"{base64.b64encode(shown).decode()}"'
    return (
        f'{{"type":"{kind}","data":{shown_text},"truncated":true,"size":{len(data)},'
        f'"href":{encode_basestring(href)}}}'
    )


def _headers_text(headers: Sequence[tuple[str, bytes | None]]) -> str:
    texts = (
        f'{{"name":{encode_basestring(name)},"value":'
        + ("null}" if value is None else f'"{base64.b64encode(value).decode()}"}}')
        for name, value in headers
    )
    return f"[{','.join(texts)}]"


def unreadable_text(partition: int, what: Unreadable) -> str:
    return (
        f'{{"partition_id":{partition},"offset":{what.first},"next_offset":{what.next},'
        f'"message":{encode_basestring(what.reason)}}}'
    )
