from datetime import timedelta
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Now

from connect.services.task_rows import end_process, kept_trace, lock_generation, remove_task
from connect.states import State, TargetState
from tenants import changes, scope
from tenants.transactions import limit_waits


def end_task(
    *,
    task_id: UUID,
    generation: int,
    failure: str | None,
    failures: int = 0,
    restart_in_s: float = 0.0,
) -> None:
    """The process of that generation has ended: with ``failure``, or because it was asked to.

    A failed task is FAILED until it is started again, ``restart_in_s`` seconds from now at the
    earliest; ``failures`` is how often it has failed one time after the other. A retired one goes.
    Of a process that was to be followed by another, since it was asked to restart or has another
    config by now, a failure says nothing: the next one starts at once.
    """
    with scope.system("a task's process has ended"):
        limit_waits()
        task = lock_generation(task_id, generation)
        if task is None:
            return
        if task.retired or task.connector.target_state == TargetState.STOPPED:
            told = remove_task(task)
        else:
            # None where none could be started.
            is_outdated = task.running_revision not in {None, task.revision}
            told = end_process(task)
            if failure is None or is_outdated:
                if task.state != State.RESTARTING:
                    task.state = State.UNASSIGNED
            else:
                task.state = State.FAILED
                task.trace = kept_trace(failure)
                task.restarts = failures
                task.next_restart_at = Now() + Value(timedelta(seconds=restart_in_s))
            task.save()
        if told:
            changes.publish(told)
