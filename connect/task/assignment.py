"""What a task's process is told in its first line of standard input."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from connect.spi.errors import ConfigError

MEMORY_BYTES: Final = 150 * 2**20
"""What a task may use of memory (resident) unless it is told otherwise."""
FLUSH_MS: Final = 10_000
"""Between two times that offsets are stored, unless it is told otherwise (Kafka's worker:
``offset.flush.interval.ms``)."""


@dataclass(frozen=True, slots=True)
class TaskAssignment:
    """``config`` are the connector's strings, secrets in clear; ``task_config`` has this task's
    part and wins over them. ``kafka`` are confluent-kafka's settings, with the task's own login.
    ``generation`` rises with each start: what an earlier one still has open is fenced."""

    connector: str
    kind: Literal["source", "sink"]
    task: int
    generation: int
    plugin: str
    config: Mapping[str, str] = field(repr=False)
    task_config: Mapping[str, str] = field(repr=False)
    kafka: Mapping[str, Any] = field(repr=False)
    offsets_topic: str
    group: str
    transactional_id: str
    egress_allow: tuple[str, ...]
    egress_ports: tuple[str, ...]
    own_hosts: tuple[str, ...]
    memory_bytes: int
    starts_paused: bool
    flush_s: float

    @classmethod
    def of(cls, line: str) -> "TaskAssignment":
        """Raises ``ConfigError`` for a document that is none."""
        try:
            document = json.loads(line)
            return cls(
                connector=document["connector"],
                kind=document["kind"],
                task=document["task"],
                generation=document["generation"],
                plugin=document["plugin"],
                config=document["config"],
                task_config=document.get("task_config", {}),
                kafka=document["kafka"],
                offsets_topic=document["offsets_topic"],
                group=document["group"],
                transactional_id=document["transactional_id"],
                egress_allow=tuple(document.get("egress", {}).get("allow", ())),
                egress_ports=tuple(document.get("egress", {}).get("ports", ())),
                own_hosts=tuple(document.get("egress", {}).get("own", ())),
                memory_bytes=document.get("limits", {}).get("memory_bytes", MEMORY_BYTES),
                starts_paused=document.get("initial_state") == "PAUSED",
                flush_s=document.get("offset_flush_interval_ms", FLUSH_MS) / 1000,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"the first line of input is no task assignment: {error!r}"
            ) from error


@dataclass(frozen=True, slots=True)
class ConfigureRequest:
    """What ``--configure`` is told: a connector, to be divided among at most ``tasks_max``
    tasks."""

    connector: str
    plugin: str
    config: Mapping[str, str] = field(repr=False)
    tasks_max: int
    egress_allow: tuple[str, ...]
    egress_ports: tuple[str, ...]
    own_hosts: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> "ConfigureRequest":
        """Raises ``ConfigError`` for a document that is none."""
        try:
            document = json.loads(line)
            return cls(
                connector=document["connector"],
                plugin=document["plugin"],
                config=document["config"],
                tasks_max=document["tasks_max"],
                egress_allow=tuple(document.get("egress", {}).get("allow", ())),
                egress_ports=tuple(document.get("egress", {}).get("ports", ())),
                own_hosts=tuple(document.get("egress", {}).get("own", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"the first line of input is no connector: {error!r}") from error
