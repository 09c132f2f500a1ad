"""What ``groups`` understands on its command line and in its files: topics with partitions,
durations, times, reset files.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from streaming.cli.offsets import OFFSET_MAX, parse_moment
from streaming.groups.model import TopicPartition
from streaming.groups.reset_plan import Step
from tenants.cli.durations import UNITS_MS, parse_duration

ISO_DURATION = re.compile(
    r"P(?:(?P<w>\d{1,6})W)?(?:(?P<d>\d{1,6})D)?"
    r"(?:T(?:(?P<h>\d{1,8})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,10})(?:\.(?P<ms>\d{1,3}))?S)?)?"
)

Selection = tuple[str, tuple[int, ...] | None]
"""A topic, and partitions of it; None for all."""


def parse_selection(text: str) -> Selection:
    """``T``, or ``T:0,1`` for some of its partitions. Raises ``ValueError``."""
    topic, colon, listed = text.partition(":")
    if not topic:
        raise ValueError(f"{text!r} names no topic; write T, or T:0,1 for some of its partitions")
    if not colon:
        return topic, None
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", listed, re.ASCII):
        raise ValueError(f"{listed!r} is no list of partitions; write {topic}:0,1")
    return topic, tuple(sorted({int(index) for index in listed.split(",")}))


def merged(selections: Iterable[Selection]) -> dict[str, tuple[int, ...] | None]:
    """Several ``--topic``: partitions of one topic add up, and all of it covers some."""
    found: dict[str, tuple[int, ...] | None] = {}
    for topic, indexes in selections:
        before = found.get(topic, ())
        whole = indexes is None or before is None
        found[topic] = None if whole else tuple(sorted({*(before or ()), *(indexes or ())}))
    return found


def parse_span(text: str) -> int:
    """Milliseconds: ISO 8601 as Kafka's tool wants it (``PT1H``, ``P1DT12H``), or ``1h30m``.

    Raises ``ValueError``.
    """
    found = ISO_DURATION.fullmatch(text.upper())
    if found is None or not any(found.groups()):
        return parse_duration(text)
    parts = found.groupdict(default="0")
    parts["ms"] = parts["ms"].ljust(3, "0")
    total = sum(int(parts[unit]) * milliseconds for unit, milliseconds in UNITS_MS.items())
    if not total:
        raise ValueError(f"{text!r} is no time at all")
    return total


def parse_datetime(text: str) -> int:
    """Unix ms of ``2024-06-01T12:00:00.000``; UTC where no zone is given. Raises ``ValueError``."""
    if text.startswith("-"):
        raise ValueError(f"{text!r} is not a time; --by-duration goes back from now")
    return parse_moment(text, 0)


def parse_offset(text: str) -> int:
    """An offset, from 0. Raises ``ValueError``."""
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or int(text) > OFFSET_MAX:
        raise ValueError(f"{text!r} is not an offset")
    return int(text)


def parse_shift(text: str) -> int:
    """A number of offsets, negative for back. Raises ``ValueError``."""
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise ValueError(f"{text!r} is not a number of offsets, such as 10 or -10")
    return int(text)


def read_reset_file(text: str, groups: Sequence[str]) -> dict[str, dict[TopicPartition, int]]:
    """Offsets by group out of Kafka's CSV: lines ``topic,partition,offset`` for one group, or
    ``group,topic,partition,offset``. Lines of groups that are not asked for are left out.

    Raises ``ValueError`` that names the line.
    """
    found: dict[str, dict[TopicPartition, int]] = {group: {} for group in groups}
    for number, row in enumerate(csv.reader(StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        try:
            group, partition, offset = _row(cells, groups)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        found.setdefault(group, {})[partition] = offset
    return {group: found[group] for group in groups}


def _row(cells: Sequence[str], groups: Sequence[str]) -> tuple[str, TopicPartition, int]:
    if len(cells) == 3 and len(groups) == 1:
        cells = (groups[0], *cells)
    if len(cells) != 4:
        wanted = "topic,partition,offset" if len(groups) == 1 else "group,topic,partition,offset"
        raise ValueError(f"{','.join(cells)!r} is not {wanted}")
    group, topic, index, offset = cells
    if not re.fullmatch(r"\d{1,9}", index, re.ASCII):
        raise ValueError(f"{index!r} is not a partition")
    return group, TopicPartition(topic, int(index)), parse_offset(offset)


def as_reset_file(steps: Iterable[tuple[str, Step]], *, with_group: bool) -> str:
    """What ``read_reset_file`` reads, of groups and their steps."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    for group, step in steps:
        row = (*step.partition, step.after)
        rows.writerow((group, *row) if with_group else row)
    return out.getvalue()
