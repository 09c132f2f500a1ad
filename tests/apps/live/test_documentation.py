"""The examples of docs/live.md run as they are printed, and its tables are the code's."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streaming.cell.setup.console import node_shell
from streaming.cell.setup.environment import Environment
from streaming.live.close_codes import CloseCode

CHECKOUT = Path(__file__).resolve().parents[3]
TEXT = (CHECKOUT / "docs" / "live.md").read_text()
SECONDS = 60


def examples(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def service(edge):
    tenant = edge.tenant()
    with edge.client(tenant.administrator) as client:
        body = {"topic_name": "orders", "partitions_count": 1}
        assert client.post(f"{tenant.path}/topics", json=body).status_code == 201
    key, secret = tenant.service
    return os.environ | {
        "HEADWATER_URL": edge.url.replace("http", "ws"),
        "HEADWATER_TENANT": tenant.name,
        "HEADWATER_API_KEY": key,
        "HEADWATER_API_SECRET": secret,
        "PYTHONPATH": str(CHECKOUT / "clients" / "python"),
    }


def run(command, environment, folder):
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_examples_in_python(service, tmp_path):
    live, group = examples("python")
    assert run([sys.executable, "-c", live], service, tmp_path) == ["ada 250"]
    assert run([sys.executable, "-c", group], service, tmp_path) == ["billed 1", "billed 2"]


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A folder in which ``@headwater/live`` is installed, and how to run a script there."""
    folder = tmp_path_factory.mktemp("node")
    package = folder / "node_modules" / "@headwater" / "live"
    package.mkdir(parents=True)
    source = CHECKOUT / "clients" / "typescript"
    shutil.copy(source / "package.json", package)
    compiler = CHECKOUT / "frontend" / "console" / "node_modules" / ".bin" / "tsc"
    shell = node_shell(Environment.of(CHECKOUT))
    built = [compiler, "--project", source, "--outDir", package / "dist"]
    subprocess.run(built, check=True, env=shell, timeout=SECONDS)
    program = shutil.which("node", path=shell["PATH"])
    # Browsers' WebSocket came behind a flag first; newer releases know it still.
    return folder, [program, "--experimental-websocket", "example.mjs"], shell


def test_the_example_in_typescript(service, node):
    folder, command, shell = node
    (example,) = examples("js")
    (folder / "example.mjs").write_text(example)
    assert run(command, {**shell, **service}, folder) == ["ada 250 1", "written 2"]


def test_the_message_that_is_printed_is_one(edge):
    tenant = edge.tenant()
    (message,) = examples("json")
    with edge.socket("/ws/v1/stream", tenant.service) as ws:
        ws.send(message)
        answer = json.loads(ws.recv(timeout=SECONDS))
        assert (answer["id"], answer["code"]) == ("a", 4404)


def test_every_close_code_is_published():
    told = {int(code) for code in re.findall(r"^\| (?:1001, 1012|(\d{4})) \|", TEXT, re.M) if code}
    assert told == {int(code) for code in CloseCode} - {1001}
