"""The S3 connectors before a real server."""

import json
from threading import Event

import obstore
import pytest
from obstore.store import S3Store

from connect.connectors.objects.s3 import S3SinkConnector, S3SourceConnector
from connect.connectors.objects.store import s3_store, signs_payload
from connect.spi import schema as spi
from connect.spi.errors import ConfigError, ConnectError, EgressRefused, RetriableError
from connect.spi.records import TopicPartition
from connect.spi.schema import Field
from tests.connect.harness import FakeSinkContext, FakeSourceContext, OpenEgress, sink_record
from tests.connect.objects.seaweed import KEY, SECRET, seaweed

SCHEMA = spi.struct(Field("n", spi.INT64), Field("text", spi.OPTIONAL_STRING), name="Row")
P0 = TopicPartition("t", 0)
BUCKET = "flights"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with seaweed(tmp_path_factory.mktemp("weed"), BUCKET) as url:
        yield url


@pytest.fixture(scope="module")
def bucket(url):
    """As the outside sees it."""
    return S3Store(
        BUCKET, endpoint=url, region="us-east-1", access_key_id=KEY, secret_access_key=SECRET,
        virtual_hosted_style_request=False, client_options={"allow_http": True},
    )  # fmt: skip


@pytest.fixture
def access(url, bucket, request):
    return {
        "s3.bucket.name": BUCKET, "store.url": url, "aws.access.key.id": KEY,
        "aws.secret.access.key": SECRET, "topics.dir": request.node.name.replace("[", "/"),
        "prefix": request.node.name.replace("[", "/"),
    }  # fmt: skip


def sink(access, **config):
    told = {name.replace("_", "."): value for name, value in config.items()}
    known = {key.name for key in S3SinkConnector.config}
    parsed = S3SinkConnector.config.parse({
        "flush.size": "100", **{k: v for k, v in access.items() if k in known}, **told,
    })  # fmt: skip
    connector = S3SinkConnector(parsed)
    task, context = connector.task(), FakeSinkContext()
    task.start(parsed, context)
    task.open([P0])
    return task, context


def source(access, offsets=None, **config):
    told = {name.replace("_", "."): value for name, value in config.items()}
    known = {key.name for key in S3SourceConnector.config}
    parsed = S3SourceConnector.config.parse({
        "topic": "back", "poll.interval.ms": "100",
        **{k: v for k, v in access.items() if k in known}, **told,
    })  # fmt: skip
    context = FakeSourceContext()
    if offsets is not None:
        context.offsets = offsets
    task = S3SourceConnector(parsed).task()
    task.start(parsed, context)
    return task, context


def rows(count, first=0):
    return [
        sink_record({"n": n, "text": None if n % 3 == 0 else f"row {n}"}, value_schema=SCHEMA,
                    offset=n)
        for n in range(first, first + count)
    ]  # fmt: skip


def polled(task):
    found = []
    while more := task.poll():
        found += more
    return found


@pytest.mark.parametrize(
    ("name", "compression"),
    [("json", "gzip"), ("csv", "zstd"), ("avro", "snappy"), ("parquet", "zstd"), ("json", "none")],
)
def test_what_the_sink_writes_the_source_reads(access, bucket, name, compression):
    task, context = sink(access, format_class=name, compression_type=compression, flush_size="10")
    task.put(rows(25))
    assert task.flush({P0: 25}) == {P0: 20}
    task.stop()
    assert context.reported == []
    reader, _ = source(access, format_class=name)
    found = polled(reader)
    reader.stop()
    wanted = [record.value for record in rows(20)]
    if name == "csv":
        wanted = [{"n": str(row["n"]), "text": row["text"] or ""} for row in wanted]
    assert [record.value for record in found] == wanted
    if name in ("avro", "parquet"):
        assert {record.value_schema.find("n").schema.type for record in found} == {spi.Type.INT64}


def test_names_say_topic_partition_and_first_offset(access, bucket):
    task, _ = sink(access, flush_size="3")
    task.put(rows(7))
    assert task.flush({P0: 7}) == {P0: 6}
    prefix = access["topics.dir"]
    found = {each["path"] for page in obstore.list(bucket, prefix) for each in page}
    assert found == {f"{prefix}/t/partition=0/t+0+{offset:010d}.json" for offset in (0, 3)}
    data = bytes(obstore.get(bucket, f"{prefix}/t/partition=0/t+0+0000000003.json").bytes())
    assert [json.loads(line)["n"] for line in data.splitlines()] == [3, 4, 5]


def test_an_object_that_is_there_is_never_written_again(access, bucket):
    first, _ = sink(access, flush_size="5")
    first.put(rows(5))
    assert first.flush({P0: 5}) == {P0: 5}
    # Another attempt that closes its files elsewhere: it has committed nothing.
    second, context = sink(access, flush_size="8")
    second.put(rows(8))
    assert second.flush({P0: 8}) == {P0: 0}
    assert context.rewound == {P0: 0}
    second.put(rows(8))
    assert second.flush({P0: 8}) == {P0: 5}
    second.put(rows(5, first=8))
    assert second.flush({P0: 13}) == {P0: 13}
    reader, _ = source(access)
    assert [record.value["n"] for record in polled(reader)] == [*range(13)]


def test_a_large_object_is_created_as_a_small_one_is(access, bucket):
    task, _ = sink(access, flush_size="1200")
    # Text that no compression of the way could hide.
    task.put([sink_record({"n": n, "text": f"{n:x}" * 2500}, offset=n) for n in range(1200)])
    assert task.flush({P0: 1200}) == {P0: 1200}
    (found,) = [each for page in obstore.list(bucket, access["topics.dir"]) for each in page]
    assert found["size"] > 5 * 1024 * 1024
    again, _ = sink(access, flush_size="1200")
    again.put([sink_record({"n": n, "text": f"{n:x}" * 2500}, offset=n) for n in range(1200)])
    assert again.flush({P0: 1200}) == {P0: 1200}


def test_an_object_of_somebody_else_is_not_taken_for_the_sinks(access, bucket):
    name = f"{access['topics.dir']}/t/partition=0/t+0+0000000000.json"
    obstore.put(bucket, name, b"another's")
    task, context = sink(access, flush_size="2")
    task.put(rows(2))
    with pytest.raises(ConnectError, match="does not say which records it has") as raised:
        task.flush({P0: 2})
    assert name in str(raised.value)
    assert not isinstance(raised.value, RetriableError), "nothing that passes by itself"
    assert bytes(obstore.get(bucket, name).bytes()) == b"another's"
    assert context.reported == []


def test_an_object_of_the_same_bytes_is_the_sinks_where_the_store_forgot_to_say_so(access, bucket):
    task, _ = sink(access, flush_size="2")
    task.put(rows(2))
    assert task.flush({P0: 2}) == {P0: 2}
    name = f"{access['topics.dir']}/t/partition=0/t+0+0000000000.json"
    obstore.put(bucket, name, bytes(obstore.get(bucket, name).bytes()))
    again, _ = sink(access, flush_size="2")
    again.put(rows(2))
    assert again.flush({P0: 2}) == {P0: 2}


@pytest.mark.parametrize("left", [0, 1, -1])
def test_an_object_that_lost_what_it_was_to_have_gets_it_again(access, bucket, left):
    """Nothing of it is there, or half of it, or other bytes."""
    task, _ = sink(access, flush_size="2")
    task.put(rows(2))
    assert task.flush({P0: 2}) == {P0: 2}
    name = f"{access['topics.dir']}/t/partition=0/t+0+0000000000.json"
    found = obstore.get(bucket, name)
    told, whole = dict(found.attributes), bytes(found.bytes())
    damaged = bytes(len(whole)) if left < 0 else whole[: len(whole) // 2 * left]
    obstore.put(bucket, name, damaged, attributes=told)
    again, _ = sink(access, flush_size="2")
    again.put(rows(2))
    assert again.flush({P0: 2}) == {P0: 2}
    found = obstore.get(bucket, name)
    assert bytes(found.bytes()) == whole
    assert dict(found.attributes) == told


def test_an_object_that_is_refused_and_not_there_is_to_be_created_again(access):
    told = {name: value for name, value in access.items() if name != "prefix"}
    parsed = S3SinkConnector.config.parse({"flush.size": "1", **told})
    store = s3_store(parsed, OpenEgress(), Event())
    with pytest.raises(RetriableError, match="no/such"):
        store.last_offset("no/such.json")
    store.close()


def test_a_source_goes_on_where_it_was(access, bucket):
    task, _ = sink(access, flush_size="10")
    task.put(rows(20))
    task.flush({P0: 20})
    first, context = source(access, batch_max_rows="7")
    taken = list(first.poll())
    last = taken[-1]
    context.offsets.store(last.source_partition, last.source_offset)
    second, context = source(access, offsets=context.offsets)
    rest = polled(second)
    assert [record.value["n"] for record in taken + rest] == [*range(20)]
    for record in rest:
        context.offsets.store(record.source_partition, record.source_offset)
    task.put(rows(10, first=20))
    task.flush({P0: 30})
    third, _ = source(access, offsets=context.offsets)
    assert [record.value["n"] for record in polled(third)] == [*range(20, 30)]


def test_tasks_of_a_source_divide_the_objects(access, bucket):
    task, _ = sink(access, flush_size="1")
    task.put(rows(12))
    task.flush({P0: 12})
    found = []
    for told in S3SourceConnector({}).task_configs(3):
        reader, _ = source(access, **{name.replace(".", "_"): v for name, v in told.items()})
        found.append([record.value["n"] for record in polled(reader)])
    assert sorted(n for each in found for n in each) == [*range(12)]
    assert all(found), "each has a part"


def test_a_wrong_secret_is_not_a_records_fault(access):
    task, context = sink({**access, "aws.secret.access.key": "wrong"}, flush_size="1")
    name = f"{access['topics.dir']}/t/partition=0/t+0+0000000000.json"
    task.put(rows(1))
    with pytest.raises(ConnectError, match="does not let us") as raised:
        task.flush({P0: 1})
    assert name in str(raised.value)
    assert not isinstance(raised.value, RetriableError), "nothing that passes by itself"
    assert context.reported == []


@pytest.mark.parametrize(
    ("endpoint", "told", "signs"),
    [("http://s3.example", {}, True), ("https://s3.example", {}, False), (None, {}, False),
     ("https://s3.example", {"s3.sign.payload": "true"}, True)],
)  # fmt: skip
def test_what_objects_hold_is_signed_unless_tls_guards_it(access, endpoint, told, signs):
    given = {name: value for name, value in access.items() if name not in ("prefix", "store.url")}
    told = {**told, **({"store.url": endpoint} if endpoint else {}), "flush.size": "1"}
    parsed = S3SinkConnector.config.parse(given | told)
    assert signs_payload(parsed) is signs


class ClosedEgress(OpenEgress):
    def resolve(self, host, port):
        raise EgressRefused(f"{host} is not allowed")


def test_the_store_is_reached_through_the_egress_only(access):
    parsed = S3SinkConnector.config.parse({
        "flush.size": "1", **{k: v for k, v in access.items() if k != "prefix"},
    })  # fmt: skip
    store = s3_store(parsed, ClosedEgress(), Event())
    with pytest.raises(RetriableError):
        list(store.objects(""))
    store.close()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"partitioner.class": "time"}, "path.format"),
        ({"partitioner.class": "field"}, "names none"),
        ({"compression.type": "snappy"}, "json format has none, gzip, zstd"),
        ({"partitioner.class": "daily", "timestamp.extractor": "wallclock"}, "schedule"),
        ({"store.url": "file:///etc"}, "https://"),
    ],
)
def test_what_does_not_go_together_is_refused(config, message):
    told = {"s3.bucket.name": "b", "aws.access.key.id": "k", "aws.secret.access.key": "s",
            "flush.size": "1", **config}  # fmt: skip
    with pytest.raises(ConfigError, match=message):
        S3SinkConnector(S3SinkConnector.config.parse(told)).targets()
