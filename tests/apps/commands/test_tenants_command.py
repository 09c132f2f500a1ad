"""``tenants``, ``keys`` and ``users``: the JSON that scripts rely on, and the exit codes."""

import io
import re

import pytest

from tenants.selectors.api_keys import authenticate_api_key


def test_a_tenant_is_created_once(run):
    created = run("tenants", "--create", "--tenant", "acme", "--json")
    assert created.exit_code == 0
    assert set(created.document) == {"tenant", "cluster_id"}
    assert created.document["tenant"] == "acme"
    assert re.fullmatch(r"lkc-[a-z2-7]+", created.document["cluster_id"])

    again = run("tenants", "--create", "--tenant", "acme", "--json")
    assert (again.exit_code, again.document["error"]["code"]) == (1, "CONFLICT")


@pytest.mark.parametrize("name", ["", "Acme", "../x", "a" * 64, "headwater-x"])
def test_a_name_that_will_not_do_is_refused(run, name):
    refused = run("tenants", "--create", "--tenant", name, "--json")
    assert (refused.exit_code, refused.document["error"]["code"]) == (1, "INVALID")


def test_create_needs_a_name(run):
    assert run("tenants", "--create").exit_code == 2


def test_tenants_are_listed_and_described(run, acme):
    run("keys", "--create", "--service-account", "billing")
    listed = run("tenants", "--list", "--json").document["tenants"]
    assert [tenant["tenant"] for tenant in listed] == ["acme"]

    described = run("tenants", "--describe", "--json").document
    assert described["service_accounts"] == ["billing"]
    assert described["api_keys"] == 1
    assert described["cluster_id"] == listed[0]["cluster_id"]


def test_topics_on_demand_are_switched_on_and_off(run, acme):
    def described() -> bool:
        return run("tenants", "--describe", "--json").document["auto_create_topics"]

    assert described() is False
    altered = run("tenants", "--alter", "--auto-create-topics", "--json").document
    assert (altered["tenant"], altered["auto_create_topics"]) == ("acme", True)
    assert described() is True
    assert "are not created" in run("tenants", "--alter", "--no-auto-create-topics").out
    assert described() is False


def test_alter_needs_something_to_alter(run, acme):
    assert run("tenants", "--alter").exit_code == 2


def test_without_tenant_the_only_one_or_demo_is_meant(run, acme):
    assert run("keys", "--list", "--json").document["tenant"] == "acme"

    run("tenants", "--create", "--tenant", "other")
    ambiguous = run("keys", "--list", "--json")
    assert ambiguous.exit_code == 2
    assert "acme, other" in ambiguous.document["error"]["message"]

    run("tenants", "--create", "--tenant", "demo")
    assert run("keys", "--list", "--json").document["tenant"] == "demo"


def test_an_unknown_tenant_is_a_refusal_and_no_usage_error(run, acme):
    unknown = run("keys", "--list", "--tenant", "nobody", "--json")
    assert (unknown.exit_code, unknown.document["error"]["code"]) == (1, "NOT_FOUND")


def test_without_any_tenant_the_remedy_is_named(run):
    assert "--create" in run("keys", "--list").err


def test_an_issued_key_logs_in_as_whom_it_was_made_for(run, acme):
    key = run("keys", "--create", "--tenant", acme, "--json").document
    account = run("keys", "--create", "--service-account", "billing", "--json").document

    assert set(key) == set(account) == {"api_key", "api_secret", "service_account"}
    assert (key["service_account"], account["service_account"]) == (None, "billing")
    administrator = authenticate_api_key(key["api_key"], key["api_secret"])
    billing = authenticate_api_key(account["api_key"], account["api_secret"])
    assert (administrator.principal, administrator.administrator) == ("User:tenant-admin", True)
    assert (billing.principal, billing.administrator) == ("User:billing", False)


def test_a_second_key_of_a_service_account_uses_the_first_ones_account(run, acme):
    for _ in range(2):
        assert run("keys", "--create", "--service-account", "billing").exit_code == 0
    assert run("tenants", "--describe", "--json").document["service_accounts"] == ["billing"]


def test_secrets_are_shown_once_and_never_listed(run, acme):
    secret = run("keys", "--create", "--json").document["api_secret"]
    assert secret not in run("keys", "--list", "--json").out


def test_a_revoked_key_is_over(run, acme):
    key = run("keys", "--create", "--json").document
    revoked = run("keys", "--revoke", key["api_key"], "--json")
    assert revoked.document == {"api_key": key["api_key"], "revoked": True}
    assert authenticate_api_key(key["api_key"], key["api_secret"]) is None
    listed = run("keys", "--list", "--json").document["api_keys"]
    assert [each["api_key"] for each in listed if each["revoked_at"]] == [key["api_key"]]


def test_a_foreign_key_cannot_be_revoked_and_looks_absent(run, acme):
    key = run("keys", "--create", "--tenant", acme, "--json").document
    run("tenants", "--create", "--tenant", "other")
    foreign = run("keys", "--revoke", key["api_key"], "--tenant", "other", "--json")
    absent = run("keys", "--revoke", "HW" + "A" * 14, "--tenant", "other", "--json")
    assert foreign.exit_code == absent.exit_code == 1
    assert foreign.out.replace(key["api_key"], "K") == absent.out.replace("HW" + "A" * 14, "K")
    assert authenticate_api_key(key["api_key"], key["api_secret"]) is not None


def test_expiry_is_a_duration_from_now(run, acme):
    run("keys", "--create", "--expires", "30d")
    listed = run("keys", "--list", "--json").document["api_keys"]
    assert listed[0]["expires_at"] > listed[0]["created_at"]
    assert run("keys", "--create", "--expires", "soon").exit_code == 2


def test_a_person_gets_a_made_password_once_and_further_tenants_without(run, acme):
    made = run("users", "--create", "--login", "Ann@Example.org", "--role", "admin", "--json")
    assert made.document["login"] == "ann@example.org"
    assert len(made.document["password"]) >= 20

    run("tenants", "--create", "--tenant", "other")
    added = run("users", "--create", "--login", "ann@example.org", "--tenant", "other", "--json")
    assert added.document["password"] is None
    users = run("users", "--list", "--tenant", "other", "--json").document["users"]
    assert users == [{"login": "ann@example.org", "name": "", "role": "developer"}]


def test_a_password_can_come_from_stdin_and_weak_ones_are_refused(run, acme, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    weak = run("users", "--create", "--login", "ann", "--password-stdin", "--json")
    assert (weak.exit_code, weak.document["error"]["code"]) == (1, "INVALID")

    monkeypatch.setattr("sys.stdin", io.StringIO("a calm and long sentence\n"))
    given = run("users", "--create", "--login", "ann", "--password-stdin", "--json")
    assert given.document["password"] is None
    assert given.exit_code == 0
