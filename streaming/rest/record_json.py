"""JSON within a record of a produce body: kept as it was written, or said to be wrong.

Neither takes it apart into Python's objects where these would take too much memory: a list of empty
lists becomes twenty-five times its length.
"""

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from brokers.kernel.limits import DECODED_GROWTH, KIB, MIB

DEPTH_MAX: Final = 128
"""Deeper nesting would exhaust the JSON parsers of those who read it."""

_text_decoder: Final = msgspec.json.Decoder(str)
_any_decoder: Final = msgspec.json.Decoder()
_without_space: Final = msgspec.json.format
_QUOTED: Final = rb'"(?:[^"\\]++|\\.)*+"'
_STRING: Final = re.compile(_QUOTED, re.DOTALL)
_BRACKET: Final = re.compile(_QUOTED + rb"|([\[{])|[\]}]", re.DOTALL)
_NUMBER: Final = re.compile(rb"[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+")
_TO_LARGE_NUMBER: Final = re.compile(
    rb'(?:[^"0-9]++|' + _QUOTED + rb"|[0-9]{1,99}+(?:\.[0-9]++)?+"
    rb"(?:[eE](?:-[0-9]++|[+]?[0-9]{1,2}+))?+(?![0-9.eE]))*+",
    re.DOTALL,
)
"""Up to a number, if there is one, of which a double might not hold the magnitude."""

_DECODED_BYTES_MAX: Final = 16 * KIB
"""JSON up to this is decoded to see whether it can be: it becomes up to thirty times as much."""

_VALUE_BYTES: Final = 120
"""What ``json.loads`` takes at most for each value; before it is a comma, a colon or a bracket."""


class InvalidRecord(Exception):
    """The object does not describe a record; the message says which field and what it must be."""


def checked_utf8(text: bytes) -> bytes:
    """``text``, of which msgspec does not look at every byte. Raises ``UnicodeDecodeError``."""
    # One character outside of Unicode's first plane makes four bytes of each of them: not kept.
    text.decode()
    return text


def kept_json(field: str, raw: bytes) -> bytes:
    """``raw``, the valid JSON of a ``field``, without the space between its tokens.

    Raises ``InvalidRecord``.
    """
    if len(raw) > DEPTH_MAX and raw.count(b"[") + raw.count(b"{") > DEPTH_MAX:
        _check_depth(field, raw)
    _check_numbers(field, raw)
    kept = _without_space(raw, indent=-1)
    return _with_plain_strings(kept) if b"\\u" in kept else kept


def _check_numbers(field: str, raw: bytes) -> None:
    """Raise ``InvalidRecord`` for a number that JSON can write and a double cannot hold."""
    try:
        if len(raw) <= _DECODED_BYTES_MAX:
            _any_decoder.decode(raw)
            return
        at = 0
        while (harmless := _TO_LARGE_NUMBER.match(raw, at)) and harmless.end() < len(raw):
            large = _NUMBER.match(raw, harmless.end())
            assert large is not None, "a pattern that stops in valid JSON stops at a number"
            _any_decoder.decode(large.group())
            at = large.end()
    except ValueError as error:
        raise InvalidRecord(f"{field} has a number out of range") from error


def _with_plain_strings(kept: bytes) -> bytes:
    """Its characters instead of their \\u escapes, where JSON lets them stand."""
    plain = bytearray()
    end = 0
    for found in _STRING.finditer(kept):
        text = found.group()
        if b"\\u" in text:
            plain += kept[end : found.start()]
            plain += msgspec.json.encode(_text_decoder.decode(text))
            end = found.end()
    plain += kept[end:]
    return bytes(plain)


def _check_depth(field: str, raw: bytes) -> None:
    depth = 0
    for found in _BRACKET.finditer(raw):
        if found.group(1):
            depth += 1
        elif found.group() in b"]}":
            depth -= 1
        if depth > DEPTH_MAX:
            raise InvalidRecord(f"{field} nests more than {DEPTH_MAX} levels deep")


def loaded(text: bytes) -> Any:
    """What JSON that is refused holds. Raises ``ValueError``, ``RecursionError`` and, where that
    would take too much memory, ``InvalidRecord``."""
    require_explicable(text)
    return json.loads(text.decode(), parse_constant=_no_constant)


def require_explicable(text: bytes) -> None:
    """Raise ``InvalidRecord`` for JSON that would take too much memory as Python's objects."""
    values = sum(map(text.count, (b",", b":", b"[", b"{")))
    characters = len(text) if text.isascii() else 4 * len(text)
    # Once as text and once in its values, beside the body that it was read from.
    if values * _VALUE_BYTES + 2 * characters > DECODED_GROWTH // 2 * len(text) + MIB:
        raise InvalidRecord("the record is not as it must be, and too long to be told more about")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
