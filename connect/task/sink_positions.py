"""How far a sink is on each of its partitions, and which offsets it may commit. Pure."""

from collections.abc import Collection, Iterable, Mapping

from connect.spi.records import TopicPartition

Offsets = dict[TopicPartition, int]


class SinkPositions:
    """Offsets are those of the next record, as Kafka commits them."""

    def __init__(self) -> None:
        self._delivered: Offsets = {}
        self._committed: Offsets = {}
        self._assigned: set[TopicPartition] = set()

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        return frozenset(self._assigned)

    @property
    def delivered(self) -> Offsets:
        """Of each assigned partition that records were delivered of: what ``flush`` is asked
        for."""
        return dict(self._delivered)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """These have come to the task, which keeps what it had."""
        self._assigned.update(partitions)

    def revoke(self, partitions: Collection[TopicPartition]) -> None:
        """These have gone; what was delivered of them is another task's."""
        for partition in partitions:
            self._assigned.discard(partition)
            self._delivered.pop(partition, None)
            self._committed.pop(partition, None)

    def deliver(self, partition: TopicPartition, following: int) -> None:
        """The task has taken all before ``following``, or they were left out on purpose."""
        if partition in self._assigned:
            self._delivered[partition] = following

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> Offsets:
        """The task wants to go on from these: those of them that it has. They count as committed no
        more, so that going back can be committed as well."""
        own = {each: offset for each, offset in offsets.items() if each in self._assigned}
        for partition, offset in own.items():
            self._delivered[partition] = offset
            self._committed.pop(partition, None)
        return own

    def committable(self, allowed: Mapping[TopicPartition, int]) -> tuple[Offsets, list[str]]:
        """(what to commit of the offsets that ``flush`` allowed, what was wrong with the others).

        A task may commit less than was delivered to it, never more: what it has not got would be
        lost.
        """
        commit: Offsets = {}
        faults: list[str] = []
        for partition, offset in allowed.items():
            delivered = self._delivered.get(partition)
            place = f"{partition.topic}-{partition.partition}"
            if partition not in self._assigned:
                faults.append(f"offset {offset} of {place}, which is not assigned to the task")
            elif delivered is None or offset > delivered:
                faults.append(f"offset {offset} of {place}, of which it has got {delivered}")
            elif self._committed.get(partition) != offset:
                commit[partition] = offset
        return commit, faults

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These were committed."""
        self._committed.update(
            (partition, offset)
            for partition, offset in offsets.items()
            if partition in self._assigned
        )
