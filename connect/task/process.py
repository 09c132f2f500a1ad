"""A task's process from its first line of input to its end."""

import gc
import logging
import os
import signal
import sys
from typing import Any, Final, NoReturn

from connect.runtime.egress import CheckedEgress
from connect.runtime.egress_policy import EgressPolicy
from connect.runtime.egress_ports import EgressPorts
from connect.runtime.traces import sentence_of
from connect.spi.errors import ConfigError, ConnectError
from connect.task.assignment import ConfigureRequest, TaskAssignment
from connect.task.configure import check_targets, configured
from connect.task.confinement import confine
from connect.task.control import Control
from connect.task.events import Events, EventsHandler, cut_trace_of
from connect.task.loading import load
from connect.task.metrics import Heartbeat, Metrics
from connect.task.parts import TaskParts
from connect.task.run_sink import SinkRun
from connect.task.run_source import SourceRun

LOG: Final = logging.getLogger("connect.task")
_GC_THRESHOLD: Final = 10_000
"""Objects of a batch go without a look for cycles: they have none. It is a few batches' worth."""


def main(arguments: list[str]) -> NoReturn:
    """Ends the process: with 0 after a stop or an answer, with 1 after a failure."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine()
    events = Events.on_standard_output()
    _log_as(events)
    line = sys.stdin.readline()
    code = _configure(line, events) if arguments == ["--configure"] else _run(line, events)
    sys.stderr.flush()
    # A thread that a connector left behind must not keep the process.
    os._exit(code)


def _configure(line: str, events: Events) -> int:
    try:
        request = ConfigureRequest.of(line)
        answer = configured(request, _egress(request, events))
    except Exception as error:
        _tell_if_config(error, events)
        events.write(event="failed", message=sentence_of(error), trace=cut_trace_of(error))
        return 1
    events.write(**answer)
    return 0


def _run(line: str, events: Events) -> int:
    metrics = Metrics()
    try:
        assignment = TaskAssignment.of(line)
        control = Control(paused=assignment.starts_paused)
        signal.signal(signal.SIGTERM, lambda *_: control.stop())
        control.read(sys.stdin)
        heartbeat = Heartbeat(
            events, metrics, assignment.memory_bytes, _memory_guard(assignment, events)
        )
        heartbeat.start()
        run = _made(assignment, control, metrics, events)
        _leave_out_what_stays()
        run.run()
    except Exception as error:
        _tell_if_config(error, events)
        events.state("FAILED", error)
        return 1
    heartbeat.stop()
    events.state("STOPPED")
    return 0


def _made(
    assignment: TaskAssignment, control: Control, metrics: Metrics, events: Events
) -> SourceRun | SinkRun:
    loaded = load(assignment.plugin, assignment.config, assignment.task_config)
    egress = _egress(assignment, events)
    check_targets(loaded, egress)
    parts = TaskParts(assignment, loaded, egress, control, metrics, events)
    return SourceRun(parts) if assignment.kind == "source" else SinkRun(parts)


def _leave_out_what_stays() -> None:
    """Code and what it has made so far: a full look for cycles went through all of it, again and
    again while messages come and go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _egress(told: TaskAssignment | ConfigureRequest, events: Events) -> CheckedEgress:
    policy, ports = EgressPolicy.parse(told.egress_allow), EgressPorts.parse(told.egress_ports)
    return CheckedEgress(
        policy,
        own=told.own_hosts,
        ports=ports,
        refused=events.refused_target,
    )


def _tell_if_config(error: Exception, events: Events) -> None:
    """That what ends this process is its config, of which only here could be told that it will not
    do: a plugin that is not there any more, a table that the target does not have."""
    if isinstance(error, ConfigError):
        events.refused_config()


def _memory_guard(assignment: TaskAssignment, events: Events) -> Any:
    """What ends a task that keeps using more than it was given: before the machine suffers, and
    with a word about it. What it had not flushed comes again."""

    def end(used: int) -> None:
        limit = assignment.memory_bytes
        error = ConnectError(
            f"the task used {used / 2**20:.0f} MB of memory and may use {limit / 2**20:.0f} MB; "
            "smaller batches or fewer open files may help"
        )
        events.state("FAILED", error)
        os._exit(1)

    return end


def _log_as(events: Events) -> None:
    """All that is logged in this process goes to the worker; libraries' own only from WARNING."""
    root = logging.getLogger()
    root.addHandler(EventsHandler(events))
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
