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
from streaming.records.content import Content, as_json_bytes
from streaming.records.decoding import Unreadable

_RECORD: Final = (
    b'{"partition_id":%d,"offset":%d,"timestamp":%d,"key":%b,"value":%b,"headers":%b,"size":%d}'
)


def record_text(partition: int, record: Record, max_value_bytes: int, topic_url: str) -> bytes:
    """One record, JSON in UTF-8; its link begins with ``topic_url``. ``size`` is bytes of key and
    value."""
    offset, timestamp_ms, key, value, headers = record
    size = (len(key) if key else 0) + (len(value) if value else 0)
    if size > max_value_bytes:
        href = f"{topic_url}/partitions/{partition}/records/{offset}"
        key_text = _cut_text(key, max_value_bytes, href)
        value_text = _cut_text(value, max_value_bytes, href)
    else:
        key_text, value_text = payload_text(key), payload_text(value)
    headers_text = _headers_text(headers) if headers else b"[]"
    return _RECORD % (partition, offset, timestamp_ms, key_text, value_text, headers_text, size)


def record_bytes_text(partition: int, record: Record) -> bytes:
    """One record as ``record_text`` has it, with key and value byte for byte, as BINARY."""
    offset, timestamp_ms, key, value, headers = record
    size = (len(key) if key else 0) + (len(value) if value else 0)
    headers_text = _headers_text(headers) if headers else b"[]"
    texts = _binary_text(key), _binary_text(value)
    return _RECORD % (partition, offset, timestamp_ms, *texts, headers_text, size)


def _binary_text(data: bytes | None) -> bytes:
    return b"null" if data is None else b'{"type":"BINARY","data":"%b"}' % base64.b64encode(data)


def payload_text(data: bytes | None) -> bytes:
    if data is None:
        return b"null"
    content, text = as_json_bytes(data)
    if content is Content.JSON:
        return b'{"type":"JSON","data":%b}' % text
    if content is Content.STRING:
        return b'{"type":"STRING","data":%b}' % text
    return b'{"type":"BINARY","data":%b}' % text


def _cut_text(data: bytes | None, limit: int, href: str) -> bytes:
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
    ).encode()


def _headers_text(headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    texts = (
        f'{{"name":{encode_basestring(name)},"value":'
        + ("null}" if value is None else f'"{base64.b64encode(value).decode()}"}}')
        for name, value in headers
    )
    return f"[{','.join(texts)}]".encode()


def unreadable_text(partition: int, what: Unreadable) -> str:
    return (
        f'{{"partition_id":{partition},"offset":{what.first},"next_offset":{what.next},'
        f'"message":{encode_basestring(what.reason)}}}'
    )
