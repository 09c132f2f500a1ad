"""The demo's extract: complete, in order, and turned into records that readers can rely on."""

import csv
import gzip
import json
from datetime import datetime
from itertools import islice

import pytest

from streaming.demo.extract import departed
from streaming.demo.flights import DATA, FLIGHTS, INTEGERS, replay


@pytest.fixture(scope="module")
def rows():
    with gzip.open(DATA / "flights.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_extract_is_small_and_has_every_row(rows):
    assert len(rows) == FLIGHTS
    assert (DATA / "flights.csv.gz").stat().st_size < 600_000
    assert {"CC0 1.0" in (DATA / name).read_text() for name in ("LICENSE", "README.md")} == {True}


def test_rows_stand_in_the_order_in_which_the_flights_left(rows):
    assert departed(rows) == rows


def test_every_field_of_the_source_is_in_the_value_numbers_as_numbers(rows):
    for row, record in zip(rows, replay(0), strict=False):
        value = json.loads(record.value)
        assert set(row) <= set(value)
        for name in INTEGERS:
            assert value[name] == (int(row[name]) if row[name] else None)
        assert record.key.decode() == value["tailnum"] == row["tailnum"] != ""
        assert dict(record.headers) == {
            "carrier": row["carrier"].encode(),
            "origin": row["origin"].encode(),
        }
        assert value["airline"]


def test_departure_is_the_schedule_and_the_delay():
    for record in islice(replay(0), 500):
        value = json.loads(record.value)
        late = datetime.fromisoformat(value["departure"].replace("Z", "+00:00")) - (
            datetime.fromisoformat(value["scheduled_departure"].replace("Z", "+00:00"))
        )
        assert late.total_seconds() == value["dep_delay"] * 60


def test_the_replay_wraps_around_and_can_begin_anywhere():
    first = list(islice(replay(0), 3))
    assert list(islice(replay(FLIGHTS - 1), 4))[1:] == first
    assert next(replay(3 * FLIGHTS + 2)) == first[2]
