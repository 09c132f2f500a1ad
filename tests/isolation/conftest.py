"""One service for all of this folder's modules: the web process and one broker, which then keeps
everything and is asked for everything."""

import pytest


@pytest.fixture(scope="package")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    from tests.apps.edge_service import running_edge

    with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge"), brokers=1) as service:
        yield service
