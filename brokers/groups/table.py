"""Which groups there are in one partition of ``__consumer_offsets``, and what they have committed.

A name is that of a classic group or of one of KIP-848, never of both. What is to change is decided
in ``shard.py``, which extends this; it changes here and nowhere else.
"""

from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.config import GroupsConfig
from brokers.groups.consumer.machine import ConsumerGroup
from brokers.groups.kept_bytes import KeptBytes
from brokers.groups.offsets import Offsets
from brokers.groups.scoped import ClassicEvent, ConsumerEvent
from brokers.wire.coordinator.consumer_group_metadata_key import ConsumerGroupMetadataKey
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.state_record import StateRecord


class GroupTable:
    """Its only mutations are ``replay``, ``replay_in_transaction``, ``transaction_ended`` and
    ``replay_event``."""

    def __init__(self, config: GroupsConfig) -> None:
        self.offsets = Offsets()
        self.kept = KeptBytes()
        self._config = config
        self._classic: dict[str, ClassicGroup] = {}
        self._consumer: dict[str, ConsumerGroup] = {}

    def replay(self, record: StateRecord) -> None:
        self._replay(record)
        if not isinstance(record.key, OffsetCommitKey):
            key = record.key
            self._weigh(key.group if isinstance(key, GroupMetadataKey) else key.group_id)

    def _replay(self, record: StateRecord) -> None:
        key = record.key
        match key:
            case OffsetCommitKey():
                self.offsets.replay(record)
                if record.value is not None:
                    self._ensure(key.group)
            case GroupMetadataKey():
                if record.value is None:
                    self._classic.pop(key.group, None)
                else:
                    self._classic_group(key.group).replay(record)
            case _:
                self._replay_consumer(key.group_id, record)

    def _replay_consumer(self, group_id: str, record: StateRecord) -> None:
        group = self._consumer.get(group_id)
        if group is None:
            if record.value is None:
                return  # What is left of a group that has ended.
            group = self._consumer[group_id] = ConsumerGroup(group_id, self._config.consumer)
            # The same name without members, kept for its offsets: one group, not two.
            self._classic.pop(group_id, None)
        group.replay(record)
        if record.value is None and isinstance(record.key, ConsumerGroupMetadataKey):
            del self._consumer[group_id]
            self._ensure_kept(group_id)

    def replay_in_transaction(self, producer_id: int, record: StateRecord) -> None:
        self.offsets.replay_in_transaction(producer_id, record)

    def transaction_ended(self, producer_id: int, committed: bool) -> None:
        for group_id in self.offsets.transaction_ended(producer_id, committed):
            self._ensure(group_id)

    def replay_event(self, event: ClassicEvent | ConsumerEvent) -> None:
        match event:
            case ClassicEvent(group_id, what):
                self._classic_group(group_id).replay_event(what)
            case ConsumerEvent(group_id, what):
                group = self._consumer.get(group_id)
                if group is not None:
                    group.replay_event(what)
        self._weigh(event.group_id)

    def _weigh(self, group_id: str) -> None:
        group = self._consumer.get(group_id) or self._classic.get(group_id)
        self.kept.note(group_id, 0 if group is None else group.kept_bytes)

    def _ensure(self, group_id: str) -> None:
        """A group that has committed is there, whoever spoke for it."""
        if group_id not in self._consumer:
            self._classic_group(group_id)

    def _ensure_kept(self, group_id: str) -> None:
        if self.offsets.of(group_id):
            self._ensure(group_id)

    def _all(self) -> list[tuple[str, ClassicGroup | ConsumerGroup]]:
        return [*self._classic.items(), *self._consumer.items()]

    def _is_there(self, group_id: str, group: ClassicGroup | ConsumerGroup) -> bool:
        """Whether anybody but this process would miss it."""
        return not group.is_untouched or bool(self.offsets.of(group_id))

    def _classic_group(self, group_id: str) -> ClassicGroup:
        group = self._classic.get(group_id)
        if group is None:
            group = self._classic[group_id] = ClassicGroup(group_id, self._config.classic)
        return group
