"""The clients: the examples of docs/live.md run as they are printed, and a cut connection costs
nothing. And the document's tables are the code's."""

import asyncio
import contextlib
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
    live, group, by_hand = examples("python")
    assert run([sys.executable, "-c", live], service, tmp_path) == ["ada 250"]
    assert run([sys.executable, "-c", group], service, tmp_path) == ["billed 1", "billed 2"]
    written = run([sys.executable, "-c", by_hand], service, tmp_path)
    assert written[0] == "0 {'id': 1, 'total': 99}"


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


# --- a connection that is cut ---------------------------------------------------------------------


class Wire:
    """Between a client and the service; ``cut`` ends what is connected."""

    def __init__(self, port):
        self._port = port
        self._writers = []
        self._server = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_exception):
        self._server.close()
        self.cut()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self):
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, far_writer]
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
def live_client(monkeypatch):
    monkeypatch.syspath_prepend(str(CHECKOUT / "clients" / "python"))
    return pytest.importorskip("headwater_live")


@pytest.fixture
def port(edge):
    return int(edge.url.rpartition(":")[2])


async def take(subscription, count):
    """The next ``count`` values."""
    found = []
    async with asyncio.timeout(SECONDS):
        while len(found) < count:
            found.append((await anext(subscription)).value)
    return found


async def test_a_cut_connection_loses_and_repeats_nothing(edge, port, live_client):
    tenant = await asyncio.to_thread(edge.tenant)
    topic = await asyncio.to_thread(edge.topic, tenant)
    key = dict(zip(("api_key", "api_secret"), tenant.service, strict=True))
    async with (
        live_client.connect(f"ws://127.0.0.1:{port}", **key) as writer,
        Wire(port) as wire,
        live_client.connect(wire.url, **key) as live,
        live.subscribe(topic, window=6) as reader,
    ):
        for number in range(6):
            await writer.produce(topic, str(number))
        assert await take(reader, 2) == ["0", "1"]
        wire.cut()
        for number in range(6, 40):
            await writer.produce(topic, str(number))
        assert await take(reader, 38) == [str(number) for number in range(2, 40)]
        assert reader.skipped == 0


async def test_a_member_whose_connection_is_cut_goes_on_behind_its_commit(edge, port, live_client):
    tenant = await asyncio.to_thread(edge.tenant)
    topic = await asyncio.to_thread(edge.topic, tenant)
    key = dict(zip(("api_key", "api_secret"), tenant.service, strict=True))
    async with (
        Wire(port) as wire,
        live_client.connect(wire.url, **key) as live,
        live.subscribe(topic, group="g", start="earliest") as reader,
    ):
        for number in range(4):
            await live.produce(topic, str(number))
        assert await take(reader, 2) == ["0", "1"]
        assert await reader.commit() == {0: 2}
        assert await take(reader, 1) == ["2"]
        wire.cut()
        async with asyncio.timeout(SECONDS):
            while reader.assigned:  # noqa: ASYNC110 (until the client has noticed)
                await asyncio.sleep(0.01)
        assert await take(reader, 2) == ["2", "3"]


async def test_what_the_service_refuses_is_raised(edge, port, live_client):
    tenant = await asyncio.to_thread(edge.tenant)
    key, secret = tenant.service
    with pytest.raises(live_client.Refused) as refused:
        async with live_client.connect(f"ws://127.0.0.1:{port}", api_key=key, api_secret="no"):
            pass
    assert refused.value.code == 4401
    async with live_client.connect(
        f"ws://127.0.0.1:{port}", api_key=key, api_secret=secret
    ) as live:
        with pytest.raises(live_client.LiveError) as absent:
            async with live.subscribe("absent"):
                pass
        assert absent.value.code == 4404
        with pytest.raises(live_client.LiveError):
            await live.produce("absent", "v")
