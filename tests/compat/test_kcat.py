"""kcat 1.7 (librdkafka): metadata, produce, consume, offsets by time."""

import json
import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.compat.clients import Login

pytestmark = pytest.mark.skipif(shutil.which("kcat") is None, reason="needs: kcat")


def run(login: Login, *arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [*login.kcat(), *arguments],
        input=stdin, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_metadata_names_the_brokers_and_the_topic(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic = make_topic(partitions=3)
    told = json.loads(run(login, "-L", "-J", "-t", topic))
    assert len(told["brokers"]) == len(login.bootstrap_servers.split(","))
    (found,) = told["topics"]
    assert found["topic"] == topic
    assert [p["partition"] for p in found["partitions"]] == [0, 1, 2]
    leaders = {p["leader"] for p in found["partitions"]}
    assert leaders <= {b["id"] for b in told["brokers"]}


def test_what_is_produced_comes_back_with_key_and_headers(
    login: Login, make_topic: Callable[..., str]
) -> None:
    topic = make_topic(partitions=1)
    run(login, "-P", "-t", topic, "-K:", "-H", "origin=JFK", stdin="N14228:a\nN24211:b\n")
    out = run(login, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%o|%k|%s|%h\n")
    assert out.splitlines() == ["0|N14228|a|origin=JFK", "1|N24211|b|origin=JFK"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_compressed_batches_pass_through(
    login: Login, make_topic: Callable[..., str], codec: str
) -> None:
    topic = make_topic(partitions=1)
    lines = [f"value {n} {'x' * 200}" for n in range(200)]
    run(login, "-P", "-t", topic, "-z", codec, "-X", "linger.ms=100", stdin="\n".join(lines))
    out = run(login, "-C", "-t", topic, "-o", "beginning", "-e", "-q")
    assert out.splitlines() == lines


def test_the_last_n_records(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    run(login, "-P", "-t", topic, stdin="\n".join(str(n) for n in range(10)))
    assert run(login, "-C", "-t", topic, "-o", "-3", "-e", "-q").split() == ["7", "8", "9"]


def test_offset_of_a_timestamp(login: Login, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=1)
    run(login, "-P", "-t", topic, stdin="first\nsecond\n")
    stamps = run(login, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%T\n").split()
    assert run(login, "-Q", "-t", f"{topic}:0:{stamps[0]}").split()[-1] == "0"
    after_all = str(int(stamps[-1]) + 60_000)
    assert run(login, "-Q", "-t", f"{topic}:0:{after_all}").split()[-1] == "-1"


def test_a_wrong_secret_is_told_apart_from_a_dead_broker(login: Login) -> None:
    command = [*login.kcat(), "-X", "sasl.password=wrong", "-L", "-m", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "Authentication" in done.stderr
