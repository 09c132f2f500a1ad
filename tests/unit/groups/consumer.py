"""A consumer that speaks KIP-848, as far as a coordinator can tell it from a real one."""

from collections.abc import Iterable
from typing import Protocol

from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import HeartbeatResult
from brokers.kernel.errors import ErrorCode
from tests.unit.groups.coordinator import Coordinator

Place = tuple[bytes, int]


class Consumer:
    """It reads from what it is given at once, and gives up what is taken when ``revoke`` says so:
    the order that is most likely to have two consumers read from the same partition.
    """

    def __init__(
        self,
        coordinator: Coordinator,
        member_id: str,
        names: Iterable[str] | None = ("flights",),
        *,
        regex: str | None = None,
        instance_id: str | None = None,
        assignor: str | None = None,
        rebalance_timeout_ms: int = 60_000,
    ) -> None:
        self.coordinator = coordinator
        self.member_id = member_id
        self.names = None if names is None else frozenset(names)
        self.regex = regex
        self.instance_id = instance_id
        self.assignor = assignor
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.epoch = 0
        self.owned: set[Place] = set()
        self.wanted: set[Place] = set()
        """What the coordinator last said that it may have."""
        self.says_all = True
        """The next heartbeat is a full one."""

    def heartbeat(self, *, loses_answer: bool = False, terse: bool = False) -> HeartbeatResult:
        """``terse``: say nothing that is not needed, owned partitions included."""
        is_full = self.epoch == 0 or self.says_all
        request = HeartbeatRequest(
            member_id=self.member_id,
            member_epoch=self.epoch,
            client_id="test",
            client_host="/127.0.0.1",
            needs_own_id=True,
            instance_id=self.instance_id if is_full else None,
            rebalance_timeout_ms=self.rebalance_timeout_ms if is_full else -1,
            topic_names=self.names if is_full else None,
            topic_regex=self.regex if is_full else None,
            assignor=self.assignor if is_full else None,
            owned=None if terse and not is_full else partitions_of(self.owned),
        )
        result = self.coordinator.heartbeat(request)
        self.says_all = loses_answer
        if not loses_answer:
            self._hear(result)
        return result

    def _hear(self, result: HeartbeatResult) -> None:
        if result.error in (ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.UNKNOWN_MEMBER_ID):
            self.epoch = 0
            self.owned = set()
            self.wanted = set()
        elif result.error is ErrorCode.NONE:
            self.epoch = result.member_epoch
            if result.assignment is not None:
                self.wanted = {(t, p) for t, found in result.assignment.items() for p in found}
                self.owned |= self.wanted

    def revoke(self) -> None:
        self.owned &= self.wanted

    def leave(self, *, for_now: bool = False) -> HeartbeatResult:
        self.owned = set()
        self.wanted = set()
        result = self.coordinator.heartbeat(
            HeartbeatRequest(self.member_id, -2 if for_now else -1, instance_id=self.instance_id)
        )
        self.epoch = 0
        return result

    @property
    def reads(self) -> list[int]:
        """Partition numbers, for groups that read one topic."""
        return sorted(partition for _, partition in self.owned)


def partitions_of(places: Iterable[Place]) -> dict[bytes, frozenset[int]]:
    found: dict[bytes, set[int]] = {}
    for topic_id, partition in places:
        found.setdefault(topic_id, set()).add(partition)
    return {topic_id: frozenset(partitions) for topic_id, partitions in found.items()}


class Reader(Protocol):
    def heartbeat(self) -> object: ...

    def revoke(self) -> None: ...


def settle(consumers: Iterable[Reader], rounds: int = 6) -> None:
    """Everyone heartbeats and gives up what it must, until nothing can change any more."""
    everyone = list(consumers)
    for _ in range(rounds):
        for consumer in everyone:
            consumer.heartbeat()
            consumer.revoke()
