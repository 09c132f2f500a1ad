"""Dates, times and instants as Kafka's one class for all three sees them: milliseconds since 1970
in UTC, a time of day being one on the first day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from connect.spi.errors import DataError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS: Final = 86_400_000
_MILLISECOND: Final = timedelta(milliseconds=1)


def in_milliseconds(value: date | datetime | time) -> int:
    """Since 1970, in ms; what is smaller is cut off."""
    if isinstance(value, datetime):
        return (value - EPOCH) // _MILLISECOND
    if isinstance(value, date):
        return (value - EPOCH.date()).days * DAY_MS
    of_day = (value.hour * 60 + value.minute) * 60 + value.second
    return of_day * 1_000 + value.microsecond // 1_000


def instant(milliseconds: int) -> datetime:
    """Raises ``DataError`` outside the years 1 to 9999."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise DataError(
            f"The timestamp {milliseconds} ms lies outside the years 1 to 9999"
        ) from error


def iso_text(value: date | datetime | time) -> str:
    """ISO 8601 as Kafka writes it: an instant of the first day without its date, one at midnight
    without its time."""
    milliseconds = in_milliseconds(value)
    moment = instant(milliseconds)
    clock = f"{moment:%H:%M:%S}.{moment.microsecond // 1_000:03}Z"
    if milliseconds < DAY_MS and not _is_plain_date(value):
        return clock if milliseconds >= 0 else f"{_day(moment)}T{clock}"
    return _day(moment) if milliseconds % DAY_MS == 0 else f"{_day(moment)}T{clock}"


def _is_plain_date(value: date | datetime | time) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _day(moment: datetime) -> str:
    # Not strftime: it writes the year 1 without its zeros.
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
