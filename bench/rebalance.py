"""Work for a group coordinator: one member leaves each of many groups, the others share anew.

Members speak the classic protocol over a connection each, as a consumer does: it learns of the
rebalance by its next heartbeat, joins again and takes what the leader gives it.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.peer import Peer
from bench.process_cost import read_cost
from bench.wire_client import WireClient, coordinator_of, frame
from bench.workloads import Figures, NotDelivered
from brokers.kernel.errors import ErrorCode
from brokers.wire.headers import decode_response_header
from brokers.wire.messages.heartbeat_request import HeartbeatRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from brokers.wire.messages.leave_group_request import LeaveGroupRequest
from brokers.wire.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment
from brokers.wire.registry import RESPONSES, ApiKey

GROUPS: Final = 100
MEMBERS: Final = 10
"""Of each group, before one leaves."""

HEARTBEAT_SECONDS: Final = 3.0
"""The default of clients; members of a group are out of step with one another."""

SESSION_MS: Final = 45_000
REBALANCE_MS: Final = 60_000
STABLE_SECONDS: Final = 60
VERSIONS: Final = {
    ApiKey.JOIN_GROUP: 5,
    ApiKey.SYNC_GROUP: 3,
    ApiKey.HEARTBEAT: 3,
    ApiKey.LEAVE_GROUP: 1,
}
NOT_YET: Final = (
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
)
SUBSCRIPTION: Final = bytes.fromhex("0000 00000000 ffffffff")
"""Of a consumer that reads no topic: version 0, no names, no user data."""


def one_leaves_each_group(peer: Peer, topic: str, scale: float) -> Figures:
    """10 members in each of 100 groups; seconds until every group is stable without one of them.

    ``answered`` counts from when the last member left had joined again, ``left`` from the leaving.
    """
    count = max(1, int(GROUPS * scale))
    groups = [_Group(f"bench-{topic}-{number}") for number in range(count)]
    members = _members(peer, groups)
    try:
        return asyncio.run(_rebalance(peer, groups, members))
    except TimeoutError as error:
        raise NotDelivered(f"{peer.name}: a member never left") from error
    except ExceptionGroup as failures:
        raise NotDelivered(f"{peer.name}: {failures.exceptions[0]!r}") from failures


@dataclass(slots=True, eq=False)
class _Group:
    """Stable once all members have taken their share of one generation."""

    name: str
    members: int = MEMBERS
    stable: asyncio.Event = field(default_factory=asyncio.Event)
    joined_at: float = 0.0
    """When a member has last asked to join."""
    stable_at: float = 0.0
    _shared: Counter[int] = field(default_factory=Counter)

    def shared(self, generation: int) -> None:
        """One member has its share."""
        self._shared[generation] += 1
        if self._shared[generation] == self.members:
            self.stable_at = time.perf_counter()
            self.stable.set()

    def without_one(self) -> None:
        self.members -= 1
        self.stable.clear()


@dataclass(slots=True, eq=False)
class _Member:
    client: WireClient
    group: _Group
    phase: float
    """Of its heartbeats, 0 to 1."""
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    _id: str = ""
    _generation: int = -1
    _reader: asyncio.StreamReader = field(init=False)
    _writer: asyncio.StreamWriter = field(init=False)

    async def take_part(self) -> None:
        """Until it is told to leave, and has left."""
        self._reader, self._writer = await asyncio.open_connection(sock=self.client.detach())
        pause = HEARTBEAT_SECONDS * self.phase
        while not self.leaving.is_set():
            await self._join()
            while await self._is_at_rest(pause):
                pause = HEARTBEAT_SECONDS
        await self._ask(ApiKey.LEAVE_GROUP, LeaveGroupRequest(self.group.name, self._id))
        self._writer.close()

    async def _join(self) -> None:
        """Until it has its share of a generation."""
        while True:
            joined = await self._joined()
            given = []
            if joined.leader == self._id:
                ids = [each.member_id for each in joined.members]
                given = [SyncGroupRequestAssignment(each, each.encode()) for each in ids]
            shared = await self._ask(
                ApiKey.SYNC_GROUP,
                SyncGroupRequest(
                    self.group.name, joined.generation_id, self._id, assignments=given
                ),
            )
            if shared.error_code == ErrorCode.REBALANCE_IN_PROGRESS:
                continue
            if shared.error_code or shared.assignment != self._id.encode():
                raise NotDelivered(f"{self.group.name}: no share, code {shared.error_code}")
            self._generation = joined.generation_id
            self.group.shared(self._generation)
            return

    async def _joined(self) -> Any:
        while True:
            self.group.joined_at = time.perf_counter()
            answer = await self._ask(
                ApiKey.JOIN_GROUP,
                JoinGroupRequest(
                    self.group.name,
                    SESSION_MS,
                    REBALANCE_MS,
                    self._id,
                    protocol_type="consumer",
                    protocols=[JoinGroupRequestProtocol("range", SUBSCRIPTION)],
                ),
            )
            if answer.error_code == ErrorCode.MEMBER_ID_REQUIRED:
                self._id = answer.member_id
            elif answer.error_code in NOT_YET:
                await asyncio.sleep(0.1)
            elif answer.error_code:
                raise NotDelivered(f"{self.group.name}: cannot join, code {answer.error_code}")
            else:
                return answer

    async def _is_at_rest(self, pause: float) -> bool:
        """Whether, after so many seconds, there is nothing to do but to wait again."""
        try:
            await asyncio.wait_for(self.leaving.wait(), pause)
        except TimeoutError:
            asked = HeartbeatRequest(self.group.name, self._generation, self._id)
            answer = await self._ask(ApiKey.HEARTBEAT, asked)
            if answer.error_code not in (ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS):
                raise NotDelivered(f"{self.group.name}: heartbeat: {answer.error_code}") from None
            return answer.error_code == ErrorCode.NONE
        return False

    async def _ask(self, api: ApiKey, request: Any) -> Any:
        version = VERSIONS[api]
        self._writer.write(frame(api, version, request))
        size = int.from_bytes(await self._reader.readexactly(4))
        body = memoryview(await self._reader.readexactly(size))
        _, position = decode_response_header(api, version, body)
        return RESPONSES[api].decode(version, body, position)


def _members(peer: Peer, groups: Sequence[_Group]) -> list[list[_Member]]:
    """Logged in, a list for each group."""
    members = []
    for number, group in enumerate(groups):
        login = peer.logins[number % len(peer.logins)]
        at = coordinator_of(peer, group.name, 0, login)
        clients = [WireClient(peer, *at, login) for _ in range(MEMBERS)]
        members.append(
            [_Member(client, group, each / MEMBERS) for each, client in enumerate(clients)]
        )
    return members


async def _rebalance(peer: Peer, groups: list[_Group], members: list[list[_Member]]) -> Figures:
    async with asyncio.timeout(3 * STABLE_SECONDS), asyncio.TaskGroup() as tasks:
        for each in members:
            for member in each:
                tasks.create_task(member.take_part())
        await _all_stable(groups)
        for group in groups:
            group.without_one()
        before = read_cost(peer.pids)
        left_at = time.perf_counter()
        for number, each in enumerate(members):
            each.pop(number % MEMBERS).leaving.set()
        await _all_stable(groups)
        spent = read_cost(peer.pids).since(before)
        for member in (member for each in members for member in each):
            member.leaving.set()
    answered = [(group.stable_at - group.joined_at) * 1000 for group in groups]
    left = [group.stable_at - left_at for group in groups]
    return {
        "answered to stable, p50 ms": statistics.median(answered),
        "answered to stable, max ms": max(answered),
        "left to stable, p50 s": statistics.median(left),
        "left to stable, max s": max(left),
        "broker CPU ms per group": spent / len(groups) * 1000,
    }


async def _all_stable(groups: list[_Group]) -> None:
    async with asyncio.timeout(STABLE_SECONDS):
        for group in groups:
            await group.stable.wait()
