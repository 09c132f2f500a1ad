"""What connectors were refused in their processes, on its way to the audit log. No I/O.

A process says only what kind of refusal it was, and what the target was called: what an entry says
of whom is the worker's word. The first of a kind is due at once, its repetitions each ten minutes:
what fails is tried again, and a connector that retries by itself makes no flood of entries.
"""

from typing import Any, Final

from brokers.metering.refusal_tally import (
    QUOTA_WINDOW_MS,
    Act,
    Refusals,
    RefusalTally,
    over_quota,
)
from connect.services.begin_task import BegunTask
from connect.services.claim_configuration import Configuration
from connect.worker.child import Event
from tenants.errors import ApplicationError

REACH: Final = "connector.reach"
"""A target that connectors may not connect to; the object is its host and port."""
CONFIGURE: Final = "connector.configure"
"""A config for which no tasks could be made; the object is the connector."""
START: Final = "connector_task.start"
"""A config that a task could not run with; the object is the task."""
SEVERAL: Final = "connector.several"
NAME_CHARACTERS_MAX: Final = 300


class WorkerRefusals:
    """Memory is bounded: a hundred different ones of a tenant, the rest counted together."""

    def __init__(self) -> None:
        self._tally = RefusalTally(several=SEVERAL, window_ms=QUOTA_WINDOW_MS)

    def hear_task(self, begun: BegunTask, event: Event, now_ms: int) -> None:
        """Take in what a task's process said, which may be anything."""
        own = (START, f"{begun.connector}-{begun.number}")
        self._hear(begun, event, own, now_ms)

    def hear_attempt(self, wanted: Configuration, event: Event, now_ms: int) -> None:
        """As ``hear_task``, of a process that makes tasks."""
        self._hear(wanted, event, (CONFIGURE, wanted.connector), now_ms)

    def refused_tasks(self, wanted: Configuration, error: ApplicationError, now_ms: int) -> None:
        """The tasks that a connector has made cannot be had: by a limit of its tenant, or since its
        topics cannot be any."""
        limit = error.extra.get("limit")
        act = (
            _act(wanted, CONFIGURE, wanted.connector)
            if limit is None
            else over_quota(str(wanted.tenant_id), _principal(wanted), str(limit))
        )
        self._note(act, now_ms)

    def due(self, now_ms: int) -> list[Refusals]:
        """What is to be written now; it counts as told."""
        return self._tally.due(now_ms)

    def all(self) -> list[Refusals]:
        """Everything that was not told, for a worker that stops."""
        return self._tally.all()

    def _hear(
        self, whose: BegunTask | Configuration, event: Event, own: tuple[str, str], now_ms: int
    ) -> None:
        match event:
            case {"event": "refused", "what": "target", "name": str(name)}:
                self._note(_act(whose, REACH, name[:NAME_CHARACTERS_MAX]), now_ms)
            case {"event": "refused", "what": "config"}:
                self._note(_act(whose, *own), now_ms)

    def _note(self, act: Act, now_ms: int) -> None:
        self._tally.note(act, "", "", now_ms)


def refused_targets(events: list[dict[str, Any]]) -> list[str]:
    """What a process wanted to reach and may not, each once, out of what it said."""
    names: dict[str, None] = {}
    for event in events:
        match event:
            case {"event": "refused", "what": "target", "name": str(name)}:
                names[name[:NAME_CHARACTERS_MAX]] = None
    return list(names)


def _act(whose: BegunTask | Configuration, action: str, name: str) -> Act:
    return Act(str(whose.tenant_id), _principal(whose), action, name)


def _principal(whose: BegunTask | Configuration) -> str:
    return f"User:{whose.account}"
