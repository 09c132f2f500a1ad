"""Consumed records as REST v2 writes them: keys and values by the instance's format.

Beyond the anchors: ``timestamp`` (Unix ms) and ``headers``, whose values are base64.
"""

import base64
import json
from collections.abc import Callable
from json import JSONDecoder
from typing import Final, NoReturn

from brokers.wire.records import Record
from streaming.consumers.errors import UnreadableRecord
from streaming.consumers.settings import Format
from streaming.groups.model import TopicPartition


def writer(wanted: Format) -> Callable[[TopicPartition, Record], str]:
    """Writes one record; raises ``UnreadableRecord`` for what is not JSON in that format."""
    return _json_record if wanted is Format.JSON else _binary_record


def _json_record(partition: TopicPartition, record: Record) -> str:
    key = _json_text("key", record.key, partition, record)
    value = _json_text("value", record.value, partition, record)
    return _record(partition, record, key, value)


def _binary_record(partition: TopicPartition, record: Record) -> str:
    return _record(partition, record, _base64(record.key), _base64(record.value))


def _record(partition: TopicPartition, record: Record, key: str, value: str) -> str:
    headers = ",".join(
        f'{{"name":{json.dumps(name)},"value":{_base64(data)}}}' for name, data in record.headers
    )
    return (
        f'{{"topic":{json.dumps(partition.topic)},"key":{key},"value":{value},'
        f'"partition":{partition.partition},"offset":{record.offset},'
        f'"timestamp":{record.timestamp_ms},"headers":[{headers}]}}'
    )


def _base64(data: bytes | None) -> str:
    return "null" if data is None else f'"{base64.b64encode(data).decode()}"'


def _json_text(what: str, data: bytes | None, partition: TopicPartition, record: Record) -> str:
    """JSON as it was written, so that numbers keep every digit."""
    if data is None:
        return "null"
    try:
        text = data.decode()
        _decoder.decode(text)
    except (ValueError, RecursionError):
        raise UnreadableRecord(
            f"The {what} at offset {record.offset} of {partition} is not JSON. POST offset "
            f"{record.offset + 1} to the instance's positions to read on behind it, or create an "
            "instance of format binary."
        ) from None
    return text


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder: Final = JSONDecoder(parse_constant=_no_constant)
