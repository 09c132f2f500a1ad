"""Protobuf with its schemas in a registry (``io.confluent.connect.protobuf.ProtobufConverter``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FileDescriptor
from google.protobuf.message import DecodeError, EncodeError, Message
from google.protobuf.message_factory import GetMessageClass

from connect.converters import protobuf_values
from connect.converters.converter import NOTHING, Headers, SchemaAndValue
from connect.converters.decoded_memory import Allowance
from connect.converters.known_schemas import KEPT_MAX, KnownSchemas
from connect.converters.proto_text import Meta, parse_proto, write_proto
from connect.converters.protobuf_readers import Read, message_reader
from connect.converters.protobuf_schemas import ProtobufReader, ProtobufWriter, pool_of
from connect.converters.protobuf_sizes import DecodedSize
from connect.converters.registered import RegisteredConverter
from connect.converters.registry import RegisteredSchema, framed, unframed
from connect.converters.schema_bounds import SCHEMAS_MAX, SchemaBounds
from connect.spi.errors import DataError
from connect.spi.schema import Schema, check
from connect.spi.schema_cache import SchemaCache

PROTOBUF: Final = "PROTOBUF"
_FIRST_MESSAGE: Final = b"\0"
"""Which message of the file it is, as Confluent's wire format has it: the first."""
_INDEXES_MAX: Final = 32
_SCHEMAS_KEPT_MAX: Final = 2 * SCHEMAS_MAX
_UNREADABLE: Final = (DecodeError, ValueError, IndexError)


@dataclass(frozen=True, slots=True)
class _Known:
    """A message of a registered schema, and what is needed to read its values."""

    schema: Schema
    message: type[Message]
    size: DecodedSize
    read: Read


class ProtobufConverter(RegisteredConverter):
    """Null is told from nothing by proto3's ``optional``."""

    def __init__(self, config: Mapping[str, str], *, is_key: bool) -> None:
        super().__init__(config, is_key=is_key)
        self._written = SchemaCache(self._registered, KEPT_MAX)
        self._files = KnownSchemas(PROTOBUF, _file_of)
        """Compiling one takes milliseconds: a record that names a message it has not must not."""
        self._messages = _Messages()
        self._allowance = Allowance()

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if value is None and (schema is None or schema.optional):
            return None
        if schema is None:
            raise DataError(
                f"{topic}: the Protobuf converter needs a schema, and the value has none"
            )
        try:
            schema_id, message_class = self._written(schema, topic)
            check(schema, value)
            message = message_class()
            protobuf_values.fill(message, schema, value)
            return framed(schema_id, _FIRST_MESSAGE + message.SerializeToString())
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        except (ValueError, TypeError, AttributeError, EncodeError) as error:
            raise DataError(f"{topic}: this cannot be written as Protobuf: {error}") from error

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return NOTHING
        try:
            schema_id, payload = unframed(data)
            indexes, rest = _indexes(payload)
            known = self._known(schema_id, indexes)
            return known.schema, self._value(known, bytes(rest))
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        except _UNREADABLE as error:
            raise DataError(f"{topic}: this is not in schema {schema_id}: {error}") from error

    def _value(self, known: _Known, data: bytes) -> Any:
        """Raises ``DataError``, and ``_UNREADABLE`` for what is no such message."""
        known.size.spend(self._allowance, data)
        message = known.message()
        message.ParseFromString(data)
        return known.read(message)

    def _registered(self, schema: Schema, topic: str) -> tuple[int, type[Message]]:
        writer = ProtobufWriter()
        writer.write(schema)
        file = pool_of(writer.file).FindFileByName(writer.file.name)
        message = next(iter(file.message_types_by_name.values()))
        text = write_proto(writer.file, writer.meta)
        return self._id_of(topic, RegisteredSchema(PROTOBUF, text)), GetMessageClass(message)

    def _known(self, schema_id: int, indexes: tuple[int, ...]) -> _Known:
        kept = self._messages.get((schema_id, indexes))
        if kept is None:
            file, meta = self._files.of(self._registry, schema_id)
            message = _message_at(file, indexes)
            schema = ProtobufReader(meta).schema(message)
            kept = _Known(
                schema,
                GetMessageClass(message),
                DecodedSize(message),
                message_reader(message, schema, self._allowance),
            )
            self._messages.keep((schema_id, indexes), kept)
        return kept


def _file_of(text: str) -> tuple[FileDescriptor, Meta]:
    """Raises ``DataError``."""
    file, meta = parse_proto(text, "record.proto")
    return pool_of(file).FindFileByName(file.name), meta


_Place = tuple[int, tuple[int, ...]]
"""A schema's id, and where in its file a message is."""


class _Messages:
    """What was made of messages. Those of one file may all hold the same large one, and each has
    its own of it: so the schemas within them are counted."""

    def __init__(self) -> None:
        self._kept: dict[_Place, tuple[_Known, int]] = {}
        self._schemas = 0

    def get(self, place: _Place) -> _Known | None:
        kept = self._kept.get(place)
        return None if kept is None else kept[0]

    def keep(self, place: _Place, known: _Known) -> None:
        """The one that was kept first goes."""
        schemas = SchemaBounds().schemas_in(known.schema)
        self._kept[place] = known, schemas
        self._schemas += schemas
        while len(self._kept) > KEPT_MAX or self._schemas > _SCHEMAS_KEPT_MAX:
            self._schemas -= self._kept.pop(next(iter(self._kept)))[1]


def _message_at(file: FileDescriptor, indexes: tuple[int, ...]) -> Descriptor:
    messages = list(file.message_types_by_name.values())
    found: Descriptor | None = None
    for index in indexes:
        if not 0 <= index < len(messages):
            raise DataError(f"the schema has no message {list(indexes)}")
        found = messages[index]
        messages = list(found.nested_types)
    if found is None:
        raise DataError("the schema has no message")
    return found


def _indexes(payload: memoryview) -> tuple[tuple[int, ...], memoryview]:
    """Which message, from the file inwards, and what follows."""
    count, rest = _zigzag(payload)
    if count == 0:
        return (0,), rest
    if not 0 < count <= _INDEXES_MAX:
        raise DataError(f"{count} is no number of message indexes")
    indexes = []
    for _ in range(count):
        index, rest = _zigzag(rest)
        indexes.append(index)
    return tuple(indexes), rest


def _zigzag(data: memoryview) -> tuple[int, memoryview]:
    number = 0
    for at, byte in enumerate(data[:5]):
        number |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), data[at + 1 :]
    raise DataError("the message indexes are cut off")
