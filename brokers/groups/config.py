"""What an operator may set about consumer groups of either kind."""

from dataclasses import dataclass, field

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.conversion import MigrationPolicy


@dataclass(frozen=True, slots=True)
class GroupsConfig:
    classic: ClassicConfig = field(default_factory=ClassicConfig)
    consumer: ConsumerGroupConfig = field(default_factory=ConsumerGroupConfig)
    migration: MigrationPolicy = MigrationPolicy.BIDIRECTIONAL
    offsets_retention_ms: int = 7 * 86_400_000
    """Kafka's ``offsets.retention.minutes``."""
