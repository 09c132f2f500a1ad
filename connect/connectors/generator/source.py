"""The generator's task: as many records as the time that has passed is due."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from connect.connectors.generator.template import draw_of, template
from connect.spi.config import (
    SET_BY_THE_CONNECTOR,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    at_least,
    between,
    non_empty,
)
from connect.spi.connector import SourceConnector
from connect.spi.errors import ConfigError, ConnectError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

BATCH: Final = 500
_WAIT_SECONDS: Final = 1.0
_BEHIND_SECONDS: Final = 1.0
"""How much lost time is made up for: a task that was held up goes on without a burst."""

CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            "topic", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
            doc="Where records go.",
        ),
        ConfigKey(
            "template", ConfigType.STRING,
            '{"id": {"sequence": 1}, "at": {"time": 0}, "user": {"one_of": ["ada", "bob", "eve"]}, '
            '"amount": {"decimal": [1, 500, 2]}}',
            Importance.HIGH, "What a record is, as JSON: a spec for each field.",
        ),
        ConfigKey("key.field", ConfigType.STRING, "", doc="The field that is the key as well."),
        ConfigKey(
            "rate.per.second", ConfigType.DOUBLE, 10.0, Importance.HIGH, "Of each task.",
            validator=between(0.001, 100_000),
        ),
        ConfigKey(
            "count", ConfigType.LONG, None, doc="Of each task; without it there is no end.",
            validator=at_least(1),
        ),
        ConfigKey("seed", ConfigType.LONG, 0, doc="Another seed makes other records."),
        ConfigKey(
            "start.time.ms", ConfigType.LONG, None, validator=at_least(0),
            doc="The first record's time, in milliseconds since 1970; the others follow at the "
            "rate. Without it records have the time at which they are made.",
        ),
        ConfigKey(
            "stream", ConfigType.INT, 0, Importance.LOW, "Set for each task.",
            recommender=SET_BY_THE_CONNECTOR,
        ),
    )
)  # fmt: skip


class DataGeneratorTask(SourceTask):
    def start(self, config: Config, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self._maker = template(config["template"])
        self._rate: float = config["rate.per.second"]
        self._partition = {"stream": config["stream"]}
        (stored,) = context.offsets.read([self._partition])
        self._next = int(stored["next"]) if stored else 0
        self._pace_from(time.monotonic())

    def poll(self) -> Sequence[SourceRecord]:
        left = BATCH
        if self._config["count"] is not None:
            left = min(left, self._config["count"] - self._next)
        if left <= 0:
            self._context.stopping.wait(_WAIT_SECONDS)
            return []
        due = self._due()
        if due < 1:
            wait = (1 - due) / self._rate
            if self._context.stopping.wait(min(wait, _WAIT_SECONDS)):
                return []
            due = self._due()
        return [self._record() for _ in range(min(left, int(due)))]

    def _due(self) -> float:
        """How many records should be made now."""
        now = time.monotonic()
        due = (now - self._began) * self._rate - (self._next - self._first)
        if due > max(BATCH, self._rate * _BEHIND_SECONDS):
            self._pace_from(now - _BEHIND_SECONDS)
            return self._rate * _BEHIND_SECONDS
        return due

    def _pace_from(self, began: float) -> None:
        self._began = began
        self._first = self._next

    def _record(self) -> SourceRecord:
        number = self._next
        self._next += 1
        start = self._config["start.time.ms"]
        at = int(time.time() * 1000) if start is None else start + int(number * 1000 / self._rate)
        draw = draw_of(self._config["seed"], self._config["stream"], number, at)
        value = self._maker.make(draw)
        field = self._maker.schema.find(self._config["key.field"])
        return SourceRecord(
            self._config["topic"],
            value[field.name] if field else None,
            value,
            key_schema=field.schema if field else None,
            value_schema=self._maker.schema,
            timestamp_ms=at,
            source_partition=self._partition,
            source_offset={"next": self._next},
        )


class DataGenerator(SourceConnector):
    name: ClassVar[str] = "data-generator"
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "Data generator"
    doc: ClassVar[str] = "Makes records out of a template, at a rate: the same ones for a seed."
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SourceTask]] = DataGeneratorTask
    exactly_once: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        maker = template(config["template"])
        key = config["key.field"]
        if key and maker.schema.find(key) is None:
            raise ConfigError(f"key.field={key} is no field of the template")

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        return [{"stream": str(number)} for number in range(maximum)]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []

    def alter_offsets(
        self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
    ) -> None:
        for _, offset in changes:
            if offset is not None and not isinstance(offset.get("next"), int):
                raise ConnectError('an offset of data-generator is {"next": 0}')
