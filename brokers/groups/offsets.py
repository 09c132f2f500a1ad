"""What groups have committed, and what transactions are about to commit for them.

``replay``, ``replay_in_transaction`` and ``transaction_ended`` are the only ways in which this
changes. Semantics: Kafka's ``OffsetMetadataManager``; KIP-98 for offsets in transactions, KIP-211
for their expiry.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.offset_commit_value import OffsetCommitValue
from brokers.wire.coordinator.state_record import StateRecord

NO_EXPIRY: Final = -1

Place = tuple[str, int]
"""A topic's name and a partition's index."""


class Committed(NamedTuple):
    """``leader_epoch`` -1 when the client did not say; times in ms since 1970, ``expires_ms`` -1
    for the group's own retention."""

    offset: int
    leader_epoch: int
    metadata: str
    committed_ms: int
    expires_ms: int
    order: int
    """Rises with every commit in the log: a later one wins over an earlier one, even where the
    earlier one's transaction ends after it."""


class Offsets:
    """Of every group of one partition of ``__consumer_offsets``."""

    __slots__ = ("_groups", "_metadata_bytes", "_order", "_pending")

    def __init__(self) -> None:
        self._groups: dict[str, dict[Place, Committed]] = {}
        self._pending: dict[int, dict[str, dict[Place, Committed | None]]] = {}
        self._order = 0
        self._metadata_bytes: Counter[str] = Counter()
        """Of notes beside offsets, by the qualifier of the groups that they are of."""

    def groups(self) -> Iterator[str]:
        """Groups that have committed anything."""
        return iter(list(self._groups))

    def of(self, group_id: str) -> Mapping[Place, Committed]:
        """What the group has committed."""
        return self._groups.get(group_id, {})

    def find(self, group_id: str, place: Place) -> Committed | None:
        offsets = self._groups.get(group_id)
        return None if offsets is None else offsets.get(place)

    def is_pending(self, group_id: str, place: Place) -> bool:
        """Whether an open transaction is about to commit there: what is committed now may be
        replaced without the group's doing (KIP-447)."""
        return any(place in groups.get(group_id, ()) for groups in self._pending.values())

    def has_pending(self, group_id: str) -> bool:
        """Whether any open transaction commits for the group."""
        return any(group_id in groups for groups in self._pending.values())

    def metadata_bytes_beside(self, group_id: str) -> int:
        """Of all notes of that one's tenant, those of open transactions too."""
        return self._metadata_bytes[_tenant_of(group_id)]

    # Changing.

    def replay(self, record: StateRecord) -> None:
        """One ``OffsetCommitKey`` with its value, or its tombstone."""
        self._order += 1
        self._put(record.key, _committed(record.value, self._order))

    def replay_in_transaction(self, producer_id: int, record: StateRecord) -> None:
        self._order += 1
        key: OffsetCommitKey = record.key
        groups = self._pending.setdefault(producer_id, {})
        place = (key.topic, key.partition)
        offsets = groups.setdefault(key.group, {})
        offset = _committed(record.value, self._order)
        self._count(key.group, _size(offset) - _size(offsets.get(place)))
        offsets[place] = offset

    def transaction_ended(self, producer_id: int, committed: bool) -> Sequence[str]:
        """The groups for which it has committed something."""
        groups = self._pending.pop(producer_id, None)
        if groups is None:
            return ()
        for group_id, offsets in groups.items():
            self._count(group_id, -sum(map(_size, offsets.values())))
        if not committed:
            return ()
        for group_id, offsets in groups.items():
            for (topic, partition), offset in offsets.items():
                now = self.find(group_id, (topic, partition))
                if now is None or offset is None or now.order < offset.order:
                    self._put(OffsetCommitKey(group_id, topic, partition), offset)
        return [*groups]

    def _put(self, key: OffsetCommitKey, offset: Committed | None) -> None:
        place = (key.topic, key.partition)
        self._count(key.group, _size(offset) - _size(self.find(key.group, place)))
        if offset is not None:
            self._groups.setdefault(key.group, {})[place] = offset
            return
        offsets = self._groups.get(key.group)
        if offsets is not None and offsets.pop(place, None) is not None and not offsets:
            del self._groups[key.group]

    def _count(self, group_id: str, change: int) -> None:
        if change:
            tenant = _tenant_of(group_id)
            self._metadata_bytes[tenant] += change
            if not self._metadata_bytes[tenant]:
                del self._metadata_bytes[tenant]

    # Deciding.

    def expired(
        self,
        group_id: str,
        *,
        now_ms: int,
        retention_ms: int,
        idle_since_ms: int | None,
        is_subscribed: Callable[[str], bool],
    ) -> list[StateRecord]:
        """Tombstones for what the group has left unused for ``retention_ms``.

        ``idle_since_ms``: since when the group has had no members, None while it has some or never
        had any; then each commit's own age counts. Topics that the group is subscribed to are kept,
        and what a transaction is about to replace.
        """
        gone = []
        for place, committed in self.of(group_id).items():
            if is_subscribed(place[0]) or self.is_pending(group_id, place):
                continue
            since = committed.committed_ms
            if idle_since_ms is not None:
                since = max(since, idle_since_ms)
            at = since + retention_ms if committed.expires_ms < 0 else committed.expires_ms
            if at <= now_ms:
                gone.append(tombstone(group_id, place))
        return gone

    def forgotten(self, group_id: str) -> list[StateRecord]:
        """Tombstones for everything that the group has committed or is about to."""
        places = dict.fromkeys(self.of(group_id))
        for groups in self._pending.values():
            places.update(dict.fromkeys(groups.get(group_id, ())))
        return [tombstone(group_id, place) for place in places]

    def without_topic(self, topic: str, group_id: str) -> list[StateRecord]:
        """Tombstones for what the group has committed in a topic that was deleted."""
        return [tombstone(group_id, place) for place in self.of(group_id) if place[0] == topic]


def commit(
    group_id: str,
    place: Place,
    *,
    offset: int,
    leader_epoch: int,
    metadata: str,
    now_ms: int,
    expires_ms: int = NO_EXPIRY,
) -> StateRecord:
    """The record of one committed offset. ``expires_ms`` is kept by version 1 of the record only,
    for clients that ask for a retention of their own (OffsetCommit 2 to 4)."""
    topic, partition = place
    value = OffsetCommitValue(
        offset=offset,
        leader_epoch=leader_epoch,
        metadata=metadata,
        commit_timestamp=now_ms,
        expire_timestamp=expires_ms,
    )
    return StateRecord(OffsetCommitKey(group_id, topic, partition), value)


def tombstone(group_id: str, place: Place) -> StateRecord:
    """The record that removes what the group has committed there."""
    return StateRecord(OffsetCommitKey(group_id, *place), None)


def _size(offset: Committed | None) -> int:
    return 0 if offset is None else len(offset.metadata)


def _tenant_of(group_id: str) -> str:
    return group_id.partition("/")[0]


def _committed(value: OffsetCommitValue | None, order: int) -> Committed | None:
    if value is None:
        return None
    return Committed(
        value.offset,
        value.leader_epoch,
        value.metadata,
        value.commit_timestamp,
        value.expire_timestamp,
        order,
    )
