"""A connector's config, checked and with its secrets apart, before a verb writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from connect.errors import InvalidConfig, UnknownPlugin
from connect.moved_target import CONVERTERS, FormerConfig, moved_secrets
from connect.plugins import converter_definition, find_plugin
from connect.states import HIDDEN, NAME_CHARACTERS_MAX, Kind
from tenants.errors import Invalid

CONFIG_CHARACTERS_MAX: Final = 30_000
"""Keys and values together. A process is handed its config in one write to a pipe."""


@dataclass(frozen=True, slots=True)
class CheckedConfig:
    """``shown`` is the config with ``HIDDEN`` for each secret; ``secrets`` are those, in clear."""

    plugin: str
    kind: Kind
    shown: dict[str, str]
    secrets: dict[str, str] = field(repr=False)


def checked_config(
    name: str,
    config: Mapping[str, str],
    former: FormerConfig | None = None,
    kept: Mapping[str, str] | None = None,
) -> CheckedConfig:
    """``config`` as it may be kept for connector ``name`` in the place of ``former``. ``kept`` are
    the secrets until now, which ``HIDDEN`` stands for as long as they go where they went.

    Pure but for loading the plugin: nothing is connected to. Raises ``UnknownPlugin``,
    ``InvalidConfig``, and ``Invalid`` for a name that will not do or a config without a plugin.
    """
    check_name(name)
    for key, value in config.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise Invalid(f"connector {name!r}: the value of {key!r} is no text; write it as one")
    if config.get("name", name) != name:
        raise Invalid(
            f"Connector name configuration ({config['name']}) doesn't match connector name in the "
            f"URL ({name})"
        )
    if sum(len(key) + len(value) for key, value in config.items()) > CONFIG_CHARACTERS_MAX:
        raise Invalid(f"connector {name!r}: a config is at most {CONFIG_CHARACTERS_MAX} characters")
    wanted = config.get("connector.class", "")
    if not wanted:
        raise Invalid(f"Connector config {{name={name}}} contains no connector type")
    plugin = find_plugin(wanted)
    if plugin is None:
        raise UnknownPlugin(wanted)
    given = {**config, "name": name}
    clear = _with_kept(given, kept or {})
    faults = [(key, hide(sentence, given, clear)) for key, sentence in plugin.faults(clear)]
    if former is not None:
        faults += moved_secrets(plugin, former, given)
    if faults:
        raise InvalidConfig(faults)
    secret = plugin.secret_names(clear)
    return CheckedConfig(
        plugin=plugin.name,
        kind=plugin.kind,
        shown={key: HIDDEN if key in secret else value for key, value in given.items()},
        secrets={key: clear[key] for key in secret},
    )


def load_plugins(config: Mapping[str, object]) -> None:
    """Before the transaction in which a config is checked: to import a plugin, and what judges its
    config, may take longer than a transaction may hold others up."""
    import connect.task.whole_config  # noqa: F401, PLC0415

    wanted = config.get("connector.class")
    if isinstance(wanted, str):
        find_plugin(wanted)
    for each in (config.get(converter) for converter in CONVERTERS):
        if isinstance(each, str):
            converter_definition(each)


def check_name(name: str) -> None:
    """Raises ``Invalid`` unless a connector may be called that."""
    if not 0 < len(name) <= NAME_CHARACTERS_MAX or not name.isprintable() or name != name.strip():
        raise Invalid(
            f"a connector's name is 1 to {NAME_CHARACTERS_MAX} printable characters, with no space "
            "at its ends"
        )


def missing_secrets(config: Mapping[str, str], kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key, sentence) for each ``HIDDEN`` that stands for nothing."""
    return [
        (key, f"Invalid value {HIDDEN} for configuration {key}: it stands for a secret that is "
         "kept, and none is; give the secret itself")
        for key, value in config.items()
        if value == HIDDEN and key not in kept
    ]  # fmt: skip


def hide(sentence: str, config: Mapping[str, str], kept: Mapping[str, str]) -> str:
    """``sentence`` with ``HIDDEN`` in the place of each secret that ``config`` keeps by it: who may
    alter a connector may not read those.

    What ``config`` has in it anyhow is left as it is. Sentences repeat what they refuse: hidden in
    one, a guess would be known to be right.
    """
    own = "\n".join([*config, *config.values()])
    secrets = {kept[key] for key, value in config.items() if value == HIDDEN and key in kept}
    for secret in sorted(secrets, key=len, reverse=True):
        if secret not in own:
            sentence = sentence.replace(secret, HIDDEN)
    return sentence


def _with_kept(config: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    faults = missing_secrets(config, kept)
    if faults:
        raise InvalidConfig(faults)
    return {key: kept[key] if value == HIDDEN else value for key, value in config.items()}
