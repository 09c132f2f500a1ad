from datetime import timedelta
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Now

from connect.models import Connector
from connect.services.task_rows import kept_trace
from connect.states import State
from tenants import scope
from tenants.transactions import limit_waits


def fail_configuration(
    *, connector_id: UUID, generation: int, trace: str, failures: int, restart_in_s: float
) -> bool:
    """A connector could not make its tasks: it is FAILED until it has, the next attempt is
    ``restart_in_s`` seconds from now at the earliest. Tasks that there are go on.

    False when another attempt is under way.
    """
    with scope.system("a connector could not make its tasks"):
        limit_waits()
        connector = Connector.objects.filter(id=connector_id, generation=generation)
        return bool(
            connector.update(
                configuring=False,
                state=State.FAILED,
                trace=kept_trace(trace),
                restarts=failures,
                next_restart_at=Now() + Value(timedelta(seconds=restart_in_s)),
            )
        )
