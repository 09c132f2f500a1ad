"""What a worker does next: rows on one side, its processes on the other. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from connect.states import TargetState
from connect.work import ConnectorSeen, Owner, TaskSeen, Work
from connect.worker.assignment import claims, left_over, releases


@dataclass(frozen=True, slots=True)
class Running:
    """A task's process. ``paused`` is what it was told last; ``stopping``: it was told to end."""

    generation: int
    revision: int
    paused: bool
    stopping: bool


@dataclass(slots=True)
class Turn:
    """In the order in which it is done."""

    stop: list[UUID] = field(default_factory=list)
    """Processes of tasks to end, for whatever reason; once one has ended a later turn goes on."""
    cut_off: list[UUID] = field(default_factory=list)
    """Processes of a tenant that may not be used: as ``stop`` and sooner, also those that were told
    to end before."""
    abandon: list[UUID] = field(default_factory=list)
    """Processes of tasks that are another's by now, or gone: they end without a word about it."""
    claim: list[TaskSeen] = field(default_factory=list)
    leave_over: list[TaskSeen] = field(default_factory=list)
    """For which no worker has room."""
    remove: list[TaskSeen] = field(default_factory=list)
    release: list[TaskSeen] = field(default_factory=list)
    pause: list[UUID] = field(default_factory=list)
    resume: list[UUID] = field(default_factory=list)
    start: list[TaskSeen] = field(default_factory=list)
    configure: list[ConnectorSeen] = field(default_factory=list)
    give_up_attempts: list[UUID] = field(default_factory=list)
    """Connectors whose tasks are no longer to be made by the process that is at it."""


def decide(
    me: Owner,
    alive: Mapping[Owner, int],
    work: Work,
    running: Mapping[UUID, Running],
    attempts: Mapping[UUID, int],
) -> Turn:
    """``running`` is this worker's processes by task, ``attempts`` the generations of the processes
    that make tasks, by connector."""
    turn = Turn()
    mine = {task.id: task for task in work.tasks if task.owner == me}
    given_up = {task.id for task in releases(me, alive, work.tasks)}
    for identifier, process in running.items():
        _decide_process(turn, identifier, process, mine.get(identifier), given_up)
    busy = _connectors_in_change(work.tasks)
    for task in mine.values():
        if task.id in running:
            continue
        if task.ends:
            turn.remove.append(task)
        elif not task.active or task.id in given_up:
            turn.release.append(task)
        elif task.wait_s <= 0 and not _held_up(task, busy):
            turn.start.append(task)
    turn.claim = claims(me, alive, work.tasks)
    turn.leave_over = left_over(alive, work.tasks)
    _decide_attempts(turn, me, alive, work.connectors, attempts)
    return turn


def _decide_process(
    turn: Turn,
    identifier: UUID,
    process: Running,
    task: TaskSeen | None,
    given_up: set[UUID],
) -> None:
    if task is None or task.generation != process.generation:
        turn.abandon.append(identifier)
    elif not task.active:
        turn.cut_off.append(identifier)
    elif process.stopping:
        return
    elif not task.wanted or task.revision != process.revision or task.id in given_up:
        turn.stop.append(identifier)
    elif process.paused != (task.target is TargetState.PAUSED):
        (turn.resume if process.paused else turn.pause).append(identifier)


def _connectors_in_change(tasks: Sequence[TaskSeen]) -> dict[UUID, set[UUID]]:
    """By connector, tasks whose process is of an earlier config and has not ended."""
    found: dict[UUID, set[UUID]] = {}
    for task in tasks:
        outdated = task.running_revision is not None and (
            task.ends or task.running_revision != task.revision
        )
        if outdated:
            found.setdefault(task.connector_id, set()).add(task.id)
    return found


def _held_up(task: TaskSeen, busy: Mapping[UUID, set[UUID]]) -> bool:
    """Tasks of a connector divide its work between them: one of a new division does not begin
    beside one of the old."""
    return bool(busy.get(task.connector_id, set()) - {task.id})


def _decide_attempts(
    turn: Turn,
    me: Owner,
    alive: Mapping[Owner, int],
    connectors: Sequence[ConnectorSeen],
    attempts: Mapping[UUID, int],
) -> None:
    by_id = {each.id: each for each in connectors}
    for identifier, generation in attempts.items():
        seen = by_id.get(identifier)
        if seen is None or seen.generation != generation:
            turn.give_up_attempts.append(identifier)
    turn.configure = [
        each
        for each in connectors
        if each.id not in attempts
        and each.wait_s <= 0
        and (each.attempt is None or each.attempt == me or each.attempt not in alive)
    ]
