"""Every request of REST is charged to somebody: a tenant's budget, or a person's own.

A key is its tenant's. A person is charged to the tenant that the request names, if it is one of
theirs; else to themselves, so that asking for what is foreign or absent costs the same and tells
nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from streaming.access.caller import Caller, KeyCredential, TenantAccess
from streaming.access.refusals import over_quota, over_quota_of
from streaming.quotas.budget import Verdict
from streaming.quotas.budgets import process_budgets
from streaming.quotas.errors import RateLimited
from streaming.quotas.tenant_limits import process_limits

PERSON_REQUESTS_PER_S: Final = 100
"""Of one person, outside of any tenant: lists of tenants, the cell's pages."""

VERDICT_KEY: Final = "headwater.rate"
"""Where a request's ``META`` says what its client is told of its rate."""


def charge_key(caller: Caller) -> Verdict:
    """A request that a key authenticates. Raises ``RateLimited``."""
    return charge_tenant(caller.tenants[0])


def charge_tenant(access: TenantAccess) -> Verdict:
    """One request to a tenant. Raises ``RateLimited``, naming the tenant and its limit."""
    limit = process_limits().known(access.tenant_id).rest_requests
    verdict = process_budgets().ask(f"requests:{access.tenant_id}", limit)
    if verdict.allowed:
        return verdict
    over_quota_of(access, "rest_requests_per_s")
    raise RateLimited(
        f"Tenant {access.tenant} sends as many REST requests as it may: its limit "
        f"rest_requests_per_s is {limit:g}. Nothing was done; send the request again in "
        f"{verdict.retry_after_seconds} s. GET /api/v1/quotas shows the tenant's limits.",
        verdict.retry_after_seconds,
        verdict,
    )


def charge_request(request: HttpRequest, caller: Caller) -> None:
    """One request that comes through Django. Raises ``RateLimited``."""
    if VERDICT_KEY in request.META:
        return
    found = request.resolver_match
    named = None if found is None else _named(caller, found.kwargs)
    try:
        verdict = _charge_person(caller) if named is None else charge_tenant(named)
    except RateLimited as refused:
        request.META[VERDICT_KEY] = refused.verdict
        raise
    request.META[VERDICT_KEY] = verdict


def _named(caller: Caller, names: Mapping[str, Any]) -> TenantAccess | None:
    if isinstance(caller.credential, KeyCredential):
        return caller.tenants[0]
    cluster_id, tenant = names.get("cluster_id"), names.get("tenant")
    for access in caller.tenants:
        if access.cluster_id == cluster_id or access.tenant == tenant:
            return access
    return None


def _charge_person(caller: Caller) -> Verdict:
    verdict = process_budgets().ask(f"person:{caller.name}", PERSON_REQUESTS_PER_S)
    if verdict.allowed:
        return verdict
    over_quota("person_requests_per_s")
    raise RateLimited(
        f"{caller.name} sends more than {PERSON_REQUESTS_PER_S} requests a second. Nothing was "
        f"done; send the request again in {verdict.retry_after_seconds} s.",
        verdict.retry_after_seconds,
        verdict,
    )
