"""A bound on the CPU time of what cannot be interrupted otherwise, such as a stranger's CEL."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Let the kernel end this process (SIGPROF's default action) once it has used this much more
    CPU time, all its threads together. Only for a task's own process, and on its main thread."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
