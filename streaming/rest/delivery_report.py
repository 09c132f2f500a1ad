"""What REST v3 tells of each record of a produce request: a delivery report, or an error."""

import time
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Final

import msgspec

from streaming.access.caller import TenantAccess
from streaming.problems import Problem
from streaming.records.outgoing import Delivered
from streaming.rest.produce_request import Payload, ProduceRequest
from streaming.rest.shipment import Answer, Report


def delivery_reports(access: TenantAccess, topic: str) -> Report:
    """Writes the fields of a delivery report, as JSON without its braces."""
    cluster, name = (msgspec.json.encode(each).decode() for each in (access.cluster_id, topic))
    return partial(_report, f'"error_code":200,"cluster_id":{cluster},"topic_name":{name}')


def _report(prefix: str, asked: ProduceRequest, partition: int, delivered: Delivered) -> bytes:
    offset, timestamp_ms = delivered
    return (
        f'{prefix},"partition_id":{partition},"offset":{offset},'
        f'"timestamp":"{rfc3339(timestamp_ms)}",'
        f'"key":{_sized(asked.key)},"value":{_sized(asked.value)}'
    ).encode()


def _sized(payload: Payload | None) -> str:
    if payload is None:
        return "null"
    return f'{{"type":"{payload.type}","size":{len(payload.data or b"")}}}'


@lru_cache(1024)
def rfc3339(timestamp_ms: int) -> str:
    """``2013-01-01T05:00:00.500Z``; records that came together mostly share one."""
    seconds, milliseconds = divmod(timestamp_ms, 1000)
    return f"{_to_the_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(1024)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


_JOINT: Final = b"}\r\n{"


def lines_of(answers: Sequence[Answer]) -> bytes:
    """Answers, one at least, as concatenated JSON, each with a line end behind it."""
    # Copied once: together they are far longer than what asked for them.
    fields = [_told(each) if isinstance(each, Problem) else each for each in answers]
    fields[0] = b"{" + fields[0]
    fields[-1] += b"}\r\n"
    return _JOINT.join(fields)


def line_of(answer: Answer) -> bytes:
    return lines_of([answer])


def _told(problem: Problem) -> bytes:
    """The fields of its JSON, without the braces."""
    body = {"error_code": problem.error_code, "message": problem.message}
    return msgspec.json.encode(body)[1:-1]
