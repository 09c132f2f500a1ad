"""The halt as verbs see it: the first lock of each, before those on brokers."""

from django.db import connection

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import ControlState


class Halted(Refusal):
    """The database was restored from the past; nothing is decided until it is rebuilt."""

    def __init__(self, state: ControlState) -> None:
        super().__init__(
            ErrorCode.NOT_CONTROLLER,
            f"the cell is halted since {state.halted_at}: {state.reason}; the database was "
            "restored from the past; `recover` shows what would be rebuilt, `recover --apply` "
            "rebuilds it",
        )


def share_control_state() -> ControlState:
    """The state, which stays so until the transaction ends."""
    return _locked("FOR SHARE")


def lock_control_state() -> ControlState:
    """The state, to be changed; no verb that shares it is under way."""
    return _locked("FOR UPDATE")


def refuse_while_halted() -> None:
    """Raises ``Halted``, or sees to it that no halt begins before the transaction ends."""
    state = share_control_state()
    if state.halted_at is not None:
        raise Halted(state)


def _locked(how: str) -> ControlState:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM brokers_controlstate WHERE id = 1 {how}")
        if cursor.fetchone() is None:
            cursor.execute(
                "INSERT INTO brokers_controlstate (id, generation, halted_by, reason, number)"
                " VALUES (1, 0, '', '', 0) ON CONFLICT DO NOTHING"
            )
            cursor.execute(f"SELECT id FROM brokers_controlstate WHERE id = 1 {how}")
    return ControlState.objects.get(id=1)
