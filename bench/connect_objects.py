"""How fast one task of the S3 sink writes, and what memory it takes: the task alone, no Kafka.
Records come by columns, as the loop of a task puts them. It ends when all are in objects.

``python -m bench.connect_objects --format json`` against a SeaweedFS that it starts itself. Prints
one line of JSON.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from connect.connectors.objects.s3 import S3SinkConnector, S3SinkTask
from connect.spi.records import TimestampType, TopicPartition
from connect.spi.runs import RecordRuns, Run
from connect.spi.schema import INT64, STRING, Field, Schema, Type
from tests.connect.harness import FakeSinkContext
from tests.connect.objects.seaweed import KEY, SECRET, seaweed

_SCHEMA = Schema(Type.STRUCT, fields=(Field("n", INT64), Field("text", STRING)))
_BATCH = 2_000
_TEXT = "x" * 1000
_PLACE = TopicPartition("t", 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", default="json")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--flush-size", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, seaweed(Path(folder), "bucket") as url:
        config = {
            "s3.bucket.name": "bucket", "aws.access.key.id": KEY, "aws.secret.access.key": SECRET,
            "store.url": url, "format.class": arguments.format, "topics.dir": "bench",
            "flush.size": str(arguments.flush_size),
        }  # fmt: skip
        print(json.dumps(measured(config, arguments.records)))


def measured(config: dict[str, str], records: int) -> dict[str, float | str]:
    """CPU is the task's process's, obstore's threads and the making of records included; they have
    1 KB."""
    task = S3SinkTask()
    task.start(S3SinkConnector.config.parse(config), FakeSinkContext())
    task.open([_PLACE])
    began, cpu = time.perf_counter(), time.process_time()
    for start in range(0, records, _BATCH):
        task.put(_batch(range(start, min(start + _BATCH, records))))
    committed = task.flush({_PLACE: records}).get(_PLACE, 0)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {
        "format": config["format.class"],
        "records": records,
        "committed": committed,
        "records_per_second": round(records / wall),
        "cpu_seconds_per_million": round(cpu * 1_000_000 / records, 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _batch(offsets: range) -> RecordRuns:
    values = [{"n": n, "text": _TEXT} for n in offsets]
    nothing, times = [None] * len(offsets), [1_700_000_000_000 + n for n in offsets]
    schemas, kind = [_SCHEMA] * len(offsets), TimestampType.CREATE
    return RecordRuns([Run(_PLACE, offsets, nothing, nothing, schemas, values, times, kind)])


if __name__ == "__main__":
    main()
