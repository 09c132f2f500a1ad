"""One edge service per test module: it commits, so its rows are removed when the module ends."""

import pytest


@pytest.fixture(scope="module")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    # Imported here: it imports the whole data plane, which most tests of the apps never touch.
    from tests.apps.edge_service import running_edge

    with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge")) as service:
        yield service


@pytest.fixture(scope="module")
def tenant(edge):
    """One that the tests of a module share."""
    return edge.tenant()


@pytest.fixture(scope="module")
def operator(edge):
    """Somebody who runs the service, signed in."""
    with edge.operator() as client:
        yield client
