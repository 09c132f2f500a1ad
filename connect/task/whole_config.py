"""What is wrong with a configuration of which each key is right by itself.

What a worker would find when it makes the connector's tasks, as far as the configuration alone
tells: so it can be said before it is kept. Nothing is looked at.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from connect.runtime.converter_settings import converter_refusals
from connect.runtime.steps import chain_of
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.errors import ConfigError
from connect.task.kafka_settings import check_overrides, poll_records
from connect.task.subscription import topic_faults
from connect.task.topic_rules import TopicRules

LOG: Final = logging.getLogger(__name__)

_CONFIGURATION: Final = re.compile(r"configuration \"?([\w.$-]*[\w$])")
"""How Kafka's sentences, and most of ours, name a key."""
_SPOKEN: Final = re.compile(r"[\w$-]+(?:\.[\w$-]+)*")

Faults = list[tuple[str, str]]
"""(key, sentence)."""


def contradictions(
    connector: type[SourceConnector | SinkConnector],
    definition: ConfigDef,
    config: Mapping[str, str],
) -> Faults:
    """``definition`` is of all keys of ``connector``, and finds no fault in ``config``."""
    parsed = definition.parse(config)
    found = _refused(lambda: chain_of(config), lambda _message: "transforms")
    found += converter_refusals(config)
    for ask in (check_overrides, poll_records):
        found += _refused(lambda ask=ask: ask(config), _named)  # type: ignore[misc]
    if issubclass(connector, SinkConnector):
        found += topic_faults(parsed)
    else:
        found += _refused(lambda: TopicRules(config), _named)
        found += delivery_faults(connector, parsed)
    return found or _own(connector, definition, parsed)


def delivery_faults(connector: type[SourceConnector], config: Config) -> Faults:
    """What a source cannot promise."""
    if str(config["exactly.once.support"]).lower() != "required":
        return []
    if not connector.exactly_once:
        return [
            (
                "exactly.once.support",
                "Invalid value required for configuration exactly.once.support: "
                f"{connector.name} cannot promise it; with requested its records are there at "
                "least once",
            )
        ]
    by_connector = str(config["transaction.boundary"]).lower() == "connector"
    if by_connector and not connector.ends_transactions:
        return [
            (
                "transaction.boundary",
                "Invalid value connector for configuration transaction.boundary: "
                f"{connector.name} does not say where transactions end; take poll or interval",
            )
        ]
    return []


def check_delivery(connector: type[SourceConnector], config: Config) -> None:
    """Raises ``ConfigError``."""
    for _key, sentence in delivery_faults(connector, config):
        raise ConfigError(sentence)


def _own(
    connector: type[SourceConnector | SinkConnector], definition: ConfigDef, parsed: Config
) -> Faults:
    """What the connector itself refuses."""
    names = [key.name for key in definition.keys]
    try:
        return _refused(lambda: connector(parsed), lambda message: _first_named(message, names))
    except Exception:
        # A stranger's: whatever it is at, the worker will tell of it.
        LOG.exception("%s could not be made to judge a configuration", connector.name)
        return []


def _refused(ask: Callable[[], Any], key_of: Callable[[str], str]) -> Faults:
    try:
        ask()
    except ConfigError as error:
        return [(key_of(str(error)), str(error))]
    return []


def _named(message: str) -> str:
    """The key that a sentence in Kafka's form is about; the connector's as a whole without one."""
    named = _CONFIGURATION.search(message)
    return named[1] if named else message.partition(" ")[0]


def _first_named(message: str, names: list[str]) -> str:
    """Of ``names`` the one that the message speaks of first, in Kafka's form or in any other."""
    named = _CONFIGURATION.search(message)
    if named and named[1] in names:
        return named[1]
    for spoken in _SPOKEN.findall(message):
        # What is within a value is said as template.user.
        found = [each for each in names if f"{spoken}.".startswith(f"{each}.")]
        if found:
            return max(found, key=len)
    return "connector.class"
