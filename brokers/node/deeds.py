"""What clients had this broker do without a verb of the control plane, on its way to the audit log.

Groups live in the brokers' logs and so do records: a broker that changes some asks nobody, and
serving goes on while PostgreSQL is away. So the entry comes after the deed, counted as refusals
are. What the edge asks for it writes down by itself, with the caller's own address.
"""

from typing import TYPE_CHECKING

from brokers.metering.offset_moves import OffsetMoves
from brokers.metering.refusal_tally import (
    DEEDS_PER_TENANT_MAX,
    SEVERAL_DEEDS,
    Act,
    RefusalTally,
)
from brokers.node import request_origin
from brokers.node.config import ListenerName
from brokers.node.ports import RefusalLog
from brokers.node.request_origin import RequestOrigin
from brokers.node.session import RequestContext, Session
from brokers.node.tally_writer import TallyWriter

if TYPE_CHECKING:
    from brokers.node.node import Node


class DeedNotes:
    """``done`` and ``moved_offsets`` return at once."""

    def __init__(self, node: "Node", store: RefusalLog) -> None:
        self._node = node
        self._tally = RefusalTally(DEEDS_PER_TENANT_MAX, SEVERAL_DEEDS)
        self._writer = TallyWriter(self._tally, store.record_deeds, node.clock.now_ms)

    def done(self, context: RequestContext, action: str, name: str) -> None:
        """The request's login has done ``action`` (``group.delete``) to what has the name."""
        if context.entrance.listener is ListenerName.INTERNAL:
            return
        self._note(context.session, action, name, request_origin.current.get(), None)

    def moved_offsets(
        self, session: Session, group: str, moves: OffsetMoves, origin: RequestOrigin
    ) -> None:
        """Somebody who is no member has set the group to read elsewhere. On the hot path, which has
        no task of its own, so the ``origin`` must be told."""
        self._note(session, "group.reset_offsets", group, origin, moves)

    def _note(
        self,
        session: Session,
        action: str,
        name: str,
        asked: RequestOrigin,
        moves: OffsetMoves | None,
    ) -> None:
        act = Act(session.tenant_id, session.principal, action, name)
        now_ms = self._node.clock.now_ms()
        self._tally.note(act, asked.source, asked.request_id, now_ms, moves)

    async def work(self) -> None:
        """Write what is due each second, until cancelled."""
        await self._writer.work()

    async def leave(self) -> None:
        """The broker stops: what it has not written yet."""
        await self._writer.leave()
