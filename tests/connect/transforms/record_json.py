"""Cases and their recorded results as records, and records as what was recorded."""

import base64
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect.spi.instants import in_milliseconds, instant
from connect.spi.records import Header, SinkRecord, SourceRecord, TimestampType
from connect.spi.schema import NO_DEFAULT, Field, Schema, Type
from connect.spi.values import float32

Json = Any
_TYPES = {"float": Type.FLOAT32, "double": Type.FLOAT64}
_LOGICAL = "org.apache.kafka.connect.data."


def record_of(told: Json) -> SinkRecord | SourceRecord:
    key, value = data_of(told["key"]), data_of(told["value"])
    common: dict[str, Any] = {
        "topic": told["topic"],
        "partition": told["partition"],
        "timestamp_ms": told["timestamp"],
        "key_schema": key[0],
        "key": key[1],
        "value_schema": value[0],
        "value": value[1],
        "headers": tuple(Header(one["key"], *data_of(one)) for one in told["headers"]),
    }
    if told["kind"] == "source":
        return SourceRecord(**common, source_partition={"from": "here"}, source_offset={"at": 1})
    return SinkRecord(**common, offset=told["offset"], timestamp_type=TimestampType.CREATE)


def told_of(record: SinkRecord | SourceRecord) -> Json:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "timestamp": record.timestamp_ms,
        "key": told_data(record.key_schema, record.key),
        "value": told_data(record.value_schema, record.value),
        "headers": [{"key": one.key} | told_data(one.schema, one.value) for one in record.headers],
    }


def data_of(told: Json) -> tuple[Schema | None, Any]:
    schema = None if told["schema"] is None else schema_of(told["schema"])
    return schema, value_of(schema, told["payload"])


def told_data(schema: Schema | None, value: Any) -> Json:
    return {"schema": None if schema is None else told_schema(schema), "payload": told_value(value)}


def schema_of(told: Json) -> Schema:
    kind = _TYPES.get(told["type"]) or Type(told["type"])
    plain = Schema(
        kind,
        optional=told.get("optional", False),
        name=told.get("name"),
        version=told.get("version"),
        doc=told.get("doc"),
        parameters=told.get("parameters", {}),
        fields=tuple(Field(one["field"], schema_of(one)) for one in told.get("fields", ())),
        keys=schema_of(told["keys"]) if told.get("keys") else None,
        values=_values_of(told),
    )
    if "default" not in told:
        return plain
    default = told["default"]
    if plain.name == f"{_LOGICAL}Timestamp":
        default = instant(default)
    return Schema(
        **{name: getattr(plain, name) for name in plain.__dataclass_fields__ if name != "default"},
        default=default,
    )


def _values_of(told: Json) -> Schema | None:
    values = told.get("values") or told.get("items")
    return schema_of(values) if values else None


def told_schema(schema: Schema) -> Json:
    """With what a schema does not say left out, as ``normalised`` leaves it out of Kafka's."""
    told: dict[str, Any] = {"type": schema.type.value, "optional": schema.optional}
    for name in ("name", "version", "doc"):
        if getattr(schema, name) is not None:
            told[name] = getattr(schema, name)
    if schema.parameters:
        told["parameters"] = dict(schema.parameters)
    if schema.default is not NO_DEFAULT and schema.default is not None:
        told["default"] = told_value(schema.default)
    if schema.type is Type.STRUCT:
        told["fields"] = [told_schema(one.schema) | {"field": one.name} for one in schema.fields]
    if schema.keys is not None:
        told["keys"] = told_schema(schema.keys)
    if schema.values is not None:
        told["values"] = told_schema(schema.values)
    return told


def normalised(told: Json) -> Json:
    """What Kafka's JSON converter writes of a schema, in ``told_schema``'s words."""
    if isinstance(told, list):
        return [normalised(one) for one in told]
    if not isinstance(told, dict):
        return told
    renamed = {"items": "values"} if told.get("type") == "array" else {}
    plain = {
        renamed.get(name, name): normalised(value)
        for name, value in told.items()
        if not (value is None and name in ("keys", "values", "items"))
    }
    if isinstance(plain.get("payload"), float) and (plain["schema"] or {}).get("type") == "float32":
        # Java writes such a number by few digits, Python by those of a 64-bit one.
        plain["payload"] = float32(plain["payload"])
    if isinstance(plain.get("type"), str):
        plain["type"] = _TYPES[plain["type"]].value if plain["type"] in _TYPES else plain["type"]
    return plain


def value_of(schema: Schema | None, told: Json) -> Any:
    if isinstance(told, Mapping):
        if "$date" in told:
            return _moment(schema, told["$date"])
        if "$bytes" in told:
            return base64.b64decode(told["$bytes"])
        if "$decimal" in told:
            return Decimal(told["$decimal"])
        if "$int" in told:
            return told["$int"]
        inner = {one.name: one.schema for one in schema.fields} if schema else {}
        other = schema.values if schema else None
        return {name: value_of(inner.get(name, other), value) for name, value in told.items()}
    if isinstance(told, list):
        return [value_of(schema.values if schema else None, one) for one in told]
    return told


def _moment(schema: Schema | None, milliseconds: int) -> date | time | datetime:
    name = schema.name if schema else None
    moment = instant(milliseconds)
    if name == f"{_LOGICAL}Date":
        return moment.date()
    return moment.time() if name == f"{_LOGICAL}Time" else moment


def told_value(value: Any) -> Json:
    if isinstance(value, date | datetime | time):
        return {"$date": in_milliseconds(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return {"$decimal": format(value, "f")}
    if isinstance(value, dict):
        return {str(name): told_value(one) for name, one in value.items()}
    if isinstance(value, list):
        return [told_value(one) for one in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value
