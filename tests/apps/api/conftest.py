"""Who asks the management API, of which tenant."""

import pytest


@pytest.fixture(scope="module")
def path(tenant):
    return f"/api/v1/tenants/{tenant.name}"


@pytest.fixture(scope="module")
def admin_key(edge, tenant):
    with edge.client(tenant.administrator) as client:
        yield client


@pytest.fixture(scope="module")
def owner(edge, tenant):
    with edge.signed_in(edge.person(tenant, "owner")) as browser:
        yield browser
