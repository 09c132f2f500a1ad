"""A byte stream of JSON objects, one after another, into single objects.

Kafka REST v3's produce takes one object or many, with nothing but optional white space between
them ("concatenated JSON"), for as long as the connection lasts. The splitter finds where each ends
in one pass; it keeps at most one unfinished object and never looks at a byte twice.
"""

import re
from collections.abc import Iterator
from typing import Final

from streaming.rest import record_json

OBJECT_BYTES_MAX: Final = 12 * 1024 * 1024
"""The largest message, base64-encoded, with room for its headers."""
DEPTH_MAX: Final = 2 + record_json.DEPTH_MAX
"""Of the data, within a record and its value. Deeper nesting would exhaust the JSON parser's stack
before it told anyone anything."""

_QUOTE: Final = ord('"')
_NOT_SPACE: Final = re.compile(rb"[^ \t\r\n]")
_NOT_SPACE_OR_COMMA: Final = re.compile(rb"[^ \t\r\n,]")
_IN_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_FLAT: Final = rb'[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"'
_TO_BRACKET: Final = re.compile(rb"(?:" + _FLAT + rb")*+", re.DOTALL)
"""Up to the next bracket, or to a string that does not end yet."""


def _nesting(levels: int) -> bytes:
    """A pattern for an object or a list with up to ``levels`` of them inside one another. It never
    goes back: what it has passed it has passed."""
    inner = rb"|" + _nesting(levels - 1) if levels > 1 else b""
    return rb"[{\[](?:" + _FLAT + inner + rb")*+[}\]]"


_SHALLOW: Final = re.compile(_nesting(5), re.DOTALL)
"""Most objects, whole, in one step of compiled code. Tried where an object begins, never again."""


class MalformedBody(Exception):
    """The body is not a sequence of JSON objects; there is no way to find the next one in it."""


class ObjectTooLarge(MalformedBody):
    """One object is longer than ``OBJECT_BYTES_MAX``."""


class ObjectSplitter:
    """Feed it bytes as they arrive; it gives back the objects that are complete."""

    _beginning = _NOT_SPACE

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
        return list(self.each(data))

    def each(self, data: bytes | memoryview) -> Iterator[bytes]:
        """``feed``, one object at a time: for who does not take them all."""
        self._buffer += data
        while (end := self._find_end()) is not None:
            complete = bytes(memoryview(self._buffer)[self._start : end])
            self._start = self._scanned = end
            yield complete
        del self._buffer[: self._start]
        self._scanned -= self._start
        self._start = 0
        if len(self._buffer) > self._limit:
            raise ObjectTooLarge(
                f"one record of the body is larger than {self._limit} bytes; send smaller records"
            )

    @property
    def unfinished_bytes(self) -> int:
        """Length of the object that has begun and not ended; it may be 0."""
        return len(self._buffer)

    def take_unfinished(self) -> bytes:
        """The object that has begun and not ended, for somebody else to go on with."""
        taken = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = self._depth = 0
        self._in_string = self._escaped = False
        return taken

    def finish(self) -> None:
        """Say that the body has ended; raises ``MalformedBody`` when it did so within an object."""
        if self._buffer:
            raise MalformedBody("the body ends in the middle of a JSON object")

    def _find_end(self) -> int | None:
        if self._depth == 0:
            if not self._find_start():
                return None
            found = _SHALLOW.match(self._buffer, self._start)
            if found is not None:
                return found.end()
        while self._scanned < len(self._buffer):
            if self._in_string:
                self._pass_string()
            elif self._pass_structure():
                return self._scanned
        return None

    def _find_start(self) -> bool:
        found = self._beginning.search(self._buffer, self._start)
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

    def _pass_structure(self) -> bool:
        """Go past the next bracket or into an open string; whether it closed the object."""
        self._scanned = _end_of(_TO_BRACKET, self._buffer, self._scanned)
        if self._scanned == len(self._buffer):
            return False
        byte = self._buffer[self._scanned]
        self._scanned += 1
        if byte == _QUOTE:
            self._in_string = True
        elif byte in b"{[":
            self._depth += 1
            if self._depth > DEPTH_MAX:
                raise MalformedBody(f"a record nests more than {DEPTH_MAX} levels deep")
        else:
            self._depth -= 1
            return self._depth == 0
        return False

    def _pass_string(self) -> None:
        if self._escaped:
            self._escaped = False
            self._scanned += 1
            return
        self._scanned = _end_of(_IN_STRING, self._buffer, self._scanned)
        if self._scanned < len(self._buffer):
            self._in_string = self._buffer[self._scanned] != _QUOTE
            self._escaped = self._in_string  # a backslash, and what it escapes is not there yet
            self._scanned += 1


class ElementSplitter(ObjectSplitter):
    """Of what stands between the brackets of a JSON array that is known to be right."""

    _beginning = _NOT_SPACE_OR_COMMA


def _end_of(pattern: "re.Pattern[bytes]", data: bytearray, start: int) -> int:
    found = pattern.match(data, start)
    assert found is not None, "both patterns match nothing as well"
    return found.end()
