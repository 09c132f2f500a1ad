"""The departures that the demo replays, as records: key, value and headers."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

FLIGHTS = 20_000
"""Rows of the extract: three weeks of January 2013, seven minutes at 50 a second."""

INTEGERS = (
    "year", "month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time",
    "sched_arr_time", "arr_delay", "flight", "air_time", "distance", "hour", "minute",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlightRecord:
    """One departure as it is produced. ``key`` is the aircraft's tail number."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def replay(position: int) -> Iterator[FlightRecord]:
    """Departures for ever in the order in which they left, from number ``position`` of the replay.

    The extract is taken again from its start when it ends, so position 20,000 is position 0.
    """
    airlines = _airline_names()
    skipped = position % FLIGHTS
    while True:
        with gzip.open(DATA / "flights.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in islice(csv.DictReader(file), skipped, None):
                yield _record(row, airlines)
        skipped = 0


def _record(row: Mapping[str, str], airlines: Mapping[str, str]) -> FlightRecord:
    return FlightRecord(
        key=row["tailnum"].encode(),
        value=json.dumps(_value(row, airlines), separators=(",", ":")).encode(),
        headers=(("carrier", row["carrier"].encode()), ("origin", row["origin"].encode())),
    )


def _value(row: Mapping[str, str], airlines: Mapping[str, str]) -> dict[str, Any]:
    """The row with its numbers as numbers, an empty cell as null, and what a reader asks first."""
    hour = datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))
    scheduled = hour + timedelta(minutes=int(row["minute"]))
    departure = scheduled + timedelta(minutes=int(row["dep_delay"]))
    return {
        "carrier": row["carrier"],
        "airline": airlines.get(row["carrier"]),
        "tailnum": row["tailnum"],
        "origin": row["origin"],
        "dest": row["dest"],
        "scheduled_departure": _iso(scheduled),
        "departure": _iso(departure),
        "time_hour": row["time_hour"],
        **{name: int(row[name]) if row[name] else None for name in INTEGERS},
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _airline_names() -> dict[str, str]:
    with (DATA / "airlines.csv").open(encoding="utf-8", newline="") as file:
        return {row["carrier"]: row["name"] for row in csv.DictReader(file)}
