"""``usage``: the JSON that scripts rely on."""

from datetime import UTC, datetime, timedelta

import pytest

from tenants import scope
from tenants.management.commands import usage
from tenants.models import Tenant, Usage

NOW = datetime(2028, 2, 29, 23, 59, 59, 999_999, UTC)
"""All the while: an hour, or a day, may end between what a test writes and what it asks."""


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW.astimezone(tz)


@pytest.fixture
def use(run, acme, monkeypatch):
    """``use(ago, …)``: something that was used so long ago."""
    monkeypatch.setattr(usage, "datetime", Clock)

    def write(ago, *, by="tenant", step="day", name="", **counts):
        now = NOW.replace(minute=0, second=0, microsecond=0) - ago
        start = now.replace(hour=0) if step == "day" else now
        with scope.system("test"):
            tenant = Tenant.objects.get(name="acme")
            Usage.objects.create(tenant=tenant, by=by, step=step, start=start, name=name, **counts)

    return write


def test_usage_is_told_by_day(run, use):
    for ago in (0, 1, 40):
        use(
            timedelta(days=ago), bytes_in=100 + ago, bytes_out=1, records_in=2, requests=9,
            stored_bytes_max=3, partitions_max=4,
        )  # fmt: skip
    told = run("usage", "--tenant", "acme", "--json").document
    assert told["tenant"] == "acme"
    assert [day["bytes_in"] for day in told["days"]] == [101, 100]
    assert told["days"][-1] == {
        "day": "2028-02-29", "bytes_in": 100, "bytes_out": 1, "records_in": 2,
        "stored_bytes_max": 3, "partitions_max": 4,
    }  # fmt: skip
    assert told["usage"][-1]["requests"] == 9
    assert len(run("usage", "--days", "41", "--json").document["days"]) == 3
    assert run("usage", "--days", "0").exit_code == 2
    assert run("usage").out.splitlines()[0].startswith("AT\t")


def test_usage_by_hour_and_topic(run, use):
    for ago in (0, 1, 30):
        counts = {"bytes_in": 10 + ago, "requests": 3 + ago}
        use(timedelta(hours=ago), by="topic", step="hour", name="=orders", **counts)
    told = run("usage", "--by", "topic", "--step", "hour", "--json").document
    assert [(each["name"], each["bytes_in"], each["requests"]) for each in told["usage"]] == [
        ("=orders", 11, 4),
        ("=orders", 10, 3),
    ]
    assert {each["connector_task_seconds"] for each in told["usage"]} == {None}
    assert "days" not in told
    since = (NOW - timedelta(hours=31)).isoformat()
    table = run("usage", "--by", "topic", "--step", "hour", "--since", since, "--csv").out
    assert len(table.splitlines()) == 4
    assert "'=orders" in table
    assert run("usage", "--since", since, "--days", "3").exit_code == 2
    assert run("usage", "--by", "key").exit_code == 2
