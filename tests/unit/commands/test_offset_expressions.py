"""``consume -o``: every form, and the ones that must be refused."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cli.offsets import At, BeforeEnd, Earliest, Latest, Since, parse_start

NOW = 1_717_243_200_000  # 2024-06-01T12:00:00Z
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("earliest", Earliest()),
        ("beginning", Earliest()),
        ("LATEST", Latest()),
        ("end", Latest()),
        ("0", At(0)),
        ("42", At(42)),
        ("-5", BeforeEnd(5)),
        ("@-1h", Since(NOW - HOUR)),
        ("@-1h30m", Since(NOW - HOUR - HOUR // 2)),
        ("@-500w", Since(NOW - 500 * 7 * 24 * HOUR)),
        ("@2024-06-01", Since(NOW - 12 * HOUR)),
        ("@2024-06-01T12:00:00Z", Since(NOW)),
        ("@2024-06-01T14:00:00+02:00", Since(NOW)),
        ("@2024-06-01 12:00", Since(NOW)),
        ("@1717243200000", Since(NOW)),
        ("@1717243200", Since(NOW)),
        ("@1969-12-31", Since(0)),
    ],
)
def test_every_documented_form_is_understood(text, meaning):
    assert parse_start(text, NOW) == meaning


@pytest.mark.parametrize(
    "text",
    ["", "five", "4.2", "--5", "+5", "@", "@-", "@yesterday", "@-1y", "@-0s", "@2024-13-01", "1e3",
     "٣", "9223372036854775808", "@-h", " 5"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match=r"write|ms, s, m, h"):
        parse_start(text, NOW)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_offsets_and_distances_keep_their_number(number):
    assert parse_start(str(number), NOW) == At(number)
    assert parse_start(f"-{number}", NOW) == BeforeEnd(number)


@given(st.datetimes(min_value=datetime(1970, 1, 1)))
def test_a_date_without_a_zone_is_utc(moment):
    assert parse_start(f"@{moment.isoformat()}", NOW) == parse_start(
        f"@{moment.isoformat()}+00:00", NOW
    )


@given(st.text())
def test_no_text_ends_in_anything_but_a_start_or_a_value_error(text):
    try:
        start = parse_start(text, NOW)
    except ValueError:
        return
    assert isinstance(start, At | BeforeEnd | Earliest | Latest | Since)
