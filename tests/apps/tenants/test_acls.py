"""ACLs as rows: made once, ended with their account, in the data plane's words."""

from itertools import product

import pytest

from brokers.acl_words import binding_of, entry_of
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.metadata.records import AclRecord
from tenants import acls
from tenants.acl_presets import PRESETS, Preset, bindings_of
from tenants.acls import AclEntry, check_entry
from tenants.errors import Conflict, Invalid
from tenants.published import acl_change
from tenants.selectors.acls import acls_of
from tenants.selectors.audit_log import entries_of
from tenants.services.create_acls import create_acls
from tenants.services.create_service_account import create_service_account
from tenants.services.delete_acls import delete_acls
from tenants.services.delete_service_account import delete_service_account
from tenants.services.set_tenant_limits import set_tenant_limits

READ = AclEntry("User:app", "*", "topic", "literal", "orders", "read", "allow")


def make(tenant, *entries):
    return create_acls(tenant_id=tenant.id, entries=entries, by="test")


def held(tenant):
    return {acl.entry for acl in acls_of(tenant.id)}


def test_the_words_of_rows_are_those_of_the_data_plane():
    for words, kind, unknown in (
        (acls.RESOURCE_TYPES, ResourceType, {"ANY"}),
        (acls.PATTERN_TYPES, PatternType, {"ANY", "MATCH"}),
        (acls.OPERATIONS, Operation, {"ANY"}),
        (acls.PERMISSIONS, Permission, {"ANY"}),
    ):
        assert {word.upper() for word in words} == {each.name for each in kind} - unknown
    for words in product(acls.RESOURCE_TYPES, acls.PATTERN_TYPES, acls.OPERATIONS):
        entry = AclEntry("User:a", "*", words[0], words[1], "n", words[2], "deny")
        assert entry_of(binding_of(entry)) == entry


def test_a_change_says_what_the_row_says(acme):
    (row,) = make(acme, READ)
    record = AclRecord.from_json(acl_change(row).payload)
    assert (record.id, record.tenant_id) == (str(row.id), str(acme.id))
    assert record.binding == binding_of(READ)


def test_a_binding_is_made_once_and_written_down(acme, rival):
    (first,) = make(acme, READ)
    (again, other) = make(acme, READ, READ._replace(operation="write"))
    assert again.id == first.id
    assert held(acme) == {READ, other.entry}
    assert held(rival) == set()
    actions = [(entry.action, len(entry.detail["acls"])) for entry in entries_of(acme.id)[:2]]
    assert actions == [("acl.create", 1), ("acl.create", 1)]


def test_what_a_filter_wants_is_ended_and_nothing_of_others(acme, rival):
    for tenant in (acme, rival):
        make(tenant, READ, READ._replace(resource_name="stock"))
    (ended, none) = delete_acls(
        tenant_id=acme.id,
        filters=[lambda entry: entry.resource_name == "stock", lambda _: False],
        by="test",
    )
    assert ([row.entry.resource_name for row in ended], none) == (["stock"], [])
    assert held(acme) == {READ}
    assert len(held(rival)) == 2


def test_an_account_begins_with_its_preset_and_takes_its_acls_along(acme):
    create_service_account(tenant_id=acme.id, name="app", by="test")
    usual = held(acme)
    assert {(entry.resource_type, entry.operation) for entry in usual} >= {
        ("topic", "read"), ("topic", "write"), ("group", "read"),
    }  # fmt: skip
    consumer = Preset("consumer", topic="shop-", pattern_type="prefixed", group="shop-")
    create_service_account(tenant_id=acme.id, name="board", by="test", preset=consumer)
    make(acme, READ)
    delete_service_account(tenant_id=acme.id, name="app", by="test")
    assert held(acme) == set(bindings_of(consumer, "User:board"))


def test_a_tenant_has_as_many_as_it_may(acme):
    set_tenant_limits(tenant_id=acme.id, limits={"acls": 2}, by="test")
    make(acme, READ, READ._replace(operation="write"))
    with pytest.raises(Conflict, match="may have 2 acls"):
        make(acme, READ._replace(operation="alter"))
    make(acme, READ)  # Is there already.


@pytest.mark.parametrize(
    "change",
    [
        {"principal": "app"}, {"principal": "User:"}, {"principal": ""}, {"host": ""},
        {"resource_type": "any"}, {"pattern_type": "match"}, {"operation": "any"},
        {"permission": "any"}, {"resource_name": ""}, {"resource_name": "x" * 250},
        {"resource_name": "a\0b"}, {"resource_type": "cluster"},
    ],
)  # fmt: skip
def test_what_no_list_may_say(acme, change):
    with pytest.raises(Invalid):
        make(acme, READ._replace(**change))
    assert held(acme) == set()


def test_presets_say_what_lists_may_say_and_lack_nothing():
    whole = Preset(topic="t", group="g", transactional_id="x")
    for name in PRESETS:
        preset = Preset(name, whole.topic, "literal", whole.group, whole.transactional_id)
        for entry in bindings_of(preset, "User:app"):
            check_entry(entry)
    for lacking in (Preset("producer"), Preset("consumer", topic="t"), Preset("emperor")):
        with pytest.raises(Invalid):
            bindings_of(lacking, "User:app")
