"""Keys and values of the topic of source offsets, in Kafka Connect's form: JSON. Pure.

A key is ``["connector",{source partition}]``, a value ``{source offset}``, or none where the source
begins from the beginning. Two spellings of one source partition are the same partition, so ours is
canonical: keys sorted, no spaces.
"""

import reprlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from connect.spi.errors import DataError

_CANONICAL: Final = orjson.OPT_SORT_KEYS


def partition_key(partition: Mapping[str, Any]) -> str:
    """What a source partition is known by. Raises ``DataError`` for one that is no JSON."""
    return _text(partition, "source partition").decode()


def stored_key(connector: str, partition: Mapping[str, Any]) -> bytes:
    """Raises ``DataError`` as ``partition_key`` does."""
    return _text([connector, partition], "source partition")


def stored_value(offset: Mapping[str, Any] | None) -> bytes | None:
    """Raises ``DataError`` for an offset that is no JSON."""
    return None if offset is None else _text(offset, "source offset")


def read_key(data: bytes | None) -> tuple[str, dict[str, Any]] | None:
    """(connector, source partition); None for a key that is none of ours."""
    try:
        document = orjson.loads(data or b"")
    except orjson.JSONDecodeError:
        return None
    match document:
        case [str() as connector, dict() as partition]:
            return connector, partition
    return None


def read_value(data: bytes | None) -> dict[str, Any] | None:
    """The source offset; None for a tombstone, for ``null`` and for what is no offset."""
    try:
        document = orjson.loads(data or b"null")
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _text(value: object, what: str) -> bytes:
    try:
        # A mapping that is no dict, such as the ones of records, is not known to orjson.
        return orjson.dumps(value, default=_plain, option=_CANONICAL)
    except TypeError as error:
        # In short: it may be as large as a request's body.
        shown = reprlib.repr(value)
        raise DataError(f"the {what} {shown} cannot be written as JSON: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON type")
