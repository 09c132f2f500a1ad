"""A whole topic over REST: pages both ways, filters, long polls, whole records, batches."""

import base64
import json
import threading

import pytest

from brokers.kernel.limits import DECOMPRESSED_BYTES_MAX
from tests.apps.rest.bombs import gzip_bomb, produce_batch_bytes


def produce(client, topic, bodies):
    response = client.post(
        f"{topic}/records",
        content="\n".join(json.dumps(body) for body in bodies),
        headers={"Content-Type": "application/json"},
    )
    reports = [json.loads(line) for line in response.text.splitlines()]
    assert [report["error_code"] for report in reports] == [200] * len(bodies), response.text
    return reports


def numbered(count):
    """Records over three partitions with rising timestamps, their number in the value."""
    return [
        {
            "partition_id": n % 3,
            "value": {"type": "JSON", "data": {"n": n}},
            "timestamp": 1_000_000 + n,
        }
        for n in range(count)
    ]


def read(client, topic, status=200, **query):
    response = client.get(f"{topic}/records", params=query)
    assert response.status_code == status, response.text
    return response.json()


def numbers(page):
    return [each["value"]["data"]["n"] for each in page["data"]]


def test_a_topic_is_read_in_the_order_of_its_timestamps_page_by_page(client, topic):
    produce(client, topic, numbered(25))
    page = read(client, topic, max_records=10)
    assert numbers(page) == list(range(10))
    assert not page["at_end"]
    second = read(client, topic, max_records=10, cursor=page["next_cursor"])
    assert numbers(second) == list(range(10, 20))
    last = read(client, topic, max_records=10, cursor=second["next_cursor"], timeout_ms=0)
    assert (numbers(last), last["at_end"]) == (list(range(20, 25)), True)
    assert last["progress"] == {"scanned_records": 5, "scanned_bytes": 5 * 8, "matched": 5}
    assert {each["high_watermark"] for each in last["partitions"]} == {8, 9}
    back = read(client, topic, max_records=10, cursor=second["previous_cursor"],
                direction="backward")  # fmt: skip
    assert numbers(back) == list(range(9, -1, -1))
    assert back["at_end"]


def test_backward_begins_with_the_newest(client, topic):
    produce(client, topic, numbered(25))
    page = read(client, topic, direction="backward", max_records=10)
    assert numbers(page) == list(range(24, 14, -1))
    older = read(client, topic, direction="backward", max_records=100, cursor=page["next_cursor"])
    assert (numbers(older), older["at_end"]) == (list(range(14, -1, -1)), True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "timestamp:1000007"}, [7, 8, 9, 10, 11]),
        ({"from": "timestamp:1000007", "direction": "backward"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"from": "offset:2", "partitions": "1"}, [7, 10]),
        ({"from": "offset:2", "partitions": "1", "direction": "backward"}, [7, 4, 1]),
        ({"partitions": "0,2"}, [0, 2, 3, 5, 6, 8, 9, 11]),
        ({"from": "latest", "timeout_ms": 0}, []),
        ({"from": "offset:99", "timeout_ms": 0}, []),
        ({"max_bytes": 1}, [0]),
    ],
)
def test_where_to_begin(client, topic, query, expected):
    produce(client, topic, numbered(12))
    assert numbers(read(client, topic, **query)) == expected


def test_a_filter_tells_how_far_it_has_looked(client, topic):
    produce(client, topic, numbered(60))
    page = read(client, topic, filter="value.n % 20 == 0", max_records=2)
    assert numbers(page) == [0, 20]
    rest = read(client, topic, filter="value.n % 20 == 0", cursor=page["next_cursor"], timeout_ms=0)
    assert (numbers(rest), rest["at_end"]) == ([40], True)
    scanned = page["progress"]["scanned_records"] + rest["progress"]["scanned_records"]
    assert scanned == 60
    odd = read(client, topic, filter="value.absent == 1", timeout_ms=0)
    assert (odd["data"], odd["progress"]["filter_failures"]) == ([], 60)
    assert odd["progress"]["filter_failure"]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"filter": "value.n =="}, 400, "line 1"),
        ({"filter": "x" * 5000}, 400, "4096"),
        ({"from": "soon"}, 400, "earliest"),
        ({"from": "offset:-1"}, 400, "whole number"),
        ({"cursor": "v1.0-x"}, 400, "next_cursor"),
        ({"cursor": "v1.0-1", "from": "latest"}, 400, "not both"),
        ({"direction": "up"}, 400, "backward"),
        ({"partitions": "9"}, 404, "no partition 9"),
        ({"partitions": "a"}, 400, "partitions"),
        ({"nonsense": "1"}, 400, "nonsense"),
        ({"max_records": "0"}, 400, "max_records"),
    ],
)
def test_bad_queries_are_told_what_is_wrong(client, topic, query, status, told):
    assert told in read(client, topic, status, **query)["message"]


def test_a_long_poll_of_a_whole_topic_ends_with_the_first_record(edge, client, tenant, topic):
    found = []

    def poll():
        with edge.client(tenant.service) as other:
            found.append(read(other, topic, timeout_ms=20_000))

    thread = threading.Thread(target=poll)
    thread.start()
    produce(client, topic, numbered(1))
    thread.join(60)
    assert numbers(found[0]) == [0]


def test_a_long_value_is_cut_and_there_as_a_whole(client, topic):
    long = {"partition_id": 2, "value": {"type": "STRING", "data": "x" * 100_000}}
    produce(client, topic, [long])
    (record,) = read(client, topic, max_value_bytes=1000)["data"]
    value = record["value"]
    assert (value["truncated"], value["size"], len(value["data"])) == (True, 100_000, 1000)
    whole = client.get(value["href"])
    assert whole.json()["value"] == {"type": "STRING", "data": "x" * 100_000}
    beyond = client.get(f"{topic}/partitions/2/records/5")
    assert (beyond.status_code, beyond.json()["error_code"]) == (400, 40002)


def test_a_record_is_there_byte_for_byte(client, topic):
    written = '{"price":4.50,"price":1.0,"id":0.1234567890123456789}'
    body = f'{{"partition_id":0,"value":{{"type":"JSON","data":{written}}}}}'
    headers = {"Content-Type": "application/json"}
    offset = client.post(f"{topic}/records", content=body, headers=headers).json()["offset"]
    url = f"{topic}/partitions/0/records/{offset}"
    record = client.get(url, params={"format": "base64"}).json()
    assert record["key"] is None
    assert record["value"]["type"] == "BINARY"
    assert base64.b64decode(record["value"]["data"]) == written.encode()
    assert record["size"] == len(written)
    assert client.get(url, params={"format": "auto"}).text == client.get(url).text
    for query in ({"format": "hex"}, {"encoding": "base64"}):
        refused = client.get(url, params=query)
        assert (refused.status_code, refused.json()["error_code"]) == (400, 40002), refused.text


async def test_a_bomb_is_named_in_a_page_of_either_direction(client, tenant, topic):
    await produce_batch_bytes(tenant, topic.rsplit("/", 1)[1], gzip_bomb())
    produce(client, topic, [{"partition_id": 0, "value": {"type": "JSON", "data": {"n": 1}}}])
    for query in ({}, {"direction": "backward"}):
        page = read(client, topic, **query)
        assert numbers(page) == [1]
        (unreadable,) = page["unreadable"]
        assert (unreadable["partition_id"], unreadable["offset"]) == (0, 0)
        assert str(DECOMPRESSED_BYTES_MAX) in unreadable["message"]
    one = client.get(f"{topic}/partitions/0/records/0")
    assert (one.status_code, one.json()["error_code"]) == (422, 422)


def batch(client, topic, entries):
    response = client.post(f"{topic}/records:batch", json={"entries": entries})
    return response.status_code, response.json()


def test_a_batch_answers_each_entry_by_its_id(client, topic):
    entries = [
        {"id": "a", "partition_id": 0, "value": {"type": "STRING", "data": "1"}},
        {"id": "b", "partition_id": 7, "value": {"type": "STRING", "data": "2"}},
        {"id": "c", "value": {"type": "BINARY", "data": "?"}},
        {"id": "d", "partition_id": 0, "key": {"type": "STRING", "data": "k"}},
    ]
    status, body = batch(client, topic, entries)
    assert status == 207
    first, second = body["successes"]
    assert first == {
        "id": "a",
        "cluster_id": topic.split("/")[4],
        "topic_name": topic.split("/")[6],
        "partition_id": 0,
        "offset": 0,
        "timestamp": first["timestamp"],
        "key": None,
        "value": {"type": "STRING", "size": 1},
    }
    assert (second["id"], second["offset"]) == ("d", 1)
    failures = [(each["id"], each["error_code"]) for each in body["failures"]]
    assert failures == [("b", 40403), ("c", 400)]


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([], "1 to 1000"),
        ([{"id": str(n)} for n in range(1001)], "1 to 1000"),
        ([{"id": "a"}, {"id": "a"}], "give each its own"),
        ([{"value": None}], "id"),
        ([{"id": 1}], "id"),
        ([{"id": "x" * 81}], "80"),
        ({}, "entries"),
        ([7], "entries[0]"),
    ],
)
def test_a_batch_is_refused_as_a_whole(client, topic, entries, told):
    status, body = batch(client, topic, entries)
    assert (status, body["error_code"]) == (422, 42208)
    assert told in body["message"]
    assert read(client, topic, timeout_ms=0)["data"] == []


def test_a_record_is_read_by_whoever_reads_after_its_answer(client, topic):
    """Also a partition that was not there when the topic was last looked at."""
    for n in range(20):
        (report,) = produce(client, topic, [{"value": {"type": "JSON", "data": {"n": n}}}])
        one = client.get(f"{topic}/partitions/{report['partition_id']}/records/{report['offset']}")
        assert one.json()["value"]["data"] == {"n": n}


def test_filters_are_tried_on_a_record(client):
    def tried(**body):
        response = client.post("/api/v1/filters:test", json=body)
        return response.status_code, response.json()

    record = {
        "partition_id": 1,
        "offset": 7,
        "timestamp": 5,
        "key": {"type": "STRING", "data": "k"},
        "value": {"type": "JSON", "data": {"a": 1}},
        "headers": [{"name": "h", "value": "dg=="}],
    }
    text = "key == 'k' && value.a == 1 && headers['h'] == 'v' && offset == 7 && partition == 1"
    assert tried(filter=text, record=record) == (200, {"matches": True})
    assert tried(filter="offset == 8", record=record) == (200, {"matches": False})
    status, body = tried(filter="value.b == 1", record=record)
    assert (status, body["matches"], bool(body["failure"])) == (200, False, True)
    status, body = tried(filter="offset\n== (", record=record)
    assert (status, body["error_code"]) == (400, 40002)
    assert 0 <= body["position"] <= len("offset\n== (")
    for wrong in ({"filter": "true"}, {"filter": "true", "record": {"key": 1}}, {"nonsense": 1}):
        status, body = tried(**wrong)
        assert (status, body["error_code"]) == (400, 40002)


def test_a_topic_that_is_deleted_takes_no_more_records_and_may_come_back(edge, client, tenant):
    """Also while its partitions are still remembered, and the numbers of its records too."""
    name = edge.topic(tenant)
    path = f"{tenant.path}/topics/{name}"
    record = {"partition_id": 0, "value": {"type": "JSON", "data": {"n": 1}}}
    produce(client, path, [record, record])
    with edge.client(tenant.administrator) as administrator:
        assert administrator.delete(path).status_code == 204
        refused = client.post(f"{path}/records", json=record)
        assert (refused.status_code, refused.json()["error_code"]) == (404, 40403)
        body = {"topic_name": name, "partitions_count": 1}
        assert administrator.post(f"{tenant.path}/topics", json=body).status_code == 201
    (report,) = produce(client, path, [record])
    assert report["offset"] == 0
