"""``ReplaceField``: fields left out or renamed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connect.spi.config import FORMER_NAME, ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError
from connect.spi.schema import Field, Schema
from connect.spi.schema_cache import SchemaCache
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    field_value,
    require_map,
    require_struct,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform

_PURPOSE: Final = "field replacement"
_RENAMES: Final = "renames"


def _former(name: str, now: str) -> ConfigKey:
    """What Kafka called ``now`` until its release 4: many configurations still say it."""
    return ConfigKey(
        name=name,
        type=ConfigType.LIST,
        default=None,
        importance=Importance.LOW,
        doc=f"The former name of {now}, which wins where both are given.",
        recommender=FORMER_NAME,
    )


def _checked(name: str, value: Any) -> None:
    _parse(value or ())


class ReplaceField(PartTransform):
    title = "Replace fields"
    doc = "Leaves fields out, or renames them."
    config = ConfigDef(
        (
            ConfigKey(
                name="exclude",
                type=ConfigType.LIST,
                default=(),
                importance=Importance.MEDIUM,
                doc="Fields to leave out; stronger than those to include.",
            ),
            _former("blacklist", "exclude"),
            ConfigKey(
                name="include",
                type=ConfigType.LIST,
                default=(),
                importance=Importance.MEDIUM,
                doc="Fields to keep; when there are any, all others are left out.",
            ),
            _former("whitelist", "include"),
            ConfigKey(
                name=_RENAMES,
                type=ConfigType.LIST,
                default=(),
                importance=Importance.MEDIUM,
                validator=_checked,
                doc="New names, as in old:new,other:another.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._excluded = frozenset(config["exclude"] or config["blacklist"] or ())
        self._included = frozenset(config["include"] or config["whitelist"] or ())
        self._renames = _parse(config[_RENAMES])
        self._replace_null = config[REPLACE_NULL]
        self._schema = SchemaCache(self._replaced)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if value is None:
            return record
        if schema is None:
            fields = require_map(value, _PURPOSE)
            kept = {self._named(name): fields[name] for name in fields if self._keeps(name)}
            return self.part.changed(record, None, kept)
        struct = require_struct(schema, value, _PURPOSE)
        kept = {
            self._named(field.name): field_value(field, struct, self._replace_null)
            for field in schema.fields
            if self._keeps(field.name)
        }
        return self.part.changed(record, self._schema(schema), kept)

    def _replaced(self, schema: Schema) -> Schema:
        kept = tuple(
            Field(self._named(field.name), field.schema)
            for field in schema.fields
            if self._keeps(field.name)
        )
        return with_fields(schema, kept)

    def _keeps(self, name: str) -> bool:
        return name not in self._excluded and (not self._included or name in self._included)

    def _named(self, name: str) -> str:
        return self._renames.get(name, name)


def _parse(mappings: Sequence[str]) -> dict[str, str]:
    """New names by old ones. Raises ``ConfigError``."""
    renames: dict[str, str] = {}
    for mapping in mappings:
        parts = mapping.split(":")
        if len(parts) != 2 or not parts[1]:
            raise ConfigError(
                f"Invalid value [{', '.join(mappings)}] for configuration {_RENAMES}: "
                f"Invalid rename mapping: {mapping}"
            )
        renames[parts[0]] = parts[1]
    return renames


class ReplaceFieldKey(ReplaceField):
    name, aliases, part = "ReplaceField$Key", kafka_transform("ReplaceField$Key"), KEY


class ReplaceFieldValue(ReplaceField):
    name, aliases, part = "ReplaceField$Value", kafka_transform("ReplaceField$Value"), VALUE
