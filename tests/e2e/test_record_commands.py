"""``produce``, ``consume`` and ``perf`` against a running service, as processes of their own."""

import json
import uuid

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.login import Login


@pytest.fixture
def topic(cell):
    """A new topic of the demo tenant with three partitions."""
    name = f"commands-{uuid.uuid4().hex[:8]}"
    created = cell.run("topics", "--create", "--topic", name, "--partitions", "3", "--json")
    assert created.returncode == 0, created.stdout
    return name


def produce(cell, topic, text, *arguments):
    done = cell.run("produce", "--topic", topic, "--json", *arguments, input=text)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def consume(cell, topic, *arguments):
    done = cell.run("consume", "--topic", topic, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read_json(cell, topic, *arguments):
    lines = consume(cell, topic, "--json", *arguments).splitlines()
    return [json.loads(line) for line in lines]


def client(cell):
    status = cell.status
    return Login.of(status, status["demo"]).librdkafka()


def test_lines_go_in_and_come_out(cell, topic):
    told = produce(cell, topic, "a:1\nb:2\nc:3\n", "--header", "origin=JFK")
    assert (told["topic"], told["records"], told["failed"], told["bytes"]) == (topic, 3, 0, 6)
    assert sum(each["last"] - each["first"] + 1 for each in told["offsets"].values()) == 3

    records = read_json(cell, topic, "--from-beginning", "-e")
    assert sorted((record["key"], record["value"]) for record in records) == [
        ("a", "1"), ("b", "2"), ("c", "3"),
    ]  # fmt: skip
    assert all(record["headers"] == [["origin", "JFK"]] for record in records)


def test_keys_reach_the_partition_that_other_clients_use(cell, topic):
    keys = [f"key-{number}" for number in range(50)]
    produce(cell, topic, "".join(f"{key}:x\n" for key in keys))
    ours = {each["key"]: each["partition"] for each in read_json(cell, topic, "-o", "0", "-e")}

    theirs = {}

    def placed(_error, message):
        theirs[message.key().decode()] = message.partition()

    producer = Producer(client(cell) | {"partitioner": "murmur2_random"})
    for key in keys:
        producer.produce(topic, "y", key, on_delivery=placed)
    assert producer.flush(30) == 0
    assert ours == theirs
    assert len(set(ours.values())) == 3


def test_where_reading_starts_and_stops(cell, topic):
    produce(cell, topic, "\n".join(f"{n}" for n in range(10)), "--no-key", "--partition", "1")
    one = ("--partition", "1", "-e")
    assert consume(cell, topic, *one, "-o", "earliest").split() == [str(n) for n in range(10)]
    assert consume(cell, topic, *one, "-o", "-3").split() == ["7", "8", "9"]
    assert consume(cell, topic, *one, "-o", "4", "-n", "2").split() == ["4", "5"]
    assert consume(cell, topic, *one, "-o", "@-1h", "-n", "1").split() == ["0"]
    assert consume(cell, topic, *one, "-o", "@2099-01-01") == ""
    assert consume(cell, topic, "--timeout-ms", "300") == ""
    assert (
        consume(cell, topic, *one, "-o", "-1", "-f", r"%t/%p/%o %v{hex}\n") == f"{topic}/1/9 39\n"
    )


def test_bytes_of_any_kind_reach_a_pipe_as_they_are(cell, topic):
    producer = Producer(client(cell))
    producer.produce(topic, bytes(range(256)), b"\xff", partition=0)
    assert producer.flush(30) == 0
    done = cell.run("consume", "--topic", topic, "-o", "0", "-n", "1", "-f", "%v{hex}")
    assert bytes.fromhex(done.stdout) == bytes(range(256))
    record = read_json(cell, topic, "-o", "0", "-n", "1")[0]
    assert record["key"] == {"base64": "/w=="}


def test_a_bad_line_is_named_and_what_came_before_it_is_kept(cell, topic):
    done = cell.run("produce", "--topic", topic, "--json", input="a:1\nno separator\nb:2\n")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "INVALID_LINE"
    assert "line 2" in error["message"]
    assert [each["key"] for each in read_json(cell, topic, "-o", "0", "-e")] == ["a"]


def test_files_null_markers_and_every_codec(cell, topic, tmp_path):
    for codec in ("gzip", "snappy", "lz4", "zstd"):
        file = tmp_path / codec
        file.write_text(f"{codec}|NULL\n")
        produce(
            cell, topic, None, "--file", str(file), "--key-separator", "|",
            "--null-marker", "NULL", "--compression-codec", codec,
        )  # fmt: skip
    records = read_json(cell, topic, "-o", "0", "-e")
    assert {record["key"] for record in records} == {"gzip", "snappy", "lz4", "zstd"}
    assert {record["value"] for record in records} == {None}


@pytest.mark.parametrize("command", [["produce"], ["consume", "-e"], ["perf", "consume"]])
def test_an_absent_topic_is_a_refusal(cell, command):
    extra = ["--num-records", "1"] if command[0] == "perf" else []
    done = cell.run(*command, "--topic", "there-is-none", *extra, "--json", input="a:1\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "UNKNOWN_TOPIC_OR_PARTITION"


def test_a_partition_that_is_not_there_is_a_usage_error(cell, topic):
    for command in ("produce", "consume"):
        done = cell.run(command, "--topic", topic, "--partition", "3", "--json", input="a:1\n")
        assert done.returncode == 2
        assert "0 to 2" in json.loads(done.stdout)["error"]["message"]


def test_perf_moves_what_it_says(cell, topic):
    produced = cell.run(
        "perf", "produce", "--topic", topic, "--num-records", "2000", "--record-size", "100",
        "--producer-props", "linger.ms=1", "compression.type=lz4", "--json",
    )  # fmt: skip
    assert produced.returncode == 0, produced.stdout + produced.stderr
    told = json.loads(produced.stdout)
    assert (told["records"], told["failed"], told["bytes"]) == (2000, 0, 200_000)
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p99.9"] <= told["latency_ms"]["max"]

    consumer = Consumer(client(cell) | {"group.id": "count"})
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, p), 10)[1] for p in range(3)]
    consumer.close()
    assert sum(ends) == 2000

    consumed = cell.run("perf", "consume", "--topic", topic, "--num-records", "5000", "--json")
    assert json.loads(consumed.stdout)["records"] == 2000
