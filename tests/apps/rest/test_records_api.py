import base64
import contextlib
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

from brokers.kernel.limits import DECOMPRESSED_BYTES_MAX
from brokers.wire.partitioner import partition_of
from streaming.records import clients as clients_module
from tests.apps.edge_service import wait_for
from tests.apps.rest.bombs import gzip_bomb, produce_batch_bytes


def record(value, **fields):
    return {"value": {"type": "STRING", "data": value}, **fields}


def lines(response):
    return [json.loads(line) for line in response.text.splitlines()]


def consume(client, topic, partition=0, **query):
    response = client.get(f"{topic}/partitions/{partition}/records", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_what_is_produced_is_consumed_with_everything_it_had(client, topic):
    produced = client.post(
        f"{topic}/records",
        json={
            "key": {"type": "STRING", "data": "N14228"},
            "value": {"type": "JSON", "data": {"delay": 2, "to": "Zürich"}},
            "headers": [{"name": "carrier", "value": "VUE="}, {"name": "none", "value": None}],
            "timestamp": "2013-01-01T05:00:00.500Z",
        },
    )
    assert produced.status_code == 200, produced.text
    report = produced.json()
    partition = partition_of(b"N14228", 3)
    assert report == {
        "error_code": 200,
        "cluster_id": topic.split("/")[4],
        "topic_name": topic.split("/")[6],
        "partition_id": partition,
        "offset": 0,
        "timestamp": "2013-01-01T05:00:00.500Z",
        "key": {"type": "STRING", "size": 6},
        "value": {"type": "JSON", "size": len('{"delay":2,"to":"Zürich"}'.encode())},
    }
    page = consume(client, topic, partition)
    assert page["data"] == [
        {
            "partition_id": partition,
            "offset": 0,
            "timestamp": 1_357_016_400_500,
            "key": {"type": "STRING", "data": "N14228"},
            "value": {"type": "JSON", "data": {"delay": 2, "to": "Zürich"}},
            "headers": [{"name": "carrier", "value": "VUE="}, {"name": "none", "value": None}],
            "size": 6 + len('{"delay":2,"to":"Zürich"}'.encode()),
        }
    ]
    assert (page["next_offset"], page["high_watermark"], page["log_start_offset"]) == (1, 1, 0)


def test_binary_and_null_values(client, topic):
    raw = bytes(range(256))
    data = {"type": "BINARY", "data": base64.b64encode(raw).decode()}
    for body in ({"partition_id": 0, "value": data}, {"partition_id": 0}):
        assert client.post(f"{topic}/records", json=body).status_code == 200
    first, second = consume(client, topic)["data"]
    assert base64.b64decode(first["value"]["data"]) == raw
    assert (second["key"], second["value"]) == (None, None)


def test_many_objects_are_answered_one_by_one_in_order(client, topic):
    bodies = [record(f"v{n}", partition_id=1) for n in range(300)]
    bodies[7] = {"partition_id": -1}
    response = client.post(
        f"{topic}/records",
        content="\n".join(json.dumps(body) for body in bodies),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 200
    reports = lines(response)
    assert [report["error_code"] for report in reports] == [200] * 7 + [400] + [200] * 292
    assert [report["offset"] for report in reports if "offset" in report] == list(range(299))
    page = consume(client, topic, 1, max_records=1000)
    values = [each["value"]["data"] for each in page["data"]]
    assert values == [f"v{n}" for n in range(300) if n != 7]


def test_a_stream_is_answered_while_it_is_sent(edge, client, tenant, topic):
    """A chunked body, by hand: the first answer arrives before the second record is sent."""
    address = urlsplit(edge.url)
    auth = httpx.BasicAuth(*tenant.service)._auth_header
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        wire.sendall(
            f"POST {topic}/records HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: {auth}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        answers = wire.makefile("rb")
        for number in range(3):
            body = json.dumps(record(f"v{number}", partition_id=2)).encode()
            wire.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n")
            while b'"offset"' not in (line := answers.readline()):
                assert line, "the connection was closed"
            assert json.loads(line)["offset"] == number
        wire.sendall(b"0\r\n\r\n")
        assert b"0\r\n" in answers.readline() + answers.readline()


JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", JSON, 422, 422),
        (b"  \n", JSON, 422, 422),
        (b"nonsense", JSON, 400, 400),
        (b"[]", JSON, 400, 400),
        (b'{"value":', JSON, 400, 400),
        (b'{"value":{"type":"STRING","data":"\xff"}}', JSON, 400, 400),
        (b'{"value":{"type":"BINARY","data":1}}', JSON, 400, 400),
        (b'{"partition_id":3}', JSON, 404, 40403),
        (b"{}", {"Content-Type": "text/plain"}, 415, 415),
        (b"a=1", FORM, 415, 415),
        (b'{"value":{"type":"STRING","data":"' + b"x" * 13_000_000, JSON, 413, 413),
        (
            b'{"value":{"type":"STRING","data":"' + b"x" * 9_000_000 + b'"}}',
            JSON,
            413,
            413,
        ),
        (
            b'{"value":{"type":"STRING","data":"' + b"x" * 2_000_000 + b'"}}',
            JSON,
            413,
            413,
        ),
    ],
)
def test_bad_bodies_get_clear_errors(client, topic, content, headers, status, code):  # noqa: PLR0917
    response = client.post(f"{topic}/records", content=content, headers=headers)
    assert (response.status_code, response.json()["error_code"]) == (status, code), response.text
    assert response.json()["message"]
    assert client.post(f"{topic}/records", json=record("after")).status_code == 200


def test_a_refused_record_does_not_take_others_with_it(client, topic):
    """A record over the topic's limit spends the producer; the records beside it are told so or
    written, and later ones go on."""
    too_large = record("x" * 2_000_000, partition_id=0)
    body = "".join(map(json.dumps, [record("a", partition_id=0), too_large]))
    headers = {"Content-Type": "application/json"}
    first, second = lines(client.post(f"{topic}/records", content=body, headers=headers))
    assert second["error_code"] == 413
    after = client.post(f"{topic}/records", json=record("b", partition_id=0))
    assert after.status_code == 200
    values = [each["value"]["data"] for each in consume(client, topic)["data"]]
    assert values == (["a", "b"] if first["error_code"] == 200 else ["b"])


@pytest.mark.parametrize("name", ["absent", "..", "a" * 250, "a" * 5000, "x%00y", "%F0%9F%98%80"])
def test_topics_that_cannot_be_are_refused_alike_for_both_directions(client, tenant, name):
    path = f"{tenant.path}/topics/{name}"
    # httpx would resolve ".." itself; the server must see it.
    produced = client.build_request("POST", f"{tenant.path}/topics/T/records", json=record("v"))
    produced.url = produced.url.copy_with(
        raw_path=produced.url.raw_path.replace(b"T/records", f"{name}/records".encode())
    )
    response = client.send(produced)
    assert response.status_code in (400, 404), response.text
    if name != "..":
        response = client.get(f"{path}/partitions/0/records")
        assert response.status_code in (400, 404), response.text
        assert client.get(path).status_code == 404


def test_consuming_from_everywhere(client, topic):
    for n in range(5):
        body = record(f"v{n}", partition_id=0, timestamp=1000 + n)
        assert client.post(f"{topic}/records", json=body).status_code == 200

    def offsets(**query):
        return [each["offset"] for each in consume(client, topic, **query)["data"]]

    assert offsets() == offsets(offset="earliest") == [0, 1, 2, 3, 4]
    assert offsets(offset=3) == [3, 4]
    assert offsets(timestamp=1002) == [2, 3, 4]
    assert offsets(offset=1, max_records=2) == [1, 2]
    assert offsets(offset=0, max_bytes=1) == [0]
    end = consume(client, topic, offset="latest", timeout_ms=0)
    assert (end["data"], end["next_offset"]) == ([], 5)
    assert consume(client, topic, offset=5, timeout_ms=0)["next_offset"] == 5


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"offset": 6}, 400),
        ({"offset": "soon"}, 400),
        ({"offset": 1, "timestamp": 1}, 400),
        ({"max_records": 0}, 400),
        ({"nonsense": 1}, 400),
    ],
)
def test_bad_positions_are_refused(client, topic, query, status):
    response = client.get(f"{topic}/partitions/0/records", params=query)
    assert (response.status_code, response.json()["error_code"]) == (status, 40002)


@pytest.mark.parametrize("partition", ["3", "99999999999999999999"])
def test_a_partition_that_is_not_there(client, topic, partition):
    response = client.get(f"{topic}/partitions/{partition}/records")
    assert (response.status_code, response.json()["error_code"]) == (404, 40403)


def test_a_long_poll_ends_with_the_first_record(edge, client, tenant, topic):
    found = []

    def poll():
        with edge.client(tenant.service) as other:
            found.append(consume(other, topic, offset=0, timeout_ms=20_000))

    thread = threading.Thread(target=poll)
    begun = time.monotonic()
    thread.start()
    # Whether the poll has begun cannot be seen from here; before or after, it gets the record.
    assert client.post(f"{topic}/records", json=record("v", partition_id=0)).status_code == 200
    thread.join(60)
    assert [each["value"]["data"] for each in found[0]["data"]] == ["v"]
    assert time.monotonic() - begun < 15


def test_a_long_poll_without_records_ends_empty_in_its_time(client, topic):
    begun = time.monotonic()
    page = consume(client, topic, offset=0, timeout_ms=300)
    assert (page["data"], page["next_offset"]) == ([], 0)
    assert 0.2 < time.monotonic() - begun < 10


async def test_a_decompression_bomb_is_left_out_and_said(edge, client, tenant, topic):
    """A batch that decompresses past the bound is named and can be read past."""
    await produce_batch_bytes(tenant, topic.rsplit("/", 1)[1], gzip_bomb())
    assert client.post(f"{topic}/records", json=record("after", partition_id=0)).status_code == 200
    page = consume(client, topic, offset=0)
    (unreadable,) = page["unreadable"]
    assert (unreadable["offset"], unreadable["next_offset"]) == (0, 1)
    assert str(DECOMPRESSED_BYTES_MAX) in unreadable["message"]
    rest = consume(client, topic, offset=page["next_offset"])["data"] + page["data"]
    assert [each["value"]["data"] for each in rest] == ["after"]


def raw_request(edge, tenant, head):
    """A connection with a request on it, sent by hand."""
    address = urlsplit(edge.url)
    auth = httpx.BasicAuth(*tenant.service)._auth_header
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect((address.hostname, address.port))
    wire.sendall(
        f"{head} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {auth}\r\n"
        "Content-Type: application/json\r\n".encode()
    )
    return wire


def readers_in_use(edge, tenant):
    return edge.web_state(clients_module._by_loop)._readers_by_tenant[tenant.id]


def test_a_client_that_leaves_its_long_poll_frees_what_it_held(edge, tenant, topic):
    with raw_request(edge, tenant, f"GET {topic}/partitions/0/records?timeout_ms=30000") as wire:
        wire.sendall(b"\r\n")
        wait_for(lambda: readers_in_use(edge, tenant) == 1, "the poll has begun")
    wait_for(lambda: readers_in_use(edge, tenant) == 0, "the poll has ended")


def test_a_producer_that_reads_no_answers_is_not_read_either(edge, tenant, topic):
    """What it sends stops being taken long before it fills the service's memory."""
    body = json.dumps(record("", partition_id=0)).encode() * 100
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    sent = 0
    with raw_request(edge, tenant, f"POST {topic}/records") as wire:
        wire.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        wire.settimeout(3)
        with contextlib.suppress(TimeoutError):
            while sent < 100_000_000:
                wire.sendall(chunk)
                sent += len(chunk)
    assert sent < 30_000_000
    with edge.client(tenant.service) as client:
        assert client.post(f"{topic}/records", json=record("after")).status_code == 200


def test_a_producer_that_vanishes_in_the_middle_leaves_whole_records_only(edge, tenant, topic):
    whole = json.dumps(record("whole", partition_id=0)).encode()
    with raw_request(edge, tenant, f"POST {topic}/records") as wire:
        wire.sendall(b"Content-Length: 100000\r\n\r\n" + whole + whole[:20])
        with edge.client(tenant.service) as client:
            page = consume(client, topic, offset=0, timeout_ms=20_000)
            assert [each["value"]["data"] for each in page["data"]] == ["whole"]
    with edge.client(tenant.service) as client:
        assert (
            client.post(f"{topic}/records", json=record("next", partition_id=0)).status_code == 200
        )
        page = consume(client, topic, offset=0)
    assert [each["value"]["data"] for each in page["data"]] == ["whole", "next"]
