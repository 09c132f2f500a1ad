"""The settings of the converters that a connector names, found in the catalogue."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from connect.catalogue import Kind, UnknownPlugin, catalogue
from connect.spi.config import ConfigDef

_KINDS: Final = {
    "key.converter": (Kind.CONVERTER, "Key Converter"),
    "value.converter": (Kind.CONVERTER, "Value Converter"),
    "header.converter": (Kind.HEADER_CONVERTER, "Header Converter"),
}


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


def _definition(kind: Kind, name: str) -> ConfigDef:
    try:
        found: ConfigDef = catalogue().find(kind, name).load().config
    except UnknownPlugin:
        return ConfigDef()
    return found
