"""A connector's transformations in their order, each with the predicate that guards it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from connect.spi.config import (
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    Offers,
    Width,
)
from connect.spi.errors import ConfigError
from connect.transforms.transform import Predicate, R, Transform

Find = Callable[[str, str], type[Any]]
"""From a kind (``transform``, ``predicate``) and a name or alias to the class. Raises
``ConfigError`` where there is none."""

Names = Callable[[str], Sequence[str]]
"""From a kind to the names that there are, for forms to offer."""

STEPS_MAX: Final = 50
"""Transformations, or predicates, of one connector."""
_TRANSFORMS: Final = "transforms"
_PREDICATES: Final = "predicates"
_GUARDS: Final = ConfigDef(
    (
        ConfigKey(
            name="predicate",
            type=ConfigType.STRING,
            default="",
            importance=Importance.MEDIUM,
            doc="The alias of the predicate that says for which records this is; empty for all.",
        ),
        ConfigKey(
            name="negate",
            type=ConfigType.BOOLEAN,
            default=False,
            importance=Importance.MEDIUM,
            doc="Whether it is for the records for which the predicate does not hold.",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Step:
    """One transformation under its alias."""

    alias: str
    transform: Transform
    predicate: Predicate | None = None
    negate: bool = False

    def apply(self, record: R) -> R | None:
        """The record changed, unchanged where the predicate says so, or None to drop it."""
        if self.predicate is not None and self.predicate.test(record) is self.negate:
            return record
        return self.transform.apply(record)


@dataclass(frozen=True, slots=True)
class Chain:
    steps: tuple[Step, ...] = ()

    @property
    def needs_budget(self) -> bool:
        """Whether a step runs a stranger's program, whose time the caller must bound."""
        return any(getattr(step.transform, "needs_budget", False) for step in self.steps)

    def apply(self, record: R) -> R | None:
        """The record after all steps; None as soon as one drops it."""
        current: R | None = record
        for step in self.steps:
            if current is None:
                return None
            current = step.apply(current)
        return current


def build_chain(config: Mapping[str, str], find: Find) -> Chain:
    """The chain that a connector's configuration describes: ``transforms``, ``predicates``, and
    what stands under ``transforms.ALIAS.`` and ``predicates.ALIAS.``. Raises ``ConfigError``."""
    predicates = {
        alias: _plugin(config, _PREDICATES, alias, find) for alias in _aliases(config, _PREDICATES)
    }
    steps = tuple(_step(config, alias, predicates, find) for alias in _aliases(config, _TRANSFORMS))
    return Chain(steps)


def chain_definition(config: Mapping[str, str], find: Find, names: Names) -> ConfigDef:
    """The settings of the transformations and predicates that ``config`` names, under their full
    names, in Kafka's groups. What names no plugin has only its ``type``, which says so when it is
    validated. Of more than ``STEPS_MAX`` there are none: ``build_chain`` refuses them."""
    definition = ConfigDef()
    for kind in (_TRANSFORMS, _PREDICATES):
        for alias in _defined(config, kind):
            definition += _definition(config, kind, alias, find, names)
    return definition


def _step(
    config: Mapping[str, str], alias: str, predicates: Mapping[str, Predicate], find: Find
) -> Step:
    transform = _plugin(config, _TRANSFORMS, alias, find)
    prefix = f"{_TRANSFORMS}.{alias}."
    guards = _GUARDS.parse(
        {name: config[prefix + name] for name in ("predicate", "negate") if prefix + name in config}
    )
    name = guards["predicate"]
    if not name:
        _refuse_lone_negate(config, prefix)
        return Step(alias, transform)
    if name not in predicates:
        raise ConfigError(
            f"Invalid value {name} for configuration {prefix}predicate: there is no such predicate "
            f"among {_PREDICATES}"
        )
    return Step(alias, transform, predicates[name], guards["negate"])


def _refuse_lone_negate(config: Mapping[str, str], prefix: str) -> None:
    if f"{prefix}negate" in config:
        raise ConfigError(
            f"Config '{prefix}negate' was provided but there is no config '{prefix}predicate' "
            "defining a predicate to be negated."
        )


def _plugin(config: Mapping[str, str], kind: str, alias: str, find: Find) -> Any:
    """The transformation or predicate under ``alias``, made."""
    prefix = f"{kind}.{alias}."
    plugin = find(kind.removesuffix("s"), _type(config, prefix))
    taken = {"type", "predicate", "negate"} if kind == _TRANSFORMS else {"type"}
    own = {
        name.removeprefix(prefix): value
        for name, value in config.items()
        if name.startswith(prefix) and name.removeprefix(prefix) not in taken
    }
    try:
        return plugin(plugin.config.parse(own))
    except ConfigError as error:
        raise ConfigError(f"{prefix.removesuffix('.')}: {error}") from error


def _type(config: Mapping[str, str], prefix: str) -> str:
    name = config.get(f"{prefix}type")
    if not name:
        raise ConfigError(
            f'Missing required configuration "{prefix}type" which has no default value.'
        )
    return name


def _listed(config: Mapping[str, str], kind: str) -> list[str]:
    return [alias for one in config.get(kind, "").split(",") if (alias := one.strip())]


def _aliases(config: Mapping[str, str], kind: str) -> list[str]:
    aliases = _listed(config, kind)
    if len(aliases) > STEPS_MAX:
        raise ConfigError(f"Invalid value for configuration {kind}: more than {STEPS_MAX} aliases")
    if len(set(aliases)) < len(aliases):
        raise ConfigError(
            f"Invalid value {aliases} for configuration {kind}: Duplicate alias provided."
        )
    return aliases


def _defined(config: Mapping[str, str], kind: str) -> list[str]:
    """The aliases whose settings are known: none of more than there may be, each of which would
    cost more than the last."""
    aliases = _listed(config, kind)
    return list(dict.fromkeys(aliases)) if len(aliases) <= STEPS_MAX else []


def _definition(
    config: Mapping[str, str], kind: str, alias: str, find: Find, names: Names
) -> ConfigDef:
    prefix = f"{kind}.{alias}."
    single = "Transformation" if kind == _TRANSFORMS else "Predicate"
    group = f"{kind.title()}: {alias}"

    def names_a_plugin(name: str, value: Any) -> None:
        find(kind.removesuffix("s"), value)
        if f"{prefix}predicate" not in config:
            _refuse_lone_negate(config, prefix)

    type_key = ConfigKey(
        name=f"{prefix}type",
        type=ConfigType.CLASS,
        importance=Importance.HIGH,
        doc=f"Which {single.lower()} '{alias}' is.",
        group=group,
        order=0,
        width=Width.LONG,
        display_name=f"{single} type for {alias}",
        validator=names_a_plugin,
        recommender=Offers(lambda: names(kind.removesuffix("s"))),
    )
    try:
        plugin = find(kind.removesuffix("s"), config.get(f"{prefix}type", ""))
    except ConfigError:
        return ConfigDef((type_key,))
    guards = _guards(config) if kind == _TRANSFORMS else ()
    keys = (
        replace(key, name=prefix + key.name, group=group, order=order)
        for order, key in enumerate((*guards, *plugin.config.keys), 1)
    )
    return ConfigDef((type_key, *keys))


def _guards(config: Mapping[str, str]) -> tuple[ConfigKey, ...]:
    """Which predicate there may be, and whether it is turned round."""
    predicate, negate = _GUARDS.keys
    return replace(predicate, recommender=Offers(lambda: _defined(config, _PREDICATES))), negate
