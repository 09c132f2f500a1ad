"""A worker at work: looks at rows, decides (``turn``), starts and ends processes, writes down what
they say. One thread, which waits for processes, hints and the next look at once.

While PostgreSQL is away, processes go on: nobody can take their tasks either. What there is to
write waits in order and is written before rows are looked at again.
"""

import logging
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from brokers.metering.refusal_tally import Refusals
from brokers.services.log_refusals import log_refusals
from connect.connectors import scratch
from connect.selectors.work import work
from connect.services.apply_task_configs import apply_task_configs
from connect.services.beat import beat
from connect.services.begin_task import begin_task
from connect.services.claim_configuration import Configuration, claim_configuration
from connect.services.claim_tasks import claim_tasks
from connect.services.end_task import end_task
from connect.services.fail_configuration import fail_configuration
from connect.services.leave import leave as leave_cell
from connect.services.leave_over_tasks import leave_over_tasks
from connect.services.record_task_figures import TaskFigures, record_task_figures
from connect.services.record_task_log import Said, record_task_log
from connect.services.register_worker import register_worker
from connect.services.release_task import release_task
from connect.services.remove_task import remove_task
from connect.services.report_task import report_task
from connect.task import landlock
from connect.work import ConnectorSeen, Owner, TaskSeen
from connect.worker.announcements import Announcements
from connect.worker.child import TASK, Child, bare_environment
from connect.worker.cpu_share import LOOK_S, CpuShare
from connect.worker.documents import configuration_request, files_environment, task_assignment
from connect.worker.limits import (
    ATTEMPT_CPU_S,
    ATTEMPT_S,
    ATTEMPTS_MAX,
    CUT_OFF_S,
    FIGURES_S,
    LEAVE_S,
    STARTING_MAX,
    STOP_S,
    task_cores,
    task_memory_bytes,
)
from connect.worker.liveness import BEAT_S, Liveness
from connect.worker.processes import Attempt, TaskProcess
from connect.worker.refusals import WorkerRefusals
from connect.worker.restarts import delay_s, failures_now
from connect.worker.turn import Turn, decide
from streaming.cell.instance import Instance
from streaming.cell.task_account import SETTING, task_account
from tenants.errors import ApplicationError
from tenants.key_ring import opening_keys
from tenants.sealing import SealBroken

log = logging.getLogger(__name__)

_AWAY = (DatabaseError, InterfaceError, psycopg.Error)
_TURNS_AT_ONCE: Final = 5
"""One turn's doing makes work for the next; after that many it waits for the next look."""
_GAP_S: Final = 0.05
"""Between two looks, however many hints there are."""


def wall_ms() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Replaced(Exception):
    """Another process is the worker of this name now."""


class Supervisor:
    """``run`` until ``stop``, which any thread may call.

    ``command`` is what a task's process is; with ``--configure`` after it, what makes tasks.

    Raises:
        ConfigurationError: tasks cannot run as the account that the environment names.
        ValueError: a limit of the environment is none.
    """

    def __init__(
        self, name: str, instance: Instance, slots: int, command: Sequence[str] = TASK
    ) -> None:
        self.me = Owner(name, uuid4())
        self._instance = instance
        self._slots = slots
        self._command = tuple(command)
        self._account = task_account(os.environ)
        self._cores = task_cores()
        scratch.limit_bytes()  # What is wrong with it is said here, not by each task.
        self._tasks: dict[UUID, TaskProcess] = {}
        self._attempts: dict[UUID, Attempt] = {}
        self._liveness = Liveness(self.me)
        self._refusals = WorkerRefusals()
        self._to_write: deque[Callable[[], object]] = deque()
        self._registered = False
        self._away = False
        self._stopping = False
        self._look_at = self._looked_at = 0.0
        self._figures_at = self._shares_at = 0.0
        self._announcements = Announcements()
        self._selector = selectors.DefaultSelector()
        self._waking, self._woken = socket.socketpair()
        self._waking.setblocking(False)
        self._woken.setblocking(False)

    def stop(self) -> None:
        self._stopping = True
        with suppress(OSError):
            self._waking.send(b"x")

    def run(self) -> None:
        """Raises ``Replaced`` when another process has taken the name, its own processes ended."""
        self._say_what_tasks_can_read()
        try:
            while not self._stopping:
                self.step()
            self.leave()
        finally:
            for process in [*self._tasks.values(), *self._attempts.values()]:
                process.child.kill()
            self._announcements.close()
            connection.close()

    def _say_what_tasks_can_read(self) -> None:
        if self._account is not None:
            log.info("tasks run as %s", self._account.name)
        elif not landlock.version():
            log.warning(
                "this kernel cannot close tasks off (Landlock, Linux 5.19): they can read what "
                "this process can. %s names an account for them",
                SETTING,
            )

    def step(self) -> None:
        """Look at rows if it is time to, and wait for whatever comes first."""
        if time.monotonic() >= self._look_at:
            self._look()
            self._looked_at = time.monotonic()
            self._look_at = self._looked_at + BEAT_S
        self._keep_to_shares()
        now = time.monotonic()
        stops = (each.stop_by for each in self._tasks.values() if each.stop_by is not None)
        until = min(self._look_at, self._shares_at, *(each for each in stops if each > now))
        if self._wait(until - now):
            self._look_at = self._looked_at + _GAP_S
        self._end_what_is_overdue()

    # --- waiting ------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> bool:
        """Hear what there is to hear; whether rows are to be looked at again at once."""
        files: dict[Any, TaskProcess | Attempt | None] = {self._woken: None}
        files.update({each.child: each for each in self._tasks.values()})
        files.update({each.child: each for each in self._attempts.values()})
        if self._announcements.socket is not None:
            files[self._announcements.socket] = None
        for file in files:
            self._selector.register(file, selectors.EVENT_READ)
        try:
            ready = [key.fileobj for key, _ in self._selector.select(max(0.0, seconds))]
        finally:
            for file in files:
                self._selector.unregister(file)
        look = False
        for file in ready:
            match files[file]:
                case TaskProcess() as process:
                    look |= self._hear_task(process)
                case Attempt() as attempt:
                    look |= self._hear_attempt(attempt)
                case None if file is self._woken:
                    self._woken.recv(1024)
                case None:
                    self._announcements.take()
                    look = True
        return self._hear_those_that_left() or look

    def _hear_those_that_left(self) -> bool:
        """Processes that have exited while something that they had started holds their output; as
        ``_wait``."""
        look = False
        for process in [each for each in self._tasks.values() if each.child.has_exited]:
            look |= self._hear_task(process)
        for attempt in [each for each in self._attempts.values() if each.child.has_exited]:
            look |= self._hear_attempt(attempt)
        return look

    def _hear_task(self, process: TaskProcess) -> bool:
        now = time.monotonic()
        task, generation = process.begun.task_id, process.begun.generation
        for event in process.child.read():
            self._refusals.hear_task(process.begun, event, wall_ms())
            state = process.hear(event, now)
            if state is not None:
                self._to_write.append(
                    partial(report_task, task_id=task, generation=generation, state=state)
                )
        if not process.child.ended:
            self._write()
            return False
        code = process.child.exit_code()
        del self._tasks[task]
        self._write_down([process])
        if not process.abandoned:
            self._report_end(process, process.why_it_failed(code), now - process.started_at)
        return True

    def _report_end(self, process: TaskProcess, failure: str | None, ran_s: float) -> None:
        begun = process.begun
        failures = failures_now(begun.restarts, ran_s)
        if failure is not None:
            first = failure.strip().splitlines()[-1:] or ["it did not say why"]
            log.warning("task %s-%d failed: %s", begun.connector, begun.number, first[0])
        self._to_write.append(
            partial(
                end_task,
                task_id=begun.task_id,
                generation=begun.generation,
                failure=failure,
                failures=failures,
                restart_in_s=delay_s(failures),
            )
        )

    def _hear_attempt(self, attempt: Attempt) -> bool:
        for event in attempt.child.read():
            self._refusals.hear_attempt(attempt.wanted, event, wall_ms())
            attempt.hear(event)
        if not attempt.child.ended:
            return False
        failure = attempt.failure(attempt.child.exit_code())
        del self._attempts[attempt.wanted.connector_id]
        if attempt.given_up:
            return True
        if failure is None:
            assert attempt.answer is not None
            self._to_write.append(partial(self._apply, attempt.wanted, dict(attempt.answer)))
        else:
            self._to_write.append(partial(self._fail_attempt, attempt.wanted, failure))
        return True

    def _apply(self, wanted: Configuration, answer: dict[str, Any]) -> None:
        try:
            apply_task_configs(
                made=wanted,
                task_configs=answer["task_configs"],
                writes=answer.get("writes", []),
                reads=answer.get("reads", []),
            )
        except ApplicationError as error:
            self._refusals.refused_tasks(wanted, error, wall_ms())
            self._fail_attempt(wanted, error.message)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # Not left open: it would be made again at once, and again.
            log.exception("tasks of connector %s could not be kept", wanted.connector)
            self._fail_attempt(wanted, f"its tasks could not be kept: {type(error).__name__}")

    def _fail_attempt(self, wanted: Configuration, failure: str) -> None:
        log.warning("connector %s could not make its tasks", wanted.connector)
        failures = wanted.restarts + 1
        fail_configuration(
            connector_id=wanted.connector_id,
            generation=wanted.generation,
            trace=failure,
            failures=failures,
            restart_in_s=delay_s(failures),
        )

    def _keep_to_shares(self) -> None:
        """Hold tasks that have used more processor time than theirs, and let others go on."""
        now = time.monotonic()
        if now < self._shares_at:
            return
        for process in self._tasks.values():
            process.keep_to_share(now)
        used_up = any(process.share.used_up for process in self._tasks.values())
        self._shares_at = now + (LOOK_S if used_up else BEAT_S)

    def _end_what_is_overdue(self) -> None:
        now = time.monotonic()
        for process in self._tasks.values():
            why = process.overdue(now)
            if why is not None:
                process.failure = process.failure or (None if process.stop_by else why)
                process.child.kill()
        for attempt in self._attempts.values():
            if now >= attempt.deadline:
                attempt.last_words.append(f"it took longer than {ATTEMPT_S:g} s")
                attempt.child.kill()

    # --- looking ------------------------------------------------------------------------------

    def _look(self) -> None:
        try:
            self._look_at_rows()
        except _AWAY as error:
            connection.close()
            if not self._away:
                log.warning("PostgreSQL is away, tasks go on: %s", " ".join(str(error).split()))
            self._away = True
        else:
            if self._away:
                log.info("PostgreSQL is back")
            self._away = False

    def _look_at_rows(self) -> None:
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        if not self._registered:
            register_worker(
                name=self.me.name,
                incarnation=self.me.incarnation,
                host=socket.gethostname(),
                slots=self._slots,
            )
            self._registered = True
        if not beat(self.me.name, self.me.incarnation, opening_keys()):
            raise Replaced(f"another process is {self.me.name} now")
        self._announcements.open()
        for _ in range(_TURNS_AT_ONCE):
            self._write_all()
            seen = work()
            alive = self._liveness.look(time.monotonic(), seen.workers)
            turn = decide(
                self.me,
                alive,
                seen,
                {identifier: each.running for identifier, each in self._tasks.items()},
                {identifier: each.wanted.generation for identifier, each in self._attempts.items()},
            )
            if not self._do(turn):
                break
        self._tell_refusals(self._refusals.due(wall_ms()))
        now = time.monotonic()
        if now - self._figures_at >= FIGURES_S:
            self._figures_at = now
            self._write_down(list(self._tasks.values()))
            self._check_memory()
        self._write_all()

    def _do(self, turn: Turn) -> bool:
        """Whether there may be more to do at once."""
        for identifier in turn.abandon:
            self._tasks[identifier].abandoned = True
            self._ask_to_stop(identifier, 0.0)
        for identifier in turn.cut_off:
            self._ask_to_stop(identifier, CUT_OFF_S)
        for identifier in turn.stop:
            self._ask_to_stop(identifier, STOP_S)
        for identifier in turn.pause + turn.resume:
            process = self._tasks[identifier]
            process.paused = identifier in turn.pause
            process.child.tell({"do": "pause" if process.paused else "resume"})
        for identifier in turn.give_up_attempts:
            self._attempts[identifier].given_up = True
            self._attempts[identifier].child.kill()
        for task in turn.remove:
            remove_task(task_id=task.id, generation=task.generation)
        for task in turn.release:
            release_task(task_id=task.id, generation=task.generation)
        starting = sum(each.state is None for each in self._tasks.values())
        for task in turn.start[: max(0, STARTING_MAX - starting)]:
            self._start(task)
        for connector in turn.configure[: max(0, ATTEMPTS_MAX - len(self._attempts))]:
            self._configure(connector)
        if turn.leave_over:
            leave_over_tasks({task.id: task.generation for task in turn.leave_over})
        if not turn.claim:
            return False
        wanted = {task.id: task.generation for task in turn.claim}
        return bool(
            claim_tasks(worker=self.me.name, incarnation=self.me.incarnation, wanted=wanted)
        )

    def _ask_to_stop(self, identifier: UUID, within_s: float) -> None:
        """Asked again, it may have less time and never more."""
        process = self._tasks[identifier]
        stop_by = time.monotonic() + within_s
        if process.stop_by is None:
            process.child.go_on()
            process.child.tell({"do": "stop"})
        elif process.stop_by <= stop_by:
            return
        process.stop_by = stop_by

    def _start(self, task: TaskSeen) -> None:
        try:
            begun = begin_task(task_id=task.id, generation=task.generation, worker=self.me.name)
        except SealBroken as error:
            failures = task.restarts + 1
            end_task(
                task_id=task.id,
                generation=task.generation,
                failure=str(error),
                failures=failures,
                restart_in_s=delay_s(failures),
            )
            return
        if begun is None:
            return
        now = time.monotonic()
        child = Child(
            self._command,
            bare_environment(files_environment(begun.cluster_id, self._account)),
            task_assignment(begun, self._instance),
            self._account,
        )
        self._tasks[task.id] = TaskProcess(
            child,
            begun,
            started_at=now,
            heard_at=now,
            accounted_at=now,
            paused=begun.paused,
            share=CpuShare(self._cores, now),
        )

    def _configure(self, seen: ConnectorSeen) -> None:
        try:
            wanted = claim_configuration(
                connector_id=seen.id,
                generation=seen.generation,
                worker=self.me.name,
                incarnation=self.me.incarnation,
            )
        except SealBroken as error:
            failures = seen.restarts + 1
            fail_configuration(
                connector_id=seen.id,
                generation=seen.generation,
                trace=str(error),
                failures=failures,
                restart_in_s=delay_s(failures),
            )
            return
        if wanted is None:
            return
        child = Child(
            [*self._command, "--configure"],
            bare_environment(files_environment(wanted.cluster_id, self._account)),
            configuration_request(wanted, self._instance),
            self._account,
            ATTEMPT_CPU_S,
        )
        self._attempts[seen.id] = Attempt(child, wanted, time.monotonic() + ATTEMPT_S)

    # --- writing ------------------------------------------------------------------------------

    def _write(self) -> None:
        """What there is to write, if PostgreSQL is there; otherwise it is written later."""
        if self._away or not self._to_write:
            return
        try:
            self._write_all()
        except _AWAY:
            connection.close()

    def _write_all(self) -> None:
        while self._to_write:
            try:
                self._to_write[0]()
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                # Said again it would fail again, and keep all that comes after it from being said.
                log.exception("something that processes said could not be written down")
            self._to_write.popleft()

    def _write_down(self, processes: Sequence[TaskProcess]) -> None:
        """Figures and lines of these, with what is to be written next."""
        now = time.monotonic()
        figures: list[TaskFigures] = [
            found for each in processes if (found := each.take_figures(now)) is not None
        ]
        lines: list[Said] = [line for each in processes for line in each.take_lines()]
        if figures:
            self._to_write.append(partial(record_task_figures, figures))
        if lines:
            self._to_write.append(partial(record_task_log, lines))

    def _tell_refusals(self, due: Sequence[Refusals]) -> None:
        if due:
            self._to_write.append(partial(log_refusals, due, worker=self.me.name))

    def _check_memory(self) -> None:
        limit = task_memory_bytes()
        for process in self._tasks.values():
            used = process.child.resident_bytes()
            if used > limit and process.failure is None:
                process.failure = (
                    f"it used {used >> 20} MiB of memory, more than the {limit >> 20} MiB that a "
                    "task may have; lower its batch sizes, or have more tasks"
                )
                process.child.kill()

    # --- leaving ------------------------------------------------------------------------------

    def leave(self) -> None:
        """End all processes in order as far as there is time, and let others have their tasks."""
        for identifier in list(self._tasks):
            self._ask_to_stop(identifier, LEAVE_S)
        for attempt in self._attempts.values():
            attempt.given_up = True
            attempt.child.kill()
        deadline = time.monotonic() + LEAVE_S
        while (self._tasks or self._attempts) and time.monotonic() < deadline:
            self._wait(min(0.1, deadline - time.monotonic()))
        for process in [*self._tasks.values(), *self._attempts.values()]:
            process.child.kill()
        self._tell_refusals(self._refusals.all())
        with suppress(*_AWAY):
            self._write_all()
            if self._registered:
                leave_cell(self.me.name, self.me.incarnation)
