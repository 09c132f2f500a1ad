"""A byte stream of JSON objects, one after another, into single objects.

Kafka REST v3's produce takes one object or many, with nothing but optional white space between
them ("concatenated JSON"), for as long as the connection lasts. The splitter finds where each ends
in one pass; it keeps at most one unfinished object and never looks at a byte twice.
"""

import re
from typing import Final

import msgspec

OBJECT_BYTES_MAX: Final = 12 * 1024 * 1024
"""The largest message, base64-encoded, with room for its headers."""
DEPTH_MAX: Final = 128
"""Deeper nesting would exhaust the JSON parser's stack before it told anyone anything."""

_WHITE_SPACE: Final = b" \t\r\n"
_NOT_SPACE: Final = re.compile(rb"[^ \t\r\n]")
_any_json: Final = msgspec.json.Decoder(msgspec.Raw)
_OUTSIDE_STRING: Final = re.compile(rb'["{}\[\]]')
_INSIDE_STRING: Final = re.compile(rb'["\\]')


class MalformedBody(Exception):
    """The body is not a sequence of JSON objects; there is no way to find the next one in it."""


class ObjectTooLarge(MalformedBody):
    """One object is longer than ``OBJECT_BYTES_MAX``."""


class ObjectSplitter:
    """Feed it bytes as they arrive; it gives back the objects that are complete."""

    def __init__(self, object_bytes_max: int = OBJECT_BYTES_MAX) -> None:
        self._limit = object_bytes_max
        self._buffer = bytearray()
        self._start = 0
        """Of the object at hand; what is before it has been given back."""
        self._scanned = 0
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, data: bytes) -> list[bytes]:
        """Objects completed by ``data``, in order, each from its ``{`` to its ``}``.

        Raises ``MalformedBody`` when something other than an object begins, or nests too deep.
        """
        is_first = not self._buffer
        self._buffer += data
        complete = []
        while (end := self._find_end(is_first)) is not None:
            complete.append(bytes(memoryview(self._buffer)[self._start : end]))
            self._start = self._scanned = end
        del self._buffer[: self._start]
        self._scanned -= self._start
        self._start = 0
        if len(self._buffer) > self._limit:
            raise ObjectTooLarge(
                f"one record of the body is larger than {self._limit} bytes; send smaller records"
            )
        return complete

    def finish(self) -> None:
        """Say that the body has ended; raises ``MalformedBody`` when it did so within an object."""
        if self._buffer:
            raise MalformedBody("the body ends in the middle of a JSON object")

    def _find_end(self, is_first: bool) -> int | None:
        if self._depth == 0:
            if not self._find_start():
                return None
            end = self._whole_line(is_first)
            if end is not None:
                return end
        while self._scanned < len(self._buffer):
            if self._in_string:
                self._pass_string()
            elif self._pass_structure():
                return self._scanned
        return None

    def _find_start(self) -> bool:
        found = _NOT_SPACE.search(self._buffer, self._start)
        if found is None:
            self._start = self._scanned = len(self._buffer)
            return False
        self._start = self._scanned = found.start()
        if self._buffer[self._start] != ord("{"):
            raise MalformedBody(
                "the body is not a sequence of JSON objects: expected '{', found byte "
                f"0x{self._buffer[self._start]:02x}"
            )
        return True

    def _whole_line(self, is_first: bool) -> int | None:
        """Where the object ends when it stands alone on a line, as most do: compiled code sees
        that faster than this class does. Tried once for each line."""
        end = self._buffer.find(b"\n", self._start)
        if end < 0:
            if not is_first:
                return None
            end = len(self._buffer)
        line = bytes(memoryview(self._buffer)[self._start : end]).rstrip(_WHITE_SPACE)
        if not line.endswith(b"}") or line.count(b"{") + line.count(b"[") > DEPTH_MAX:
            return None
        try:
            _any_json.decode(line)
        except (ValueError, RecursionError):
            return None
        return self._start + len(line)

    def _pass_structure(self) -> bool:
        """Go past the next bracket or quote; whether it closed the object."""
        found = _OUTSIDE_STRING.search(self._buffer, self._scanned)
        if found is None:
            self._scanned = len(self._buffer)
            return False
        self._scanned = found.end()
        match found.group():
            case b'"':
                self._in_string = True
            case b"{" | b"[":
                self._depth += 1
                if self._depth > DEPTH_MAX:
                    raise MalformedBody(f"a record nests more than {DEPTH_MAX} levels deep")
            case _:
                self._depth -= 1
                return self._depth == 0
        return False

    def _pass_string(self) -> None:
        if self._escaped:
            self._escaped = False
            self._scanned += 1
            return
        found = _INSIDE_STRING.search(self._buffer, self._scanned)
        if found is None:
            self._scanned = len(self._buffer)
            return
        self._scanned = found.end()
        if found.group() == b'"':
            self._in_string = False
        else:
            self._escaped = True
