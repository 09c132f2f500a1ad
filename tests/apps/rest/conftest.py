"""One edge service for all tests of this folder."""

import pytest

from tests.apps.edge_service import running_edge


@pytest.fixture(scope="package")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge")) as service:
        yield service
