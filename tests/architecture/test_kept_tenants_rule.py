"""Every verb on what a tenant owns asks first whether the tenant is kept, or stands here with why
not. Read from the code, as ``test_audit_entries.py`` does."""

from tests.architecture.test_audit_entries import NOT_AUDITED, Name, reached, services, verbs

ASKED = {
    ("tenants.kept_tenants", "begin_change"),
    ("brokers.services.topic_rows", "lock_tenant"),
}
REVOKES = ("tenants.kept_tenants", "begin_revocation")
REVOCATIONS = {
    "tenants.services.delete_service_account",
    "tenants.services.revoke_api_key",
    "tenants.services.withdraw_invitation",
}
"""A credential that has leaked is taken away at any time."""
NOT_ASKED = {
    "brokers.services.elect_leaders": "copies are cared for until the tenant is purged",
    "brokers.services.elect_uncleanly": "copies are cared for until the tenant is purged",
    "brokers.services.reassign_partitions": "copies are cared for until the tenant is purged",
    "tenants.services.record_group_change": "writes down what brokers have done already",
}


def test_every_verb_of_a_tenant_asks_whether_it_is_kept_or_says_why_not() -> None:
    found = {name for name, called in verbs_of_tenants() if not ASKED & called}
    assert found == NOT_ASKED.keys() | REVOCATIONS


def test_a_verb_that_only_revokes_asks_whether_the_tenant_was_purged() -> None:
    found = {name for name, called in verbs_of_tenants() if REVOKES in called}
    assert found == REVOCATIONS


def verbs_of_tenants() -> list[tuple[str, set[Name]]]:
    """Each verb's module, and all that the verb calls."""
    modules = services()
    return [
        (name, reached((name, verb), modules, set()))
        for name, module in modules.items()
        if name not in NOT_AUDITED
        for verb in verbs(name, module)
        if "scope.tenant" in module.functions.get(verb, ())
    ]
