"""How each Kafka type lies on the wire, and which Python type holds it."""

import json
from struct import calcsize
from typing import Final

from brokers.kernel.limits import ELEMENT_UNIT_BYTES
from brokers.wire.generator.schema import Field, Struct

FIXED: Final = {
    "bool": "?",
    "int8": "b",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "float64": "d",
    "uuid": "16s",
}
"""Kafka's types of fixed size as ``struct`` format characters, big-endian."""

PYTHON: Final = {
    "bool": "bool",
    "float64": "float",
    "uuid": "bytes",
    "string": "str",
    "bytes": "bytes",
}
"""Everything else that is fixed is an ``int``."""

INLINED: Final = frozenset({"Produce", "Fetch"})
"""APIs whose structs are read and written without a call each: the path of every record."""


def fixed_size(kind: str) -> int:
    return calcsize(">" + FIXED[kind])


def head_format(field: Field, *, flexible: bool) -> str:
    """Format of the length or count in front of a field; ``B`` is a varint's first byte."""
    if flexible:
        return "B"
    return "h" if field.type == "string" and not field.is_array else "i"


def least_size(struct: Struct, version: int, *, flexible: bool) -> int:
    """The fewest bytes that the struct can take; never 0 in any schema that exists."""
    sizes = (_least_field_size(f, version, flexible) for f in struct.positional(version))
    return sum(sizes) + (1 if flexible else 0)


def least_element_size(field: Field, version: int, *, flexible: bool) -> int:
    """As ``least_size``, for one element of an array."""
    if field.struct is not None:
        size = least_size(field.struct, version, flexible=flexible)
    elif field.type in FIXED:
        size = fixed_size(field.type)
    else:
        size = 1 if flexible else 2
    if size == 0:
        raise ValueError(f"{field.name}: an element may be empty, its count cannot be bounded")
    return size


def element_units(field: Field) -> int:
    """What one element of the array takes in CPython's memory, in ``ELEMENT_UNIT_BYTES``.

    Beyond what its bytes on the wire explain: long strings are not in it, the objects are.
    """
    if field.struct is not None:
        size = _POINTER + _struct_bytes(field.struct)
    elif field.type == "uuid":
        size = _POINTER + _UUID
    elif field.type in FIXED:
        size = _POINTER + _INT
    else:
        size = _POINTER + _STRING
    return -(-size // ELEMENT_UNIT_BYTES)


_POINTER, _HEAD, _INT, _STRING, _UUID, _LIST = 8, 32, 32, 56, 64, 80


def _struct_bytes(struct: Struct) -> int:
    size = _HEAD
    for field in struct.fields:
        size += _POINTER
        if field.is_array:
            size += _LIST
        elif field.struct is not None:
            size += _struct_bytes(field.struct)
        elif field.type == "uuid":
            size += _UUID
    return size


def _least_field_size(field: Field, version: int, flexible: bool) -> int:
    if field.struct is not None and not field.is_array:
        if version in field.nullable:
            return 1
        return least_size(field.struct, version, flexible=flexible)
    if field.type in FIXED and not field.is_array:
        return fixed_size(field.type)
    return calcsize(">" + head_format(field, flexible=flexible))


def annotation(field: Field, direction: str) -> str:
    """The field's type in its dataclass."""
    if field.struct is not None:
        inner = field.struct.name
    elif field.type == "records":
        inner = "memoryview" if direction == "request" else "Records"
    else:
        inner = PYTHON.get(field.type, "int")
    if field.is_array:
        inner = f"list[{inner}]"
    return f"{inner} | None" if default_value(field) == "None" or field.ever_nullable else inner


def default_value(field: Field) -> str:
    """Source text of the field's default.

    A struct that is not sent, or that Kafka would fill with its defaults, is None: making one for
    each partition of a Fetch answer would cost more than writing the answer.
    """
    if field.default is None:
        return "None"
    if field.default is ...:
        if field.is_array:
            return "[]"
        return "ZERO_UUID" if field.type == "uuid" else "None"
    if isinstance(field.default, str):
        return json.dumps(field.default)
    return repr(field.default)
