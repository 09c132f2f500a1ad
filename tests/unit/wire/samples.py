"""Random messages, drawn from the schemas, as plain trees that every codec can be given.

A tree is a dict from attribute name to value, of the fields that the version has; a struct that is
absent and a null are None.
"""

import random
from importlib import import_module
from typing import Any
from uuid import UUID

from brokers.wire.generator.schema import Field, Message, Struct

Tree = dict[str, Any]

INT_BITS = {"int8": 7, "int16": 15, "uint16": 16, "int32": 31, "uint32": 32, "int64": 63}
STRINGS = ["", "a", "flights", "tail-number", "Zürich ✈", "x" * 127, "y" * 128, "z" * 300]


def draw(message: Message, version: int, rng: random.Random) -> Tree:
    return _struct(message, message.root, version, rng)


def _struct(message: Message, struct: Struct, version: int, rng: random.Random) -> Tree:
    return {
        field.name: _value(message, field, version, rng)
        for field in struct.fields
        if field.present(version)
    }


def _value(message: Message, field: Field, version: int, rng: random.Random) -> Any:
    absent = field.tag is not None and field.struct is not None and not field.is_array
    if (absent or version in field.nullable) and rng.random() < 0.2:
        return None
    if not field.is_array:
        return _single(message, field, version, rng)
    return [_single(message, field, version, rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]


def _single(message: Message, field: Field, version: int, rng: random.Random) -> Any:
    if field.struct is not None:
        return _struct(message, field.struct, version, rng)
    match field.type:
        case "bool":
            return rng.random() < 0.5
        case "float64":
            return rng.choice((0.0, -1.5, 1e300))
        case "uuid":
            return rng.randbytes(16)
        case "string":
            return rng.choice(STRINGS)
        case "bytes" | "records":
            return rng.randbytes(rng.choice((0, 1, 60, 127, 128, 1000)))
    return _integer(field, rng)


def _integer(field: Field, rng: random.Random) -> int:
    if field.name == "error_code" or field.name.endswith(("_error_code", "config_error_code")):
        return rng.choice((0, 3, 35, 87))
    if field.name.endswith(("_ms", "timestamp")):
        return rng.choice((0, 1, 30_000))
    bits = INT_BITS[field.type]
    return rng.choice((0, 1, 5, (1 << bits) - 1, rng.getrandbits(bits)))


def without_ours(struct: Struct, tree: Tree) -> Tree:
    """The tree without tagged fields of our own, which no codec of others knows."""

    def plain(field: Field, value: Any) -> Any:
        if field.struct is None or value is None:
            return value
        if isinstance(value, list):
            return [without_ours(field.struct, element) for element in value]
        return without_ours(field.struct, value)

    fields = {field.name: field for field in struct.fields}
    return {
        name: plain(fields[name], value) for name, value in tree.items() if not fields[name].is_ours
    }


def module_of(message: Message) -> Any:
    folder = "messages" if message.direction in ("request", "response") else "coordinator"
    return import_module(f"brokers.wire.{folder}.{message.module}")


def to_ours(message: Message, tree: Tree) -> Any:
    return _build_ours(module_of(message), message.root, tree)


def _build_ours(module: Any, struct: Struct, tree: Tree) -> Any:
    def build(field: Field, value: Any) -> Any:
        if value is None:
            return None
        if field.struct is not None:
            inner = field.struct
            if field.is_array:
                return [_build_ours(module, inner, element) for element in value]
            return _build_ours(module, inner, value)
        if field.type == "records":
            return memoryview(value)
        return value

    fields = {f.name: f for f in struct.fields}
    kwargs = {name: build(fields[name], value) for name, value in tree.items()}
    return getattr(module, struct.name)(**kwargs)


def from_ours(struct: Struct, version: int, value: Any) -> Tree:
    """The tree that a decoded message of ours stands for."""
    return {
        field.name: _plain(field, version, getattr(value, field.name))
        for field in struct.fields
        if field.present(version)
    }


def _plain(field: Field, version: int, value: Any) -> Any:
    if value is None:
        return None
    if field.struct is not None:
        inner = field.struct
        if field.is_array:
            return [from_ours(inner, version, element) for element in value]
        return from_ours(inner, version, value)
    return bytes(value) if field.type == "records" else value


def to_kafka_python(message: Message, tree: Tree, version: int) -> Any:
    """The same message as an object of kafka-python's; tags only where they say something."""
    return _build_theirs(kafka_python_class(message), message.root, tree, version)


def _build_theirs(cls: Any, struct: Struct, tree: Tree, version: int) -> Any:
    def build(field: Field, value: Any) -> Any:
        if value is None:
            return None
        if field.struct is not None:
            inner = field.struct
            data_class = cls._struct.fields[field.name].data_class
            if field.is_array:
                return [_build_theirs(data_class, inner, e, version) for e in value]
            return _build_theirs(data_class, inner, value, version)
        if cls._struct.fields[their_name(cls, field)].type_str == "bitfield":
            return {bit for bit in range(31) if value >> bit & 1}
        if field.type == "uuid":
            return [UUID(bytes=e) for e in value] if field.is_array else UUID(bytes=value)
        return value

    kwargs = {}
    for field in struct.fields:
        if field.name not in tree:
            continue
        value = tree[field.name]
        unsaid = value == field.default or (field.default is ... and not value)
        if field.tag is not None and unsaid:
            continue
        kwargs[their_name(cls, field)] = build(field, value)
    return cls(version=version, **kwargs)


def their_name(cls: Any, field: Field) -> str:
    """kafka-python shortens a name, and takes its value as a set of bits."""
    if field.name not in cls._struct.fields and field.name.endswith("_authorized_operations"):
        return "authorized_operations"
    return field.name


def kafka_python_class(message: Message) -> Any:
    for module in ("admin", "consumer", "producer", "metadata", "sasl"):
        found = getattr(import_module(f"kafka.protocol.{module}"), message.root.name, None)
        if found is not None:
            return found
    raise LookupError(f"kafka-python has no {message.root.name}")


def kio_class(message: Message, version: int) -> Any:
    name = message.root.name
    package = message.module.removesuffix(f"_{message.direction}")
    return getattr(import_module(f"kio.schema.{package}.v{version}.{message.direction}"), name)
