"""IncrementalAlterConfigs: steps on what is set, giving what is set afterwards (KIP-339). Pure."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.topic_configs import (
    TOPIC_CONFIGS,
    ConfigType,
    check_config,
    value_of,
)


class Operation(IntEnum):
    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


def altered(
    configs: Mapping[str, str], steps: Iterable[tuple[str, int, str | None]]
) -> dict[str, str]:
    """``configs`` after ``steps`` of (name, operation, value).

    Raises ``Refusal``: INVALID_CONFIG for a config or value that cannot be or an operation that the
    config's type does not have, INVALID_REQUEST for one config twice or an unknown operation.
    """
    result = dict(configs)
    seen: set[str] = set()
    for name, code, value in steps:
        if name in seen:
            raise Refusal(ErrorCode.INVALID_REQUEST, f"topic config {name!r} is altered twice")
        seen.add(name)
        _step(result, name, code, value)
    return result


def _step(configs: dict[str, str], name: str, code: int, value: str | None) -> None:
    match code:
        case Operation.SET:
            configs[name] = check_config(name, value)
        case Operation.DELETE:
            check_config(name, TOPIC_CONFIGS[name].default if name in TOPIC_CONFIGS else None)
            configs.pop(name, None)
        case Operation.APPEND | Operation.SUBTRACT:
            configs[name] = check_config(name, _list_after(configs, name, code, value))
        case _:
            raise Refusal(ErrorCode.INVALID_REQUEST, f"there is no config operation {code}")


def _list_after(configs: Mapping[str, str], name: str, code: int, value: str | None) -> str | None:
    config = TOPIC_CONFIGS.get(name)
    if config is None or value is None:
        return value
    if config.type is not ConfigType.LIST:
        raise Refusal(
            ErrorCode.INVALID_CONFIG, f"topic config {name} is no list; SET it to a new value"
        )
    now = [item for item in value_of(name, configs).split(",") if item]
    given = [item for item in value.split(",") if item]
    if code == Operation.APPEND:
        return ",".join([*now, *(item for item in given if item not in now)])
    return ",".join(item for item in now if item not in given)
