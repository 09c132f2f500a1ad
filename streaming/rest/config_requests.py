"""Bodies that alter configs, read and checked for shape; what a value means is the service's.

Pure. Shapes as Confluent's ``UpdateConfigRequestData`` and ``AlterConfigBatchRequestData``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brokers.metadata.config_operations import Operation
from brokers.node.ports import ConfigOperation
from streaming.rest.body import InvalidBody, flag, items, members, shown, text

CONFIGS_MAX: Final = 100
TOPICS_MAX: Final = 100
"""Each is a transaction of its own, one after the other."""
_OPERATIONS: Final = {None: Operation.SET, "SET": Operation.SET, "DELETE": Operation.DELETE}


@dataclass(frozen=True, slots=True)
class AlterConfigs:
    operations: tuple[ConfigOperation, ...]
    validate_only: bool


@dataclass(frozen=True, slots=True)
class AlterTopicsConfigs:
    """Operations by topic, in the order of the body."""

    topics: Mapping[str, tuple[ConfigOperation, ...]]
    validate_only: bool


def parse_update(body: Any) -> str:
    """The new value of ``{"value": text}``. Raises ``InvalidBody``."""
    given = members(body, ("value",))
    value = given.get("value")
    if not isinstance(value, str):
        raise InvalidBody("value must be a string; DELETE resets the config to its default")
    return value


def parse_alter(body: Any) -> AlterConfigs:
    """``{"data": [{"name", "value", "operation"}], "validate_only"}``. Raises ``InvalidBody``."""
    given = members(body, ("data", "validate_only"))
    return AlterConfigs(_operations(given, "data"), flag(given, "validate_only"))


def parse_alter_topics(body: Any) -> AlterTopicsConfigs:
    """``{"data": [{"topic_name", "configs": [{"name", "value", "operation"}]}],
    "validate_only"}``. Raises ``InvalidBody``."""
    given = members(body, ("data", "validate_only"))
    topics: dict[str, tuple[ConfigOperation, ...]] = {}
    for index, entry in enumerate(items(given, "data", TOPICS_MAX)):
        fields = members(entry, ("topic_name", "configs"), where=f"data[{index}]")
        name = text(fields, "topic_name")
        if name in topics:
            raise InvalidBody(f"data names topic {shown(name)} twice")
        topics[name] = _operations(fields, "configs")
    return AlterTopicsConfigs(topics, flag(given, "validate_only"))


def _operations(body: Mapping[str, Any], name: str) -> tuple[ConfigOperation, ...]:
    entries = items(body, name, CONFIGS_MAX)
    operations = tuple(_operation(each, f"{name}[{n}]") for n, each in enumerate(entries))
    seen: set[str] = set()
    for each in operations:
        if each.name in seen:
            raise InvalidBody(f"{name} names config {shown(each.name)} twice")
        seen.add(each.name)
    return operations


def _operation(entry: Any, where: str) -> ConfigOperation:
    fields = members(entry, ("name", "value", "operation"), where=where)
    name, value, operation = (fields.get(each) for each in ("name", "value", "operation"))
    if not isinstance(name, str) or not isinstance(value, str | None):
        raise InvalidBody(f"name and value of {where} must be strings")
    if not isinstance(operation, str | None) or operation not in _OPERATIONS:
        raise InvalidBody(f"operation of {where} must be SET (the default) or DELETE")
    return ConfigOperation(name, _OPERATIONS[operation], value)
