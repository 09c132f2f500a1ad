"""Two tenants, and nothing in them."""

import pytest

from tenants.services.create_tenant import create_tenant


@pytest.fixture
def acme(db):
    return create_tenant(name="acme", by="test")


@pytest.fixture
def rival(db):
    return create_tenant(name="rival", by="test")
