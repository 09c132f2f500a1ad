"""The ``_bulk`` API: operations to its lines, its answer to an outcome per operation. Pure.

Source: the Bulk API references of Elasticsearch 8 and OpenSearch 2, and how their items fail.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import orjson

from connect.spi.records import SinkRecord

_RETRY_ON_CONFLICT: Final = 3
"""How often the target itself repeats an update that another one overtook."""
_PASSING: Final = frozenset({"cluster_block_exception", "index_closed_exception"})
"""Errors of an index that somebody brought about and will end, whatever their status."""
_OF_THE_INDEX: Final = (
    "invalid_index_name_exception: ",
    "validation_exception: ",  # no shards are left for an index to be
    "illegal_argument_exception: no write index is defined for alias",
    "illegal_argument_exception: only write ops with an op_type of create are allowed in data",
    "illegal_argument_exception: pipeline with id",
)
"""How errors of status 400 begin that any document would have met."""


class Verb(Enum):
    INDEX = "index"
    CREATE = "create"
    UPDATE = "update"
    """Merges into the document, which is created where it is missing."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Operation:
    """One record as the target will do it.

    ``id`` is None where the target makes one up. ``version`` is external: the target keeps the
    highest. ``document`` is JSON, None for a delete.
    """

    verb: Verb
    index: str
    id: str | None
    version: int | None
    document: bytes | None
    record: SinkRecord

    def lines(self) -> bytes:
        """Its one or two lines in a bulk request, with the line ends."""
        action: dict[str, Any] = {"_index": self.index}
        if self.id is not None:
            action["_id"] = self.id
        if self.version is not None:
            action |= {"version": self.version, "version_type": "external"}
        if self.verb is Verb.UPDATE:
            action["retry_on_conflict"] = _RETRY_ON_CONFLICT
        head = orjson.dumps({self.verb.value: action}) + b"\n"
        if self.document is None:
            return head
        if self.verb is Verb.UPDATE:
            return head + b'{"doc":' + self.document + b',"doc_as_upsert":true}\n'
        return head + self.document + b"\n"


class Outcome(Enum):
    WRITTEN = "written"
    STALE = "stale"
    """The target has this version or a newer one; or the id, for a create: nothing to do."""
    AGAIN = "again"
    """The target is short of something: the same operation may succeed later."""
    MALFORMED = "malformed"
    """The target will never take this document."""
    REFUSED = "refused"
    """Settings or rights are wrong: no record is to blame."""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reason: str = ""


WRITTEN: Final = Verdict(Outcome.WRITTEN)


def body_of(operations: Iterable[Operation]) -> bytes:
    return b"".join(operation.lines() for operation in operations)


def verdicts(operations: Sequence[Operation], answer: Mapping[str, Any]) -> list[Verdict]:
    """One verdict per operation out of a 200 answer, in order.

    Raises:
        ValueError: the answer has not one item per operation.
    """
    if answer.get("errors") is False:
        return [WRITTEN] * len(operations)
    items = answer.get("items")
    if not isinstance(items, list) or len(items) != len(operations):
        raise ValueError(f"a bulk answer without an item for each of {len(operations)} operations")
    return [
        verdict(operation, next(iter(item.values())))
        for operation, item in zip(operations, items, strict=True)
    ]


def verdict(operation: Operation, item: Mapping[str, Any]) -> Verdict:
    """What one item of the answer means for its operation."""
    status, error = int(item["status"]), item.get("error")
    kind, reason = _told(error)
    if status < 300:
        return WRITTEN
    if operation.verb is Verb.DELETE and status == 404:
        return WRITTEN  # what is not there is deleted
    if status == 409 and (operation.verb is Verb.CREATE or operation.version is not None):
        return Verdict(Outcome.STALE, reason)
    if status in {409, 429} or status >= 500 or kind in _PASSING:
        return Verdict(Outcome.AGAIN, reason)
    if status in {401, 403, 404} or reason.startswith(_OF_THE_INDEX):
        return Verdict(Outcome.REFUSED, reason)
    # Every other 4xx, whatever its type: the list of types grows with the target's versions.
    return Verdict(Outcome.MALFORMED, reason)


def _told(error: object) -> tuple[str, str]:
    """The error's type, and a sentence out of it and its innermost cause."""
    if not isinstance(error, Mapping):
        return "", str(error or "")
    kind = str(error.get("type", ""))
    said = f"{kind}: {error.get('reason', '')}"
    cause = error.get("caused_by")
    while isinstance(cause, Mapping) and isinstance(cause.get("caused_by"), Mapping):
        cause = cause["caused_by"]
    if isinstance(cause, Mapping) and cause.get("reason"):
        said += f" ({cause.get('type', '')}: {cause['reason']})"
    return kind, said
