"""One service for all of this folder's modules: the web process and one broker, which then keeps
everything and is asked for everything."""

import pytest


@pytest.fixture(scope="package")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    from tests.apps.edge_service import running_edge

    with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge"), brokers=1) as service:
        yield service


@pytest.fixture(scope="package")
def sides(edge):
    """Two tenants with things to ask for over HTTP and websockets: who asks, and the other."""
    from tests.isolation.http_world import http_side

    me, them = http_side(edge), http_side(edge)
    yield me, them
    me.close()
    them.close()
