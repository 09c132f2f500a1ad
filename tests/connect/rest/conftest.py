"""A tenant at Connect's REST, without brokers: a stand-in does what a worker and they would."""

import uuid
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from tests.connect.rest.client import ConnectClient
from tests.connect.rest.worker_stand_in import WORKER, StandIn


@pytest.fixture
def stand_in(monkeypatch):
    from connect.rest import offsets as view
    from connect.selectors import offsets
    from connect.services import change_offsets

    made = StandIn()

    def asking_as(_identity):
        def ask(question):
            async def answered():
                return await question(None)

            return async_to_sync(answered)()

        return ask

    monkeypatch.setattr(view, "asking_as", asking_as)
    monkeypatch.setattr(offsets, "source_offsets", made.source_offsets)
    for name in ("source_offsets", "alter_source_offsets"):
        monkeypatch.setattr(change_offsets, name, getattr(made, name))
    return made


@pytest.fixture
def file_plugins(monkeypatch):
    """Kafka's file connectors among the catalogue's."""
    from tests.connect.rest.catalogue_stand_in import with_file_plugins

    made = with_file_plugins()
    monkeypatch.setattr("connect.catalogue.catalogue", lambda: made)


@pytest.fixture
def connect(db, stand_in, file_plugins):
    """A client of a new tenant's administrator; one worker lives."""
    from connect.models import ConnectWorker
    from tenants.services.create_tenant import create_tenant
    from tenants.services.issue_api_key import issue_api_key

    # So that it lives however slow this machine is.
    now = timezone.now() + timedelta(hours=1)
    ConnectWorker.objects.create(
        name=WORKER, incarnation=uuid.uuid4(), host="h", slots=10, beat_at=now, started_at=now
    )
    tenant = create_tenant(name="acme", by="test")
    issued = issue_api_key(tenant_id=tenant.id, by="test")
    return ConnectClient(tenant, (issued.key_id, issued.secret), stand_in)
