"""``usage``: the JSON that scripts rely on."""

from datetime import UTC, datetime, timedelta

from tenants import scope
from tenants.models import Tenant, TenantUsage


def test_usage_is_told_by_day(run, acme):
    today = datetime.now(UTC).date()
    with scope.system("test"):
        tenant = Tenant.objects.get(name="acme")
        for ago in (0, 1, 40):
            TenantUsage.objects.create(
                tenant=tenant, day=today - timedelta(days=ago), bytes_in=100 + ago, bytes_out=1,
                records_in=2, stored_bytes_max=3, partitions_max=4,
            )  # fmt: skip
    told = run("usage", "--tenant", "acme", "--json").document
    assert told["tenant"] == "acme"
    assert [day["bytes_in"] for day in told["days"]] == [101, 100]
    assert told["days"][-1] == {
        "day": today.isoformat(), "bytes_in": 100, "bytes_out": 1, "records_in": 2,
        "stored_bytes_max": 3, "partitions_max": 4,
    }  # fmt: skip
    assert len(run("usage", "--days", "41", "--json").document["days"]) == 3
    assert run("usage", "--days", "0").exit_code == 2
    assert run("usage").out.splitlines()[0].startswith("DAY\t")
