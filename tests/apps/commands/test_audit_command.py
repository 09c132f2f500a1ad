"""``audit``: the log as scripts read it, and the exit code that says whether it is true."""

import json

from tenants import scope
from tenants.models import AuditChain, Tenant


def test_entries_are_listed_filtered_and_exported(run, acme):
    run("keys", "--create", "--tenant", "acme", "--service-account", "app")
    told = run("audit", "--tenant", "acme", "--json").document
    assert told["log"] == "acme"
    actions = [each["action"] for each in told["entries"]]
    assert actions == ["api_key.issue", "service_account.create", "tenant.create"]
    assert told["entries"][0]["outcome"] == "done"
    found = run("audit", "--action", "service_account.*", "--max-entries", "1", "--json")
    assert [each["object"] for each in found.document["entries"]] == ["app"]
    assert run("audit", "--outcome", "refused", "--json").document["entries"] == []
    lines = run("audit", "--export", "ndjson").out.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3]
    rows = run("audit", "--export", "csv", "--until", "2020-01-01").out.splitlines()
    assert len(rows) == 1
    assert rows[0].startswith("sequence,at,by,")
    assert run("audit", "--since", "yesterday").exit_code == 2
    assert run("audit", "--platform", "--tenant", "acme").exit_code == 2
    assert run("audit", "--platform", "--json").document["log"] == "the platform"


def test_what_an_export_would_not_heed_is_refused(run, acme):
    """An export is whole, or what the filters leave: never the first or the last so many."""
    for action in (("--export", "csv"), ("--verify",)):
        refused = run("audit", *action, "--max-entries", "1")
        assert refused.exit_code == 2
        assert "--max-entries" in refused.err
    refused = run("audit", "--verify", "--by", "ada")
    assert refused.exit_code == 2
    assert "--by" in refused.err


def test_a_log_that_lost_its_end_fails_the_verification(run, acme):
    whole = run("audit", "--verify", "--json")
    assert whole.exit_code == 0
    assert whole.document == {"log": "acme", "entries": 1, "is_whole": True}
    with scope.tenant(_id_of("acme")):
        AuditChain.objects.update(length=2)
    broken = run("audit", "--verify", "--json")
    assert broken.exit_code == 1
    assert broken.document["error"]["code"] == "AUDIT_LOG_BROKEN"
    assert "entry 2" in broken.document["error"]["message"]


def _id_of(name):
    with scope.system("test"):
        return Tenant.objects.get(name=name).id
