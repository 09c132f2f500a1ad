"""A Celery worker that is a broker: real processes, with Redis away all the time."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from celery.apps.worker import Worker
from django.conf import settings

from brokers.worker import BrokerStep, node_config
from streaming.cell import ports

CHECKOUT = Path(__file__).resolve().parents[3]
START_SECONDS = 60
CLEAN_SHUTDOWN = ".kafka_cleanshutdown"


@pytest.fixture
def environment(transactional_db, tmp_path):
    """Of a deployment with one broker, on the test run's database and a volume of its own."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    for name in ("instance.json", "secrets.json"):
        (data_dir / name).write_bytes((settings.HEADWATER.data_dir / name).read_bytes())
    return os.environ | {
        "HEADWATER_DATA_DIR": str(data_dir),
        "HEADWATER_KAFKA_PORT": str(ports.free()),
        "HEADWATER_BROKERS": "1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "streaming.settings",
    }


@contextmanager
def worker(environment):
    arguments = ["--broker-id", "1", "--queues", "broker.1", "--pool", "threads", "-l", "INFO"]
    quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "streaming", "worker", *arguments, *quiet],
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


def wait_until_it_serves(environment, process):
    metrics_port = int(environment["HEADWATER_KAFKA_PORT"]) + 200
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "the worker ended instead of serving"
        assert time.monotonic() < deadline, "the broker does not serve"
        try:
            answer = httpx.get(f"http://127.0.0.1:{metrics_port}/health", timeout=5)
            if answer.status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)


def volume(environment):
    return Path(environment["HEADWATER_DATA_DIR"]) / "volumes" / "1"


def assert_stops_in_order(environment, process, how):
    assert not (volume(environment) / CLEAN_SHUTDOWN).exists()
    process.send_signal(how)
    assert process.wait(START_SECONDS) == 0
    assert (volume(environment) / CLEAN_SHUTDOWN).exists()


def test_a_warm_shutdown_stops_the_broker_in_order(environment):
    with worker(environment) as process:
        wait_until_it_serves(environment, process)
        assert_stops_in_order(environment, process, signal.SIGTERM)


def test_a_worker_whose_broker_fails_ends_with_it_and_cold_shutdown_is_in_order_too(environment):
    with worker(environment) as first:
        wait_until_it_serves(environment, first)
        with worker(environment) as second:  # the volume is in use
            assert second.wait(START_SECONDS) == 1
        assert_stops_in_order(environment, first, signal.SIGQUIT)


def test_an_ordinary_worker_has_no_broker():
    step = BrokerStep(Worker, broker_id=None)
    assert not step.include_if(Worker)


def test_a_node_is_told_what_its_deployment_says():
    config = node_config(settings.HEADWATER, 2)
    address = settings.HEADWATER.broker(2)
    assert config.broker_id == 2
    assert (config.external.port, config.internal.port) == (address.port, address.internal_port)
    assert config.metrics_port == address.metrics_port
    assert config.volume == address.volume
    assert config.external.tls is None
    assert config.verifier_pepper == settings.HEADWATER.secrets.verifier_pepper.encode()
