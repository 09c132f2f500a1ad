"""``quotas``: the JSON that scripts rely on."""

from brokers.selectors import exceeded_limits
from brokers.selectors.exceeded_limits import exceeded_by
from tenants.selectors.quotas import Limit


def test_limits_of_a_tenant_are_told_set_and_given_back(run, acme):
    def applied(told):
        return {row["name"]: row["applied"] for row in told.document["limits"]}

    told = run("quotas", "--describe", "--tenant", acme, "--json")
    assert (told.document["tenant"], told.document["plan"]) == ("acme", "standard")
    assert applied(told)["topics"] == 1000
    settings = ("--add-config", "topics=5,groups=7", "--plan", "small")
    told = run("quotas", "--alter", "--tenant", acme, *settings, "--json")
    assert told.document["plan"] == "small"
    assert (applied(told)["topics"], applied(told)["groups"]) == (5, 7)
    told = run("quotas", "--alter", "--tenant", acme, "--delete-config", "topics", "--json")
    assert (applied(told)["topics"], applied(told)["groups"]) == (50, 7)


def test_client_quotas_have_the_flags_of_kafka_configs(run, acme):
    entity = ("--user", "app", "--client-defaults")
    settings = ("--add-config", "producer_byte_rate=1024,request_percentage=2.5")
    told = run("quotas", "--alter", *entity, *settings, "--json")
    expected = {
        "entity": {"user": "app", "client-id": None},
        "values": {"producer_byte_rate": 1024, "request_percentage": 2.5},
        "used": {"producer_byte_rate": 0, "request_percentage": 0},
        "used_by": [],
    }
    assert told.document["client_quotas"] == [expected]
    assert run("quotas", "--describe", "--clients", "--json").document["client_quotas"] == [
        expected
    ]
    assert "user app, client-id <default>" in run("quotas", "--describe", "--clients").out
    gone = ("--delete-config", "producer_byte_rate,request_percentage")
    assert run("quotas", "--alter", *entity, *gone, "--json").document["client_quotas"] == []


def test_plans_are_described_and_altered(run, db):
    told = run("quotas", "--alter-plan", "--plan", "trial", "--add-config", "topics=3", "--json")
    assert told.document["plans"][0]["limits"]["topics"] == 3
    names = [each["name"] for each in run("quotas", "--describe-plans", "--json").document["plans"]]
    assert {"small", "standard", "large", "trial"} <= set(names)


def test_a_limit_below_what_is_in_use_is_set_and_said(run, acme):
    for number in range(3):
        run("keys", "--create", "--tenant", acme, "--service-account", f"app{number}")
    above = [
        {"tenant": "acme", "name": "api_keys", "applied": 2, "used": 3},
        {"tenant": "acme", "name": "service_accounts", "applied": 1, "used": 3},
    ]
    settings = ("--add-config", "api_keys=2,service_accounts=1")
    assert run("quotas", "--alter", *settings, "--json").document["exceeded"] == above
    assert run("quotas", "--describe", "--json").document["exceeded"] == above
    told = run("quotas", "--describe").out
    assert "warning: tenant acme has 3 of api_keys and may have 2" in told
    settings = ("--delete-config", "api_keys,service_accounts")
    assert run("quotas", "--alter", *settings, "--json").document["exceeded"] == []


def test_a_plan_below_what_its_tenants_use_is_set_and_said(run, acme):
    run("tenants", "--create", "--tenant", "rival")
    for number in range(3):
        run("keys", "--create", "--tenant", acme, "--service-account", f"app{number}")
    plan = ("quotas", "--alter-plan", "--plan", "standard")
    told = run(*plan, "--add-config", "api_keys=2,topics=1", "--json").document
    assert told["exceeded"] == [{"tenant": "acme", "name": "api_keys", "applied": 2, "used": 3}]
    assert told["unchecked_tenants"] == 0
    assert run(*plan, "--add-config", "topics=2", "--json").document["exceeded"] == []
    assert "warning: tenant acme" in run(*plan, "--add-config", "api_keys=1").out


def test_of_a_plan_of_many_so_many_tenants_are_looked_at(run, acme, monkeypatch):
    monkeypatch.setattr(exceeded_limits, "TENANTS_MAX", 1)
    run("tenants", "--create", "--tenant", "rival")
    plan = ("quotas", "--alter-plan", "--plan", "standard", "--add-config", "topics=2")
    assert run(*plan, "--json").document["unchecked_tenants"] == 1
    assert "1 more tenants" in run(*plan).out


def test_storage_is_exceeded_where_writes_are_refused():
    limits = {
        "storage_bytes": Limit(default=100, applied=100, used=96.0),
        "topics": Limit(default=100, applied=100, used=100.0),
        "produce_bytes_per_s": Limit(default=100, applied=100, used=500.0),
        "groups": Limit(default=100, applied=100, used=None),
    }
    assert [each.name for each in exceeded_by("acme", limits)] == ["storage_bytes"]


def test_what_cannot_be_is_refused(run, acme):
    for wrong in (
        ("--alter",),
        ("--alter", "--add-config", "topics"),
        ("--alter", "--add-config", "topics=1.5"),
        ("--alter", "--add-config", "topics=nan"),
        ("--alter", "--user", "a", "--user-defaults", "--add-config", "producer_byte_rate=1"),
        ("--alter", "--user", "a", "--plan", "small"),
        ("--alter-plan", "--add-config", "topics=1"),
    ):
        assert run("quotas", *wrong).exit_code == 2, wrong
    for refused in (
        ("--alter", "--add-config", "nonsense=1"),
        ("--alter", "--plan", "absent"),
        ("--alter", "--ip", "nowhere", "--add-config", "connection_creation_rate=1"),
    ):
        told = run("quotas", *refused, "--json")
        assert (told.exit_code, told.document["error"]["code"]) == (1, "INVALID"), refused
