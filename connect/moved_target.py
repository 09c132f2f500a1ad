"""Secrets that a config would keep unseen and have sent to another server than before. Pure but for
loading the plugins that are named.

Who may alter a connector may not read its secrets. If it could change the address and leave the
password in its place, it would have the password sent to a server of its own. Whether and how the
server is verified counts as its address does: what is not verified may be any server.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connect.plugins import Plugin, converter_definition
from connect.spi.config import ConfigDef, as_text
from connect.states import HIDDEN

CONVERTERS: Final = ("key.converter", "value.converter", "header.converter")
"""Each has settings below its name, and maybe a server and a login of its own among them."""


@dataclass(frozen=True, slots=True)
class FormerConfig:
    """What a connector has until now; ``shown`` is its config with ``HIDDEN`` for each secret."""

    plugin: str
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Part:
    """The connector itself, or a converter of its: what names and verifies its server, and what of
    that is another now."""

    prefix: str
    targets: frozenset[str]
    moved: list[str]


def moved_secrets(
    plugin: Plugin, former: FormerConfig, config: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(key, sentence) for each secret that ``config``, for ``plugin``, keeps by ``HIDDEN`` though
    something that names its target is another than in ``former``.

    Compared is what is shown: an address that is hidden itself, for the login in it, is the same
    where it is kept and another wherever it is given, so that nobody learns it by trying.
    """
    parts = list(_parts(plugin, former, config))
    return [
        (name, _sentence(name, part.moved))
        for name, value in config.items()
        if value == HIDDEN
        for part in parts
        if part.moved and part.prefix == _prefix(name) and name not in part.targets
    ]


def _parts(plugin: Plugin, former: FormerConfig, config: Mapping[str, str]) -> Iterator[_Part]:
    own = _part("", plugin.definition, former.shown, config)
    if plugin.name != former.plugin:
        own.moved.append("connector.class")
    yield own
    for converter in CONVERTERS:
        given, before = config.get(converter), former.shown.get(converter)
        part = _part(f"{converter}.", converter_definition(given or ""), former.shown, config)
        if given != before:
            part.moved.append(converter)
        yield part


def _part(
    prefix: str, definition: ConfigDef, before: Mapping[str, str], after: Mapping[str, str]
) -> _Part:
    keys = {prefix + key.name: key for key in definition.keys if key.names_target}
    defaults = {
        name: None if key.is_required else as_text(key.default) for name, key in keys.items()
    }
    moved = [
        name
        for name, default in defaults.items()
        if before.get(name, default) != after.get(name, default)
    ]
    return _Part(prefix, frozenset(keys), moved)


def _prefix(name: str) -> str:
    """Of the part whose setting it is."""
    return next((f"{each}." for each in CONVERTERS if name.startswith(f"{each}.")), "")


def _sentence(name: str, moved: list[str]) -> str:
    return (
        f"Invalid value {HIDDEN} for configuration {name}: {', '.join(moved)} changed, and what is "
        "kept is sent where it was sent before, as safely, or not at all; give the secret again"
    )
