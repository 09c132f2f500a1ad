"""What all tests share: private stores, and the rule about skips."""

import hypothesis
import pytest
from django.conf import settings

from streaming.cell import schema
from tests import private_stores

pytest_plugins = ["tests.skips", "tests.lanes"]

# No test is about how fast this machine is just now.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def stores():
    """A running PostgreSQL and Valkey of this test process, and what they were told."""
    # Imported here: most tests need no store, and never wait for Redis' client.
    from streaming.quotas.exchange import stop_sharing

    with private_stores.running(settings.HEADWATER) as postgres:
        yield postgres
        # A web process in this one began to; it goes on for as long as its process lives.
        stop_sharing()


@pytest.fixture(scope="session")
def django_db_setup(stores, django_db_blocker):
    """The schema, migrated by its owner; tests then connect as the service role, as services do.

    There is no second "test_" database: the whole cluster is the test run's.
    """
    with django_db_blocker.unblock():
        schema.migrate(settings.HEADWATER)
    private_stores.allow_truncate(stores, settings.HEADWATER)
