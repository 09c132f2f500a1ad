"""One member of a classic group."""

from dataclasses import dataclass

from brokers.groups.kept_bytes import MEMBER_BYTES, PART_BYTES
from brokers.kernel.decision import Token


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way of assigning that a member supports, and what it tells the leader for it."""

    name: str
    metadata: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A member is replaced, never changed: a draft of the group shares it with the group."""

    member_id: str
    instance_id: str | None
    """Set for a static member: its place outlives a restart (KIP-345)."""
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    protocol_type: str
    """What kind of group it wants: ``consumer``, ``connect``; the same for all members."""
    protocols: tuple[Protocol, ...]
    """In the member's order of preference."""
    assignment: bytes = b""
    is_new: bool = False
    """It waits for its first generation, and sends no heartbeats meanwhile."""
    is_waiting: bool = False
    """Its JoinGroup (PreparingRebalance) or SyncGroup (CompletingRebalance) has come and is not
    answered. It counts as come even when nobody waits for the answer any more."""
    token: Token | None = None
    """The request to answer; None when none waits, or its connection is gone."""

    @property
    def is_static(self) -> bool:
        return self.instance_id is not None

    @property
    def metadata_bytes(self) -> int:
        return metadata_bytes(self.protocols)

    @property
    def kept_bytes(self) -> int:
        """What it takes of the coordinator's memory."""
        said = len(self.member_id) + len(self.instance_id or "")
        said += len(self.client_id) + len(self.client_host) + len(self.assignment)
        return MEMBER_BYTES + said + self.metadata_bytes + PART_BYTES * len(self.protocols)

    def metadata(self, protocol_name: str) -> bytes:
        """What it says for that protocol. Raises ``KeyError`` when it does not support it."""
        for protocol in self.protocols:
            if protocol.name == protocol_name:
                return protocol.metadata
        raise KeyError(f"member {self.member_id} does not support protocol {protocol_name}")

    def vote(self, candidates: set[str]) -> str:
        """The one of ``candidates`` that it likes best. Raises ``KeyError`` when it has none."""
        for protocol in self.protocols:
            if protocol.name in candidates:
                return protocol.name
        raise KeyError(f"member {self.member_id} supports none of {sorted(candidates)}")


def metadata_bytes(protocols: tuple[Protocol, ...]) -> int:
    """What the protocols of a member weigh, names included."""
    return sum(len(protocol.name) + len(protocol.metadata) for protocol in protocols)


def name_member(client_id: str, instance_id: str | None, unique: str) -> str:
    """A new member's id, in Kafka's form.

    ``unique``: a fresh random UUID. A static member's id must begin with its instance id: franz-go
    tells by it whether the leader that an old JoinGroup answer names is its own former self.
    """
    return f"{client_id if instance_id is None else instance_id}-{unique}"
