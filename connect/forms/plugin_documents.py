"""Config definitions and what validating says, as JSON by Kafka Connect's names. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, ConfigValue, as_text
from connect.states import HIDDEN

Json = dict[str, Any]


def key_document(key: ConfigKey) -> Json:
    return {
        "name": key.name,
        "type": key.type.value,
        "required": key.is_required,
        "default_value": None if key.is_required else _shown(key, as_text(key.default)),
        "importance": key.importance.value,
        "documentation": key.doc,
        "group": key.group,
        "width": key.width.value,
        "display_name": key.display_name or key.name,
        "dependents": list(key.dependents),
        "order": key.order,
    }


def validation_document(
    plugin: str, definition: ConfigDef, values: Iterable[ConfigValue], secret: Collection[str]
) -> Json:
    """What was given, key by key; a key that is not defined has no definition, as in Kafka. Values
    of ``secret`` names are hidden."""
    keys = {key.name: key for key in definition.keys}
    listed = [(keys.get(value.name), value) for value in values]
    return {
        "name": plugin,
        "error_count": sum(len(value.errors) for _key, value in listed),
        "groups": definition.groups,
        "configs": [
            {
                "definition": key_document(key) if key else None,
                "value": _value(value, hidden=value.name in secret),
            }
            for key, value in listed
        ],
    }


def with_faults(
    values: Iterable[ConfigValue], faults: Iterable[tuple[str, str]], config: Mapping[str, str]
) -> list[ConfigValue]:
    """``values`` with further (name, sentence); a name that is not among them gets the value that
    ``config`` has for it."""
    by_name = {value.name: value for value in values}
    for name, sentence in faults:
        value = by_name.get(name, ConfigValue(name, config.get(name)))
        by_name[name] = replace(value, errors=(*value.errors, sentence))
    return list(by_name.values())


def _value(value: ConfigValue, *, hidden: bool) -> Json:
    return {
        "name": value.name,
        "value": HIDDEN if hidden and value.value is not None else value.value,
        "recommended_values": list(value.recommended_values),
        "errors": list(value.errors),
        "visible": value.visible,
    }


def _shown(key: ConfigKey, text: str | None) -> str | None:
    return HIDDEN if key.type is ConfigType.PASSWORD and text is not None else text
