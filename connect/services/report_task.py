from uuid import UUID

from connect.models import ConnectorTask
from connect.states import State
from tenants import scope


def report_task(*, task_id: UUID, generation: int, state: State) -> bool:
    """What a task's process says it is; False when another generation is the latest."""
    with scope.system("a connect worker reports of a task"):
        task = ConnectorTask.objects.filter(id=task_id, generation=generation)
        cleared = {"trace": ""} if state is State.RUNNING else {}
        return bool(task.update(state=state, **cleared))
