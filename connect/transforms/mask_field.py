"""``MaskField``: fields emptied, or covered by one text or number."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance, non_empty
from connect.spi.errors import DataError
from connect.spi.instants import EPOCH
from connect.spi.schema import Schema, Type
from connect.spi.values import float32
from connect.transforms.numbers import float_of, parse_decimal, whole
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    field_value,
    kind,
    require_map,
    require_struct,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform
from connect.transforms.validators import non_empty_list

_PURPOSE: Final = "mask fields"
_BITS: Final = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}


class MaskField(PartTransform):
    title = "Mask fields"
    doc = (
        "Empties fields: 0, false, an empty text or list. With a replacement, text and numbers "
        "become that."
    )
    config = ConfigDef(
        (
            ConfigKey(
                name="fields",
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=non_empty_list,
                doc="The fields to mask.",
            ),
            ConfigKey(
                name="replacement",
                type=ConfigType.STRING,
                default=None,
                importance=Importance.LOW,
                validator=non_empty,
                doc="What masks text and numbers in the place of an empty value.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._fields = frozenset(config["fields"])
        self._replacement: str | None = config["replacement"]
        self._replace_null = config[REPLACE_NULL]

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if schema is None:
            fields = require_map(value, _PURPOSE)
            masked = {name: self._masked(None, fields.get(name)) for name in self._fields}
            return self.part.changed(record, None, fields | masked)
        struct = require_struct(schema, value, _PURPOSE)
        told = {
            field.name: field_value(field, struct, self._replace_null) for field in schema.fields
        }
        for field in schema.fields:
            if field.name in self._fields:
                told[field.name] = self._masked(field.schema, told[field.name])
        return self.part.changed(record, schema, told)

    def _masked(self, schema: Schema | None, value: Any) -> Any:
        if value is None:
            return None
        if schema is not None and schema.type is Type.STRUCT:
            raise DataError("Cannot mask value of type: struct")
        if self._replacement is None:
            return _emptied(value)
        return _replaced(schema, value, self._replacement)


def _emptied(value: Any) -> Any:
    # A subclass before its base: bool is an int, a datetime is a date.
    empty_values: tuple[tuple[type, Any], ...] = (
        (bool, False),
        (int, 0),
        (float, 0.0),
        (str, ""),
        (Decimal, Decimal(0)),
        (datetime, EPOCH),
        (date, EPOCH.date()),
        (time, time(0)),
    )
    for python, empty in empty_values:
        if isinstance(value, python):
            return empty
    if isinstance(value, list | dict):
        return type(value)()
    raise DataError(f"Cannot mask value of type: {kind(value)}")


def _replaced(schema: Schema | None, value: Any, replacement: str) -> Any:
    if isinstance(value, str):
        return replacement
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise DataError(f"Cannot mask value of type {kind(value)} with custom replacement.")
    try:
        number = parse_decimal(replacement)
    except ValueError as error:
        raise DataError(f"Unable to convert {replacement} (string) to a number") from error
    if isinstance(value, Decimal):
        return number
    if isinstance(value, int):
        return whole(number, 64 if schema is None else _BITS[schema.type])
    single = schema is not None and schema.type is Type.FLOAT32
    return float32(float_of(number)) if single else float_of(number)


class MaskFieldKey(MaskField):
    name, aliases, part = "MaskField$Key", kafka_transform("MaskField$Key"), KEY


class MaskFieldValue(MaskField):
    name, aliases, part = "MaskField$Value", kafka_transform("MaskField$Value"), VALUE
