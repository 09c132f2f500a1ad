"""Somebody who commits offsets to its group, higher ones each time, and asks for them: what was
acknowledged is never lost, and never goes back."""

import asyncio
from typing import TYPE_CHECKING, Final

from brokers.groups.offset_requests import (
    CommitOffsets,
    CommittedOffsets,
    FetchedOffsets,
    FetchOffsets,
    NewOffset,
)
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.coordination.internal_topics import qualified
from tests.sim.coordinating import Coordinating, call

if TYPE_CHECKING:
    from tests.sim.coordination import Coordination

PLACE: Final = ("ledger", 0)
COMMITS_MAX: Final = 25


class GroupMember:
    """It is no member, to be exact: it commits without having joined, as simple consumers do."""

    def __init__(self, coordination: "Coordination", name: str) -> None:
        self.is_done = False
        self._coordination = coordination
        self._group = qualified(coordination.world.topic.tenant_id, name)
        self._dice = coordination.world.random
        self.acknowledged = 0
        """The highest offset that is promised."""
        self._in_doubt: set[int] = set()
        """What may have been committed, or may yet be, for nobody has said so."""
        coordination.loop.create_task(self._live())

    async def _live(self) -> None:
        offset = 0
        while not self._coordination.is_finishing or offset < COMMITS_MAX:
            await asyncio.sleep(self._dice.uniform(0.005, 0.1))
            if offset < COMMITS_MAX:
                offset += 1
                await self._commit(offset)
            if self._dice.random() < 0.5:
                await self._fetch()
        while not self.is_done:
            await asyncio.sleep(0.05)
            self.is_done = await self._fetch()

    async def _commit(self, offset: int) -> None:
        async def serve(node: Coordinating) -> ErrorCode:
            request = CommitOffsets(
                self._group, "", None, -1, [NewOffset(PLACE, offset, -1, "")], node.clock.now_ms()
            )
            try:
                committed: CommittedOffsets = await node.groups.ask(
                    self._group, lambda machine, token, now: machine.commit_offsets(
                        request, token, now
                    ),
                )  # fmt: skip
            except Refusal as refusal:
                return refusal.code
            (code,) = committed.codes
            if code is ErrorCode.NONE:
                # Promised from here on, whether the answer arrives or not.
                self.acknowledged = max(self.acknowledged, offset)
            return ErrorCode(code)

        self._in_doubt.add(offset)
        broker = self._coordination.leader_of(self._coordination.offsets, 0)
        if broker is None:
            return
        try:
            code = await call(self._coordination.loop, broker, serve, timeout_s=0.4)
        except TimeoutError:
            return
        if code is ErrorCode.NONE:
            self._in_doubt.discard(offset)

    async def _fetch(self) -> bool:
        """Whether there was an answer."""
        known = self.acknowledged

        async def serve(node: Coordinating) -> bool:
            request = FetchOffsets(self._group, None, -1, [PLACE], require_stable=True)
            try:
                found: FetchedOffsets = await node.groups.ask(
                    self._group, lambda machine, token, now: machine.fetch_offsets(request, token)
                )
            except Refusal:
                return False
            (row,) = found.offsets
            offset = 0 if row.committed is None else row.committed.offset
            assert offset >= known or offset in self._in_doubt, (
                f"{self._group} has committed {offset}, where {known} was acknowledged"
            )
            return True

        broker = self._coordination.leader_of(self._coordination.offsets, 0)
        if broker is None:
            return False
        try:
            return bool(await call(self._coordination.loop, broker, serve, timeout_s=0.4))
        except TimeoutError:
            return False
