"""Steps that the verbs on tasks have in common, inside the transaction of a verb."""

from connect.models import ConnectorTask
from connect.states import State


def ask_for_restart(task: ConnectorTask) -> None:
    """Have its worker end the process there is and start another, and not wait if it failed."""
    task.revision += 1
    task.restarts = 0
    task.next_restart_at = None
    task.trace = ""
    task.state = State.RESTARTING
    task.save()
