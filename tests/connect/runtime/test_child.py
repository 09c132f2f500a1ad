"""What a child's process may do: whom it runs as, and how much."""

import os
import pwd
import signal

import pytest

from connect.worker.child import Child, bare_environment
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
