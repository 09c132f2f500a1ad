"""What a converter is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from connect.spi.config import Config, ConfigDef
from connect.spi.schema import Schema

Headers = tuple[tuple[str, bytes | None], ...]
SchemaAndValue = tuple[Schema | None, Any]
NOTHING: SchemaAndValue = (None, None)
Columns = tuple[Sequence[Schema | None], Sequence[Any]]
"""Schemas, and as many values."""


class Converter(ABC):
    """Of keys or values. ``None`` as bytes is Kafka's null: a tombstone, or no key."""

    config: ClassVar[ConfigDef] = ConfigDef()
    is_for_headers: ClassVar[bool] = False

    def __init__(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """``config`` without its prefix, as ``schemas.enable``. Raises ``ConfigError``."""
        self.configured: Config = self.config.parse(config)
        self.is_key = is_key

    @abstractmethod
    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        """Raises ``DataError`` for what cannot be written so, ``RetriableError`` when what it needs
        is away."""

    @abstractmethod
    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        """Raises ``DataError`` for what is not written so, and as ``to_bytes``."""

    def columns(self, topic: str, data: Sequence[bytes | None]) -> Columns:
        """What ``from_bytes`` says of each, without headers. A converter that has a quicker way to
        read many defines it.

        Raises whatever that raises when one of them is not written so: which one, and what is to be
        said of it, ``from_bytes`` knows.
        """
        read = [self.from_bytes(topic, one, ()) for one in data]
        return [schema for schema, _ in read], [value for _, value in read]


class HeaderConverter(ABC):
    """Of headers' values."""

    config: ClassVar[ConfigDef] = ConfigDef()
    is_for_headers: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, str]) -> None:
        """Raises ``ConfigError``."""
        self.configured: Config = self.config.parse(config)

    @abstractmethod
    def to_bytes(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:
        """Raises ``DataError``."""

    @abstractmethod
    def from_bytes(self, topic: str, name: str, data: bytes | None) -> SchemaAndValue:
        """Raises ``DataError``."""
