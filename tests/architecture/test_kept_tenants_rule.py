"""Every verb on what a tenant owns asks first whether the tenant is kept, or stands here with why
not. Read from the code, as ``test_audit_entries.py`` does."""

from tests.architecture.test_audit_entries import NOT_AUDITED, reached, services, verbs

ASKED = {
    ("tenants.kept_tenants", "begin_change"),
    ("brokers.services.topic_rows", "lock_tenant"),
}
NOT_ASKED = {
    "brokers.services.elect_leaders": "copies are cared for until the tenant is purged",
    "brokers.services.elect_uncleanly": "copies are cared for until the tenant is purged",
    "brokers.services.reassign_partitions": "copies are cared for until the tenant is purged",
    "tenants.services.record_group_change": "writes down what brokers have done already",
}


def test_every_verb_of_a_tenant_asks_whether_it_is_kept_or_says_why_not() -> None:
    modules = services()
    found = {
        name
        for name, module in modules.items()
        if name not in NOT_AUDITED
        for verb in verbs(name, module)
        if "scope.tenant" in module.functions.get(verb, ())
        and not ASKED & reached((name, verb), modules, set())
    }
    assert found == NOT_ASKED.keys()
