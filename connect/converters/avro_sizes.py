"""How much memory a value in Avro takes once it is decoded, found before anything of it is made.

A record of Avro that takes one byte becomes a dict of 184 bytes, and what becomes of a byte is the
schema's to say: records within records, or hundreds of fields of null, take any number of them.

Sizes are CPython's (``sys.getsizeof``, rounded up), at most: less is taken by small numbers, which
are shared, and by texts that are all ASCII.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connect.converters.avro_schemas import MAP_ENTRY, NAMESPACE
from connect.converters.decoded_memory import allowed_bytes, struct_bytes, too_large

_CONTENT: Final = 4
"""For each byte at most, of text beside its object: one character beyond the BMP makes all wide."""
_OBJECT: Final = 80
"""A text of two characters or more, without them. Shorter ones are shared, as bytes are."""
_NUMBER: Final = 32
_MOMENT: Final = 64
_DECIMAL: Final = 128
_NAMED: Final = 64
"""A pair with the name of its branch: so fastavro gives what has a name in a union."""
_LIST: Final = 64
_LIST_BEGUN: Final = 32
_LIST_ITEM: Final = 12
_MAP: Final = 64
_MAP_BEGUN: Final = 48
_MAP_ITEM: Final = 72
"""A dict that grows holds its former table meanwhile."""
_ENTRY: Final = 96
"""The same where keys are no text: the map is made of an array of records."""


class _Meter:
    """Goes through one value. ``spent`` is what the value takes so far; a position is an index into
    ``data``."""

    __slots__ = ("data", "most", "spent")

    def __init__(self, data: bytes, spent: int, most: int) -> None:
        self.data = data
        self.spent = spent
        self.most = most

    def long(self, at: int) -> tuple[int, int]:
        """A zigzag varint and where it ends. Raises ``ValueError``, ``IndexError``."""
        number = 0
        for shift in range(0, 70, 7):
            byte = self.data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise ValueError("a number of more than 10 bytes")
        if number >> 64:
            raise ValueError("a number of more than 64 bits")
        return (number >> 1) ^ -(number & 1), at

    def block(self, at: int) -> tuple[int, int]:
        """How many items follow, and where the first begins."""
        count, at = self.long(at)
        if count < 0:  # With the bytes that they take, which nobody needs.
            _, at = self.long(at)
        return abs(count), at

    def begin(self, count: int, least: int, at: int) -> None:
        """Raises ``EOFError`` where there is no room for ``count`` items of ``least`` bytes."""
        if count * least > len(self.data) - at:
            raise EOFError(f"{count} items are announced and {len(self.data) - at} bytes left")

    def spend(self, memory: int) -> None:
        """Raises ``_TooLarge``."""
        self.spent += memory
        if self.spent > self.most:
            raise _TooLarge


class _TooLarge(Exception):
    """What was spent is more than what may be."""


_Skip = Callable[[_Meter, int], int]
"""Where the value at a position ends; what it takes beyond ``_Node.memory`` is spent."""


@dataclass(frozen=True, slots=True)
class _Node:
    """Of values of one schema: ``least`` bytes at least, all of which are ``memory`` bytes and
    ``rate`` more for each byte beyond ``least``, at most. Where ``least`` is 0, no value has any
    bytes."""

    least: int
    memory: int
    rate: int
    skip: _Skip


class DecodedSize:
    """Of values of one schema, ``document``, as fastavro has parsed it. Raises ``ValueError`` or
    ``TypeError`` for one that says what cannot be."""

    def __init__(self, document: Any) -> None:
        self._node = _Nodes().of(document)

    def check(self, data: bytes, start: int) -> None:
        """``data`` from ``start`` on is a value. Raises ``DataError`` if it takes more memory than
        ``allowed_bytes``, and ``ValueError``, ``EOFError`` or ``IndexError`` if that is not to be
        known since it is no value.

        Looks into ``data`` only where the schema and the size allow of any doubt.
        """
        node, size = self._node, len(data) - start
        most = allowed_bytes(size) - _CONTENT * size
        if node.memory + node.rate * size <= most:
            return
        meter = _Meter(data, 0, most)
        try:
            meter.spend(node.memory)
            end = node.skip(meter, start)
        except _TooLarge:
            raise too_large(size) from None
        if end > len(data):
            raise EOFError("it ends early")


def _nothing(meter: _Meter, at: int) -> int:
    return at


def _number(meter: _Meter, at: int) -> int:
    data = meter.data
    while data[at] > 0x7F:
        at += 1
    return at + 1


def _text(meter: _Meter, at: int) -> int:
    size, at = meter.long(at)
    if size < 0:
        raise ValueError(f"a text of {size} bytes")
    if size > 1:
        meter.spend(_OBJECT)
    return at + size


def _of_bytes(count: int) -> _Skip:
    return lambda meter, at: at + count


_TEXT: Final = _Node(1, 0, _OBJECT // 2, _text)
_PLAIN: Final = {
    "null": _Node(0, 0, 0, _nothing),
    "boolean": _Node(1, 0, 0, _of_bytes(1)),
    "int": _Node(1, _NUMBER, 0, _number),
    "long": _Node(1, _NUMBER, 0, _number),
    "float": _Node(4, _NUMBER, 0, _of_bytes(4)),
    "double": _Node(8, _NUMBER, 0, _of_bytes(8)),
    "string": _TEXT,
    "bytes": _TEXT,
}


class _Nodes:
    """Reads one document; a name is defined before it is referred to."""

    def __init__(self) -> None:
        self._named: dict[str, _Node] = {}

    def of(self, document: Any) -> _Node:
        if isinstance(document, list):
            return self._union(document)
        if isinstance(document, str):
            return _PLAIN.get(document) or self._named[document]
        match document["type"]:
            case "record" | "error":
                node = self._named[document["name"]] = self._record(document)
                return node
            case "fixed":
                node = self._named[document["name"]] = _fixed(document)
                return node
            case "enum":
                node = self._named[document["name"]] = _Node(1, 0, 0, _number)
                return node
            case "array":
                return self._array(document["items"])
            case "map":
                return _map(self.of(document["values"]))
            case kind:
                return _primitive(kind, document)

    def _record(self, document: Mapping[str, Any]) -> _Node:
        fields = [self.of(each["type"]) for each in document["fields"]]
        memory = struct_bytes([each["name"] for each in document["fields"]])
        skips = tuple(each.skip for each in fields if each.least)

        def skip(meter: _Meter, at: int) -> int:
            for each in skips:
                at = each(meter, at)
            return at

        return _Node(
            sum(each.least for each in fields),
            memory + sum(each.memory for each in fields),
            max((each.rate for each in fields), default=0),
            skips[0] if len(skips) == 1 else skip,
        )

    def _array(self, items: Any) -> _Node:
        item = self.of(items)
        least = max(1, item.least)
        each = item.memory + _LIST_ITEM + (_ENTRY if _is_map_entry(items) else 0)

        skip = _blocks(item.skip, least, _LIST_BEGUN, each)
        return _Node(1, _LIST, max(_LIST_BEGUN, _ceil(each, least), item.rate), skip)

    def _union(self, branches: list[Any]) -> _Node:
        # One branch beside null is that or null; of several, a struct has a field for each.
        others = [str(number) for number, each in enumerate(branches) if each != "null"]
        around = struct_bytes(others) if len(others) > 1 else 0
        nodes = [self._branch(each, around) for each in branches]
        least = min(each.least for each in nodes)
        memory = max(each.memory for each in nodes if each.least == least)
        more = [max(0, each.memory - memory) for each in nodes]
        longer = [max(1, each.least - least) for each in nodes]
        rates = map(_ceil, more, longer)

        def skip(meter: _Meter, at: int) -> int:
            index, at = meter.long(at)
            meter.spend(more[index])
            return nodes[index].skip(meter, at)

        return _Node(1 + least, memory, max(*rates, *(each.rate for each in nodes)), skip)

    def _branch(self, document: Any, around: int) -> _Node:
        node = self.of(document)
        if document == "null":
            return node
        is_plain = isinstance(document, str) and document in _PLAIN
        memory = node.memory + around + (0 if is_plain else _NAMED)
        return _Node(node.least, memory, node.rate, node.skip)


def _map(value: _Node) -> _Node:
    inner, least = value.skip, 1 + value.least
    each = value.memory + _MAP_ITEM

    def entry(meter: _Meter, at: int) -> int:
        return inner(meter, _text(meter, at))

    skip = _blocks(entry, least, _MAP_BEGUN, each)
    return _Node(1, _MAP, max(_MAP_BEGUN, _ceil(each, least), _TEXT.rate, value.rate), skip)


def _blocks(inner: _Skip, least: int, begun: int, each: int) -> _Skip:
    """Past blocks of items, up to the empty one: ``each`` is what an item takes beyond ``inner``,
    ``begun`` what a block does, and ``least`` the bytes that an item has at least."""

    def skip(meter: _Meter, at: int) -> int:
        while True:
            count, at = meter.block(at)
            if not count:
                return at
            meter.begin(count, least, at)
            meter.spend(begun + each * count)
            for _ in range(count):
                at = inner(meter, at)

    return skip


def _fixed(document: Mapping[str, Any]) -> _Node:
    size = int(document["size"])
    if size < 0:
        raise ValueError(f"{document['name']} is of {size} bytes")
    memory = _DECIMAL if "logicalType" in document else 0
    return _Node(size, memory + (_OBJECT if size > 1 else 0), 0, _of_bytes(size))


def _primitive(kind: str, document: Mapping[str, Any]) -> _Node:
    node = _PLAIN[kind]
    if "logicalType" not in document:
        return node
    memory = _DECIMAL if node is _TEXT else _MOMENT
    return _Node(node.least, node.memory + memory, node.rate, node.skip)


def _is_map_entry(items: Any) -> bool:
    """Of a parsed document, whose names are whole."""
    is_named = isinstance(items, Mapping) and "name" in items
    return is_named and str(items["name"]).startswith(f"{NAMESPACE}.{MAP_ENTRY}")


def _ceil(memory: int, count: int) -> int:
    return -(-memory // count)
