"""One edge service for all tests of this folder."""

import pytest

from tests.apps.edge_service import running_edge


@pytest.fixture(scope="package")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge")) as service:
        yield service


@pytest.fixture
def client(edge, tenant):
    """Whoever has the key of the tenant's service account."""
    with edge.client(tenant.service) as client:
        yield client


@pytest.fixture
def topic(edge, tenant):
    """The path of a new topic of three partitions."""
    return f"{tenant.path}/topics/{edge.topic(tenant, partitions=3)}"
