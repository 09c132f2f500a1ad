"""Dividing a connector's work: what ``--configure`` answers. It may look at the connector's
target."""

from collections.abc import Mapping
from typing import Any

from connect.spi.connector import SourceConnector
from connect.spi.egress import Egress
from connect.spi.errors import ConfigError, ConnectError
from connect.task.assignment import ConfigureRequest
from connect.task.loading import Loaded, load
from connect.task.subscription import subscription
from connect.task.topic_rules import TopicRules
from connect.task.whole_config import check_delivery


def configured(request: ConfigureRequest, egress: Egress) -> dict[str, Any]:
    """The event that answers: what each task is told, and which topics the connector needs (names,
    ``prefix*`` or ``*``); for sinks none, their config says. Raises ``ConnectError``."""
    loaded = load(request.plugin, request.config, {})
    _check(loaded, egress)
    connector = loaded.connector
    task_configs = connector.task_configs(request.tasks_max)
    if len(task_configs) > request.tasks_max:
        raise ConnectError(
            f"{request.plugin} wants {len(task_configs)} tasks; tasks.max is {request.tasks_max}"
        )
    if not all(_is_texts(each) for each in task_configs):
        raise ConnectError(f"{request.plugin} has made tasks that are no texts by text")
    writes, reads = connector.topics() if isinstance(connector, SourceConnector) else ((), ())
    return {
        "event": "configured",
        "task_configs": task_configs,
        "writes": list(writes),
        "reads": list(reads),
    }


def _check(loaded: Loaded, egress: Egress) -> None:
    """Addresses first: nothing is connected to that may not be."""
    check_targets(loaded, egress)
    _ = loaded.converters(egress), loaded.chain
    if isinstance(loaded.connector, SourceConnector):
        TopicRules(loaded.strings)
        check_delivery(type(loaded.connector), loaded.config)
    else:
        subscription(loaded.config)
    faults = loaded.connector.check() or loaded.connector.check_target(egress)
    if faults:
        raise ConfigError("; ".join(f"{fault.name}: {fault.message}" for fault in faults))


def _is_texts(config: Any) -> bool:
    return isinstance(config, Mapping) and all(
        isinstance(name, str) and isinstance(value, str) for name, value in config.items()
    )


def check_targets(loaded: Loaded, egress: Egress) -> None:
    """Raises ``EgressRefused`` when the connector would reach what it may not."""
    for target in loaded.connector.targets():
        egress.resolve(target.host, target.port)
