"""Audit entries as the events that people are told of. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from brokers.authorization.resource import CLUSTER_NAME, ResourceType
from streaming.records.identity import ADMINISTER, READ

Json = dict[str, Any]

_TYPES: Final = {
    "topic.create": "topic.created",
    "topic.delete": "topic.deleted",
    "topic.create_partitions": "topic.grown",
    "topic.alter_configs": "topic.configs_altered",
    "topic.delete_records": "topic.records_deleted",
    "broker.fence": "broker.fenced",
    "broker.stop": "broker.fenced",
    "broker.register": "broker.unfenced",
    "broker.unfence": "broker.unfenced",
    "broker.drain": "broker.draining",
    "broker.undrain": "broker.undrained",
    "broker.remove": "broker.removed",
    "api_key.issue": "key.issued",
    "api_key.revoke": "key.revoked",
    "invitation.create": "invitation.created",
    "invitation.withdraw": "invitation.withdrawn",
    "member.add": "member.added",
    "member.change_role": "member.changed",
    "member.remove": "member.removed",
    "service_account.create": "service_account.created",
    "service_account.delete": "service_account.deleted",
}
"""By the audit log's action; what is not here is told to nobody."""

_NEEDS: Final = {"topic": READ, "broker": READ}
"""By the first word of the type; all others need ADMINISTER, as the audit log does."""

_PERSON: Final = "User:@"
_PRINCIPAL: Final = "User:"


@dataclass(frozen=True, slots=True)
class Event:
    """``by`` is a login or a principal; None when the service did it by itself."""

    type: str
    at_ms: int
    object: str
    by: str | None
    detail: Json

    @property
    def needs(self) -> str:
        """The scope that one must have at the tenant to be told."""
        return _NEEDS.get(self.type.partition(".")[0], ADMINISTER)

    @property
    def about(self) -> tuple[ResourceType, str]:
        """What a service account must be allowed to describe, besides, to be told."""
        if self.type.startswith("topic."):
            return ResourceType.TOPIC, self.object
        return ResourceType.CLUSTER, CLUSTER_NAME


@dataclass(frozen=True, slots=True)
class Entry:
    """What of an audit entry is read here."""

    sequence: int
    at: datetime
    by: str
    action: str
    object: str
    detail: Json
    was_done: bool = True


def event_of(entry: Entry) -> Event | None:
    """The event, or None for what is told to nobody: what was refused did not happen."""
    kind = _TYPES.get(entry.action)
    if kind is None or not entry.was_done:
        return None
    return Event(kind, int(entry.at.timestamp() * 1000), entry.object, _by(entry.by), entry.detail)


def _by(who: str) -> str | None:
    if who.startswith(_PERSON):
        return who[len(_PERSON) :]
    # Brokers and the controller act by themselves; "ada (command line)" is somebody.
    return who if who.startswith(_PRINCIPAL) or who.endswith("(command line)") else None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the two chains of the audit log were told: the tenant's, and the platform's."""

    tenant: int
    platform: int

    def __str__(self) -> str:
        return f"{self.tenant}-{self.platform}"


_CURSOR: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


def parse_cursor(text: str) -> Cursor | None:
    """None for what no ``Cursor`` ever looked like."""
    match = _CURSOR.fullmatch(text)
    return None if match is None else Cursor(int(match[1]), int(match[2]))


def event_frame(event: Event, cursor: Cursor, *, with_detail: bool) -> str:
    """``with_detail``: what the platform's own entries say beyond the broker is for operators."""
    frame = {
        "type": event.type,
        "at": event.at_ms,
        "object": event.object,
        "by": event.by if with_detail else None,
        "detail": event.detail if with_detail else {},
        "cursor": str(cursor),
    }
    return json.dumps(frame, separators=(",", ":"))


def control_frame(kind: str, cursor: Cursor, **more: str | None) -> str:
    """``ready`` (first), ``gap`` (some were not told: ask for everything anew), ``heartbeat``."""
    return json.dumps({"type": kind, **more, "cursor": str(cursor)}, separators=(",", ":"))
