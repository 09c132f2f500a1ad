"""What a purge leaves of a tenant, table by table: a new table's rows have to go, or stay here."""

from datetime import timedelta

import pytest
from django.db import connection

from brokers.services.purge_tenants import purge_tenants
from tenants import scope
from tenants.models import User
from tenants.services.create_tenant import create_tenant
from tenants.services.delete_tenant import delete_tenant
from tests.isolation.owned_rows import Rows, owned_models

STAYS = {
    "brokers_topic": "tombstones, which brokers delete data for",
    "brokers_partition": "of tombstones",
    "tenants_auditchain": "what was done is told for ever",
    "tenants_auditentry": "what was done is told for ever",
}
GOES_BY_AGE = {
    "brokers_grouppoint",
    "brokers_principalfigures",
    "brokers_replicafigures",
    "brokers_tenantfigures",
    "brokers_tenantpoint",
    "brokers_topicfigures",
    "brokers_topicpoint",
    "streaming_idempotentrequest",
    "tenants_usage",
}


@pytest.mark.django_db
def test_nothing_stays_but_what_has_a_reason():
    User.objects.create_user("somebody")
    gone, neighbour = (create_tenant(name=name, by="test") for name in ("gone", "neighbour"))
    rows = Rows()
    rows.of(gone)
    rows.of(neighbour)
    delete_tenant(tenant_id=gone.id, by="test", grace=timedelta())
    assert purge_tenants() == 1
    with scope.system("what is left"):
        left = {
            model._meta.db_table: owners
            for model in owned_models()
            if (owners := _owners(model._meta.db_table))
        }
    assert set(left) == {model._meta.db_table for model in owned_models()}, "the neighbour's stay"
    assert all(neighbour.id in owners for owners in left.values())
    of_gone = {table for table, owners in left.items() if gone.id in owners}
    assert of_gone - STAYS.keys() - GOES_BY_AGE == set()
    assert of_gone >= STAYS.keys()


def _owners(table: str) -> set[object]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT tenant_id FROM "{table}"')
        return {owner for (owner,) in cursor.fetchall()}
