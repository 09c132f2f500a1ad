"""``up`` as a person meets it: what it says, what it leaves, and what it survives."""

import json
import os
import signal
import socket
import ssl
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from streaming.cell import up as running
from streaming.cell.account import Account, reachable
from streaming.cell.program import CHECKOUT, PYTHON
from tests.service import STATUS_NAMES, ServiceUnderTest, environment
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One broker behind TLS, in a folder whose name is awkward in every way a path can be."""
    folder = tmp_path_factory.mktemp("up") / ("ein Ordner, mit Leerzeichen & 100 % Ümlaut " * 3)
    folder.mkdir()
    with ServiceUnderTest(folder, "--tls", brokers=1) as running:
        yield running


def up(data_dir, *arguments):
    command = [PYTHON, str(CHECKOUT / "manage.py"), "up", "--data-dir", str(data_dir), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(), timeout=60, check=False
    )


def test_a_service_without_the_demo_has_no_secrets_to_tell(service):
    assert service.status["demo"] is None


def test_clients_that_trust_the_local_authority_are_served_over_tls(service):
    status = service.status
    assert status["security_protocol"] == "SASL_SSL"
    trusting = ssl.create_default_context(cafile=str(service.data_dir / "tls" / "ca.pem"))

    host, port = status["bootstrap_servers"].split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname=host) as encrypted,
    ):
        assert encrypted.version() in {"TLSv1.2", "TLSv1.3"}
    with urlopen(f"{status['http_url']}/login", timeout=30, context=trusting) as page:
        assert page.status == 200


def test_the_doctor_is_content_with_a_service_that_runs(service):
    examined = service.run("doctor", "--json")
    bad = [each for each in json.loads(examined.stdout)["findings"] if not each["good"]]

    assert (examined.returncode, bad) == (0, [])


@pytest.mark.parametrize("name", ["broker-1", "web", "valkey", "postgres"])
def test_what_is_killed_is_started_again_at_once(service, name):
    wait_until(lambda: service.program(name).state == "running", "the start")
    before = service.pid(name)

    os.kill(before, signal.SIGKILL)

    # "At once" is what the log of the supervisor shows: no back-off in between.
    wait_until(lambda: service.pid(name) not in {None, before}, "a restart", 10)
    wait_until(lambda: service.program(name).state == "running", "the start")
    log = (service.data_dir / "logs" / "supervisord.log").read_text()
    assert f"gave up: {name}" not in log


def test_a_folder_in_use_is_refused_in_one_sentence(service):
    second = up(service.data_dir, "--no-demo")

    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"{service.data_dir} is in use by a service that runs already" in second.stderr
    assert service.status["processes"]


def test_a_taken_port_is_refused_in_one_sentence_and_nothing_is_started(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        refused = up(tmp_path / "data", "--no-demo", "--http-port", str(port))

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"Port {port} on 127.0.0.1 is taken by another program. "
        "Stop that program, or choose another port with --http-port."
    ]
    assert not (tmp_path / "data" / "postgres").exists()
    assert not (tmp_path / "data" / "instance.json").exists()


def test_listening_to_others_without_tls_is_refused(tmp_path):
    refused = up(tmp_path / "data", "--host", "0.0.0.0", "--advertised-host", "streams.example")

    assert refused.returncode == 1
    assert "--tls" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_status_without_a_service_is_a_document_and_a_no(tmp_path):
    command = [PYTHON, str(CHECKOUT / "manage.py"), "status", "--data-dir", str(tmp_path)]
    asked = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, env=environment(), check=False
    )

    assert asked.returncode == 1
    status = json.loads(asked.stdout)
    assert set(status) == STATUS_NAMES
    assert (status["processes"], status["brokers"], status["demo"]) == ([], [], None)
    assert status["connect"] is None


def test_a_killed_up_leaves_nothing_running_and_its_folder_free(tmp_path):
    service = ServiceUnderTest(tmp_path, brokers=1)
    service.start()
    identity = json.loads((service.data_dir / "instance.json").read_text())["id"]

    service.kill()  # asserts that everything it started has ended
    assert service.run("status", "--json").returncode == 1

    service.start()
    assert json.loads((service.data_dir / "instance.json").read_text())["id"] == identity
    service.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
@pytest.mark.skipif(
    not (reachable(CHECKOUT / "manage.py") and reachable(Path(PYTHON))),
    reason="needs: a checkout open to others",
)
def test_an_ordinary_user_can_run_it(tmp_path_factory):
    account = Account("nobody", 65534, 65534)
    folder = tmp_path_factory.mktemp("ordinary")
    for each in (folder, folder.parent, folder.parent.parent):
        each.chmod(0o755)
    os.chown(folder, account.uid, account.gid)
    with ServiceUnderTest(folder, brokers=1, user=account.uid, group=account.gid) as service:
        owners = {each.stat().st_uid for each in (service.data_dir / "postgres").iterdir()}
    assert owners == {account.uid}


def test_a_stop_that_falls_into_a_finaliser_is_not_lost():
    class Finalised:
        def __del__(self):
            # Python prints what is raised here, and goes on.
            signal.raise_signal(signal.SIGTERM)

    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with running._stopped_by_signals():
            Finalised()
            with pytest.raises(running.Stopped):
                running._look_for_stop()
    finally:
        running._stop_asked.clear()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
