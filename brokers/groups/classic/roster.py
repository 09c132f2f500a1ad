"""The members of a group, and what must be known about them without looking at each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from brokers.groups.classic.member import Member, Protocol


@dataclass(slots=True)
class Roster:
    """Members by id, in the order in which they came."""

    members: dict[str, Member] = field(default_factory=dict)
    instances: dict[str, str] = field(default_factory=dict)
    """Instance id of each static member to its member id."""
    supporters: dict[str, int] = field(default_factory=dict)
    """Protocol name to the number of members that support it."""
    waiting: int = 0
    """Members whose join or sync waits."""
    metadata_bytes: int = 0
    kept_bytes: int = 0
    """What all members take of the coordinator's memory."""

    def copy(self) -> "Roster":
        return Roster(
            self.members.copy(), self.instances.copy(), self.supporters.copy(),
            self.waiting, self.metadata_bytes, self.kept_bytes,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members.values())

    def get(self, member_id: str) -> Member | None:
        return self.members.get(member_id)

    def put(self, member: Member) -> None:
        """Add the member, or take it for the one of the same id, whose place it keeps."""
        known = self.members.get(member.member_id)
        if known is not None:
            self._discount(known)
        self.members[member.member_id] = member
        if member.instance_id is not None:
            self.instances[member.instance_id] = member.member_id
        for name in {protocol.name for protocol in member.protocols}:
            self.supporters[name] = self.supporters.get(name, 0) + 1
        self.waiting += member.is_waiting
        self.metadata_bytes += member.metadata_bytes
        self.kept_bytes += member.kept_bytes

    def remove(self, member_id: str) -> None:
        """An unknown id is no error."""
        member = self.members.pop(member_id, None)
        if member is not None:
            self._discount(member)

    def _discount(self, member: Member) -> None:
        if member.instance_id is not None:
            self.instances.pop(member.instance_id, None)
        for name in {protocol.name for protocol in member.protocols}:
            if self.supporters[name] == 1:
                del self.supporters[name]
            else:
                self.supporters[name] -= 1
        self.waiting -= member.is_waiting
        self.metadata_bytes -= member.metadata_bytes
        self.kept_bytes -= member.kept_bytes

    def stop_waiting(self, *, keep_assignments: bool) -> None:
        """Every member's join or sync has been answered."""
        if not keep_assignments:
            self.kept_bytes -= sum(len(member.assignment) for member in self)
        for member in self.members.values():
            self.members[member.member_id] = replace(
                member,
                assignment=member.assignment if keep_assignments else b"",
                is_new=False,
                is_waiting=False,
                token=None,
            )
        self.waiting = 0

    def first_waiting(self) -> Member | None:
        return next((member for member in self if member.is_waiting), None)

    def rebalance_timeout_ms(self) -> int:
        """The longest that any member asks for."""
        return max((member.rebalance_timeout_ms for member in self), default=0)

    def is_supported_by_all(self, protocols: tuple[Protocol, ...]) -> bool:
        """Whether every member supports one and the same of these."""
        return any(self.supporters.get(p.name, 0) == len(self.members) for p in protocols)

    def elected_protocol(self) -> str:
        """Of the protocols that all support, the one that most members like best.

        There is always one: whoever has none in common with all others may not join. On a tie the
        one named first wins.
        """
        everyone = len(self.members)
        candidates = {name for name, count in self.supporters.items() if count == everyone}
        votes = Counter(member.vote(candidates) for member in self)
        return votes.most_common(1)[0][0]
