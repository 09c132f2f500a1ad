"""The body of a topic's creation, read and checked for shape; its meaning is the service's."""

from dataclasses import dataclass, field
from typing import Any, Final

CONFIGS_MAX: Final = 100
INT32_MAX: Final = 2**31 - 1
_FIELDS: Final = frozenset(
    {"topic_name", "partitions_count", "replication_factor", "configs", "validate_only"}
)


class InvalidBody(Exception):
    """The body is not what the endpoint takes; the message names the field."""


@dataclass(frozen=True, slots=True)
class CreateTopicRequest:
    """-1 asks for the tenant's default."""

    name: str
    partition_count: int = -1
    replication_factor: int = -1
    configs: dict[str, str | None] = field(default_factory=dict)
    validate_only: bool = False


def parse_create_topic(body: Any) -> CreateTopicRequest:
    """``body`` is parsed JSON. Raises ``InvalidBody``."""
    if not isinstance(body, dict):
        raise InvalidBody('the body must be a JSON object such as {"topic_name": "orders"}')
    unknown = sorted(str(name) for name in body.keys() - _FIELDS)
    if unknown:
        raise InvalidBody(f"unknown field {unknown[0][:64]!r}; known: {', '.join(sorted(_FIELDS))}")
    name = body.get("topic_name")
    if not isinstance(name, str):
        raise InvalidBody("topic_name must be a string")
    validate_only = body.get("validate_only")
    if validate_only not in (None, True, False):
        raise InvalidBody("validate_only must be true or false")
    return CreateTopicRequest(
        name=name,
        partition_count=_count(body, "partitions_count"),
        replication_factor=_count(body, "replication_factor"),
        configs=_configs(body.get("configs")),
        validate_only=bool(validate_only),
    )


def _count(body: dict[str, Any], name: str) -> int:
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
        match entry:
            case {"name": str(name), "value": str() | None as setting} if name not in configs:
                configs[name] = setting
            case {"name": str(name)} if name in configs:
                raise InvalidBody(f"configs names {name[:64]!r} twice")
            case _:
                raise InvalidBody(f'configs[{index}] must be {{"name": text, "value": text}}')
    return configs
