"""The replication slot: the database's promise to keep the log for us. What its state means is
decided here; the queries are at the end."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from psycopg import sql

from connect.connectors.postgresql_cdc.position import StoredPosition
from connect.connectors.postgresql_cdc.server import Connection, told
from connect.connectors.postgresql_cdc.settings import Settings, SnapshotMode
from connect.connectors.postgresql_cdc.walsender import lsn_of, lsn_text
from connect.spi.errors import ConnectError, RetriableError

_SLOT: Final = """
    SELECT plugin, database, active_pid, confirmed_flush_lsn::text AS confirmed,
           to_jsonb(s) ->> 'wal_status' AS wal_status,
           to_jsonb(s) ->> 'invalidation_reason' AS invalidation,
           pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS retained
    FROM pg_replication_slots s WHERE slot_name = %s
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """``confirmed``: the log before it may be gone. ``retained``: bytes that are kept for it; None
    when nothing is. ``invalidated``: why it is of no use any more."""

    confirmed: int
    retained: int | None
    active_pid: int | None = None
    invalidated: str | None = None
    is_foreign: bool = False


class Beginning(Enum):
    """What a task begins with."""

    SNAPSHOT = "a new slot, the tables, then changes"
    SNAPSHOT_ONLY = "the tables, and no slot"
    NEW_SLOT = "a new slot, and changes from then on"
    STREAM = "changes"
    NOTHING = "nothing, all was read"


class ChangesLost(ConnectError):
    """The log no longer has all changes since those that were read last."""


def beginning(
    stored: StoredPosition | None, slot: Slot | None, settings: Settings
) -> tuple[Beginning, str | None]:
    """What to begin with, and what was lost if that is why. Pure.

    Raises:
        ChangesLost: and the configuration does not say that tables are read again then.
        ConnectError: the slot is somebody else's.
        RetriableError: the slot is in use.
    """
    mode = settings.snapshot
    if mode is SnapshotMode.INITIAL_ONLY:
        is_done = stored is not None and not stored.in_snapshot
        return (Beginning.NOTHING if is_done else Beginning.SNAPSHOT_ONLY), None
    if slot is not None and slot.is_foreign:
        raise ConnectError(
            f"slot.name: the slot {settings.slot} belongs to another database or plug-in; each "
            "connector needs one of its own"
        )
    if stored is None or stored.in_snapshot:
        if not mode.reads_tables:
            return _changes_only(slot, settings), None
        _free(slot, settings)
        return Beginning.SNAPSHOT, None
    lost = _lost(stored, slot, settings)
    if lost is None:
        return Beginning.STREAM, None
    if mode is SnapshotMode.WHEN_NEEDED:
        _free(slot, settings)
        return Beginning.SNAPSHOT, lost
    raise ChangesLost(
        f"{lost}. Nothing is begun anew unasked, for what changed since would be missing. To read "
        "the tables again set snapshot.mode=when_needed, or reset the connector's offsets"
    )


def judged(slot: Slot | None, settings: Settings) -> tuple[str | None, str | None]:
    """(what the task's log should warn of, why it should fail). Pure."""
    if slot is None:
        # Not made yet, or not any more, which whoever reads from it is told.
        return None, None
    if slot.invalidated is not None:
        return None, f"the replication slot {settings.slot} was invalidated: {slot.invalidated}"
    kept = slot.retained or 0
    told_ = (
        f"the database keeps {kept:,} bytes of its log for the slot {settings.slot}; it grows "
        "until this connector has read and stored it, or the slot is dropped"
    )
    if settings.fail_bytes is not None and kept >= settings.fail_bytes:
        return None, f"{told_} (slot.retained.fail.bytes is {settings.fail_bytes:,})"
    if settings.warn_bytes is not None and kept >= settings.warn_bytes:
        return f"{told_} (slot.retained.warn.bytes is {settings.warn_bytes:,})", None
    return None, None


def _changes_only(slot: Slot | None, settings: Settings) -> Beginning:
    if slot is None:
        return Beginning.NEW_SLOT
    if slot.invalidated is not None:
        raise ChangesLost(
            f"the replication slot {settings.slot} was invalidated: {slot.invalidated}. Drop it "
            f"(SELECT pg_drop_replication_slot('{settings.slot}')) to begin with what changes next"
        )
    return Beginning.STREAM


def _lost(stored: StoredPosition, slot: Slot | None, settings: Settings) -> str | None:
    since = f"changes of {settings.where} since {lsn_text(stored.place.lsn)} are lost"
    if slot is None:
        return f"{since}: the replication slot {settings.slot} is gone"
    if slot.invalidated is not None:
        return (
            f"{since}: the database has invalidated the replication slot {settings.slot} "
            f"({slot.invalidated})"
        )
    if slot.confirmed > stored.place.lsn:
        # We confirm nothing that is not stored: it was made anew, or somebody else read from it.
        return (
            f"{since}: the replication slot {settings.slot} begins at {lsn_text(slot.confirmed)}; "
            "it was made anew, moved on, or read by somebody else"
        )
    return None


def _free(slot: Slot | None, settings: Settings) -> None:
    if slot is not None and slot.active_pid is not None:
        raise RetriableError(
            f"the replication slot {settings.slot} is in use by process {slot.active_pid} of "
            f"{settings.where}"
        )


def look(connection: Connection, settings: Settings) -> Slot | None:
    with told(f"looking at the replication slot {settings.slot}"):
        row = connection.execute(_SLOT, [settings.slot]).fetchone()
    if row is None:
        return None
    lost = "the log it needs was removed" if row["wal_status"] == "lost" else None
    return Slot(
        lsn_of(row["confirmed"] or "0/0"),
        row["retained"],
        row["active_pid"],
        row["invalidation"] or lost,
        is_foreign=row["plugin"] != "pgoutput" or row["database"] != settings.database,
    )


def drop(connection: Connection, settings: Settings) -> None:
    """If there is one."""
    with told(f"dropping the replication slot {settings.slot}"):
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            "WHERE slot_name = %s",
            [settings.slot],
        )


def create(connection: Connection, settings: Settings) -> tuple[int, str]:
    """(where it begins, the name of a snapshot of the tables right there), which lasts until the
    next command on ``connection``, one for replication."""
    command = sql.SQL("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput EXPORT_SNAPSHOT")
    with told(f"creating the replication slot {settings.slot}"):
        row = connection.execute(command.format(sql.Identifier(settings.slot))).fetchone()
    assert row is not None
    return lsn_of(row["consistent_point"]), row["snapshot_name"]
