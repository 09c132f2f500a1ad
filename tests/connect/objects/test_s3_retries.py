"""What is tried again before a store that fails, and what comes of it: by answers that a test
decides, by connections that it cuts, and by a real server behind a bad line."""

import random
import socket
import struct
import threading
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from select import select
from threading import Event

import pytest

from connect.connectors.objects.s3 import S3SinkConnector, S3SourceConnector
from connect.connectors.objects.s3_creation import ATTEMPTS_MAX, Created, S3Creation
from connect.connectors.objects.s3_signing import Signer
from connect.spi.egress import Address
from connect.spi.errors import ConnectError, EgressRefused, RetriableError
from connect.spi.records import TopicPartition
from tests.connect.harness import FakeSinkContext, FakeSourceContext, OpenEgress, sink_record
from tests.connect.hostile_server import hostile, trickling
from tests.connect.http_server import Answer, serving
from tests.connect.objects.raw_store import (
    MADE,
    PATIENCE_S,
    Store,
    create,
    created,
    creation,
    head,
    read,
)
from tests.connect.objects.seaweed import KEY, SECRET, seaweed

BUCKET = "faults"
P0 = TopicPartition("t", 0)


def told(status, code="", **headers):
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class Waits(Event):
    """Tells for how long it was waited for, and is set after as many waits."""

    def __init__(self, most=100):
        super().__init__()
        self.seconds, self.most = [], most

    def wait(self, timeout=None):
        self.seconds.append(timeout)
        return len(self.seconds) > self.most


@contextmanager
def answering(*answers):
    """A store that gives these answers, the last of them for ever."""
    left = list(answers)
    with serving(lambda asked: left.pop(0) if len(left) > 1 else left[0]) as server:
        yield server


@pytest.mark.parametrize(
    ("status", "code"),
    [(503, "SlowDown"), (500, "InternalError"), (502, ""), (504, ""), (429, ""), (408, ""),
     (409, "ConditionalRequestConflict"), (400, "RequestTimeout"), (200, "InternalError")],
)  # fmt: skip
def test_what_may_pass_is_tried_again(status, code):
    with answering(told(status, code), told(200)) as server, closing(creation(server)) as by:
        assert create(by, b"data") is True
    assert [asked.body for asked in server.asked] == [b"data", b"data"]
    assert {asked.headers["if-none-match"] for asked in server.asked} == {"*"}


def test_it_is_not_tried_for_ever():
    with (
        answering(told(503, "SlowDown")) as server,
        closing(creation(server)) as by,
        pytest.raises(RetriableError, match=r"could not do it for 'a/b\.json': 503 SlowDown"),
    ):
        create(by, b"data")
    assert len(server.asked) == ATTEMPTS_MAX


def test_a_request_after_another_leaves_doubt():
    """Whatever the store said to that one, or did not: it may have begun with it."""
    lost = told(200, "InternalError")
    with (
        answering(told(200), lost, told(200), told(200)) as server,
        closing(creation(server)) as by,
    ):
        made = [created(by, b"data") for _ in range(3)]
    assert made == [Created.SURELY, Created.IN_DOUBT, Created.SURELY]
    assert len(server.asked) == 4


def test_a_connection_that_turns_out_to_be_none_leaves_doubt(store, beside):
    """All of an object was sent by it, and another request is made."""
    with closing(creation(store)) as by:
        made = beside.submit(created, by, b"one")
        end = store.accepted()
        head(end), read(end, 3)
        end.sendall(MADE)
        assert made.result(PATIENCE_S) is Created.SURELY
        made = beside.submit(created, by, b"two")
        head(end)
        assert read(end, 3) == b"two"
        reset(end)
        with store.accepted() as end:
            head(end), read(end, 3)
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is Created.IN_DOUBT


def test_an_answer_in_drops_is_given_up(monkeypatch):
    """Though the store is never silent for long."""
    monkeypatch.setattr("connect.connectors.objects.s3_creation.ANSWER_S", 0.3)
    with (
        hostile(lambda: trickling(b"HTTP/1.1 20")) as server,
        closing(creation(server, stopping=Waits(most=1))) as by,
        pytest.raises(RetriableError, match="could not do it"),
    ):
        create(by, b"data")


def test_a_stop_is_not_waited_out():
    stopping = Waits(most=1)
    with (
        answering(told(503, "SlowDown")) as server,
        closing(creation(server, stopping=stopping)) as by,
        pytest.raises(RetriableError, match="SlowDown"),
    ):
        create(by, b"data")
    assert len(server.asked) == 2


def test_the_store_s_own_time_is_kept_to():
    waits = Waits()
    with (
        answering(told(503, "SlowDown", retry_after="7"), told(200)) as server,
        closing(creation(server, stopping=waits)) as by,
    ):
        assert create(by, b"data") is True
    assert waits.seconds == [7.0]
    # Longer than a client may hold up its task.
    with (
        answering(told(503, "SlowDown", retry_after="300")) as server,
        closing(creation(server)) as by,
        pytest.raises(RetriableError, match="SlowDown"),
    ):
        create(by, b"data")
    assert len(server.asked) == 1


def test_pauses_are_jittered_and_grow(monkeypatch):
    waits = Waits()
    monkeypatch.setattr(random, "random", lambda: 0.5)
    with (
        answering(told(500)) as server,
        closing(creation(server, stopping=waits)) as by,
        pytest.raises(RetriableError),
    ):
        create(by, b"data")
    assert waits.seconds == [0.0005, 0.001, 0.002, 0.004]


def test_a_clock_that_is_wrong_is_set_by_the_store_s():
    its_time = datetime.now(UTC) + timedelta(hours=2)
    skewed = told(403, "RequestTimeTooSkewed", date=format_datetime(its_time, usegmt=True))
    with answering(skewed, told(200)) as server, closing(creation(server)) as by:
        assert create(by, b"one") is True
        assert create(by, b"two") is True
    dates = [asked.headers["x-amz-date"] for asked in server.asked]
    times = [datetime.strptime(each, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for each in dates]
    assert times[0] < its_time - timedelta(minutes=90)
    assert all(abs(each - its_time) < timedelta(minutes=10) for each in times[1:])
    assert len(times) == 3, "it is remembered"


def test_a_clock_that_the_store_will_not_have_is_no_matter_of_time():
    with (
        answering(told(403, "RequestTimeTooSkewed")) as server,
        closing(creation(server)) as by,
        pytest.raises(ConnectError, match="RequestTimeTooSkewed") as raised,
    ):
        create(by, b"data")
    assert not isinstance(raised.value, RetriableError)
    assert len(server.asked) == ATTEMPTS_MAX


def test_temporary_credentials_have_a_token_which_is_signed():
    signer = Signer("key", "secret", "nowhere", "the-token")
    assert "the-token" not in repr(signer)
    with answering(told(200)) as server, closing(creation(server, signer=signer)) as by:
        assert create(by, b"data") is True
    (asked,) = server.asked
    assert asked.headers["x-amz-security-token"] == "the-token"
    assert ";x-amz-security-token," in asked.headers["authorization"]


# Connections that end.


def reset(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


@pytest.mark.parametrize("end_it", [socket.socket.close, reset])
def test_an_answer_that_is_lost_is_asked_for_again(store, beside, end_it):
    with closing(creation(store)) as by:
        made = beside.submit(create, by, b"data")
        end = store.accepted()
        head(end), read(end, 4)
        end_it(end)
        with store.accepted() as end:
            head(end)
            assert read(end, 4) == b"data"
            end.sendall(b"HTTP/1.1 412 P\r\nContent-Length: 0\r\n\r\n")
            assert made.result(PATIENCE_S) is False, "the caller looks whether it is the same"


@pytest.mark.parametrize("is_there", [False, True])
def test_a_store_that_hangs_up_midway_is_asked_whether_it_has_one(store, beside, is_there):
    looked = []
    more = {"is_there": lambda path: looked.append(path) or is_there}
    turn = Event()
    with closing(creation(store, **more)) as by:
        made = beside.submit(create, by, b"data", turn.wait)
        end = store.accepted()
        head(end), read(end, 3)
        reset(end)
        turn.set()
        if not is_there:
            with store.accepted() as end:
                head(end)
                assert read(end, 4) == b"data"
                end.sendall(MADE)
                assert made.result(PATIENCE_S) is True
        else:
            assert made.result(PATIENCE_S) is False
    assert looked == ["a/b.json"]


# Addresses.


class Several(OpenEgress):
    def __init__(self, *ips):
        self.ips = ips

    def resolve(self, host, port):
        return [Address(ip, port) for ip in self.ips]


def test_each_address_that_was_checked_is_tried(store, beside):
    # Nothing listens at the first.
    egress = Several("127.0.0.2", "127.0.0.1")
    with closing(creation(store, egress=egress)) as by:
        made = beside.submit(create, by, b"data")
        with store.accepted() as end:
            head(end), read(end, 4)
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True


def test_an_address_that_fails_is_not_the_next_attempt_s_first(store, beside):
    other = Store("127.0.0.2", store.port)
    with other.listener, closing(creation(store, egress=Several("127.0.0.2", "127.0.0.1"))) as by:
        made = beside.submit(create, by, b"data")
        other.accepted().close()
        with store.accepted() as end:
            head(end), read(end, 4)
            end.sendall(MADE)
            assert made.result(PATIENCE_S) is True


def test_no_address_is_tried_where_one_is_refused(store):
    class Judging(OpenEgress):
        def resolve(self, host, port):
            raise EgressRefused("one of them is private")

    store.listener.settimeout(0)
    with closing(creation(store, egress=Judging())) as by, pytest.raises(EgressRefused):
        create(by, b"data")
    with pytest.raises(BlockingIOError):
        store.listener.accept()


# A real server behind a bad line.


class BadLine:
    """Passes connections on to a store; of those that bring an object, ``plan`` says which end: "at
    once", after its "head", "midway", once all is "sent" or with the "answer lost"; others go
    on."""

    def __init__(self, port, plan):
        self.to, self.plan, self.cut = port, plan, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client):
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self.to)) as store:
            first = client.recv(65536)
            how = self.plan.pop(0) if first.startswith(b"PUT") and self.plan else ""
            self.cut += [how] if how else []
            if how == "at once":
                return reset(client)
            if how == "head":
                store.sendall(first.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
                return reset(client)
            if how == "midway":
                store.sendall(first[:-1])
                return reset(client)
            store.sendall(first)
            if how == "sent":
                left = length_of(first) - len(first)
                while left > 0 and (piece := client.recv(65536)):
                    store.sendall(piece)
                    left -= len(piece)
                # Nobody is there any more to whom the store could answer.
                reset(store)
                return reset(client)
            if how == "answer lost":
                # In this thread: a connection that another one reads from is not reset by its end.
                while store not in select([client, store], [], [])[0]:
                    store.sendall(client.recv(65536))
                return reset(client)
            threading.Thread(target=pump, args=(client, store), daemon=True).start()
            pump(store, client)


def length_of(request):
    """With its head, all of which is in ``request``."""
    head = request.partition(b"\r\n\r\n")[0].lower()
    return len(head) + 4 + int(head.split(b"content-length: ")[1].split(b"\r\n")[0])


def pump(source, target):
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def test_a_store_makes_no_object_of_a_request_that_ended_with_its_head(tmp_path):
    """SeaweedFS would, but for the content type."""
    with seaweed(tmp_path, BUCKET) as url:
        line = BadLine(int(url.rpartition(":")[2]), ["head"])
        signer = Signer(KEY, SECRET, "us-east-1")
        by = S3Creation(
            f"http://127.0.0.1:{line.port}", BUCKET, signer, OpenEgress(),
            signs_content=True, is_there=lambda path: False, stopping=Waits(most=0),
        )  # fmt: skip
        with closing(by), pytest.raises(RetriableError):
            create(by, b"data")
        with closing(by):
            assert created(by, b"data") is Created.SURELY
        line.listener.close()
        assert line.cut == ["head"]


def test_every_record_is_in_one_object_behind_a_bad_line(tmp_path):
    plan = ["at once", "answer lost", "midway", "sent", "head", "answer lost", "head", "sent"]
    with seaweed(tmp_path, BUCKET) as url:
        line = BadLine(int(url.rpartition(":")[2]), [*plan])
        access = {
            "s3.bucket.name": BUCKET, "aws.access.key.id": KEY, "aws.secret.access.key": SECRET,
        }  # fmt: skip
        config = S3SinkConnector.config.parse({
            **access, "store.url": f"http://127.0.0.1:{line.port}", "flush.size": "5",
        })  # fmt: skip
        task, context = S3SinkConnector(config).task(), FakeSinkContext()
        task.start(config, context)
        task.open([P0])
        task.put([sink_record({"n": n}, offset=n) for n in range(40)])
        assert task.flush({P0: 40}) == {P0: 40}
        task.stop()
        line.listener.close()
        assert sorted(line.cut) == sorted(plan)
        assert context.rewound == {}
        config = S3SourceConnector.config.parse({**access, "store.url": url, "topic": "back"})
        reader = S3SourceConnector(config).task()
        reader.start(config, FakeSourceContext())
        found = []
        while more := reader.poll():
            found += more
        reader.stop()
    assert [record.value["n"] for record in found] == [*range(40)]
