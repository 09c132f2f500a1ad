"""The bodies that create and grow a topic, checked for shape; their meaning is the services'."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from streaming.rest.body import INT32_MAX, InvalidBody, flag, members, number, shown, text

CONFIGS_MAX: Final = 100
_FIELDS: Final = (
    "topic_name",
    "partitions_count",
    "replication_factor",
    "configs",
    "validate_only",
)


@dataclass(frozen=True, slots=True)
class CreateTopicRequest:
    """-1 asks for the tenant's default."""

    name: str
    partition_count: int = -1
    replication_factor: int = -1
    configs: dict[str, str | None] = field(default_factory=dict)
    validate_only: bool = False


@dataclass(frozen=True, slots=True)
class GrowTopicRequest:
    partition_count: int
    validate_only: bool = False


def parse_create_topic(body: Any) -> CreateTopicRequest:
    """``body`` is parsed JSON. Raises ``InvalidBody``."""
    given = members(body, _FIELDS)
    return CreateTopicRequest(
        name=text(given, "topic_name"),
        partition_count=_count(given, "partitions_count"),
        replication_factor=_count(given, "replication_factor"),
        configs=_configs(given.get("configs")),
        validate_only=flag(given, "validate_only"),
    )


def parse_grow_topic(body: Any) -> GrowTopicRequest:
    """``{"partitions_count", "validate_only"}``. Raises ``InvalidBody``."""
    given = members(body, ("partitions_count", "validate_only"))
    return GrowTopicRequest(
        number(given, "partitions_count", 1, INT32_MAX), flag(given, "validate_only")
    )


def _count(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if value is None:
        return -1
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value <= INT32_MAX:
        raise InvalidBody(f"{name} must be a whole number, or be left out for the default")
    return value


def _configs(value: Any) -> dict[str, str | None]:
    if value is None:
        return {}
    if not isinstance(value, list) or len(value) > CONFIGS_MAX:
        raise InvalidBody(f"configs must be a list of at most {CONFIGS_MAX} objects")
    configs: dict[str, str | None] = {}
    for index, entry in enumerate(value):
        where = f"configs[{index}]"
        fields = members(entry, ("name", "value"), where=where)
        name, setting = fields.get("name"), fields.get("value")
        if not isinstance(name, str) or not isinstance(setting, str | None):
            raise InvalidBody(f'{where} must be {{"name": text, "value": text}}')
        if name in configs:
            raise InvalidBody(f"configs names {shown(name)} twice")
        configs[name] = setting
    return configs
