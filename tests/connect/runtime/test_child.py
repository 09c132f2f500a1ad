"""What a child's process may do: whom it runs as, and how much."""

import os
import pwd
import signal
from pathlib import Path
from textwrap import indent

import pytest

from connect.worker.child import Child, bare_environment, how_it_ended
from streaming.cell.account import Account
from streaming.cell.program import PYTHON
from tests.node.harness import wait_until

PRIVILEGES = """
import json
status = open("/proc/self/status").read()
print(json.dumps({"event": "status", "lines": status.splitlines()}))
"""


def said(child: Child) -> list[dict]:
    events: list[dict] = []

    def ended() -> bool:
        events.extend(child.read())
        return child.ended

    wait_until(ended, "it ends")
    return events


def test_it_gains_no_privileges_by_what_it_executes() -> None:
    child = Child((PYTHON, "-c", PRIVILEGES), bare_environment(), {}, None)
    (event,) = said(child)
    assert child.exit_code() == 0
    assert "NoNewPrivs:\t1" in event["lines"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
def test_it_runs_as_the_account_that_it_was_given() -> None:
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)
    child = Child(("/usr/bin/id",), bare_environment(), {}, account)
    (event,) = said(child)
    assert child.exit_code() == 0
    assert event["message"].startswith(f"uid={nobody.pw_uid}(nobody) gid={nobody.pw_gid}(")
    assert "(root)" not in event["message"]


def test_processor_time_ends_one_that_was_given_so_much() -> None:
    child = Child((PYTHON, "-c", "while True: pass"), bare_environment(), {}, None, cpu_seconds=1)
    said(child)
    assert child.exit_code() == -signal.SIGXCPU


def test_what_is_held_goes_on_where_it_was_and_can_be_ended() -> None:
    child = Child((PYTHON, "-c", "input(); print('went on')"), bare_environment(), {}, None)
    child.hold()
    child.go_on()
    (event,) = said(child)
    assert event["message"] == "went on"
    assert child.exit_code() == 0
    held = Child((PYTHON, "-c", "import time; time.sleep(600)"), bare_environment(), {}, None)
    held.hold()
    held.kill()
    said(held)
    assert held.exit_code() == -signal.SIGKILL
    held.hold()
    assert held.cpu_seconds() == 0.0


FORKS = """
import os, time
child = os.fork()
if child == 0:
    time.sleep(600)
print(child, flush=True)
"""
FLOODS = """
import sys
while True:
    sys.stdout.write("x" * 1000 + "\\n")
"""


def is_alive(pid: int) -> bool:
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # Gone before, or while it is read.
        return False
    return "\nState:\tZ" not in told


def test_what_it_has_started_neither_hides_its_end_nor_outlives_it() -> None:
    child = Child((PYTHON, "-c", FORKS), bare_environment(), {}, None)
    (event,) = said(child)
    left = int(event["message"])
    assert child.exit_code() == 0
    wait_until(lambda: not is_alive(left), "the end of what it left")


def test_what_has_left_its_group_and_goes_on_talking_does_not_hide_its_end() -> None:
    program = "import os\nif os.fork() == 0:\n    os.setsid()\n" + indent(FLOODS, "    ")
    child = Child((PYTHON, "-c", f"{program}\nprint('bye')"), bare_environment(), {}, None)
    said(child)
    # The one that goes on ends by its next line: nobody reads it any more.
    assert child.exit_code() == 0


def test_one_that_never_falls_silent_is_read_a_piece_at_a_time() -> None:
    child = Child((PYTHON, "-c", FLOODS), bare_environment(), {}, None)
    pieces: list[list[dict]] = []

    def has_said_much() -> bool:
        pieces.append(child.read())
        return sum(map(len, pieces)) > 5_000

    wait_until(has_said_much, "many lines")
    assert max(map(len, pieces)) <= 1_100, "about a megabyte"
    child.kill()
    said(child)
    assert child.exit_code() == -signal.SIGKILL


def test_telling_it_much_does_not_wait_until_it_has_read() -> None:
    child = Child(
        (PYTHON, "-c", "import time; time.sleep(600)"),
        bare_environment(),
        {"config": "ж" * 150_000},
        None,
    )
    assert not child.has_exited
    child.kill()
    said(child)
    assert child.has_exited


def test_nothing_that_is_printed_or_done_is_more_than_a_line_and_a_code() -> None:
    program = "import os; print('[' * 100_000); print('1' * 10_000); os.kill(os.getpid(), 35)"
    child = Child((PYTHON, "-u", "-c", program), bare_environment(), {}, None)
    assert [event["event"] for event in said(child)] == ["log", "log"]
    code = child.exit_code()
    assert how_it_ended(code) == "the process was ended by signal 35"
    assert how_it_ended(-signal.SIGKILL) == "the process was ended by signal SIGKILL"
    assert how_it_ended(3) == "the process ended with exit code 3"
