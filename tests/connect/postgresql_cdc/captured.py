"""A task of the connector, driven by hand, and what its records say of the tables."""

import time

from connect.connectors.postgresql_cdc.connector import PostgresqlCdcConnector
from connect.connectors.postgresql_cdc.source import PostgresqlCdcTask
from connect.spi.errors import RetriableError
from tests.connect.harness import FakeSourceContext, Offsets, OpenEgress

WITHIN_S = 60.0


class Captured:
    """``records`` are those whose offsets are stored, as a transaction would have it; ``retries``
    how often the database could not be read for the moment."""

    def __init__(self, shop, offsets=None, records=None, egress=None, **config) -> None:
        self._again = (shop, egress, config)
        names = {name.replace("_", "."): value for name, value in config.items()}
        parsed = PostgresqlCdcConnector.config.parse(shop.config | names)
        self.offsets = offsets or Offsets()
        self.records = [] if records is None else records
        self.retries = 0
        self.context = FakeSourceContext(offsets=self.offsets, egress=egress or OpenEgress())
        self.task = PostgresqlCdcTask()
        self.task.start(parsed, self.context)

    def crashed(self) -> "Captured":
        """Another one, after this has ended without a word."""
        self.close()
        shop, egress, config = self._again
        return Captured(shop, self.offsets, self.records, egress, **config)

    def close(self) -> None:
        self.task.stop()

    def poll(self, most=None) -> list:
        """One batch. With ``most`` no more than that of it is stored, and nobody told."""
        try:
            batch = list(self.task.poll())[:most]
        except RetriableError:
            self.retries += 1
            self.context.stopping.wait(0.02)
            return []
        for record in batch:
            self.offsets.store(record.source_partition, record.source_offset)
        self.records += batch
        if batch and most is None:
            self.task.commit([(batch[-1].source_partition, batch[-1].source_offset)])
        return batch

    def until(self, holds, within_s=WITHIN_S) -> list:
        """Poll until ``holds`` of all records so far."""
        deadline = time.monotonic() + within_s
        while not holds(self.records):
            assert time.monotonic() < deadline, self.records[-3:]
            self.poll()
        return self.records

    def next(self, count) -> list:
        """The next ``count`` records of tables."""
        before = len(self.rows)
        self.until(lambda _: len(self.rows) >= before + count)
        found = self.rows[before:]
        assert len(found) == count, found
        return found

    @property
    def rows(self) -> list:
        return [each for each in self.records if not each.topic.startswith("__")]


def folded(records) -> dict:
    """The tables' rows, by topic and key, after all ``records``."""
    tables: dict = {}
    for record in records:
        if record.value is None:
            continue
        rows = tables.setdefault(record.topic, {})
        key = record.key and tuple(record.key.values())
        match record.value["op"]:
            case "t":
                rows.clear()
            case "d":
                del rows[key]
            case "c":
                assert key not in rows, f"{key} was made twice"
                rows[key] = record.value["after"]
            case "r" | "u":
                rows[key] = record.value["after"]
    return tables
