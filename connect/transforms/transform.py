"""What a transformation and a predicate are, and the part of a record that one works on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, TypeVar

from connect.spi.config import ConfigDef
from connect.spi.records import SinkRecord, SourceRecord
from connect.spi.schema import Schema

Record = SourceRecord | SinkRecord
R = TypeVar("R", SourceRecord, SinkRecord)

_KAFKA: Final = "org.apache.kafka.connect.transforms"


class Transform(ABC):
    """One record in; one record, or None to drop it, out.

    ``name`` is the short name in a connector's configuration, ``aliases`` are Kafka's class names
    for the same, ``config`` are its settings. One object serves one task and all its records.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str]
    doc: ClassVar[str]
    config: ClassVar[ConfigDef] = ConfigDef()

    def __init__(self, config: Mapping[str, Any]) -> None:
        """``config`` is what the ConfigDef parsed. Raises ``ConfigError``."""

    @abstractmethod
    def apply(self, record: R) -> R | None:
        """Raises ``DataError`` where the record is not what this transformation works on."""


class Predicate(ABC):
    """Whether a transformation applies to a record."""

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str]
    doc: ClassVar[str]
    config: ClassVar[ConfigDef] = ConfigDef()

    def __init__(self, config: Mapping[str, Any]) -> None:
        """``config`` is what the ConfigDef parsed. Raises ``ConfigError``."""

    @abstractmethod
    def test(self, record: Record) -> bool: ...


@dataclass(frozen=True, slots=True)
class Part:
    """The key or the value of a record, with its schema."""

    name: str
    _schema: str

    def schema(self, record: Record) -> Schema | None:
        schema: Schema | None = getattr(record, self._schema)
        return schema

    def value(self, record: Record) -> Any:
        return getattr(record, self.name)

    def changed(self, record: R, schema: Schema | None, value: Any) -> R:
        """The record with this part replaced."""
        changes: dict[str, Any] = {self._schema: schema, self.name: value}
        return replace(record, **changes)


KEY: Final = Part("key", "key_schema")
VALUE: Final = Part("value", "value_schema")


class PartTransform(Transform):
    """A transformation that comes twice, for the key and for the value."""

    part: ClassVar[Part]


def kafka_transform(name: str) -> tuple[str]:
    """Kafka's class name of the transformation ``name``, such as ``Cast$Value``."""
    return (f"{_KAFKA}.{name}",)


def kafka_predicate(name: str) -> tuple[str]:
    return (f"{_KAFKA}.predicates.{name}",)
