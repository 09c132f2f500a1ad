"""Everything that brokers must know, at one number."""

from collections.abc import Iterator

from django.db import connection, transaction

from brokers.kernel.ids import ChangeNumber
from brokers.metadata.records import Change, Kind, Snapshot
from brokers.models import Broker, Partition, Topic
from brokers.published import broker_change, partition_change, topic_change
from brokers.selectors.halt import current_generation
from tenants import scope
from tenants.changes import NewChange
from tenants.models import Acl, ApiKey, ClientQuota, ScramUser, Tenant
from tenants.published import (
    acl_change,
    client_quota_change,
    credential_change,
    scram_user_credential,
    tenant_changes,
)
from tenants.selectors.changes import newest_change_number

ROWS_AT_ONCE = 5_000


def snapshot() -> Snapshot:
    """The rows as they stand at one moment, and the number of the last change that is in them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with scope.system("a broker's snapshot"):
            number = ChangeNumber(newest_change_number())
            rows = tuple(
                Change(number, Kind(row.kind), row.key, row.payload) for row in _everything()
            )
            generation = current_generation()
    return Snapshot(number, rows, generation)


def _everything() -> Iterator[NewChange]:
    """Each thing after what it belongs to."""
    yield from tenant_changes(list(Tenant.objects.all()))
    yield from map(client_quota_change, ClientQuota.objects.all())
    live_keys = ApiKey.objects.filter(revoked_at__isnull=True)
    yield from map(credential_change, live_keys.select_related("service_account"))
    scram_users = ScramUser.objects.select_related("service_account", "tenant")
    yield from map(scram_user_credential, scram_users)
    yield from map(acl_change, Acl.objects.iterator(ROWS_AT_ONCE))
    yield from map(broker_change, Broker.objects.all())
    yield from map(topic_change, Topic.objects.all())
    partitions = Partition.objects.filter(topic__deleted_at__isnull=True)
    yield from map(partition_change, partitions.iterator(ROWS_AT_ONCE))
