"""How much memory a message takes once it is decoded, found before anything of it is made.

A message of two bytes has room for all fields of its kind, twice: where ``google.protobuf`` keeps
it, and as a dict. So messages within a message are counted; what else there is takes at most
``_FLAT`` bytes of memory for each of its own, or ``_ENUMS``.

Sizes are those of CPython and of ``upb``, which ``google.protobuf`` is made of, at most.
"""

from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from connect.converters.decoded_memory import DECIMAL as DECIMAL_BYTES
from connect.converters.decoded_memory import (
    LIST,
    LIST_ITEM,
    MAP,
    MAP_ITEM,
    Allowance,
    struct_bytes,
)
from connect.converters.protobuf_schemas import DATE, DECIMAL, TIME, TIMESTAMP, WRAPPERS

_FLAT: Final = 48
_ENUMS: Final = 96
"""Where enumerations are repeated: a byte may be a number without a name, which becomes a text."""
_DIGITS: Final = 512 * 1024
"""What is left to decimals of many digits where nobody looks."""
_LEAF: Final = 64
"""A date, a moment or a number."""
_MESSAGE: Final = 32
"""Of ``upb``'s, without its fields."""
_FIELD: Final = 17
_ITEM: Final = 24
"""Of an array that grows where nothing is given back."""
_ENTRY: Final = 96
"""The same of a map."""
_KEY: Final = 64
_VARINT, _I64, _DELIMITED, _GROUP, _GROUP_END, _I32 = range(6)
_LEAVES: Final = frozenset({TIMESTAMP, DATE, TIME, DECIMAL, *WRAPPERS})


@dataclass(slots=True)
class _Node:
    """Messages of one kind take ``memory``, ``flat`` more for each byte, and ``rate`` beyond that
    where they hold others, at most. ``within`` has the fields, by their tags, that are messages:
    what one takes, and what is in it."""

    memory: int
    flat: int = _FLAT
    rate: int = 0
    within: dict[int, tuple[int, "_Node"]] = field(default_factory=dict)

    def add(self, number: int, memory: int, node: "_Node") -> None:
        """Field ``number`` takes ``memory`` and is, or leads to, ``node``."""
        tag = number << 3 | _DELIMITED
        least = 2 if tag < 0x80 else 3
        self.within[tag] = memory, node
        self.rate = max(self.rate, -(-memory // least), node.rate)
        self.flat = max(self.flat, node.flat)


class DecodedSize:
    """Of messages of one kind."""

    def __init__(self, message: Descriptor) -> None:
        self._node = _Nodes().of(message)

    def spend(self, allowance: Allowance, data: bytes) -> None:
        """Take what the message ``data`` will take from ``allowance``, which is begun for it.
        Raises ``DataError`` when that is too much, and ``ValueError`` or ``IndexError`` where it is
        not to be known since ``data`` is no message.

        Looks into ``data`` only where the schema and the size allow of any doubt.
        """
        node, size = self._node, len(data)
        allowance.begin(size, node.flat)
        most = node.memory + node.rate * size
        if most + _DIGITS <= allowance.left:
            allowance.spend(most)
            return
        allowance.spend(node.memory)
        if node.within:
            _walk(allowance, data, 0, size, node.within)


def _walk(
    allowance: Allowance, data: bytes, at: int, end: int, within: dict[int, tuple[int, _Node]]
) -> None:
    """One message, from ``at`` to ``end``."""
    groups = 0
    while at < end:
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _DELIMITED:
            size, at = _varint(data, at)
            after = at + size
            if after > end:
                raise ValueError(f"{size} bytes are announced and {end - at} left")
            # What is in a group has numbers of its own; only foreign fields are groups.
            known = None if groups else within.get(tag)
            if known is not None:
                memory, node = known
                allowance.spend(memory)
                if node.within:
                    _walk(allowance, data, at, after, node.within)
            at = after
        elif kind == _VARINT:
            _, at = _varint(data, at)
        elif kind == _I32:
            at += 4
        elif kind == _I64:
            at += 8
        elif kind == _GROUP:
            groups += 1
        elif kind == _GROUP_END:
            groups -= 1
        else:
            raise ValueError(f"a field of the kind {kind}")
    if at > end or groups:
        raise ValueError("it ends early")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends. Raises ``ValueError``, ``IndexError``."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    number = byte & 0x7F
    for shift in range(7, 70, 7):
        at += 1
        byte = data[at]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at + 1
    raise ValueError("a number of more than 10 bytes")


class _Nodes:
    """Of the messages within one, each of which is looked at once."""

    def __init__(self) -> None:
        self._made: dict[str, _Node] = {}

    def of(self, message: Descriptor) -> _Node:
        node = self._made.get(message.full_name)
        if node is None:
            node = self._made[message.full_name] = self._message(message)
        return node

    def _message(self, message: Descriptor) -> _Node:
        fields = message.fields
        node = _Node(_of_upb(message) + struct_bytes([each.name for each in fields]))
        for each in fields:
            if _is_map(each):
                node.memory += MAP
                self._map(node, each)
            elif each.is_repeated:
                node.memory += LIST
                if each.enum_type is not None:
                    node.flat = _ENUMS
            if each.message_type is not None and not _is_map(each):
                inner = self._single(each.message_type)
                more = _ITEM + LIST_ITEM if each.is_repeated else 0
                node.add(each.number, inner.memory + more, inner)
        return node

    def _map(self, node: _Node, told: FieldDescriptor) -> None:
        value = told.message_type.fields_by_name["value"]
        if value.message_type is None:
            return
        inner = self._single(value.message_type)
        entry = _Node(0)
        entry.add(value.number, 0, inner)
        node.add(told.number, _ENTRY + MAP_ITEM + _KEY + inner.memory, entry)

    def _single(self, message: Descriptor) -> _Node:
        if message.full_name == DECIMAL:
            return _Node(_of_upb(message) + DECIMAL_BYTES)
        if message.full_name in _LEAVES:
            return _Node(_of_upb(message) + _LEAF)
        return self.of(message)


def _of_upb(message: Descriptor) -> int:
    return _MESSAGE + _FIELD * len(message.fields)


def _is_map(told: FieldDescriptor) -> bool:
    message = told.message_type
    return message is not None and bool(message.GetOptions().map_entry)
