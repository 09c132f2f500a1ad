"""A consumer as clients write them: joins, syncs and sends heartbeats, as its answers tell it to.

Differences between real clients are fields. It only ever sees what it is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from brokers.groups.classic.member import Protocol
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.results import JoinResult, SyncResult
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell, assigning

Assign = Callable[[list[str]], dict[str, bytes]]


def by_turns(member_ids: list[str]) -> dict[str, bytes]:
    """Four partitions, dealt out in turn."""
    shares: dict[str, list[int]] = {member_id: [] for member_id in member_ids}
    for partition in range(4):
        shares[member_ids[partition % len(member_ids)]].append(partition)
    return {member_id: bytes(share) for member_id, share in shares.items()}


@dataclass
class Consumer:
    shell: Shell
    join_version: int
    instance_id: str | None = None
    says_instance_in_heartbeat: bool = True
    """False for aiokafka: its Heartbeat, SyncGroup and OffsetCommit are too old for it."""
    protocols: tuple[Protocol, ...] = assigning("range", "orders")
    assign: Assign = by_turns
    member_id: str = ""
    generation: int = -1
    assignment: bytes | None = None
    """None while it has to join."""
    joins: int = 0
    _join: int | None = None
    _sync: int | None = None
    errors: list[ErrorCode] = field(default_factory=list)

    def poll(self) -> None:
        """Go on as far as answers allow."""
        before = None
        while before != (now := self._position()):
            before = now
            self._step()

    def _position(self) -> tuple[object, ...]:
        return (self._join, self._sync, self.assignment, self.member_id, self.generation)

    def _step(self) -> None:
        if self._join is not None:
            if (joined := self.shell.answer(self._join)) is not None:
                self._join = None
                if joined is not ErrorCode.NOT_COORDINATOR:
                    self._on_joined(joined)
        elif self._sync is not None:
            if (synced := self.shell.answer(self._sync)) is not None:
                self._sync = None
                if synced is not ErrorCode.NOT_COORDINATOR:
                    self._on_synced(synced)
        elif self.assignment is None:
            self.rejoin()

    def rejoin(self) -> None:
        self.assignment = None
        self.joins += 1
        self._join = self.shell.join(
            self.member_id, instance_id=self.instance_id, protocols=self.protocols,
            version=self.join_version,
        )  # fmt: skip

    def _on_joined(self, answer: object) -> None:
        assert isinstance(answer, JoinResult)
        match answer.error:
            case ErrorCode.NONE:
                self.member_id, self.generation = answer.member_id, answer.generation
                leads = answer.leader == answer.member_id and not answer.skip_assignment
                ids = [member.member_id for member in answer.members]
                self._sync = self.shell.sync(
                    self.member_id, self.generation, self.assign(ids) if leads else {},
                    instance_id=self.instance_id if self.says_instance_in_heartbeat else None,
                )  # fmt: skip
            case ErrorCode.MEMBER_ID_REQUIRED:
                self.member_id = answer.member_id
            case ErrorCode.UNKNOWN_MEMBER_ID:
                self.member_id = ""
            case other:
                self.errors.append(other)

    def _on_synced(self, answer: object) -> None:
        assert isinstance(answer, SyncResult)
        match answer.error:
            case ErrorCode.NONE:
                self.assignment = answer.assignment
            case ErrorCode.UNKNOWN_MEMBER_ID | ErrorCode.ILLEGAL_GENERATION:
                self.member_id, self.generation = "", -1
            case ErrorCode.REBALANCE_IN_PROGRESS:
                pass
            case other:
                self.errors.append(other)

    def heartbeat(self) -> ErrorCode:
        instance_id = self.instance_id if self.says_instance_in_heartbeat else None
        error = self.shell.heartbeat(self.member_id, self.generation, instance_id)
        match error:
            case ErrorCode.REBALANCE_IN_PROGRESS:
                self.assignment = None
            case ErrorCode.UNKNOWN_MEMBER_ID | ErrorCode.ILLEGAL_GENERATION:
                self.assignment, self.member_id = None, ""
            case ErrorCode.FENCED_INSTANCE_ID:
                self.errors.append(error)
        return error

    def close(self) -> None:
        self.shell.leave(Departure(self.member_id))


def run(shell: Shell, *consumers: Consumer, seconds: int) -> None:
    """Heartbeats every second by those who have an assignment; everyone goes on meanwhile."""
    for _ in range(seconds):
        for consumer in consumers:
            consumer.poll()
        shell.pass_time(1_000)
        for consumer in consumers:
            consumer.poll()
            if consumer.assignment is not None:
                consumer.heartbeat()
        shell.check()


def shares(*consumers: Consumer) -> list[bytes]:
    return sorted(consumer.assignment or b"" for consumer in consumers)
