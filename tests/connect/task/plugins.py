"""Connectors that tests run: a source that counts, and a sink that keeps a file."""

import json
import os
import random
import signal
import string
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from connect.spi.config import Config, ConfigDef, ConfigKey, ConfigType
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.egress import Target
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import SinkRecord, SourceRecord
from connect.spi.task import SinkContext, SinkTask, SourceContext, SourceTask

IDLE_S = 0.02
YEAR_2100_MS = 4_102_444_800_000
LETTERS = string.ascii_letters + string.digits + "+-"
WIDE_BYTES = 1 << 20
"""More than a topic takes, however it is compressed."""


def die_once(marker: str) -> None:
    """kill -9, the first time; the marker remembers that it has happened."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _keys(*names: str) -> ConfigDef:
    return ConfigDef(tuple(ConfigKey(name, ConfigType.STRING, "") for name in names))


class CountingTask(SourceTask):
    """Numbers 1 to ``count`` for each of ``parts``, in turns, ``a_poll`` at a time."""

    def start(self, config: Config, context: SourceContext) -> None:
        self.config = config
        self.context = context
        self.parts = [{"part": name} for name in config["parts"].split(",")]
        stored = context.offsets.read(self.parts)
        self.at = [offset["n"] if offset else 0 for offset in stored]
        self.count = int(config["count"])
        self.commits = 0

    def poll(self) -> Sequence[SourceRecord]:
        if self.config["die_at"] and self.at[0] >= int(self.config["die_at"]):
            die_once(self.config["marker"])
        batch = [record for _ in range(int(self.config["a_poll"] or 1)) for record in self._next()]
        if not batch:
            time.sleep(IDLE_S)
        if self.context.transaction is not None:
            self._end_transaction(batch)
        return batch

    def _next(self) -> list[SourceRecord]:
        records = []
        for index, partition in enumerate(self.parts):
            if self.at[index] < self.count:
                self.at[index] += 1
                number = self.at[index]
                ahead = str(number) == self.config["ahead_at"]
                records.append(
                    SourceRecord(
                        self.config["topic"], f"{partition['part']}-{number % 7}",
                        self._value(number), source_partition=partition,
                        source_offset={"n": number}, timestamp_ms=YEAR_2100_MS if ahead else None,
                    )
                )  # fmt: skip
        return records

    def _value(self, number: int) -> Any:
        """The number; ``sizes`` are those of values that are a text of it, each one's own or that
        of every other ("*"), and cannot be compressed."""
        if str(number) == self.config["wide_at"]:
            return os.urandom(WIDE_BYTES).hex()
        sizes = dict(each.split(":") for each in self.config["sizes"].split(",") if each)
        size = int(sizes.get(str(number), sizes.get("*", 0)))
        draw = random.Random(number)
        text = "".join(draw.choices(LETTERS, k=max(0, size - len(str(number)) - 1)))
        return f"{number} {text}" if size else number

    def _end_transaction(self, batch: Sequence[SourceRecord]) -> None:
        """Those with a five in them are thrown away, at the connector's word."""
        numbers = [record.source_offset["n"] for record in batch]
        if any("5" in str(number) for number in numbers):
            self.context.transaction.abort()
        elif numbers and numbers[-1] % 2 == 0:
            self.context.transaction.commit()

    def record_written(self, record: SourceRecord, partition: int, offset: int) -> None:
        if self.config["die_written"] == str(record.value):
            die_once(self.config["marker"])


class CountingSource(SourceConnector):
    name = "counting"
    version = "1"
    title = "Counts"
    config: ClassVar[ConfigDef] = _keys(
        "topic",
        "parts",
        "count",
        "a_poll",
        "wide_at",
        "sizes",
        "ahead_at",
        "die_at",
        "die_written",
        "marker",
        "host",
    )
    task = CountingTask
    exactly_once = True
    ends_transactions = True

    def targets(self) -> Sequence[Target]:
        host = self.configured["host"]
        return [Target(host, 80)] if host else []

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        parts = self.configured["parts"].split(",")
        shares = [parts[number::maximum] for number in range(maximum)]
        return [{"parts": ",".join(share), "share": "own"} for share in shares if share]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []


class KeepingTask(SinkTask):
    """Lines of JSON in a file, written in ``flush``: partition, offset, value."""

    def start(self, config: Config, context: SinkContext) -> None:
        self.config = config
        self.context = context
        self.lines: list[str] = []
        self.refusals = int(config["refusals"] or 0)
        self.went_back = False

    def put(self, records: Sequence[SinkRecord]) -> None:
        self._go_back_once(records)
        for record in records:
            if self.refusals:
                self.refusals -= 1
                self.context.retry_after(0.05)
                raise RetriableError("not now")
            self._judge(record)
            line = [record.topic, record.partition, record.offset, record.value]
            self.lines.append(json.dumps(line) + "\n")
        if records and self.config["commit"]:
            self.context.request_commit()

    def _go_back_once(self, records: Sequence[SinkRecord]) -> None:
        """To the beginning of the first of several partitions."""
        places = {record.place for record in records}
        if self.config["put_rewinds"] and len(places) > 1 and not self.went_back:
            self.went_back = True
            self.context.rewind({min(places): 0})

    def _judge(self, record: SinkRecord) -> None:
        match self.config["bad"], record.value:
            case "data", int() as value if value % 10 == 3:
                raise DataError(f"{value} is not wanted")
            case "report", int() as value if value % 10 == 3:
                self.context.report(record, DataError(f"{value} is not wanted"))
            case "target", 3:
                raise ConnectError("the password is wrong")

    def flush(self, offsets: Mapping[Any, int]) -> Mapping[Any, int]:
        if self.config["flush_rewinds"] and self.lines and not self.went_back:
            self.went_back = True
            self.lines.clear()
            self.context.rewind(dict.fromkeys(offsets, 0))
            return dict.fromkeys(offsets, 0)
        if self.config["flush_refused"] and not Path(self.config["flush_refused"]).exists():
            raise RetriableError("its disk is full")
        with Path(self.config["file"]).open("a", encoding="utf-8") as file:
            file.writelines(self.lines)
        self.lines.clear()
        if self.config["die_flushed"]:
            die_once(self.config["marker"])
        return offsets

    def committed(self, offsets: Mapping[Any, int]) -> None:
        told = [[*place, offset] for place, offset in offsets.items()]
        with Path(f"{self.config['file']}.committed").open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")


class KeepingSink(SinkConnector):
    name = "keeping"
    version = "1"
    title = "Keeps"
    config: ClassVar[ConfigDef] = _keys(
        "file",
        "refusals",
        "bad",
        "commit",
        "die_flushed",
        "flush_refused",
        "flush_rewinds",
        "put_rewinds",
        "marker",
    )
    task = KeepingTask
