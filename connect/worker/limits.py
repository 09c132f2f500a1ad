"""What tasks' processes may take and how long they may take for it, with the reasons.

An operator changes three of them: ``HEADWATER_CONNECT_SLOTS``, ``HEADWATER_CONNECT_TASK_MEMORY``
(MiB) and ``HEADWATER_CONNECT_TASK_CPU`` (cores); what a task may have of the disk is the task's own
to keep (``connect/connectors/scratch.py``). A worker and its tasks take ``slots`` times the
task memory at most, beside the worker's own.
"""

import os
from typing import Final

MIB: Final = 1024 * 1024

SLOTS_DEFAULT: Final = 16
TASK_MEMORY_MIB_DEFAULT: Final = 384
"""Resident memory at which a task is ended: libraries that read columns take a good part of it
before the first record."""
DATA_OVER_RESIDENT: Final = 6
"""The kernel counts what was reserved and never touched: stacks and arenas of each thread."""
TASK_CORES_DEFAULT: Final = 2.0
"""Of processor time, over time: nearly twice what the quickest sink of ``bench/results/connect``
takes at full speed."""

STARTING_MAX: Final = 4
"""Processes that were started and have said nothing yet. More at a time would start later."""
ATTEMPTS_MAX: Final = 4
ATTEMPT_S: Final = 30.0
"""For a connector to make its tasks, targets that do not answer included."""
ATTEMPT_CPU_S: Final = 30
"""Of processor time, of all threads together: as much as one core has in ``ATTEMPT_S``."""
STOP_S: Final = 5.0
"""For a task to write out what it has and to end."""
CUT_OFF_S: Final = 2.0
"""As ``STOP_S``, where the tenant is suspended or deleted. Its keys are refused already, so that
the task cannot bring there what it has; and the tenant is to be cut off within five seconds: a look
that was just missed, a lock that the next one waits for, and this."""
LEAVE_S: Final = 1.2
"""As ``STOP_S``, when the whole worker ends: its supervisor is no more patient."""
SILENT_S: Final = 60.0
"""A task reports every two seconds."""
START_S: Final = 60.0
FIGURES_S: Final = 5.0
LOG_LINES_PER_FLUSH: Final = 200
"""Of one task, between two flushes; who says more is cut short."""
LINE_BYTES_MAX: Final = 256 * 1024


def slots() -> int:
    """How many tasks a worker runs at most."""
    return int(os.environ.get("HEADWATER_CONNECT_SLOTS", SLOTS_DEFAULT))


def task_memory_bytes() -> int:
    """How much resident memory a task may have."""
    return MIB * int(os.environ.get("HEADWATER_CONNECT_TASK_MEMORY", TASK_MEMORY_MIB_DEFAULT))


def task_cores() -> float:
    """How much processor time a task may have, in seconds per second.

    Raises:
        ValueError: it is set, and is no number above 0.
    """
    name = "HEADWATER_CONNECT_TASK_CPU"
    cores = float(os.environ.get(name, TASK_CORES_DEFAULT))
    if not 0 < cores < float("inf"):
        raise ValueError(f"{name} is {cores:g}; it is a number of cores above 0, such as 0.5")
    return cores
