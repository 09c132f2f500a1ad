"""Query parameters at their edges."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from streaming.api.query import moment
from streaming.rest.consume_request import InvalidQuery


def since(text: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query["since"] = text
    return query


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-27T12:00:00Z", datetime(2026, 11, 27, 12, tzinfo=UTC)),
        ("2026-11-27T12:00:00+01:00", datetime(2026, 11, 27, 11, tzinfo=UTC)),
        # Past what PostgreSQL takes for an offset.
        ("0642-01-18T04:51:19-17:39", datetime(642, 1, 18, 22, 30, 19, tzinfo=UTC)),
    ],
)
def test_a_moment_is_in_utc(text: str, meant: datetime) -> None:
    found = moment(since(text), "since")
    assert found == meant
    assert found.utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-11-27T12:00:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
     "9999-12-31T23:59:59-01:00"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="since must be a moment"):
        moment(since(text), "since")
