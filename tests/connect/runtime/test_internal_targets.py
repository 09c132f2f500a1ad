"""Every connector that has a target is led to the operator's network: by names that change, by
redirects, by the environment, by spellings, and by what a server asks of its client.

What stands for the operator's network is 127.0.0.1, where nobody may ever call; 127.0.0.2 is a
stranger's server, which is open to connectors here.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event

import pytest

from connect.connectors.elasticsearch.connector import ElasticsearchSink
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.connectors.http.sink import HttpSink, HttpSinkTask
from connect.connectors.http.source import HttpSource, HttpSourceTask
from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings
from connect.connectors.jdbc.url import parse_url
from connect.connectors.objects.s3 import S3SinkConnector
from connect.connectors.objects.store import s3_store
from connect.connectors.postgresql_cdc.connector import PostgresqlCdcConnector
from connect.connectors.postgresql_cdc.server import Server
from connect.connectors.postgresql_cdc.settings import Settings
from connect.runtime.egress import CheckedEgress
from connect.runtime.egress_policy import EgressPolicy
from connect.runtime.registry_http import HttpSchemaRegistry
from connect.spi.errors import ConfigError, ConnectError, EgressRefused, RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record

# All of 127.0.0.0/8 is this machine there.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs: Linux")

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.2"
POLICY = EgressPolicy.parse([OUTSIDE])
Talk = Callable[[socket.socket], None]


class Listener:
    """Counts who connects and keeps what they say first."""

    def __init__(self, ip: str, port: int, talk: Talk) -> None:
        self._socket = socket.create_server((ip, port))
        self._talk = talk
        self.port = self._socket.getsockname()[1]
        self.said: list[bytes] = []
        """What each said before ``talk``; as many as have connected."""
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                self.said.append(b"")
                with client, suppress(OSError):
                    client.settimeout(5)
                    self._talk(client)


def heard(client: socket.socket) -> bytes:
    return client.recv(65_536)


def hang_up(client: socket.socket) -> None:
    """Whatever was to be asked."""


class World:
    """``inside`` and ``outside`` listen at the same port."""

    def __init__(self, talk: Talk) -> None:
        self.first: list[bytes] = []

        def outside(client: socket.socket) -> None:
            if talk is not hang_up:
                self.first.append(heard(client))
            talk(client)

        self.inside = Listener(INSIDE, 0, hang_up)
        self.outside = Listener(OUTSIDE, self.inside.port, outside)
        self.port = self.inside.port

    def close(self) -> None:
        self.outside.close()
        self.inside.close()


@contextmanager
def world(talk: Talk = hang_up) -> Iterator[World]:
    with closing(World(talk)) as made:
        yield made


class Names:
    """Every name has these addresses, one at each look-up, and the last for good."""

    def __init__(self, *ips: str) -> None:
        self._ips = list(ips)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        return [self._ips.pop(0) if len(self._ips) > 1 else self._ips[0]]


# --- the connectors ------------------------------------------------------------------------------

Way = Callable[[str, int, CheckedEgress], None]
"""Reaches for ``host:port`` as a task does."""


def http_source(host: str, port: int, egress: CheckedEgress, **settings: str) -> None:
    told = {"http.url": f"http://{host}:{port}/", "topic": "t", **settings}
    task = HttpSourceTask()
    connector = HttpSource(HttpSource.config.parse(told))
    _look(connector.targets(), egress)
    task.start(connector.configured, FakeSourceContext(egress=egress))
    with closing(_Stopping(task)):
        task.poll()


def oauth2(host: str, port: int, egress: CheckedEgress) -> None:
    token = {"auth.token.url": f"http://{host}:{port}/token"}
    client = {"auth.type": "oauth2", "auth.client.id": "i", "auth.client.secret": "s"}
    http_source(host, port, egress, **token, **client)


def http_sink(host: str, port: int, egress: CheckedEgress) -> None:
    told = {"http.url": f"http://{host}:{port}/", "retry.backoff.ms": "1", "max.retries": "0"}
    connector, task = HttpSink(HttpSink.config.parse(told)), HttpSinkTask()
    _look(connector.targets(), egress)
    task.start(connector.configured, FakeSinkContext(egress=egress, tolerates=False))
    with closing(_Stopping(task)):
        task.put([sink_record({"a": 1})])


def elasticsearch(host: str, port: int, egress: CheckedEgress) -> None:
    told = {"connection.url": f"http://{host}:{port}", "linger.ms": "0", "max.retries": "0",
            "retry.backoff.ms": "1"}  # fmt: skip
    connector, task = (
        ElasticsearchSink(ElasticsearchSink.config.parse(told)),
        ElasticsearchSinkTask(),
    )
    _look(connector.targets(), egress)
    task.start(connector.configured, FakeSinkContext(egress=egress, tolerates=False))
    with closing(_Stopping(task)):
        task.put([sink_record({"a": 1}, key="k")])
        task.flush({TopicPartition("t", 0): 1})


def _s3(host: str, port: int, egress: CheckedEgress):
    told = {
        "s3.bucket.name": "bucket", "store.url": f"http://{host}:{port}", "flush.size": "1",
        "aws.access.key.id": "k", "aws.secret.access.key": "s",
    }  # fmt: skip
    connector = S3SinkConnector(S3SinkConnector.config.parse(told))
    _look(connector.targets(), egress)
    stopping = Event()
    stopping.set()
    return s3_store(connector.configured, egress, stopping)


def s3_list(host: str, port: int, egress: CheckedEgress) -> None:
    with closing(_s3(host, port, egress)) as store:
        list(store.objects("a"))


def s3_create(host: str, port: int, egress: CheckedEgress) -> None:
    with closing(_s3(host, port, egress)) as store, TemporaryFile() as file:
        file.write(b"a")
        file.flush()
        store.create("a/b", file, 1, 0, lambda: None)


def _database(scheme: str) -> Way:
    def way(host: str, port: int, egress: CheckedEgress) -> None:
        told = {"connection.url": f"{scheme}://{host}:{port}/d", "connection.attempts": "1"}
        login = {"connection.user": "u", "connection.password": "p"}
        settings = ConnectionSettings.of(CONNECTION.parse({**told, **login}))
        _look(settings.targets, egress)
        with closing(Database(settings, egress, Event(), read_only=True)) as database:
            database.connected()

    return way


def cdc(host: str, port: int, egress: CheckedEgress, database: str = "d", user: str = "u") -> None:
    told = {
        "database.hostname": host, "database.port": str(port), "database.user": user,
        "database.password": "p", "database.dbname": database, "topic.prefix": "t",
        "slot.name": "s",
    }  # fmt: skip
    connector = PostgresqlCdcConnector(PostgresqlCdcConnector.config.parse(told))
    _look(connector.targets(), egress)
    with closing(Server(Settings.of(connector.configured), egress).connect_for_replication()):
        pass


def registry(host: str, port: int, egress: CheckedEgress) -> None:
    with closing(HttpSchemaRegistry(f"http://{host}:{port}", egress.http_transport())) as found:
        found.by_id(1)


class _Stopping:
    def __init__(self, task) -> None:
        self.close = task.stop


def _look(targets, egress: CheckedEgress) -> None:
    """As ``connect.task.configure`` does before a connector runs."""
    for target in targets:
        egress.resolve(target.host, target.port)


HTTP: dict[str, Way] = {
    "http source": http_source, "oauth2": oauth2, "http sink": http_sink,
    "elasticsearch": elasticsearch, "s3 list": s3_list, "s3 create": s3_create,
    "registry": registry,
}  # fmt: skip
DATABASES: dict[str, Way] = {
    "postgresql": _database("jdbc:postgresql"), "mysql": _database("mysql"),
    "mariadb": _database("jdbc:mariadb"), "cdc": cdc,
}  # fmt: skip
WAYS = HTTP | DATABASES


def ways(of: dict[str, Way]):
    return pytest.mark.parametrize("way", of.values(), ids=of.keys())


def failed(way: Way, host: str, port: int, egress: CheckedEgress) -> ConnectError:
    with pytest.raises(ConnectError) as raised:
        way(host, port, egress)
    return raised.value


# --- names ---------------------------------------------------------------------------------------


@ways(WAYS)
def test_a_connection_goes_where_the_check_looked_and_not_where_the_system_would(way: Way) -> None:
    """``localhost`` is what everybody's own resolver has an answer for."""
    with world() as around:
        failed(way, "localhost", around.port, CheckedEgress(POLICY, Names(OUTSIDE)))
        assert around.outside.said
        assert not around.inside.said


@ways(WAYS)
def test_a_name_that_is_another_address_once_it_was_checked_is_refused(way: Way) -> None:
    with world() as around:
        for looked_up in range(1, 4):
            names = Names(*[OUTSIDE] * looked_up, INSIDE)
            failed(way, "rebinds.example", around.port, CheckedEgress(POLICY, names))
        assert not around.inside.said


@ways(WAYS)
def test_a_name_of_an_address_outside_and_one_inside_is_refused(way: Way) -> None:
    with world() as around:
        egress = CheckedEgress(POLICY, lambda host, port: [OUTSIDE, INSIDE])
        failed(way, "both.example", around.port, egress)
        assert not around.inside.said
        assert not around.outside.said


SPELLINGS = (
    "127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
    "2130706433", "0.0.0.0", "0", "localhost", "localhost.", "LOCALHOST", "127.0.0.1.",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fe80::1%25lo]",
    "169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost", "１２７.0.0.1",
)  # fmt: skip


@ways(WAYS)
@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_address_inside_leads_there(way: Way, host: str) -> None:
    """By the system's own resolver."""
    with world() as around:
        egress = CheckedEgress(EgressPolicy())
        error = failed(way, host, around.port, egress)
        assert isinstance(error, EgressRefused | ConfigError | RetriableError), error
        assert not around.inside.said


# --- servers that send one on --------------------------------------------------------------------


def moved(status: int, port: int) -> Talk:
    def talk(client: socket.socket) -> None:
        place = f"http://{INSIDE}:{port}/"
        client.sendall(
            f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nRefresh: 0; url={place}\r\n"
            f'x-amz-bucket-region: {INSIDE}:{port}\r\nAlt-Svc: h2="{INSIDE}:{port}"\r\n'
            f'Link: <{place}>; rel="next"\r\nContent-Type: application/json\r\n'
            "Content-Length: 2\r\nConnection: close\r\n\r\n[]".encode()
        )

    return talk


@ways(HTTP)
@pytest.mark.parametrize("status", [200, 300, 301, 302, 303, 305, 307, 308, 401, 407, 421])
def test_nobody_is_sent_on(way: Way, status: int) -> None:
    with ExitStack() as stack:
        around: World | None = None

        def talk(client: socket.socket) -> None:
            assert around is not None
            moved(status, around.port)(client)

        around = stack.enter_context(world(talk))
        with suppress(ConnectError):
            way("stranger.example", around.port, CheckedEgress(POLICY, Names(OUTSIDE)))
        assert around.first
        assert not around.inside.said


# --- the environment -----------------------------------------------------------------------------


@ways(WAYS)
def test_nothing_of_the_environment_leads_elsewhere_or_is_sent(
    way: Way, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with world(lambda client: None) as around:
        inside = f"http://{INSIDE}:{around.port}"
        secret = "of-the-environment"
        token = tmp_path / "token"
        token.write_text(secret)
        service, aws = tmp_path / "pg_service.conf", tmp_path / "aws"
        service.write_text(f"[inside]\nhost={INSIDE}\nhostaddr={INSIDE}\nuser={secret}\n")
        aws.write_text(
            f"[default]\naws_access_key_id={secret}\naws_secret_access_key={secret}\n"
            f"endpoint_url={inside}\n"
        )
        my_cnf = tmp_path / ".my.cnf"
        my_cnf.write_text(f"[client]\nhost={INSIDE}\nuser={secret}\n")
        (tmp_path / ".pgpass").write_text(f"*:*:*:*:{secret}\n")
        (tmp_path / ".netrc").write_text(f"default login {secret} password {secret}\n")
        environment = {
            **dict.fromkeys(
                ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                 "ALL_PROXY", "AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
                 "AWS_METADATA_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_PROXY_URL",
                 "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ENDPOINT_URL_STS"), inside,
            ),
            **dict.fromkeys(
                ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_TOKEN",
                 "PGUSER", "PGPASSWORD", "PGDATABASE", "AWS_CONTAINER_AUTHORIZATION_TOKEN"), secret,
            ),
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/",
            "AWS_SHARED_CREDENTIALS_FILE": str(aws), "AWS_CONFIG_FILE": str(aws),
            "AWS_SKIP_SIGNATURE": "true", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
            "PGHOST": INSIDE, "PGHOSTADDR": INSIDE, "PGPORT": str(around.port),
            "PGSERVICE": "inside", "PGSERVICEFILE": str(service),
            "PGPASSFILE": str(tmp_path / ".pgpass"), "MYSQL_HOST": INSIDE,
            "NETRC": str(tmp_path / ".netrc"), "HOME": str(tmp_path),
        }  # fmt: skip
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)

        failed(way, "stranger.example", around.port, CheckedEgress(POLICY, Names(OUTSIDE)))

        assert around.outside.said
        assert not around.inside.said
        assert secret.encode() not in b"".join(around.first)


# --- databases -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a.example,127.0.0.1/d", "postgresql://a.example:1,127.0.0.1:2/d",
        "postgresql://a.example/d?host=127.0.0.1", "postgresql://a.example/d?hostaddr=127.0.0.1",
        "postgresql://a.example/d?port=1", "postgresql://a.example/d?service=inside",
        "postgresql://a.example/d?passfile=/etc/passwd", "postgresql://a.example/d?sslkey=/etc/k",
        "postgresql://a.example/d?sslcert=/etc/k", "postgresql://a.example/d?sslrootcert=/etc/k",
        "postgresql://a.example/d?sslcrl=/etc/k", "postgresql://a.example/d?options=-c%20a%3Db",
        "postgresql://a.example/d?socketFactory=a.B", "postgresql://a.example/d?sslmode=no",
        "postgresql://a.example/d?loggerFile=/tmp/a", "postgresql://a.example/d?krbsrvname=a",
        "postgresql:///d", "postgresql://%2Ftmp/d", "postgresql:///d?host=/tmp",
        "postgresql://@/d", "postgresql://a@b@/tmp/d",
        "mysql://a.example,b.example/d", "mysql://a.example/d?unix_socket=/tmp/a",
        "mysql://(host=127.0.0.1)/d", "mysql://address=(host=127.0.0.1)/d",
        "mysql://a.example/d?allowLoadLocalInfile=true", "mysql://a.example/d?local_infile=1",
        "mysql://a.example/d?read_default_file=/etc/my.cnf", "mysql://a.example/d?socksProxyHost=b",
        "mysql://a.example/d?init_command=SELECT%201", "mysql://a.example/d?ssl_ca=/etc/k",
        "mysql://a.example/d?autoDeserialize=true", "mysql:replication://a.example,127.0.0.1/d",
        "mysql:loadbalance://a.example,127.0.0.1/d", "mysql+srv://a.example/d",
        "mariadb:sequential:a.example,127.0.0.1/d", "mysql+aurora://a.example/d",
        "sqlite:////etc/passwd", "sqlite:///../a", "sqlite:///a?vfs=unix", "sqlite:///:memory:",
        "sqlite:///file:/etc/passwd?mode=ro", "jdbc:h2:mem:a;INIT=RUNSCRIPT FROM 'http://b'",
        "jdbc:derby:a", "jdbc:oracle:thin:@127.0.0.1:1:a", "jdbc:sqlserver://127.0.0.1",
        "postgresql://a.example#@127.0.0.1/d",
        "postgresql://a.example/d#?host=b", "postgresql://a.example/a/b", "duckdb:///a",
    ],
)  # fmt: skip
def test_urls_name_one_host_and_nothing_of_the_machine(url: str) -> None:
    with pytest.raises(ConfigError):
        parse_url(url)


SMUGGLED = (
    f"d host={INSIDE} hostaddr={INSIDE}", f"d' host='{INSIDE}' hostaddr='{INSIDE}",
    f"d\\' host={INSIDE} hostaddr={INSIDE} \\", f"host={INSIDE}", "service=inside",
)  # fmt: skip


def refused_by_postgresql(client: socket.socket) -> None:
    """To SSL first, as a server without it; what is said then is the start of the session."""
    client.sendall(b"N")
    started.append(heard(client))


started: list[bytes] = []


@pytest.mark.parametrize("text", SMUGGLED)
@pytest.mark.parametrize("where", ["database", "user"])
def test_the_names_of_a_database_and_a_user_are_no_parameters(text: str, where: str) -> None:
    started.clear()
    with world(refused_by_postgresql) as around:
        egress = CheckedEgress(POLICY, Names(OUTSIDE))
        with pytest.raises(ConnectError):
            cdc("stranger.example", around.port, egress, **{where: text})
        assert not around.inside.said
    said = started[0].split(b"\0")
    assert said[said.index(where.encode()) + 1] == text.encode()


@pytest.mark.parametrize("method", [2, 7, 9], ids=["Kerberos", "GSSAPI", "SSPI"])
@pytest.mark.parametrize("way", ["postgresql", "cdc"])
def test_a_database_is_logged_in_to_with_nothing_of_the_machine_s(way: str, method: int) -> None:
    """GSSAPI would look for a ticket, and for who issues them in the server's own domain."""
    said: list[bytes] = []

    def talk(client: socket.socket) -> None:
        client.sendall(b"N")
        said.append(heard(client))
        client.sendall(b"R" + (8).to_bytes(4, "big") + method.to_bytes(4, "big"))
        said.append(heard(client))

    with world(talk) as around:
        egress = CheckedEgress(POLICY, Names(OUTSIDE))
        error = failed(DATABASES[way], "kdc.stranger.example", around.port, egress)
    assert "authentication method" in str(error)
    assert said[1:] in ([], [b""])


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


GREETING = packet(
    0,
    b"\x0a8.0.0\0" + b"\1\0\0\0" + b"a" * 8 + b"\0" + (0xF7FF | 0x80).to_bytes(2, "little")
    + b"\x2d" + b"\2\0" + (0x000A).to_bytes(2, "little") + b"\x15" + b"\0" * 10 + b"b" * 12
    + b"\0mysql_native_password\0",
)  # fmt: skip
OK = b"\0\0\0\2\0\0\0"


@pytest.mark.parametrize("when", ["logging in", "asking"])
def test_a_server_that_asks_for_a_file_is_sent_none(tmp_path: Path, when: str) -> None:
    """What ``LOAD DATA LOCAL`` has a client do, though it asked for something else."""
    secret = tmp_path / "secret"
    secret.write_text("of-the-machine")
    wanted = b"\xfb" + str(secret).encode()
    said: list[bytes] = []

    def talk(client: socket.socket) -> None:
        client.sendall(GREETING)
        said.append(heard(client))
        client.sendall(packet(2, wanted if when == "logging in" else OK))
        while asked := heard(client):
            said.append(asked)
            client.sendall(packet(asked[3] + 1, wanted))

    with ExitStack() as stack:
        server = Listener(OUTSIDE, 0, talk)
        stack.callback(server.close)
        failed(
            _database("mysql"), "stranger.example", server.port,
            CheckedEgress(POLICY, Names(OUTSIDE)),
        )  # fmt: skip
    assert said
    assert b"of-the-machine" not in b"".join(said)
