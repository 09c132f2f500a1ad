"""What the Elasticsearch sink reaches: ``python -m bench.micro_search [--records N] [--rounds N]``.

Records of 1 KB a second by one task into a real OpenSearch of one node, with its defaults and no
replicas: by key with versions, then by coordinates into a data stream. Beside it the same
documents in bulk requests of the same size and number at a time, sent by plain threads: what the
node takes at all. The best of all rounds; sender and node share the machine.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import orjson

from connect.connectors.elasticsearch.connector import ElasticsearchSink
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.spi.records import SinkRecord, TopicPartition
from tests.connect.elasticsearch.opensearch_node import VERSION, opensearch
from tests.connect.harness import FakeSinkContext, sink_record

BATCH, IN_FLIGHT = 2_000, 5
"""The sink's defaults."""
PUT = 500
TEXT = " ".join(f"word{n % 97}" for n in range(140))[:960]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ways: dict[str, Callable[[str, list[SinkRecord]], None]] = {
        "sink, by key": lambda url, records: _sink(url, records, {}),
        "sink, data stream": lambda url, records: _sink(
            url, records, {"data.stream.type": "bench"}
        ),
        "plain threads": _plain,
    }
    with tempfile.TemporaryDirectory() as folder, opensearch(Path(folder)) as node:
        best = dict.fromkeys(ways, 0.0)
        for number in range(arguments.rounds):
            for way, write in ways.items():
                records = list(_records(f"r{number}-{way.split()[-1]}", arguments.records))
                _prepare(node.url)
                begun = time.perf_counter()
                write(node.url, records)
                best[way] = max(best[way], len(records) / (time.perf_counter() - begun))
                _empty(node.url, len(records))
    print(f"OpenSearch {VERSION}")
    for way, rate in best.items():
        print(f"{way + ':':<20}{rate:>9,.0f} documents/s")


def _records(topic: str, count: int) -> Iterator[SinkRecord]:
    for n in range(count):
        value = {"n": n, "user": f"user-{n % 1000}", "text": TEXT}
        yield sink_record(value, topic=topic, key=f"key-{n}", offset=n)


def _sink(url: str, records: list[SinkRecord], settings: dict[str, str]) -> None:
    task = ElasticsearchSinkTask()
    config = {"connection.url": url, "max.retries": "100", **settings}
    task.start(ElasticsearchSink.config.parse(config), FakeSinkContext())
    for start in range(0, len(records), PUT):
        task.put(records[start : start + PUT])
    task.flush({TopicPartition(records[0].topic, 0): len(records)})
    task.stop()


def _plain(url: str, records: list[SinkRecord]) -> None:
    """The same documents by key, without a sink's order, buffer and look at each answer."""
    http = httpx.Client(timeout=60)

    def send(part: list[SinkRecord]) -> None:
        body = b"".join(
            orjson.dumps({"index": {"_index": one.topic, "_id": one.key}})
            + b"\n"
            + orjson.dumps(one.value)
            + b"\n"
            for one in part
        )
        headers = {"content-type": "application/x-ndjson"}
        answer = http.post(f"{url}/_bulk?filter_path=errors", content=body, headers=headers)
        assert answer.json() == {"errors": False}

    parts = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
    with http, ThreadPoolExecutor(IN_FLIGHT) as threads:
        list(threads.map(send, parts))


def _prepare(url: str) -> None:
    one = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}
    for name, more in (("plain", {}), ("bench", {"data_stream": {}, "priority": 1})):
        pattern = "bench-*" if more else "r*"
        body = {"index_patterns": [pattern], "template": one, **more}
        httpx.put(f"{url}/_index_template/{name}", json=body).raise_for_status()


def _empty(url: str, expected: int) -> None:
    """Look that all is there, and make room."""
    httpx.post(f"{url}/_refresh", timeout=60).raise_for_status()
    assert httpx.get(f"{url}/_count").json()["count"] == expected
    httpx.delete(f"{url}/_data_stream/bench-*").raise_for_status()
    httpx.delete(f"{url}/r*").raise_for_status()


if __name__ == "__main__":
    main()
