"""A connector's plugin as the service needs to know it: by its names, and which keys are secret.

The catalogue and the plugins themselves are imported when they are first asked for: a web process
or a worker without connectors loads none of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect.states import Kind

if TYPE_CHECKING:
    from connect.spi.config import ConfigDef

_SECRET_NAME: Final = re.compile(
    r"(?i)passw(or)?d|secret|token|credential|private[._-]?key|api[._-]?key|access[._-]?key"
    r"|user[._-]?info|sasl\.jaas\.config"
)
_LOGIN_IN_URL: Final = re.compile(r"://[^/@\s]*:[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Plugin:
    """``name`` is the short one. ``definition`` has the plugin's own keys and those that all
    connectors of its kind have."""

    name: str
    kind: Kind
    definition: "ConfigDef"
    connector: type[Any]

    def faults(self, config: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is wrong with a config as (key, sentence); empty when nothing is."""
        from connect.runtime.converter_settings import converter_faults  # noqa: PLC0415
        from connect.runtime.steps import step_faults  # noqa: PLC0415

        own = [
            (value.name, message)
            for value in self.definition.validate(config)
            for message in value.errors
        ]
        faults = own + step_faults(config) + converter_faults(config)
        return faults or self.contradictions(config)

    def contradictions(self, config: Mapping[str, str]) -> list[tuple[str, str]]:
        """What does not go together in a config of which each key is right by itself."""
        from connect.task.whole_config import contradictions  # noqa: PLC0415

        return contradictions(self.connector, self.definition, config)

    def definition_for(self, config: Mapping[str, str]) -> Any:
        """``definition`` with the settings of the transforms, predicates and converters that
        ``config`` names."""
        from connect.runtime.converter_settings import converter_settings  # noqa: PLC0415
        from connect.runtime.steps import step_definition  # noqa: PLC0415

        return self.definition + step_definition(config) + converter_settings(config)

    def secret_names(self, config: Mapping[str, str]) -> frozenset[str]:
        """The keys of ``config`` whose values are to be kept from everybody.

        Those that are defined as passwords, and whatever has the name of one or a login within a
        URL: to hide too much is a nuisance, to hide too little is not mended.
        """
        passwords = {key.name for key in self.definition.keys if key.type.name == "PASSWORD"}
        return frozenset(
            name
            for name, value in config.items()
            if name in passwords or _SECRET_NAME.search(name) or _LOGIN_IN_URL.search(value)
        )


def find_plugin(name: str) -> Plugin | None:
    """The connector plugin of that short name or alias; None when there is none."""
    from connect.catalogue import Kind as PluginKind  # noqa: PLC0415
    from connect.catalogue import UnknownPlugin, catalogue  # noqa: PLC0415
    from connect.spi.common_configs import SINK_COMMON, SOURCE_COMMON  # noqa: PLC0415

    try:
        found = catalogue().connector(name)
    except UnknownPlugin:
        return None
    connector = found.load()
    is_source = found.kind is PluginKind.SOURCE
    return Plugin(
        found.name,
        Kind.SOURCE if is_source else Kind.SINK,
        (SOURCE_COMMON if is_source else SINK_COMMON) + connector.config,
        connector,
    )


def converter_definition(name: str) -> "ConfigDef":
    """The settings of the converter of that short name or alias; none where there is none."""
    from connect.catalogue import Kind as PluginKind  # noqa: PLC0415
    from connect.catalogue import UnknownPlugin, catalogue  # noqa: PLC0415
    from connect.spi.config import ConfigDef  # noqa: PLC0415

    try:
        converter = catalogue().find(PluginKind.CONVERTER, name).load()
    except UnknownPlugin:
        return ConfigDef()
    found: ConfigDef = converter.config
    return found
