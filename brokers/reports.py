"""Brokers' reports in a halt, as rows hold them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from brokers.kernel.ids import BrokerId, ChangeNumber, Incarnation, PartitionIndex, TopicId
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.metadata.recovery import Seen
from brokers.models import ReplicaReportRow
from brokers.node.ports import BrokerRegistration, ReplicaReport


def registration_to_json(registration: BrokerRegistration) -> dict[str, Any]:
    seen = registration.seen
    return {
        "id": registration.id,
        "host": registration.host,
        "port": registration.port,
        "internal_host": registration.internal_host,
        "internal_port": registration.internal_port,
        "volume_id": registration.volume_id,
        "volume_path": registration.volume_path,
        "rack": registration.rack,
        "seen": [seen.number, seen.generation, seen.incarnation, seen.producer_ids],
    }


def report_of(row: ReplicaReportRow) -> ReplicaReport:
    data = dict(row.registration)
    number, generation, incarnation, producer_ids = data.pop("seen")
    seen = Seen(ChangeNumber(number), generation, Incarnation(incarnation), producer_ids)
    return ReplicaReport(
        registration=BrokerRegistration(**data, clean_incarnation=None, seen=seen),
        incarnation=Incarnation(row.incarnation),
        is_clean=row.is_clean,
        partitions=tuple(PartitionRecord.from_json(each) for each in row.partitions),
        topics=tuple(TopicRecord.from_json(each) for each in row.topics),
    )


@dataclass(frozen=True, slots=True)
class Reports:
    """All of one halt, by broker."""

    by_broker: dict[BrokerId, ReplicaReport]

    @classmethod
    def read(cls) -> "Reports":
        """Those that are there now."""
        rows = ReplicaReportRow.objects.order_by("id")
        return cls({BrokerId(row.id): report_of(row) for row in rows})

    def without(self, brokers: Collection[BrokerId]) -> "Reports":
        """The others' reports."""
        kept = {each: report for each, report in self.by_broker.items() if each not in brokers}
        return Reports(kept)

    def facts(self) -> dict[tuple[TopicId, PartitionIndex], dict[BrokerId, PartitionRecord]]:
        """Per partition what each broker kept of it."""
        facts: dict[tuple[TopicId, PartitionIndex], dict[BrokerId, PartitionRecord]] = {}
        for broker_id, report in self.by_broker.items():
            for record in report.partitions:
                facts.setdefault((record.topic_id, record.index), {})[broker_id] = record
        return facts

    def brokers_named(self) -> set[BrokerId]:
        """Those that hold replicas by anybody's word."""
        reports = self.by_broker.values()
        return {each for report in reports for record in report.partitions
                for each in record.replicas}  # fmt: skip

    def topics(self) -> dict[TopicId, tuple[TopicRecord, int]]:
        """Each topic as the broker knew it that had seen most, and how much that was; deleted where
        anybody knew that."""
        topics: dict[TopicId, tuple[TopicRecord, int]] = {}
        for report in self.by_broker.values():
            number = report.registration.seen.number
            for topic in report.topics:
                known = topics.get(topic.id)
                if known is None or (known[0].deleted, known[1]) < (topic.deleted, number):
                    topics[topic.id] = topic, number
        return topics

    @property
    def unclean(self) -> set[BrokerId]:
        return {broker for broker, report in self.by_broker.items() if not report.is_clean}

    @property
    def number(self) -> int:
        """The highest change that anybody has seen."""
        return max((each.registration.seen.number for each in self.by_broker.values()), default=0)

    @property
    def generation(self) -> int:
        seen = (each.registration.seen.generation for each in self.by_broker.values())
        return max(seen, default=0)

    @property
    def producer_ids(self) -> int:
        """The first producer id above every block that anybody was given."""
        seen = (each.registration.seen.producer_ids for each in self.by_broker.values())
        return max(seen, default=0)
