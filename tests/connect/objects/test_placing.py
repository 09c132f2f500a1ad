"""Which directory a record belongs to."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connect.connectors.objects import placing
from connect.connectors.objects.placing import ByFields, ByPartition, ByTime, FieldTime, path_format
from connect.connectors.objects.sink_config import DAY_MS, FILES, HOUR_MS, LAYOUT, placing_of
from connect.spi.errors import ConfigError, DataError
from tests.connect.harness import sink_record

AT = datetime(2026, 11, 27, 23, 30, 5, tzinfo=UTC)
MS = int(AT.timestamp() * 1000)


def record(value=None, **more):
    return sink_record(value or {"n": 1}, timestamp_ms=MS, **more)


def test_by_partition_and_by_fields():
    assert ByPartition().directory(record(partition=3), 0) == "partition=3"
    by = ByFields(("country", "at.city"))
    value = {"country": "de", "at": {"city": "Br/emen"}}
    assert by.directory(record(value), 0) == "country=de/at.city=Br_emen"
    assert ByFields(("ok",)).directory(record({"ok": True}), 0) == "ok=true"
    for bad in ({"country": None}, {}, {"country": [1]}):
        with pytest.raises(DataError):
            ByFields(("country",)).directory(record(bad or {"x": 1}), 0)


@pytest.mark.parametrize("bad", ["../../etc", "a/b", "x\0y", "\\up"])
def test_no_value_leads_out_of_its_directory(bad):
    name = ByFields(("f",)).directory(record({"f": bad}), 0)
    assert "/" not in name
    assert "\\" not in name
    assert "\0" not in name


@pytest.mark.parametrize(
    ("zone", "duration_ms", "pattern", "directory"),
    [
        ("UTC", HOUR_MS, "'dt'=YYYY-MM-dd/'h'=HH", "dt=2026-11-27/h=23"),
        ("Europe/Berlin", DAY_MS, "'year'=YYYY/'month'=MM/'day'=dd", "year=2026/month=11/day=28"),
        ("UTC", 15 * 60_000, "HH'h'mm", "23h30"),
        ("UTC", HOUR_MS, "yy/M/d/H/m/s", "26/11/27/23/0/0"),
        ("UTC", 1_000, "DDD HH:mm:ss.SSS ''", "331 23:30:05.000 '"),
    ],
)
def test_by_time(zone, duration_ms, pattern, directory):
    by = ByTime(placing.record_time, duration_ms, path_format(pattern), ZoneInfo(zone))
    assert by.directory(record(), 0) == directory


def test_a_day_begins_at_midnight_of_its_zone():
    by = ByTime(placing.record_time, DAY_MS, path_format("dd"), ZoneInfo("America/New_York"))
    found = [
        by.directory(sink_record({}, timestamp_ms=MS + hour * HOUR_MS), 0) for hour in range(30)
    ]
    # 23:30 UTC is 18:30 there.
    assert found == ["27"] * 6 + ["28"] * 24


@pytest.mark.parametrize(
    ("value", "is_time"),
    [(AT, True), (MS, True), (float(MS), True), (AT.isoformat(), True), ("soon", False),
     (None, False), (True, False)],
)  # fmt: skip
def test_a_fields_time(value, is_time):
    if is_time:
        assert FieldTime("at")(record({"at": value}), 0) == MS // 1000 * 1000
    else:
        with pytest.raises(DataError, match="no time"):
            FieldTime("at")(record({"at": value}), 0)


@pytest.mark.parametrize("pattern", ["'open", "QQ", "YYY"])
def test_a_path_that_is_none_is_refused(pattern):
    with pytest.raises(ConfigError, match=r"path\.format"):
        (LAYOUT + FILES).parse({"flush.size": "1", "path.format": pattern})


def test_kafkas_partitioners_mean_ours():
    told = {"flush.size": "1", "partitioner.class":
            "io.confluent.connect.storage.partitioner.HourlyPartitioner"}  # fmt: skip
    found = placing_of((LAYOUT + FILES).parse(told))
    assert found.directory(record(), 0) == "year=2026/month=11/day=27/hour=23"
