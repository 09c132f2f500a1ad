"""A task's process that does what its connector's config says: for tests of the worker.

``script`` is one of: run, fail (at once), die (without a word), stubborn (does not stop), chatty,
busy (spins), reaching (for what it may not), misconfigured; unmade, unreachable
and senseless make no tasks.
It speaks the protocol of ``connect.task``, and writes what it was given to ``report``.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def say(**event):
    print(json.dumps(event), flush=True)


def configure(document):
    config = document["config"]
    if config.get("script") == "unmade":
        say(event="failed", message="no such table: orders", trace="Traceback: …")
        sys.exit(1)
    if config.get("script") == "unreachable":
        say(event="refused", what="target", name="10.0.0.1:5432")
        say(event="failed", message="connectors may not connect to it", trace="Traceback: …")
        sys.exit(1)
    if config.get("script") == "senseless":
        say(event="configured", task_configs=[None], writes=[], reads=[])
        return
    count = min(int(config.get("parts", "1")), document["tasks_max"])
    say(event="log", level="INFO", message="looking for tables")
    tasks = [{"part": f"{n} of {count}"} for n in range(count)]
    say(event="configured", task_configs=tasks, writes=["orders", "pre-*"], reads=[])


def spin():
    while True:
        pass


def run(document):
    script = document["config"].get("script", "run")
    with Path(document["config"]["report"]).open("a") as report:
        report.write(json.dumps({**document, "environment": dict(os.environ)}) + "\n")
    if script == "die":
        print("Segmentation fault, as it were")
        os.kill(os.getpid(), signal.SIGKILL)
    if script == "misconfigured":
        say(event="refused", what="config")
        say(event="state", state="FAILED", trace="ConfigError: there is no such table")
        sys.exit(1)
    if script == "fail":
        say(event="log", level="ERROR", message="giving up")
        say(event="state", state="FAILED", trace="Traceback\nValueError: bad offset")
        sys.exit(1)
    if script == "chatty":
        for number in range(1000):
            say(event="log", level="INFO", message=f"line {number}")
    if script == "busy":
        threading.Thread(target=spin, daemon=True).start()
    say(event="state", state=document["initial_state"])
    if script == "reaching":
        for port in (9200, 9200, 9200):
            say(event="refused", what="target", name=f"10.0.0.1:{port}")
        say(event="refused", what="target", name={"by": "whom"})
        say(event="refused", what="login", name="nonsense")
        say(event="refused")
    say(event="topics", topics=["orders"])
    say(event="metrics", records=3, bytes=300, lag=0)
    for line in sys.stdin:
        asked = json.loads(line)["do"]
        if asked == "stop" and script != "stubborn":
            say(event="state", state="STOPPED")
            return
        if asked in {"pause", "resume"}:
            say(event="state", state="PAUSED" if asked == "pause" else "RUNNING")
    while script == "stubborn":
        time.sleep(1)


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    configure(given) if "--configure" in sys.argv else run(given)
