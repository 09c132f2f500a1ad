"""Schema registries, as converters need them: a port, and the bytes that name a schema.

Confluent's wire format: a zero byte, the schema's id in four bytes, then the value.
"""

import struct
from dataclasses import dataclass
from typing import Final, Protocol

from connect.spi.errors import DataError

MAGIC: Final = 0
_HEAD: Final = struct.Struct(">bi")


@dataclass(frozen=True, slots=True)
class Reference:
    """Another schema that this one names, by where it is registered."""

    name: str
    subject: str
    version: int


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """``type`` is AVRO, JSON or PROTOBUF; ``text`` the schema itself."""

    type: str
    text: str
    references: tuple[Reference, ...] = ()


class SchemaRegistry(Protocol):
    """Answers are good for ever: an id always means the same schema. Each verb raises
    ``RetriableError`` while the registry is away, and ``DataError`` for what it refuses."""

    def register(self, subject: str, schema: RegisteredSchema) -> int:
        """Its id, whether it was there or not."""
        ...

    def lookup(self, subject: str, schema: RegisteredSchema) -> int:
        """Its id under the subject; ``DataError`` when it is not registered there."""
        ...

    def by_id(self, schema_id: int) -> RegisteredSchema: ...

    def by_version(self, subject: str, version: int) -> RegisteredSchema: ...


def framed(schema_id: int, payload: bytes) -> bytes:
    return _HEAD.pack(MAGIC, schema_id) + payload


def unframed(data: bytes) -> tuple[int, memoryview]:
    """The schema's id, and what follows. Raises ``DataError``."""
    if len(data) < _HEAD.size or data[0] != MAGIC:
        raise DataError("this does not begin with a zero byte and the id of a schema")
    _, schema_id = _HEAD.unpack_from(data)
    return schema_id, memoryview(data)[_HEAD.size :]


def subject_name(topic: str, *, is_key: bool) -> str:
    """By Confluent's ``TopicNameStrategy``."""
    return f"{topic}-{'key' if is_key else 'value'}"
