"""A Celery worker that runs connectors: a real process, with Redis away all the time."""

import os
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from connect.cli import rotating
from connect.models import ConnectWorker
from connect.selectors.connectors import connector_status
from connect.services.create_connector import create_connector
from connect.states import State
from streaming.cell.connector_keys import write_ring
from streaming.cell.program import CHECKOUT
from streaming.cell.programs import connect_command
from tenants.errors import Conflict
from tenants.services.create_tenant import create_tenant
from tests.waiting import wait_until

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


def has_beaten():
    return ConnectWorker.objects.filter(name="connect-1", beats__gte=1).exists()


def test_a_worker_hears_of_a_connector_runs_its_process_and_leaves_in_order(environment):
    acme = create_tenant(name="acme", by="test")
    with worker(environment) as process:
        wait_until(has_beaten, "a beat")
        # The test's plugin is none of the catalogue's, which the process says.
        config = {"connector.class": "ticks"}
        create_connector(tenant_id=acme.id, by="ann", name="clock", config=config)
        wait_until(lambda: connector_status(acme.id, "clock").state == State.FAILED, "the failure")
        status = connector_status(acme.id, "clock")
        assert status.worker_id == "connect-1"
        assert "ticks" in status.trace
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert ConnectWorker.objects.get().stopped


def test_a_worker_opens_with_a_key_that_was_made_after_it_began(
    environment, settings, tmp_path, monkeypatch
):
    """And as long as it does not see the key, as it would not in another file, none is used."""
    acme = create_tenant(name="acme", by="test")
    ours = tmp_path / "ours.json"
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=ours)
    with worker(environment):
        wait_until(has_beaten, "a beat")
        with monkeypatch.context() as patched:
            patched.setattr(rotating, "PROCESSES_SECONDS", 0.0)
            with pytest.raises(Conflict, match="connect-1 cannot open"):
                rotating.rotate(by="test")
        its = Path(environment["HEADWATER_DATA_DIR"]) / "secrets.json"
        write_ring(its, settings.HEADWATER.connector_keys())
        monkeypatch.setattr(rotating, "PROCESSES_SECONDS", PATIENCE_S)
        rotating.rotate(by="test")
        config = {"connector.class": "ticks", "pin": "1234"}
        create_connector(tenant_id=acme.id, by="ann", name="clock", config=config)
        wait_until(lambda: connector_status(acme.id, "clock").state == State.FAILED, "the failure")
        # It could read the config, with the pin in it: what it says is about the plugin.
        assert "ticks" in connector_status(acme.id, "clock").trace
