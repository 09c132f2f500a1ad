"""What this broker refused, on its way to the audit log: counted, and written in batches.

Serving waits for none of it. While PostgreSQL is away the counts grow and nothing else does.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from brokers.kernel.ids import TenantId
from brokers.metering.refusal_tally import (
    Act,
    Refusals,
    RefusalTally,
    over_quota,
    over_topic_limit,
)
from brokers.node import request_origin
from brokers.node.authentication.unknown_login import shown
from brokers.node.ports import RefusalLog
from brokers.node.request_origin import RequestOrigin
from brokers.node.tally_writer import TallyWriter

if TYPE_CHECKING:
    from brokers.node.node import Node
    from brokers.node.session import Session

NAME_CHARACTERS_MAX: Final = 300


class NoRefusalLog:
    """A node by itself: nobody reads it."""

    async def record(self, refusals: Sequence[Refusals]) -> None: ...

    async def record_deeds(self, deeds: Sequence[Refusals]) -> None: ...


class RefusalNotes:
    """All but ``work`` and ``leave`` return at once."""

    def __init__(self, node: "Node", store: RefusalLog) -> None:
        self._node = node
        self._tally = RefusalTally()
        self._writer = TallyWriter(self._tally, store.record, node.clock.now_ms)

    def denied(
        self,
        session: "Session",
        operation: str,
        resource_type: str,
        name: str,
        origin: RequestOrigin | None = None,
    ) -> None:
        """A login was not allowed ``operation`` (``write``) on a resource (``topic``, its name).

        ``origin`` is that of the request under way; on the hot path, which has no task of its own,
        it must be told.
        """
        act = Act(
            session.tenant_id,
            session.principal,
            f"{resource_type}.{operation}",
            name[:NAME_CHARACTERS_MAX],
        )
        self._note(act, origin)

    def over_quota(
        self, session: "Session", quota: str, origin: RequestOrigin | None = None
    ) -> None:
        """A login has used up ``quota``: a limit of its tenant, or its own. ``origin`` as in
        ``denied``."""
        self._note(over_quota(session.tenant_id, session.principal, quota), origin)

    def over_topic_limit(
        self, session: "Session", topic: str, origin: RequestOrigin | None = None
    ) -> None:
        """A login has sent a batch that is too large for its topic alone. ``origin`` as in
        ``denied``."""
        name = topic[:NAME_CHARACTERS_MAX]
        self._note(over_topic_limit(session.tenant_id, session.principal, name), origin)

    def login_refused(
        self, tenant_id: TenantId | None, who: str, mechanism: str, origin: RequestOrigin
    ) -> None:
        """``who`` is what the client called itself; the tenant is that of the credential, None
        where there is no such credential."""
        if who and tenant_id is None:
            who = shown(who)
        act = Act(tenant_id, "nobody", "login.kafka", who[:NAME_CHARACTERS_MAX] or mechanism)
        self._note(act, origin)

    def _note(self, act: Act, origin: RequestOrigin | None) -> None:
        asked = request_origin.current.get() if origin is None else origin
        self._tally.note(act, asked.source, asked.request_id, self._node.clock.now_ms())

    async def work(self) -> None:
        """Write what is due each second, until cancelled."""
        await self._writer.work()

    async def leave(self) -> None:
        """The broker stops: what it has not written yet."""
        await self._writer.leave()
