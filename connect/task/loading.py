"""From a plugin's name and a connector's strings to what runs: connector, converters, chain."""

from collections.abc import Mapping
from dataclasses import dataclass

from connect.catalogue import Kind, catalogue
from connect.converters.converter import Converter, HeaderConverter
from connect.converters.registered import REGISTRY_URL, USER_INFO, RegisteredConverter
from connect.runtime.converter_settings import UNSAID, own_settings
from connect.runtime.error_policy import ErrorPolicy
from connect.runtime.registry_http import HttpSchemaRegistry
from connect.runtime.stages import Converters
from connect.runtime.steps import chain_of
from connect.spi.common_configs import SINK_COMMON, SOURCE_COMMON
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.egress import Egress
from connect.spi.errors import ConfigError
from connect.task.kafka_settings import check_overrides
from connect.transforms.chain import Chain


@dataclass(frozen=True, slots=True)
class Loaded:
    """``strings`` is the configuration with the task's own part in it, ``config`` the same
    parsed."""

    connector: SourceConnector | SinkConnector
    strings: Mapping[str, str]
    config: Config

    def converters(self, egress: Egress) -> Converters:
        """Made anew with each call; a schema registry is reached by ``egress``. Raises
        ``ConfigError``."""
        return Converters(
            key=_converter("key.converter", self.strings, egress),
            value=_converter("value.converter", self.strings, egress),
            header=_header_converter(self.strings),
        )

    @property
    def chain(self) -> Chain:
        """Made anew with each call. Raises ``ConfigError``."""
        return chain_of(self.strings)

    @property
    def policy(self) -> ErrorPolicy:
        return ErrorPolicy.of(self.config)


def load(plugin: str, config: Mapping[str, str], task_config: Mapping[str, str]) -> Loaded:
    """``task_config`` wins. What it has that nobody defined is the connector's own word to its
    tasks, and comes as text. Raises ``ConfigError``."""
    kind = catalogue().connector(plugin)
    loaded = kind.load()
    common = SOURCE_COMMON if kind.kind is Kind.SOURCE else SINK_COMMON
    definition: ConfigDef = common + loaded.config
    strings = {**config, **task_config}
    own = {name: text for name, text in task_config.items() if not definition.knows(name)}
    parsed = definition.parse({name: text for name, text in strings.items() if name not in own})
    check_overrides(strings)
    return Loaded(loaded({**parsed, **own}), strings, {**parsed, **own})


def _converter(key: str, config: Mapping[str, str], egress: Egress) -> Converter:
    plugin = catalogue().find(Kind.CONVERTER, config.get(key) or UNSAID[key])
    try:
        converter: Converter = plugin.load()(
            own_settings(key, config), is_key=key == "key.converter"
        )
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from error
    if isinstance(converter, RegisteredConverter):
        told = converter.configured
        credentials = told[USER_INFO].secret if told[USER_INFO] else None
        converter.connect_to(
            HttpSchemaRegistry(told[REGISTRY_URL], egress.http_transport(), credentials)
        )
    return converter


def _header_converter(config: Mapping[str, str]) -> HeaderConverter:
    key = "header.converter"
    plugin = catalogue().find(Kind.HEADER_CONVERTER, config.get(key) or UNSAID[key])
    try:
        converter: HeaderConverter = plugin.load()(own_settings(key, config))
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from error
    return converter
