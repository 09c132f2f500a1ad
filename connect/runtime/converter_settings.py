"""The settings of the converters that a connector names, found in the catalogue."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from connect.catalogue import Kind, UnknownPlugin, catalogue
from connect.spi.config import ConfigDef
from connect.spi.errors import ConfigError

_KINDS: Final = {
    "key.converter": (Kind.CONVERTER, "Key Converter"),
    "value.converter": (Kind.CONVERTER, "Value Converter"),
    "header.converter": (Kind.HEADER_CONVERTER, "Header Converter"),
}
UNSAID: Final = {"key.converter": "json", "value.converter": "json", "header.converter": "simple"}
"""What converts where the configuration names none."""


def converter_settings(config: Mapping[str, str]) -> ConfigDef:
    """The settings of those that ``config`` names, as ``value.converter.schema.registry.url``, each
    converter's in a group of its own. Of what names no converter there are none."""
    definition = ConfigDef()
    for key, (kind, group) in _KINDS.items():
        keys = _definition(kind, config.get(key, "")).keys
        named = (replace(each, name=f"{key}.{each.name}", group=group) for each in keys)
        definition += ConfigDef(tuple(named))
    return definition


def converter_faults(config: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with them, as (name, message)."""
    definition = converter_settings(config)
    told = {key.name: config[key.name] for key in definition if key.name in config}
    return [
        (value.name, message) for value in definition.validate(told) for message in value.errors
    ]


def converter_refusals(config: Mapping[str, str]) -> list[tuple[str, str]]:
    """Why they could not be made: one that there is not, a setting that it does not know."""
    found = []
    for key, (kind, _group) in _KINDS.items():
        try:
            plugin = catalogue().find(kind, config.get(key) or UNSAID[key])
            plugin.load().config.parse(own_settings(key, config))
        except ConfigError as error:
            found.append((key, f"{key}: {error}"))
    return found


def own_settings(key: str, config: Mapping[str, str]) -> dict[str, str]:
    """Those of the converter that ``key`` names, without their prefix."""
    prefix = f"{key}."
    return {
        each.removeprefix(prefix): text for each, text in config.items() if each.startswith(prefix)
    }


def _definition(kind: Kind, name: str) -> ConfigDef:
    try:
        found: ConfigDef = catalogue().find(kind, name).load().config
    except UnknownPlugin:
        return ConfigDef()
    return found
