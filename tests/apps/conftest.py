"""One edge service per test module: it commits, so its rows are removed when the module ends."""

import pytest
from django.core.management import call_command
from django.db import connections


@pytest.fixture(scope="module")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    # Imported here: it imports the whole data plane, which most tests of the apps never touch.
    from tests.apps.edge_service import EdgeService

    with django_db_blocker.unblock():
        service = EdgeService(tmp_path_factory.mktemp("edge"))
        service.start()
        try:
            yield service
        finally:
            service.stop()
            call_command(
                "flush",
                interactive=False,
                verbosity=0,
                reset_sequences=False,
                inhibit_post_migrate=True,
            )
            connections.close_all()
