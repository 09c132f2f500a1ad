"""Whoever can write to Redis can put a worker to work of its own queues, and do no more.

What is no task is read, dropped, and the worker goes on. A real worker and a real Valkey; brokers
run in such workers.
"""

import base64
import json
import os
import pickle
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import redis
from django.conf import settings

from streaming.celery import app
from streaming.cell.program import CHECKOUT

PREFIX = app.conf.broker_transport_options["global_keyprefix"]
QUEUE = "forged-tasks"
SECONDS = 60
JOB = "brokers.tasks.run_storage_job"


@pytest.fixture(scope="module")
def store(stores):
    with redis.Redis.from_url(settings.HEADWATER.redis_url) as client:
        yield client


class Worker:
    def __init__(self, log):
        self._log = log
        self._jobs = 0

    def works(self, process):
        """Whether it does a task that is asked for now; it says so in its log."""
        self._jobs += 1
        name = f"job-{self._jobs}."
        app.send_task(JOB, args=(0, name), queue=QUEUE)
        self.until(f"there is no broker 0 for the storage job {name}", process)

    def until(self, said, process):
        deadline = time.monotonic() + SECONDS
        while said not in self._log.read_text():
            assert process.poll() is None, f"the worker ended:\n{self._log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"{said!r}: {self._log.read_text()[-3000:]}"
            time.sleep(0.05)


@contextmanager
def running(folder):
    log = folder / "worker.log"
    arguments = ["--queues", QUEUE, "--pool", "threads", "--concurrency", "1", "-l", "INFO"]
    quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "streaming", "worker", *arguments, *quiet],
            cwd=CHECKOUT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "streaming.settings"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Worker(log), process
    finally:
        process.kill()
        process.wait()


def envelope(number=0, *, headers=None, body=b"[[], {}, {}]", kind="application/json", **changed):
    """A message as Kombu writes it to a list of Redis."""
    properties = {
        "delivery_tag": f"forged-{number}", "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": QUEUE},
    }  # fmt: skip
    message = {
        "body": base64.b64encode(body).decode(), "content-encoding": "utf-8",
        "content-type": kind, "properties": properties,
        "headers": {"task": JOB, "id": f"forged-{number}"} if headers is None else headers,
    }  # fmt: skip
    return json.dumps(message | changed).encode()


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self._path = str(path)

    def __reduce__(self):
        return open, (self._path, "w")


def forged(made):
    """What no sender sends; ``made`` is the file that a pickle would make."""
    numbers = iter(range(1000))
    yield from (b"no json", b"\xff\xfe", b"[]", b"1", b"null", b"{}", b'{"properties": 1}')
    yield envelope(properties={"delivery_tag": []})
    yield envelope(properties=None)
    yield envelope(body=b"", properties={"delivery_tag": "x", "body_encoding": "rot13"})
    for each in (None, [], {"task": ["unhashable"]}, {"task": None}, {"task": "nothing.of.ours"}):
        yield envelope(next(numbers), headers=each)
    # Each would keep one of the few places that there are for tasks that are worked on.
    for _ in range(8):
        yield envelope(next(numbers), headers={"task": ["unhashable"]})
    for more in ({"eta": "never"}, {"expires": []}, {"timelimit": 7}, {"retries": "x"}):
        yield envelope(next(numbers), headers={"task": JOB, "id": "x", **more})
    for kind in ("application/x-python-serialize", "pickle", "application/x-yaml"):
        yield envelope(next(numbers), body=pickle.dumps(Touch(made)), kind=kind)
    yield envelope(next(numbers), body=b"no arguments")
    yield envelope(next(numbers), body=b"[[1, 2, 3, 4], {}, {}]")


def test_a_worker_outlives_whatever_is_put_on_its_queue(store, tmp_path):
    made = tmp_path / "made-by-a-pickle"
    with running(tmp_path) as (worker, process):
        worker.works(process)
        for each in forged(made):
            store.lpush(f"{PREFIX}{QUEUE}", each)
        worker.works(process)
        assert not made.exists(), "a pickle was opened"


def test_a_worker_takes_no_orders_to_end(store, tmp_path):
    with running(tmp_path) as (worker, process):
        worker.works(process)
        app.control.broadcast("shutdown")
        worker.works(process)


def test_a_queue_that_is_no_list_is_waited_for(store, tmp_path):
    with running(tmp_path) as (worker, process):
        worker.works(process)
        store.set(f"{PREFIX}{QUEUE}", "no list")
        worker.until("Trying to re-establish the connection", process)
        store.delete(f"{PREFIX}{QUEUE}")
        worker.works(process)
