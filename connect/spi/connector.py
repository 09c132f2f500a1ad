"""Connectors: what can be configured, and how the work is divided over tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from connect.spi.config import Config, ConfigDef
from connect.spi.egress import Egress, Target
from connect.spi.task import SinkTask, SourceTask


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """What a look at the target has found wrong with one name of the configuration."""

    name: str
    message: str


class _Connector:
    """What both kinds say of themselves, in class attributes.

    ``name`` is how configurations name it; ``aliases`` are Kafka's class names that mean the same.
    ``config`` holds the connector's own keys; those that all have are added for it.
    ``needs_kafka``: its tasks are clients of Kafka themselves.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[str]
    title: ClassVar[str]
    doc: ClassVar[str] = ""
    config: ClassVar[ConfigDef] = ConfigDef()
    needs_kafka: ClassVar[bool] = False

    def __init__(self, config: Config) -> None:
        """``config`` is parsed: each key is right by itself. Refuse here what does not go together,
        by ``ConfigError``: it is told where a configuration is judged, before it is kept, at the
        key that the message names first. Looks at nothing outside: that is what ``check`` is for.
        """
        self.configured = config

    def targets(self) -> Sequence[Target]:
        """Everything that it will connect to: checked before anything is."""
        return ()

    def check(self) -> Sequence[ConfigFault]:
        """A look at the worker's own machine, for what only that can tell; where a configuration
        is begun with. May raise ``ConnectError``."""
        return ()

    def check_target(self, egress: Egress) -> Sequence[ConfigFault]:
        """The same where it must be connected to, which goes by ``egress``. Asked after ``check``,
        when a configuration is begun with; may raise ``ConnectError``."""
        return ()

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        """What each task is told beside the connector's configuration; ``maximum`` tasks at most.

        May look at the target, and raise ``ConnectError``.
        """
        return [{} for _ in range(maximum)]


class SourceConnector(_Connector):
    """Reads something into topics."""

    task: ClassVar[type[SourceTask]]
    exactly_once: ClassVar[bool] = False
    """Whether its offsets say exactly what has been read: then records and offsets in one
    transaction are exactly-once."""
    ends_transactions: ClassVar[bool] = False
    """Whether it says where transactions end (``SourceContext.transaction``): without, there is no
    ``transaction.boundary=connector``, of which none would ever end."""

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        """One task, unless a source can divide its work."""
        return [{}]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        """Topics that it writes, and those that it reads: names, ``prefix*``, or ``*`` for all."""
        return ["*"], []

    def alter_offsets(
        self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
    ) -> None:
        """Somebody sets where it goes on: (source partition, source offset), None to begin it anew.

        Asked while no task runs. Raises ``ConnectError`` to refuse, saying what is wrong.
        """


class SinkConnector(_Connector):
    """Writes topics into something. Topics are divided over its tasks by partitions."""

    task: ClassVar[type[SinkTask]]
