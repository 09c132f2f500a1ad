"""A Celery worker that runs connectors: a real process, with Redis away all the time."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from django.conf import settings

from connect.models import ConnectWorker
from connect.selectors.connectors import connector_status
from connect.services.create_connector import create_connector
from connect.states import State
from streaming.cell.program import CHECKOUT
from streaming.cell.programs import connect_command
from tenants.services.create_tenant import create_tenant

PATIENCE_S = 60


@pytest.fixture
def environment(transactional_db, tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    for name in ("instance.json", "secrets.json"):
        (data_dir / name).write_bytes((settings.HEADWATER.data_dir / name).read_bytes())
    return os.environ | {
        "HEADWATER_DATA_DIR": str(data_dir),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "streaming.settings",
    }


@contextmanager
def worker(environment):
    process = subprocess.Popen(
        connect_command(1),
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(reached):
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def test_a_worker_hears_of_a_connector_runs_its_process_and_leaves_in_order(environment):
    acme = create_tenant(name="acme", by="test")
    with worker(environment) as process:
        until(lambda: ConnectWorker.objects.filter(name="connect-1", beats__gte=1).exists())
        # The test's plugin is none of the catalogue's, which the process says.
        config = {"connector.class": "ticks"}
        create_connector(tenant_id=acme.id, by="ann", name="clock", config=config)
        until(lambda: connector_status(acme.id, "clock").state == State.FAILED)
        status = connector_status(acme.id, "clock")
        assert status.worker_id == "connect-1"
        assert "ticks" in status.trace
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert ConnectWorker.objects.get().stopped
