"""How the topics that a source writes are made (KIP-158): ``topic.creation.*``. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connect.spi.config import ConfigType, invalid, parse_value
from connect.spi.errors import ConfigError
from connect.transforms.linear_regex import compile_regex

PREFIX: Final = "topic.creation."
DEFAULT: Final = "default"
PARTITIONS: Final = "partitions"
REPLICATION_FACTOR: Final = "replication.factor"
OF_THE_CELL: Final = -1
"""As many replicas, or partitions, as topics have unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class NewTopicConfig:
    """``configs`` are the topic's own, such as ``cleanup.policy``."""

    partitions: int
    replication_factor: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Group:
    include: tuple[Any, ...]
    exclude: tuple[Any, ...]
    settings: Mapping[str, str]

    def covers(self, topic: str) -> bool:
        included = any(pattern.fullmatch(topic) for pattern in self.include)
        return included and not any(pattern.fullmatch(topic) for pattern in self.exclude)


class TopicRules:
    """From a connector's strings. Raises ``ConfigError``."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self._default = _settings(config, DEFAULT)
        names = [each.strip() for each in config.get(f"{PREFIX}groups", "").split(",")]
        self._groups = [_group(config, name) for name in names if name]

    def of(self, topic: str) -> NewTopicConfig:
        """The first group that covers the topic says, and the default for what it leaves open."""
        group = next((each for each in self._groups if each.covers(topic)), None)
        settings = {**self._default, **(group.settings if group else {})}
        return NewTopicConfig(
            partitions=int(settings.pop(PARTITIONS, OF_THE_CELL)),
            replication_factor=int(settings.pop(REPLICATION_FACTOR, OF_THE_CELL)),
            configs=settings,
        )


def _group(config: Mapping[str, str], name: str) -> _Group:
    settings = _settings(config, name)
    include = _patterns(name, "include", settings.pop("include", ""))
    if not include:
        raise ConfigError(
            f'Missing required configuration "{PREFIX}{name}.include" which has no default value.'
        )
    exclude = _patterns(name, "exclude", settings.pop("exclude", ""))
    return _Group(include, exclude, settings)


def _settings(config: Mapping[str, str], name: str) -> dict[str, str]:
    prefix = f"{PREFIX}{name}."
    found = {
        each.removeprefix(prefix): value
        for each, value in config.items()
        if each.startswith(prefix)
    }
    for key, kind in ((PARTITIONS, ConfigType.INT), (REPLICATION_FACTOR, ConfigType.SHORT)):
        if key in found:
            _check_number(prefix + key, found[key], kind)
    return found


def _check_number(name: str, text: str, kind: ConfigType) -> None:
    number = parse_value(name, text, kind)
    if number < 1 and number != OF_THE_CELL:
        raise invalid(name, text, "Value must be at least 1, or -1 for the cell's own")


def _patterns(name: str, key: str, text: str) -> tuple[Any, ...]:
    written = [each.strip() for each in text.split(",")]
    return tuple(compile_regex(f"{PREFIX}{name}.{key}", each) for each in written if each)
