"""Configuration definitions: what a connector, transform or converter may be told.

An allow-list: a name that nobody defined is an error. Types, messages and the meaning of every
attribute are Kafka's (``org.apache.kafka.common.config.ConfigDef``), which people's tools read.
"""

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

from connect.spi.errors import ConfigError

LOG: Final = logging.getLogger(__name__)

Config = Mapping[str, Any]
"""Parsed values by name."""


class ConfigType(Enum):
    """How a value is written and what it becomes: ``LIST`` a tuple of strings, ``CLASS`` a plugin's
    name, ``PASSWORD`` a ``Password``; the integer types an ``int`` in their range."""

    BOOLEAN = "BOOLEAN"
    STRING = "STRING"
    INT = "INT"
    SHORT = "SHORT"
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    LIST = "LIST"
    CLASS = "CLASS"
    PASSWORD = "PASSWORD"


class Importance(Enum):
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Width(Enum):
    """Of the field in a form."""

    NONE = "NONE"
    SHORT = "SHORT"
    MEDIUM = "MEDIUM"
    LONG = "LONG"


class _Required(Enum):
    REQUIRED = "required"


REQUIRED: Final = _Required.REQUIRED
"""In place of a default."""


class Password(str):
    """A secret: the string itself, for whom it opens to. It is shown as ``[hidden]``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[hidden]"

    def __str__(self) -> str:
        return "[hidden]"

    @property
    def secret(self) -> str:
        """The text."""
        return "".join(self)


Validator = Callable[[str, Any], None]
"""Of a name and its parsed value. Raises ``ConfigError``."""


class Recommender(Protocol):
    """What fits, given the rest of the configuration: parsed, with None for each value that is
    wrong. Asked each time that a form is judged, so at once and without looking at anything."""

    def values(self, config: Config) -> Sequence[Any]:
        """What a form offers; where there is none of it, what ``one_of`` allows."""
        ...

    def visible(self, config: Config) -> bool:
        """Whether a form shows the key at all. One with a fault is shown in any case."""
        ...


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One name. ``default`` is parsed already; ``order`` is within its ``group``.

    ``names_target`` is for whatever decides to which server secrets are sent, and for what makes
    sure that it is that one: whether it is verified, and by whose certificates. Where it changes
    they must be given again: who may alter a connector could have them sent to a server of his own,
    or bare over a network that he listens to.
    """

    name: str
    type: ConfigType
    default: Any = REQUIRED
    importance: Importance = Importance.MEDIUM
    doc: str = ""
    group: str | None = None
    order: int = -1
    width: Width = Width.NONE
    display_name: str | None = None
    dependents: tuple[str, ...] = ()
    validator: Validator | None = None
    recommender: Recommender | None = None
    names_target: bool = False

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class ConfigValue:
    """What became of one name: its text as given, and what is wrong with it."""

    name: str
    value: str | None
    recommended_values: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    visible: bool = True


@dataclass(frozen=True, slots=True)
class ConfigDef:
    """Keys, in the order in which they are shown; ``prefixes`` begin names that somebody else
    reads, as ``transforms.``."""

    keys: tuple[ConfigKey, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __add__(self, other: "ConfigDef") -> "ConfigDef":
        """Both; where a name is in both, ``other`` defines it."""
        theirs = {key.name for key in other.keys}
        mine = tuple(key for key in self.keys if key.name not in theirs)
        return ConfigDef(mine + other.keys, self.prefixes + other.prefixes)

    def __iter__(self) -> Iterator[ConfigKey]:
        return iter(self.keys)

    @property
    def groups(self) -> list[str]:
        """In the order of their first key."""
        return list(dict.fromkeys(key.group for key in self.keys if key.group is not None))

    def parse(self, config: Mapping[str, str | None]) -> dict[str, Any]:
        """Every key's value, defaults included. Raises ``ConfigError`` with all that is wrong.

        What begins with a prefix is not in the result.
        """
        faults = [error for value in self.validate(config) for error in value.errors]
        if faults:
            raise ConfigError(" ".join(faults))
        return self._parsed(config)[0]

    def validate(self, config: Mapping[str, str | None]) -> list[ConfigValue]:
        """One value for each key, and then one for each name that is not known."""
        parsed, faults = self._parsed(config)
        found = [self._value(key, config.get(key.name), parsed, faults) for key in self.keys]
        return found + [
            ConfigValue(name, text, errors=(f'Unknown configuration "{name}".',))
            for name, text in config.items()
            if not self.knows(name)
        ]

    def knows(self, name: str) -> bool:
        return any(key.name == name for key in self.keys) or name.startswith(self.prefixes)

    def _parsed(
        self, config: Mapping[str, str | None]
    ) -> tuple[dict[str, Any], dict[str, list[str]]]:
        parsed: dict[str, Any] = {}
        faults: dict[str, list[str]] = {}
        for key in self.keys:
            text = config.get(key.name)
            try:
                parsed[key.name] = _value_of(key, text)
            except ConfigError as error:
                faults[key.name] = [str(error)]
                parsed[key.name] = None
        return parsed, faults

    @staticmethod
    def _value(
        key: ConfigKey, text: str | None, parsed: Config, faults: Mapping[str, list[str]]
    ) -> ConfigValue:
        shown = text if text is not None or key.is_required else as_text(key.default)
        if shown is not None and key.type is ConfigType.PASSWORD:
            shown = str(Password(shown))
        recommended, visible = _recommended(key, parsed)
        return ConfigValue(key.name, shown, recommended, tuple(faults.get(key.name, ())), visible)


def _recommended(key: ConfigKey, parsed: Config) -> tuple[tuple[str, ...], bool]:
    """What a form offers for the key, and whether it shows it."""
    allowed = key.validator.offered if isinstance(key.validator, OneOf) else ()
    if key.recommender is None:
        return allowed, True
    try:
        offered = tuple(as_text(each) or "" for each in key.recommender.values(parsed))
        return offered or allowed, key.recommender.visible(parsed)
    except Exception:
        # A configuration is judged whatever a stranger's recommender makes of it.
        LOG.exception("what is recommended for %s is not known", key.name)
        return allowed, True


def _value_of(key: ConfigKey, text: str | None) -> Any:
    if text is None:
        if key.default is REQUIRED:
            raise ConfigError(
                f'Missing required configuration "{key.name}" which has no default value.'
            )
        return key.default
    value = parse_value(key.name, text, key.type)
    if key.validator is not None:
        key.validator(key.name, value)
    return value


_RANGES: Final = {
    ConfigType.SHORT: (-(1 << 15), (1 << 15) - 1),
    ConfigType.INT: (-(1 << 31), (1 << 31) - 1),
    ConfigType.LONG: (-(1 << 63), (1 << 63) - 1),
}


def parse_value(name: str, text: str, type_: ConfigType) -> Any:
    """The value that ``text`` writes. Raises ``ConfigError`` in Kafka's words."""
    text = text if type_ is ConfigType.PASSWORD else text.strip()
    match type_:
        case ConfigType.BOOLEAN:
            if text.lower() not in ("true", "false"):
                raise invalid(name, text, "Expected value to be either true or false")
            return text.lower() == "true"
        case ConfigType.INT | ConfigType.SHORT | ConfigType.LONG:
            return _integer(name, text, type_)
        case ConfigType.DOUBLE:
            return _double(name, text)
        case ConfigType.LIST:
            return tuple(each.strip() for each in text.split(",")) if text else ()
        case ConfigType.PASSWORD:
            return Password(text)
    return text


def _double(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if "_" in text or math.isnan(value):
        raise invalid(name, text, "Not a number of type DOUBLE")
    return value


def _integer(name: str, text: str, type_: ConfigType) -> int:
    low, high = _RANGES[type_]
    try:
        value = int(text)
    except ValueError:
        value = high + 1
    if "_" in text or not low <= value <= high:
        raise invalid(name, text, f"Not a number of type {type_.value}")
    return value


def as_text(value: Any) -> str | None:
    """As it would be written in a configuration."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(str(each) for each in value)
    return str(value)


def invalid(name: str, value: Any, why: str) -> ConfigError:
    """In Kafka's words."""
    return ConfigError(f"Invalid value {as_text(value)} for configuration {name}: {why}")


# Ready-made validators. Those of optional keys take None for "nothing was said".


def at_least(least: float) -> Validator:
    def validate(name: str, value: Any) -> None:
        if value is not None and value < least:
            raise invalid(name, value, f"Value must be at least {least}")

    return validate


def between(low: float, high: float) -> Validator:
    def validate(name: str, value: Any) -> None:
        if value is None:
            return
        if value < low:
            raise invalid(name, value, f"Value must be at least {low}")
        if value > high:
            raise invalid(name, value, f"Value must be no more than {high}")

    return validate


@dataclass(frozen=True, slots=True)
class OneOf:
    """Upper and lower case are one."""

    allowed: tuple[str, ...]

    def __call__(self, name: str, value: Any) -> None:
        lower = {each.lower() for each in self.allowed}
        if value is not None and str(value).lower() not in lower:
            choice = ", ".join(self.allowed)
            raise invalid(name, value, f"String must be one of (case insensitive): {choice}")

    @property
    def offered(self) -> tuple[str, ...]:
        """Without Kafka's class names, which are understood beside the short ones."""
        return tuple(each for each in self.allowed if "." not in each)


def one_of(*allowed: str) -> OneOf:
    """Forms offer these, unless a recommender offers others."""
    return OneOf(allowed)


def not_offered(validator: Validator) -> Validator:
    """The same where Kafka's own answers have no recommended values."""

    def validate(name: str, value: Any) -> None:
        validator(name, value)

    return validate


def non_empty(name: str, value: Any) -> None:
    if value is not None and not value:
        raise invalid(name, value, "String must be non-empty")


def all_of(*validators: Validator) -> Validator:
    def validate(name: str, value: Any) -> None:
        for each in validators:
            each(name, value)

    return validate


def identifiers(names: Iterable[str]) -> tuple[str, ...]:
    """Those of ``names`` that may be an alias, as ``transforms`` lists them, in order and once."""
    return tuple(dict.fromkeys(each for each in names if each))


# Ready-made recommenders.


@dataclass(frozen=True, slots=True)
class ShownWhen:
    """A key that is for some values of another one, case aside: ``name`` is that one's."""

    name: str
    wanted: tuple[str, ...]

    def values(self, config: Config) -> Sequence[Any]:
        return ()

    def visible(self, config: Config) -> bool:
        # Of a key that is no key of this configuration, or wrong in it, nothing is known.
        found = config.get(self.name)
        return found is None or (as_text(found) or "").lower() in self.wanted


def shown_when(name: str, *wanted: str) -> ShownWhen:
    """For keys that mean nothing unless ``name`` has one of these values."""
    return ShownWhen(name, tuple(each.lower() for each in wanted))


class Offers:
    """A key for which a form offers what ``offered`` gives then; others may be written."""

    def __init__(self, offered: Callable[[], Sequence[str]]) -> None:
        self._offered = offered

    def values(self, config: Config) -> Sequence[Any]:
        return self._offered()

    def visible(self, config: Config) -> bool:
        return True


class _Hidden:
    def values(self, config: Config) -> Sequence[Any]:
        return ()

    def visible(self, config: Config) -> bool:
        return False


SET_BY_THE_CONNECTOR: Final = _Hidden()
"""For what a connector tells its tasks: forms do not ask for it."""
FORMER_NAME: Final = _Hidden()
"""For a key that is called otherwise by now, and understood all the same."""
