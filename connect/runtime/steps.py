"""A connector's transformations and predicates, found in the catalogue."""

from collections.abc import Mapping
from typing import Any, Final

from connect.catalogue import Kind, catalogue
from connect.spi.config import ConfigDef
from connect.spi.errors import ConfigError
from connect.transforms.chain import Chain, build_chain, chain_definition

_KINDS: Final = {"transform": Kind.TRANSFORM, "predicate": Kind.PREDICATE}


def chain_of(config: Mapping[str, str]) -> Chain:
    """Raises ``ConfigError``."""
    return build_chain(config, _find)


def step_definition(config: Mapping[str, str]) -> ConfigDef:
    """The settings of the plugins that ``config`` names, as ``transforms.ALIAS.spec``."""
    return chain_definition(config, _find, _names)


def step_faults(config: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with them, as (name, message); empty when a chain can be built."""
    definition = step_definition(config)
    told = {key.name: config[key.name] for key in definition if key.name in config}
    faults = [
        (value.name, message) for value in definition.validate(told) for message in value.errors
    ]
    if not faults:
        try:
            chain_of(config)
        except ConfigError as error:
            return [("transforms", str(error))]
    return faults


def _find(kind: str, name: str) -> type[Any]:
    plugin: type[Any] = catalogue().find(_KINDS[kind], name).load()
    return plugin


def _names(kind: str) -> list[str]:
    return [plugin.name for plugin in catalogue().all(_KINDS[kind])]
